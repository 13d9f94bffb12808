"""Counts, sums and other measures of records by group, computed page by page while the records are read."""
