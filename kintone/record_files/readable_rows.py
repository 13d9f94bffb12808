"""The rows of a table in one cell, as our ``readable`` CSV shows them: a row a line, ``column: value, column: value``.

That text leaves out the ids of rows, empty cells, and rows in which all is empty. What could be read in two ways is
refused.
"""

import re
from collections.abc import Mapping, Sequence

from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition
from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview

INNER_SEPARATOR = " / "
_USE_COLUMNS = Message("give the columns of the table columns of their own, as csv_format kintone does")


class ReadableRows:
    """Splits the texts of one table into rows."""

    def __init__(self, table: FieldDefinition) -> None:
        """Prepare for the columns of the table."""
        self._columns = table.columns
        codes = "|".join(map(re.escape, table.columns))
        self._begin = re.compile(rf"(?:\A|, )({codes}): ")

    def rows(self, text: str) -> Sequence[Mapping[str, str]]:
        """Return the text of each cell by the code of its column, row by row; raises ``UnusableValueError``."""
        return [self._row(line) for line in text.split("\n") if line.strip()]

    def _row(self, line: str) -> Mapping[str, str]:
        found = list(self._begin.finditer(line))
        codes = [match[1] for match in found]
        if not found or found[0].start(1) or len(set(codes)) < len(codes):
            raise UnusableValueError(
                ProblemCode.AMBIGUOUS,
                Message("{value} cannot be told apart into the columns of a row", value=preview(line)),
                _USE_COLUMNS,
            )
        ends = [*(match.start() for match in found[1:]), len(line)]
        cells = {match[1]: line[match.end() : end] for match, end in zip(found, ends, strict=True)}
        return {code: self._cell(code, text) for code, text in cells.items()}

    def _cell(self, code: str, text: str) -> str:
        """Return the text of a cell with its values one a line."""
        column = self._columns[code]
        if column.type.shape is Shape.CODES:
            return text.replace(INNER_SEPARATOR, "\n")
        if column.type.shape is Shape.OPTIONS and text not in column.options:
            return text.replace(INNER_SEPARATOR, "\n")
        return text
