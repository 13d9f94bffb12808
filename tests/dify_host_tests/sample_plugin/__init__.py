"""A small plugin on the real SDK."""
