"""A server that stands in for several kintones, each under a path of its own, and keeps the requests."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

POLL_SECONDS = 0.02
FORM = b'{"name":{"type":"SINGLE_LINE_TEXT","code":"name","label":"name"}}'
ANSWER = b'{"records":[],"totalCount":"0","id":"7","revision":"1","properties":' + FORM + b"}"


@dataclass(frozen=True, slots=True)
class TenantRequest:
    """One request: its target as sent, the tokens in its header, and its whole head and body."""

    target: str
    tokens: str
    text: str


class TenantServer:
    """Answers like a kintone without records; paths that begin with a name in ``redirects`` are redirected."""

    def __init__(self, status: int = 307, **redirects: str) -> None:
        """Listen on a free port of loopback."""
        self.status = status
        self.redirects = {f"/{name}/": location for name, location in redirects.items()}
        self.requests: list[TenantRequest] = []
        self._server = _Listener(self)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, tenant_server: TenantServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tenant_server = tenant_server


class _Handler(BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:
        """Keep the request, then answer or redirect it."""
        tenant_server = self.server.tenant_server
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode(errors="replace")
        tokens = self.headers.get("X-Cybozu-API-Token", "")
        tenant_server.requests.append(TenantRequest(self.path, tokens, f"{self.requestline}\n{self.headers}\n{body}"))
        location = next((to for name, to in tenant_server.redirects.items() if self.path.startswith(name)), None)
        self.send_response(tenant_server.status if location else 200)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    do_POST = do_GET  # noqa: N815 - the base class calls it so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Write no log."""
