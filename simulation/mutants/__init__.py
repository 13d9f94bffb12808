"""Mutation tests: each mutant is applied to a copy of the plugin, and the simulation must detect it."""
