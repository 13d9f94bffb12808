"""Texts and links: what may become of odd values of SINGLE_LINE_TEXT, MULTI_LINE_TEXT, RICH_TEXT and LINK."""

from tests.facts import reasons as why
from tests.facts.odd_rows import (
    ABSENT,
    UNCHANGED,
    Form,
    Outcome,
    Row,
    either,
    refused,
    rows,
    stored,
)
from tests.facts.odd_shapes import IGNORED_OR_REFUSED, shapes

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
            stored("u" * 64, "u" * 64, why.MAX_UNIQUE_LENGTH),
            refused("u" * 65, why.MAX_UNIQUE_LENGTH),
            refused("u" * 64 + " ", why.MAX_UNIQUE_LENGTH),
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
