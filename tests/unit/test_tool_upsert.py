"""Output of ``kintone_upsert_records`` for very many entries."""

from collections.abc import Iterator
from typing import Any

import pytest
from dify_plugin.entities.tool import ToolRuntime

from kintone.access.redaction import Redactor
from kintone.errors import InvalidParameterError, KintoneError
from kintone.files import NoAttachmentFieldError
from tests.unit.in_process import InProcess
from tools import kintone_upsert_records
from tools.base import Call
from tools.code_suggestions import suggest_attachment_field
from tools.kintone_upsert_records import UpsertRecords
from tools.parameters import Parameters
from tools.results import Result


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Run a kintone whose app has a key, a number and a date."""
    form: dict[str, dict[str, Any]] = {
        "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
        "stock": {"type": "NUMBER"},
        "due": {"type": "DATE"},
    }
    with InProcess(form) as running:
        yield running


def call_of(site: InProcess, **parameters: object) -> Call:
    """Return a call of the tool on this site."""
    declared = UpsertRecords.declaration().parameters
    call = Call({"kintone_app_id": str(site.app)}, Parameters(parameters, declared), Redactor([]))
    call.__dict__["client"] = site.client
    return call


def upserted(site: InProcess, count: int, **fields: object) -> Result:
    """Upsert this many entries with these fields."""
    rows: list[dict[str, Any]] = [{"sku": f"A-{number}", **fields} for number in range(count)]
    runtime = ToolRuntime(credentials={}, user_id=None, session_id=None)
    result = UpsertRecords(runtime=runtime, session=None).run(call_of(site, records_data=rows, update_key="sku"))
    assert isinstance(result, Result)
    return result


def test_results_are_left_out_when_dify_could_not_carry_them(site: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """All entries are saved, so the step succeeds with its counts and says what is left out."""
    monkeypatch.setattr(kintone_upsert_records, "MAX_MESSAGE_BYTES", 300)
    result = upserted(site, 10)

    assert len(site.ids()) == 10
    assert result.variables == {
        "upsert_result": {"add": 10, "updated": 0, "requested": 10, "with_update_key": 10},
        "results": [],
        "response": {},
        "next_entry": 0,
    }
    assert any("too large" in str(line) for line in result.lines)


def test_problems_beyond_the_first_fifty_are_counted(site: InProcess) -> None:
    """Nothing is written, and fifty problems are listed."""
    with pytest.raises(InvalidParameterError, match=r"and 10 more problems$"):
        upserted(site, 60, stock="many")

    assert site.writes == []


def test_changes_beyond_the_first_twenty_are_counted(site: InProcess) -> None:
    """Twenty converted values are shown, and all are counted."""
    lines = [str(line) for line in upserted(site, 27, due="2026/4/1").lines]

    assert sum('"2026/4/1"' in line for line in lines) == 20
    assert any("7 more" in line for line in lines)


def test_error_about_an_attachment_field_is_kept_when_the_form_cannot_be_read(site: InProcess) -> None:
    """Without the form there is no suggestion."""
    site.kintone.fail(api="app/form/fields", times=None, status=403, code="CB_NO02", message="No privilege.")
    error = NoAttachmentFieldError("attachment_field: {code} is none", code="papers")

    with pytest.raises(KintoneError) as raised, suggest_attachment_field(call_of(site), "papers"):
        raise error

    assert raised.value is error
