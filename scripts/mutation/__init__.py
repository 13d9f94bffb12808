"""A mutation tester for the plugin."""
