r"""Records as a CSV file that a spreadsheet opens.

RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): a header line of field codes, lines end in CRLF, quotes only where
needed; UTF-8 with a byte order mark, without which Excel takes Japanese for another encoding. Values stand as kintone
gives them; several values and table rows stand in one cell, a line each, as in kintone's own export; users read
``Name (code)``, files by their name, table rows ``column: value, column: value``.

A cell that a spreadsheet would run as a formula gets an apostrophe in front
(https://owasp.org/www-community/attacks/CSV_Injection); numbers, dates and times never do.
"""

import csv
import io
import re
from collections.abc import Sequence

from kintone.field_types.table import kind_of
from kintone.reading.pages import Record
from tools.query_outputs.csv_columns import CsvColumns
from tools.query_outputs.value_text import text_of

BYTE_ORDER_MARK = "\ufeff"
JOINT = "\n"
FORMULA_STARTS = frozenset(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
NO_FIELD: Record = {"value": None}

_SIGNED_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")


class CsvExport:
    """Turns pages into the parts of one file."""

    extension = "csv"
    mime_type = "text/csv"

    def __init__(self, columns: CsvColumns) -> None:
        """Start without records."""
        self._columns = columns
        self._begun = False

    def part(self, records: Sequence[Record]) -> bytes:
        """Return the lines of these records; behind the header when they are the first.

        Raises ``InvalidParameterError`` for a record with a field that has no column.
        """
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\r\n")
        if not self._begun:
            self._columns.begin(records)
            self._begun = True
            buffer.write(BYTE_ORDER_MARK)
            writer.writerow([guarded(code) for code in self._columns.codes])
        self._columns.check(records)
        writer.writerows([self._cells(record) for record in records])
        return buffer.getvalue().encode()

    def _cells(self, record: Record) -> list[str]:
        codes = self._columns.codes
        try:
            fields = [record[code] for code in codes]
        except KeyError:
            fields = [record.get(code, NO_FIELD) for code in codes]
        return [
            value if type(value := field["value"]) is str and value[:1] not in FORMULA_STARTS else _cell(field)
            for field in fields
        ]


def _cell(field: Record) -> str:
    text = text_of(field["value"], JOINT)
    return text if kind_of(str(field.get("type"))).plain_in_csv else guarded(text)


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it; a number with a sign is harmless and stays as it is."""
    if text[:1] not in FORMULA_STARTS or _SIGNED_NUMBER.fullmatch(text):
        return text
    return f"'{text}"
