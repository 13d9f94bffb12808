"""Entries at the edges of what is taken: revisions, ids and keys that are just right or just wrong, odd shapes."""

import string
from typing import Any

import pytest

from kintone.errors import InvalidParameterError
from kintone.writing.entries import Entry, with_number_keys
from kintone.writing.entry_reading import read_entries
from kintone.writing.repeating import holds_file_keys, renames_keys
from kintone.writing.update_keys import UpdateKey
from tests.unit.test_entries import KEYED, refusal


@pytest.mark.parametrize(
    ("given", "kept"),
    [(1, "1"), ("1", "1"), ("007", "7"), (2**40, str(2**40)), (-1, None), ("-1", None), (None, None)],
)
def test_revision_is_kept_from_the_first_on(given: object, kept: str | None) -> None:
    """A record is at revision 1 when it is made; -1 turns kintone's check off."""
    [entry] = read_entries([{"id": 1, "revision": given, "record": {}}])

    assert (entry.id, entry.revision) == ("1", kept)


@pytest.mark.parametrize("given", [0, -2, "0", "", " ", 1.5, True, [], "1a"])
def test_revision_that_no_record_has_is_refused(given: object) -> None:
    """Sent without it, the entry would write over what somebody else saved."""
    assert "revision" in refusal([{"id": 1, "revision": given, "record": {}}])


@pytest.mark.parametrize(("given", "kept"), [(1, "1"), ("1", "1"), ("0012", "12"), (2**40, str(2**40))])
def test_id_is_kept_without_leading_noughts(given: object, kept: str) -> None:
    """Ids begin with 1."""
    assert [entry.id for entry in read_entries([{"id": given, "record": {}}])] == [kept]


@pytest.mark.parametrize("given", [0, -1, "", None, True, 1.5, "a"])
def test_id_that_no_record_has_is_refused_with_what_to_write_instead(given: object) -> None:
    """Without an id the entry would be inserted."""
    sentence = refusal([{"id": given, "record": {}}])

    assert "id is " in sentence
    assert "leave id out" in sentence


@pytest.mark.parametrize("character", [*" \t\n\u3000\"'`()<>=!,;{}[]\\"])
def test_key_field_that_could_end_a_field_code_in_a_query_is_refused(character: str) -> None:
    """Nothing but a field code may get into a query; signs that codes have may be there."""
    entry = {"updateKey": {"field": f"a{character}b", "value": "1"}, "record": {}}

    assert "the field of updateKey" in refusal([entry])
    assert refusal([{"a": 1}], f"a{character}b").startswith("update_key: ")


@pytest.mark.parametrize("code", ["a", "x" * 128, "価格", "$id", "a_b-c.d:e%f&g+h*i/j?k@l~m^n|o#p", string.digits])
def test_field_code_may_have_other_signs(code: str) -> None:
    """Up to 128 characters; blanks around it do not count."""
    entry = {"updateKey": {"field": f" {code} ", "value": "1"}, "record": {}}

    assert [each.update_key for each in read_entries([entry])] == [UpdateKey(code, "1")]
    assert [each.update_key for each in read_entries([{code: "1"}], f" {code} ")] == [UpdateKey(code, "1")]


@pytest.mark.parametrize(
    "key", [{"field": 5, "value": "1"}, {"field": "", "value": "1"}, {"field": "x" * 129, "value": 1}]
)
def test_key_field_that_is_no_code_is_refused(key: dict[str, object]) -> None:
    """A number, nothing, and more characters than a code can have."""
    assert "the field of updateKey" in refusal([{"updateKey": key, "record": {}}])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("updkey", "updateKey"),
        ("UPDATE-KEY", "updateKey"),
        ("up_date_key", "updateKey"),
        (" recrod ", "record"),
        ("revison", "revision"),
        ("r" * 8, None),
        ("updateKey" + "_" * 11, "updateKey"),
        ("updateKey" + "_" * 12, None),
    ],
)
def test_mistyped_name_leads_to_the_one_that_was_meant(written: str, meant: str | None) -> None:
    """Whatever the case and the strokes within it; a long name is no slip."""
    sentence = refusal([{"record": {}, written: 5}])

    assert (f'did you mean "{meant}"' in sentence) if meant else "did you mean" not in sentence


def test_name_of_an_entry_may_stand_behind_fifty_others() -> None:
    """An object is taken for an entry when one of its names is one; of mistyped names the first fifty are compared."""
    strangers = {f"zzzz{number}": 1 for number in range(50)}
    for first in (dict(list(strangers.items())[:49]), strangers):
        assert 'has "zzzz0"' in refusal([{**first, "record": {}}])
    assert 'has "zzzz0"' in refusal([{**dict(list(strangers.items())[:49]), "recrod": {}}])
    assert "plain rows" in refusal([{**strangers, "recrod": {}}])


@pytest.mark.parametrize(
    ("item", "kind"),
    [(None, "null"), (True, "true or false"), (5, "a number"), (1.5, "a number"), ("x", "a text"), ([], "a list"),
     ({1}, "something else")],
)  # fmt: skip
def test_what_stands_in_place_of_an_entry_is_named(item: object, kind: str) -> None:
    """In place of an entry, of its record and of the list."""
    assert f"is {kind};" in refusal([item])
    assert f'"record" is {kind};' in refusal([{"record": item}])
    if not isinstance(item, list):
        assert f"not {kind};" in refusal({"records": item})
    assert "not an object;" in refusal({"records": {}})


@pytest.mark.parametrize(
    ("count", "end"), [(20, None), (21, "and 1 more"), (999, "and 979 more"), (1000, "and many more")]
)
def test_problems_that_are_not_listed_are_counted_up_to_a_thousand(count: int, end: str | None) -> None:
    """After a thousand the other entries are not read, so that their number is not known."""
    sentence = refusal([{"id": 0, "record": {}}] * count)

    assert sentence.count("entry ") == 20
    assert sentence.endswith(end) if end else "more" not in sentence
    assert "entry 1001:" not in refusal([{"id": 0, "record": {}}] * 1_000 + [KEYED, KEYED])
    assert "and many more" in refusal([{"id": 0, "record": {}}] * 2_000)


def test_refusal_names_the_parameter_that_was_read() -> None:
    """Entries may come from another parameter."""
    for structure in (5, [], [5], {"records": [], "app": 1}, [KEYED, KEYED], [{"id": 0, "record": {}}] * 1_001):
        with pytest.raises(InvalidParameterError) as raised:
            read_entries(structure, parameter="rows")
        assert str(raised.value.problem).startswith("rows: ")


@pytest.mark.parametrize("count", [2, 3, 10, 11])
def test_entries_with_the_same_id_are_named_ten_at_most(count: int) -> None:
    """The first ten, and how many more."""
    sentence = refusal([{"id": 7, "record": {}}] * count)
    listed = [str(number) for number in range(1, min(count, 10) + 1)]
    shown = ", ".join(listed) + " and 1 more" if count > 10 else f"{', '.join(listed[:-1])} and {listed[-1]}"

    assert f"entries {shown} have the same id 7" in sentence


def test_ten_and_eleven_entries_with_the_same_id_in_different_places() -> None:
    """Two repeated ids are told each with its own entries."""
    sentence = refusal([{"id": number, "record": {}} for number in (5, 6, 5, 7, 6)])

    assert "entries 1 and 3 have the same id 5" in sentence
    assert "entries 2 and 5 have the same id 6" in sentence
    assert "id 7" not in sentence


def test_problems_of_number_keys_are_told_together() -> None:
    """Keys that are no numbers and equal numbers, and equal texts beside them; entries without key do not matter."""
    keys = [("no", "abc"), ("no", "1"), ("no", "1.0"), ("sku", "A"), ("sku", "A"), ("no", "x")]
    entries = [Entry(place, {}, UpdateKey(*key)) for place, key in enumerate(keys, start=1)]
    with pytest.raises(InvalidParameterError) as raised:
        with_number_keys([*entries, Entry(7, {}), Entry(8, {}, None, "5"), Entry(9, {}, None, "5")], {"no"})
    sentence = str(raised.value.problem)

    for words in ("entry 1: ", "entry 6: ", "entries 2 and 3 ", "no = 1", "entries 4 and 5 ", 'sku = "A"'):
        assert words in sentence
    assert "entries 8" not in sentence


def test_the_same_text_is_a_key_in_two_fields() -> None:
    """A key is a field and its value, for texts and for numbers."""
    entries = [Entry(1, {}, UpdateKey("a", "1")), Entry(2, {}, UpdateKey("b", "1")), Entry(3, {}, UpdateKey("c", "1"))]

    assert with_number_keys(entries, {"a", "b"}) == entries


@pytest.mark.parametrize(
    ("row", "record"),
    [
        ({"record": {"sku": "A"}, "sku": "B"}, {"record": {"sku": "A"}}),
        ({"record": {"sku": "A", "x": 1}}, {"x": 1}),
        ({"record": {"sku": "A", "x": 1}, "revision": 3}, {"x": 1}),
    ],
)
def test_row_that_has_the_key_itself_is_a_row(row: dict[str, Any], record: dict[str, object]) -> None:
    """Whatever its fields are called; otherwise an object with a record is an entry."""
    [entry] = read_entries([row], "sku")

    assert entry.record == record
    assert entry.update_key == UpdateKey("sku", row.get("sku", "A"))
    assert entry.revision == (str(row["revision"]) if "revision" in row else None)


def test_entry_with_problems_gets_no_second_complaint_about_its_key() -> None:
    """One mistake is told once."""
    sentence = refusal([{"record": {"x": 1}, "id": 0}], "sku")

    assert sentence.count("entry 1: ") == 1
    assert "id is 0" in sentence


def test_row_without_key_tells_its_other_mistakes_too() -> None:
    """Names of fields are texts in plain rows as well."""
    assert "field codes are texts" in refusal([{"sku": "A", 5: "x"}], "sku")


def test_name_without_meaning_hides_a_missing_record() -> None:
    """A mistyped "record" is told as such and not as missing too."""
    sentence = refusal([{"recrod": {}}])

    assert 'did you mean "record"?' in sentence
    assert 'has no "record"' not in sentence


def test_keys_are_renamed_by_any_entry_that_writes_their_field() -> None:
    """The field by which another entry finds its record; other fields, and entries without keys, rename nothing."""
    found = Entry(1, {"name": {"value": "x"}}, UpdateKey("sku", "A"))

    assert renames_keys([found, Entry(2, {"sku": {"value": "B"}}, None, "7")])
    assert renames_keys([Entry(1, {"sku": {"value": "B"}}), found])
    assert not renames_keys([found, Entry(2, {"name": {"value": "B"}}, None, "7")])
    assert not renames_keys([Entry(2, {"sku": {"value": "B"}}, None, "7")])


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ({"value": [{"fileKey": "k"}]}, True),
        ({"value": [{"name": "a"}, {"fileKey": "k"}]}, True),
        ({"value": ({"fileKey": "k"},)}, True),
        ({"fileKey": "k"}, True),
        ({"value": {"fileKey": 5}}, False),
        ({"value": "fileKey"}, False),
        ({"value": []}, False),
    ],
)
def test_file_keys_are_found_wherever_they_stand(value: object, *, holds: bool) -> None:
    """In any field of any entry."""
    assert holds_file_keys([Entry(1, {}), Entry(2, {"a": {"value": "x"}, "b": value})]) is holds
