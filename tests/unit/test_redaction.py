"""Masking of secrets in texts and data."""

import base64
import html
import itertools
import json
import pickle
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.access.redaction import MIN_PIECE, Redactor, looks_like_a_token, truncate

SECRET = "s3cr3t" * 6
TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
OTHER = "Zk4TqP8wYb1HxJ6rMd9VfC3sLg7NuA2eKoQiRy5B"
PASSWORD = 'p%a "ss&<w>ö\\rd/+7\N{KEY}'


def pieces(secret: str, least: int = MIN_PIECE) -> set[str]:
    """Return every piece of this length of a secret, in lower case."""
    return {secret[start : start + least].lower() for start in range(len(secret) - least + 1)}


def shows(text: str, secret: str = TOKEN) -> set[str]:
    """Return the pieces of a secret that occur in a text."""
    return {piece for piece in pieces(secret) if piece in text.lower()}


@pytest.mark.parametrize(
    "text",
    [
        f"token {SECRET} in words",
        f"X-Cybozu-API-Token: {SECRET}",
        f"{{'X-Cybozu-API-Token': '{SECRET},other'}}",
        f"https://user:{SECRET}@proxy.example:8080/path",
    ],
)
def test_mask_when_a_secret_is_in_the_text(text: str) -> None:
    """The secret is masked at any position, and the surrounding text stays."""
    masked = Redactor([SECRET]).mask(text)

    assert SECRET not in masked
    assert "***" in masked


def test_mask_when_there_are_several_secrets_and_one_occurs_twice() -> None:
    """Every occurrence of every secret is masked, and nothing else."""
    first, second = "a1b2c3d4e5", "z9y8x7w6v5"
    text = f"{first}, then {second}, then {first} again"

    assert Redactor([first, second]).mask(text) == "***, then ***, then *** again"


@pytest.mark.parametrize("reverse", [False, True])
def test_mask_when_one_secret_begins_another(*, reverse: bool) -> None:
    """No rest of the longer secret remains, in any order of the secrets."""
    short, long = "a1b2c3d4", "a1b2c3d4-and-its-end"

    assert Redactor(sorted([short, long], reverse=reverse)).mask(f"{long} {short}") == "*** ***"


@pytest.mark.parametrize(
    "text",
    [
        "X-Cybozu-API-Token: unknown123",
        "x-cybozu-api-token=unknown123",
        "{'X-Cybozu-API-Token': 'unknown123,unknown123'}",
        "X-Cybozu-Authorization: unknown123",
        "Authorization: Basic unknown123",
        '"Authorization": "Bearer unknown123"',
        "authorization=bearer unknown123",
        "Authorization: 0123456789unknown123",
    ],
)
def test_mask_when_a_header_holds_a_token_that_the_call_does_not_know(text: str) -> None:
    """The value of such a header is always masked; the line behind it stays."""
    masked = Redactor([]).mask(f"{text}\nnext line")

    assert "unknown123" not in masked
    assert masked.endswith("***\nnext line")


@pytest.mark.parametrize(
    "text",
    [
        'Authorization: "zzz" is not an option of this field: choose from "a", "b"',
        "Authorization: this field is required: choose one | name: this field is required",
        "Authorization: Fill in one of the values (code: b)",
        "record.Authorization.value: required",
    ],
)
def test_mask_when_a_field_is_called_like_a_header(text: str) -> None:
    """Text about a field with such a name stays."""
    assert Redactor([TOKEN]).mask(text) == text


def test_mask_when_a_secret_stands_in_an_address() -> None:
    """The percent-encoded form is masked too."""
    masked = Redactor(["pass+word/1"]).mask("https://example.com/pass%2Bword%2F1/x=1")

    assert masked == "https://example.com/***/x=1"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('"https://h.example/a?sign=x&b=c" is no number', '"https://h.example/a?***" is no number'),
        ("(http://h.example?x) (HTTP://i.example/?a=b#c) end?", "(http://h.example?*** (HTTP://i.example/?*** end?"),
        ("see https://h.example/k/1/show#record=7, or not?", "see https://h.example/k/1/show#record=7, or not?"),
    ],
)
def test_mask_when_an_address_has_a_query(text: str, masked: str) -> None:
    """A query may give access, so it is masked; the rest of an address stays."""
    assert Redactor([]).mask(text) == masked


def test_mask_when_a_proxy_has_a_password_that_is_no_known_secret() -> None:
    """User names and passwords in addresses are masked even if they are not known secrets."""
    assert Redactor([]).mask("via http://joe:hunter2@proxy:3128/") == "via http://***@proxy:3128/"


def _hex(prefix: str, secret: str, spelling: str = "{:02x}") -> str:
    return "".join(prefix + spelling.format(ord(character)) for character in secret)


@pytest.mark.parametrize(
    "written",
    [
        str.lower,
        str.upper,
        str.swapcase,
        lambda secret: _hex("%", secret),
        lambda secret: _hex("%", secret, "{:02X}"),
        lambda secret: _hex("%25", secret),
        lambda secret: _hex("\\u00", secret),
        lambda secret: _hex("\\u00", secret, "{:02X}"),
        lambda secret: _hex("\\x", secret),
        lambda secret: "".join(f"&#{ord(character)};" for character in secret),
        lambda secret: "".join(f"&#x00{ord(character):X};" for character in secret),
        lambda secret: secret[:7] + _hex("%", secret[7:12]) + secret[12:].upper(),
        lambda secret: quote(base64.b64encode(b"a?>" + secret.encode() + b"z").decode(), safe=""),
    ],
)
def test_mask_when_a_token_is_written_in_another_way(written: Callable[[str], str]) -> None:
    """A token is masked in any letter case and with any characters escaped; the surrounding text is unchanged."""
    masked = Redactor([TOKEN]).mask(f"é 100% [{written(TOKEN)}] & \\n")

    assert "***" in masked
    assert masked.startswith("é 100% [")
    assert masked.endswith("] & \\n")
    for shown in (masked, masked.replace("%", "").replace("\\u00", "")):
        assert not [piece for piece in pieces(written(TOKEN), 12) if piece in shown.lower()]


@pytest.mark.parametrize("secret", [TOKEN, "hunter2hunter2", f"joe:{PASSWORD}"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_mask_when_a_secret_stands_in_base64(secret: str, encode: Callable[[bytes], bytes]) -> None:
    """At any offset and with or without padding, all but the outermost characters of the secret is masked."""
    places = itertools.product(["", "a", "ab", "abc", "user:pass:"], ["", "z", "zz"], ["=", ""])
    for before, after, padding in places:
        text = encode(f"{before}{secret}{after}".encode()).decode().replace("=", padding)
        masked = Redactor([secret]).mask(f"<{text}>")

        assert "***" in masked, text
        around = len(encode(before.encode())) + len(encode(after.encode()))
        assert len(masked) - len("<***>") <= around + len("x=="), text


@pytest.mark.parametrize(
    "written",
    [
        lambda secret: quote(secret, safe=""),
        lambda secret: quote(secret, safe="").lower(),
        quote,
        lambda secret: json.dumps(secret)[1:-1],
        lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape,
        lambda secret: html.escape(secret, quote=False),
        lambda secret: repr(secret)[1:-1],
        lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1],
    ],
)
def test_mask_when_a_password_has_to_be_escaped(written: Callable[[str], str]) -> None:
    """A password with characters that JSON, HTML or an address escapes is masked in its escaped forms."""
    masked = Redactor([PASSWORD]).mask(f"[{written(PASSWORD)}]")

    assert masked.endswith("***]")
    assert "ss" not in masked


def parts(text: str, least: int, most: int) -> list[str]:
    """Return every piece of a text with a length from ``least`` to ``most``."""
    lengths = range(least, most + 1)
    return [text[start : start + length] for length in lengths for start in range(len(text) - length + 1)]


def test_mask_when_the_text_was_cut_before() -> None:
    """Every piece of a token of eight characters or more is masked."""
    redactor = Redactor([OTHER, TOKEN])
    cut = parts(TOKEN.swapcase(), 8, len(TOKEN))

    assert [part for part in cut if redactor.mask(f"…{part}…") != "…***…"] == []


def test_mask_when_a_text_shares_a_few_characters_with_a_token() -> None:
    """Up to seven shared characters are treated as data."""
    redactor = Redactor([OTHER, TOKEN])

    assert [part for part in parts(TOKEN, 1, 7) if redactor.mask(f"-{part}-") != f"-{part}-"] == []


def test_mask_when_base64_was_cut_before() -> None:
    """Pieces of Base64 that contain eight characters of the token are masked."""
    redactor = Redactor([TOKEN])
    written = base64.b64encode(f"x{TOKEN}".encode()).decode()[2:-4]

    assert [part for part in parts(written, 11, 39) if redactor.mask(f"…{part}…") != "…***…"] == []


def test_mask_when_secrets_touch_and_overlap() -> None:
    """Overlapping secrets are masked once and completely."""
    both = TOKEN + OTHER

    assert Redactor([TOKEN, OTHER]).mask(f"<{both}>") == "<***>"
    assert Redactor([TOKEN, both]).mask(f"<{both}{both}> <{TOKEN}>") == "<***> <***>"
    assert Redactor([TOKEN, TOKEN[10:30]]).mask(f"<{TOKEN}>") == "<***>"
    assert Redactor([TOKEN[:30], TOKEN[20:]]).mask(f"<{TOKEN}>") == "<***>"


@given(st.text(), st.text(st.characters(codec="utf-8"), min_size=4, max_size=40), st.text())
def test_mask_leaves_no_secret(before: str, secret: str, after: str) -> None:
    """A masked text contains no secret, for any secret and surrounding text."""
    assert secret not in Redactor([secret]).mask(f"{before}{secret}{after}").replace("***", "")


@pytest.mark.parametrize(
    "text", ["", "plain", "100% & more \\", "%41%42 \\u0041 &amp; &#65;", "ＡＢＣ\ud800", TOKEN[:7]]
)
def test_mask_when_there_is_nothing_to_hide(text: str) -> None:
    """The same object is returned."""
    redactor = Redactor([TOKEN])

    assert redactor.mask(text) == text
    assert redactor.mask_data(text) is text
    assert not redactor.occurs_in(text)


def test_mask_data_when_a_server_filled_it() -> None:
    """Secrets are masked in texts, keys and numbers at every depth; everything else is unchanged."""
    number = 12345678901234567890
    data = {
        "record": {"code": {"value": [f"a {TOKEN} b", None, True, 1.5, ("x", TOKEN.lower())]}},
        f"key {TOKEN}": {"deep": [[{TOKEN: TOKEN}]]},
        "number": number,
        "other": [1, 2**63, "Authorization: kept", "http://user:kept@host/"],
    }

    assert Redactor([TOKEN, str(number)]).mask_data(data) == {
        "record": {"code": {"value": ["a *** b", None, True, 1.5, ["x", "***"]]}},
        "key ***": {"deep": [[{"***": "***"}]]},
        "number": "***",
        "other": [1, 2**63, "Authorization: kept", "http://user:kept@host/"],
    }


def test_mask_data_when_keys_become_alike() -> None:
    """Keys that become equal by masking keep all their values."""
    data = {TOKEN: 1, TOKEN.lower(): 2, "***": 3, TOKEN.upper(): 4}

    masked = Redactor([TOKEN]).mask_data(data)

    assert masked == {"***": 1, "*** (2)": 2, "*** (3)": 3, "*** (4)": 4}
    assert not [key for key in masked if shows(key)]


@pytest.mark.parametrize("data", [{"a": [1, "x"]}, [], {}, None, 7, ["\ud800"], {"a": float("nan")}, {1: object()}])
def test_mask_data_when_it_holds_no_secret(data: object) -> None:
    """The same object is returned, even if JSON cannot represent it."""
    assert Redactor([TOKEN]).mask_data(data) is data
    assert Redactor([]).mask_data(data) is data


def test_mask_data_when_it_cannot_be_written_as_json() -> None:
    """A lone surrogate or an unknown object beside a secret does not prevent masking."""
    assert Redactor([TOKEN]).mask_data({"a": "\ud800", "b": [TOKEN, ...]}) == {"a": "\ud800", "b": ["***", ...]}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 400_000,
        TOKEN[:8] * 50_000,
        f"{TOKEN}" * 10_000,
        "%2561" * 80_000,
        "\\" * 400_000,
        "&" * 400_000,
        "://a" * 100_000,
        "a://" + "b" * 400_000,
        "authorization:" * 30_000,
        TOKEN[4:9] * 80_000,
    ],
    ids=lambda text: text[:8],
)
@pytest.mark.time_limit(20)
def test_mask_when_the_text_is_huge(text: str) -> None:
    """The time grows linearly with the text; quadratic growth would take minutes."""
    assert not shows(Redactor([TOKEN, "a" * 40, OTHER]).mask(text))


def test_occurs_in_texts_bytes_and_data() -> None:
    """Texts, bytes and data are searched, and a redactor without secrets finds nothing."""
    redactor, nobody = Redactor([OTHER, TOKEN]), Redactor([])

    for holds in (f"é {TOKEN}", f"é {TOKEN}".encode(), f"\ud800 {TOKEN}"):
        assert redactor.occurs_in(holds)
        assert not nobody.occurs_in(holds)
    for data in ([TOKEN], ("x", TOKEN), {"a": {TOKEN: 1}}, {"a": [{"b": f"\ud800 {OTHER}"}]}):
        assert redactor.occurs_in_data(data)
        assert not nobody.occurs_in_data(data)
    assert redactor.occurs_in_data({TOKEN[4:20]: 1})
    assert not redactor.occurs_in_data([TOKEN[:7], TOKEN[7:14]])


@pytest.mark.parametrize("text", [TOKEN, f"https://{TOKEN}/", f"{TOKEN},{OTHER}", TOKEN.lower(), "0" * 24])
def test_looks_like_a_token(text: str) -> None:
    """A run of this many letters and digits counts as a key."""
    assert looks_like_a_token(text)


@pytest.mark.parametrize("text", ["", "example.cybozu.com", "a" * 23, "kintone_guest_space_id is wrong", "ａ" * 40])
def test_looks_like_no_token(text: str) -> None:
    """Names, hosts and sentences do not count as keys."""
    assert not looks_like_a_token(text)


def test_redactor_when_printed_or_pickled() -> None:
    """The redactor does not reveal its secrets."""
    redactor = Redactor([SECRET])

    assert f"{redactor!r} {redactor}" == "Redactor() Redactor()"
    with pytest.raises(TypeError):
        pickle.dumps(redactor)


def test_truncate_when_the_value_is_long() -> None:
    """A long value is cut, and its length is stated."""
    assert truncate("x" * 1000, 10) == "xxxxxxxxxx… (1000 characters)"
    assert truncate("short", 10) == "short"


def _ways_to_write(token: str) -> list[str]:
    return [
        token,
        token.lower(),
        f"{token[:15]}…",
        f"…{token[-8:]}",
        f"…{token[12:27]}…",
        _hex("%", token),
        _hex("%25", token),
        token[:20] + _hex("%", token[20:]),
        "".join(f"%{ord(each):02x}" if place % 5 == 0 else each for place, each in enumerate(token)),
        _hex("\\u00", token),
        _hex("\\\\u00", token),
        _hex("\\x", token),
        "".join(f"&#{ord(each)};" for each in token),
        "".join(f"&amp;#x{ord(each):x};" for each in token),
        *(base64.b64encode(b"x" * before + token.encode()).decode() for before in range(3)),
        quote(base64.b64encode(token.encode()).decode(), safe=""),
        token.encode().hex(),
        f"0x{token.encode().hex().upper()}00",
    ]


@pytest.mark.parametrize("written", _ways_to_write(TOKEN))
def test_may_occur_in_when_json_holds_a_secret(written: str) -> None:
    """Whatever form of a secret masking finds, the check of its JSON finds too, in values and in keys."""
    redactor = Redactor([OTHER, TOKEN])

    assert redactor.mask_data({"a": written}) != {"a": written}
    assert redactor.may_occur_in(json.dumps([{"a": f"é {written} x"}], ensure_ascii=False).encode())
    assert redactor.may_occur_in(json.dumps([{written: "b"}]).encode())


@pytest.mark.parametrize(
    "text", ["", "plain words", 'a\nb\t"c" \\ d', "https://h/?q=%E3%81%82%20b", "<b>&lt;&amp;&#39;</b>", TOKEN[3:10]]
)
def test_may_occur_in_when_json_holds_none(text: str) -> None:
    """Ordinary records need no further search."""
    assert not Redactor([OTHER, TOKEN]).may_occur_in(json.dumps([{"a": text}], ensure_ascii=False).encode())


def test_may_occur_in_when_a_secret_may_be_escaped() -> None:
    """If JSON may escape the secret, nothing is ruled out."""
    assert Redactor([PASSWORD]).may_occur_in(json.dumps([PASSWORD]).encode())
    assert not Redactor([]).may_occur_in(b"[]")
