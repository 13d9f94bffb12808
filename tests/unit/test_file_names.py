"""Names of files, made harmless and never missing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.files.names import clean_name, clean_type, made_name, shown_name, shown_size

MOMENT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "見積書 2026年.pdf",
        "family 👨‍👩‍👧 photo.png",
        'say "hi"; 100% of it.txt',
        "a'b&c=d+e#f?.txt",
        "no extension",
        ".gitignore",
        "か\u3099.txt",
    ],
)
def test_name_when_it_is_harmless(name: str) -> None:
    """Scripts, emoji, quotes, semicolons and percent signs stay as they are."""
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("a\r\nContent-Type: x.txt", "aContent-Type: x.txt"),
        ("nul\0l.txt", "null.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\ufeff\u2066mark\u2069.txt", "mark.txt"),
        ("half\ud800.txt", "half.txt"),
        ("  spaced.txt \u3000", "spaced.txt"),
        ("line\u2028end.txt", "lineend.txt"),
        ("..", ""),
        ("dir/", ""),
        ("\t\n", ""),
        ("", ""),
    ],
)
def test_name_when_it_holds_what_may_not_travel(name: str, expected: str) -> None:
    """Paths, control characters, marks of direction and broken characters are removed."""
    assert clean_name(name) == expected


def test_name_when_it_has_200_characters() -> None:
    """A name of 200 Japanese characters is kept whole."""
    name = "長" * 196 + ".pdf"

    assert clean_name(name) == name


def test_name_when_it_is_too_long() -> None:
    """A longer name keeps its extension and loses the end of its stem."""
    assert clean_name("長" * 300 + ".pdf") == "長" * 251 + ".pdf"
    assert clean_name("x" * 300) == "x" * 255


@given(st.text())
def test_name_when_it_is_anything(name: str) -> None:
    """Whatever comes in, what goes out is short, printable in a header and stays the same when cleaned again."""
    cleaned = clean_name(name)

    assert len(cleaned) <= 255
    assert not set(cleaned) & set("/\\\r\n\0")
    cleaned.encode()
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize(
    ("mime_type", "extension", "expected"),
    [
        ("application/pdf", "", "file-20260401-093000.pdf"),
        ("application/x-unheard-of", "", "file-20260401-093000.bin"),
        ("application/pdf", ".docx", "file-20260401-093000.docx"),
        ("application/pdf", "docx", "file-20260401-093000.docx"),
        ("application/pdf", "x" * 1000, "file-20260401-093000.pdf"),
    ],
)
def test_made_name_when_a_file_has_none(mime_type: str, extension: str, expected: str) -> None:
    """A missing name is made from the time and the extension or the type."""
    assert made_name(mime_type, MOMENT, extension) == expected


@pytest.mark.parametrize(
    ("mime_type", "name", "expected"),
    [
        ("Text/CSV; charset=shift_jis", "", "text/csv"),
        (None, "表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("", "x", "application/octet-stream"),
        ("text/plain\r\nX-Evil: 1", "a.bin", "application/octet-stream"),
        ("nonsense", "a.png", "image/png"),
    ],
)
def test_type_when_it_is_read(mime_type: str | None, name: str, expected: str) -> None:
    """A type loses its parameters; one that is missing or makes no sense is guessed from the name."""
    assert clean_type(mime_type, name) == expected


def test_name_and_size_when_they_are_shown() -> None:
    """Sentences show long names cut and sizes in the unit that people read."""
    assert shown_name("x" * 100) == f'"{"x" * 60}…"'
    assert [shown_size(size) for size in (1, 1023, 1536, 52_428_800)] == ["1 byte", "1023 bytes", "1.5 KB", "50.0 MB"]
