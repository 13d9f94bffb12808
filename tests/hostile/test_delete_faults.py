"""Failures of the network while records are deleted: what is told of each of them is what is stored."""

from typing import Any

import pytest
from dify_plugin.errors.model import InvokeBadRequestError

from kintone.errors import KintoneError
from kintone.ledger import EntryState
from local_kintone import LocalKintone
from tests.hostile.test_write_faults import FAULTS, REFUSED, kintone_error_of
from tests.hostile.tool_calls import run
from tests.wire.plugin import credentials_of

TOOL = "kintone_delete_records"
NAMED = [(name, fault) for group in FAULTS for name, fault in group.items()]
REQUESTS = {"DELETE records": {}, "POST bulkRequest": {"kintone.limits.MAX_RECORDS_PER_WRITE": 2}}
"""The request that fails, and the limits that lead to it: two records in a call make a batch of three calls."""


@pytest.mark.parametrize("times", [1, None])
@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("is_readable", [True, False], ids=["readable", "unreadable"])
@pytest.mark.usefixtures("credentials")
def test_delete_when_the_network_fails(
    site: LocalKintone, request_: str, times: int | None, monkeypatch: pytest.MonkeyPatch, *, is_readable: bool
) -> None:
    """After any fault, nothing that is called deleted is there, and nothing that is called not deleted is gone."""
    for name, value in REQUESTS[request_].items():
        monkeypatch.setattr(name, value)
    for name, fault in NAMED:
        app = site.create_app("deletes", {"name": {"type": "SINGLE_LINE_TEXT"}})
        site.add_records(app, [{}] * 6)
        site.clear_failures()
        method, api = request_.split()
        failing = site.fail(method=method, api=api, **{**fault, "times": times})
        if not is_readable:
            site.fail(method="GET", api="records", status=403, code="GAIA_NO01", times=None)
        error = _deleting(site, app, "5, 3, 1, 4, 2")
        site.clear_failures()
        _compare(site, app, error, (name, times))
        assert failing.hits
        assert not (error and name in REFUSED and error.maybe_saved), (name, str(error))


def _deleting(site: LocalKintone, app: int, ids: str) -> KintoneError | None:
    try:
        run(TOOL, {"record_ids": ids}, credentials_of(site, app=app))
    except InvokeBadRequestError as failure:
        return kintone_error_of(failure)
    return None


def _compare(site: LocalKintone, app: int, error: KintoneError | None, case: Any) -> None:  # noqa: ANN401 - for messages
    there = {int(record["$id"]["value"]) for record in site.records(app)}
    if error is None:
        assert there == {6}, case
        return
    ledger = error.ledger
    assert ledger, (case, str(error))
    states = [ledger.state(position) for position in range(1, 6)]
    assert len(set(states)) == 1, case
    assert len(there) in (1, 6), case
    text = str(error)
    if states[0] is EntryState.UNKNOWN:
        assert "may have been deleted: records 1 to 5" in text, (case, text)
    else:
        assert states[0] is EntryState.REFUSED or states[0] is EntryState.NOT_SENT, case
        assert len(there) == 6, (case, text)
        assert "nothing was deleted" in text, (case, text)
