"""Checking a record against a form, and the problems found in it."""
