"""Places in the records of a write, as the keys of kintone's errors name them.

Such a key is ``records[3].lines.value[0].value.qty.value``, counting from 0. kintone writes ``record.`` for a single
record, ``record[code]`` for a value that is not a number, and ``values`` for choices and files. Our sentences count
from 1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kintone.messages import Message, verbatim

_FIELD = r"(?:\.(?P<code>[^\[\]]+?)|\[(?P<bracketed>[^\]]+)\])\.values?(?P<rest>|[.\[].*)"
_START = re.compile(r"records\[(?P<index>\d{1,6})\]|record(?=[.\[])")
_TOP_FIELD = re.compile(_FIELD, re.DOTALL)
_CELL = re.compile(r"\[(?P<row>\d{1,6})\]\.value" + _FIELD, re.DOTALL)
_CHOICE = re.compile(r"\[(?P<choice>\d{1,6})\](?:\.value)?")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A place in the records that were sent; ``index``, ``row`` and ``choice`` count from 0 as kintone's keys do."""

    code: str
    index: int | None = None
    row: int | None = None
    column: str = ""
    choice: int | None = None

    def words(self, given_rows: Mapping[str, Mapping[int, int]] | None = None) -> Message:
        """Name the field, row and choice, counting from 1.

        ``given_rows`` maps for each table that was appended to the index among the rows sent to the index among the
        caller's rows, as in ``AppendedRecord``. The other rows were already saved.
        """
        field = verbatim(self.code) if self.row is None else self._cell(self.row, (given_rows or {}).get(self.code))
        return field if self.choice is None else Message("{field}, value {number}", field=field, number=self.choice + 1)

    def _cell(self, row: int, given: Mapping[int, int] | None) -> Message:
        number = row if given is None else given.get(row)
        if number is None:
            return Message(
                "{table} row {row} of those already saved, {column}", table=self.code, row=row + 1, column=self.column
            )
        return Message("{table} row {row}, {column}", table=self.code, row=number + 1, column=self.column)


def read_path(key: str) -> FieldPath | None:
    """Read one of kintone's keys; return None for a key that does not point into a record, such as ``app``."""
    start = _START.match(key)
    if start is None:
        return None
    index = int(start["index"]) if start["index"] else None
    rest = key[start.end() :]
    inner = rest.removeprefix(".record")
    # A wrapper "record" inside "records[3]" is skipped; a field whose code is "record" is not.
    if index is not None and inner.startswith((".", "[")) and not re.match(r"\.values?(?:$|\[)", inner):
        rest = inner
    field = _TOP_FIELD.fullmatch(rest)
    if field is None:
        return FieldPath(rest.strip(".") or "record", index) if index is not None else None
    code = field["code"] or field["bracketed"]
    cell = _CELL.fullmatch(field["rest"])
    if cell is None:
        return FieldPath(code, index, choice=_choice(field["rest"]))
    column = cell["code"] or cell["bracketed"]
    return FieldPath(code, index, int(cell["row"]), column, _choice(cell["rest"]))


def readable(key: str) -> Message:
    """Name the place of a key of a single record; return a key that does not point into a record unchanged."""
    path = read_path(key)
    return verbatim(key) if path is None else path.words()


def _choice(rest: str) -> int | None:
    choice = _CHOICE.fullmatch(rest)
    return int(choice["choice"]) if choice else None
