"""What ends a benchmark."""


class BenchmarkError(Exception):
    """A program failed, or did not move what it was asked to move."""
