"""A local HTTP server of files for the plugin, with URLs signed as in Dify."""

import hashlib
import hmac
import mimetypes
import secrets
import threading
import time
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePath
from typing import Any, Unpack
from urllib.parse import parse_qs, urlencode, urlsplit

from dify_host.file_delivery import Delivery, DeliveryOptions, FileContent, cut, pieces_of, size_of

ACCESS_SECONDS = 300
"""How long a signed URL is valid (`FILES_ACCESS_TIMEOUT`)."""

_POLL_SECONDS = 0.02
"""Interval at which the server checks whether to stop."""

_MEDIA_TYPES = frozenset({"image", "audio", "video"})


@dataclass(frozen=True, slots=True)
class _ServedFile:
    content: FileContent
    mime_type: str
    delivery: Delivery


class FileServer:
    """Serves files to the plugin and logs the paths of the requests."""

    def __init__(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._key = secrets.token_bytes(32)
        self._offers: dict[str, _ServedFile] = {}
        self.requests: list[str] = []
        self._server = _Listener(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True, name="dify-files"
        )
        self._thread.start()

    def offer(
        self, name: str | None, content: FileContent, mime_type: str | None, **options: Unpack[DeliveryOptions]
    ) -> dict[str, Any]:
        """Serve a file and return its file argument; see `DifyHost.serve`."""
        delivery = Delivery(**options)
        extension = PurePath(name or "").suffix or (mimetypes.guess_extension(mime_type or "") or "")
        identity = str(uuid.uuid4())
        self._offers[identity] = _ServedFile(content, mime_type or "application/octet-stream", delivery)
        return {
            "dify_model_identity": "__dify__file__",
            "url": self._url(identity, delivery),
            "mime_type": mime_type,
            "filename": name,
            "extension": extension or None,
            "size": size_of(content) if delivery.with_size else None,
            "type": _file_type(mime_type),
        }

    def find(self, target: str) -> _ServedFile | HTTPStatus:
        """Return the file of a request's target, or the status of an error."""
        address = urlsplit(target)
        identity = address.path.removeprefix("/files/").removesuffix("/file-preview")
        self.requests.append(address.path)
        offer = self._offers.get(identity)
        if offer is None:
            return HTTPStatus.NOT_FOUND
        if offer.delivery.signed and not self._is_valid(identity, parse_qs(address.query)):
            return HTTPStatus.FORBIDDEN
        return offer

    @property
    def origin(self) -> str:
        """The value of Dify's `FILES_URL` for these files."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _url(self, identity: str, delivery: Delivery) -> str:
        base = f"{self.origin}/files/{identity}/file-preview"
        if not delivery.signed:
            return base
        timestamp = str(int(time.time()) - (2 * ACCESS_SECONDS if delivery.expired else 0))
        nonce = secrets.token_hex(16)
        query = {"timestamp": timestamp, "nonce": nonce, "sign": self._sign(identity, timestamp, nonce)}
        return f"{base}?{urlencode(query)}"

    def _sign(self, identity: str, timestamp: str, nonce: str) -> str:
        text = f"file-preview|{identity}|{timestamp}|{nonce}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _is_valid(self, identity: str, query: dict[str, list[str]]) -> bool:
        timestamp, nonce, sign = ("".join(query.get(name, [])) for name in ("timestamp", "nonce", "sign"))
        if not timestamp.isdigit() or time.time() - int(timestamp) > ACCESS_SECONDS:
            return False
        return hmac.compare_digest(sign, self._sign(identity, timestamp, nonce))


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, files: FileServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def do_GET(self) -> None:
        """Answer one request for a file."""
        self.close_connection = True
        found = self.server.files.find(self.path)
        try:
            if isinstance(found, HTTPStatus):
                self._send_text(found, {})
            else:
                self._deliver(found)
        except ConnectionError:
            # The plugin may close the connection at any time.
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Write no log, because stderr is used by the demo and the tests."""

    def _deliver(self, offer: _ServedFile) -> None:
        delivery = offer.delivery
        time.sleep(delivery.delay)
        if delivery.redirect_to is not None:
            self._send_text(HTTPStatus.FOUND, {"Location": delivery.redirect_to})
        elif delivery.status != HTTPStatus.OK:
            self._send_text(HTTPStatus(delivery.status), {})
        else:
            self._send_file(offer)

    def _send_text(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        body = f"{status.value} {status.phrase}".encode()
        self._send_head(status, {**headers, "Content-Type": "text/plain", "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _send_file(self, offer: _ServedFile) -> None:
        delivery = offer.delivery
        headers = {"Content-Type": offer.mime_type}
        length = size_of(offer.content) if delivery.length is None else delivery.length
        if delivery.with_length and length is not None:
            headers["Content-Length"] = str(length)
        self._send_head(HTTPStatus.OK, headers)
        for piece in cut(pieces_of(offer.content), delivery.cut_after):
            self.wfile.write(piece)
            time.sleep(delivery.pause)

    def _send_head(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()


def _file_type(mime_type: str | None) -> str:
    main, _, _ = (mime_type or "").partition("/")
    if main in _MEDIA_TYPES:
        return main
    return "custom" if mime_type is None else "document"
