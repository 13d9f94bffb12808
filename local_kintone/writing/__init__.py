"""Writing records: merging, lookups, computed fields, uniqueness, revisions, update keys."""
