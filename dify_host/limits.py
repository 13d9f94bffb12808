"""Dify's limits and the settings that define them."""

LINE_BYTES = 5_242_880
"""Maximum of one line on stdout, including its line end (plugin daemon, `PLUGIN_STDIO_MAX_BUFFER_SIZE`)."""

CHUNK_BYTES = 8192
"""Maximum of one blob chunk (Dify's API server, `chunk_merger.py`)."""

FILE_BYTES = 50 * 1024 * 1024
"""Maximum of one output file of a tool (`PLUGIN_MAX_FILE_SIZE`)."""

VARIABLE_BYTES = 15 * 1024 * 1024
"""Maximum of one node output in the variable store of a run from the editor (`UPLOAD_FILE_SIZE_LIMIT`)."""

SERVERLESS_REQUEST_BYTES = 5 * 1024 * 1024
"""Maximum of one request to a serverless plugin (`MAX_SERVERLESS_REQUEST_BYTES`)."""

RESERVED_VARIABLES = frozenset({"text", "json", "files"})
"""Built-in outputs of every tool node; Dify's API server refuses variables with these names."""
