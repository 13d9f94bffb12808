"""Tests of the simulation: clock, oracle, shrinker, and a part of its seeds."""
