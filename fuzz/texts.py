"""Random texts that combine tokens of each language in arbitrary order."""

import json
from typing import Any

from hypothesis import strategies as st

CHARACTERS = st.text(st.characters(), max_size=30)
UNUSUAL = st.sampled_from(
    [
        "\x00",
        "\ud800",
        "\udfff",
        "\u202e",
        "\u200f",
        "\ufeff",
        "\u3000",
        "\x85",
        "\u2028",
        "\x1b",
        "\uff11",
        "٣",
        "👍",
        "é",
        "ｶﾞ",
        "㌔",
    ]
)
NUMBERS = st.sampled_from(
    [
        "0",
        "-1",
        "1e5",
        "1E+9999999",
        "1E-9999999",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x1",
        "\uff11\uff12",
        "1" * 30,
        "1" * 5_000,
        "1,000",
    ]
)
QUERY_PIECES = st.sampled_from(
    ['"', "\\", '\\"', "(", ")", ",", "=", "!=", "<", ">=", "!", "and", "OR", "in", "not in", "like", "is empty",
    "order by",
     "Order", "by", "limit", "OFFSET", "asc", "desc", "$id", "$id asc", "a", "名前", "TODAY()", "5", "501", "-1",
     " ", "\n"]
)  # fmt: skip
DATA_PIECES = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"', "'", "\\", "\\u", "d800", "\\x4", "\\N{DASH}", "\n", "```", "~~~", "json",
    '"a"', "'b'",
     '{"a":', "None", "True", "null", "true", "b'", "[" * 70, "{'" * 40, "#", "/*", "\\U0010ffff", '"record"', '"id"']
)  # fmt: skip
NAME_PIECES = st.sampled_from(
    ["/", "\\", "..", ".", "a", ".pdf", ".tar.gz", '"', ";", "%2e", "CON", " ", "\r\n", "=?utf-8?B?YQ==?=",
    "utf-8''", "x" * 300]
)  # fmt: skip
HEADER_PIECES = st.sampled_from(
    ["attachment", ";", " ", "filename", "filename*", "=", '"', "\\", "utf-8''", "idna''", "punycode''", "utf-7''",
    "undefined''",
     "rot13''", "unicode_escape''", "%E3%81%82", "%", "%zz", "=?", "?=", "=?utf-8?Q?=E3?=", "=?x?B?!?=",
     "ã\x81\x82", "a.pdf"]
)  # fmt: skip
DATE_PIECES = st.sampled_from(
    ["2026", "04", "1", "-", "/", ".", "T", " ", "09:30", ":", "Z", "+09:00", "-14:59", "年", "月", "日", "令和", "元",
    "R8", "S64",
     "午後", "時", "半", "分", "12", "24", "pm", "a.m.", "UTC", "00", "9999", "0001"]
)  # fmt: skip


def texts(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return texts of the given pieces, unusual characters and numbers."""
    return st.lists(pieces | UNUSUAL | NUMBERS, max_size=30).map("".join) | CHARACTERS


def _of_digits(digits: int) -> int:
    return int(10**digits)


SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.sampled_from([400,
    5_000]).map(_of_digits)
    | texts(DATA_PIECES) | texts(DATE_PIECES) | NUMBERS | st.binary(max_size=3)
)  # fmt: skip


def as_json_text(value: object) -> str:
    """Return a structure as JSON; "[]" if it cannot be JSON."""
    try:
        return json.dumps(value, default=repr)
    except (TypeError, ValueError):
        return "[]"


def structures(names: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return objects and lists with the given names and arbitrary other names."""
    keys: st.SearchStrategy[Any] = names | texts(NAME_PIECES) | st.integers()
    return st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )
