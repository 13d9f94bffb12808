"""Reading the entries of an upsert."""

from decimal import Decimal

import pytest

from kintone.errors import InvalidParameterError
from kintone.writing.entries import Entry, with_number_keys
from kintone.writing.entry_reading import read_entries
from kintone.writing.repeating import holds_file_keys
from kintone.writing.update_keys import UpdateKey

KEYED = {"updateKey": {"field": "sku", "value": "A-1"}, "record": {"stock": {"value": "5"}}}


def refusal(structure: object, update_key: str | None = None) -> str:
    """Return the message of the refusal."""
    with pytest.raises(InvalidParameterError) as raised:
        read_entries(structure, update_key)
    return str(raised.value.problem)


@pytest.mark.parametrize(
    "structure",
    [[KEYED], {"records": [KEYED]}, {"records_data": [KEYED]}, {"records_data": {"records": [KEYED]}}],
)
def test_entries_are_the_same_when_wrapped_in_any_of_the_four_ways(structure: object) -> None:
    """The list may be alone, under records, under records_data, or under both."""
    assert read_entries(structure) == [Entry(1, {"stock": {"value": "5"}}, UpdateKey("sku", "A-1"))]


def test_an_entry_keeps_id_revision_and_position() -> None:
    """Ids and revisions come as numbers or texts and are kept as texts."""
    entries = read_entries(
        [{"id": 40, "revision": "7", "record": {}}, {"id": "041", "revision": -1, "record": {}}, {"record": {"a": 1}}]
    )

    assert entries == [Entry(1, {}, None, "40", "7"), Entry(2, {}, None, "41"), Entry(3, {"a": 1})]


@pytest.mark.parametrize(
    ("value", "text"),
    [("A-1", "A-1"), (12, "12"), (12.0, "12"), (Decimal("1.10"), "1.1"), (0, "0"), (1e3, "1000"), (" a ", " a ")],
)
def test_a_key_value_becomes_text(value: object, text: str) -> None:
    """Texts are unchanged, and numbers are written with digits only."""
    [entry] = read_entries([{"updateKey": {"field": "sku", "value": value}, "record": {}}])

    assert entry.update_key == ("sku", text)


@pytest.mark.parametrize("row", [{"sku": "A-1", "stock": 5}, {"sku": {"value": "A-1"}, "stock": 5}])
def test_the_key_is_taken_out_of_a_plain_row_when_update_key_is_given(row: dict[str, object]) -> None:
    """The key is removed from the row, with plain or wrapped values."""
    assert read_entries([row], " sku ") == [Entry(1, {"stock": 5}, UpdateKey("sku", "A-1"))]


def test_an_entry_may_be_among_rows_when_update_key_is_given() -> None:
    """The key is also taken out of an entry's record; an entry with an id keeps the id."""
    entries = read_entries([{"record": {"sku": "A", "x": 1}}, {"id": 5, "record": {"x": 2}}, KEYED], "sku")

    assert [(entry.update_key, entry.id) for entry in entries] == [
        (("sku", "A"), None),
        (None, "5"),
        (("sku", "A-1"), None),
    ]
    assert entries[0].record == {"x": 1}


def test_fields_named_like_entry_keys_are_fields_when_rows_are_plain() -> None:
    """A row may have fields whose codes are id and record."""
    assert read_entries([{"sku": "A", "id": 3, "record": "x"}], "sku") == [
        Entry(1, {"id": 3, "record": "x"}, UpdateKey("sku", "A"))
    ]


def test_the_key_is_taken_out_of_the_record() -> None:
    """Kintone reads the key from updateKey and refuses it in record."""
    [entry] = read_entries([{**KEYED, "record": {"sku": {"value": "A-1"}, "stock": 5}}])

    assert entry.record == {"stock": 5}


@pytest.mark.parametrize("value", ["B-2", ["A-1"], None])
def test_another_value_for_the_key_is_refused(value: object) -> None:
    """Removing a different value without a message would lose it."""
    sentence = refusal([{**KEYED, "record": {"sku": {"value": value}}}])

    assert sentence.startswith("records_data: entry 1: updateKey ")
    assert "use id" in sentence


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("x", "is a text"),
        ({}, "or name update_key"),
        ({"id": 5}, 'has no "record"'),
        ({"updatekey": KEYED["updateKey"], "record": {}}, 'did you mean "updateKey"?'),
        ({"update_key": KEYED["updateKey"], "record": {}}, 'did you mean "updateKey"?'),
        ({"records": {"a": 1}}, 'did you mean "record"?'),
        ({"record": {}, "app": 3}, 'has "app"'),
        ({**KEYED, "id": 5}, "has both id and updateKey"),
        ({"record": []}, '"record" is a list'),
        ({"record": {1: "a"}}, "field codes are texts"),
        ({"record": {}, "id": ""}, 'id is ""'),
        ({"record": {}, "id": None}, "id is null"),
        ({"record": {}, "id": 0}, "id is 0"),
        ({"record": {}, "id": -4}, "id is -4"),
        ({"record": {}, "id": True}, "id is true"),
        ({"record": {}, "id": 1.5}, "id is 1.5"),
        ({"record": {}, "id": 10**5000}, "id is a number of very many digits"),
        ({"record": {}, "id": Decimal("NaN")}, "id is NaN"),
        ({"record": {}, "id": 1, "revision": "x"}, 'revision is "x"'),
        ({"record": {}, "updateKey": None}, "updateKey must be"),
        ({"record": {}, "updateKey": {"field": "sku"}}, "updateKey must be"),
        ({"record": {}, "updateKey": {"field": "a or b", "value": "1"}}, 'the field of updateKey is "a or b"'),
        ({"record": {}, "updateKey": {"field": "sku", "value": "  "}}, "the value of updateKey is empty"),
        ({"record": {}, "updateKey": {"field": "sku", "value": "x" * 65}}, "is 65 characters long"),
        ({"record": {}, "updateKey": {"field": "sku", "value": None}}, "must be a text or a number"),
        ({"record": {}, "updateKey": {"field": "sku", "value": True}}, "must be a text or a number"),
        ({"record": {}, "updateKey": {"field": "sku", "value": float("inf")}}, "not a number kintone can hold"),
        ({"record": {}, "updateKey": {"field": "sku", "value": 10**5000}}, "more than 30 digits"),
    ],
)
def test_refusal_of_an_entry_says_what_is_wrong(entry: object, words: str) -> None:
    """The message names the parameter, the entry and what to write instead."""
    sentence = refusal([entry])

    assert sentence.startswith("records_data: entry 1: ")
    assert words in sentence


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"name": "x"}, 'has no "sku"'),
        ({"sku": None}, 'has no "sku"'),
        ({"sku": ""}, "is empty"),
        ({"sku": ["A"]}, "must be a text or a number"),
    ],
)
def test_a_row_without_a_key_is_refused(row: object, words: str) -> None:
    """Every row needs the field that update_key names."""
    assert words in refusal([row], "sku")


@pytest.mark.parametrize("update_key", ["a b", 'sku in ("x") or a', "x" * 129])
def test_update_key_is_refused_when_it_is_no_field_code(update_key: str) -> None:
    """Only a field code may be used in a query."""
    assert refusal([{"a": 1}], update_key).startswith("update_key: ")


@pytest.mark.parametrize("structure", [None, "x", 5, {}, {"record": {}}, {"records": {}}])
def test_what_is_no_list_is_refused(structure: object) -> None:
    """The message says which structure is needed."""
    assert "a list of entries is needed" in refusal(structure)


def test_an_empty_list_is_refused() -> None:
    """A write without entries is an error."""
    assert "the list is empty" in refusal({"records": []})


def test_an_unknown_key_beside_records_is_refused() -> None:
    """An app number in the data, for example, would otherwise be ignored."""
    assert 'beside "records" there is "app"' in refusal({"app": 12, "records": [KEYED]})


def test_all_problems_of_all_entries_are_reported_together() -> None:
    """The caller needs only one attempt to see all problems."""
    sentence = refusal([{"id": 0, "revision": "x", "record": 5}, KEYED, {"id": "z", "record": {}}])

    assert sentence.count("entry 1: ") == 3
    assert "entry 3: " in sentence


def test_a_long_list_of_problems_is_cut() -> None:
    """Twenty problems are listed, the others counted."""
    sentence = refusal([{"id": 0, "record": {}}] * 25)

    assert sentence.count("entry ") == 20
    assert sentence.endswith("and 5 more")


def test_the_same_key_twice_is_refused() -> None:
    """The message gives the positions; kintone does not document the outcome."""
    sentence = refusal([KEYED, {"record": {}}, KEYED, KEYED])

    assert "entries 1, 3 and 4 " in sentence
    assert 'sku = "A-1"' in sentence


def test_of_very_many_entries_with_the_same_key_ten_are_named() -> None:
    """Further entries are counted."""
    sentence = refusal([KEYED] * 25)

    assert "10 and 15 more " in sentence
    assert "11" not in sentence


def test_unknown_keys_of_an_entry_are_checked_up_to_fifty() -> None:
    """A row mistaken for an entry is reported in a few lines."""
    sentence = refusal([{"record": {}, **{f"code {number}": "x" for number in range(200)}}])

    assert sentence.endswith("and 30 more")


def test_the_same_id_twice_is_refused() -> None:
    """The ids 5, "5" and "05" are the same record."""
    assert "entries 1, 2 and 3 have the same id 5" in refusal(
        [{"id": 5, "record": {}}, {"id": "5", "record": {}}, {"id": "05", "record": {}}]
    )


def test_texts_that_look_like_equal_numbers_are_two_keys() -> None:
    """In a text field "1" and "01" are different records."""
    rows = [{"sku": "1"}, {"sku": "01"}, {"sku": "1.0"}]

    assert len(read_entries(rows, "sku")) == 3


def test_equal_numbers_are_refused_when_the_key_is_a_number_field() -> None:
    """In a number field, equal numbers are the same key."""
    entries = read_entries([{"no": "1"}, {"no": "２"}, {"no": "1.0"}], "no")

    with pytest.raises(InvalidParameterError, match=r"entries 1 and 3 .* no = 1"):
        with_number_keys(entries, {"no"})


def test_equal_text_keys_are_refused_when_normalisation_made_them_equal() -> None:
    """Keys that differed in the input are compared again after normalisation."""
    entries = [Entry(position, {}, UpdateKey("sku", "A")) for position in (1, 2)]

    with pytest.raises(InvalidParameterError, match="entries 1 and 2 "):
        with_number_keys(entries, ())


def test_number_keys_are_written_with_plain_digits() -> None:
    """Full-width digits and exponents are converted to the form that kintone finds; text keys are unchanged."""
    entries = read_entries([{"no": "１２．５０"}, {"no": "1e3"}], "no") + read_entries([KEYED])

    keys = [entry.update_key.value for entry in with_number_keys(entries, {"no"}) if entry.update_key]
    assert keys == ["12.5", "1000", "A-1"]


@pytest.mark.parametrize(
    ("rows", "holds"),
    [
        ([{"value": {"scan": {"value": [{"fileKey": "k"}]}}}], True),
        ([{"value": {"fileKey": {"value": "k"}}}], False),
        ([{"value": {"value": {"value": "k"}}}], False),
    ],
)
def test_a_column_with_the_code_file_key_is_no_file(rows: list[object], *, holds: bool) -> None:
    """A file key is a text, while the value of a column is an object."""
    assert holds_file_keys([Entry(1, {"lines": {"value": rows}})]) is holds


def test_a_number_key_keeps_all_its_digits() -> None:
    """A number of thirty digits is not rounded."""
    digits = "123456789012345678901234567890"
    [entry] = with_number_keys(read_entries([{"no": digits}], "no"), {"no"})

    assert entry.update_key == ("no", digits)


def test_a_number_key_that_is_no_number_is_refused() -> None:
    """Kintone would refuse the whole batch."""
    with pytest.raises(InvalidParameterError, match=r'entry 1: .* no .*"abc"'):
        with_number_keys(read_entries([{"no": "abc"}], "no"), {"no"})


@pytest.mark.parametrize(("length", "fits"), [(64, True), (65, False)])
def test_key_of_the_maximum_length_is_accepted(length: int, *, fits: bool) -> None:
    """A field that prohibits duplicates holds 64 characters."""
    entries = [{"updateKey": {"field": "sku", "value": "x" * length}, "record": {}}]

    if fits:
        assert read_entries(entries)[0].update_key == UpdateKey("sku", "x" * 64)
    else:
        assert "65 characters" in refusal(entries)


@pytest.mark.parametrize("value", ["-0.0", "-0", "0", "0.0", -0.0, Decimal("-0.00")])
def test_zero_with_a_sign_is_the_same_number_key(value: object) -> None:
    """A number key of zero finds the same record in every spelling."""
    (entry,) = with_number_keys(read_entries([{"updateKey": {"field": "n", "value": value}, "record": {}}]), {"n"})

    assert entry.update_key == UpdateKey("n", "0")


@pytest.mark.parametrize(("given", "refused"), [("1", True), ("1.0", False), (1, False), (1.0, False)])
def test_a_key_inside_the_record_is_dropped_only_where_it_is_the_same(given: object, *, refused: bool) -> None:
    """Texts are compared exactly, so "1" and "1.0" differ; numbers are compared by value."""
    entries = [{"updateKey": {"field": "sku", "value": "1.0"}, "record": {"sku": given, "name": "x"}}]
    if refused:
        assert "sku" in refusal(entries)
    else:
        assert [entry.record for entry in read_entries(entries)] == [{"name": "x"}]
