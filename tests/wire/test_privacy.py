"""The promises of PRIVACY.md on disk, log and connections, observed in the plugin's process while all tools run."""

import socket
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dify_host import DifyHost, PluginFailure
from dify_host.calls import invocation
from kintone.access.credentials import Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.client import Access, KintoneClient
from kintone.errors import KintoneError
from kintone.reading.reader import RecordsApi
from local_kintone import LocalKintone
from tests.contract.agreed_names import OFFLINE_TOOLS, OWN_PARAMETERS
from tests.wire import audit_hook
from tests.wire.conftest import FAST_RETRIES
from tests.wire.plugin import credentials_of, running_plugin

type Parameters = dict[str, Any]

TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
TLS_HANDSHAKE = b"\x16\x03"
"""The first bytes of a handshake record (RFC 8446, 5.1)."""
CONTENT = "Kontoauszug"
"""Part of records, queries, names and contents of files, and kintone's messages."""
RECORD = {"sku": CONTENT, "name": CONTENT}
MODES = ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")
BY_CURSOR: tuple[str, Parameters] = ("kintone_query", {"query": f'sku != "{CONTENT}4" order by sku asc'})
CALLS: tuple[tuple[str, Parameters], ...] = (
    ("kintone_validate_record_data", {"record_data": RECORD}),
    ("kintone_add_record", {"record_data": RECORD}),
    ("kintone_upsert_records", {"records_data": [RECORD, {"sku": f"{CONTENT}2"}], "update_key": "sku"}),
    ("kintone_upsert_records", {"records_file": f"sku,name\n{CONTENT}3,{CONTENT}\n", "update_key": "sku"}),
    ("kintone_upload_file", {"record_id": "1", "attachment_field": "attachment"}),
    ("kintone_download_file", {"record_id": "1", "attachment_field": "attachment"}),
    ("kintone_update_record", {"record_data": RECORD, "update_key": "sku", "update_key_value": CONTENT}),
    ("kintone_get_record", {"record_id": "1"}),
    ("kintone_get_record", {"update_key": "sku", "update_key_value": CONTENT}),
    ("kintone_flatten_json", {"records_json": [{"sku": {"type": "SINGLE_LINE_TEXT", "value": CONTENT}}]}),
    ("kintone_build_records_data", {"records_source": [RECORD], "updateKey": "sku"}),
    ("kintone_build_subtable_rows", {"subtable_source": [RECORD]}),
    ("kintone_add_record_comment", {"record_id": "1", "comment_text": CONTENT}),
    ("kintone_get_record_comments", {"record_id": "1"}),
    ("kintone_update_status", {"record_ids": "1", "action": CONTENT}),
    ("kintone_aggregate", {"query": f'sku != "{CONTENT}"', "group_by": "sku", "measures": "sum(stock)"}),
    ("kintone_query_docs", {}),
    ("kintone_record_data_docs", {}),
    ("kintone_get_fields", {}),
    *((BY_CURSOR[0], {**BY_CURSOR[1], "output_mode": mode}) for mode in MODES),
    ("kintone_query", {"output_mode": "csv_file", "csv_format": "kintone", "csv_encoding": "utf-8"}),
    ("kintone_delete_records", {"query": f'sku = "{CONTENT}2"', "confirm_count": 1}),
    ("kintone_delete_records", {"record_ids": "1"}),
)
"""Every tool, in an order in which each has what it needs; 600 records are read by cursor."""
REST_API = {
    "record.json",
    "records.json",
    "records/cursor.json",
    "record/comment.json",
    "record/comments.json",
    "records/status.json",
    "bulkRequest.json",
    "file.json",
    "app/form/fields.json",
    "app/settings.json",
    "app.json",
    "app/status.json",
}
"""The paths that the tools may request, of https://cybozu.dev/ja/kintone/docs/rest-api/."""


@dataclass(frozen=True, slots=True)
class Observations:
    """What was observed while all tools ran; ``codes`` are those of the failures, empty for a success."""

    codes: list[str]
    events: list[str]
    log: str
    origins: set[tuple[str | None, int | None]]
    paths: set[str]
    bodies: str
    folders: list[Path]


def code_of(host: DifyHost, name: str, parameters: Parameters, credentials: dict[str, str]) -> str:
    """Run a tool and return the code of its failure, "" if it succeeds."""
    if name == "kintone_upload_file":
        file = host.serve(f"{CONTENT}.txt", CONTENT.encode() * 300_000, "text/plain")
        parameters = {**parameters, "upload_file": file}
    if "records_file" in parameters:
        content = str(parameters["records_file"]).encode()
        parameters = {**parameters, "records_file": host.serve(f"{CONTENT}.csv", content, "text/csv")}
    try:
        host.invoke(name, parameters, credentials, timeout=60)
    except PluginFailure as failed:
        return failed.code
    return ""


@pytest.fixture(scope="module")
def observations(tmp_path_factory: pytest.TempPathFactory) -> Observations:
    """Run every tool against a kintone that works, then against one that refuses and quotes the request."""
    hook_folder, home, scratch = (tmp_path_factory.mktemp(name) for name in ("hook", "home", "scratch"))
    (hook_folder / "sitecustomize.py").write_bytes(Path(audit_hook.__file__).read_bytes())
    environment = {
        "PYTHONPATH": str(hook_folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "TMPDIR": str(scratch),
    }
    with LocalKintone(seed="demo") as site, running_plugin(site.origin, **environment) as host:
        site.add_records(1, [{"sku": {"value": f"{CONTENT}-{number}"}} for number in range(600)])
        site.set_process(1, {"states": ["x"], "actions": [{"name": CONTENT, "from": "x", "to": "x"}]})
        credentials = credentials_of(site)
        codes = [code_of(host, *call, credentials) for call in CALLS]
        quoting_failure: dict[str, Any] = {"times": None, "status": 400, "code": "CB_VA01", "message": CONTENT}
        for method in ("GET", "DELETE"):
            site.fail(api="records/cursor", method=method, **quoting_failure)
        codes.append(code_of(host, *BY_CURSOR, credentials))
        site.fail(**quoting_failure)
        # Forms are cached for each credential separately.
        another = credentials_of(site, "view", "add", "edit", "delete", "manage")
        codes += [code_of(host, *call, another) for call in CALLS]
        stderr = "\n".join(host.stderr)
        addresses = [urlsplit(url) for url in (site.origin, host.serve("a", b"a")["url"])]
        return Observations(
            codes=codes,
            events=[line.removeprefix(audit_hook.MARK) for line in host.stderr if line.startswith(audit_hook.MARK)],
            log="\n".join([repr(line) for line in host.logs] + [stderr]),
            origins={(address.hostname, address.port) for address in addresses},
            paths={request.path for request in site.requests},
            bodies="\n".join(f"{each.path}{each.query}{dict(each.headers)}{each.body!r}" for each in site.requests),
            folders=[home, scratch],
        )


def test_every_tool_is_observed(observations: Observations) -> None:
    """Each call succeeds once and is refused once, the cursor twice; tools that ask kintone nothing succeed twice."""
    when_refused = ["" if name in OFFLINE_TOOLS else "CB_VA01" for name, _ in CALLS]

    assert {name for name, _ in CALLS} == set(OWN_PARAMETERS)
    assert observations.codes == [""] * len(CALLS) + ["CB_VA01", *when_refused]


def test_nothing_is_written_to_disk(observations: Observations) -> None:
    """The process opens no file for writing, makes none and starts no process; only the control file is reported."""
    control = observations.folders[1] / audit_hook.CONTROL_FILE
    events = [event for event in observations.events if not event.startswith("socket.")]

    assert events == [f"open {str(control)!r}"]
    assert [path for folder in observations.folders for path in folder.rglob("*")] == [control]


def test_only_kintone_and_the_file_store_are_connected_to(observations: Observations) -> None:
    """The process connects to no other host."""
    connected = {event for event in observations.events if event.startswith("socket.connect ")}

    assert connected == {f"socket.connect {origin!r}" for origin in observations.origins}


def test_only_kintones_rest_api_is_requested(observations: Observations) -> None:
    """Every path is a documented one, and the user's ID, which Dify sends, is not passed on."""
    user = invocation("", "", {}, {}).data["user_id"]

    assert {path.removeprefix("/k/v1/") for path in observations.paths} <= REST_API
    assert CONTENT in observations.bodies
    assert user not in observations.bodies


def test_contents_are_not_logged(observations: Observations) -> None:
    """No log line has record values, queries, file names, file contents or kintone's messages."""
    assert "/k/v1/file.json" in observations.log
    assert "/k/v1/records/cursor.json" in observations.log
    assert CONTENT not in observations.log


def test_tls_keys_are_not_written_to_disk(tmp_path: Path) -> None:
    """TLS keys are not written even where the environment sets SSLKEYLOGFILE."""
    keys = tmp_path / "keys"
    with LocalKintone(seed="demo", https=True) as site:
        trusted = {"REQUESTS_CA_BUNDLE": str(site.ca_file), "SSLKEYLOGFILE": str(keys)}
        with running_plugin(site.origin, **trusted) as host:
            host.invoke("kintone_query", {"query": "limit 1"}, credentials_of(site), timeout=60)
        assert site.stats.requests == 1

    assert not keys.exists()


class RecordingProxy:
    """A proxy that accepts every tunnel, keeps the first bytes sent through it and closes the connection."""

    def __init__(self) -> None:
        """Listen on a free port of loopback."""
        self.received: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                with connection:
                    self.received.append(connection.recv(65_536))
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    self.received.append(connection.recv(65_536))


def test_proxy_gets_no_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a request to kintone the operator's proxy gets the host and TLS records, and no token."""
    proxy = RecordingProxy()
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    access = Access(read_site("example.cybozu.com", frozenset()), Tokens(TOKEN))
    with (
        closing(proxy),
        KintoneClient(access, OperatorSettings(), request_timeout=5.0, policy=FAST_RETRIES) as client,
        pytest.raises(KintoneError),
    ):
        RecordsApi(client).get(1, 1)

    connect, first_record, *_ = proxy.received
    assert connect.startswith(b"CONNECT example.cybozu.com:443 ")
    assert first_record[:2] == TLS_HANDSHAKE
    assert TOKEN.encode() not in b"".join(proxy.received)
