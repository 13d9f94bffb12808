"""The .difypkg: which files it holds, by which rules, how it is written, and whether it works."""
