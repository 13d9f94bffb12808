"""`make bench`: the plugin beside plain programs that do the same work, against one local kintone."""


class BenchmarkError(Exception):
    """What ends a benchmark: a program failed, or did not move what it was asked to move."""
