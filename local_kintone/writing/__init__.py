"""Writing records: merging, lookups, computed fields, unique values, revisions, update keys."""
