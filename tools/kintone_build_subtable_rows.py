"""The tool ``kintone_build_subtable_rows``: plain objects as the rows of a table, without asking kintone."""

from collections.abc import Sequence

from kintone.errors import InvalidParameterError
from kintone.messages import Message, counted
from kintone.texts import preview, previews
from kintone.values.numbers import whole_number
from kintone.writing.entries import raise_if_any
from tools import base
from tools.flat_records import Source, Wanted, is_row, read_records
from tools.object_lines import object_lines
from tools.parameters import Parameters
from tools.results import Result
from tools.structured_text import is_absent
from tools.writable_values import WritableValues, holds_rows

SOURCE = "subtable_source"
ID = "id"
LESS = Message("hand over fewer rows at once, and add the others with table_mode append")


class BuildSubtableRows(base.OfflineTool):
    """Makes the rows of a table, as the value of a table field."""

    tool_name = "kintone_build_subtable_rows"

    def answer(self, parameters: Parameters) -> Result:
        """Build the rows; the text has one a line."""
        sources = read_records(SOURCE, parameters.raw(SOURCE), Wanted.ROWS)
        if not sources:
            raise InvalidParameterError(
                "subtable_source holds no row; to remove all rows of a table, write an empty list as its value: "
                '{{"table code": []}}'
            )
        rows = _rows_of(sources)
        _refuse_what_is_no_row(rows)
        values = WritableValues()
        built = [_written(row_id, cells, values) for row_id, cells in rows]
        saved = sum(ID in row for row in built)
        lines = [*values.notes(), _headline(len(built), saved), *object_lines(built, "rows")]
        return Result(lines, {"value": built}, {"rows": built}, LESS)


type Row = tuple[object, Source]
"""The ID of a row as it is given, None for a new one, and its cells."""


def _rows_of(sources: Sequence[Source]) -> list[Row]:
    """Return IDs and cells; in plain objects ``id`` is the row's ID if it is one wherever it is given."""
    plain_ids = [source[ID] for source in sources if ID in source and not _is_shaped(source)]
    are_ids = all(is_absent(each) or _row_id(each) is not None for each in plain_ids)
    rows: list[Row] = []
    for source in sources:
        if _is_shaped(source):
            rows.append((source.get(ID), _cells(source["value"])))
        elif are_ids:
            rows.append((source.get(ID), {code: cell for code, cell in source.items() if code != ID}))
        else:
            rows.append((None, source))
    return [(None if is_absent(row_id) else row_id, cells) for row_id, cells in rows]


def _is_shaped(source: Source) -> bool:
    """Tell whether a row is in kintone's own shape; a plain row may have a column with the code ``value``."""
    return is_row(source) and source.keys() <= {ID, "value"}


def _cells(value: object) -> Source:
    return value if isinstance(value, dict) else {}


def _row_id(value: object) -> str | None:
    number = whole_number(value)
    return str(number) if number is not None and number > 0 else None


def _refuse_what_is_no_row(rows: Sequence[Row]) -> None:
    """Raise one ``InvalidParameterError`` with everything that makes rows unusable, by row from 1."""
    problems: list[Message] = []
    first: dict[str, int] = {}
    for number, (given, cells) in enumerate(rows, start=1):
        row_id = _row_id(given)
        if given is not None and row_id is None:
            problems.append(
                Message(
                    "row {row}: id is {id}, which is no row ID; leave it out to add the row",
                    row=number,
                    id=preview(given),
                )
            )
        if row_id is not None and first.setdefault(row_id, number) != number:
            problems.append(
                Message("rows {first} and {row} have the same id {id}", first=first[row_id], row=number, id=row_id)
            )
        if tables := [code for code, content in cells.items() if holds_rows(content)]:
            problems.append(
                Message(
                    "row {row} holds the table {tables}, and a row can hold no table; hand over the rows of that "
                    "table, or the record without it",
                    row=number,
                    tables=previews(tables),
                )
            )
    raise_if_any(problems, SOURCE)


def _written(given: object, cells: Source, values: WritableValues) -> dict[str, object]:
    row_id = _row_id(given)
    written = values.cells(cells)
    return {"value": written} if row_id is None else {ID: row_id, "value": written}


def _headline(count: int, saved: int) -> Message:
    rows = counted(count, Message("1 row"), Message("{count:,} rows", count=count))
    if not saved:
        return Message("{rows}:", rows=rows)
    return Message("{rows}, {saved:,} with the ID of a saved row:", rows=rows, saved=saved)
