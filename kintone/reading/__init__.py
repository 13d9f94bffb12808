"""Reading records: the query language, and the plans by which any number of records is read."""
