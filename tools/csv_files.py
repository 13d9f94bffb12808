"""CSV files: lines of either format in one of the encodings that spreadsheets and kintone's import read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.reading.pages import Record
from kintone.texts import printable

# Encodings

NOT_IN_CODE_PAGE_932 = re.compile("[\xa2\xa3\xac\u2016\u2212\u301c\x80\uf8f0-\uf8f3]")
"""Characters that the code page lacks although Python's ``cp932`` encodes them.

It writes cent, pound and not sign, double bar, minus and wave dash as full-width characters, which come back as such,
and the others as bytes that have no meaning in the code page:
https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP932.TXT
"""


@dataclass(frozen=True, slots=True)
class CsvEncoding:
    """An encoding: its name in Python, the bytes at the beginning of a file, and what the codec must not encode."""

    codec: str
    mark: bytes = b""
    lacking: re.Pattern[str] | None = None

    def encode(self, text: str) -> bytes:
        """Return the text in this encoding; raises ``UnicodeEncodeError`` for a character that it lacks."""
        if self.lacking and (found := self.lacking.search(text)):
            raise UnicodeEncodeError(self.codec, text, found.start(), found.end(), "not in the code page")
        return text.encode(self.codec)

    def missing(self, text: str) -> str:
        """Return a character of the text that the encoding lacks, ``""`` where it has all."""
        try:
            self.encode(text)
        except UnicodeEncodeError as error:
            return text[error.start]
        return ""


ENCODINGS = {
    "utf-8-bom": CsvEncoding("utf-8", b"\xef\xbb\xbf"),
    "utf-8": CsvEncoding("utf-8"),
    "shift_jis": CsvEncoding("cp932", lacking=NOT_IN_CODE_PAGE_932),
}
"""The encodings by the option of ``csv_encoding``; with its mark, Excel opens a file in UTF-8 as what it is."""


# Files


class CsvLines(Protocol):
    """A format: what stands in the lines of a file."""

    @property
    def codes(self) -> Sequence[str]:
        """The field codes in the header, known once ``text`` was called."""

    @property
    def warnings(self) -> Sequence[Message]:
        """Sentences about what the lines leave out."""

    def text(self, records: Sequence[Record]) -> str:
        """Return the lines of these records; the first call puts the header before them."""

    def cells(self, record: Record) -> Iterator[tuple[str, str]]:
        """Yield the field code and the text of each cell of a record."""


class CsvExport:
    """Turns pages into the parts of one file."""

    extension = "csv"
    mime_type = "text/csv"

    def __init__(self, lines: CsvLines, encoding: str) -> None:
        """Start without records; ``encoding`` is one of ``ENCODINGS``."""
        self._lines = lines
        self._name = encoding
        self._encoding = ENCODINGS[encoding]
        self._mark = self._encoding.mark

    @property
    def warnings(self) -> Sequence[Message]:
        """Sentences about what the file leaves out."""
        return self._lines.warnings

    def part(self, records: Sequence[Record], ids: Sequence[str]) -> bytes:
        """Return the bytes of these records; the first call puts byte order mark and header before them.

        Raises ``InvalidParameterError`` for a record with a field that has no column, and for a character that the
        encoding lacks.
        """
        text = self._lines.text(records)
        try:
            encoded = self._encoding.encode(text)
        except UnicodeEncodeError:
            raise self._lacks(records, ids) from None
        mark, self._mark = self._mark, b""
        return mark + encoded

    def _lacks(self, records: Sequence[Record], ids: Sequence[str]) -> InvalidParameterError:
        """Return an error that tells where the first character is that the encoding lacks."""
        found = ((place, self._encoding.missing(text)) for place, text in self._texts(records, ids))
        place, character = next((place, character) for place, character in found if character)
        return InvalidParameterError(
            "csv_encoding is {encoding}, which lacks a character: {place} holds {character}; change it there, set "
            "csv_encoding to utf-8-bom, or name only other fields in fields",
            encoding=self._name,
            place=place,
            character=f"{printable(character)} (U+{ord(character):04X})",
        )

    def _texts(self, records: Sequence[Record], ids: Sequence[str]) -> Iterator[tuple[Message, str]]:
        """Yield the texts of the header and of each record, with the place of each for a sentence."""
        for code in self._lines.codes:
            yield Message("the field code {code}", code=printable(code)), code
        for record, record_id in zip(records, ids, strict=True):
            for code, text in self._lines.cells(record):
                yield Message("record {id}, field {code}", id=record_id, code=printable(code)), text
