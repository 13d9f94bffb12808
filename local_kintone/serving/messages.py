"""Requests and responses, over a socket or in process."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

JSON = "application/json;charset=UTF-8"
HTML = "text/html;charset=UTF-8"

# Compressing a smaller body is not worth the time.
GZIP_MIN_BYTES = 1024
GZIP_LEVEL = 1


class Headers(Mapping[str, str]):
    """Header fields as received; lookup ignores letter case, a repeated field is joined with commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Take (name, value) pairs in the order of the request."""
        self.pairs: list[tuple[str, str]] = list(pairs)
        self._values: dict[str, str] = {}
        for name, value in self.pairs:
            key = name.lower()
            self._values[key] = f"{self._values[key]},{value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        """Return the value of a field; the name is case-insensitive."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """Yield the names in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of distinct names."""
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        """Tell whether a field of this name exists; the name is case-insensitive."""
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        """Return the names only: values may be secrets."""
        return f"Headers({sorted(self._values)})"


@dataclass(frozen=True, slots=True)
class Head:
    """The request line and the header fields of a request."""

    method: str
    target: str
    headers: Headers

    @property
    def path(self) -> str:
        """The target without its query string."""
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        """The query string, still percent-encoded."""
        return urlsplit(self.target).query

    @property
    def effective_method(self) -> str:
        """The method of X-HTTP-Method-Override, or that of the request line."""
        return self.headers.get("X-HTTP-Method-Override", self.method)


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request with its body.

    Attributes:
        method: the method of the request line ("POST" even if an override makes it a GET).
        path: the path without the query string.
        query: the query string, still percent-encoded.
        headers: raw header fields with case-insensitive names; tokens are not masked.
        body: the request body.
        number: the sequence number of the API request, from 1.
        certificate: the common name of the client certificate that the connection presented; None without one.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    number: int = 0
    certificate: str | None = None


@dataclass(slots=True)
class Response:
    """Status, header fields and the complete body."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def compress(self) -> None:
        """Compress the body with gzip if it is large enough and not yet encoded."""
        worth = len(self.body) > GZIP_MIN_BYTES and self.content_type in (JSON, HTML)
        if worth and "Content-Encoding" not in self.headers:
            self.body = gzip.compress(self.body, compresslevel=GZIP_LEVEL)
            self.headers["Content-Encoding"] = "gzip"


def json_response(value: object, status: int = 200) -> Response:
    """Return a response whose body is the value as compact JSON."""
    return Response(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def html_response(page: str, status: int = 200) -> Response:
    """Return a response whose body is an HTML page."""
    return Response(status, page.encode(), HTML)
