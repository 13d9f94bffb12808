"""Compressed answers of a few thousand bytes that decompress to gigabytes are refused with little memory."""

import gzip
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from tests.wire.plugin import running_plugin

MEGABYTE = 1024 * 1024
LARGEST_ANSWER = 64 * MEGABYTE
EXTRA_MEMORY = 24 * MEGABYTE
"""Bytes that a call may use beside the answer."""
_COMPRESSED_MEGABYTE = gzip.compress(b" " * MEGABYTE)
"""One gzip member; a gzip stream may have many."""
GIGABYTE = gzip.compress(_COMPRESSED_MEGABYTE * 1024)
NESTED = gzip.compress(GIGABYTE * 100)
EMPTY_DEFLATE_BLOCKS = b"\x78\x9c" + b"\x00\x00\x00\xff\xff" * 13 * MEGABYTE
"""Empty ``deflate`` blocks, which a decompressor would buffer while it waits for content."""
CODINGS: dict[str, tuple[list[str], bytes]] = {
    "gzip twice": (["gzip, gzip"], GIGABYTE),
    "gzip three times": (["gzip, gzip, gzip"], NESTED),
    "two headers": (["gzip", "x-gzip"], GIGABYTE),
    "gzip and deflate": (["deflate, GZIP"], gzip.compress(zlib.compress(_COMPRESSED_MEGABYTE * 400))),
    "gzip and identity": (["identity, gzip, none, gzip"], GIGABYTE),
    "deflate without content": (["deflate"], EMPTY_DEFLATE_BLOCKS),
    "br": (["br"], b"\x21\xa8\x06\x00"),
    "zstd": (["zstd"], b"\x28\xb5\x2f\xfd\x24\x01\x01\x00"),
    "very many": ([", ".join(["gzip"] * 2_000)], GIGABYTE),
}
FILE = {"dify_model_identity": "__dify__file__", "filename": "a.txt", "mime_type": "text/plain", "type": "document"}
CALLS: dict[str, tuple[dict[str, Any], str]] = {
    "kintone_query": ({}, "NOT_KINTONE"),
    "kintone_validate_record_data": ({"record_data": {"a": 1}}, "NOT_KINTONE"),
    "kintone_download_file": ({"file_key": "k"}, "NOT_KINTONE"),
    "kintone_upload_file": ({}, "INVALID_INPUT"),
}
"""Parameters of each tool, and the code of its failure; files to upload come from Dify, not from kintone."""


class CompressingServer:
    """A server that answers every request with one body and its content codings."""

    def __init__(self, origin: str) -> None:
        """Keep the server's origin."""
        self.origin = origin
        self.status = 200
        self.codings: list[str] = []
        self.body = b""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Send the body until the client closes the connection."""
        handler.send_response(self.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(self.body)))
        for coding in self.codings:
            handler.send_header("Content-Encoding", coding)
        handler.end_headers()
        try:
            handler.wfile.write(self.body)
        except OSError:
            handler.close_connection = True


@pytest.fixture(scope="module")
def server() -> Iterator[CompressingServer]:
    """Run the server, which stands for kintone and for Dify's file store."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            compressing.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    compressing = CompressingServer(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield compressing
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture(scope="module")
def plugin(server: CompressingServer) -> Iterator[DifyHost]:
    """Run the plugin in a process whose memory can be measured."""
    with running_plugin(server.origin, FILES_URL=server.origin) as host:
        yield host


@contextmanager
def _memory_limit(plugin: DifyHost, most: int) -> Iterator[None]:
    """Require that the plugin's peak memory grows by no more than this many bytes."""
    resources = plugin.resources
    before = resources.memory_bytes
    resources.reset_peak()
    yield
    peak = resources.peak_memory_bytes
    assert before is None or peak is None or peak - before <= most


def _refused(plugin: DifyHost, server: CompressingServer, tool: str) -> PluginFailure:
    credentials = {"kintone_domain": server.origin, "kintone_app_id": "1", "kintone_api_token": "a" * 40}
    parameters = dict(CALLS[tool][0])
    if tool == "kintone_upload_file":
        parameters["upload_file"] = [{**FILE, "url": f"{server.origin}/files/1/file-preview"}]
    with pytest.raises(PluginFailure) as failed:
        plugin.invoke(tool, parameters, credentials)
    return failed.value


@pytest.mark.parametrize("tool", CALLS)
@pytest.mark.parametrize("name", CODINGS)
def test_tools_when_an_answer_is_compressed_more_than_once(
    plugin: DifyHost, server: CompressingServer, tool: str, name: str
) -> None:
    """Only a single gzip coding is decompressed; an answer with any other is refused."""
    server.status = 200
    server.codings, server.body = CODINGS[name]

    with _memory_limit(plugin, EXTRA_MEMORY):
        failure = _refused(plugin, server, tool)

    assert failure.code == CALLS[tool][1]


@pytest.mark.parametrize(("status", "code"), [(403, "ACCESS_DENIED"), (400, "NOT_KINTONE")])
def test_query_when_an_error_is_compressed_more_than_once(
    plugin: DifyHost, server: CompressingServer, status: int, code: str
) -> None:
    """The status decides the error code when the body cannot be decompressed."""
    server.status = status
    server.codings, server.body = CODINGS["gzip three times"]

    with _memory_limit(plugin, EXTRA_MEMORY):
        failure = _refused(plugin, server, "kintone_query")

    assert failure.code == code


@pytest.mark.parametrize("tool", CALLS)
def test_tools_when_an_answer_decompresses_to_too_much(plugin: DifyHost, server: CompressingServer, tool: str) -> None:
    """Decompression stops at the largest permitted answer."""
    server.status = 200
    server.codings, server.body = ["gzip"], _COMPRESSED_MEGABYTE * 400

    with _memory_limit(plugin, LARGEST_ANSWER + EXTRA_MEMORY):
        failure = _refused(plugin, server, tool)

    assert failure.code == ("INVALID_INPUT" if tool == "kintone_upload_file" else "TOO_LARGE")
