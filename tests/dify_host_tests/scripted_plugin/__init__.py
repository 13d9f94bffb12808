"""A plugin without the SDK, for breaking rules that the SDK enforces."""
