"""The sample plugin's tool."""

from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.file.file import File


class Echo(Tool):  # type: ignore[misc] # the SDK ships no types
    """Says what it is told, in every kind of message."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[Any, None, None]:
        if "raise" in tool_parameters:
            raise ValueError(tool_parameters["raise"])
        if "text" in tool_parameters:
            yield self.create_text_message(tool_parameters["text"])
        for content in tool_parameters.get("json", []):
            yield self.create_json_message(content)
        for name, value in tool_parameters.get("variables", {}).items():
            yield self.create_variable_message(name, value)
        if "blob_bytes" in tool_parameters:
            yield self.create_blob_message(b"z" * tool_parameters["blob_bytes"], meta=tool_parameters["meta"])
        file = tool_parameters.get("file")
        if isinstance(file, File):
            yield self.create_blob_message(file.blob, meta={"filename": file.filename, "mime_type": file.mime_type})
