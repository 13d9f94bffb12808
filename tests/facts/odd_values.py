"""The table of odd values: what people, spreadsheets, templates and language models send, field type by field type.

Read a row as: this value, given for this field, is `stored` as that, is `refused` with nothing written, or `either`
where the facts leave both open; the last argument is the fact that says so (`tests/facts/reasons.py`). What is stored
stands in a short form: an empty field is `""` or `[]`, people are their codes, files their names, rows of tables the
columns that were given. A type that stands in tables too is tried there with the same values.

To add a value, add a line under its type; `tests/facts/test_odd_values.py` sends it every way there is.
"""

import math
from dataclasses import replace

from local_kintone import NumberPrecision
from tests.facts import reasons as why
from tests.facts.odd_rows import (
    ABSENT,
    REFUSED,
    SAVED_FILE,
    SAVED_ROW,
    UNCHANGED,
    UPLOADED,
    Form,
    Outcome,
    Reason,
    Row,
    Value,
    either,
    refused,
    rows,
    stored,
)

IGNORED_OR_REFUSED = Outcome((UNCHANGED,), may_refuse=True)


def shapes(empty: Value) -> list[Row]:
    """Return what holds for every field that can be written: nothing, and shapes that hold nothing."""
    return [
        stored(None, empty, why.CLEARED),
        stored("", empty, why.CLEARED),
        Row([], Outcome((empty,), may_refuse=empty != []), why.CLEARED),
        stored({"value": None}, empty, why.WRAPPER),
        refused({}, why.REST),
        refused([[]], why.REST),
        refused([{}], why.REST),
        refused([None], why.REST),
        refused({"value": {}}, why.REST),
        refused({"valeu": "x"}, why.REST),
        refused(math.nan, why.REST, sent="text"),
        refused(math.inf, why.REST, sent="text"),
    ]


# ---------------------------------------------------------------------------------------------------------------------
# Texts

TEXT = Form("SINGLE_LINE_TEXT", {"type": "SINGLE_LINE_TEXT"}, "before", in_tables=True)
KEPT_TEXTS = [
    "１２３", "▲500", "1,234", "(500)", "¥1,200", "1_0", "٣", "007", "2026/11/25", "令和8年11月25日", "午後12時",
    "true", "null", "None", "NaN", "{}", "[]", "['A', 'B']", '{"value": 1}', "=1+1", "'x", "A、B", "  x  ", " x",
    "\u3000x\u3000", "a\tb", "👩‍👩‍👧", "𠮷野家", "e\u0301", "ﾊﾝｶｸ", "\u200bx", "a\u0085b", "a\u2028b", "\\n",
    "<b>", "%41",
]  # fmt: skip
TEXT_ROWS = rows(
    TEXT,
    [
        *shapes(""),
        *(stored(text, text, why.TEXT) for text in KEPT_TEXTS),
        stored("x" * 100_000, "x" * 100_000, why.TEXT),
        either(" ", " ", because=why.TEXT),
        either("a\x00b", "a\x00b", because=why.TEXT),
        either("a\ud800b", "a\ud800b", because=why.TEXT, sent="text"),
        either("a\r\nb", "a\r\nb", "a\nb", because=why.LINE_ENDS),
        either({"value": {"value": 1}}, "1", because=why.TEXT_FROM_NUMBER),
        either(True, "true", because=why.TEXT_FROM_NUMBER),
        either(False, "false", because=why.TEXT_FROM_NUMBER),
        stored(0, "0", why.TEXT_FROM_NUMBER),
        stored(12, "12", why.TEXT_FROM_NUMBER),
        either(-0.0, "0", "-0", "-0.0", "0.0", because=why.TEXT_FROM_NUMBER),
        either(1.5, "1.5", because=why.TEXT_FROM_NUMBER),
        either(1e-41, "1e-41", "1E-41", f"{1e-41:.41f}", because=why.TEXT_FROM_NUMBER),
        refused(12345678901234567890, why.ROUNDED_HERE, sent="object"),
        stored(12345678901234567890, "12345678901234567890", why.ROUNDED_HERE, sent="text"),
        either(["a"], "a", because=why.REST),
        refused(["a", "b"], why.REST),
        refused({"code": "sato"}, why.REST),
        refused({"a": 1}, why.REST),
    ],
)

LIMITED = Form("text of 3 to 5", {"type": "SINGLE_LINE_TEXT", "minLength": "3", "maxLength": "5"}, "abcd")
UNIQUE = Form("unique text", {"type": "SINGLE_LINE_TEXT", "unique": True}, None)
COMPUTED = Form("computed text", {"type": "SINGLE_LINE_TEXT", "expression": "1 + 1"}, "2")
LIMITED_ROWS = [
    *rows(
        LIMITED,
        [
            stored("abc", "abc", why.LENGTHS),
            stored("abcde", "abcde", why.LENGTHS),
            stored("日本語です", "日本語です", why.LENGTHS),
            stored("a c", "a c", why.LENGTHS),
            refused("ab", why.LENGTHS),
            refused("abcdef", why.LENGTHS),
            refused("", why.LENGTHS),
            refused(None, why.LENGTHS),
            refused([], why.LENGTHS),
            refused("abcde ", why.LENGTHS),
            refused({}, why.REST),
            refused(123456, why.LENGTHS),
            refused(ABSENT, why.LENGTHS, updated=Outcome((UNCHANGED,))),
        ],
    ),
    *rows(
        UNIQUE,
        [
            stored("u" * 64, "u" * 64, why.UNIQUE_LENGTH),
            refused("u" * 65, why.UNIQUE_LENGTH),
            refused("u" * 64 + " ", why.UNIQUE_LENGTH),
            stored(None, "", why.CLEARED),
            refused({}, why.REST),
        ],
    ),
    *rows(
        COMPUTED,
        [
            refused("5", why.AUTOMATIC, unchecked=IGNORED_OR_REFUSED),
            refused({}, why.AUTOMATIC, unchecked=IGNORED_OR_REFUSED),
        ],
    ),
]

LINES = Form("MULTI_LINE_TEXT", {"type": "MULTI_LINE_TEXT"}, "before\nbefore", in_tables=True)
RICH = Form("RICH_TEXT", {"type": "RICH_TEXT"}, "<b>before</b>")
LINE_ROWS = [
    *rows(
        LINES,
        [
            *shapes(""),
            stored("a\nb", "a\nb", why.LINE_ENDS),
            stored("  a\n\n", "  a\n\n", why.LINE_ENDS),
            Row("a\r\nb", Outcome(("a\nb", "a\r\nb")), why.LINE_ENDS),
            Row("a\rb", Outcome(("a\nb", "a\rb")), why.LINE_ENDS),
            stored("1,234", "1,234", why.TEXT),
            stored("[{'a': 1}]", "[{'a': 1}]", why.TEXT),
            stored("👍" * 20_000, "👍" * 20_000, why.TEXT),
            either(" ", " ", because=why.TEXT),
            either("a\x00b", "a\x00b", because=why.TEXT),
            stored(0, "0", why.TEXT_FROM_NUMBER),
            either(True, "true", because=why.TEXT_FROM_NUMBER),
            either({"value": {"value": 1}}, "1", because=why.TEXT_FROM_NUMBER),
            either(["a", "b"], "a\nb", because=why.REST),
            refused({"a": 1}, why.REST),
        ],
    ),
    *rows(
        RICH,
        [
            *shapes(""),
            stored("<b>a</b>", "<b>a</b>", why.RICH),
            stored("a &amp; b", "a &amp; b", why.RICH),
            either("a < b", "a < b", "a &lt; b", because=why.RICH),
            either("a\nb", "a\nb", "a<br>b", "a<br />b", because=why.RICH),
            either(" ", " ", because=why.RICH),
            stored(0, "0", why.TEXT_FROM_NUMBER),
            either(True, "true", because=why.TEXT_FROM_NUMBER),
            refused({"a": 1}, why.REST),
        ],
    ),
]

# ---------------------------------------------------------------------------------------------------------------------
# Numbers

NUMBER = Form("NUMBER", {"type": "NUMBER"}, "-7", in_tables=True)
NOT_NUMBERS = [
    "SRC-1", "1_0", "NaN", "Infinity", "-inf", "abc", "true", "None", "-", "+", ".", "e5", "1e", "--5", "▲", "▲-500",
    "-▲500", "¥", "円", "50%", "1.234,56", "1.234.567", "1,23", "12,34,567", "1,2345", ",123", "1,234,", "1,,234",
    "1,234.5,6", "12 34", "1 2", "5²", "1/2", "½", "0x10", "0b1", "12:30", "2026-11-25", "2026/11/25", "090-1234-5678",
    "約500", "500以上", "500〜600", "1,200円(税込)", "500円玉", "A5", "5A", "1e400", "▲1,23", "¥1,23", "5-6", "5 - 6",
    "{}", "[]", "[5, 6]", "=1+1", "#N/A", "#DIV/0!",
]  # fmt: skip
NUMBER_ROWS = rows(
    NUMBER,
    [
        *shapes(""),
        stored("1234.5", "1234.5", why.NUMBER),
        stored(1234.5, "1234.5", why.NUMBER),
        stored(0, "0", why.NUMBER),
        stored(-7, "-7", why.NUMBER),
        stored("0", "0", why.NUMBER),
        stored({"type": "NUMBER", "value": "5"}, "5", why.WRAPPER),
        stored(" 42 ", "42", why.NUMBER_TEXT),
        stored("1.5e1", "15", why.NUMBER_TEXT),
        either("42\n", "42", because=why.NUMBER_TEXT),
        either("\u300042\u3000", "42", because=why.NUMBER_TEXT),
        either(" ", "", because=why.BLANK),
        # What is certain.
        stored("１２３", "123", why.CERTAIN),
        stored("－５．５", "-5.5", why.CERTAIN),
        stored("▲500", "-500", why.CERTAIN),
        stored("△500", "-500", why.CERTAIN),
        stored("▲1,234.5", "-1234.5", why.CERTAIN),
        stored("▲５００", "-500", why.CERTAIN),
        stored("1,234", "1234", why.CERTAIN),
        stored("100,200", "100200", why.CERTAIN),
        stored("1,234,567.8", "1234567.8", why.CERTAIN),
        stored("-1,234", "-1234", why.CERTAIN),
        stored("１，２３４", "1234", why.CERTAIN),
        stored("¥1,200", "1200", why.CERTAIN),
        stored("￥１，２００", "1200", why.CERTAIN),
        stored("1200円", "1200", why.CERTAIN),
        stored("1,200円", "1200", why.CERTAIN),
        stored("$5", "5", why.CERTAIN),
        stored("€5", "5", why.CERTAIN),
        # What keeps its meaning, if it is taken at all.
        either("-0", "0", because=why.NO_NEGATIVE_ZERO),
        either(-0.0, "0", because=why.NO_NEGATIVE_ZERO),
        either("▲0", "0", because=why.NO_NEGATIVE_ZERO),
        either("+5", "5", because=why.MEANING_KEPT),
        either("＋５", "5", because=why.MEANING_KEPT),
        either("−5", "-5", because=why.MEANING_KEPT),
        either("–5", "-5", because=why.MEANING_KEPT),
        either("ー5", "-5", because=why.MEANING_KEPT),
        either("- 5", "-5", because=why.MEANING_KEPT),
        either("5-", "-5", because=why.MEANING_KEPT),
        either("(500)", "-500", because=why.MEANING_KEPT),
        either("（５００）", "-500", because=why.MEANING_KEPT),
        either("(1,234.5)", "-1234.5", because=why.MEANING_KEPT),
        either("▲ 500", "-500", because=why.MEANING_KEPT),
        either("▲¥1,200", "-1200", because=why.MEANING_KEPT),
        either("¥▲1,200", "-1200", because=why.MEANING_KEPT),
        either("¥-500", "-500", because=why.MEANING_KEPT),
        either("-¥500", "-500", because=why.MEANING_KEPT),
        either("-$5", "-5", because=why.MEANING_KEPT),
        either("(¥500)", "-500", because=why.MEANING_KEPT),
        either("5 USD", "5", because=why.MEANING_KEPT),
        either("5 €", "5", because=why.MEANING_KEPT),
        either("¥1200円", "1200", because=why.MEANING_KEPT),
        either("12万", "120000", because=why.MEANING_KEPT),
        either("1.5億", "150000000", because=why.MEANING_KEPT),
        either("5k", "5000", because=why.MEANING_KEPT),
        either("一二三", "123", because=why.MEANING_KEPT),
        either("百", "100", because=why.MEANING_KEPT),
        either("①", "1", because=why.MEANING_KEPT),
        either("٣", "3", because=why.MEANING_KEPT),
        either("१२", "12", because=why.MEANING_KEPT),
        either("3個", "3", because=why.MEANING_KEPT),
        either("1 234", "1234", because=why.MEANING_KEPT),
        either("1'234", "1234", because=why.MEANING_KEPT),
        either("1，234", "1234", because=why.MEANING_KEPT),
        either("1、234", "1234", because=why.MEANING_KEPT),
        either("007", "7", because=why.MEANING_KEPT),
        either(".5", "0.5", because=why.MEANING_KEPT),
        either("5.", "5", because=why.MEANING_KEPT),
        either("'5", "5", because=why.MEANING_KEPT),
        either('"5"', "5", because=why.MEANING_KEPT),
        either([5], "5", because=why.MEANING_KEPT),
        either("[5]", "5", because=why.MEANING_KEPT),
        either({"value": {"value": 1}}, "1", because=why.MEANING_KEPT),
        # What is none, or may be read in two ways.
        *(refused(text, why.REST) for text in NOT_NUMBERS),
        refused(True, why.REST),
        refused(False, why.REST),
        refused([1, 2], why.REST),
        refused({"a": 1}, why.REST),
        refused({"amount": 5, "unit": "円"}, why.REST),
        # More than the app keeps.
        either("12345.67891", "12345.6789", because=why.DECIMALS),
        either(0.30000000000000004, "0.3", because=why.DECIMALS),
        either(1e-41, "0", because=why.DECIMALS),
        either(4.557843989422807e-92, "0", because=why.DECIMALS),
        either("1e-400", "0", because=why.DECIMALS),
        either("1." + "0" * 300, "1", because=why.DECIMALS),
        stored("999999999999", "999999999999", why.DIGITS),
        stored(1e11, "100000000000", why.DIGITS),
        refused("9" * 13, why.DIGITS),
        refused("9" * 31, why.DIGITS),
        refused("9" * 5000, why.DIGITS),
        refused(1e22, why.DIGITS),
        refused(1e308, why.DIGITS),
        refused("1e999999999", why.DIGITS),
    ],
)

RANGE = Form("number from 0 to 100", {"type": "NUMBER", "minValue": "0", "maxValue": "100"}, "50")
LONG = Form("number of 30 digits", {"type": "NUMBER"}, "1", precision=NumberPrecision(30, 10))
WANTED = Form("required number", {"type": "NUMBER", "required": True, "defaultValue": "3"}, "50")
MORE_NUMBER_ROWS = [
    *rows(
        RANGE,
        [
            stored(0, "0", why.RANGE),
            stored("100", "100", why.RANGE),
            stored("１００", "100", why.RANGE),
            refused(-1, why.RANGE),
            refused("▲1", why.RANGE, readings=("-1",)),
            refused("101", why.RANGE),
            refused("1,000", why.RANGE, readings=("1000",)),
            refused("(1)", why.RANGE, readings=("-1",)),
        ],
    ),
    *rows(
        LONG,
        [
            stored("12345678901234567890.0123456789", "12345678901234567890.0123456789", why.NUMBER),
            refused(12345678901234567890, why.ROUNDED_HERE, sent="object"),
            stored(12345678901234567890, "12345678901234567890", why.ROUNDED_HERE, sent="text"),
            stored("12,345,678,901,234,567,890", "12345678901234567890", why.CERTAIN),
            either("0.1", "0.1", because=why.NUMBER),
        ],
    ),
    *rows(
        WANTED,
        [
            stored(0, "0", why.REQUIRED),
            refused(None, why.REQUIRED),
            refused("", why.REQUIRED),
            refused(" ", why.REQUIRED),
            refused([], why.REQUIRED),
            refused({}, why.REQUIRED),
            refused({"value": None}, why.REQUIRED),
            stored(ABSENT, "3", why.REQUIRED, updated=Outcome((UNCHANGED,))),
        ],
    ),
]

# ---------------------------------------------------------------------------------------------------------------------
# Links

WEB = Form("LINK, web", {"type": "LINK", "protocol": "WEB"}, "https://example.com/before", in_tables=True)
MAIL = Form("LINK, mail", {"type": "LINK", "protocol": "MAIL"}, "before@example.com")
CALL = Form("LINK, call", {"type": "LINK", "protocol": "CALL"}, "000")
LINK_ROWS = [
    *rows(
        WEB,
        [
            *shapes(""),
            stored("https://example.com/", "https://example.com/", why.LINK),
            stored("http://example.com/a?b=1&c=%20#d", "http://example.com/a?b=1&c=%20#d", why.LINK),
            either("HTTPS://EXAMPLE.COM", "HTTPS://EXAMPLE.COM", because=why.LINK),
            either("https://日本語.jp/見積", "https://日本語.jp/見積", because=why.LINK),
            either(
                " https://example.com/ ", "https://example.com/", " https://example.com/ ", because=why.MEANING_KEPT
            ),
            either(["https://example.com/"], "https://example.com/", because=why.MEANING_KEPT),
            either(" ", "", because=why.BLANK),
            refused("example.com", why.LINK),
            refused("x", why.LINK),
            refused("javascript:alert(1)", why.LINK),
            refused("[a](https://example.com/)", why.LINK),
            refused("https://a b.example/", why.LINK),
            refused(0, why.LINK),
            refused(True, why.LINK),
            refused({"href": "https://example.com/"}, why.REST),
            refused(["https://a.example/", "https://b.example/"], why.REST),
        ],
    ),
    *rows(
        MAIL,
        [
            *shapes(""),
            stored("sato@example.com", "sato@example.com", why.LINK),
            either("mailto:sato@example.com", "mailto:sato@example.com", "sato@example.com", because=why.LINK),
            either(" sato@example.com", "sato@example.com", because=why.LINK),
            either("佐藤 <sato@example.com>", "sato@example.com", because=why.LINK),
            refused("sato", why.LINK),
            refused("a@b@c", why.LINK),
            refused("sato@example.com, suzuki@example.com", why.LINK),
            refused(True, why.LINK),
        ],
    ),
    *rows(
        CALL,
        [
            *shapes(""),
            stored("03-1234-5678", "03-1234-5678", why.LINK),
            stored("+81-3-1234-5678", "+81-3-1234-5678", why.LINK),
            either("０３－１２３４", "０３－１２３４", "03-1234", because=why.LINK),
            either("tel:03-1234", "tel:03-1234", "03-1234", because=why.LINK),
            either(312345678, "312345678", because=why.TEXT_FROM_NUMBER),
            either(True, "true", because=why.TEXT_FROM_NUMBER),
            refused(["03-1", "03-2"], why.REST),
        ],
    ),
]

# ---------------------------------------------------------------------------------------------------------------------
# Choices

OPTIONS = ["A", "B", "C、D", "E,F", " G ", "h", "H", "1", "['A', 'B']"]
CHOICES = [
    stored("A", ["A"], why.CERTAIN),
    stored(["A"], ["A"], why.OPTIONS),
    stored(["B", "A"], ["B", "A"], why.OPTIONS),
    stored("E,F", ["E,F"], why.OPTIONS),
    stored(["E,F"], ["E,F"], why.OPTIONS),
    stored("C、D", ["C、D"], why.OPTIONS),
    stored(" G ", [" G "], why.OPTIONS),
    stored([" G "], [" G "], why.OPTIONS),
    stored(["h"], ["h"], why.OPTIONS),
    stored(["H", "h"], ["H", "h"], why.OPTIONS),
    stored(["['A', 'B']"], ["['A', 'B']"], why.OPTIONS),
    either(["A", "A"], ["A"], ["A", "A"], because=why.OPTIONS),
    either("A,B", ["A", "B"], because=why.MEANING_KEPT),
    either("A, B", ["A", "B"], because=why.MEANING_KEPT),
    either("A、B", ["A", "B"], because=why.MEANING_KEPT),
    either("A\nB", ["A", "B"], because=why.MEANING_KEPT),
    either("A,E,F", ["A", "E,F"], because=why.MEANING_KEPT),
    either('["A", "B"]', ["A", "B"], because=why.PLAIN_ROWS),
    either("['B', 'A']", ["B", "A"], because=why.PLAIN_ROWS),
    either("G", [" G "], because=why.MEANING_KEPT),
    either(["G"], [" G "], because=why.MEANING_KEPT),
    either([" A "], ["A"], because=why.MEANING_KEPT),
    either("A ", ["A"], because=why.MEANING_KEPT),
    either("a", ["A"], because=why.MEANING_KEPT),
    either(["b"], ["B"], because=why.MEANING_KEPT),
    either("Ａ", ["A"], because=why.MEANING_KEPT),
    either(1, ["1"], because=why.MEANING_KEPT),
    either([1], ["1"], because=why.MEANING_KEPT),
    either([{"value": "A"}], ["A"], because=why.MEANING_KEPT),
    either({"A": True, "B": False}, ["A"], because=why.MEANING_KEPT),
    either([["A"]], ["A"], because=why.MEANING_KEPT),
    either(["A", None], ["A"], because=why.MEANING_KEPT),
    either(["A", ""], ["A"], because=why.MEANING_KEPT),
    either([""], [], because=why.BLANK),
    either(" ", [], because=why.BLANK),
    either(",", [], because=why.BLANK),
    refused("Z", why.OPTION_REFUSED),
    refused(["A", "Z"], why.OPTION_REFUSED),
    refused("A,Z", why.OPTION_REFUSED),
    refused("A B", why.OPTION_REFUSED),
    refused("AB", why.OPTION_REFUSED),
    refused(["E", "F"], why.OPTION_REFUSED),
    refused("none", why.OPTION_REFUSED),
    refused(0, why.OPTION_REFUSED),
    refused(True, why.REST),
    refused(False, why.REST),
    refused({"value": {"value": 2}}, why.REST),
    refused(["A", {}], why.REST),
]
CHECKS = Form("CHECK_BOX", {"type": "CHECK_BOX", "options": OPTIONS}, ["B"], in_tables=True)
SELECTS = Form("MULTI_SELECT", {"type": "MULTI_SELECT", "options": OPTIONS}, ["B"])
DONE = Form("CHECK_BOX of one", {"type": "CHECK_BOX", "options": ["済"], "defaultValue": ["済"]}, ["済"])
LABELLED = Form(
    "MULTI_SELECT with labels",
    {
        "type": "MULTI_SELECT",
        "options": {
            "High": {"label": "高", "index": "0"},
            "Low": {"label": "低", "index": "1"},
            "低": {"label": "高", "index": "2"},
        },
    },
    ["Low"],
)
CHOICE_ROWS = [
    *rows(CHECKS, [*shapes([]), *CHOICES]),
    *rows(SELECTS, [*shapes([]), *CHOICES]),
    *rows(
        DONE,
        [
            stored([], [], why.CLEARED),
            stored(None, [], why.CLEARED),
            stored("済", ["済"], why.CERTAIN),
            either(True, ["済"], because=why.MEANING_KEPT),
            either(False, [], because=why.MEANING_KEPT),
            either("true", ["済"], because=why.MEANING_KEPT),
            refused("いいえ", why.OPTION_REFUSED),
            refused({}, why.REST),
            stored(ABSENT, ["済"], why.CLEARED, updated=Outcome((UNCHANGED,))),
        ],
    ),
    *rows(
        LABELLED,
        [
            stored(["High"], ["High"], why.OPTION_KEYS),
            stored(["低"], ["低"], why.OPTION_KEYS),
            refused(["高"], why.OPTION_KEYS),
            refused(["中"], why.OPTION_KEYS),
        ],
    ),
]

ONE_CHOICE = [
    stored("A", "A", why.OPTION),
    stored("E,F", "E,F", why.OPTION),
    stored("C、D", "C、D", why.OPTION),
    stored(" G ", " G ", why.OPTION),
    stored("h", "h", why.OPTION),
    stored("['A', 'B']", "['A', 'B']", why.OPTION),
    either("G", " G ", because=why.MEANING_KEPT),
    either("A ", "A", because=why.MEANING_KEPT),
    either("a", "A", because=why.MEANING_KEPT),
    either("Ａ", "A", because=why.MEANING_KEPT),
    either(1, "1", because=why.MEANING_KEPT),
    either("１", "1", because=why.MEANING_KEPT),
    either(["A"], "A", because=why.MEANING_KEPT),
    either("['A']", "A", because=why.MEANING_KEPT),
    either('["A"]', "A", because=why.MEANING_KEPT),
    either({"value": {"value": 1}}, "1", because=why.MEANING_KEPT),
    either(" ", "", because=why.BLANK),
    refused(["A", "B"], why.REST),
    refused("A,B", why.OPTION_REFUSED),
    refused("A、B", why.OPTION_REFUSED),
    refused("Z", why.OPTION_REFUSED),
    refused("none", why.OPTION_REFUSED),
    refused("-", why.OPTION_REFUSED),
    refused(0, why.OPTION_REFUSED),
    refused(True, why.REST),
    refused(False, why.REST),
    refused({"A": True, "B": True}, why.REST),
]
DROP = Form("DROP_DOWN", {"type": "DROP_DOWN", "options": OPTIONS}, "B", in_tables=True)
RADIO = Form("RADIO_BUTTON", {"type": "RADIO_BUTTON", "options": OPTIONS, "defaultValue": "H"}, "B")
NEEDED = Form("required DROP_DOWN", {"type": "DROP_DOWN", "options": OPTIONS, "required": True}, "B")
ONE_CHOICE_ROWS = [
    *rows(DROP, [*shapes(""), *ONE_CHOICE]),
    *rows(
        RADIO,
        [
            either(None, "", because=why.RADIO_CLEARING),
            either("", "", because=why.RADIO_CLEARING),
            either([], "", because=why.RADIO_CLEARING),
            stored(ABSENT, "H", why.CLEARED, updated=Outcome((UNCHANGED,))),
            refused({}, why.REST),
            refused([[]], why.REST),
            refused([{}], why.REST),
            *ONE_CHOICE,
        ],
    ),
    *rows(
        NEEDED,
        [
            stored("A", "A", why.OPTION),
            refused(None, why.REQUIRED),
            refused("", why.REQUIRED),
            refused(" ", why.REQUIRED),
            refused([], why.REQUIRED),
            refused({}, why.REQUIRED),
            refused({"value": None}, why.REQUIRED),
            refused({"value": ""}, why.REQUIRED),
            refused(ABSENT, why.REQUIRED, updated=Outcome((UNCHANGED,))),
        ],
    ),
]

# ---------------------------------------------------------------------------------------------------------------------
# Dates and times

NOV_25 = "2026-11-25"
DATE = Form("DATE", {"type": "DATE"}, "2020-01-01", in_tables=True)
DATE_ROWS = rows(
    DATE,
    [
        *shapes(""),
        stored("2026-11-25", NOV_25, why.DATE),
        stored("2026-7-5", "2026-07-05", why.DATE),
        stored("2026/11/25", NOV_25, why.CERTAIN),
        stored("2026年11月25日", NOV_25, why.CERTAIN),
        stored("1000-01-01", "1000-01-01", why.DATE_RANGE),
        stored("9999-12-31", "9999-12-31", why.DATE_RANGE),
        stored("2028-02-29", "2028-02-29", why.DATE),
        either("2026", "2026-01-01", because=why.DATE),
        either("2026-07", "2026-07-01", because=why.DATE),
        either("令和8年11月25日", NOV_25, because=why.MEANING_KEPT),
        either("令和八年十一月二十五日", NOV_25, because=why.MEANING_KEPT),
        either("R8.11.25", NOV_25, because=why.MEANING_KEPT),
        either("R08/11/25", NOV_25, because=why.MEANING_KEPT),
        either("令和元年5月1日", "2019-05-01", because=why.MEANING_KEPT),
        either("昭和64年1月8日", "1989-01-08", because=why.MEANING_KEPT),
        either("平成32年4月1日", "2020-04-01", because=why.MEANING_KEPT),
        either("2026.11.25", NOV_25, because=why.MEANING_KEPT),
        either("20261125", NOV_25, because=why.MEANING_KEPT),
        either(20261125, NOV_25, because=why.MEANING_KEPT),
        either("11/25/2026", NOV_25, because=why.MEANING_KEPT, readings=(NOV_25,)),
        either("25/11/2026", NOV_25, because=why.MEANING_KEPT, readings=(NOV_25,)),
        either("Nov 25, 2026", NOV_25, because=why.MEANING_KEPT),
        either("25 November 2026", NOV_25, because=why.MEANING_KEPT),
        either("２０２６－１１－２５", NOV_25, because=why.MEANING_KEPT),
        either("２０２６／１１／２５", NOV_25, because=why.MEANING_KEPT),
        either(" 2026-11-25 ", NOV_25, because=why.MEANING_KEPT),
        either("2026-11-25（水）", NOV_25, because=why.MEANING_KEPT),
        either("2026-11-25T00:00:00+09:00", NOV_25, because=why.MEANING_KEPT),
        either("2026-11-25T23:59:59+09:00", NOV_25, because=why.MEANING_KEPT),
        either("2026-11-25T09:30", NOV_25, because=why.MEANING_KEPT),
        either("2026-11-25 00:00:00", NOV_25, because=why.MEANING_KEPT),
        either(["2026-11-25"], NOV_25, because=why.MEANING_KEPT),
        either(" ", "", because=why.BLANK),
        # The 25th in Japan, the 24th in UTC.
        refused("2026-11-24T15:00:00Z", why.MEANING_KEPT, readings=("2026-11-24", NOV_25)),
        refused("2026-11-24T15:00:00.000Z", why.MEANING_KEPT, readings=("2026-11-24", NOV_25)),
        refused("04/05/2026", why.MEANING_KEPT, readings=("2026-04-05", "2026-05-04")),
        refused("4/5/26", why.MEANING_KEPT, readings=("2026-04-05", "2026-05-04", "2004-05-26")),
        refused("11/25", why.MEANING_KEPT, readings=("2026-11-25", "2026-01-11")),
        refused("11月25日", why.MEANING_KEPT, readings=(NOV_25,)),
        refused("26-11-25", why.MEANING_KEPT, readings=(NOV_25, "2025-11-26")),
        refused("2026-02-30", why.DATE),
        refused("2026/2/29", why.DATE),
        refused("2026-13-01", why.DATE),
        refused("2026-00-10", why.DATE),
        refused("2026-11-00", why.DATE),
        refused("2026年11月31日", why.DATE),
        refused("令和0年1月1日", why.DATE),
        refused("令和8年2月30日", why.DATE),
        refused("0999-12-31", why.DATE_RANGE),
        refused("10000-01-01", why.DATE_RANGE),
        refused("-2026-11-25", why.DATE),
        refused("2026-11-25/2026-11-26", why.DATE),
        refused("2026-11-25, 2026-11-26", why.DATE),
        refused("2026-11-2５日まで", why.DATE),
        refused("今日", why.DATE),
        refused("today", why.DATE),
        refused("TODAY()", why.DATE),
        refused("未定", why.DATE),
        refused(0, why.DATE),
        refused(46351, why.DATE),
        refused(46351.5, why.DATE),
        refused("46351", why.DATE),
        refused(1795564800, why.DATE),
        refused(True, why.REST),
        refused(False, why.REST),
        refused({"value": {"value": 1}}, why.REST),
        refused(["2026-11-25", "2026-11-26"], why.REST),
        refused({"year": 2026, "month": 11, "day": 25}, why.REST),
    ],
)

TIME = Form("TIME", {"type": "TIME"}, "08:00", in_tables=True)
TIME_ROWS = rows(
    TIME,
    [
        *shapes(""),
        stored("09:30", "09:30", why.TIME),
        stored("9:30", "09:30", why.CERTAIN),
        stored("00:00", "00:00", why.TIME),
        stored("23:59", "23:59", why.TIME),
        either("9:5", "09:05", because=why.TIME),
        either("09:30:00", "09:30", because=why.TIME),
        either("09:30:59", "09:30", because=why.TIME),
        either("９：３０", "09:30", because=why.MEANING_KEPT),
        either(" 09:30 ", "09:30", because=why.MEANING_KEPT),
        either("9:30 PM", "21:30", because=why.MEANING_KEPT),
        either("9:30am", "09:30", because=why.MEANING_KEPT),
        either("12:00 AM", "00:00", because=why.MEANING_KEPT),
        either("12:30 PM", "12:30", because=why.MEANING_KEPT),
        either("午前0時", "00:00", because=why.MEANING_KEPT),
        either("午前9時30分", "09:30", because=why.MEANING_KEPT),
        either("午後3時", "15:00", because=why.MEANING_KEPT),
        either("午後3時半", "15:30", because=why.MEANING_KEPT),
        either("正午", "12:00", because=why.MEANING_KEPT),
        either("9時", "09:00", because=why.MEANING_KEPT),
        either("21時5分", "21:05", because=why.MEANING_KEPT),
        either("0930", "09:30", because=why.MEANING_KEPT),
        either("2026-11-25T09:30", "09:30", because=why.MEANING_KEPT),
        either("2026-11-25 09:30:00", "09:30", because=why.MEANING_KEPT),
        either(["09:30"], "09:30", because=why.MEANING_KEPT),
        either(" ", "", because=why.BLANK),
        refused("24:00", why.TIME),
        refused("25:00", why.TIME),
        refused("09:60", why.TIME),
        refused("-01:00", why.TIME),
        refused("午後12時", why.MEANING_KEPT, readings=("00:00", "12:00")),
        refused("午後12時30分", why.MEANING_KEPT, readings=("00:30", "12:30")),
        refused("午前12時", why.MEANING_KEPT, readings=("00:00", "12:00")),
        refused("0:30 PM", why.MEANING_KEPT, readings=("00:30", "12:30")),
        refused("13:00 AM", why.TIME),
        refused("午後25時", why.TIME),
        refused("9:30-10:30", why.TIME),
        refused("09:30、10:30", why.TIME),
        refused("9.5", why.TIME),
        refused("now", why.TIME),
        refused("朝", why.TIME),
        refused(0, why.TIME),
        refused(9.5, why.TIME),
        refused(0.395833, why.TIME),
        refused(930, why.TIME),
        refused(True, why.REST),
        refused({"value": {"value": 1}}, why.REST),
        refused({"hour": 9, "minute": 30}, why.REST),
        refused(["09:30", "10:30"], why.REST),
    ],
)

HALF_PAST_NINE = "2026-11-25T09:30:00Z"
MOMENT = Form("DATETIME", {"type": "DATETIME"}, "2020-01-01T00:00:00Z", in_tables=True)
IN_JAPAN_OR_UTC = ("2026-11-25T00:30:00Z", "2026-11-25T09:30:00Z")
MOMENT_ROWS = rows(
    MOMENT,
    [
        *shapes(""),
        stored("2026-11-25T09:30:00Z", HALF_PAST_NINE, why.DATETIME),
        stored("2026-11-25T09:30Z", HALF_PAST_NINE, why.DATETIME),
        stored("2026-11-25T09:30:59Z", HALF_PAST_NINE, why.DATETIME),
        stored("2026-11-25T09:30:00+09:00", "2026-11-25T00:30:00Z", why.DATETIME),
        stored("2026-11-25T09:30:00+0900", "2026-11-25T00:30:00Z", why.DATETIME),
        stored("2026-11-25T08:59:00+09:00", "2026-11-24T23:59:00Z", why.DATETIME),
        stored("2026-11-25T09:30:00+05:30", "2026-11-25T04:00:00Z", why.DATETIME),
        stored("2026-11-25T09:30:00-03:30", "2026-11-25T13:00:00Z", why.DATETIME),
        stored("2026-11-25T09:30:00+14:00", "2026-11-24T19:30:00Z", why.DATETIME),
        stored("2026-11-25T23:30:00-12:00", "2026-11-26T11:30:00Z", why.DATETIME),
        stored("2026-12-31T23:30:00-05:00", "2027-01-01T04:30:00Z", why.DATETIME),
        either("2026-11-25T09:30:00-00:30", "2026-11-25T10:00:00Z", because=why.DATETIME),
        either("2026-11-25T09:30:00+00:30", "2026-11-25T09:00:00Z", because=why.DATETIME),
        either("2026-11-25T09:30:00+05:45", "2026-11-25T03:45:00Z", because=why.DATETIME),
        either("2026-11-25T09:30:00+09", "2026-11-25T00:30:00Z", because=why.MEANING_KEPT),
        either("2026-11-25T09:30:00.999Z", HALF_PAST_NINE, because=why.DATETIME),
        either("2026-11-25 09:30:00+09:00", "2026-11-25T00:30:00Z", because=why.MEANING_KEPT),
        either("2026/11/25 9:30 +0900", "2026-11-25T00:30:00Z", because=why.MEANING_KEPT),
        either("2026-11-25t09:30:00z", HALF_PAST_NINE, because=why.MEANING_KEPT),
        either("2026-11-25 09:30 UTC", HALF_PAST_NINE, because=why.MEANING_KEPT),
        either("2026-11-25 09:30 JST", "2026-11-25T00:30:00Z", because=why.MEANING_KEPT),
        either("２０２６-１１-２５T０９:３０:００Z", HALF_PAST_NINE, because=why.MEANING_KEPT),
        either(" 2026-11-25T09:30:00Z ", HALF_PAST_NINE, because=why.MEANING_KEPT),
        either("2026-11-25T24:00:00Z", "2026-11-26T00:00:00Z", because=why.MEANING_KEPT),
        either("Wed, 25 Nov 2026 09:30:00 +0900", "2026-11-25T00:30:00Z", because=why.MEANING_KEPT),
        either("1000-01-01T00:00:00+09:00", "0999-12-31T15:00:00Z", because=why.DATE_RANGE),
        either([HALF_PAST_NINE], HALF_PAST_NINE, because=why.MEANING_KEPT),
        either(" ", "", because=why.BLANK),
        # No offset: nine hours lie between the two readings.
        refused("2026-11-25T09:30:00", why.NO_OFFSET, readings=IN_JAPAN_OR_UTC),
        refused("2026-11-25T09:30", why.NO_OFFSET, readings=IN_JAPAN_OR_UTC),
        refused("2026-11-25 09:30", why.NO_OFFSET, readings=IN_JAPAN_OR_UTC),
        refused("2026/11/25 9:30", why.NO_OFFSET, readings=IN_JAPAN_OR_UTC),
        refused("2026年11月25日 9時30分", why.NO_OFFSET, readings=IN_JAPAN_OR_UTC),
        refused("2026-11-25", why.NO_OFFSET, readings=("2026-11-24T15:00:00Z", "2026-11-25T00:00:00Z")),
        refused("2026", why.NO_OFFSET),
        refused("09:30", why.DATETIME),
        refused("2026-02-30T09:30:00Z", why.DATETIME),
        refused("2026-11-25T25:00:00Z", why.DATETIME),
        refused("2026-11-25T09:60:00Z", why.DATETIME),
        refused("2026-11-25T09:30:00+24:00", why.DATETIME),
        refused("2026-11-25T09:30:00+09:60", why.DATETIME),
        refused("2026-11-25T09:30:00+99:99", why.DATETIME),
        refused("0999-12-31T00:00:00Z", why.DATE_RANGE),
        refused("9999-12-31T23:59:00-01:00", why.DATE_RANGE),
        refused("0001-01-01T00:00:00+09:00", why.DATE_RANGE),
        refused("now", why.DATETIME),
        refused("NOW()", why.DATETIME),
        refused(0, why.DATETIME),
        refused(1795599000, why.DATETIME),
        refused(1795599000000, why.DATETIME),
        refused(46351.395833, why.DATETIME),
        refused(True, why.REST),
        refused({"value": {"value": 1}}, why.REST),
        refused({"date": "2026-11-25", "time": "09:30"}, why.REST),
    ],
)

# ---------------------------------------------------------------------------------------------------------------------
# People and attachments


def people(one: str, other: str, name: str) -> list[Row]:
    """Return the rows of a field that holds people, departments or groups, by two codes and the name of the first."""
    return [
        *shapes([]),
        stored([{"code": one}], [one], why.USERS),
        stored([{"code": one, "name": name}, {"code": other}], [one, other], why.USERS),
        either([{"code": one, "type": "USER"}], [one], because=why.USERS),
        stored([one], [one], why.CERTAIN),
        stored(one, [one], why.CERTAIN),
        stored({"code": one}, [one], why.CERTAIN),
        either([one, other], [one, other], because=why.CERTAIN),
        either([{"code": one}, {"code": one}], [one], [one, one], because=why.USERS),
        either(f"{one}、{other}", [one, other], because=why.MEANING_KEPT),
        either(f"{one},{other}", [one, other], because=why.MEANING_KEPT),
        either(f"{one}\n{other}", [one, other], because=why.MEANING_KEPT),
        either(f"{name} ({one})", [one], because=why.MEANING_KEPT),
        either(f"[{{'code': '{one}', 'name': '{name}'}}]", [one], because=why.PLAIN_ROWS),
        either(f'[{{"code": "{one}"}}]', [one], because=why.PLAIN_ROWS),
        either(f"['{one}']", [one], because=why.PLAIN_ROWS),
        either(f" {one} ", [one], because=why.MEANING_KEPT),
        either([{"value": one}], [one], because=why.MEANING_KEPT),
        either(" ", [], because=why.BLANK),
        refused("a、b", why.USER_UNKNOWN),
        refused("nobody", why.USER_UNKNOWN),
        refused([{"code": "nobody"}], why.USER_UNKNOWN),
        refused([{"code": one}, {"code": "nobody"}], why.USER_UNKNOWN),
        refused(f"{name}様", why.USER_UNKNOWN),
        refused("LOGINUSER()", why.USER_UNKNOWN),
        refused([{"name": name}], why.USERS),
        refused({"name": name}, why.USERS),
        refused([{"code": ""}], why.USERS),
        refused([{"code": None}], why.USERS),
        refused({"code": None}, why.USERS),
        refused({"code": {}}, why.USERS),
        refused([""], why.USERS),
        refused([one, {}], why.USERS),
        refused({one: True}, why.USERS),
        refused(0, why.USER_UNKNOWN),
        refused(5, why.USER_UNKNOWN),
        refused(True, why.REST),
        refused(False, why.REST),
        refused({"value": {"value": 1}}, why.REST),
    ]


USERS = Form("USER_SELECT", {"type": "USER_SELECT"}, [{"code": "tanaka", "name": "田中 一郎"}], in_tables=True)
TEAMS = Form("ORGANIZATION_SELECT", {"type": "ORGANIZATION_SELECT"}, [{"code": "sales", "name": "営業部"}])
GROUPS = Form("GROUP_SELECT", {"type": "GROUP_SELECT"}, [{"code": "everyone", "name": "Everyone"}])
PEOPLE_ROWS = [
    *rows(
        USERS,
        [
            *people("sato", "suzuki", "佐藤 昇"),
            stored("guest/mika@example.com", ["guest/mika@example.com"], why.CERTAIN),
            stored([{"code": "guest/mika@example.com"}], ["guest/mika@example.com"], why.USERS),
        ],
    ),
    *rows(TEAMS, people("support", "sales", "サポート")),
    *rows(GROUPS, people("managers", "everyone", "Managers")),
]

SAVED = [{"fileKey": SAVED_FILE, "name": "before.txt", "contentType": "text/plain", "size": "6"}]
FILES = Form("FILE", {"type": "FILE"}, SAVED, in_tables=True)
NEW_FILE = ["new.txt"]
FILE_ROWS = rows(
    FILES,
    [
        *shapes([]),
        stored([{"fileKey": UPLOADED}], NEW_FILE, why.FILES),
        stored([{"fileKey": UPLOADED, "file_name": "x", "size": 3, "mime_type": "a/b"}], NEW_FILE, why.FILES),
        stored([UPLOADED], NEW_FILE, why.CERTAIN),
        stored(UPLOADED, NEW_FILE, why.CERTAIN),
        either({"fileKey": UPLOADED}, NEW_FILE, because=why.MEANING_KEPT),
        either(f"['{UPLOADED}']", NEW_FILE, because=why.PLAIN_ROWS),
        either(f'["{UPLOADED}"]', NEW_FILE, because=why.PLAIN_ROWS),
        either(f"[{{'fileKey': '{UPLOADED}'}}]", NEW_FILE, because=why.PLAIN_ROWS),
        either(f" {UPLOADED} ", NEW_FILE, because=why.MEANING_KEPT),
        either([{"value": UPLOADED}], NEW_FILE, because=why.MEANING_KEPT),
        either(" ", [], because=why.BLANK),
        refused("見積.pdf", why.FILE_UNKNOWN),
        refused("a.pdf、b.pdf", why.FILE_UNKNOWN),
        refused("['見積.pdf', 'b.pdf']", why.FILE_UNKNOWN),
        refused("https://example.com/a.pdf", why.FILE_UNKNOWN),
        refused([{"name": "見積.pdf"}], why.FILES),
        refused({"name": "見積.pdf"}, why.FILES),
        refused([{"url": "https://example.com/a.pdf", "filename": "a.pdf"}], why.FILES),
        refused([{"fileKey": None}], why.FILES),
        refused([{"fileKey": ""}], why.FILES),
        refused([{"fileKey": 5}], why.FILES),
        refused([{"fileKey": {}}], why.FILES),
        refused({"fileKey": None}, why.FILES),
        refused([UPLOADED, {}], why.FILES),
        refused([""], why.FILES),
        refused(5, why.FILES),
        refused([5], why.FILES),
        refused("5", why.FILE_UNKNOWN),
        refused(0, why.FILES),
        refused(True, why.REST),
        refused(False, why.REST),
        refused({"value": {"value": 1}}, why.REST),
    ],
)
SAVED_FILE_ROWS = rows(
    replace(FILES, name="FILE that a record has", in_tables=False),
    [
        # Another record cannot take it over: its key is no upload.
        stored(SAVED, ["before.txt"], why.FILES, added=REFUSED),
        stored([{"fileKey": SAVED_FILE}], ["before.txt"], why.FILES, added=REFUSED),
        stored([{"fileKey": SAVED_FILE}, {"fileKey": UPLOADED}], ["before.txt", "new.txt"], why.FILES, added=REFUSED),
    ],
)

# ---------------------------------------------------------------------------------------------------------------------
# Tables

COLUMNS = {
    "item": {"type": "SINGLE_LINE_TEXT"},
    "qty": {"type": "NUMBER"},
    "rank": {"type": "DROP_DOWN", "options": ["A", "B"]},
    "done": {"type": "CHECK_BOX", "options": ["済"]},
    "double": {"type": "CALC", "expression": "qty * 2"},
}
TABLE = Form("SUBTABLE", {"type": "SUBTABLE", "fields": COLUMNS}, [{"item": "before", "qty": "1"}])
TWO = [{"qty": "2"}]
KINTONE_TWO = [{"value": {"qty": {"value": "2"}}}]
TABLE_ROWS = rows(
    TABLE,
    [
        stored([], [], why.TABLE_CLEARED),
        stored(None, [], why.CLEARED),
        either("", [], because=why.CLEARED),
        either({"value": None}, [], because=why.CLEARED),
        stored({"value": []}, [], why.TABLE_CLEARED),
        # Rows in kintone's shape, in plain words, and between the two.
        stored(KINTONE_TWO, TWO, why.TABLE),
        stored({"value": KINTONE_TWO}, TWO, why.TABLE),
        stored([{"value": {"item": {"value": "x"}, "qty": {"value": 2}}}], [{"item": "x", "qty": "2"}], why.TABLE),
        stored([{"qty": 2}], TWO, why.CERTAIN),
        stored([{"qty": "2"}, {"qty": 3, "item": "y"}], [{"qty": "2"}, {"qty": "3", "item": "y"}], why.CERTAIN),
        stored([{"item": "x", "done": ["済"], "rank": "A"}], [{"item": "x", "done": ["済"], "rank": "A"}], why.CERTAIN),
        stored([{"qty": "▲1,234"}], [{"qty": "-1234"}], why.CERTAIN),
        either([{"qty": {"value": 2}}], TWO, because=why.MEANING_KEPT),
        either([{"value": {"qty": 2}}], TWO, because=why.MEANING_KEPT),
        either({"qty": 2}, TWO, because=why.MEANING_KEPT),
        either({"value": {"qty": {"value": "2"}}}, TWO, because=why.MEANING_KEPT),
        either([[{"qty": 2}]], TWO, because=why.MEANING_KEPT),
        either("[{'qty': 2, 'item': None}]", TWO, because=why.PLAIN_ROWS),
        either('[{"qty": 2}]', TWO, because=why.PLAIN_ROWS),
        either('{"qty": 2}', TWO, because=why.PLAIN_ROWS),
        either([{"qty": 2}, '{"qty": 3}'], [{"qty": "2"}, {"qty": "3"}], because=why.PLAIN_ROWS),
        either([{"qty": None}], [{"qty": ""}], because=why.CLEARED),
        either([{"item": ""}], [{"item": ""}], because=why.CLEARED),
        either([{"qty": 2, "double": "4"}], TWO, because=why.AUTOMATIC),
        either([{"qty": 2, "double": "999"}], TWO, because=why.AUTOMATIC),
        # Row ids.
        either([{"id": "", "value": {"qty": {"value": "2"}}}], TWO, because=why.ROW_IDS),
        either([{"id": None, "value": {"qty": {"value": "2"}}}], TWO, because=why.ROW_IDS),
        either([{"id": "", "qty": 2}], TWO, because=why.ROW_IDS),
        either([{"id": None, "qty": 2}], TWO, because=why.ROW_IDS),
        either([{"id": "999999", "value": {"qty": {"value": "2"}}}], TWO, because=why.ROW_IDS),
        either([{"id": SAVED_ROW, "qty": 2}], TWO, because=why.ROW_IDS),
        stored(
            [{"id": SAVED_ROW, "value": {"qty": {"value": "2"}}}],
            TWO,
            why.ROW_IDS,
            added=Outcome((TWO,), may_refuse=True),
        ),
        refused([{"id": "abc", "value": {"qty": {"value": "2"}}}], why.ROW_IDS),
        refused([{"id": "1.5", "qty": 2}], why.ROW_IDS),
        refused([{"id": True, "qty": 2}], why.ROW_IDS),
        refused([{"id": {}, "qty": 2}], why.ROW_IDS),
        refused([{"id": SAVED_ROW, "value": {}}, {"id": SAVED_ROW, "value": {}}], why.ROW_IDS),
        # Rows that would be blank, and cells that would be.
        refused({}, why.REST),
        refused([{}], why.REST),
        refused([[]], why.REST),
        refused([None], why.REST),
        refused([""], why.REST),
        refused([{"qty": 2}, {}], why.REST),
        refused([{"qty": 2}, None], why.REST),
        refused([{"value": {}}], why.REST),
        refused([{"value": None}], why.REST),
        refused([{"value": []}], why.REST),
        refused([{"id": "", "value": {}}], why.REST),
        refused([{"id": ""}], why.REST),
        refused([{"nope": 1}], why.REST),
        refused([{"value": {"nope": {"value": 1}}}], why.REST),
        refused([{"qty": 2, "nope": 1}], why.UNKNOWN, unchecked=Outcome((TWO,), may_refuse=True)),
        refused([{"qty": {}}], why.REST),
        refused([{"qty": 2, "item": {}}], why.REST),
        refused([{"qty": [1, 2]}], why.REST),
        refused([{"qty": "x"}], why.NOT_A_NUMBER),
        refused([{"qty": "50%"}], why.NOT_A_NUMBER),
        refused([{"value": {"qty": {"value": "1,23"}}}], why.NOT_A_NUMBER),
        refused([{"qty": 2, "rank": "Z"}], why.OPTION_REFUSED),
        # No rows at all.
        refused({"value": {"value": 1}}, why.REST),
        refused({"rows": [{"qty": 2}]}, why.REST),
        refused({"0": {"qty": 2}}, why.REST),
        refused({"value": {}}, why.REST),
        refused(" ", why.REST),
        refused("qty: 2", why.REST),
        refused("x", why.REST),
        refused("{}", why.REST),
        refused("[{}]", why.REST),
        refused([2], why.REST),
        refused([[2]], why.REST),
        refused(0, why.REST),
        refused(-0.0, why.REST),
        refused(True, why.REST),
        refused(False, why.REST),
        refused(math.nan, why.REST, sent="text"),
    ],
)

# Columns whose codes are words of kintone's own shapes.
AWKWARD = {
    "value": {"type": "NUMBER"},
    "code": {"type": "SINGLE_LINE_TEXT"},
    "fileKey": {"type": "SINGLE_LINE_TEXT"},
    "id": {"type": "SINGLE_LINE_TEXT"},
    "type": {"type": "SINGLE_LINE_TEXT"},
}
AWKWARD_TABLE = Form("SUBTABLE, awkward columns", {"type": "SUBTABLE", "fields": AWKWARD}, [{"value": "1", "id": "x"}])
AWKWARD_ROWS = rows(
    AWKWARD_TABLE,
    [
        stored([{"value": {"value": {"value": "2"}}}], [{"value": "2"}], why.TABLE),
        stored([{"value": {"code": {"value": "x"}}}], [{"code": "x"}], why.TABLE),
        stored([{"value": {"id": {"value": "7"}, "value": {"value": 2}}}], [{"id": "7", "value": "2"}], why.TABLE),
        stored([{"value": {"type": {"value": "x"}}}], [{"type": "x"}], why.TABLE),
        stored(
            [{"id": SAVED_ROW, "value": {"id": {"value": "new"}, "value": {"value": "2"}}}],
            [{"id": "new", "value": "2"}],
            why.TABLE,
            added=Outcome(([{"id": "new", "value": "2"}],), may_refuse=True),
        ),
        stored([{"code": "x"}], [{"code": "x"}], why.CERTAIN),
        stored([{"fileKey": "x"}], [{"fileKey": "x"}], why.CERTAIN),
        either([{"value": 2}], [{"value": "2"}], because=why.PLAIN_ROWS),
        either([{"value": {"value": 2}}], [{"value": "2"}], because=why.PLAIN_ROWS),
        either([{"value": 2, "code": "x"}], [{"value": "2", "code": "x"}], because=why.PLAIN_ROWS),
        either({"value": 2}, [{"value": "2"}], because=why.PLAIN_ROWS),
        either({"value": {"value": 2}}, [{"value": "2"}], because=why.PLAIN_ROWS),
        either({"value": {"value": {"value": 2}}}, [{"value": "2"}], because=why.PLAIN_ROWS),
        either({"code": "x"}, [{"code": "x"}], because=why.PLAIN_ROWS),
        either({"fileKey": "x"}, [{"fileKey": "x"}], because=why.PLAIN_ROWS),
        either([{"id": "7"}], [{"id": "7"}], because=why.PLAIN_ROWS),
        either([{"id": "x", "code": "y"}], [{"id": "x", "code": "y"}], because=why.PLAIN_ROWS),
        either([{"type": "x", "value": 2}], [{"type": "x", "value": "2"}], because=why.PLAIN_ROWS),
        either([{"value": None}], [{"value": ""}], because=why.PLAIN_ROWS),
        refused([{"value": "x"}], why.NOT_A_NUMBER),
        refused([{"value": {}}], why.REST),
        refused([{"code": {}}], why.REST),
        refused({}, why.REST),
        refused([{}], why.REST),
    ],
)

# ---------------------------------------------------------------------------------------------------------------------
# Fields whose own codes are words of kintone's shapes or of this plugin's parameters

NAMED_ROWS = [
    row
    for code in ("value", "code", "id", "record", "records", "record_data", "records_data", "updateKey", "type")
    for row in rows(
        Form(f"text called {code}", {"type": "SINGLE_LINE_TEXT"}, "before", code=code),
        [
            stored({"value": "x"}, "x", why.WRAPPER),
            either("x", "x", because=why.TEXT),
            either(None, "", because=why.CLEARED),
            refused({}, why.REST),
            refused({"a": "b"}, why.REST),
        ],
    )
]

# ---------------------------------------------------------------------------------------------------------------------
# Fields that kintone fills, and fields that hold nothing


def kintones_own(because: Reason) -> list[Row]:
    """Return the rows of a field that nobody can write: a value is refused, no value at least changes nothing."""
    return [
        *(refused(value, because, unchecked=IGNORED_OR_REFUSED) for value in KINTONES_OWN),
        *(either(value, UNCHANGED, because=because) for value in NO_VALUES),
    ]


KINTONES_OWN: list[Value] = ["17", 17, "x", {}, ["x"], {"code": "sato"}, True]
GIVEN_IDS: list[Value] = ["x", {}, "999", 999]
NO_VALUES: list[Value] = [None, "", [], {"value": None}]
CALC = Form("CALC", {"type": "CALC", "expression": "1 + 1"}, "2")
CALC_COLUMN = Form(
    "CALC in a table",
    {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}, "sum": {"type": "CALC", "expression": "qty * 2"}}},
    [{"qty": "1"}],
)
SYSTEM_CODES = {
    "RECORD_NUMBER": "レコード番号",
    "STATUS": "ステータス",
    "STATUS_ASSIGNEE": "作業者",
    "CATEGORY": "カテゴリー",
}
SYSTEM_FORMS = [
    Form(kind, {"type": kind, **({} if kind == "RECORD_NUMBER" else {"enabled": True})}, code=code)
    for kind, code in SYSTEM_CODES.items()
]
GROUP = Form("GROUP", {"type": "GROUP"})
RELATED = Form("REFERENCE_TABLE", {"type": "REFERENCE_TABLE"})
NOWHERE = Form("unknown code", {}, code="nope")
COMPUTED_ROWS = [
    *rows(
        CALC,
        kintones_own(why.AUTOMATIC),
    ),
    *rows(
        CALC_COLUMN,
        [
            either([{"qty": 2, "sum": value}], [{"qty": "2", "sum": "4"}], because=why.AUTOMATIC)
            for value in KINTONES_OWN
        ],
    ),
    *(row for form in (*SYSTEM_FORMS, GROUP, RELATED) for row in rows(form, kintones_own(why.SYSTEM))),
    *rows(NOWHERE, kintones_own(why.UNKNOWN)),
    *(
        row
        for code in ("$id", "$revision")
        for row in rows(
            Form(code, {}, code=code),
            [either(value, UNCHANGED, because=why.IGNORED_IDS) for value in GIVEN_IDS],
        )
    ),
]

AUTHORED: dict[str, tuple[str, list[Row]]] = {
    "CREATOR": (
        "作成者",
        [
            stored({"code": "sato"}, "sato", why.AUTHORED, updated=REFUSED),
            either({"code": "sato", "name": "佐藤 昇"}, "sato", because=why.AUTHORED, updated=REFUSED),
            either("sato", "sato", because=why.MEANING_KEPT, updated=REFUSED),
            either([{"code": "sato"}], "sato", because=why.MEANING_KEPT, updated=REFUSED),
            refused({"code": "nobody"}, why.USER_UNKNOWN),
            refused([{"code": "sato"}, {"code": "suzuki"}], why.REST),
            refused({}, why.REST),
            refused(5, why.REST),
        ],
    ),
    "MODIFIER": ("更新者", [stored({"code": "sato"}, "sato", why.AUTHORED, updated=REFUSED), refused({}, why.REST)]),
    "CREATED_TIME": (
        "作成日時",
        [
            stored("2026-04-23T14:11:00Z", "2026-04-23T14:11:00Z", why.AUTHORED, updated=REFUSED),
            either("2026-04-23T14:11:00+09:00", "2026-04-23T05:11:00Z", because=why.AUTHORED, updated=REFUSED),
            refused("2026-04-23T14:11:00", why.NO_OFFSET),
            refused("2026-04-23", why.NO_OFFSET),
            refused("2026-02-30T14:11:00Z", why.DATETIME),
            refused({}, why.REST),
            refused(0, why.REST),
        ],
    ),
    "UPDATED_TIME": (
        "更新日時",
        [stored("2026-04-23T14:11:00Z", "2026-04-23T14:11:00Z", why.AUTHORED, updated=REFUSED), refused({}, why.REST)],
    ),
}
AUTHORED_ROWS = [
    *(
        row
        for kind, (code, entries) in AUTHORED.items()
        for row in rows(Form(f"{kind}, managed", {"type": kind}, code=code, manages=True), entries)
    ),
    *(
        row
        for kind, (code, entries) in AUTHORED.items()
        for row in rows(
            Form(f"{kind}, not managed", {"type": kind}, code=code), [refused(entries[0].value, why.AUTHORED)]
        )
    ),
]

COMPANY: dict[str, dict[str, Value]] = {"company": {"type": "SINGLE_LINE_TEXT"}}
SOURCE = "<app of the customers>"
KEY = {
    "lookup": {
        "relatedApp": {"app": SOURCE, "code": ""},
        "relatedKeyField": "customer",
        "fieldMappings": [{"field": "company", "relatedField": "company"}],
        "lookupPickerFields": [],
        "filterCond": "",
        "sort": "",
    }
}
LOOKUP = Form("lookup", {"type": "SINGLE_LINE_TEXT", **KEY}, "C-1", others=COMPANY)
COPY = Form("copied by a lookup", COMPANY["company"], "before", code="company", others={"key": {**LOOKUP.properties}})
LOOKUP_ROWS = [
    *rows(
        LOOKUP,
        [
            stored("C-2", "C-2", why.LOOKUP),
            stored({"value": "C-2"}, "C-2", why.LOOKUP),
            stored(None, "", why.LOOKUP),
            stored("", "", why.LOOKUP),
            either(["C-2"], "C-2", because=why.MEANING_KEPT),
            refused("nope", why.LOOKUP),
            refused(0, why.LOOKUP),
            refused(" C-2", why.LOOKUP),
            refused(True, why.LOOKUP),
            refused({}, why.REST),
            refused([[]], why.REST),
            refused(["C-1", "C-2"], why.REST),
            refused({"a": 1}, why.REST),
        ],
    ),
    *rows(COPY, kintones_own(why.COPIED)),
]

ROWS: list[Row] = [
    *TEXT_ROWS,
    *LIMITED_ROWS,
    *LINE_ROWS,
    *NUMBER_ROWS,
    *MORE_NUMBER_ROWS,
    *LINK_ROWS,
    *CHOICE_ROWS,
    *ONE_CHOICE_ROWS,
    *DATE_ROWS,
    *TIME_ROWS,
    *MOMENT_ROWS,
    *PEOPLE_ROWS,
    *FILE_ROWS,
    *SAVED_FILE_ROWS,
    *TABLE_ROWS,
    *AWKWARD_ROWS,
    *NAMED_ROWS,
    *COMPUTED_ROWS,
    *AUTHORED_ROWS,
    *LOOKUP_ROWS,
]
