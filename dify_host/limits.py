"""Dify's limits, with the settings that hold them."""

LINE_BYTES = 5_242_880
"""One line on stdout, its line end included (plugin daemon, `PLUGIN_STDIO_MAX_BUFFER_SIZE`)."""

CHUNK_BYTES = 8192
"""One chunk of a blob (Dify's API server, `chunk_merger.py`)."""

FILE_BYTES = 50 * 1024 * 1024
"""One file that a tool hands out (`PLUGIN_MAX_FILE_SIZE`)."""

VARIABLE_BYTES = 15 * 1024 * 1024
"""One output of a node in the store of an editor's run (`UPLOAD_FILE_SIZE_LIMIT`)."""

SERVERLESS_REQUEST_BYTES = 5 * 1024 * 1024
"""One request to a serverless plugin (`MAX_SERVERLESS_REQUEST_BYTES`)."""

RESERVED_VARIABLES = frozenset({"text", "json", "files"})
"""Outputs that every tool node has already; Dify's API server refuses variables of these names."""
