"""Writing records: entries, the batches they are sent in, appending to saved records, and failures."""
