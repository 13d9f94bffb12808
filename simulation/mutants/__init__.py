"""Mistakes that are put into a copy of the plugin, one at a time, to see whether the simulation notices each."""
