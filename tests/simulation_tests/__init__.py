"""The simulation itself: its clock, its oracle, its shrinker, and a share of its seeds."""
