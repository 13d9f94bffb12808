"""The tools: parameters in, messages out."""
