"""CSV files: encodings, byte order mark, and characters that an encoding lacks."""

import codecs
from collections.abc import Iterator, Sequence

import pytest

from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.reading.pages import Record
from tools.csv_files import ENCODINGS, CsvExport

LACKING = "¢£¬‖−〜¾ㇷ゚😀\x85\xa0\x80\uf8f0\uf8f3¥‾\u200b한"
"""What Windows code page 932 lacks; the first six Python's codec writes as other characters, U+0080 and U+F8F0 as bytes
that the code page does not define."""


class Lines:
    """A format with one column, ``memo``."""

    warnings: Sequence[Message] = ()

    def __init__(self, code: str = "memo") -> None:
        """Take the code of the column."""
        self.codes = [code]
        self._header = code

    def text(self, records: Sequence[Record]) -> str:
        """Return a line for each record, and before the first ones the header."""
        header, self._header = self._header, ""
        return f"{header};{''.join(record['memo'] + ';' for record in records)}"

    def cells(self, record: Record) -> Iterator[tuple[str, str]]:
        """Yield the only cell."""
        yield self.codes[0], record["memo"]


@pytest.mark.parametrize(
    "character", [each for each in LACKING if each != "\N{COMBINING KATAKANA-HIRAGANA SEMI-VOICED SOUND MARK}"]
)
def test_shift_jis_fails_when_the_code_page_lacks_a_character(character: str) -> None:
    """The error names record, field and character; no character is replaced by another one."""
    export = CsvExport(Lines(), "shift_jis")
    export.part([{"memo": "一"}], ["7"])

    with pytest.raises(InvalidParameterError, match=rf"record 9, field memo .*U\+{ord(character):04X}\b"):
        export.part([{"memo": "二"}, {"memo": f"x{character}"}], ["8", "9"])


def test_shift_jis_gives_back_every_character_that_it_takes() -> None:
    """Whatever is written comes back; ASCII and half-width katakana take one byte, all others two with a lead byte."""
    encoding = ENCODINGS["shift_jis"]
    taken = [chr(code) for code in range(0x11_0000) if not 0xD800 <= code < 0xE000 and not encoding.missing(chr(code))]
    encoded = [encoding.encode(character) for character in taken]

    assert {"A", "ｱ", "①", "髙", "∥", "～", "－", "￠"} <= set(taken)
    assert [each.decode("cp932") for each in encoded] == taken
    assert all(each[0] < 0x80 or 0xA1 <= each[0] <= 0xDF for each in encoded if len(each) == 1)


def test_character_in_a_field_code_is_named() -> None:
    """A header that cannot be written is refused although no record holds the character."""
    with pytest.raises(InvalidParameterError, match=r"field code メモ😀 .*U\+1F600"):
        CsvExport(Lines("メモ😀"), "shift_jis").part([], [])


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8-bom", codecs.BOM_UTF8), ("utf-8", b""), ("shift_jis", b"")])
def test_file_begins_with_at_most_one_byte_order_mark(encoding: str, mark: bytes) -> None:
    """The mark stands before the header, and not again before a later page."""
    export = CsvExport(Lines(), encoding)
    whole = export.part([{"memo": "a"}], ["1"]) + export.part([{"memo": "b"}], ["2"])

    assert whole == mark + b"memo;a;;b;"


@pytest.mark.parametrize("encoding", ["utf-8-bom", "utf-8"])
def test_utf_8_takes_every_character(encoding: str) -> None:
    """U+0085 too: Dify carries the bytes of a file unread."""
    assert CsvExport(Lines(), encoding).part([{"memo": LACKING}], ["1"]).decode("utf-8-sig") == f"memo;{LACKING};"
