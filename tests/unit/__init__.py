"""Decisions, tested without a socket."""
