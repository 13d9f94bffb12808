"""Names of files, made harmless and never missing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.file_names import (
    clean_name,
    complete_name,
    distinct_name,
    generated_name,
    rename_note,
    shown_name,
    shown_size,
)
from kintone.messages import render

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
        ("A/B report.pdf", "A_B report.pdf"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\Users\\me\\plan.pdf", "C:_Users_me_plan.pdf"),
        ("a\r\nContent-Type: x.txt", "aContent-Type: x.txt"),
        ("nul\0l.txt", "null.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\ufeff\u2066mark\u2069.txt", "mark.txt"),
        ("half\ud800.txt", "half.txt"),
        ("  spaced.txt \u3000", "spaced.txt"),
        ("line\u2028end.txt", "lineend.txt"),
        ("..", ""),
        (". .", ""),
        ("dir/", "dir_"),
        ("/", ""),
        ("../..", ""),
        ("_", "_"),
        ("\t\n", ""),
        ("", ""),
    ],
)
def test_name_when_it_holds_what_may_not_travel(name: str, expected: str) -> None:
    """Separators become visible and harmless; control characters, marks of direction and broken ones are removed."""
    assert clean_name(name) == expected


def test_name_when_it_has_200_characters() -> None:
    """A name of 200 Japanese characters is kept whole."""
    name = "長" * 196 + ".pdf"

    assert clean_name(name) == name


def test_name_when_it_is_too_long() -> None:
    """A longer name keeps its extension and loses the end of its stem."""
    assert clean_name("長" * 300 + ".pdf") == "長" * 251 + ".pdf"
    assert clean_name("x" * 300) == "x" * 255
    assert clean_name(f"{'x' * 250} .pdf") == f"{'x' * 250} .pdf"
    assert clean_name(f"{'x' * 252}.pdf") == f"{'x' * 251}.pdf"
    assert clean_name("first" + "x" * 1_000_000 + ".pdf") == "first" + "x" * 246 + ".pdf"


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
    assert generated_name(mime_type, MOMENT, extension) == expected


@pytest.mark.parametrize(
    ("name", "mime_type", "expected"),
    [
        ("noext", "text/csv", "noext.csv"),
        ("Minutes of Dr. Sato", "application/pdf", "Minutes of Dr. Sato.pdf"),
        ("photo", "image/jpeg", "photo.jpg"),
        ("a.txt", "application/pdf", "a.txt"),
        (".profile", "text/plain", ".profile"),
        ("noext", "application/octet-stream", "noext.bin"),
        ("noext", "application/x-unheard-of", "noext.bin"),
        ("Minutes of Dr. Sato", "application/x-unheard-of", "Minutes of Dr. Sato"),
        ("x" * 255, "application/pdf", "x" * 251 + ".pdf"),
    ],
)
def test_name_when_it_has_no_extension(name: str, mime_type: str, expected: str) -> None:
    """It gets that of its type, where the type has one."""
    assert complete_name(name, mime_type) == expected


def test_names_when_they_collide() -> None:
    """Each is told apart by a number before its extension, which is free."""
    taken: set[str] = set()
    names = ["a.pdf", "a (2).pdf", "a.pdf", "a.pdf", "noext", "noext", "x" * 255, "x" * 255]

    assert [distinct_name(name, taken) for name in names] == [
        "a.pdf",
        "a (2).pdf",
        "a (3).pdf",
        "a (4).pdf",
        "noext",
        "noext (2)",
        "x" * 255,
        "x" * 251 + " (2)",
    ]


@given(st.lists(st.sampled_from(["a/b.txt", "a_b.txt", "a\\b.txt", "a_b (2).txt", "b.txt", "y" * 300])))
def test_names_of_one_call(names: list[str]) -> None:
    """As many different ones come out as names went in, each as harmless as one alone."""
    taken: set[str] = set()
    distinct = [distinct_name(clean_name(name), taken) for name in names]

    assert len(set(distinct)) == len(names)
    assert all(clean_name(name) == name for name in distinct)


def test_change_of_a_name() -> None:
    """It tells the name before, with a sign where a character was removed; nothing where only blanks around it went."""
    assert '"A/B.pdf"' in render(rename_note("A/B.pdf", "A_B.pdf"))
    assert '"a\ufffdb.pdf"' in render(rename_note("a\u202eb.pdf", "ab.pdf"))
    assert not rename_note(" a.pdf", "a.pdf")
    assert not rename_note("", "file-20260401-093000.pdf")


def test_name_and_size_when_they_are_shown() -> None:
    """Sentences show long names cut and sizes in the unit that people read."""
    assert shown_name("x" * 100) == f'"{"x" * 60}…"'
    assert [shown_size(size) for size in (1, 1023, 1536, 52_428_800)] == ["1 byte", "1023 bytes", "1.5 KB", "50.0 MB"]
