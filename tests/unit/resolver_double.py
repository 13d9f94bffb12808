"""Names that resolve without asking anybody."""

import socket

import pytest

from kintone.deadline import Deadline
from tools.dify_files.addresses import FileAddress, read_address

NAMES = {
    "public.example": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
    "rebound.example": ["127.0.0.1"],
    "mixed.example": ["93.184.216.34", "10.0.0.1"],
    "api": ["172.18.0.5"],
    "dify_api": ["172.18.0.6"],
    "localhost": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "xn--wgv71a119e.example": ["93.184.216.34"],
}


def use_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve the names above, and numeric addresses as the system does; Dify's settings name no file store."""
    true_resolver = socket.getaddrinfo
    for name in ("FILES_URL", "INTERNAL_FILES_URL"):
        monkeypatch.delenv(name, raising=False)

    def resolve(host: str, port: int, *_: int) -> list[object]:
        if host in NAMES:
            return [(0, 0, 0, "", (address, port)) for address in NAMES[host]]
        return list(true_resolver(host, port, 0, socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def checked(url: str) -> FileAddress:
    """Check an address, with more time than any test takes."""
    with Deadline(60.0) as deadline:
        return read_address(url, deadline, 30.0)
