"""Types and extensions of files, the same on every machine."""

import mimetypes

import pytest

from kintone.mime_types import EXTENSIONS, clean_type, extension_of, sent_type

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN = "application/octet-stream"


@pytest.mark.parametrize(
    ("mime_type", "name", "expected"),
    [
        ("Text/CSV; charset=shift_jis", "", "text/csv"),
        (None, "表.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("", "x", UNKNOWN),
        ("text/plain\r\nX-Evil: 1", "a.bin", UNKNOWN),
        ("nonsense", "a.png", "image/png"),
        (UNKNOWN, "a.png", UNKNOWN),
    ],
)
def test_type_when_it_is_read(mime_type: str | None, name: str, expected: str) -> None:
    """A type loses its parameters; a missing or invalid type is guessed from the name."""
    assert clean_type(mime_type, name) == expected


@pytest.mark.parametrize(
    ("mime_type", "names", "expected"),
    [
        (UNKNOWN, ["list.csv"], "text/csv"),
        (UNKNOWN, ["list", "minutes.docx"], DOCX),
        (UNKNOWN, ["list.csv", "minutes.docx"], "text/csv"),
        (UNKNOWN, ["log.jsonl"], "text/plain"),
        ("application/x-ndjson", ["log.jsonl"], "text/plain"),
        (UNKNOWN, ["noext", "data.unheard-of", ".csv"], UNKNOWN),
        (UNKNOWN, [], UNKNOWN),
        ("application/x-scan", ["list.csv"], "application/x-scan"),
    ],
)
def test_type_when_a_file_goes_to_dify(mime_type: str, names: list[str], expected: str) -> None:
    """An unknown type is guessed from the names, JSON Lines become text, and other types are kept."""
    assert sent_type(mime_type, *names) == expected


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.tar.gz", ".gz"),
        ("a", ""),
        (".gitignore", ""),
        ("v1.2 final", ""),
        ("a." + "x" * 21, ""),
        ("a.データ", ".データ"),
    ],
)
def test_extension_when_it_is_read(name: str, extension: str) -> None:
    """An extension is short, without blanks, and not the whole name."""
    assert extension_of(name) == extension


def test_extensions_are_those_that_dify_finds() -> None:
    """Extensions agree with Python's own table, which Dify uses."""
    table = mimetypes.MimeTypes()
    known = {mime_type: table.guess_all_extensions(mime_type) for mime_type in EXTENSIONS}
    others = {mime_type for mime_type, known_of in known.items() if known_of and EXTENSIONS[mime_type] not in known_of}

    assert sum(map(bool, known.values())) > 25
    # Python calls .xml text/xml and knows style sheets and the like as application/xml.
    assert others == {"application/xml"}


def test_guess_when_the_machine_says_otherwise() -> None:
    """Types registered on the machine or by other code of the process have no effect."""
    mimetypes.add_type("application/x-odd", ".csv")
    try:
        assert clean_type("", "a.csv") == "text/csv"
    finally:
        mimetypes.init()
