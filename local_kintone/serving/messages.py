"""Requests as they come and responses as they go, whether over a socket or within the process."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

JSON = "application/json;charset=UTF-8"
HTML = "text/html;charset=UTF-8"

# Below this a compressed body saves nothing worth its time.
GZIP_FROM = 1024
GZIP_LEVEL = 1


class Headers(Mapping[str, str]):
    """Header fields as received; lookup ignores letter case, a repeated field is joined with commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Take (name, value) pairs in the order in which they came."""
        self.pairs: list[tuple[str, str]] = list(pairs)
        self._values: dict[str, str] = {}
        for name, value in self.pairs:
            key = name.lower()
            self._values[key] = f"{self._values[key]},{value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        """Return the value of a field, whatever the letter case of its name."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """Yield the names in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of distinct names."""
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        """Tell whether a field of this name came, whatever its letter case."""
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        """Return the names only: values may be secrets."""
        return f"Headers({sorted(self._values)})"


@dataclass(frozen=True, slots=True)
class Head:
    """The request line and the header fields, before the body is read."""

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
        """The method that X-HTTP-Method-Override asks for, or that of the request line."""
        return self.headers.get("X-HTTP-Method-Override", self.method)


@dataclass(frozen=True, slots=True)
class Received:
    """A request with its body.

    Attributes:
        method: the verb of the request line ("POST" also where an override makes it a GET).
        path: without the query string.
        query: the query string, percent-encoded as it came.
        headers: raw header fields, looked up in any letter case; tokens are not masked.
        body: the bytes after the head.
        number: the running number of the API request, from 1.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    number: int = 0


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


def json_response(value: object, status: int = 200) -> Response:
    """Return a response whose body is the value as compact JSON."""
    return Response(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def html_response(page: str, status: int = 200) -> Response:
    """Return a response whose body is an HTML page."""
    return Response(status, page.encode(), HTML)
