"""Upload and download of files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from local_kintone.refusals import RefusedError, illegal_request, invalid_parameter, no_file
from local_kintone.serving.messages import Response, json_response
from local_kintone.storage.tokens import unknown_token

if TYPE_CHECKING:
    from local_kintone.calls.call import Call

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(r';\s*name="([^"]*)"')
_FILENAME = re.compile(r';\s*filename="((?:[^"\\]|\\.)*)"')
DEFAULT_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """A multipart part: file name, content type and content."""

    filename: str
    content_type: str
    content: bytes


def file_part(content_type: str, body: bytes) -> Part:
    """Return the part named "file".

    The file name is read from `filename="…"` in raw UTF-8. `filename*=` alone is refused, so a client that relies
    on it gets an error instead of losing the name.

    Raises:
        RefusedError: CB_IL02 the body is not multipart or the part has no file name, CB_VA01 no part named "file".
    """
    match = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or match is None:
        raise illegal_request("an upload must be multipart/form-data with a boundary")
    delimiter = b"\r\n--" + match.group(1).encode()
    for piece in (b"\r\n" + body).split(delimiter)[1:]:
        head, separator, content = piece.partition(b"\r\n\r\n")
        if not separator:
            continue
        headers = _headers(head)
        disposition = headers.get("content-disposition", "")
        name = _NAME.search(disposition)
        if name is not None and name.group(1) == "file":
            return Part(_filename(disposition), headers.get("content-type", DEFAULT_TYPE), content)
    raise invalid_parameter("file")


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.decode(errors="replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, separator, value in pairs if separator}


def _filename(disposition: str) -> str:
    match = _FILENAME.search(disposition)
    if match is None or not match.group(1):
        raise illegal_request('the file part needs a plain filename="…"')
    # Browsers and urllib3 encode a quote as %22.
    return re.sub(r"\\(.)", r"\1", match.group(1)).replace("%22", '"')


def upload_file(call: Call) -> Response:
    """Answer POST file.json; any valid token may upload."""
    part = file_part(call.received.headers.get("Content-Type", ""), call.received.body)
    return json_response({"fileKey": call.site.files.upload(part.filename, part.content_type, part.content)})


def download_file(call: Call) -> Response:
    """Answer GET file.json, only for file keys of records."""
    key = call.parameters.get("fileKey")
    if not key:
        raise invalid_parameter("fileKey")
    file = call.site.files.get(str(key))
    if file is None or file.app is None:
        raise no_file(key)
    call.check_space(call.site.apps.by_number[file.app])
    if file.app not in call.credential.grants:
        raise unknown_token(call.site.settings.foreign_token_code)
    if not call.credential.allows(file.app, "view"):
        raise RefusedError(403, "GAIA_NO01", "Using this API token, you cannot run the specified API.")
    response = Response(200, file.content, file.content_type)
    if call.site.settings.disposition != "none":
        response.headers["Content-Disposition"] = _disposition(file.name, call.site.settings.disposition)
    return response


def _disposition(name: str, style: str) -> str:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    if style == "raw":
        return f'attachment; filename="{quoted}"'
    encoded = f"filename*=UTF-8''{quote(name, safe='')}"
    if style == "encoded":
        return f"attachment; {encoded}"
    fallback = quoted.encode("ascii", "replace").decode().replace("?", "_")
    return f'attachment; filename="{fallback}"; {encoded}'
