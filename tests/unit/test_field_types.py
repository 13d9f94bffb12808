"""The table of field types against what kintone documents."""

import json

from kintone.field_types import FIELD_TYPES, PSEUDO_FIELDS, Shape, field_type, markdown_table

WRITABLE: dict[str, object] = {
    "SINGLE_LINE_TEXT": "", "MULTI_LINE_TEXT": "", "RICH_TEXT": "", "NUMBER": "", "LINK": "", "RADIO_BUTTON": "",
    "DROP_DOWN": None, "DATE": None, "TIME": None, "DATETIME": "", "CHECK_BOX": [], "MULTI_SELECT": [],
    "USER_SELECT": [], "ORGANIZATION_SELECT": [], "GROUP_SELECT": [], "FILE": [], "SUBTABLE": [],
}  # fmt: skip
ON_ADD_ONLY = {"CREATOR", "MODIFIER", "CREATED_TIME", "UPDATED_TIME"}
NEVER = {
    "CALC", "RECORD_NUMBER", "STATUS", "STATUS_ASSIGNEE", "CATEGORY", "REFERENCE_TABLE", "GROUP", "LABEL", "SPACER",
    "HR", "__ID__", "__REVISION__",
}  # fmt: skip


def test_the_table_lists_every_type_once() -> None:
    """The table knows the documented types, all of them and no others."""
    assert set(FIELD_TYPES) == set(WRITABLE) | ON_ADD_ONLY | NEVER


def test_types_that_kintone_fills_cannot_be_written() -> None:
    """They are refused with advice, and four of them only on update; all others are taken."""
    assert {name for name, kind in FIELD_TYPES.items() if kind.on_update} == set(WRITABLE)
    assert {name for name, kind in FIELD_TYPES.items() if kind.on_add} == set(WRITABLE) | ON_ADD_ONLY
    assert {name for name, kind in FIELD_TYPES.items() if kind.advice} == ON_ADD_ONLY | NEVER


def test_the_empty_value_is_the_one_kintone_shows() -> None:
    """Clearing a field uses the empty value that kintone itself shows for the type."""
    assert {name: FIELD_TYPES[name].empty_value for name in WRITABLE} == WRITABLE


def test_an_empty_list_is_new_each_time() -> None:
    """Two records do not share one empty list."""
    assert FIELD_TYPES["FILE"].empty_value is not FIELD_TYPES["FILE"].empty_value


def test_update_keys_are_one_line_texts_and_numbers() -> None:
    """No other type can be an update key."""
    assert {name for name, kind in FIELD_TYPES.items() if kind.update_key} == {"SINGLE_LINE_TEXT", "NUMBER"}


def test_tables_take_no_tables_and_no_system_fields() -> None:
    """Columns are the writable types and calculations, tables excepted."""
    assert {name for name, kind in FIELD_TYPES.items() if kind.in_tables} == set(WRITABLE) - {"SUBTABLE"} | {"CALC"}


def test_the_examples_are_json() -> None:
    """What a sentence offers as an example can be copied into JSON."""
    assert all(json.loads(FIELD_TYPES[name].example) for name in WRITABLE)


def test_required_is_not_enforced_for_radio_buttons_and_calculations() -> None:
    """Two types may be marked as required without kintone enforcing it."""
    assert not FIELD_TYPES["RADIO_BUTTON"].required_holds
    assert not FIELD_TYPES["CALC"].required_holds
    assert FIELD_TYPES["DROP_DOWN"].required_holds


def test_an_unknown_type_goes_through_unchecked() -> None:
    """A type that kintone adds later can still be written."""
    kind = field_type("HOLOGRAM")
    assert kind.shape is Shape.OTHER
    assert kind.on_add
    assert kind.on_update


def test_record_id_and_revision_are_known_though_no_form_lists_them() -> None:
    """The two codes of fetched records have kinds of their own."""
    assert {code: kind.name for code, kind in PSEUDO_FIELDS.items()} == {"$id": "__ID__", "$revision": "__REVISION__"}


def test_the_documentation_table_has_a_line_per_type() -> None:
    """The documentation is made of the same table."""
    lines = markdown_table().splitlines()
    assert len(lines) == len(FIELD_TYPES) + 2
    assert '| `NUMBER` | `"1234.5"` | yes | yes | yes | yes |' in lines
    assert "| `CALC` | none | no | no | yes | no |" in lines
