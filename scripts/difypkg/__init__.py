"""The .difypkg: its files, the rules for them, the archive, and a test of the installed package."""
