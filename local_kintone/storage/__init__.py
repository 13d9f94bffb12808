"""What is kept: records, files, tokens and cursors, over one SQLite database; and the log of writes."""
