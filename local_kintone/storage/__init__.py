"""Storage of records, files, tokens and cursors in one SQLite database, and the log of writes."""
