"""Masking of secrets with escaped characters: each character in each kind of escape."""

import base64
import html
import json
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.access.redaction import Redactor

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
PRINTABLE = LETTERS_AND_DIGITS + string.punctuation
CONTROLS = "\0\t\n\r\x1f\x7f"
OTHER_SCRIPTS = "éߊあ\uffee\U00010000\U000503ff\U0009f511\U000e0141\U0010fffd"


def percent(character: str) -> str:
    """Write a character as an address does (RFC 3986, 2.1)."""
    return "".join(f"%{byte:02x}" for byte in character.encode())


def utf_16(character: str) -> str:
    """Write a character as JSON may (RFC 8259, 7)."""
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def in_bytes(character: str) -> str:
    """Write a character as Python does in bytes."""
    return f"\\x{ord(character):02x}" if character.isascii() else character


WAYS: list[Callable[[str], str]] = [
    percent,
    lambda character: percent(character).upper(),
    utf_16,
    lambda character: utf_16(character).replace("\\u", "\\U").upper().replace("\\U", "\\u"),
    in_bytes,
    lambda character: f"&#{ord(character)};",
    lambda character: f"&#{ord(character)}",
    lambda character: f"&#x{ord(character):x};",
    lambda character: f"&#X{ord(character):X}",
    lambda character: f"&#00000000{ord(character)};",
    lambda character: f"&#x00000000{ord(character):x};",
]


@pytest.mark.parametrize("write", WAYS)
def test_mask_when_one_character_is_escaped(write: Callable[[str], str]) -> None:
    """The secret is masked whichever character is escaped, and the surrounding text stays."""
    missed = {
        character
        for character in PRINTABLE + OTHER_SCRIPTS
        if Redactor([f"pw-{character}-9z"]).mask(f"[pw-{write(character)}-9z]") != "[***]"
    }

    assert not missed


@pytest.mark.parametrize("place", range(12))
def test_mask_when_a_text_is_nothing_but_an_escaped_secret(place: int) -> None:
    """The first and the last character are masked too, if they are escaped."""
    secret = "qXkvLmzRtYhp"
    for write in WAYS:
        assert Redactor([secret]).mask(f"{secret[:place]}{write(secret[place])}{secret[place + 1 :]}") == "***"


@pytest.mark.parametrize("character", ['"', "'", "/", "\\"])
def test_mask_when_a_character_is_escaped_with_a_backslash(character: str) -> None:
    """JSON, JavaScript and Python escape quotes, slashes and backslashes with a backslash."""
    assert Redactor([f"pw-{character}-9z"]).mask(f"[pw-\\{character}-9z]") == "[***]"


@pytest.mark.parametrize(
    ("character", "written"),
    [
        ("&", "&amp;"),
        ("&", "&amp"),
        ("&", "&AMP;"),
        ("<", "&lt;"),
        ("<", "&lt"),
        (">", "&gt;"),
        (">", "&gt"),
        ('"', "&quot;"),
        ('"', "&quot"),
        ("'", "&apos;"),
    ],
)
def test_mask_when_a_character_has_a_name_in_html(character: str, written: str) -> None:
    """Browsers accept most of the names without a semicolon too."""
    assert Redactor([f"pw-{character}-9z"]).mask(f"[pw-{written}-9z]") == "[***]"


@pytest.mark.parametrize("first", WAYS[:1] + WAYS[2:3] + WAYS[5:6])
@pytest.mark.parametrize("second", WAYS[:1] + WAYS[2:3] + WAYS[5:6])
@pytest.mark.parametrize("third", [json.dumps, html.escape, lambda text: text.replace("%", "%25")])
def test_mask_when_escapes_are_escaped_again(
    first: Callable[[str], str], second: Callable[[str], str], third: Callable[[str], str]
) -> None:
    """Three kinds of escapes may be nested, as in a page with JSON with an address."""
    secret = "qX7vLm2RtY9p"
    once = "".join(map(first, secret))
    twice = "".join(map(second, once))

    assert Redactor([secret]).mask(f"[{third(twice).strip(chr(34))}]") == "[***]"


def test_may_occur_in_when_only_one_character_is_percent_encoded() -> None:
    """Frequent escapes leave no long piece of the secret unescaped."""
    missed = set()
    for character in LETTERS_AND_DIGITS + "-._~+/=":
        text = json.dumps([{"a": f"é {percent(character)}{f'qX7{percent(character)}' * 9} x"}])
        if not Redactor([character + f"qX7{character}" * 9]).may_occur_in(text.encode()):
            missed.add(character)

    assert not missed


@pytest.mark.parametrize("character", "_~")
def test_may_occur_in_when_a_key_with_other_characters_is_escaped(character: str) -> None:
    """Unescaped other characters between percent-encoded letters do not end a piece."""
    secret = f"{character}qX7" * 10

    assert Redactor([secret]).may_occur_in(json.dumps([secret.replace("q", "%71")]).encode())


def test_may_occur_in_when_slashes_are_escaped() -> None:
    """JSON may write them with a backslash, which JSON around it doubles."""
    secret = "qX7/" * 8

    assert Redactor([secret]).may_occur_in(json.dumps([secret.replace("/", "\\/")]).encode())


@pytest.mark.parametrize("mark", ["&", "#", "%", "\\"])
def test_may_occur_in_when_the_mark_of_an_escape_is_percent_encoded(mark: str) -> None:
    """The first character of another escape may be percent-encoded."""
    secret = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
    escaped = "".join(
        f"\\u00{ord(each):x}" if mark == "\\" else percent(each) if mark == "%" else f"&#{ord(each)};"
        for each in secret
    )
    text = escaped.replace(mark, percent(mark))

    assert Redactor([secret]).mask_data(text) != text
    assert Redactor([secret]).may_occur_in(json.dumps([text]).encode())


@pytest.mark.parametrize("times", range(1, 4))
@pytest.mark.parametrize("letter", ["u00", "x"])
def test_may_occur_in_when_backslashes_are_doubled(times: int, letter: str) -> None:
    """Each level of JSON within JSON doubles them."""
    secret = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
    text = "".join(f"\\{letter}{ord(each):02x}" for each in secret)
    for _ in range(times):
        text = json.dumps(text)[1:-1]

    assert Redactor([secret]).may_occur_in(f'["{text}"]'.encode())


@pytest.mark.parametrize("start", range(26))
def test_may_occur_in_finds_every_piece_of_fifteen_characters(start: int) -> None:
    """A piece of fifteen characters is found at any position, and one of seven is not searched for."""
    secret = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
    redactor = Redactor([secret])

    assert redactor.may_occur_in(f'["-{secret[start : start + 15]}-"]'.encode())
    assert not redactor.may_occur_in(f'["-{secret[start : start + 7]}-"]'.encode())


def test_mask_when_base64_holds_seven_characters_of_a_token() -> None:
    """Base64 with only seven characters of the token is treated as data."""
    secret = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
    written = base64.b64encode(secret.encode()).decode()
    redactor = Redactor([secret])

    for start in range(len(written) - 10):
        assert redactor.mask(f"-{written[start : start + 10]}-") == f"-{written[start : start + 10]}-"


@pytest.mark.parametrize("character", "._~+/=-")
def test_mask_when_a_key_has_other_characters_than_letters(character: str) -> None:
    """Every piece of eight characters of such a key, as other services have them, is masked."""
    secret = f"qX7vLm2RtY9p{character}Kd4WzB8nHc6J"
    redactor = Redactor([secret])

    for start in range(len(secret) - 8):
        assert redactor.mask(f"<{secret[start : start + 8]}>") == "<***>"


@pytest.mark.parametrize(("length", "is_key"), [(23, False), (24, True)])
def test_mask_when_a_secret_is_long_enough_for_a_key(length: int, is_key: bool) -> None:  # noqa: FBT001 - a row
    """Pieces are masked of secrets from 24 characters; a piece of a password may be a word."""
    secret = "qX7vLm2RtY9pKd4WzB8nHc6J"[:length]

    assert Redactor([secret]).mask(f"<{secret}>") == "<***>"
    assert (Redactor([secret]).mask(f"<{secret[4:16]}>") == "<***>") is is_key


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\ud800\\u0041", "&#xd800;", "&#55296"])
def test_mask_when_an_escaped_lone_surrogate_is_beside_a_secret(half: str) -> None:
    """An escaped lone surrogate does not prevent masking."""
    assert Redactor(["pw-qx-9z"]).mask(f"{half}-pw-%71x-9z{half}") == f"{half}-***{half}"


@pytest.mark.parametrize("write", [percent, utf_16, in_bytes])
def test_mask_when_a_control_character_is_escaped(write: Callable[[str], str]) -> None:
    """A list of tokens may have line ends, which no address and no JSON holds as they are."""
    for character in CONTROLS:
        assert Redactor([f"pw-{character}-9z"]).mask(f"[pw-{write(character)}-9z]") == "[***]"


def test_mask_when_a_blank_is_written_as_in_a_form() -> None:
    """A form and the query of an address write it as a plus (HTML, application/x-www-form-urlencoded)."""
    assert Redactor(["pw 12%&"]).mask("[pw+12%25%26] [pw%2012%25%26]") == "[***] [***]"


@pytest.mark.parametrize("number", ["9" * 5_000, "x" + "f" * 5_000, "0" * 5_000 + "113", "x" + "0" * 5_000 + "71"])
def test_mask_when_the_number_of_a_character_is_long(number: str) -> None:
    """What is no character, and what Python refuses to read, hides no secret beside it."""
    assert Redactor(["pw-qx-9z"]).mask(f"&#{number};-pw-%71x-9z").endswith(";-***")


@pytest.mark.parametrize(("times", "is_found"), [(3, True), (4, False)])
def test_mask_when_a_secret_was_escaped_often(times: int, is_found: bool) -> None:  # noqa: FBT001 - a row
    """Three times at most; a text that seems escaped without end costs no more work than that."""
    text = "pw-qx-9z".replace("q", f"%{'25' * (times - 1)}71")

    assert (Redactor(["pw-qx-9z"]).mask(text) == "***") is is_found


@pytest.mark.parametrize(("times", "is_found"), [(3, True), (4, False)])
def test_may_occur_in_when_a_secret_was_escaped_often(times: int, is_found: bool) -> None:  # noqa: FBT001 - a row
    """The same secrets are found as by masking, and JSON doubles the backslashes of an escape once more."""
    secret = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
    text = "".join(f"\\u00{ord(each):x}" for each in secret)
    for _ in range(times - 1):
        text = json.dumps(text)[1:-1]

    assert (Redactor([secret]).mask_data(text) != text) is is_found
    assert Redactor([secret]).may_occur_in(json.dumps([text]).encode()) is is_found


PLAIN_OR_ESCAPED = st.sampled_from([str, *WAYS, lambda character: html.escape(percent(character).replace("%", "%25"))])


@given(st.lists(st.tuples(st.sampled_from(LETTERS_AND_DIGITS + "-._~+/="), PLAIN_OR_ESCAPED), min_size=8, max_size=40))
def test_may_occur_in_agrees_with_masking(characters: list[tuple[str, Callable[[str], str]]]) -> None:
    """Whichever characters of a secret are escaped in whichever way, what masking finds in a record is suspected."""
    redactor = Redactor(["".join(character for character, _ in characters)])
    text = "".join(write(character) for character, write in characters)

    assert redactor.may_occur_in(json.dumps([text]).encode()) or redactor.mask_data(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("-aaaaaabcd-", "-a***-"),
        ("bcdefgh01-aaaa", "***-aaaa"),
        ("aaabcdefgha", "***a"),
        ("aaaabcdefgha", "***a"),
    ],
)
def test_mask_when_a_piece_looks_like_the_text_beside_it(text: str, masked: str) -> None:
    """A character that the secret repeats, beside a piece or at the other end of the text, belongs to no piece."""
    assert Redactor(["aaaaabcdefgh0123456789ijkl"]).mask(text) == masked


@pytest.mark.parametrize(("secret", "is_masked"), [("xK2vLm9", False), ("xK2vLm9q", True)])
def test_mask_when_base64_of_a_short_secret_stands_in_a_text(secret: str, is_masked: bool) -> None:  # noqa: FBT001
    """From eight characters on, the least that a token has; less of base64 is found in every other text."""
    text = base64.b64encode(secret.encode()).decode()

    assert ("***" in Redactor([secret]).mask(f"<{text}>")) is is_masked


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("size", range(8, 14))
def test_mask_takes_the_characters_of_base64_that_depend_on_a_secret_alone(before: int, size: int) -> None:
    """Each stands for six bits (RFC 4648, 4); those that lie within the secret go, and no other."""
    secret = "xK2vLm9qR7tYp"[:size]
    written = base64.b64encode(b"?" * before + secret.encode() + b"??").decode()
    inside = [at for at in range(len(written)) if 8 * before <= 6 * at and 6 * at + 6 <= 8 * (before + size)]

    assert Redactor([secret]).mask(written) == f"{written[: inside[0]]}***{written[inside[-1] + 1 :]}"


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("correct-horse", "orrect-horse"),
        ("correct-horse", "correct-hors"),
        ("correct horse battery staple", "a correct horse"),
    ],
)
def test_mask_when_a_text_holds_words_of_a_password(secret: str, text: str) -> None:
    """They are words; only of a key every piece is masked."""
    assert Redactor([secret]).mask(text) == text


def test_may_occur_in_when_a_secret_was_cut() -> None:
    """Its first and last eight characters are suspected, and the first sixteen of base64."""
    secret = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
    redactor = Redactor([secret])

    for text in (secret[:8], secret[-8:], base64.b64encode(secret.encode()).decode()[:16]):
        assert redactor.may_occur_in(f'["{text}"]'.encode())


@pytest.mark.parametrize("size", [16, 17, 24, 39])
def test_hexadecimal_digits_that_were_cut(size: int) -> None:
    """Pieces that hold eight characters of the secret are masked, those of fewer are data."""
    digits = b"qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S".hex().upper()
    redactor = Redactor(["qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"])

    for start in range(0, len(digits) - size, 2):
        assert redactor.mask(f"…{digits[start : start + size]}…") == "…***…"
        assert redactor.mask(f"…{digits[start : start + 15]}…") == f"…{digits[start : start + 15]}…"
