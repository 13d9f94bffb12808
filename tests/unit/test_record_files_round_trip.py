"""What kintone shows of records, written to a file as programs do, comes back as it was."""

import csv
import gc
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kintone.record_files import FileOptions, FileRecord, RecordFile
from kintone.values.formulas import FORMULA_STARTS, without_formula, without_guard
from kintone.values.numbers import NumberPrecision
from tests.unit.form_samples import columns, field, make_form, options
from tests.unit.record_file_samples import FORM as SMALL_FORM
from tests.unit.record_file_samples import TOKYO, read

type Shown = Mapping[str, Any]
"""Values as kintone shows them, by field code; a table is a list of pairs of a row id and such values."""

FIRST_MOMENT = datetime(1000, 1, 2)  # noqa: DTZ001 - of any zone
NAMES = ["A", "B", "C, D", "x (y)", " z "]
OPTIONS = options(*NAMES)
TYPES = {
    "text": "SINGLE_LINE_TEXT", "lines": "MULTI_LINE_TEXT", "rich": "RICH_TEXT", "number": "NUMBER", "link": "LINK",
    "checks": "CHECK_BOX", "several": "MULTI_SELECT", "radio": "RADIO_BUTTON", "drop": "DROP_DOWN", "day": "DATE",
    "clock": "TIME", "moment": "DATETIME", "users": "USER_SELECT", "teams": "ORGANIZATION_SELECT",
    "groups": "GROUP_SELECT",
}  # fmt: skip
CALCULATED = {"sum": "CALC"}
SYSTEM = {"record": "RECORD_NUMBER", "creator": "CREATOR", "updated": "UPDATED_TIME"}
FORM = make_form(
    *(field(kind, code, options=OPTIONS) for code, kind in {**TYPES, **CALCULATED, **SYSTEM}.items()),
    field(
        "SUBTABLE",
        "first",
        fields=columns(*(field(kind, f"in_{code}", options=OPTIONS) for code, kind in {**TYPES, **CALCULATED}.items())),
    ),
    field("SUBTABLE", "second", fields=columns(field("NUMBER", "alone"))),
).with_precision(NumberPrecision(30, 10))

# What kintone can show: LF between lines, and no text with a NUL or half a character.
TEXTS = st.text(st.characters(exclude_characters="\x00\r\n", exclude_categories=["Cs"]), max_size=12)
CODES = st.text("abc (),;'東京@-", min_size=1, max_size=8).map(str.strip).filter(bool)
PEOPLE = st.lists(CODES, max_size=3, unique=True)
CHOICES = st.lists(st.sampled_from(NAMES), max_size=4, unique=True)
CHOICE = st.sampled_from(["", *NAMES])
NUMBERS = st.one_of(
    st.just(""), st.integers(-(10**12), 10**12).map(str), st.from_regex(r"-?[1-9][0-9]?\.[0-9]{1,9}", fullmatch=True)
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "SINGLE_LINE_TEXT": TEXTS,
    "MULTI_LINE_TEXT": st.lists(TEXTS, max_size=3).map("\n".join),
    "RICH_TEXT": TEXTS.map("<b>{}</b>\n".format),
    "NUMBER": NUMBERS,
    "LINK": st.sampled_from(["", "+81-3-1234-5678", "'=1"]),
    "CHECK_BOX": CHOICES,
    "MULTI_SELECT": CHOICES,
    "RADIO_BUTTON": CHOICE,
    "DROP_DOWN": CHOICE,
    "DATE": st.one_of(st.just(""), st.dates(min_value=date(1000, 1, 1)).map(str)),
    "TIME": st.sampled_from(["", "00:00", "09:30", "23:59"]),
    "DATETIME": st.one_of(
        st.just(""), st.datetimes(min_value=FIRST_MOMENT).map(lambda each: f"{each:%Y-%m-%dT%H:%M}:00Z")
    ),
    "USER_SELECT": PEOPLE,
    "ORGANIZATION_SELECT": PEOPLE,
    "GROUP_SELECT": PEOPLE,
    "CALC": NUMBERS,
    "RECORD_NUMBER": st.just("APP-5"),
    "CREATOR": st.just("sato"),
    "UPDATED_TIME": st.just("2026-01-01T00:00:00Z"),
}


def values_of(types: Mapping[str, str], prefix: str = "") -> st.SearchStrategy[dict[str, Any]]:
    """Return values of fields or columns."""
    return st.fixed_dictionaries({prefix + code: VALUES[kind] for code, kind in types.items()})


@st.composite
def tables_of(draw: st.DrawFn, cells: st.SearchStrategy[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of a table, each with an id of its own."""
    return [(str(number), row) for number, row in enumerate(draw(st.lists(cells, max_size=3)), start=7)]


RECORDS = st.lists(
    st.tuples(
        values_of({**TYPES, **CALCULATED, **SYSTEM}),
        tables_of(values_of({**TYPES, **CALCULATED}, "in_")),
        tables_of(st.fixed_dictionaries({"alone": NUMBERS})),
    ).map(lambda parts: {**parts[0], "first": parts[1], "second": parts[2]}),
    min_size=1,
    max_size=3,
)


# The format of cli-kintone, as its files show it


def imported_text(records: Sequence[Shown], codes: Sequence[str], tables: Sequence[str] = ()) -> str:
    """Return a file: lines end in LF, values of a list stand one a line, all cells but blank ones are quoted.

    With tables, ``*`` marks records, a table's own code is the column of its row ids, and tables stand one below the
    other.
    """
    header = [*("*" for _ in tables[:1]), *codes]
    for table in tables:
        header += [table, *FORM.fields[table].columns]
    lines = [header]
    for record in records:
        outer = [*("" for _ in tables[:1]), *(cell_text(record[code]) for code in codes)]
        rows = [
            {code: cell_text(value) for code, value in {table: row_id, **row}.items()}
            for table in tables
            for row_id, row in record[table]
        ]
        of_record = [[*outer, *(row.get(code, "") for code in header[len(outer) :])] for row in rows or [{}]]
        of_record[0][0] = "*" if tables else of_record[0][0]
        lines += of_record
    return "".join(",".join(map(quoted, line)) + "\n" for line in lines)


def cell_text(value: object) -> str:
    """Return the text of a cell."""
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def quoted(cell: str) -> str:
    """Return a cell in quotes; blank ones and ``*`` have none."""
    return cell if cell in ("", "*") else '"' + cell.replace('"', '""') + '"'


def written_back(shown: Shown) -> dict[str, object]:
    """Return what an import must send: no value that kintone calculates or sets."""
    return {code: value for code, value in shown.items() if code not in {**CALCULATED, **SYSTEM, "in_sum": ""}}


def expected(record: Shown) -> dict[str, object]:
    """Return a record as ``Read.values`` shows it."""
    tables = {
        table: [{"id": row_id, **written_back(row)} for row_id, row in record[table]] for table in ("first", "second")
    }
    return {**written_back(record), **tables}


@settings(max_examples=100, deadline=None)
@given(records=RECORDS, chunk=st.sampled_from([1_000_000, 1, 5]))
def test_records_of_every_field_type_come_back(records: list[Shown], chunk: int) -> None:
    """With tables, whatever texts, options and codes hold."""
    text = imported_text(records, [*TYPES, *CALCULATED, *SYSTEM], ["first", "second"])

    outcome = read(text, FORM, chunk=chunk)

    assert (outcome.error, outcome.problems) == ("", [])
    assert outcome.values == [expected(record) for record in records]
    assert outcome.left_out == [*CALCULATED, *SYSTEM, "in_sum"]
    assert all(not record.notes for record in outcome.records)


@settings(max_examples=100, deadline=None)
@given(records=RECORDS)
def test_records_without_tables_come_back(records: list[Shown]) -> None:
    """Without ``*``, the quotes around every header tell that nothing was written for people."""
    outcome = read(imported_text(records, list(TYPES)), FORM)

    wanted = [{code: record[code] for code in TYPES} for record in records]
    assert (outcome.error, outcome.problems) == ("", [])
    assert outcome.values == wanted


@settings(max_examples=100, deadline=None)
@given(records=RECORDS)
def test_records_come_back_through_code_page_932(records: list[Shown]) -> None:
    """As far as their characters are in it; a Japanese site needs no word about the encoding."""
    text = imported_text(records, list(TYPES), ["first", "second"])
    try:
        data = text.encode("cp932")
    except UnicodeEncodeError:
        text = "".join(character for character in text if character < "\x80")
        data = text.encode()
    # Python writes some characters as others.
    back = data.decode("cp932")

    assert read(data, FORM, host="a.cybozu.com").values == read(back, FORM).values


@settings(max_examples=100, deadline=None)
@given(records=RECORDS, separator=st.sampled_from(",;\t"), ends=st.sampled_from(["\r\n", "\n"]))
def test_cells_come_back_from_spreadsheets(records: list[Shown], separator: str, ends: str) -> None:
    """Whatever the separator, with quotes only where they are needed."""
    codes = ["lines", "text", "checks", "number", "moment"]
    assume(separator != ";" or not any(re.fullmatch(r"-?[0-9]+\.[0-9]{3}", record["number"]) for record in records))
    lines = [[without_formula(cell_text(record[code])) for code in codes] for record in records]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator=ends).writerows([codes, *lines])

    outcome = read(buffer.getvalue(), FORM)

    filled = [
        record
        for record, line in zip(records, lines, strict=True)
        if "".join(line).strip() or any("\n" in cell for cell in line)
    ]
    assert (outcome.error, outcome.problems) == ("", [])
    assert outcome.values == [{code: record[code] for code in codes} for record in filled]


@given(text=st.one_of(st.text(max_size=6), st.text("'=+-@１＝0.5\t", max_size=6)))
def test_guard_against_formulas_comes_off_again(text: str) -> None:
    """Also from a text that looks guarded itself; and no text that a spreadsheet would run is left without one."""
    guarded = without_formula(text)

    assert without_guard(guarded) == text
    assert guarded[:1] not in FORMULA_STARTS or guarded[1:].replace(".", "0", 1).isdigit()


# JSON

JSON_ROWS = st.lists(
    st.fixed_dictionaries({"name": TEXTS.filter(bool), "memo": st.lists(TEXTS, max_size=3).map("\n".join)}), max_size=5
)


@settings(max_examples=100, deadline=None)
@given(
    rows=JSON_ROWS, indent=st.sampled_from([None, 0, 2]), chunk=st.sampled_from([1, 3, 17, 10_000]), lines=st.booleans()
)
def test_json_rows_come_back_however_they_are_written(
    rows: list[dict[str, str]], indent: int | None, chunk: int, *, lines: bool
) -> None:
    """In lists and as JSON Lines, in chunks of any size, with every character of theirs."""
    texts = [json.dumps(row, ensure_ascii=indent == 0, indent=indent) for row in rows]
    text = "\n".join(texts) if lines else f"[{', '.join(texts)}]"

    outcome = read(text.encode(), SMALL_FORM, chunk=chunk, rules=False)

    if rows:
        assert outcome.values == rows
        assert outcome.error == ""


# Memory


def lines_of(count: int, begin: bytes, line: str, end: bytes) -> Iterator[bytes]:
    """Yield a file in chunks of a thousand lines."""
    yield begin
    for first in range(0, count, 1_000):
        yield "".join(line.format(number) for number in range(first, first + 1_000)).encode()
    yield end


def record_count() -> int:
    """Return how many records are in memory."""
    return sum(isinstance(each, FileRecord) for each in gc.get_objects())


@pytest.mark.parametrize(
    ("count", "begin", "line", "end"),
    [
        (300_000, b"sku,name\n", 'k{0},"東京 {0}"\n', b""),
        (50_000, b"*,sku,item\n", "*,k{0},x\n,,y{0}\n", b""),
        (50_000, b"[", '{{"sku":"k{0}","name":"東京"}},\n', b'{"sku":"z"}]'),
        (50_000, b"", '{{"sku":"k{0}","name":"東京"}}\n', b""),
    ],
    ids=["csv", "marked", "list", "lines"],
)
@pytest.mark.time_limit(600)
def test_nothing_is_kept_of_records_that_were_read(count: int, begin: bytes, line: str, end: bytes) -> None:
    """Records come out while the file comes in, and none of them stays."""
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for chunk in lines_of(count, begin, line, end):
            taken += 1
            yield chunk

    position, before = 0, record_count()
    objects: list[int] = []
    for record in RecordFile(chunks(), FileOptions(SMALL_FORM, TOKYO)):
        position += 1
        assert record.position == position
        if position % (count // 5) == 6_000:
            # What was read ahead is less than ten chunks of a thousand lines.
            assert taken - position // 1_000 < 10
            assert record_count() <= before + 2
            objects.append(len(gc.get_objects()))
    assert position >= count
    # Up to 5,000 values of each column are kept from the beginning on.
    assert objects[-1] < objects[0] + 10_000
