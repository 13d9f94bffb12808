"""Values that nobody should send and somebody will."""

import math
from collections.abc import Callable
from typing import Any

MANY = 2_000
MEGABYTE = 1_000_000

A_FILE = {"dify_model_identity": "__dify__file__"}
NUMBERS: list[Any] = [0, -1, 1.5, 1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf, 10**40, 10**400, 10**5000]
TEXTS = [
    "", " ", "\u3000", "null", "None", "NaN", "Infinity", "true", "[]", "{}", "[[]]", "[null]", '"x"', "-5", "0",
    "1e5",
    "0x10", "１２３", "٣", "👍", "\u202eabc\u200f", "\ud800", "a\udfffb", "a\x00b", "\x1b[31m", "a\nb", "```json\n",
    "```", '"""',
    "'" * 50, "\\" * 50, '{"a": "\\ud800"}', '{"a": "\\u0000"}', "/../..", "..", "%00", "<script>", "${jndi:x}",
    "{{#x#}}",
    "$id", "limit limit", "order by", "limit 99999999999999999999", "offset 5 limit 3", 'a = "', "()()()", "!",
    'in ("' + "a" * 100, "a" * 300, "1" * 5_000, "[" * 10_000, "{" * 10_000, '{"a":' * 10_000,
    "[" * 5_000 + "]" * 5_000,
    "http://[::1", "https://a.cybozu.com:99999/", "//[x", "https://例え.cybozu.com", "cybozu.com.evil.example",
]  # fmt: skip
JSON_TEXTS = [
    '{"record_data": "{\\"record_data\\": 1}"}', '[{"id": 1E+9999999, "record": {}}]', '{"price": 1E+99999999}',
    '[{"revision": 1E+9999999, "id": 1, "record": {}}]', '{"sku": 1E-99999999}', '{"lines": 1E+99999999}',
    '[{"updateKey": {"field": "sku", "value": 1E+9999999}, "record": {}}]', '{"price": ' + "1" * 5_000 + "}",
    '[{"record": {"sku": {"value": NaN}}}]', '{"a": 1, "a": 2}', "{'a': 1, 'a': 2}",
    "[{'record': {'sku': '\\ud800'}}]",
]  # fmt: skip
OBJECTS: list[Any] = [
    None, True, False, [], {}, [None], [[]], [[[]]], {"a": None}, {"value": {}}, {"value": None}, [1, "a", None, {}],
    {1: 2}, {None: None}, {"\ud800": 1}, {"": ""}, {"record": 1}, {"records": 1}, {"records": []}, {"records": [{}]},
    {"records_data": None}, {"record_data": []}, {"record_data": {"sku": math.nan}}, {"sku": 10**5000},
    {"price": 10**5000}, {"price": "1" * 5_000}, {"sku": {"value": {"value": {}}}},
    {"lines": {"value": [{"value": []}]}},
    {"lines": [[]]}, {"status": [[]]}, {"files": [{"fileKey": []}]}, [{"id": 1e308, "record": {}}],
    [{"id": math.nan, "record": {}}], [{"record": {"sku": math.inf}}], [{"updateKey": {}, "record": {}}],
    [{"updateKey": {"field": [], "value": {}}, "record": {}}], [{"record": {}, "revision": []}], [{"a": {}}] * 200,
    b"x", bytearray(b"x"), memoryview(b"x"), (1, 2), {1, 2}, object(), complex(1, 2), range(3),
]  # fmt: skip
FILES: list[Any] = [
    A_FILE, [A_FILE], [{**A_FILE, "url": 5, "type": "x"}], {**A_FILE, "url": None, "type": "image"},
    {**A_FILE, "url": "http://127.0.0.1:9/", "type": "image", "size": 10**400},
    {"dify_model_identity": "__dify__tool_selector__"}, [{"dify_model_identity": "__dify__tool_selector__"}],
    {"url": "http://127.0.0.1:9/a?" + "&".join(f"a{n}=1" for n in range(200))}, {"url": "\ud800"}, {"url": "http://"},
    {"url": "http://[::1"}, {"url": "http://127.0.0.1:99999/"}, {"url": "file:///etc/passwd"}, {"url": " "},
    {"url": "http://" + "a" * 300 + "/"}, {"url": "http://127.0.0.1:9/", "filename": 5, "mime_type": [], "size": "x"},
    {"url": "http://127.0.0.1:9/", "filename": "\ud800/\x00\u202e", "mime_type": "\x00", "extension": "." * 9_999},
]  # fmt: skip


def nested(levels: int) -> Any:  # noqa: ANN401 - any depth of either kind
    """Return objects and lists inside each other."""
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def odd_values() -> list[Any]:
    """Return everything that is odd and small."""
    deep = [nested(65), nested(MANY), {"sku": nested(MANY)}, [{"record": {"sku": nested(MANY)}}]]
    return [*NUMBERS, *TEXTS, *JSON_TEXTS, *OBJECTS, *FILES, *deep]


def _repeated(part: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: before + part * (size // len(part)) + after


def _codes(size: int) -> str:
    return ",".join(f'"k{number}":1' for number in range(size // 11))


HUGE: dict[str, Callable[[int], Any]] = {
    "letters": _repeated("a"), "digits": _repeated("1"), "opening": _repeated("["), "braces": _repeated("{"),
    "pairs": _repeated("[],", "[", "[]]"), "parentheses": _repeated("("), "quotes": _repeated('"'),
    "apostrophes": _repeated("'"), "backslashes": _repeated("\\"), "escaped": _repeated("\\", '["', '"]'),
    "commas": _repeated(","), "words": _repeated("a,"), "lines": _repeated("a\n"), "blanks": _repeated(" ",
    after="x"),
    "fences": _repeated("`"), "entries": _repeated("{},", "[", "{}]"), "numbers": _repeated("1,", "[", "1]"),
    "strangers": _repeated('{"a":1},', "[", "{}]"), "records": _repeated('{"record":{}},', "[", '{"record":{}}]'),
    "value": _repeated("a", '{"name":"', '"}'), "integer": _repeated("1", '{"price":', "}"),
    "number": _repeated("1", '{"price":"', '"}'), "decimal": _repeated("9", '{"price":1.', "}"),
    "exponent": _repeated("9", '{"price":1e', "}"), "options": _repeated("a,", '{"status":"', '"}'),
    "rows": _repeated("{},", '{"lines":[', "{}]}"), "literal": _repeated("'a',", "['", "']"),
    "limits": _repeated("limit "), "orders": _repeated("order by "), "terms": _repeated("a = 1 and "),
    "emoji": _repeated("👍"), "wide": _repeated("１"), "marks": _repeated("\u202e"), "nul": _repeated("\x00"),
    "surrogates": _repeated("\ud800"), "slashes": _repeated("/"), "dots": _repeated("."), "returns": _repeated("\r"),
    "line ends": _repeated("\n", "x", "x"), "fence lines": _repeated("```\n", "x"),
    "fenced blanks": _repeated(" ", "x ```", "x"),
    "codes": lambda size: f"{{{_codes(size)}}}", "one entry": lambda size: f"[{{{_codes(size)}}}]",
}  # fmt: skip
"""Texts of about so many characters."""
