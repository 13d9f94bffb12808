"""A simulation of calls under faults, written independently of the plugin's code; see docs/reliability.md."""
