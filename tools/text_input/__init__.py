"""Structured parameters as people and models write them: JSON, Python literals, lists of names."""
