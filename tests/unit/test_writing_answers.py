"""What kintone answers to writes: which answers say that entries are saved, and which leave them unknown."""

from typing import Any

import pytest

from kintone.errors import UnknownResponseError
from kintone.messages import Message
from kintone.writing.batches import batch_of, item_of, read_saved
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey

BY_KEY = Entry(1, {}, UpdateKey("sku", "A"))
BY_NUMBER = Entry(2, {}, UpdateKey("no", "1"))
BY_ID = Entry(3, {}, None, "7")
CHECKED = Entry(4, {}, UpdateKey("sku", "B"), None, "3")
NEW = Entry(5, {})
NEWER = Entry(6, {})


def saved(entries: list[Entry], *answers: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return id, revision and operation of each entry; ``answers`` are those of the calls, in their order."""
    batch = batch_of(1, [item_of(entry) for entry in entries])
    assert len(batch.calls) == len(answers)
    body = answers[0] if len(answers) == 1 else {"results": list(answers)}
    return [(one["id"], one["revision"], one["operation"]) for one in read_saved(batch, body, Message("writing"))]


def record(record_id: object, revision: object = "2", operation: str | None = None) -> dict[str, Any]:
    """Return a record of an answer."""
    shown = {"id": record_id, "revision": revision}
    return shown if operation is None else {**shown, "operation": operation}


def records(*shown: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to an update."""
    return {"records": list(shown)}


def added(*ids: object) -> dict[str, Any]:
    """Return the answer to new records."""
    return {"ids": list(ids), "revisions": ["1"] * len(ids)}


INSERTED, UPDATED = record("1", "1", "INSERT"), record("1", "5", "UPDATE")


@pytest.mark.parametrize(
    ("entries", "answers", "results"),
    [
        ([BY_KEY], [records(INSERTED)], [("1", "1", "INSERT")]),
        ([BY_KEY], [records(UPDATED)], [("1", "5", "UPDATE")]),
        ([BY_ID], [records(record("7"))], [("7", "2", "UPDATE")]),
        ([BY_ID], [records(record(7, 2, "UPDATE"))], [("7", "2", "UPDATE")]),
        ([CHECKED], [records(record("9", "4"))], [("9", "4", "UPDATE")]),
        ([NEW, NEWER], [added("8", 9)], [("8", "1", "INSERT"), ("9", "1", "INSERT")]),
        ([BY_KEY, BY_NUMBER], [records(UPDATED, UPDATED)], [("1", "5", "UPDATE")] * 2),
        ([BY_KEY, BY_ID], [records(record("7", "2", "UPDATE")), records(record("7", "3"))],
         [("7", "2", "UPDATE"), ("7", "3", "UPDATE")]),
        ([NEW, BY_ID, NEWER], [added("8"), records(record("7")), added("9")],
         [("8", "1", "INSERT"), ("7", "2", "UPDATE"), ("9", "1", "INSERT")]),
        ([BY_KEY], [{**records({**INSERTED, "more": 1}), "later": True}], [("1", "1", "INSERT")]),
    ],
)  # fmt: skip
def test_answers_that_say_what_was_saved(
    entries: list[Entry], answers: list[dict[str, Any]], results: list[tuple[str, str, str]]
) -> None:
    """Older answers to updates have no operation; two keys may find one record; ids may be numbers."""
    assert saved(entries, *answers) == results


@pytest.mark.parametrize(
    ("entries", "answers"),
    [
        pytest.param([BY_KEY], [records(record("1"))], id="upsert without operation"),
        pytest.param([BY_KEY], [records(record("1", "1", "DELETE"))], id="another operation"),
        pytest.param([BY_ID], [records(record("7", "1", "INSERT"))], id="an update that inserted"),
        pytest.param([BY_ID], [records(record("8"))], id="another record"),
        pytest.param([BY_ID], [records(record("7"), record("8"))], id="a record too many"),
        pytest.param([BY_KEY, BY_NUMBER], [records(UPDATED)], id="a record too few"),
        pytest.param([BY_KEY, BY_NUMBER], [records(INSERTED, INSERTED)], id="one new record for two keys"),
        pytest.param([BY_KEY, BY_NUMBER], [records(INSERTED, UPDATED)], id="a new record that was updated"),
        pytest.param([BY_KEY, BY_NUMBER], [records(UPDATED, INSERTED)], id="an old record that was added"),
        pytest.param([NEW, NEWER], [added("8", "8")], id="one record for two new ones"),
        pytest.param([BY_ID, NEW], [records(record("7")), added("7")], id="a new record with an old id"),
        pytest.param([NEW, BY_ID], [added("7"), records(record("7"))], id="an old record with a new id"),
        pytest.param([NEW], [added("0")], id="no id"),
        pytest.param([NEW], [{"ids": ["8"], "revisions": ["0"]}], id="no revision"),
        pytest.param([NEW], [{"ids": ["8"], "revisions": ["1", "1"]}], id="a revision too many"),
        pytest.param([NEW, NEWER], [{"ids": ["8", "9"], "revisions": ["1"]}], id="a revision too few"),
        pytest.param([NEW, NEWER], [added("8")], id="an id too few"),
        pytest.param([NEW], [records(record("8"))], id="the answer to an update"),
        pytest.param([BY_ID], [added("7")], id="the answer to an insert"),
        pytest.param([BY_ID, NEW], [added("8"), records(record("7"))], id="answers in another order"),
    ],
)
def test_answers_that_do_not_say_which_entry_was_saved_where(
    entries: list[Entry], answers: list[dict[str, Any]]
) -> None:
    """Kintone has carried the request out, but a result would name the wrong record."""
    with pytest.raises(UnknownResponseError):
        saved(entries, *answers)


@pytest.mark.parametrize("results", [[], [added("8")], [added("8"), records(record("7")), added("9")]])
def test_bulk_answer_has_a_result_for_each_call(results: list[dict[str, Any]]) -> None:
    """Otherwise it is not known which call a result belongs to."""
    batch = batch_of(1, [item_of(entry) for entry in (NEW, BY_ID)])

    with pytest.raises(UnknownResponseError):
        read_saved(batch, {"results": results}, Message("writing"))


@pytest.mark.parametrize(("answer", "revision"), [({"revision": "4"}, "4"), ({"revision": 4, "more": 1}, "4")])
def test_answer_to_one_update_has_the_new_revision(answer: dict[str, Any], revision: str) -> None:
    """The id is that of the entry."""
    batch = batch_of(1, [item_of(BY_ID)], is_single=True)

    assert read_saved(batch, answer, Message("writing")) == [{"id": "7", "revision": revision, "operation": "UPDATE"}]
    for odd in ({}, {"revision": "0"}, {"revision": None}):
        with pytest.raises(UnknownResponseError):
            read_saved(batch, odd, Message("writing"))
