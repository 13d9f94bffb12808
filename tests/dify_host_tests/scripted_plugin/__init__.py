"""A plugin without the SDK, for the rules that no SDK would let a tool break."""
