"""Which entries go out together, as which calls."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.api import Request, RetrySafety, api_path
from kintone.errors import InvalidParameterError
from kintone.limits import MAX_BULK_BYTES
from kintone.writing.batches import AppendedRecord, Item, WriteKind, batch_of, count_fitting, item_of
from kintone.writing.entries import Entry
from kintone.writing.update_keys import UpdateKey

LETTERS = {"k": WriteKind.UPSERT, "i": WriteKind.UPDATE, "n": WriteKind.INSERT}


def entry(position: int, letter: str, size: int = 1, revision: str | None = None) -> Entry:
    """Return an entry with a key (k), an id (i) or neither (n)."""
    key = UpdateKey("sku", f"A-{position}") if letter == "k" else None
    return Entry(position, {"name": {"value": "x" * size}}, key, str(position) if letter == "i" else None, revision)


def items(letters: str, size: int = 1) -> list[Item]:
    """Return items by their letters."""
    return [item_of(entry(position, letter, size)) for position, letter in enumerate(letters, start=1)]


def operation_of(sent: list[Item]) -> Request:
    """Return the request for a transaction in guest space 3."""
    return batch_of(12, sent).request(lambda api: api_path(api, 3))


def shape(letters: str) -> list[tuple[str, int]]:
    """Return kind and length of each call of a transaction."""
    return [(call.kind.value, len(call.items)) for call in batch_of(12, items(letters)).calls]


def test_two_thousand_entries_of_one_kind_are_one_transaction() -> None:
    """Twenty calls of a hundred records."""
    assert count_fitting(items("k" * 2001)) == 2000
    assert shape("k" * 2000) == [("upsert", 100)] * 20


def test_calls_keep_the_order_of_the_input_when_there_is_room() -> None:
    """A later entry may need what an earlier one freed."""
    assert shape("kknik") == [("upsert", 2), ("insert", 1), ("update", 1), ("upsert", 1)]
    assert shape("kn" * 10) == [("upsert", 1), ("insert", 1)] * 10
    assert shape("kn" * 10 + "k") == [("upsert", 11), ("insert", 10)]


def test_entries_are_grouped_by_kind_when_the_order_would_need_too_many_calls() -> None:
    """Alternating kinds would fill a transaction with twenty entries."""
    assert shape("kn" * 150) == [("upsert", 100), ("insert", 100), ("upsert", 50), ("insert", 50)]


def test_a_transaction_ends_where_a_twenty_first_call_would_begin() -> None:
    """Started hundreds of three kinds count whole."""
    mixed = items("k" * 950 + "n" * 1000)

    assert count_fitting(mixed) == 1950
    assert count_fitting(items("k" * 950 + "n" * 1001)) == 1950
    assert count_fitting(items("k" * 950 + "n" * 1001), 1950) == 1


def test_a_transaction_ends_where_its_body_would_be_too_large() -> None:
    """Three entries of 2 MB need two requests; what has exactly the most bytes goes out together."""
    assert count_fitting(items("kkk", size=2_000_000)) == 2

    first, second = items("kk")
    rest = MAX_BULK_BYTES - first.size - second.size
    for more, together in ((rest, 2), (rest + 1, 1)):
        assert count_fitting([first, item_of(entry(2, "k", size=1 + more))]) == together


def test_an_oversized_entry_goes_out_alone() -> None:
    """Only kintone knows whether it takes it."""
    large = [item_of(entry(1, "k", MAX_BULK_BYTES + 1)), item_of(entry(2, "k"))]

    assert count_fitting(large) == 1


def test_one_call_is_sent_plainly() -> None:
    """A hundred records of one kind need no bulkRequest and are atomic all the same."""
    operation = operation_of(items("kk"))

    assert (operation.method, operation.api, str(operation.description)) == (
        "PUT",
        "records",
        "writing entries 1 to 2 into app 12",
    )
    assert operation.parameters == {
        "app": 12,
        "records": [
            {"updateKey": {"field": "sku", "value": "A-1"}, "record": {"name": {"value": "x"}}},
            {"updateKey": {"field": "sku", "value": "A-2"}, "record": {"name": {"value": "x"}}},
        ],
        "upsert": True,
    }


def test_several_calls_are_a_bulk_request_with_inner_paths_of_the_guest_space() -> None:
    """Ids go out as plain updates, so that an unknown one is an error; what has neither key nor id is posted."""
    operation = operation_of(items("in"))

    assert (operation.method, operation.api) == ("POST", "bulkRequest")
    assert operation.parameters == {
        "requests": [
            {
                "method": "PUT",
                "api": "/k/guest/3/v1/records.json",
                "payload": {"app": 12, "records": [{"id": "1", "record": {"name": {"value": "x"}}}]},
            },
            {
                "method": "POST",
                "api": "/k/guest/3/v1/records.json",
                "payload": {"app": 12, "records": [{"name": {"value": "x"}}]},
            },
        ]
    }


def test_a_merge_is_an_update_by_id_with_the_revision_that_was_read() -> None:
    """By its key it could reach another record than the one that was read."""
    item = item_of(entry(1, "k"), AppendedRecord({"name": {"value": "y"}}, "40", "9"))

    assert (item.kind, item.id) == (WriteKind.UPDATE, "40")
    assert item.payload == {"id": "40", "record": {"name": {"value": "y"}}, "revision": "9"}
    assert batch_of(12, [item]).retry_safety is RetrySafety.UPDATE_WITH_REVISION


def test_an_entry_whose_key_was_not_found_is_posted() -> None:
    """It must be refused if somebody was first, which an upsert is not."""
    item = item_of(entry(1, "k"), AppendedRecord({"name": {"value": "y"}, "sku": {"value": "A-1"}}))
    operation = batch_of(12, [item]).request(lambda api: api_path(api, None))

    assert (operation.method, operation.retry_safety) == ("POST", RetrySafety.INSERT)
    assert operation.parameters == {"app": 12, "records": [{"name": {"value": "y"}, "sku": {"value": "A-1"}}]}


@pytest.mark.parametrize(
    ("letters", "revision", "repeat"),
    [
        ("kk", None, RetrySafety.UPSERT),
        ("ii", None, RetrySafety.UPDATE),
        ("ki", None, RetrySafety.UPSERT),
        ("kk", "3", RetrySafety.UPDATE_WITH_REVISION),
        ("nn", None, RetrySafety.INSERT),
        ("kn", "3", RetrySafety.INSERT),
    ],
)
def test_a_transaction_is_as_repeatable_as_its_least_repeatable_entry(
    letters: str, revision: str | None, repeat: RetrySafety
) -> None:
    """One plain insert is enough to make a second try dangerous."""
    sent = [item_of(entry(position, letter, 1, revision)) for position, letter in enumerate(letters, start=1)]

    assert operation_of(sent).retry_safety is repeat


@pytest.mark.parametrize("value", [float("nan"), b"x", {1, 2}, "\ud800"])
def test_an_entry_that_json_cannot_hold_is_refused(value: object) -> None:
    """The sentence names the entry, and nothing was sent yet."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] records_data: entry 7: "):
        item_of(Entry(7, {"name": {"value": value}}))


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="kin", min_size=1, max_size=2500))
def test_every_entry_is_in_exactly_one_call_within_the_limits_whatever_the_mixture(letters: str) -> None:
    """No transaction has more than 20 calls, no call more than 100 entries or more than one kind."""
    everything = items(letters)
    seen: list[int] = []
    start = 0
    while start < len(everything):
        number = count_fitting(everything, start)
        transaction = batch_of(12, everything[start : start + number])
        assert 1 <= len(transaction.calls) <= 20
        for call in transaction.calls:
            assert 1 <= len(call.items) <= 100
            assert {item.kind for item in call.items} == {call.kind}
            positions = [item.entry.position for item in call.items]
            assert positions == sorted(positions)
            seen += positions
        start += number

    assert sorted(seen) == list(range(1, len(letters) + 1))


def test_repetition_when_an_entry_renames_the_key_of_another() -> None:
    """Sent once more, the key would find no record and insert one."""
    by_key = Entry(1, {"t": {"value": "A"}}, UpdateKey("k", "p0"))
    renaming = Entry(2, {"k": {"value": "renamed"}}, id="7")

    assert batch_of(1, [item_of(by_key), item_of(renaming)]).retry_safety is RetrySafety.INSERT
    assert batch_of(1, [item_of(by_key)]).retry_safety is RetrySafety.UPSERT


def test_repetition_when_an_entry_holds_a_file_key() -> None:
    """The key of an upload serves once, also inside a table."""
    rows = [{"value": {"scan": {"value": [{"fileKey": "new"}]}}}]
    entry = Entry(1, {"lines": {"value": rows}}, UpdateKey("k", "p0"))

    assert batch_of(1, [item_of(entry)]).retry_safety is RetrySafety.UPDATE_WITH_REVISION
