"""The one file part of a multipart/form-data body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_kintone.refusals import illegal_request, invalid_parameter

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(r';\s*name="([^"]*)"')
_FILENAME = re.compile(r';\s*filename="((?:[^"\\]|\\.)*)"')
DEFAULT_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """A part's file name, content type and content."""

    filename: str
    content_type: str
    content: bytes


def file_part(content_type: str, body: bytes) -> Part:
    """Return the part named "file".

    The file name is read from the plain `filename="…"` in raw UTF-8; `filename*=` alone is refused, so that a
    client that relies on it fails here and not by a lost name.

    Raises:
        RefusedError: CB_IL02 no multipart body or a part without a file name, CB_VA01 no part named "file".
    """
    match = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or match is None:
        raise illegal_request("an upload is multipart/form-data with a boundary")
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
    # Browsers and urllib3 write a quote as %22.
    return re.sub(r"\\(.)", r"\1", match.group(1)).replace("%22", '"')
