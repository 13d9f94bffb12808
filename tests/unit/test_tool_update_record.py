"""``kintone_update_record``: which requests are sent, what is stored, and what is told of rows and files."""

from collections.abc import Iterator
from typing import Any

import pytest
from dify_plugin.entities.tool import ToolRuntime

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.errors import InvalidParameterError, KintoneError, NotFoundError, RevisionConflictError
from tests.unit.in_process import Asked, InProcess
from tools.base import Call
from tools.kintone_update_record import UpdateRecord
from tools.parameters import Parameters
from tools.results import Result

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "label": "品番", "unique": True},
    "number": {"type": "NUMBER", "unique": True},
    "day": {"type": "DATE", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT", "required": True},
    "note": {"type": "SINGLE_LINE_TEXT"},
    "lines": {
        "type": "SUBTABLE",
        "fields": {"item": {"type": "SINGLE_LINE_TEXT"}, "qty": {"type": "NUMBER"}, "papers": {"type": "FILE"}},
    },
    "papers2": {"type": "FILE"},
}
FORM_READ, READ, UPDATE, UPDATE_LIST = "GET app/form/fields", "GET records", "PUT record", "PUT records"


@pytest.fixture
def shop() -> Iterator[InProcess]:
    """Run a kintone with two records; the first has three rows."""
    with InProcess(FORM) as site:
        rows = [{"item": item, "qty": "1"} for item in ("茶", "pen", "cup")]
        site.kintone.add_records(
            site.app,
            [
                {"sku": "A-1", "number": "10", "name": "茶 🍵", "note": "old", "lines": rows},
                {"sku": "A-2", "number": "20", "name": "ink"},
            ],
        )
        yield site


def update(site: InProcess, **parameters: object) -> Result:
    """Run the tool on the app of a kintone."""
    call = Call(
        {"kintone_app_id": str(site.app)}, Parameters(parameters, UpdateRecord.declaration().parameters), Redactor([])
    )
    call.__dict__["client"] = site.client
    call.__dict__["settings"] = OperatorSettings()
    return UpdateRecord(runtime=ToolRuntime(credentials={}, user_id=None, session_id=None), session=None).run(call)


def refusal(site: InProcess, **parameters: object) -> str:
    """Return the line of a call that is refused before anything is written."""
    before = site.kintone.records(site.app)
    with pytest.raises(InvalidParameterError) as refused:
        update(site, **parameters)
    assert site.kintone.records(site.app) == before
    return str(refused.value)


def text(result: Result) -> str:
    """Return the text of a result."""
    return "\n".join(map(str, result.lines))


def calls(site: InProcess) -> list[str]:
    """Return the requests in order."""
    return [asked.call for asked in site.asked]


def stored(site: InProcess, record_id: int = 1) -> dict[str, Any]:
    """Return the values of a record."""
    (record,) = site.kintone.records(site.app, f"$id = {record_id}")
    return {code: content["value"] for code, content in record.items()}


def row_ids(site: InProcess) -> list[str]:
    """Return the ids of the rows of the first record."""
    return [row["id"] for row in stored(site)["lines"]]


def items(site: InProcess) -> list[str]:
    """Return the items of the rows of the first record."""
    return [row["value"]["item"]["value"] for row in stored(site)["lines"]]


def upload(site: InProcess, name: str) -> dict[str, str]:
    """Upload a file and return its key as a record takes it."""
    return {"fileKey": site.kintone.site.files.upload(name, "text/plain", b"x")}


# Which record


def test_update_by_id_is_one_request(shop: InProcess) -> None:
    """Nothing is read but the form; the other fields and records stay."""
    before = stored(shop), stored(shop, 2)
    result = update(shop, record_data={"note": "新しい"}, record_id="1")

    assert calls(shop) == [FORM_READ, UPDATE]
    assert shop.asked[-1].parameters == {"app": shop.app, "id": "1", "record": {"note": {"value": "新しい"}}}
    after = stored(shop)
    assert after["note"] == "新しい"
    assert {code: after[code] for code in ("sku", "name", "lines")} == {
        code: before[0][code] for code in ("sku", "name", "lines")
    }
    assert stored(shop, 2) == before[1]
    assert result.variables == {
        "record_id": "1",
        "revision": "2",
        "record_url": shop.client.record_url(shop.app, "1"),
        "response": {"revision": "2"},
    }


@pytest.mark.parametrize(
    ("code", "value", "sent"), [("sku", "A-2", "A-2"), ("number", 20.0, "20"), ("number", "２０", "20")]
)
def test_update_by_key_never_upserts(shop: InProcess, code: str, value: object, sent: str) -> None:
    """The key is sent without upsert, and nothing but the form is read."""
    result = update(shop, record_data={"note": "x"}, update_key=code, update_key_value=value)

    assert shop.calls[READ] + shop.calls["GET record"] == 0
    assert [asked.call for asked in shop.writes] == [UPDATE_LIST]
    assert shop.asked[-1].parameters == {
        "app": shop.app,
        "records": [{"updateKey": {"field": code, "value": sent}, "record": {"note": {"value": "x"}}}],
    }
    assert (result.variables["record_id"], stored(shop, 2)["note"]) == ("2", "x")


@pytest.mark.parametrize("data", [{"note": "x"}, {"lines": [{"item": "x"}]}])
def test_key_of_no_record_adds_none(shop: InProcess, data: dict[str, object]) -> None:
    """A mistyped key is an error that names it, whether or not the record is read first."""
    with pytest.raises(NotFoundError) as failed:
        update(shop, record_data=data, update_key="sku", update_key_value="A-l")

    assert failed.value.code == ("NOT_FOUND" if "lines" in data else "GAIA_RE20")
    assert "A-l" in str(failed.value.problem)
    assert "sku" in str(failed.value.problem)
    assert "update_key_value" in str(failed.value.remedy)
    assert failed.value.ledger is not None
    assert not failed.value.maybe_saved
    assert shop.ids() == [1, 2]


@pytest.mark.parametrize("data", [{"note": "x"}, {"lines": []}])
def test_id_of_no_record(shop: InProcess, data: dict[str, object]) -> None:
    """An unknown id is kintone's refusal, and the parameter is named."""
    with pytest.raises(NotFoundError) as failed:
        update(shop, record_data=data, record_id=99)

    assert failed.value.code == "GAIA_RE01"
    assert "record_id" in str(failed.value.remedy)
    assert "entry" not in str(failed.value)
    assert shop.ids() == [1, 2]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({}, "record_id"),
        ({"record_id": "1", "update_key": "sku"}, "update_key"),
        ({"record_id": "1", "update_key_value": "A-1"}, "update_key_value"),
        ({"update_key": "sku"}, "update_key_value"),
        ({"update_key_value": "A-1"}, "update_key"),
        ({"record_id": "INQ 10x"}, "sku"),
        ({"update_key": "name", "update_key_value": "ink"}, "sku"),
        ({"update_key": "day", "update_key_value": "2026-04-01"}, "sku"),
        ({"update_key": "skuu", "update_key_value": "A-1"}, "sku"),
        ({"update_key": "number", "update_key_value": "ten"}, "update_key_value"),
        ({"update_key": "sku", "update_key_value": "x" * 65}, "update_key_value"),
        ({"record_id": "1", "revision": "two"}, "revision"),
        ({"record_id": "1", "revision": 0}, "revision"),
        ({"record_id": "1", "table_mode": "merge"}, "table_mode"),
        ({"record_id": "1", "file_mode": "merge"}, "file_mode"),
    ],
)
def test_record_must_be_named_in_one_way(shop: InProcess, parameters: dict[str, object], named: str) -> None:
    """Both ways, half of one, no key and a field that cannot be the key are refused; what is meant is named."""
    assert named in refusal(shop, record_data={"note": "x"}, **parameters)
    assert shop.writes == []


def test_record_number_names_the_record_only_with_the_own_app_code(shop: InProcess) -> None:
    """A record number of another app is not taken for the id at its end."""
    assert "SHOP-1" in refusal(shop, record_data={"note": "x"}, record_id="SHOP-1")


def test_record_number_with_the_own_app_code(shop: InProcess) -> None:
    """SHOP-2 is record 2 of the app with the code SHOP."""
    shop.kintone.apps[shop.app].code = "SHOP"
    update(shop, record_data={"note": "x"}, record_id="SHOP-2")

    assert (stored(shop)["note"], stored(shop, 2)["note"]) == ("old", "x")


# The key inside the data


@pytest.mark.parametrize(
    ("key", "value", "data"),
    [
        ("sku", "A-1", {"sku": "A-1", "note": "x"}),
        ("sku", "A-1", {"sku": {"value": "A-1"}, "note": "x"}),
        ("number", "10", {"number": "10.0", "note": "x"}),
        ("number", "10", {"number": 10, "note": "x"}),
    ],
)
def test_same_key_in_the_data_is_left_out(shop: InProcess, key: str, value: str, data: dict[str, object]) -> None:
    """The key is not written, since kintone refuses that."""
    update(shop, record_data=data, update_key=key, update_key_value=value)

    (sent,) = shop.asked[-1].parameters["records"]
    assert sent["record"] == {"note": {"value": "x"}}
    assert stored(shop)["note"] == "x"


@pytest.mark.parametrize("value", ["A-9", "a-1", "", None])
def test_other_key_in_the_data_is_refused(shop: InProcess, value: str | None) -> None:
    """Another value for the key, or none, is refused, and the way to change it is named."""
    line = refusal(shop, record_data={"sku": value, "note": "x"}, update_key="sku", update_key_value="A-1")

    assert "record_id" in line


def test_other_number_key_in_the_data_is_refused(shop: InProcess) -> None:
    """Numbers are compared by value."""
    line = refusal(shop, record_data={"number": "11", "note": "x"}, update_key="number", update_key_value="10")

    assert "record_id" in line


def test_key_can_be_changed_by_id(shop: InProcess) -> None:
    """By its id the record can get another key."""
    update(shop, record_data={"sku": "A-9"}, record_id=1)

    assert stored(shop)["sku"] == "A-9"


@pytest.mark.parametrize("data", ["{}", {}, {"record_data": {}}, {"sku": "A-1"}])
def test_nothing_to_change_is_refused(shop: InProcess, data: object) -> None:
    """Empty data would raise the revision and change nothing."""
    assert "record_data" in refusal(shop, record_data=data, update_key="sku", update_key_value="A-1")


def test_problems_are_told_together(shop: InProcess) -> None:
    """Data is checked for an update: what is missing is no problem, what is wrong is told at once."""
    line = refusal(shop, record_data={"nmae": "x", "name": "", "lines": [{"qty": "many"}]}, record_id="1")

    assert [word in line for word in ("nmae", "name", "qty")] == [True] * 3


# Rows and files


@pytest.mark.parametrize("named", [{"record_id": "1"}, {"update_key": "sku", "update_key_value": "A-1"}])
def test_replaced_rows_are_told_by_count_and_id(shop: InProcess, named: dict[str, object]) -> None:
    """The record is read once, and what is told is bound to the revision that was read."""
    first, second, third = row_ids(shop)
    rows = [{"id": second, "item": "pen"}, {"item": "new"}, {"id": first, "item": "緑茶"}]
    result = update(shop, record_data={"lines": rows}, **named)

    assert calls(shop) == [FORM_READ, READ, UPDATE]
    assert shop.asked[-1].parameters["revision"] == "1"
    assert items(shop) == ["pen", "new", "緑茶"]
    assert f"lines: 1 row added, 1 changed, 1 kept, 1 removed (id {third})" in text(result)


def test_emptied_table_is_told(shop: InProcess) -> None:
    """An empty list removes all rows, and their ids are told."""
    ids = row_ids(shop)
    result = update(shop, record_data={"lines": []}, record_id="1")

    assert items(shop) == []
    assert f"3 removed (ids {', '.join(ids)})" in text(result)


def test_unknown_row_id_is_a_new_row(shop: InProcess) -> None:
    """Kintone takes a row with an id that the record does not have as a new one; so does the text."""
    result = update(shop, record_data={"lines": [{"id": "999", "item": "x"}]}, record_id="1")

    assert items(shop) == ["x"]
    assert "lines: 1 row added, 3 removed" in text(result)


def test_appended_rows(shop: InProcess) -> None:
    """Saved rows stay, one that is sent with its id is changed, and the text warns of a retry."""
    first = row_ids(shop)[0]
    rows = [{"item": "new"}, {"id": first, "qty": "5"}]
    result = update(shop, record_data={"lines": rows}, record_id="1", table_mode="append")

    assert items(shop) == ["茶", "pen", "cup", "new"]
    assert stored(shop)["lines"][0]["value"]["qty"]["value"] == "5"
    assert "lines: 1 row added, 1 changed, 2 kept" in text(result)
    assert "retry" in text(result)


def test_files_are_replaced_or_appended(shop: InProcess) -> None:
    """What becomes of the attachments is told by name; append keeps those that are saved."""
    told = [
        text(update(shop, record_data={"papers2": [upload(shop, name)]}, record_id="1", file_mode=mode))
        for name, mode in (("a.txt", "append"), ("b.txt", "append"), ("c.txt", "replace"))
    ]

    assert [file["name"] for file in stored(shop)["papers2"]] == ["c.txt"]
    assert "papers2: 1 file added\n" in told[0]
    assert "papers2: 1 file added, 1 kept\n" in told[1]
    assert "papers2: 1 file added, 2 removed (a.txt, b.txt)" in told[2]


def test_files_of_a_row_that_go_are_told(shop: InProcess) -> None:
    """A row that stays can lose its files."""
    first, *others = row_ids(shop)
    kept = [{"id": row_id, "item": item} for row_id, item in zip(others, ("pen", "cup"), strict=True)]
    update(shop, record_data={"lines": [{"id": first, "papers": [upload(shop, "a.txt")]}, *kept]}, record_id="1")
    result = update(shop, record_data={"lines": [{"id": first, "papers": []}, *kept]}, record_id="1")

    assert f"papers of row {first}: 1 removed (a.txt)" in text(result)
    assert "lines: 1 changed, 2 kept" in text(result)


def test_row_that_is_sent_as_it_is_saved_counts_as_kept(shop: InProcess) -> None:
    """A saved file has properties that are not sent; its row is kept all the same."""
    first, *others = row_ids(shop)
    kept = [{"id": row_id, "item": item} for row_id, item in zip(others, ("pen", "cup"), strict=True)]
    update(shop, record_data={"lines": [{"id": first, "papers": [upload(shop, "a.txt")]}, *kept]}, record_id="1")
    (saved,) = stored(shop)["lines"][0]["value"]["papers"]["value"]
    row = {"id": first, "qty": "1", "papers": [{"fileKey": saved["fileKey"]}]}

    assert "lines: 3 kept" in text(update(shop, record_data={"lines": [row, *kept]}, record_id="1"))


def other_writer(site: InProcess, times: int = 1) -> None:
    """Have another writer add a row before each of the first updates."""
    left = [times]

    def add_row(asked: Asked) -> None:
        if asked.call == UPDATE and left[0]:
            left[0] -= 1
            rows = [{"id": row_id} for row_id in row_ids(site)]
            site.ask("PUT", "record", id=1, record={"lines": {"value": [*rows, {"value": {"item": {"value": "他"}}}]}})

    site.before = add_row


def test_row_of_another_writer_is_told_when_it_goes(shop: InProcess) -> None:
    """A row that appears between reading and writing is among those that are told to be gone."""
    other_writer(shop)
    result = update(shop, record_data={"lines": [{"item": "only"}]}, record_id="1")

    assert calls(shop) == [FORM_READ, READ, UPDATE, READ, UPDATE]
    assert items(shop) == ["only"]
    assert "4 removed" in text(result)


def test_endless_conflicts_end(shop: InProcess) -> None:
    """After six conflicts the call fails, and nothing is saved."""
    other_writer(shop, times=50)
    with pytest.raises(RevisionConflictError) as failed:
        update(shop, record_data={"lines": []}, record_id="1")

    assert failed.value.code == "GAIA_CO02"
    assert shop.calls[UPDATE] == 6
    assert "only" not in items(shop)


# Revision


@pytest.mark.parametrize("data", [{"note": "x"}, {"lines": []}])
@pytest.mark.parametrize("named", [{"record_id": "1"}, {"update_key": "sku", "update_key_value": "A-1"}])
def test_other_revision_is_refused(shop: InProcess, data: dict[str, object], named: dict[str, object]) -> None:
    """A record that was changed since is not written, and reading it again is the advice."""
    with pytest.raises(RevisionConflictError) as failed:
        update(shop, record_data=data, revision="7", **named)

    assert failed.value.code == "GAIA_CO02"
    assert "read the record again" in str(failed.value.remedy)
    assert "entry" not in str(failed.value)
    assert stored(shop)["$revision"] == "1"


@pytest.mark.parametrize("revision", ["1", 1, "-1", ""])
def test_revision_that_the_record_has(shop: InProcess, revision: object) -> None:
    """The right revision is sent, and -1 or a blank is no check."""
    result = update(shop, record_data={"note": "x"}, record_id="1", revision=revision)

    assert shop.asked[-1].parameters.get("revision") == ("1" if revision in ("1", 1) else None)
    assert ("refused" in text(result)) is (revision in ("1", 1))


# Failures


def test_place_of_a_bad_cell_is_the_callers_row(shop: InProcess) -> None:
    """In append mode kintone counts the saved rows too; the caller reads the number of its own row."""
    shop.kintone.change_form(
        shop.app,
        {**FORM, "lines": {"type": "SUBTABLE", "fields": {"item": {"type": "SINGLE_LINE_TEXT", "maxLength": "3"}}}},
    )
    with pytest.raises(KintoneError) as failed:
        update(
            shop,
            record_data={"lines": [{"item": "ok"}, {"item": "too long"}]},
            record_id="1",
            table_mode="append",
            validate_before_write=False,
        )

    assert failed.value.code == "CB_VA01"
    assert "lines row 2, item" in str(failed.value)


def test_lost_answer_of_a_plain_update_is_sent_again(shop: InProcess) -> None:
    """The same values leave the same record, so the update is repeated."""
    shop.kintone.fail(api="record", method="PUT", status=503, times=1)
    update(shop, record_data={"note": "x"}, record_id="1")

    assert shop.calls[UPDATE] == 2
    assert stored(shop)["note"] == "x"


def test_lost_answer_of_an_update_with_revision_is_unknown(shop: InProcess) -> None:
    """With the caller's revision it is not sent again, and the failure says that it may have been saved."""
    shop.kintone.fail(api="record", method="PUT", status=503, times=1)
    with pytest.raises(KintoneError) as failed:
        update(shop, record_data={"note": "x"}, record_id="1", revision="1")

    assert failed.value.maybe_saved
    assert shop.calls[UPDATE] == 1


def test_endless_failure_tells_that_a_repetition_is_safe(shop: InProcess) -> None:
    """An update without revision may be sent again by the caller."""
    shop.kintone.fail(api="record", method="PUT", status=500, times=50)
    with pytest.raises(KintoneError) as failed:
        update(shop, record_data={"note": "x"}, record_id="1")

    assert failed.value.maybe_saved
    assert "again is safe" in str(failed.value.remedy)


# Without the check


def test_unchecked_values_are_written_and_told(shop: InProcess) -> None:
    """Without the check values are still brought into kintone's shape, and rows are still told."""
    result = update(
        shop, record_data={"nmae": "x", "lines": [{"item": "a"}]}, record_id="1", validate_before_write=False
    )

    assert items(shop) == ["a"]
    assert "3 removed" in text(result)
    assert "validate_before_write" in text(result)
