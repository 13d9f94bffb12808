"""A server in front of several kintones, each under a path of its own, which notes what arrives."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

POLL_SECONDS = 0.02
FORM = b'{"name":{"type":"SINGLE_LINE_TEXT","code":"name","label":"name"}}'
ANSWER = b'{"records":[],"totalCount":"0","id":"7","revision":"1","properties":' + FORM + b"}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One request: its target as it was sent, the tokens that it brought, and the whole head and body."""

    target: str
    tokens: str
    sent: str


class Gateway:
    """Answers like a kintone without records; ``redirects`` are the targets that lead elsewhere, by their beginning."""

    def __init__(self, status: int = 307, **redirects: str) -> None:
        """Listen on a free port of loopback."""
        self.status = status
        self.redirects = {f"/{name}/": location for name, location in redirects.items()}
        self.arrived: list[Arrived] = []
        self._server = _Listener(self)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.gateway = gateway


class _Answering(BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:
        """Note the request, then answer it or send it elsewhere."""
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode(errors="replace")
        tokens = self.headers.get("X-Cybozu-API-Token", "")
        gateway.arrived.append(Arrived(self.path, tokens, f"{self.requestline}\n{self.headers}\n{body}"))
        location = next((to for name, to in gateway.redirects.items() if self.path.startswith(name)), None)
        self.send_response(gateway.status if location else 200)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    do_POST = do_GET  # noqa: N815 - the base class calls it so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing."""
