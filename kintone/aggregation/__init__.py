"""Counts and sums computed while pages of records stream by."""
