"""Every failure of the network at every write: nothing is applied twice, and what is told is what is so."""

from typing import Any

import pytest
from dify_plugin.errors.model import InvokeBadRequestError

from dify_host.file_server import FileServer
from kintone.errors import KintoneError
from kintone.ledger import EntryState, WriteLedger
from local_kintone import LocalKintone
from tests.hostile.tool_bench import run
from tests.hostile.write_cases import WRITES, Kept, Write, with_files
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
"""Faults of one kind prove the same. Every write meets every kind; those of one kind take turns from write to write."""
REFUSED = frozenset({"429", "429 without code", "locked", "not saved", "refused"})
"""Faults of which it is known that nothing was done."""
TIMES = (1, None)
TRIES = 6


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
@pytest.mark.usefixtures("credentials")
def test_write_when_the_network_fails(
    site: LocalKintone, files: FileServer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails, nothing is applied twice and no saved entry is told as not saved."""
    if write.split:
        monkeypatch.setattr("kintone.limits.MAX_BULK_BYTES", 1)
    for kind in FAULTS:
        for turn, times in enumerate(TIMES, WRITES.index(write)):
            name, fault = list(kind.items())[turn % len(kind)]
            failure = _try(site, files, write, {**fault, "times": times})
            assert not (failure and name in REFUSED and failure.maybe_saved), (write.name, name, str(failure))


@pytest.mark.parametrize("write", [WRITES[0], WRITES[3], WRITES[8]], ids=lambda write: write.name)
@pytest.mark.usefixtures("credentials")
def test_write_when_the_answer_comes_too_late(
    site: LocalKintone, files: FileServer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write whose answer does not come in time is told as one that may have been saved, or is repeated harmlessly."""
    monkeypatch.setattr("tools.base.Call.request_timeout", 0.3)
    _try(site, files, write, {"delay": 0.5, "times": 1})


def _try(site: LocalKintone, files: FileServer, write: Write, fault: dict[str, Any]) -> KintoneError | None:
    """Run one write with one fault, compare what is told with what is there, and return the failure if there is one."""
    kept = Kept(site)
    site.clear_failures()
    method, api = write.request.split()
    switched_on = site.fail(method=method, api=api, after=write.position, **fault)
    told, failed = "", None
    try:
        run(write.tool, with_files(write, files), credentials_of(site, app=kept.app))
    except InvokeBadRequestError as failure:
        told, failed = str(failure), made_from(failure)
    if failed:
        _require_true(failed, told, kept, write)
    else:
        assert kept.applied() == set(range(1, write.entries + 1)), (write.name, fault)
    assert switched_on.hits
    assert kept.most_revisions() <= 1 + TRIES
    return failed


def made_from(failure: Exception) -> KintoneError:
    """Return the error that was turned into what Dify passes on."""
    error = failure.__context__
    assert isinstance(error, KintoneError), error
    return error


def _require_true(failure: KintoneError, text: str, kept: Kept, write: Write) -> None:
    """Compare a failure, entry by entry, with what the app holds."""
    applied = kept.applied()
    assert text.startswith(f"[{failure.code}] "), text
    ledger = failure.ledger
    assert ledger, (write.name, text)
    assert len(ledger) == write.entries
    surely = _entries(ledger, EntryState.SAVED)
    perhaps = _entries(ledger, EntryState.UNKNOWN)
    assert surely <= applied <= surely | perhaps, (write.name, text)
    assert failure.maybe_saved is bool(perhaps)
    assert "saved" in text, (write.name, text)
    assert surely or perhaps or kept.state() == kept.before, (write.name, text)


def _entries(ledger: WriteLedger, state: EntryState) -> set[int]:
    return {position for position in range(1, len(ledger) + 1) if ledger.state(position) is state}
