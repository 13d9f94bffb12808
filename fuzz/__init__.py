"""Long fuzz runs of the plugin's parsers, outside of the tests.

``.venv/bin/python -m fuzz --minutes 60`` runs all targets and prints the number of inputs; ``--only query`` runs one
target. A parser must accept an input or refuse it with an error of the plugin. Otherwise the run prints the smallest
failing input found and ends with status 1. The tests run each target with a few hundred inputs.
"""
