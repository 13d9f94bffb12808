"""Value cases of SINGLE_LINE_TEXT, MULTI_LINE_TEXT, RICH_TEXT and LINK."""

from tests.facts import documented_facts as facts
from tests.facts.case_types import (
    ABSENT,
    UNCHANGED,
    Case,
    Form,
    Outcome,
    cases,
    either,
    refused,
    stored,
)
from tests.facts.common_cases import IGNORED_OR_REFUSED, common_cases

TEXT = Form("SINGLE_LINE_TEXT", {"type": "SINGLE_LINE_TEXT"}, "before", in_tables=True)
UNCHANGED_TEXTS = [
    "１２３", "▲500", "1,234", "(500)", "¥1,200", "1_0", "٣", "007", "2026/11/25", "令和8年11月25日", "午後12時",
    "true", "null", "None", "NaN", "{}", "[]", "['A', 'B']", '{"value": 1}', "=1+1", "'x", "A、B", "  x  ", " x",
    "\u3000x\u3000", "a\tb", "👩‍👩‍👧", "𠮷野家", "e\u0301", "ﾊﾝｶｸ", "\u200bx", "a\u0085b", "a\u2028b", "\\n",
    "<b>", "%41",
]  # fmt: skip
TEXT_CASES = cases(
    TEXT,
    [
        *common_cases(""),
        *(stored(text, text, facts.TEXT) for text in UNCHANGED_TEXTS),
        stored("x" * 100_000, "x" * 100_000, facts.TEXT),
        either(" ", " ", fact=facts.TEXT),
        either("a\x00b", "a\x00b", fact=facts.TEXT),
        either("a\ud800b", "a\ud800b", fact=facts.TEXT, sent="text"),
        either("a\r\nb", "a\r\nb", "a\nb", fact=facts.LINE_ENDS),
        either({"value": {"value": 1}}, "1", fact=facts.TEXT_FROM_NUMBER),
        either(True, "true", fact=facts.TEXT_FROM_NUMBER),
        either(False, "false", fact=facts.TEXT_FROM_NUMBER),
        stored(0, "0", facts.TEXT_FROM_NUMBER),
        stored(12, "12", facts.TEXT_FROM_NUMBER),
        either(-0.0, "0", "-0", "-0.0", "0.0", fact=facts.TEXT_FROM_NUMBER),
        either(1.5, "1.5", fact=facts.TEXT_FROM_NUMBER),
        either(1e-41, "1e-41", "1E-41", f"{1e-41:.41f}", fact=facts.TEXT_FROM_NUMBER),
        refused(12345678901234567890, facts.ROUNDED_NUMBER, sent="object"),
        stored(12345678901234567890, "12345678901234567890", facts.ROUNDED_NUMBER, sent="text"),
        either(["a"], "a", fact=facts.NOT_CONVERTED),
        refused(["a", "b"], facts.NOT_CONVERTED),
        refused({"code": "sato"}, facts.NOT_CONVERTED),
        refused({"a": 1}, facts.NOT_CONVERTED),
    ],
)

LIMITED = Form("text of 3 to 5", {"type": "SINGLE_LINE_TEXT", "minLength": "3", "maxLength": "5"}, "abcd")
UNIQUE = Form("unique text", {"type": "SINGLE_LINE_TEXT", "unique": True}, None)
COMPUTED = Form("computed text", {"type": "SINGLE_LINE_TEXT", "expression": "1 + 1"}, "2")
LIMITED_CASES = [
    *cases(
        LIMITED,
        [
            stored("abc", "abc", facts.LENGTHS),
            stored("abcde", "abcde", facts.LENGTHS),
            stored("日本語です", "日本語です", facts.LENGTHS),
            stored("a c", "a c", facts.LENGTHS),
            refused("ab", facts.LENGTHS),
            refused("abcdef", facts.LENGTHS),
            refused("", facts.LENGTHS),
            refused(None, facts.LENGTHS),
            refused([], facts.LENGTHS),
            refused("abcde ", facts.LENGTHS),
            refused({}, facts.NOT_CONVERTED),
            refused(123456, facts.LENGTHS),
            refused(ABSENT, facts.LENGTHS, updated=Outcome((UNCHANGED,))),
        ],
    ),
    *cases(
        UNIQUE,
        [
            stored("u" * 64, "u" * 64, facts.MAX_UNIQUE_LENGTH),
            refused("u" * 65, facts.MAX_UNIQUE_LENGTH),
            refused("u" * 64 + " ", facts.MAX_UNIQUE_LENGTH),
            stored(None, "", facts.CLEARED),
            refused({}, facts.NOT_CONVERTED),
        ],
    ),
    *cases(
        COMPUTED,
        [
            refused("5", facts.AUTOMATIC, unchecked=IGNORED_OR_REFUSED),
            refused({}, facts.AUTOMATIC, unchecked=IGNORED_OR_REFUSED),
        ],
    ),
]

LINES = Form("MULTI_LINE_TEXT", {"type": "MULTI_LINE_TEXT"}, "before\nbefore", in_tables=True)
RICH = Form("RICH_TEXT", {"type": "RICH_TEXT"}, "<b>before</b>")
LINE_CASES = [
    *cases(
        LINES,
        [
            *common_cases(""),
            stored("a\nb", "a\nb", facts.LINE_ENDS),
            stored("  a\n\n", "  a\n\n", facts.LINE_ENDS),
            Case("a\r\nb", Outcome(("a\nb", "a\r\nb")), facts.LINE_ENDS),
            Case("a\rb", Outcome(("a\nb", "a\rb")), facts.LINE_ENDS),
            stored("1,234", "1,234", facts.TEXT),
            stored("[{'a': 1}]", "[{'a': 1}]", facts.TEXT),
            stored("👍" * 20_000, "👍" * 20_000, facts.TEXT),
            either(" ", " ", fact=facts.TEXT),
            either("a\x00b", "a\x00b", fact=facts.TEXT),
            stored(0, "0", facts.TEXT_FROM_NUMBER),
            either(True, "true", fact=facts.TEXT_FROM_NUMBER),
            either({"value": {"value": 1}}, "1", fact=facts.TEXT_FROM_NUMBER),
            either(["a", "b"], "a\nb", fact=facts.NOT_CONVERTED),
            refused({"a": 1}, facts.NOT_CONVERTED),
        ],
    ),
    *cases(
        RICH,
        [
            *common_cases(""),
            stored("<b>a</b>", "<b>a</b>", facts.RICH),
            stored("a &amp; b", "a &amp; b", facts.RICH),
            either("a < b", "a < b", "a &lt; b", fact=facts.RICH),
            either("a\nb", "a\nb", "a<br>b", "a<br />b", fact=facts.RICH),
            either(" ", " ", fact=facts.RICH),
            stored(0, "0", facts.TEXT_FROM_NUMBER),
            either(True, "true", fact=facts.TEXT_FROM_NUMBER),
            refused({"a": 1}, facts.NOT_CONVERTED),
        ],
    ),
]


WEB = Form("LINK, web", {"type": "LINK", "protocol": "WEB"}, "https://example.com/before", in_tables=True)
MAIL = Form("LINK, mail", {"type": "LINK", "protocol": "MAIL"}, "before@example.com")
CALL = Form("LINK, call", {"type": "LINK", "protocol": "CALL"}, "000")
LINK_CASES = [
    *cases(
        WEB,
        [
            *common_cases(""),
            stored("https://example.com/", "https://example.com/", facts.LINK),
            stored("http://example.com/a?b=1&c=%20#d", "http://example.com/a?b=1&c=%20#d", facts.LINK),
            either("HTTPS://EXAMPLE.COM", "HTTPS://EXAMPLE.COM", fact=facts.LINK),
            either("https://日本語.jp/見積", "https://日本語.jp/見積", fact=facts.LINK),
            either(" https://example.com/ ", "https://example.com/", " https://example.com/ ", fact=facts.MEANING_KEPT),
            either(["https://example.com/"], "https://example.com/", fact=facts.MEANING_KEPT),
            either(" ", "", fact=facts.BLANK),
            refused("example.com", facts.LINK),
            refused("x", facts.LINK),
            refused("javascript:alert(1)", facts.LINK),
            refused("[a](https://example.com/)", facts.LINK),
            refused("https://a b.example/", facts.LINK),
            refused(0, facts.LINK),
            refused(True, facts.LINK),
            refused({"href": "https://example.com/"}, facts.NOT_CONVERTED),
            refused(["https://a.example/", "https://b.example/"], facts.NOT_CONVERTED),
        ],
    ),
    *cases(
        MAIL,
        [
            *common_cases(""),
            stored("sato@example.com", "sato@example.com", facts.LINK),
            either("mailto:sato@example.com", "mailto:sato@example.com", "sato@example.com", fact=facts.LINK),
            either(" sato@example.com", "sato@example.com", fact=facts.LINK),
            either("佐藤 <sato@example.com>", "sato@example.com", fact=facts.LINK),
            refused("sato", facts.LINK),
            refused("a@b@c", facts.LINK),
            refused("sato@example.com, suzuki@example.com", facts.LINK),
            refused(True, facts.LINK),
        ],
    ),
    *cases(
        CALL,
        [
            *common_cases(""),
            stored("03-1234-5678", "03-1234-5678", facts.LINK),
            stored("+81-3-1234-5678", "+81-3-1234-5678", facts.LINK),
            either("０３－１２３４", "０３－１２３４", "03-1234", fact=facts.LINK),
            either("tel:03-1234", "tel:03-1234", "03-1234", fact=facts.LINK),
            either(312345678, "312345678", fact=facts.TEXT_FROM_NUMBER),
            either(True, "true", fact=facts.TEXT_FROM_NUMBER),
            refused(["03-1", "03-2"], facts.NOT_CONVERTED),
        ],
    ),
]
