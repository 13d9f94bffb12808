"""Lines and cells of delimited files: separators, quotes, line ends, and physical line numbers."""

import csv
from collections.abc import Iterator

import pytest

from kintone.record_files import FileOptions, FileRecord, Mistakes, RecordFile
from kintone.record_files.delimited import physical_lines
from tests.unit.record_file_samples import FORM, TOKYO, read, refusal


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_separator_is_told_by_the_header(separator: str) -> None:
    """Separators inside quotes do not count, nor do those of other lines."""
    text = separator.join(["sku", "name", "memo"]) + "\n" + separator.join(["a", '"b,;\tc"', '"d;e,,,"']) + "\n"

    assert read(text).values == [{"sku": "a", "name": "b,;\tc", "memo": "d;e,,,"}]


def test_separator_in_the_quotes_of_the_header_is_none() -> None:
    """A quoted header of one column stays one column, whatever is in it."""
    assert "a;b;c" in refusal('"a;b;c",sku\nx,y\n')


def test_separator_is_the_one_that_gives_known_names() -> None:
    """Not the one that gives most cells."""
    outcome = read("sku;a,b,c\nk;x\n", skip_unknown_columns=True)

    assert (outcome.values, outcome.skipped) == ([{"sku": "k"}], ["a,b,c"])


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"'])
def test_line_that_tells_excel_the_separator_is_followed(line: str) -> None:
    """It is no header, and the records keep their line numbers."""
    outcome = read(f"{line}\r\nsku;name\r\na;b,c\r\n")

    assert (outcome.values, outcome.lines) == ([{"sku": "a", "name": "b,c"}], [3])


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_every_line_end_ends_a_record_and_is_lf_inside_a_cell(end: str, chunk: int) -> None:
    """CR, LF and CRLF are one line end each; inside a cell kintone gets LF."""
    text = end.join(["sku,memo", f'a,"1{end}2{end}{end}3"', "b,x", ""])

    outcome = read(text, chunk=chunk)

    assert outcome.values == [{"sku": "a", "memo": "1\n2\n\n3"}, {"sku": "b", "memo": "x"}]
    assert outcome.lines == [2, 6]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_lines_do_not_depend_on_the_pieces_of_the_text(size: int) -> None:
    """CRLF is one line end also where a piece ends between its characters."""
    lines = ["a\r\n", "\r\n", "b\r", "\r", "c\n", "\n", "d\r\n", "e\r"]
    text = "".join(lines)

    assert list(physical_lines(text[start : start + size] for start in range(0, len(text), size))) == lines


@pytest.mark.parametrize("character", ["\u0085", "\u2028", "\x0b", "\x0c", "\x1c"])
def test_no_other_character_ends_a_line(character: str) -> None:
    """What Python's splitlines takes for line ends are characters of a cell."""
    assert read(f"sku,name\na,b{character}c\n").values == [{"sku": "a", "name": f"b{character}c"}]


@pytest.mark.parametrize("last", ["", "\n", "\r\n\r\n", "\n,,\n", "\n  , ,\n\n"])
def test_lines_of_separators_alone_make_no_record(last: str) -> None:
    """An empty last line is no record, nor is one of blanks and separators, in the middle or at the end."""
    outcome = read(f"sku,name,memo\n\n,,\na,b,c{last}")

    assert (outcome.values, outcome.lines) == ([{"sku": "a", "name": "b", "memo": "c"}], [4])


def test_quoted_blank_of_a_single_column_is_a_record() -> None:
    """The kintone format writes a record whose only column is empty so; a blank line is none."""
    assert read('"memo"\n""\n\n"x"\n').values == [{"memo": ""}, {"memo": "x"}]


@pytest.mark.parametrize(
    ("line", "codes"),
    [("a", ["bad_format"]), ("a,b", ["bad_format"]), ("a,b,c,d", ["bad_format"]), ("a,b,c,,", []), ("a,b,c, ,", [])],
)
def test_number_of_cells_must_be_that_of_the_header(line: str, codes: list[str]) -> None:
    """Surplus empty cells at the end are fine; too few and too many are refused, with their line."""
    outcome = read(f"sku,name,memo\nx,y,z\n{line}\n")

    assert outcome.problems == [(3, "", code) for code in codes]
    if not codes:
        assert outcome.values[1] == {"sku": "a", "name": "b", "memo": "c"}


def test_quote_that_is_never_closed_names_where_its_record_began() -> None:
    """Everything behind it would be one cell."""
    outcome = read('sku,memo\na,b\nc,"d\ne,f\ng,h\n')

    assert "line 3:" in outcome.error
    assert "quote" in outcome.error


def test_quote_that_closes_at_the_next_one_names_where_its_record_began() -> None:
    """Text behind a closing quote shows that a quote before it was not closed or not doubled."""
    error = read('sku,memo\na,b\nc,"d\ne,"f"\n').error

    assert "line 3:" in error
    assert "line 4" in error


def test_text_without_end_is_refused_long_before_it_fills_the_memory() -> None:
    """An open quote ends the file after ten million characters, and so does a line without end."""

    def endless(begin: bytes, cell: bytes = b"xx") -> str:
        read_chunks = 0

        def chunks() -> Iterator[bytes]:
            nonlocal read_chunks
            yield b"sku,memo\n" + begin
            for _ in range(400):
                read_chunks += 1
                yield cell * 32_500 + b"\n" * (begin == b'a,"')

        error = read(chunks()).error
        assert read_chunks < 300
        return error

    assert "line 2" in endless(b'a,"')
    assert "line 2" in endless(b"a,")
    assert "line 2" in endless(b"a,", b"x,")


def test_cells_above_the_limit_of_pythons_csv_are_read() -> None:
    """That limit is 131,072 characters in the whole process; ours is a million."""
    assert csv.field_size_limit() >= 1_000_000
    assert read(f"sku,memo\na,{'x' * 200_000}\n").values == [{"sku": "a", "memo": "x" * 200_000}]


def test_a_hundred_mistakes_are_listed_and_the_others_counted() -> None:
    """Every mistake names line and column."""
    outcome = read("sku,単価\n" + "".join(f"k{number},x\n" for number in range(250)))
    mistakes = Mistakes()
    for record in outcome.records:
        mistakes.add(record.problems)

    assert (len(mistakes.listed), mistakes.unlisted, mistakes.count) == (100, 150, 250)
    assert (mistakes.listed[99].line, mistakes.listed[99].column) == (101, "単価")
    assert "150" in str(mistakes.lines[-1])
    assert len(mistakes.lines) == 101


def test_records_before_the_first_entry_are_passed_over() -> None:
    """Positions and lines stay those of the file, and mistakes before it do not count."""
    outcome = read("sku,price\na,x\nb,1\nc,2\n", first_entry=2)

    assert [(record.position, record.line) for record in outcome.records] == [(2, 3), (3, 4)]
    assert outcome.problems == []


@pytest.mark.parametrize("empty", [[b""], [b"", b""]])
def test_empty_chunks_are_nothing(empty: list[bytes]) -> None:
    """A stream may hand over none."""
    assert read([*empty, b"sku,", *empty, b"name\na,b", *empty]).values == [{"sku": "a", "name": "b"}]
    assert "empty" in refusal(b"".join(empty))


def test_failure_of_the_stream_passes_through() -> None:
    """It is not the file's mistake; what came before has come out."""

    def chunks() -> Iterator[bytes]:
        yield b"sku,name\n" + b"a,b\n" * 50_000
        yield b"c,d\n" * 50_000
        raise TimeoutError

    records: list[FileRecord] = []
    with pytest.raises(TimeoutError):
        records.extend(RecordFile(chunks(), FileOptions(FORM, TOKYO)))
    assert len(records) > 50_000


# Quotes in cells that are not in quotes


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("blank", [" ", "  ", "\u3000", "\xa0"])
def test_quote_behind_a_blank_is_refused_with_line_and_column(separator: str, blank: str) -> None:
    """What follows the blank would be stored with its quotes, and be split at a separator inside them."""
    text = f'sku|name|memo\na|"x\ny"|b\nb|{blank}"c"|d\nc|e|{blank}"f|g"\nd|h|i\n'

    outcome = read(text.replace("|", separator))

    assert [(each.line, each.column) for record in outcome.records for each in record.problems][:2] == [
        (4, "name"),
        (5, ""),
    ]
    assert [(line, code) for line, _, code in outcome.problems] == [
        (4, "bad_format"),
        (5, "bad_format"),
        (5, "bad_format"),
    ]
    assert outcome.records[2].problems[1].column == "memo"
    assert outcome.values[3] == {"sku": "d", "name": "h", "memo": "i"}


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ('5" pipe', '5" pipe'),
        ('a "b"', 'a "b"'),
        ('x"', 'x"'),
        ('" ""b"""', ' "b"'),
        ('"a, ""b"""', 'a, "b"'),
        ('""""', '"'),
        ('"x\n ""y"", ""z"""', 'x\n "y", "z"'),
        ('" "', " "),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1000])
def test_other_quotes_are_characters_of_the_cell(written: str, cell: str, chunk: int) -> None:
    """In the middle of a cell without quotes, and doubled in one with quotes, also behind a blank or a separator."""
    outcome = read(f'sku,memo\na,{written}\nb,"c"\n', chunk=chunk)

    assert (outcome.error, outcome.problems) == ("", [])
    assert outcome.values == [{"sku": "a", "memo": cell}, {"sku": "b", "memo": "c"}]


def test_quote_behind_a_blank_in_the_header_is_refused() -> None:
    """Also where unknown columns are skipped; the name itself is not called unknown."""
    for skips in (False, True):
        error = refusal('sku, "name"\na,b\n', skip_unknown_columns=skips)
        assert "line 1" in error
        assert "quote" in error
        assert "skip_unknown_columns" not in error


def test_quote_behind_a_blank_is_refused_in_files_with_marks() -> None:
    """On every line of a record."""
    outcome = read('*,sku,item\n*,a,x\n, ,  "y"\n*,b,z\n')

    assert outcome.problems == [(3, "", "bad_format")]
    assert outcome.records[0].problems[0].column == "item"


@pytest.mark.parametrize("line", ['"",""', '" ",', '"\n",""', ',""'])
def test_blank_line_with_quotes_is_a_record(line: str) -> None:
    """Our own files hold a record without values so; separators alone are what spreadsheets leave behind."""
    outcome = read(f"name,memo\n,\na,b\n{line}\n")

    assert len(outcome.records) == 2
    assert "".join(map(str, outcome.values[1].values())).strip() == ""
