"""Cells of delimited files as kintone's values."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest

from kintone.forms.fields import Form
from kintone.record_files import FileRecord
from kintone.values.numbers import NumberPrecision
from tests.unit.form_samples import field, make_form
from tests.unit.record_file_samples import FORM, TOKYO, read
from tools.readable_csv import CsvColumns, ReadableLines


def file_of(code: str, cell: str, *, quoted: bool = False) -> str:
    """Return a file of one record; with ``quoted`` every cell stands in quotes, as cli-kintone writes them."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([["sku", code], ["k", cell]])
    return buffer.getvalue()


def value_of(code: str, cell: str, *, zone: ZoneInfo = TOKYO, rules: bool = True) -> object:
    """Return what a cell becomes, or the code of the problem."""
    outcome = read(file_of(code, cell), zone=zone, rules=rules)
    assert outcome.error == ""
    return outcome.problems[0][2] if outcome.problems else outcome.values[0][code]


UTC_MOMENT = "2026-04-01T00:30:00Z"
CASES: dict[str, dict[str, object]] = {
    "price": {
        "1200": "1200", "1,200": "1200", "1,234,567.5": "1234567.5", "１，２００": "1200", " 12 ": "12",
        "-0": "0",
        "¥1,200": "1200", "1.5e3": "1500", "0.123": "0.123", "10,123": "10123", "0012": "0012", "": "", "  ": "",
        "0,123": "ambiguous", "012,345": "ambiguous", "０，１２３": "ambiguous", "0,123.5": "ambiguous",
        "12,5": "bad_format", "1,23,4": "bad_format", "12万": "bad_format", "-1": "too_small", "-0.5": "too_small",
    },
    "due": {
        "2026-04-01": "2026-04-01", "2026/4/1": "2026-04-01", "2026年4月1日": "2026-04-01",
        "令和8年4月1日": "2026-04-01", "2026/4/1 0:00": "2026-04-01", "20260401": "2026-04-01", "": "", " ": "",
        "4/1/2026": "ambiguous", "2026-02-30": "bad_format", "0999-01-01": "too_small",
    },
    "at": {"9:30": "09:30", "9:30:00": "09:30", "午後3時半": "15:30", "": "", " ": "", "24:00": "bad_format"},
    "moment": {
        "2026-04-01T09:30:00+09:00": UTC_MOMENT, "2026-04-01T00:30:00Z": UTC_MOMENT, "2026/4/1 9:30": UTC_MOMENT,
        "2026-04-01 09:30:59": UTC_MOMENT, "2026-04-01T09:30": UTC_MOMENT, "2026年4月1日 9時30分": UTC_MOMENT, "": "",
        " ": "", "2026/4/1": "ambiguous", "2026/4/1 25:00": "bad_format", "2026/13/1 5:00": "bad_format",
        "0999/1/1 5:00": "too_small",
    },
    "size": {"S": "S", " S ": "S", "": "", "s": "unknown_option"},
    "tags": {
        "A\nB": ["A", "B"], "A\r\nB": ["A", "B"], "C, D": ["C, D"], "A, B": ["A", "B"], "A\nC, D\n": ["A", "C, D"],
        "": [], "\n": [], "A\nZ": "unknown_option",
    },
    "owner": {
        "sato": ["sato"], "sato\nsuzuki": ["sato", "suzuki"], "佐藤 (sato)\n鈴木 (suzuki)": ["sato", "suzuki"], "": [],
        "a, b": "ambiguous",
    },
    "memo": {"a\r\nb\rc": "a\nb\nc", "": "", " x ": " x "},
    "name": {"x" * 20: "x" * 20, "": "", "x" * 21: "too_long", "a\x00b": "bad_format"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "cell", "expected"), [(code, *case) for code, cases in CASES.items() for case in cases.items()]
)
def test_cell_becomes_the_value_that_people_mean(code: str, cell: str, expected: object) -> None:
    """As in docs/values.md, and what cannot be told is refused."""
    assert value_of(code, cell) == expected


@pytest.mark.parametrize(
    ("zone", "cell", "expected"),
    [
        ("UTC", "2026/4/1 9:30", "2026-04-01T09:30:00Z"),
        ("America/Sao_Paulo", "2026/4/1 9:30", "2026-04-01T12:30:00Z"),
        ("Europe/Berlin", "2026/7/1 9:30", "2026-07-01T07:30:00Z"),
        ("Europe/Berlin", "2026/3/29 2:30", "ambiguous"),
        ("Europe/Berlin", "2026/10/25 2:30", "ambiguous"),
        ("Europe/Berlin", "2026年10月25日 2時30分", "ambiguous"),
        ("Asia/Tokyo", "1000/1/1 8:00", "too_small"),
        ("Asia/Tokyo", "1000/1/2 10:00", "1000-01-02T00:41:00Z"),
        ("Europe/Berlin", "2026/10/25 2:30 +0100", "2026-10-25T01:30:00Z"),
    ],
)
def test_date_and_time_without_offset_is_one_of_the_zone(zone: str, cell: str, expected: str) -> None:
    """A time that the clocks there show twice or never needs its offset."""
    assert value_of("moment", cell, zone=ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("cell", "used"),
    [
        ("", False),
        ("2026-04-01T00:30:00Z", False),
        ("2026年4月1日 9時30分 +0900", False),
        ("2026/4/1 9:30", True),
        ("2026年4月1日 9時30分", True),
    ],
)
@pytest.mark.parametrize("kind", ["sku,moment\nk,{}\n", '{{"sku":"k","moment":"{}"}}\n'])
def test_use_of_the_zone_can_be_told(cell: str, kind: str, *, used: bool) -> None:
    """A result names the zone where it decided a value."""
    outcome = read(kind.format(cell))

    assert (outcome.problems, outcome.zone_used) == ([], used)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("'=1+1", "=1+1"), ("'+81-3-1234", "+81-3-1234"), ("'@x", "@x"), ("'-x", "-x"), ("'\uff1dx", "\uff1dx"),
        ("'it", "'it"), ("'", "'"), ("''=1", "'=1"), ("''it", "''it"), ("'-5", "'-5"), ("=1+1", "=1+1"),
    ],
)  # fmt: skip
def test_apostrophe_comes_off_only_in_front_of_a_formula(cell: str, expected: str) -> None:
    """Our readable CSV guards formulas so; a signed number needs no guard there."""
    assert value_of("name", cell) == expected
    assert value_of("memo", cell) == expected


@pytest.mark.parametrize(
    ("code", "cell", "expected"),
    [
        ("name", "'=1+1", "'=1+1"),
        ("owner", "Sales (Tokyo)", ["Sales (Tokyo)"]),
        ("owner", "a, b", ["a, b"]),
        ("tags", "C, D", ["C, D"]),
        ("tags", "A, B", "unknown_option"),
    ],
)
@pytest.mark.parametrize("marked", [True, False])
def test_files_of_programs_are_read_to_the_letter(code: str, cell: str, expected: object, *, marked: bool) -> None:
    """With ``*``, or written as cli-kintone writes, nothing was added for people, and codes are codes alone."""
    if marked:
        written = cell.replace('"', '""')
        outcome = read(f'*,{code}\n*,"{written}"\n')
    else:
        outcome = read(file_of(code, cell, quoted=True))

    found = outcome.problems[0][2] if outcome.problems else outcome.values[0][code]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"sku","name","memo"\n"k","\'=1",\n', "'=1"),
        ('"sku","name"\n"k","\'=1"\n"",\n', "'=1"),
        ('"sku","name"\n"k","\'=1"\n"z' + "z" * 60_000 + '"\n', "'=1"),
        ('"sku","name"\r\n"k","\'=1"\r\n', "=1"),
        ('"sku","name","memo"\n"k","\'=1",""\n', "=1"),
        ('"sku";"name"\n"k";"\'=1"\n', "=1"),
        ('"sku","name","memo"\n"k","\'=1",x\n', "=1"),
        ('"sku","name"\n"k","\'=1"\n"",""\n', "=1"),
        ("\"sku\",name\n\"k\",\"'=1\"\n", "=1"),
    ],
    ids=["blanks", "blank line", "long", "CRLF", "quoted blank", "semicolons", "bare", "blank cells", "header"],
)  # fmt: skip
def test_readable_file_saved_again_with_quotes_is_not_one_of_programs(text: str, expected: str) -> None:
    """cli-kintone ends lines with LF and leaves blank cells bare; spreadsheets and scripts that quote all do not."""
    assert read(text, rules=False).values[0]["name"] == expected


@pytest.mark.parametrize("stored", ["'=1+1", "'@a", "''-x", "=1+1", "'", "\t", "－x"])
@pytest.mark.parametrize("again", [False, True])
def test_readable_file_brings_guarded_texts_back(stored: str, *, again: bool) -> None:
    """Also after a script has saved it with quotes around every cell."""
    record = {"name": {"type": "SINGLE_LINE_TEXT", "value": stored}, "memo": {"type": "MULTI_LINE_TEXT", "value": "m"}}
    text = ReadableLines(CsvColumns(["name", "memo"])).text([record])
    if again:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(text, newline="")))
        text = buffer.getvalue()

    assert read(text).values == [{"name": stored, "memo": "m"}]


def test_number_that_the_app_rounds_is_told_with_its_line() -> None:
    """Nothing is stored differently without a word."""
    form = make_form(field("NUMBER", "n")).with_precision(NumberPrecision())

    outcome = read("n\n1.5\n1.23456\n1.23456\n", form)

    assert [each["n"] for each in outcome.values] == ["1.5", "1.2346", "1.2346"]
    assert [[str(note).startswith("line ") for note in record.notes] for record in outcome.records] == [
        [],
        [True],
        [True],
    ]


def test_number_that_may_be_rounded_is_told_where_the_settings_are_not_known() -> None:
    """The app's settings could not be read."""
    form = make_form(field("NUMBER", "n")).with_precision(NumberPrecision(known=False))

    assert [len(record.notes) for record in read("n\n15\n1.5\n", form).records] == [0, 1]


def test_value_of_a_unique_field_has_at_most_64_characters() -> None:
    """Also where it is not the key."""
    assert value_of("twin", "x" * 65) == "x" * 65
    assert read(f"sku\n{'x' * 64}\n{'x' * 65}\n").problems == [(3, "sku", "too_long")]


def test_advice_for_several_people_in_a_cell_can_be_followed_there() -> None:
    """A cell holds no JSON list."""
    words = str(read('owner\n"a, b"\n').records[0].problems[0].words)

    assert "line of its own" in words
    assert "[" not in words


@pytest.mark.parametrize(
    ("code", "cell", "drops"),
    [
        ("moment", "2026-01-05 09:30:45", (True, False)),
        ("moment", "2026-01-05T09:30:45Z", (True, False)),
        ("moment", "2026年1月5日 9:30:05", (True, False)),
        ("moment", "2026-01-05T09:30:00.5Z", (True, False)),
        ("moment", "2026-01-05 09:30:00", (False, False)),
        ("moment", "2026-01-05T09:30:00+09:00", (False, False)),
        ("at", "09:30:45", (True, False)),
        ("at", "９：３０：４５", (True, False)),
        ("at", "9:30:00", (False, False)),
        ("at", "9:30", (False, False)),
        ("due", "2026/1/5 15:00", (False, True)),
        ("due", "2026-01-05T00:00:01", (False, True)),
        ("due", "2026/1/5 0:00:00", (False, False)),
        ("due", "2026-01-05T00:00:00+09:00", (False, False)),
        ("due", "2026-01-05", (False, False)),
    ],
)
def test_what_dates_and_times_lose_is_noted(code: str, cell: str, drops: tuple[bool, bool]) -> None:
    """A date keeps the day alone, a time hours and minutes; midnight and full minutes lose nothing."""
    outcome = read(f"{code}\n{cell}\n")

    assert (outcome.problems, outcome.drops) == ([], drops)


def test_cleared_counts_what_an_update_empties() -> None:
    """Empty cells and tables without rows of a record that is updated; a new record empties nothing."""
    text = "$id,name,price,tags,item,qty\n5,,1,,,\n6,a,,A,x,\n,,,,,x\n"

    assert [record.cleared for record in read(text.replace(",x\n", ",2\n")).records] == [3, 1, 0]


def test_without_rules_values_are_still_read() -> None:
    """Only limits, required fields and links are left to kintone."""
    assert value_of("name", "x" * 21, rules=False) == "x" * 21
    assert value_of("price", "-1,200", rules=False) == "-1200"
    assert value_of("price", "x", rules=False) == "bad_format"


def test_values_of_records_that_repeat_are_equal_and_problems_too() -> None:
    """What is remembered of a column is the same as what is read anew."""
    outcome = read("tags,price,moment\n" + 'A,"1,200",2026/4/1 9:30\nA,x,2026/4/1 9:30\n' * 3)

    assert outcome.values[0] == outcome.values[2] == outcome.values[4]
    assert [line for line, _, _ in outcome.problems] == [3, 5, 7]


def test_shared_values_are_not_changed_by_the_next_record() -> None:
    """Records share the values that repeat in a column."""
    records: list[FileRecord] = read("tags,name\nA,x\nA,y\nA,z\n").records

    assert [record.entry.record["name"] for record in records] == [{"value": "x"}, {"value": "y"}, {"value": "z"}]
    assert all(record.entry.record["tags"] == {"value": ["A"]} for record in records)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1,234", "ambiguous"),
        ("-12,500", "ambiguous"),
        ("１，２３４", "ambiguous"),
        ("1,234円", "ambiguous"),
        ("0,123", "ambiguous"),
        ("1.234", "ambiguous"),
        ("-12.500", "ambiguous"),
        ("１.２３４", "ambiguous"),
        ("1.234 €", "ambiguous"),
        (" 999.000 ", "ambiguous"),
        ("1.2340", "1.2340"),
        ("1234.567", "1234.567"),
        ("0.123", "0.123"),
        ("1.234.567", "bad_format"),
        ("(1,234)", "bad_format"),
        ("1.234 kg", "bad_format"),
        ("1.234,5", "bad_format"),
        ("1,234,567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1234", "1234"),
        ("1.5", "1.5"),
        ("1,5", "bad_format"),
    ],
)
@pytest.mark.parametrize("form", [FORM, FORM.with_precision(NumberPrecision(30, 10))])
def test_number_of_two_sizes_between_semicolons_is_refused(cell: str, expected: str, form: Form) -> None:
    """Excel writes semicolons where 1,234 is a little more than one and 1.234 a thousand; others write it so too."""
    outcome = read(f"sku;price\na;{cell}\n", form)

    assert outcome.error == ""
    assert (outcome.problems[0][2] if outcome.problems else outcome.values[0]["price"]) == expected


@pytest.mark.parametrize(
    ("cell", "whole", "small"),
    [("1.234", "1234", "1.234"), ("999,000", "999000", "999.000"), (" -1,234 ", "-1234", "-1.234"),
     ("▲１２.５００円", "-12500", "-12.500")],
)  # fmt: skip
def test_refused_number_is_told_with_both_sizes(cell: str, whole: str, small: str) -> None:
    """What is advised for either of them is taken."""
    form = make_form(field("NUMBER", "n")).with_precision(NumberPrecision())
    (problem,) = read(f"n;m\n{cell};\n", form, skip_unknown_columns=True).records[0].problems

    assert f"{whole} or {small}0 " in str(problem.words)
    written = read(f"n;m\n{whole};\n{small}0;\n", form, skip_unknown_columns=True)
    assert [float(str(each["n"])) for each in written.values] == [float(whole), float(small)]


@pytest.mark.parametrize(("separator", "codes"), [(";", ["ambiguous"] * 2), (",", []), ("\t", [])])
def test_number_of_two_sizes_finds_no_record(separator: str, codes: list[str]) -> None:
    """A key is a number like others; the wrong one would change another record."""
    form = make_form(field("NUMBER", "n", unique=True), field("SINGLE_LINE_TEXT", "t")).with_precision(
        NumberPrecision()
    )
    text = 'n|t\n1.234|x\n"1,234"|y\n'.replace("|", separator)

    outcome = read(text, form.with_precision(NumberPrecision()), update_key="n")

    assert [code for _, _, code in outcome.problems] == codes
    keys = [record.entry.update_key.value for record in outcome.records if record.entry.update_key]
    assert keys == ([] if codes else ["1.234", "1234"])
