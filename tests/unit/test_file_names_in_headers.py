"""The file name in a Content-Disposition header, in all forms that servers write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.file_names import name_in_disposition

NAME = '見積 "最終"; 100%.pdf'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('attachment; filename="plain.txt"', "plain.txt"),
        ("attachment; filename=plain.txt", "plain.txt"),
        ('attachment; filename="a \\"b\\"; c.txt"', 'a "b"; c.txt'),
        (r'attachment; filename="A\B\\C.pdf"', r"A\B\C.pdf"),
        ("attachment; filename*=UTF-8''%E8%A6%8B%E7%A9%8D.pdf", "見積.pdf"),
        ("attachment; filename*=utf-8'ja'%E8%A6%8B.pdf", "見.pdf"),
        ("attachment; filename=\"_.pdf\"; filename*=UTF-8''%E8%A6%8B.pdf", "見.pdf"),
        ("attachment; filename*=Shift_JIS''%8C%A9%90%CF.pdf", "見積.pdf"),
        ("attachment; filename*=UTF-8''%FF.pdf; filename=ok.pdf", "ok.pdf"),
        ('attachment; filename="%E8%A6%8B%E7%A9%8D.pdf"', "見積.pdf"),
        ('attachment; filename="100% sure.txt"', "100% sure.txt"),
        ('attachment; filename="=?UTF-8?B?6KaL56mN?="', "見積"),
        ('attachment; filename="=?utf-8?B?a?="', "=?utf-8?B?a?="),
        ('attachment; filename="見積.pdf"', "見積.pdf"),
        ('inline; FILENAME="upper.txt"', "upper.txt"),
        ("attachment", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_name_when_a_header_tells_it(header: str | None, expected: str) -> None:
    """Quoted, bare, RFC 5987, percent-encoded and encoded words are all read; one that is cut stays as it is."""
    assert name_in_disposition(header) == expected


def test_name_when_raw_utf_8_was_read_as_latin_1() -> None:
    """The HTTP library reads headers as Latin-1; UTF-8 in them is put right."""
    header = 'attachment; filename="見積書😀.pdf"'.encode().decode("latin-1")

    assert name_in_disposition(header) == "見積書😀.pdf"


def test_name_when_it_really_is_latin_1() -> None:
    """A name that is no UTF-8 is left as it came."""
    assert name_in_disposition('attachment; filename="r\xe9sum\xe9.pdf"') == "r\xe9sum\xe9.pdf"


@given(st.text())
def test_name_when_the_header_is_anything(header: str) -> None:
    """No header makes the reader fail."""
    assert isinstance(name_in_disposition(header), str)
