"""One HTTP response and the bytes it becomes."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

JSON = "application/json;charset=UTF-8"
HTML = "text/html;charset=UTF-8"

# Below this a compressed body saves nothing worth its time.
GZIP_FROM = 1024
GZIP_LEVEL = 1


@dataclass(slots=True)
class Response:
    """Status, header fields and the whole body."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def compress(self) -> None:
        """Replace the body by its gzip form where that pays and nobody has done it yet."""
        worth = len(self.body) > GZIP_FROM and self.content_type in (JSON, HTML)
        if worth and "Content-Encoding" not in self.headers:
            self.body = gzip.compress(self.body, compresslevel=GZIP_LEVEL)
            self.headers["Content-Encoding"] = "gzip"

    def head(self, *, length: int | None, moment: datetime) -> bytes:
        """Return the status line and header fields; a length of None announces a chunked body."""
        phrase = HTTPStatus(self.status).phrase if self.status in HTTPStatus else "Unknown"
        lines = [f"HTTP/1.1 {self.status} {phrase}", f"Date: {formatdate(moment.timestamp(), usegmt=True)}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def json_response(value: object, status: int = 200) -> Response:
    """Return a response whose body is the value as compact JSON."""
    return Response(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def html_response(page: str, status: int = 200) -> Response:
    """Return a response whose body is an HTML page."""
    return Response(status, page.encode(), HTML)
