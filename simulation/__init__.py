"""A simulation of writes under faults that knows nothing of the code it tries; see docs/reliability.md."""
