"""Input, servers and moments that mean no good, through all tools."""
