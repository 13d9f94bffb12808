"""What each failed write says of Dify's own retry, which repeats the whole call; and that it is true."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from kintone.errors import InvalidParameterError, KintoneError, line_of
from kintone.messages import Message
from kintone.remedies import RETRY_IS_HARMLESS, RETRY_IS_REFUSED, RETRY_MEETS_OTHERS, RETRY_WRITES_TWICE
from kintone.writing.append import ListMode
from kintone.writing.one_record import attach
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tests.unit.writing_samples import small_batches
from tools.base import KintoneTool
from tools.kintone_add_record import AddRecord
from tools.kintone_add_record_comment import AddRecordComment
from tools.kintone_update_record import UpdateRecord
from tools.kintone_upsert_records import UpsertRecords

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "no": {"type": "NUMBER", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT"},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}}},
    "papers": {"type": "FILE"},
}
KEYED = {"updateKey": {"field": "sku", "value": "A"}, "record": {"name": "x"}}
NEW = {"record": {"name": "new"}}
ROW = {"lines": [{"qty": 1}]}
NOTES = (RETRY_IS_HARMLESS, RETRY_IS_REFUSED, RETRY_MEETS_OTHERS, RETRY_WRITES_TWICE)


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Run a kintone with the records A and B."""
    with InProcess(FORM) as running:
        running.kintone.add_records(running.app, [{"sku": "A", "no": "1"}, {"sku": "B", "no": "2"}])
        yield running


def run(site: InProcess, tool: type[KintoneTool], parameters: dict[str, object]) -> None:
    """Run a tool."""
    run_tool(site, tool, parameters)


def failure(site: InProcess, act: Callable[[], object], methods: Sequence[str] = ("POST", "PUT")) -> KintoneError:
    """Return the error of a write whose answer is lost although kintone carried it out."""
    failures = [
        site.kintone.fail(api=api, method=method, status=500, body="<html></html>", applied=True, times=None)
        for api, method in (
            ("record", "POST"),
            ("record", "PUT"),
            ("records", "POST"),
            ("records", "PUT"),
            ("bulkRequest", "POST"),
            ("record/comment", "POST"),
        )
        if method in methods
    ]
    with pytest.raises(KintoneError) as failed:
        act()
    assert any(each.hits for each in failures)
    site.kintone.clear_failures()
    return failed.value


def noted(error: KintoneError) -> Message | None:
    """Return the one note about a repetition."""
    found = [note for note in error.notes if note in NOTES]
    assert len(found) <= 1
    assert all(str(note) in line_of(error) for note in found)
    return found[0] if found else None


CASES: list[tuple[type[KintoneTool], dict[str, object], Message]] = [
    (AddRecord, {"record_data": {"name": "new"}}, RETRY_WRITES_TWICE),
    (AddRecordComment, {"record_id": 1, "comment_text": "x"}, RETRY_WRITES_TWICE),
    (UpdateRecord, {"record_id": 1, "record_data": {"name": "x"}}, RETRY_IS_HARMLESS),
    (UpdateRecord, {"update_key": "sku", "update_key_value": "A", "record_data": {"name": "x"}}, RETRY_IS_HARMLESS),
    (UpdateRecord, {"record_id": 1, "record_data": {"name": "x"}, "revision": 1}, RETRY_IS_REFUSED),
    (UpsertRecords, {"records_data": [KEYED]}, RETRY_IS_HARMLESS),
    (UpsertRecords, {"records_data": [{"id": 1, "record": {"name": "x"}}]}, RETRY_IS_HARMLESS),
    (UpsertRecords, {"records_data": [NEW]}, RETRY_WRITES_TWICE),
    (UpsertRecords, {"records_data": [KEYED, NEW]}, RETRY_WRITES_TWICE),
    (UpsertRecords, {"records_data": [{"id": 1, "revision": 1, "record": {"name": "x"}}]}, RETRY_IS_REFUSED),
    (UpsertRecords, {"records_data": [KEYED, {"id": 2, "record": {"sku": "C"}}]}, RETRY_MEETS_OTHERS),
]


@pytest.mark.parametrize(("tool", "parameters", "said"), CASES)
def test_lost_answer_says_what_a_repetition_does(
    site: InProcess, tool: type[KintoneTool], parameters: dict[str, object], said: Message
) -> None:
    """The same call, made again as Dify's retry does, does what was said."""
    error = failure(site, lambda: run(site, tool, parameters))
    assert error.maybe_saved
    assert noted(error) is said

    records, comments = len(site.ids()), len(site.kintone.comments(site.app, 1))
    before = site.values("name")
    try:
        run(site, tool, parameters)
    except InvalidParameterError:
        raise
    except KintoneError:
        assert said is RETRY_IS_REFUSED
    else:
        assert said is not RETRY_IS_REFUSED
    grown = (len(site.ids()), len(site.kintone.comments(site.app, 1))) != (records, comments)
    assert grown is (said is RETRY_WRITES_TWICE)
    if said is RETRY_IS_HARMLESS:
        assert site.values("name") == before


@pytest.mark.parametrize("tool", [UpdateRecord, UpsertRecords])
@pytest.mark.parametrize("kept_form", [True, False])
def test_rows_that_are_appended_come_twice(site: InProcess, tool: type[KintoneTool], *, kept_form: bool) -> None:
    """Whatever else the call holds."""
    parameters: dict[str, object] = {"record_id": 1, "record_data": ROW}
    if tool is UpsertRecords:
        parameters = {"records_data": [{"id": 1, "record": ROW}]}
    if kept_form:
        site.client.forms.read(site.app)
    parameters["table_mode"] = "append"
    assert noted(failure(site, lambda: run(site, tool, parameters))) is RETRY_WRITES_TWICE

    before = len(site.values("lines")[0])
    run(site, tool, parameters)
    assert len(site.values("lines")[0]) == before + 1


def rows_written(tool: type[KintoneTool], rows: list[dict[str, object]], key: str = "A") -> dict[str, object]:
    """Return parameters that append rows to the record with this key, the ids of saved rows among them."""
    record: dict[str, object] = {"lines": rows}
    if tool is UpdateRecord:
        return {"update_key": "sku", "update_key_value": key, "record_data": record, "table_mode": "append"}
    entry = {"updateKey": {"field": "sku", "value": key}, "record": record}
    return {"records_data": [entry], "table_mode": "append"}


@pytest.mark.parametrize("tool", [UpdateRecord, UpsertRecords])
def test_rows_that_are_changed_by_their_ids_come_once(site: InProcess, tool: type[KintoneTool]) -> None:
    """In append mode too: a repetition adds nothing, so nothing warns of it; unknown ids are added again."""
    site.ask("PUT", "record", id=1, record={"lines": {"value": [{"value": {"qty": {"value": "1"}}}]}})
    saved = site.values("lines")[0][0]["id"]
    changed = rows_written(tool, [{"id": saved, "qty": 5}])
    error = failure(site, lambda: run(site, tool, changed))
    assert noted(error) is RETRY_IS_HARMLESS
    assert "twice" not in line_of(error)
    run(site, tool, changed)
    assert [row["id"] for row in site.values("lines")[0]] == [saved]
    assert "twice" not in str(run_tool(site, tool, changed).lines)

    unknown = rows_written(tool, [{"id": saved, "qty": 5}, {"id": 999, "qty": 6}])
    assert noted(failure(site, lambda: run(site, tool, unknown))) is RETRY_WRITES_TWICE
    run(site, tool, unknown)
    assert [row["value"]["qty"]["value"] for row in site.values("lines")[0]] == ["5", "6", "6"]


def test_rows_with_ids_of_a_record_that_is_added_come_twice(site: InProcess) -> None:
    """The new record gets rows with other ids."""
    parameters = rows_written(UpsertRecords, [{"id": 999, "qty": 6}], "new")
    assert noted(failure(site, lambda: run(site, UpsertRecords, parameters))) is RETRY_WRITES_TWICE

    run(site, UpsertRecords, parameters)
    assert len(site.values("lines")[2]) == 2


@pytest.mark.parametrize(
    ("mode", "said"), [(ListMode.APPEND, RETRY_WRITES_TWICE), (ListMode.REPLACE, RETRY_IS_HARMLESS)]
)
def test_attaching_tells_by_its_mode(site: InProcess, mode: ListMode, said: Message) -> None:
    """A repetition uploads the files again, and adds them or puts them in place of the first ones."""
    key = site.kintone.site.files.upload("a.txt", "text/plain", b"a")

    assert noted(failure(site, lambda: attach(site.client, site.app, "1", "papers", [key], mode))) is said


def attached(site: InProcess, mode: ListMode) -> None:
    """Attach a file that is uploaded."""
    key = site.kintone.site.files.upload("a.txt", "text/plain", b"a")
    attach(site.client, site.app, "1", "papers", [key], mode)


@pytest.mark.parametrize(
    ("act", "looks"),
    [
        (lambda site: run(site, UpdateRecord, {"record_id": 1, "record_data": {"name": "x"}}), False),
        (lambda site: attached(site, ListMode.REPLACE), False),
        (lambda site: attached(site, ListMode.APPEND), True),
        (lambda site: run(site, UpdateRecord, {"record_id": 1, "record_data": ROW, "table_mode": "append"}), True),
        (lambda site: run(site, AddRecord, {"record_data": {"name": "x"}}), True),
    ],
    ids=["update", "replace files", "append files", "append rows", "add"],
)
def test_one_record_gets_one_advice(site: InProcess, act: Callable[[InProcess], None], *, looks: bool) -> None:
    """Either a repetition is safe, or it has to be looked up first whether one is needed; never both."""
    error = failure(site, lambda: act(site))

    assert (noted(error) is RETRY_IS_HARMLESS) is not looks
    assert ("look in kintone" in line_of(error)) is looks
    assert line_of(error).count("safe") == (not looks)
    assert "do not repeat" not in line_of(error)


def test_entries_before_the_failed_batch_count_too(site: InProcess) -> None:
    """The batch that is lost has keys, but the repetition would also add what was saved before it."""
    keyed = [{**KEYED, "updateKey": {"field": "sku", "value": f"K{number}"}} for number in range(4)]
    entries: list[dict[str, Any]] = [NEW, NEW, *keyed]
    with small_batches(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("kintone.limits.MAX_BULK_REQUESTS", 1)
        error = failure(site, lambda: run(site, UpsertRecords, {"records_data": entries}), ["PUT"])

    assert noted(error) is RETRY_WRITES_TWICE
    assert "sending these again is safe" in str(error)


def test_nothing_is_said_where_nothing_is_saved(site: InProcess) -> None:
    """A refusal before anything was written leaves the retry harmless, and costs no words."""
    site.kintone.fail(api="records", method="PUT", status=400, code="CB_VA01", message="No.")
    with pytest.raises(KintoneError) as refused:
        run(site, UpsertRecords, {"records_data": [KEYED]})

    assert noted(refused.value) is None
