"""The files that Dify passes to an upload: their values, the check of their addresses, and reading them as streams."""
