"""The sample plugin's tools."""
