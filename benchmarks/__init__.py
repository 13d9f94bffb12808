"""`make bench`: compares the plugin with plain programs that do the same work on the same local kintone."""


class BenchmarkError(Exception):
    """A program failed, or did not transfer the expected number of records, entries or bytes."""
