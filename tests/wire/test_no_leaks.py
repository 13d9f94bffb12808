"""A token that is looked for everywhere after everything that can fail has failed."""

import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from dify_host.file_server import FileServer
from kintone.access.credentials import Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.client import Access, KintoneClient
from kintone.messages import Message
from kintone.operations import Operation, Repeat
from kintone.transport import pools
from local_kintone import LocalKintone
from provider.kintone import KintoneProvider
from tests.wire.plugin import running_plugin
from tools.kintone_add_record import AddRecord
from tools.kintone_download_file import DownloadFile
from tools.kintone_query import QueryRecords
from tools.kintone_upload_file import UploadFile
from tools.kintone_upsert_records import UpsertRecords
from tools.kintone_validate_record_data import ValidateRecordData

PASSWORD = "hunter2hunter2"
A_FILE = "a file of Dify's"
CALLS: list[tuple[type[Any], dict[str, Any]]] = [
    (QueryRecords, {"query": 'sku = "A-001"'}),
    (ValidateRecordData, {"record_data": {"sku": "x"}}),
    (AddRecord, {"record_data": {"sku": "x", "name": "n"}, "validate_before_write": False}),
    (UpsertRecords, {"records_data": [{"record": {"sku": "x"}}], "validate_before_write": False}),
    (UploadFile, {"upload_file": A_FILE}),
    (DownloadFile, {"file_key": "20260101" + "f" * 30}),
]


def failures(token: str) -> list[dict[str, Any]]:
    """Return what a server can do, the token in its mouth wherever it has one."""
    return [
        {"status": 400, "code": "GAIA_IA02", "message": f"no such token {token}"},
        {"status": 400, "code": token, "message": token},
        {"status": 403, "code": "GAIA_NO01", "message": token},
        {"status": 520, "body": f"<html>{token}</html>"},
        {"status": 500, "body": f"<html>{token}</html>"},
        {"status": 503, "body": token, "headers": {"Retry-After": "0"}},
        {"status": 307, "redirect": f"http://evil.example/?token={token}"},
        {"status": 200, "body": f'{{"records": "{token}", "id": "{token}"}}'},
        {"login_page": True},
        {"cut": "after"},
        {"cut_after_bytes": 3},
    ]


@pytest.fixture
def token(site: LocalKintone) -> str:
    """Return the token that is looked for."""
    return site.token(1, "view", "add", "edit")


@pytest.fixture(scope="module")
def files() -> Iterator[FileServer]:
    """Serve the file that is uploaded."""
    server = FileServer()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, site: LocalKintone) -> None:
    site.clear_failures()
    monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", site.origin)
    monkeypatch.setattr("kintone.retry.RetryPolicy.pause", lambda *_: 0.0)


def told_by(error: BaseException) -> str:
    """Return everything that an exception and its chain can tell."""
    texts = ["".join(traceback.format_exception(error))]
    current: BaseException | None = error
    while current is not None:
        texts += [str(current), repr(current), repr(current.args), repr(vars(current))]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(texts)


@pytest.mark.parametrize(("tool", "parameters"), CALLS, ids=lambda value: getattr(value, "__name__", ""))
def test_tools_when_everything_fails(  # noqa: PLR0913, PLR0917 - fixtures
    site: LocalKintone,
    token: str,
    files: FileServer,
    caplog: pytest.LogCaptureFixture,
    tool: type[Any],
    parameters: dict[str, Any],
) -> None:
    """No failure of any tool tells the token: not in messages, tracebacks, attributes, or logs at DEBUG level."""
    if parameters.get("upload_file") == A_FILE:
        parameters = {"upload_file": [files.offer("a.txt", b"content", "text/plain")]}
    credentials = {"kintone_domain": site.url, "kintone_app_id": "1", "kintone_api_token": f" {token}\n"}
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    for failure in failures(token):
        site.clear_failures()
        site.fail(times=None, **failure)
        try:
            told += [
                message.model_dump_json() for message in tool.from_credentials(credentials).invoke(dict(parameters))
            ]
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell
            told.append(told_by(error))

    assert told
    everything = "\n".join([*told, caplog.text])
    assert token not in everything.replace(f'"records":"{token}"', "")


@pytest.mark.parametrize("wrong", ["{}\n{}", "{}é", "{} x {}", "{};{}", "{}\x00", '{}"', "{}\r\nX-Evil: 1"])
@pytest.mark.parametrize(("tool", "parameters"), CALLS[:2], ids=lambda value: getattr(value, "__name__", ""))
def test_tools_when_the_token_cannot_be_sent(
    site: LocalKintone, token: str, tool: type[Any], parameters: dict[str, Any], wrong: str
) -> None:
    """A token with a line end or anything else that is no token never reaches a header or a message."""
    pasted = wrong.format(token, token[::-1])
    credentials = {"kintone_domain": site.url, "kintone_app_id": "1", "kintone_api_token": pasted}

    with pytest.raises(Exception) as refused:  # noqa: PT011 - any will do, what counts is what it tells
        list(tool.from_credentials(credentials).invoke(dict(parameters)))

    assert token not in told_by(refused.value)


def test_provider_when_everything_fails(site: LocalKintone, token: str, caplog: pytest.LogCaptureFixture) -> None:
    """No refusal of a credential tells the token."""
    caplog.set_level(logging.DEBUG)
    credentials = {"kintone_domain": site.url, "kintone_app_id": "1", "kintone_api_token": token}
    told = []
    for failure in failures(token):
        site.clear_failures()
        site.fail(times=None, **failure)
        try:
            KintoneProvider().validate_credentials(credentials)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell
            told.append(told_by(error))

    assert len(told) > 5
    assert token not in "\n".join([*told, caplog.text])


def vars_of(holder: object) -> dict[str, object]:
    """Return the attributes of an object, with slots or without."""
    names = getattr(type(holder), "__slots__", None) or vars(holder)
    return {name: getattr(holder, name) for name in names}


def test_client_when_printed_or_pickled(site: LocalKintone, token: str) -> None:
    """Client, access and transport show no token and cannot be pickled with one."""
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": site.origin})
    access = Access(read_site(site.url, settings.allowed_origins), Tokens(token))
    with KintoneClient(access, settings) as client:
        client.call(Operation(Message("reading"), "GET", "records", {"app": 1}, Repeat.READ))
        kept = list(pools._pools.values())  # noqa: SLF001 - whatever outlives the call
        held = (access, client, client.execution, pools, *kept, *(pool.adapter for pool in kept))
        shown = [f"{each!r} {vars_of(each)!r}" for each in held if each is not access]
        shown.append(repr(access))

        assert kept
        assert token not in "\n".join(shown)
        for secret_holder in (access, client, client.execution):
            with pytest.raises(TypeError):
                pickle.dumps(secret_holder)


def test_tools_when_a_proxy_has_a_password(
    token: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password in a proxy's address is in no message and no log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:{PASSWORD}@127.0.0.1:9")
    credentials = {"kintone_domain": "example.cybozu.com", "kintone_app_id": "1", "kintone_api_token": token}

    with pytest.raises(Exception, match="proxy") as failed:
        list(QueryRecords.from_credentials(credentials).invoke({}))

    assert PASSWORD not in told_by(failed.value) + caplog.text


def test_plugin_process_when_calls_fail(site: LocalKintone, token: str) -> None:
    """Neither error frames with their tracebacks, nor the log, nor stderr of the real process tell the token."""
    credentials = {"kintone_domain": site.url, "kintone_app_id": "1", "kintone_api_token": token}
    told: list[str] = []
    with running_plugin(site.origin) as host:
        for failure in failures(token)[:4]:
            site.clear_failures()
            site.fail(times=None, **failure)
            told += [_failed(host, credentials, tool, dict(parameters)) for tool, parameters in TOOL_NAMES]
        told += [repr(line) for line in host.logs] + host.stderr

    assert len(told) > len(TOOL_NAMES)
    assert token not in "\n".join(told)


TOOL_NAMES: list[tuple[str, dict[str, Any]]] = [
    ("kintone_query", {}),
    ("kintone_validate_record_data", {"record_data": {"sku": "x"}}),
    ("kintone_add_record", {"record_data": {"sku": "x", "name": "n"}, "validate_before_write": False}),
    ("kintone_upsert_records", {"records_data": [{"record": {}}], "validate_before_write": False}),
    ("kintone_download_file", {"file_key": "2026"}),
]


def _failed(host: DifyHost, credentials: dict[str, str], tool: str, parameters: dict[str, Any]) -> str:
    try:
        return repr(host.invoke(tool, parameters, credentials, timeout=60))
    except PluginFailure as failed:
        return f"{failed.error_type} {failed.message} {failed.traceback}"
