"""Cells of a file that are read quickly: the outcome is the same as that of the thorough way."""

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.field_types import Shape
from kintone.problems import ProblemCode, UnusableValueError
from kintone.record_files.cells import CellReader, CellStyle
from kintone.record_files.clocks import LocalClock
from kintone.records import check_record
from kintone.values.dates import read_datetime
from kintone.values.numbers import NumberPrecision
from tests.unit.form_samples import field, make_form

HALF_WIDTH = str.maketrans("０１", "01")
LIMITED = make_form(
    field("SINGLE_LINE_TEXT", "text", minLength="2", maxLength="5"),
    field("SINGLE_LINE_TEXT", "key", unique=True),
    field("LINK", "link", protocol="WEB"),
    field("LINK", "call"),
    field("RICH_TEXT", "rich"),
    field("NUMBER", "number", minValue="-10", maxValue="1000.5", required=True),
    field("NUMBER", "free"),
    field("DATE", "day"),
    field("DATETIME", "moment", unique=True),
    field("MULTI_LINE_TEXT", "lines", required=True),
)
PRECISIONS = [
    None, NumberPrecision(), NumberPrecision(3, 1), NumberPrecision(16, 4, known=False), NumberPrecision(30, 0),
]  # fmt: skip
CELLS = st.one_of(
    st.text(max_size=8),
    st.text("0123456789.,-+eE ０１", max_size=8),
    st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,12})?", fullmatch=True),
    st.from_regex(r"[0-2][0-9]{3}[-/][01]?[0-9][-/][0-3]?[0-9]", fullmatch=True),
    st.from_regex(
        r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(Z|\+09:00)?", fullmatch=True
    ),
    st.text("a", min_size=60, max_size=70),
    st.sampled_from(["https://example.com/", "tel", "a\r\nb", "a\rb", "a\x00"]),
)


@settings(max_examples=300, deadline=None)
@given(
    cell=CELLS,
    code=st.sampled_from([code for code in LIMITED.fields if code != "moment"]),
    precision=st.sampled_from(PRECISIONS),
    rules=st.booleans(),
)
def test_plain_cells_are_read_as_every_value_is(
    cell: str, code: str, precision: NumberPrecision | None, *, rules: bool
) -> None:
    """A cell becomes what the same text becomes in a record; only a number may be refused that is taken there."""
    form = LIMITED if precision is None else LIMITED.with_precision(precision)
    reader = CellReader(form.fields[code], CellStyle(LocalClock(ZoneInfo("UTC")), exact=True, rules=rules))

    found = reader.read(cell)
    lines = cell.replace("\r\n", "\n").replace("\r", "\n")
    written = lines if form.fields[code].type.shape in (Shape.TEXT, Shape.LINES) else lines.strip()
    expected = check_record({code: written}, form, "update", rules=rules)

    if [problem.code.value for problem in found.problems] == ["ambiguous"] and form.fields[code].is_number:
        assert cell.translate(HALF_WIDTH).lstrip("-+ ").startswith("0")
        return
    assert [problem.code for problem in found.problems] == [problem.code for problem in expected.problems]
    if expected.valid:
        assert found.cell == expected.record[code]
        assert bool(found.notes) == any("decimals" in str(change.text) for change in expected.changes)
        assert reader.known.get(cell, found.cell) == found.cell


@settings(max_examples=300, deadline=None)
@given(cell=CELLS, zone=st.sampled_from(["UTC", "Asia/Tokyo", "Europe/Berlin", "America/Sao_Paulo"]))
def test_dates_and_times_are_read_as_every_value_is(cell: str, zone: str) -> None:
    """The quick way gives what the thorough one gives."""
    found = CellReader(LIMITED.fields["moment"], CellStyle(LocalClock(ZoneInfo(zone)))).read(cell)
    codes: list[ProblemCode] = []
    value = None
    try:
        value = read_datetime(cell.strip(), ZoneInfo(zone)) if cell.strip() else ""
    except UnusableValueError as error:
        codes.append(error.code)

    assert [problem.code for problem in found.problems] == codes
    assert codes or found.cell == {"value": value}
