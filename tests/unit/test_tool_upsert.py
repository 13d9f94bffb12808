"""Output of ``kintone_upsert_records`` for very many entries."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import InvalidParameterError, KintoneError
from kintone.files import NoAttachmentFieldError
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import call_of, run_tool
from tools import kintone_upsert_records
from tools.code_suggestions import suggest_attachment_field
from tools.kintone_upsert_records import UpsertRecords
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


def upserted(site: InProcess, count: int, **fields: object) -> Result:
    """Upsert this many entries with these fields."""
    rows: list[dict[str, Any]] = [{"sku": f"A-{number}", **fields} for number in range(count)]
    return run_tool(site, UpsertRecords, {"records_data": rows, "update_key": "sku"})


def refused(site: InProcess, entries: list[dict[str, Any]], update_key: str = "sku") -> InvalidParameterError:
    """Return the error of rows, or of entries without the key field, that are refused before anything is sent."""
    with pytest.raises(InvalidParameterError) as raised:
        run_tool(site, UpsertRecords, {"records_data": entries, "update_key": update_key})
    assert site.writes == []
    return raised.value


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
    error = refused(site, [{"sku": f"A-{number}", "stock": f"many {number}"} for number in range(60)])

    assert str(error.problem).endswith("and 10 more problems")


def test_changes_beyond_the_first_twenty_are_counted(site: InProcess) -> None:
    """Twenty converted values are shown, and all are counted."""
    lines = [str(line) for line in upserted(site, 27, due="2026/4/1").lines]

    assert sum('"2026/4/1"' in line for line in lines) == 20
    assert any("7 more" in line for line in lines)


def test_error_about_an_attachment_field_is_kept_when_the_form_cannot_be_read(site: InProcess) -> None:
    """Without the form there is no suggestion."""
    site.kintone.fail(api="app/form/fields", times=None, status=403, code="CB_NO02", message="No privilege.")
    error = NoAttachmentFieldError("attachment_field: {code} is none", code="papers")

    with pytest.raises(KintoneError) as raised, suggest_attachment_field(call_of(site, UpsertRecords, {}), "papers"):
        raise error

    assert raised.value is error


def test_equal_mistakes_of_entries_are_told_once(site: InProcess) -> None:
    """With the entries that have them, and with the suggestion of the first one."""
    rows: list[dict[str, Any]] = [{"sku": f"A-{number}", "stokc": number} for number in range(2_500)]
    rows[6]["stock"] = "many"
    rows[8]["stock"] = "many"
    text = str(refused(site, rows).problem)

    assert [text.count(words) for words in ("entries 1 to 2500: stokc", "entries 7, 9: stock", "entr")] == [1, 1, 2]
    assert len(text) < 1_000


def test_checking_ends_after_very_many_equal_mistakes(site: InProcess) -> None:
    """That there are more is said; the time for a million mistakes is not spent."""
    text = str(refused(site, [{"sku": f"A-{number}", "stokc": 1, "sokc": 1} for number in range(6_000)]).problem)

    assert "entries 1 to 500" in text
    assert text.endswith("and many more problems")


def test_fields_of_another_app(site: InProcess) -> None:
    """Where the app has none of the fields, the parameter that names the app is told; else it is not."""
    assert "kintone_app_id" not in str(refused(site, [{"sku": "A", "price": 1, "product": "x"}]).remedy)
    remedy = str(refused(site, [{"record": {"price": 1}}, {"record": {"product": "x"}}], "").remedy)

    assert [word in remedy for word in ("kintone_app_id", f"app {site.app}")] == [True] * 2
