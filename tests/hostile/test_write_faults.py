"""Failures of the network at every write: nothing is applied twice, and the failure reports what was saved."""

from typing import Any

import pytest
from dify_plugin.errors.model import InvokeBadRequestError

from dify_host.file_server import FileServer
from kintone.errors import KintoneError
from kintone.ledger import EntryState, WriteLedger
from local_kintone import LocalKintone
from tests.hostile.tool_calls import run
from tests.hostile.write_cases import WRITES, AppState, Write, with_files
from tests.wire.plugin import credentials_of

FAULTS: list[dict[str, dict[str, Any]]] = [
    {"cut before": {"cut": "before"}, "reset before": {"cut": "before", "reset": True}},
    {
        "cut after": {"cut": "after"},
        "reset after": {"cut": "after", "reset": True},
        "cut within": {"cut_after_bytes": 5},
        "too short": {"length_offset": 20},
    },
    {
        "429": {"status": 429, "code": "GAIA_TO04"},
        "429 without code": {"status": 429, "body": "slow down"},
        "locked": {"status": 400, "code": "GAIA_DA02"},
        "not saved": {"status": 400, "code": "GAIA_RE18"},
    },
    {
        "500": {"status": 500, "body": "oops"},
        "502": {"status": 502, "body": ""},
        "503": {"status": 503, "body": "<html>maintenance</html>"},
    },
    {
        "500 applied": {"status": 500, "body": "oops", "applied": True},
        "502 applied": {"status": 502, "body": "", "applied": True},
        "503 applied": {"status": 503, "body": "", "applied": True},
        "504 applied": {"status": 504, "body": "", "applied": True},
    },
    {"login page": {"login_page": True}, "redirect": {"status": 307, "redirect": "http://127.0.0.1:9/"}},
    {
        "login page applied": {"login_page": True, "applied": True},
        "nonsense applied": {"status": 200, "body": "{}", "applied": True},
    },
    {"refused": {"status": 400, "code": "CB_VA01"}},
]
"""Groups of similar faults. Every write is tested with each group; the faults of a group are divided among writes."""
REFUSED = frozenset({"429", "429 without code", "locked", "not saved", "refused"})
"""Faults after which it is certain that nothing was saved."""
FAULT_COUNTS = (1, None)
MAX_TRIES = 6


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
@pytest.mark.usefixtures("credentials")
def test_write_when_the_network_fails(
    site: LocalKintone, files: FileServer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After any fault nothing is applied twice, and no saved entry is reported as not saved."""
    if write.split:
        monkeypatch.setattr("kintone.limits.MAX_BULK_BYTES", 1)
    for group in FAULTS:
        for index, times in enumerate(FAULT_COUNTS, WRITES.index(write)):
            name, fault = list(group.items())[index % len(group)]
            failure = _try(site, files, write, {**fault, "times": times})
            assert not (failure and name in REFUSED and failure.maybe_saved), (write.name, name, str(failure))


@pytest.mark.parametrize("write", [WRITES[0], WRITES[3], WRITES[8]], ids=lambda write: write.name)
@pytest.mark.usefixtures("credentials")
def test_write_when_the_answer_comes_too_late(
    site: LocalKintone, files: FileServer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write whose answer is late is reported as maybe saved, or repeated without being applied twice."""
    monkeypatch.setattr("tools.base.Call.request_timeout", 0.3)
    _try(site, files, write, {"delay": 0.5, "times": 1})


def _try(site: LocalKintone, files: FileServer, write: Write, fault: dict[str, Any]) -> KintoneError | None:
    """Run one write with one fault, compare its report with the app, and return its failure, if any."""
    app_state = AppState(site)
    site.clear_failures()
    method, api = write.request.split()
    failure_set = site.fail(method=method, api=api, after=write.position, **fault)
    message, error = "", None
    try:
        run(write.tool, with_files(write, files), credentials_of(site, app=app_state.app))
    except InvokeBadRequestError as failure:
        message, error = str(failure), kintone_error_of(failure)
    if error:
        _compare_ledger(error, message, app_state, write)
    else:
        assert app_state.applied() == set(range(1, write.entries + 1)), (write.name, fault)
    assert failure_set.hits
    assert app_state.most_revisions() <= 1 + MAX_TRIES
    return error


def kintone_error_of(failure: Exception) -> KintoneError:
    """Return the error from which the SDK's exception was made."""
    error = failure.__context__
    assert isinstance(error, KintoneError), error
    return error


def _compare_ledger(failure: KintoneError, text: str, app_state: AppState, write: Write) -> None:
    """Compare the ledger of a failure with the records of the app."""
    applied = app_state.applied()
    assert text.startswith(f"[{failure.code}] "), text
    ledger = failure.ledger
    assert ledger, (write.name, text)
    assert len(ledger) == write.entries
    saved = _entries_in(ledger, EntryState.SAVED)
    unknown = _entries_in(ledger, EntryState.UNKNOWN)
    assert saved <= applied <= saved | unknown, (write.name, text)
    assert failure.maybe_saved is bool(unknown)
    assert "saved" in text, (write.name, text)
    assert saved or unknown or app_state.state() == app_state.before, (write.name, text)


def _entries_in(ledger: WriteLedger, state: EntryState) -> set[int]:
    return {position for position in range(1, len(ledger) + 1) if ledger.state(position) is state}
