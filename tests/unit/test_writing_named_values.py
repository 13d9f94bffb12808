"""An unknown user, department or file: kintone names its code or key alone, and each place that holds it is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import ErrorReply, InvalidRequestError, NotFoundError
from kintone.messages import Message
from kintone.writing.entries import Entry
from kintone.writing.named_values import with_values_named
from tests.unit.import_samples import failure
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tests.unit.writing_samples import small_batches, states
from tools.base import KintoneTool
from tools.kintone_add_record import AddRecord
from tools.kintone_update_record import UpdateRecord
from tools.kintone_upsert_records import UpsertRecords

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "owner": {"type": "USER_SELECT"},
    "team": {"type": "ORGANIZATION_SELECT"},
    "lines": {"type": "SUBTABLE", "fields": {"by": {"type": "USER_SELECT"}}},
    "papers": {"type": "FILE"},
}


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Run a kintone with one record."""
    with InProcess(FORM) as running:
        running.kintone.add_records(running.app, [{"sku": "A-0"}])
        yield running


def people(*codes: str) -> dict[str, Any]:
    """Return a value of a user or department field."""
    return {"value": [{"code": code} for code in codes]}


def test_each_line_of_the_batch_with_the_unknown_user_is_named(site: InProcess) -> None:
    """In a request within a bulkRequest, whose words name the code alone; lines of others are not named."""
    names = {52: "nobody", 57: "nobody", 70: "nobody"}
    content = "sku,owner\n" + "".join(f"A-{n},{names.get(n, 'sato')}\n" for n in range(1, 81))
    with small_batches():
        error = failure(site, content.encode())

    assert error.code == "GAIA_IL26"
    assert ["entry 52 (line 53): owner" in str(error), "entry 57 (line 58): owner" in str(error)] == [True, True]
    assert [word in str(error) for word in ("entry 53", "entry 70", "one of")] == [False] * 3
    assert states(error)[0] == (1, 50, "SAVED")
    assert "first_entry 51 (line 52)" in str(error.remedy)


def test_unknown_department_and_a_user_of_that_code(site: InProcess) -> None:
    """The codes of texts and of other records are no places."""
    entries = [{"record": {"sku": "nowhere"}}, {"record": {"team": [{"code": "nowhere"}]}}]
    with pytest.raises(InvalidRequestError) as refused:
        run_tool(site, UpsertRecords, {"records_data": entries})

    assert refused.value.code == "GAIA_IL28"
    assert "(entry 2: team)" in str(refused.value)


def test_unknown_file_names_the_entry_and_the_field(site: InProcess) -> None:
    """With the key that kintone does not have, perhaps since it was used before; another one beside it is not named."""
    used, new = (site.kintone.site.files.upload(f"{name}.txt", "text/plain", b"x") for name in "ab")
    site.ask("PUT", "record", id=1, record={"papers": {"value": [{"fileKey": used}]}})
    files = [[], [{"fileKey": new}], [{"fileKey": used}]]
    given = {"records_data": [{"record": {"papers": value}} for value in files]}
    with pytest.raises(NotFoundError) as refused:
        run_tool(site, UpsertRecords, given)

    assert refused.value.code == "GAIA_BL01"
    assert "(entry 3: papers)" in str(refused.value)


def test_unknown_user_in_a_row_names_table_row_and_column(site: InProcess) -> None:
    """Rows count from 1, as the caller gave them, beside those that append keeps."""
    site.ask("PUT", "record", id=1, record={"lines": {"value": [{"value": {"by": people("sato")}}]}})
    rows = [{"by": [{"code": "sato"}]}, {"by": [{"code": "sato"}, {"code": "nobody"}]}]
    given = {"records_data": [{"id": 1, "record": {"lines": rows}}], "table_mode": "append"}
    with pytest.raises(InvalidRequestError) as refused:
        run_tool(site, UpsertRecords, given)

    assert "(entry 1: by in row 2 of lines)" in str(refused.value)


@pytest.mark.parametrize(("tool", "more"), [(AddRecord, {}), (UpdateRecord, {"record_id": "1"})], ids=["add", "update"])
def test_unknown_user_of_a_single_record_names_the_field(
    site: InProcess, tool: type[KintoneTool], more: dict[str, object]
) -> None:
    """There is no entry to name."""
    with pytest.raises(InvalidRequestError) as refused:
        run_tool(site, tool, {"record_data": {"owner": [{"code": "sato"}, {"code": "nobody"}]}, **more})

    assert refused.value.code == "GAIA_IL26"
    assert "(owner)" in str(refused.value)
    assert "entry" not in str(refused.value)


@pytest.mark.parametrize(
    "words",
    [
        "指定したユーザー（code：Sales (Tokyo)）が見つかりません。",
        "指定したユーザー(code:Sales (Tokyo))が見つかりません。",
        "The specified user (code：Sales (Tokyo)) not found.",
    ],
)
def test_code_is_read_from_the_words_in_each_language(words: str) -> None:
    """With full-width signs too, and with brackets in the code; also where the form could not be read."""
    refusal = InvalidRequestError(Message("refused"), reply=ErrorReply(400, "GAIA_IL26", words))
    entries = [Entry(1, {"owner": people("Sales")}), Entry(2, {"owner": people("Sales (Tokyo)")}, line=3)]
    named = with_values_named(refusal, entries, None, numbered=True)

    assert named is not None
    assert str(named.problem) == "refused (entry 2 (line 3): owner)"


def test_ten_places_are_named_and_the_others_counted(site: InProcess) -> None:
    """So that a batch of 100 does not fill the message."""
    entries = [{"record": {"owner": [{"code": "nobody"}]}} for _ in range(30)]
    with pytest.raises(InvalidRequestError) as refused:
        run_tool(site, UpsertRecords, {"records_data": entries})

    assert "entry 10: owner and 20 more" in str(refused.value)
