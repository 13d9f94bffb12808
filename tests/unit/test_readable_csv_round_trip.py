"""What kintone shows of records, written as CSV for people, comes back as it was or is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition
from kintone.values.numbers import NumberPrecision
from tests.unit.form_samples import columns, field, make_form, options
from tests.unit.record_file_samples import Read, read
from tools.csv_files import CsvExport, CsvLines
from tools.import_csv import ImportLines
from tools.readable_csv import CsvColumns, ReadableLines
from tools.record_formats import JsonlExport

type Values = Mapping[str, Any]

NAMES = ["A", "B", "C, D", "x / y", " z ", "\u3000", "'=1", "=1", '"q"', "A\nB", "*", "B, qty: 1"]
OPTIONS = options(*NAMES)
TYPES = {
    "text": "SINGLE_LINE_TEXT", "memo": "MULTI_LINE_TEXT", "rich": "RICH_TEXT", "link": "LINK", "qty": "NUMBER",
    "checks": "CHECK_BOX", "several": "MULTI_SELECT", "radio": "RADIO_BUTTON", "drop": "DROP_DOWN", "day": "DATE",
    "clock": "TIME", "moment": "DATETIME", "users": "USER_SELECT", "teams": "ORGANIZATION_SELECT",
    "groups": "GROUP_SELECT",
}  # fmt: skip
FORM = make_form(
    *(field(kind, code, options=OPTIONS) for code, kind in TYPES.items()),
    field(
        "SUBTABLE",
        "lines",
        fields=columns(*(field(kind, f"in_{code}", options=OPTIONS) for code, kind in TYPES.items())),
    ),
).with_precision(NumberPrecision(30, 10))

# Texts that look like the parts of which a row, a list, a guard or a line of CSV is made.
PARTS = [
    "x", "in_qty: 5", "in_text: ", ", ", " / ", "\n", '"', "'", "=1+1", "\\", "\\n", ";", "\t", " (sato)", ")", "(",
    "*", " ", "\u3000", "\x85", "\u2028", "lines", "😀", "佐藤", ",", "-5", "{}", "[]",
]  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PARTS), max_size=6).map("".join)
SINGLE = HOSTILE.map(lambda text: text.replace("\n", " "))
CHOICES = st.lists(st.sampled_from(NAMES), max_size=3, unique=True)
CODES = SINGLE.map(str.strip).filter(bool)
NUMBERS = st.sampled_from(["", "0", "-5", "1.234", "1234", "0.001", "12345678901234567890.5", "-0.5"])
PEOPLE = st.lists(
    st.fixed_dictionaries({"code": CODES, "name": st.one_of(SINGLE, st.sampled_from(["(株)山田", "Sato, Taro", ""]))}),
    max_size=3,
    unique_by=lambda person: str(person["code"]),
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "SINGLE_LINE_TEXT": SINGLE, "MULTI_LINE_TEXT": HOSTILE, "RICH_TEXT": HOSTILE, "LINK": SINGLE, "NUMBER": NUMBERS,
    "CHECK_BOX": CHOICES, "MULTI_SELECT": CHOICES, "RADIO_BUTTON": st.sampled_from(["", *NAMES]),
    "DROP_DOWN": st.sampled_from([None, *NAMES]), "DATE": st.sampled_from([None, "2026-04-01"]),
    "TIME": st.sampled_from([None, "00:00", "23:59"]), "DATETIME": st.sampled_from(["", "2026-04-01T00:30:00Z"]),
    "USER_SELECT": PEOPLE, "ORGANIZATION_SELECT": PEOPLE, "GROUP_SELECT": PEOPLE,
}  # fmt: skip


def sparse(prefix: str = "") -> st.SearchStrategy[dict[str, Any]]:
    """Return values of all fields or columns, of which few are filled, so that lines and rows can be blank."""
    empty = {code: [] if kind in LIST_TYPES else "" for code, kind in TYPES.items()}
    filled = st.fixed_dictionaries({}, optional={code: VALUES[kind] for code, kind in TYPES.items()})
    return filled.map(lambda some: {prefix + code: value for code, value in {**empty, **some}.items()})


LIST_TYPES = {"CHECK_BOX", "MULTI_SELECT", "USER_SELECT", "ORGANIZATION_SELECT", "GROUP_SELECT"}
RECORDS = st.lists(
    st.tuples(sparse(), st.lists(sparse("in_"), max_size=3)).map(lambda parts: {**parts[0], "lines": parts[1]}),
    min_size=1,
    max_size=3,
)


def shown(definition: FieldDefinition, value: Any) -> dict[str, Any]:  # noqa: ANN401 - any value of a field
    """Return a value as kintone shows it; the ids of rows count from 7."""
    if definition.is_table:
        value = [
            {"id": str(number), "value": {code: shown(definition.columns[code], cell) for code, cell in row.items()}}
            for number, row in enumerate(value, start=7)
        ]
    return {"type": definition.type.name, "value": value}


def come_back(lines: CsvLines, records: Sequence[Values], **settings: Any) -> Read:  # noqa: ANN401 - FileOptions
    """Return what is read of records that were written."""
    form_values = [{code: shown(FORM.fields[code], value) for code, value in each.items()} for each in records]
    return read(CsvExport(lines, "utf-8-bom").part(form_values, ["1"] * len(records)), FORM, **settings)


def simple(value: Any) -> Any:  # noqa: ANN401 - any value of a field
    """Return a value without names of people and ids of rows, with one empty text."""
    if isinstance(value, list):
        return [simple(each) for each in value]
    if isinstance(value, Mapping):
        cells = {code: simple(each) for code, each in value.items() if code != "id"}
        return value.get("code", cells)
    return value or ""


MAY_BE_REFUSED = [Shape.CODES, Shape.OPTIONS]


def check(outcome: Read, records: Sequence[Values]) -> None:
    """Every record has the same values or is refused, and only lists may be refused that could mean two things."""
    assert outcome.error == ""
    assert len(outcome.records) == len(records)
    for record, values, back in zip(records, outcome.values, outcome.records, strict=True):
        if not back.problems:
            assert simple(values) == simple(record)
            assert not back.notes
        for each in back.problems:
            code = each.problem.field.removeprefix("in_")
            assert (each.problem.code.value, FORM.fields[code].type.shape in MAY_BE_REFUSED) == ("ambiguous", True)


@settings(max_examples=300, deadline=None)
@given(records=RECORDS)
def test_readable_records_come_back_or_are_refused(records: list[Values]) -> None:
    """Never other values, whatever texts, options and codes hold, and however many rows and records are blank."""
    check(come_back(ReadableLines(CsvColumns([*TYPES, "lines"], FORM)), records), records)


@settings(max_examples=100, deadline=None)
@given(records=RECORDS, fields=st.sampled_from([["text"], ["memo", "lines"], ["checks", "users"], ["text", "memo"]]))
def test_readable_columns_come_back_or_are_refused(records: list[Values], fields: list[str]) -> None:
    """Also without a column that is never blank: no record is lost."""
    chosen = [{code: record[code] for code in fields} for record in records]

    check(come_back(ReadableLines(CsvColumns(fields, FORM)), chosen), chosen)


@settings(max_examples=100, deadline=None)
@given(records=RECORDS, fields=st.sampled_from([[], ["text"], ["memo", "rich"], ["checks", "users"]]))
def test_records_in_the_import_format_come_back_or_are_refused(records: list[Values], fields: list[str]) -> None:
    """With and without tables; only options with line ends may be refused."""
    chosen = [{code: record[code] for code in fields or record} for record in records]

    check(come_back(ImportLines(fields, FORM), chosen), chosen)


@settings(max_examples=100, deadline=None)
@given(records=RECORDS)
def test_records_in_json_lines_come_back(records: list[Values]) -> None:
    """All of them: in JSON each value is a text of its own."""
    form_values = [{code: shown(FORM.fields[code], value) for code, value in each.items()} for each in records]
    outcome = read(JsonlExport().part(form_values, ["1"] * len(records)), FORM)

    assert (outcome.error, outcome.problems) == ("", [])
    assert simple(outcome.values) == simple(records)
