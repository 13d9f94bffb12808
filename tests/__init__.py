"""Everything that holds the plugin to its promises."""
