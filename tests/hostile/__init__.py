"""Invalid input, hostile answers and failures of the network, for all tools."""
