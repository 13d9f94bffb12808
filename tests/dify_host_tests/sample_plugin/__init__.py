"""A small plugin with the real SDK."""
