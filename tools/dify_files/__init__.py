"""The file that Dify hands over: what it is, where it lies, and reading it as it arrives."""
