"""The tests of the plugin, its stand-ins and its scripts."""
