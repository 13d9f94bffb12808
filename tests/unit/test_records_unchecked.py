"""What validation says that it could not check, since only kintone knows it."""

import pytest

from kintone.records import check_record
from kintone.records.unchecked import replaced_lists, unchecked_values
from tests.unit.form_samples import columns, field, make_form

LOOKUP = {
    "relatedApp": {"app": "3"},
    "relatedKeyField": "code",
    "fieldMappings": [],
    "lookupPickerFields": [],
    "filterCond": "",
    "sort": "",
}
FORM = make_form(
    field("SINGLE_LINE_TEXT", "sku", unique=True),
    field("SINGLE_LINE_TEXT", "note"),
    field("USER_SELECT", "owner", entities=[]),
    field("ORGANIZATION_SELECT", "team", entities=[]),
    field("GROUP_SELECT", "circle", entities=[]),
    field("CREATOR", "made_by"),
    field("SINGLE_LINE_TEXT", "customer", lookup=LOOKUP),
    field("FILE", "photo"),
    field("NEW_TYPE", "novel"),
    field(
        "SUBTABLE",
        "lines",
        fields=columns(
            field("USER_SELECT", "checker", entities=[]), field("NUMBER", "item", lookup=LOOKUP), field("NUMBER", "qty")
        ),
    ),
)


def warned(record: dict[str, object]) -> list[str]:
    """Return the sentences about a record."""
    return list(map(str, unchecked_values(check_record(record, FORM, "add").record, FORM)))


@pytest.mark.parametrize(
    ("record", "words", "names"),
    [
        ({"owner": ["sato"]}, "login name", ["owner"]),
        ({"team": ["sales"], "circle": ["everyone"]}, "departments", ["team", "circle"]),
        ({"made_by": {"code": "sato"}}, "users", ["made_by"]),
        ({"sku": "A-1"}, "same value", ["sku"]),
        ({"customer": "C-1"}, "lookup", ["customer"]),
        ({"photo": [{"fileKey": "k"}]}, "file keys", ["photo"]),
        ({"novel": 5}, "types", ["novel (NEW_TYPE)"]),
        ({"lines": [{"checker": "sato"}, {"checker": "ito"}]}, "login name", ["checker in lines"]),
        ({"lines": [{"qty": 1}, {"item": 7}]}, "lookup", ["item in lines"]),
    ],
)
def test_values_that_only_kintone_can_check_are_named(record: dict[str, object], words: str, names: list[str]) -> None:
    """One sentence for each kind, with each field or column once."""
    [sentence] = warned(record)

    assert words in sentence
    assert sentence.endswith(f": {', '.join(names)}.")


@pytest.mark.parametrize("record", [{"note": "x"}, {"owner": [], "sku": "", "customer": None}, {"lines": [{"qty": 1}]}])
def test_nothing_is_said_where_the_record_holds_no_such_value(record: dict[str, object]) -> None:
    """Empty values and other fields need no warning."""
    assert warned(record) == []


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"lines": [{"id": 7, "qty": 1}]}, ["ids", "table_mode"]),
        ({"lines": [{"qty": 1}]}, ["table_mode"]),
        ({"lines": []}, ["table_mode"]),
        ({"photo": [{"fileKey": "k"}], "lines": []}, ["table_mode", "file_mode"]),
        ({"photo": None}, ["file_mode"]),
        ({"note": "x"}, []),
    ],
)
def test_what_an_update_removes_is_told(record: dict[str, object], words: list[str]) -> None:
    """Rows and files that are left out go in an update; ids of rows are known to kintone alone."""
    sentences = list(map(str, replaced_lists(check_record(record, FORM, "update").record, FORM)))

    assert [word in sentence for word, sentence in zip(words, sentences, strict=True)] == [True] * len(words)
