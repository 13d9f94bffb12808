"""The sample plugin's provider."""
