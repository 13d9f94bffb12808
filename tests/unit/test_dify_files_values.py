"""Whatever may stand in upload_file and file_names."""

from datetime import UTC, datetime
from typing import Any

import pytest
from dify_plugin.file.entities import FileType
from dify_plugin.file.file import File

from kintone.errors import InvalidParameterError
from tools.dify_files.source import DifyFile
from tools.dify_files.values import read_files, read_names

URL = "http://api:5001/files/1?sign=SECRETSIGN"
MOMENT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def _file(**told: object) -> dict[str, Any]:
    return {"dify_model_identity": "__dify__file__", "url": URL, "type": "document", **told}


def test_files_when_dify_hands_over_the_sdks_own() -> None:
    """The SDK's File objects are read, one alone or a list of them."""
    file = File(url=URL, type=FileType.DOCUMENT, filename="見積.pdf", mime_type="application/pdf", size=7)

    assert read_files(file) == read_files([file]) == [DifyFile(URL, "見積.pdf", "application/pdf", 7, "見積.pdf")]


def test_files_when_they_are_plain_objects() -> None:
    """Objects with an address are read, whatever else they lack."""
    files = read_files([_file(filename="a.png"), {"remote_url": URL, "name": "A/B.txt"}])

    assert files == [
        DifyFile(URL, "a.png", "image/png", original_name="a.png"),
        DifyFile(URL, "A_B.txt", "text/plain", original_name="A/B.txt"),
    ]


@pytest.mark.parametrize("size", [0, -1, None, True, "7"])
def test_size_when_dify_does_not_know_it(size: object) -> None:
    """Dify's 0 and -1 mean that it does not know."""
    assert read_files(_file(filename="a", size=size))[0].size is None


def test_name_when_dify_has_none() -> None:
    """A missing name is made from type and time, and told apart like any other."""
    nameless = _file(filename=None, mime_type="application/pdf")

    assert read_files(nameless, MOMENT)[0].name == "file-20260401-093000.pdf"
    files = read_files([nameless, _file(extension=".docx", filename=".."), nameless], MOMENT)
    assert [file.name for file in read_names(None, files)] == [
        "file-20260401-093000.pdf",
        "file-20260401-093000.docx",
        "file-20260401-093000 (2).pdf",
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "missing.*agent cannot pass files"),
        ([], "empty list"),
        ("https://example.com/a.pdf", "text is not a file.*agent cannot pass files"),
        (["a"], "text is not a file"),
        ({"name": "a.pdf"}, "holds no file"),
        ({"url": ""}, "holds no file"),
        ({"url": 7}, "holds no file"),
        (7, "holds no file"),
        ([_file(), None], "entry 2 holds no file"),
        ([[_file()]], "holds no file"),
    ],
)
def test_files_when_the_value_is_no_file(value: object, words: str) -> None:
    """Each wrong kind of value has its sentence, with what to do instead."""
    with pytest.raises(InvalidParameterError, match=words):
        read_files(value)


def test_file_when_it_is_shown() -> None:
    """A printed file does not hold the signature of its address."""
    assert "SECRETSIGN" not in repr(read_files(_file(filename="a.txt")))


def _names(value: object, count: int) -> list[str]:
    return [file.name for file in read_names(value, [DifyFile(URL, f"own{n}.txt", "a/b") for n in range(count)])]


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        (None, 2, ["own0.txt", "own1.txt"]),
        ('["a.pdf", "b.pdf"]', 2, ["a.pdf", "b.pdf"]),
        ('```json\n["a.pdf"]\n```', 1, ["a.pdf"]),
        ("['a.pdf', 'b.pdf']", 2, ["a.pdf", "b.pdf"]),
        ('{"file_names": ["a.pdf"]}', 1, ["a.pdf"]),
        (["a.pdf", None], 2, ["a.pdf", "own1.txt"]),
        ('["", "b.pdf"]', 2, ["own0.txt", "b.pdf"]),
        ("one, with a comma.pdf", 1, ["one, with a comma.pdf"]),
        ('"quoted.pdf"', 1, ["quoted.pdf"]),
        ("{draft} plan.pdf", 1, ["{draft} plan.pdf"]),
        ("a.pdf, b.pdf", 2, ["a.pdf", "b.pdf"]),
        ("a, b.pdf\nc.pdf", 2, ["a, b.pdf", "c.pdf"]),
        ("[]", 2, ["own0.txt", "own1.txt"]),
        (["A/B report.pdf"], 1, ["A_B report.pdf"]),
        (["a/b.pdf", "a_b.pdf"], 2, ["a_b.pdf", "a_b (2).pdf"]),
        (["own1.txt", None], 2, ["own1.txt", "own1 (2).txt"]),
    ],
)
def test_names_when_they_are_given(value: object, count: int, expected: list[str]) -> None:
    """Names come as JSON, a list, lines, between commas, or one name for one file; a blank keeps the file's own."""
    assert _names(value, count) == expected


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029", "\x0b", "\x1c"])
def test_names_when_they_hold_what_only_some_take_for_a_line_end(odd: str) -> None:
    """Lines end where people end them."""
    assert len(_names(f"a{odd}b.pdf\r\nc.pdf\nd.pdf", 3)) == 3


@pytest.mark.parametrize(
    ("value", "count", "words"),
    [
        (["a.pdf"], 2, "1 names for 2 files"),
        ("[1, 2]", 2, "entry 1 is not a name"),
        (["..", "b"], 2, "entry 1 is not a name"),
        ("[not json]", 1, "file_names cannot be read"),
        (7, 1, "must be a list"),
        ("," * 1_000_000, 2, "more than 100,000 characters"),
    ],
)
def test_names_when_they_cannot_be_used(value: object, count: int, words: str) -> None:
    """Too many or too few names, and what is no name, are refused."""
    with pytest.raises(InvalidParameterError, match=words):
        _names(value, count)
