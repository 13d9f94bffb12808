"""Answers packed so that a few thousand bytes become gigabytes: refused, in a process that hardly grows."""

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
SPARE = 24 * MEGABYTE
"""What a call may take beside the answer that it keeps."""
_BLANKS = gzip.compress(b" " * MEGABYTE)
"""A stream of gzip may have many parts, each with a beginning and an end of its own."""
GIGABYTE = gzip.compress(_BLANKS * 1024)
NESTED = gzip.compress(GIGABYTE * 100)
NOTHING_FOR_EVER = b"\x78\x9c" + b"\x00\x00\x00\xff\xff" * 13 * MEGABYTE
"""Blocks of ``deflate`` without content, which a reader that waits for the first content keeps."""
CHAINS: dict[str, tuple[list[str], bytes]] = {
    "gzip twice": (["gzip, gzip"], GIGABYTE),
    "gzip three times": (["gzip, gzip, gzip"], NESTED),
    "two headers": (["gzip", "x-gzip"], GIGABYTE),
    "gzip and deflate": (["deflate, GZIP"], gzip.compress(zlib.compress(_BLANKS * 400))),
    "gzip and names of nothing": (["identity, gzip, none, gzip"], GIGABYTE),
    "deflate without content": (["deflate"], NOTHING_FOR_EVER),
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
"""What is called, and the code of its refusal; files that are uploaded come from Dify, not from kintone."""


class Packing:
    """A server that answers everything with one body, packed as it says."""

    def __init__(self, origin: str) -> None:
        """Take the address."""
        self.origin = origin
        self.status = 200
        self.codings: list[str] = []
        self.body = b""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Send the body, as far as it is wanted."""
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
def packing() -> Iterator[Packing]:
    """Run the server, which is a kintone and Dify's file store at once."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Packing(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture(scope="module")
def plugin(packing: Packing) -> Iterator[DifyHost]:
    """Run the plugin in a process of its own, whose memory can be measured."""
    with running_plugin(packing.origin, FILES_URL=packing.origin) as host:
        yield host


@contextmanager
def _growing_by(plugin: DifyHost, most: int) -> Iterator[None]:
    """Require that the memory of the plugin grows by no more than so many bytes at any time."""
    resources = plugin.resources
    before = resources.memory_bytes
    resources.reset_peak()
    yield
    peak = resources.peak_memory_bytes
    assert before is None or peak is None or peak - before <= most


def _refused(plugin: DifyHost, packing: Packing, tool: str) -> PluginFailure:
    credentials = {"kintone_domain": packing.origin, "kintone_app_id": "1", "kintone_api_token": "a" * 40}
    parameters = dict(CALLS[tool][0])
    if tool == "kintone_upload_file":
        parameters["upload_file"] = [{**FILE, "url": f"{packing.origin}/files/1/file-preview"}]
    with pytest.raises(PluginFailure) as failed:
        plugin.invoke(tool, parameters, credentials)
    return failed.value


@pytest.mark.parametrize("tool", CALLS)
@pytest.mark.parametrize("chain", CHAINS)
def test_tools_when_an_answer_is_packed_more_than_once(
    plugin: DifyHost, packing: Packing, tool: str, chain: str
) -> None:
    """Nothing is unpacked that is packed other than once by gzip: it is not kintone's answer."""
    packing.status = 200
    packing.codings, packing.body = CHAINS[chain]

    with _growing_by(plugin, SPARE):
        failure = _refused(plugin, packing, tool)

    assert failure.code == CALLS[tool][1]


@pytest.mark.parametrize(("status", "code"), [(403, "ACCESS_DENIED"), (400, "NOT_KINTONE")])
def test_tools_when_a_refusal_is_packed_more_than_once(
    plugin: DifyHost, packing: Packing, status: int, code: str
) -> None:
    """A status tells what happened, also where the body cannot be read."""
    packing.status = status
    packing.codings, packing.body = CHAINS["gzip three times"]

    with _growing_by(plugin, SPARE):
        failure = _refused(plugin, packing, "kintone_query")

    assert failure.code == code


@pytest.mark.parametrize("tool", CALLS)
def test_tools_when_an_answer_unpacks_to_far_too_much(plugin: DifyHost, packing: Packing, tool: str) -> None:
    """What is packed once is unpacked up to the largest answer and given up there."""
    packing.status = 200
    packing.codings, packing.body = ["gzip"], _BLANKS * 400

    with _growing_by(plugin, LARGEST_ANSWER + SPARE):
        failure = _refused(plugin, packing, tool)

    assert failure.code == ("INVALID_INPUT" if tool == "kintone_upload_file" else "TOO_LARGE")
