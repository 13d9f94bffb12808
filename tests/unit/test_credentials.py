"""Reading of tokens and numbers before any request is made."""

import copy
import pickle

import pytest

from kintone.access import credentials
from kintone.access.credentials import MAX_TOKEN_LIST, Access, Tokens, read_positive_number, secrets_in
from kintone.access.settings import Origin
from kintone.access.sites import Site
from kintone.errors import InvalidParameterError

FIRST = "a1" * 20
SECOND = "b2" * 20


@pytest.mark.parametrize(
    "given",
    [
        f"{FIRST},{SECOND}",
        f" {FIRST}, {SECOND}\n",
        f"\r\n{FIRST}\r\n,\t{SECOND} ",
        f"{FIRST},{SECOND},",
        f"{FIRST},{SECOND},{FIRST}",
        f"{FIRST}\n{SECOND}",
        f"{FIRST}\r\n\r\n{SECOND}\r\n",
        f"{FIRST} {SECOND}",
        f"{FIRST}\t{SECOND}\u3000",
        f"{FIRST}，{SECOND}",
        f"{FIRST}、{SECOND}",
        f"\ufeff{FIRST}\u200b,{SECOND}",
        f"\u2060{FIRST}\u2060{SECOND}",
    ],
)
def test_tokens_when_copied_with_white_space(given: str) -> None:
    """Separators, a comma at the end and repeated tokens do not reach the header."""
    assert Tokens(given).header_value() == f"{FIRST},{SECOND}"


@pytest.mark.parametrize("given", ["", " ", ",", "tok€n", "abc-def", "a" * 257, f"{FIRST};{SECOND}", "x\0y"])
def test_tokens_when_they_cannot_be_tokens(given: str) -> None:
    """A text that cannot be a token is refused without being repeated."""
    with pytest.raises(InvalidParameterError, match="kintone_api_token") as refused:
        Tokens(given)

    assert len(given.strip(" ,")) < 2 or given not in str(refused.value)


def test_token_has_letters_of_both_cases_and_digits() -> None:
    """Kintone's tokens have them (https://cybozu.dev/ja/kintone/docs/rest-api/overview/authentication)."""
    token = "abcxyzABCXYZ0189"

    assert Tokens(token).header_value() == token
    assert secrets_in(f"({token})") == (f"({token})", token)


def test_refusal_names_the_parameter_of_the_tokens() -> None:
    """The parameter is kintone_api_token unless another name is given."""
    for given in ("", "tok€n123", "short", ",".join(f"{number}token12" for number in range(10))):
        with pytest.raises(InvalidParameterError, match=r"\bkintone_api_token\b"):
            Tokens(given)
        with pytest.raises(InvalidParameterError, match=r"\bthe_parameter\b"):
            Tokens(given, "the_parameter")


def test_refusal_gives_the_position_of_the_token() -> None:
    """Tokens are counted from 1."""
    for wrong in ("tok€n123", "short"):
        with pytest.raises(InvalidParameterError, match=r"\btoken 1\b"):
            Tokens(f"{wrong},{FIRST}")
        with pytest.raises(InvalidParameterError, match=r"\btoken 2\b"):
            Tokens(f"{FIRST},{wrong}")


@pytest.mark.parametrize(("filler", "is_found"), [(4_087, True), (4_088, False)])
def test_secrets_are_looked_for_in_the_first_4096_characters(filler: int, is_found: bool) -> None:  # noqa: FBT001 - a row
    """A token that ends within the first 4,096 characters is masked; a longer text cannot be a valid list of tokens."""
    assert ("tail1234" in secrets_in(f"{'x' * filler},tail1234")) is is_found


def test_token_of_the_maximum_length() -> None:
    """A token may have 256 characters; kintone's have 40 today."""
    assert Tokens("a" * 256).header_value() == "a" * 256


def test_tokens_when_there_are_ten() -> None:
    """Ten tokens are refused with kintone's maximum; nine are accepted."""
    ten = [f"{number}token12" for number in range(10)]

    assert len(Tokens(",".join(ten[:9]))) == 9
    with pytest.raises(InvalidParameterError, match=r"10 tokens.*at most 9"):
        Tokens(",".join(ten))


@pytest.mark.parametrize("between", [",", "\n", " ", "\r\n", "、"])
def test_tokens_when_there_are_ten_however_they_are_separated(between: str) -> None:
    """All separators count alike."""
    with pytest.raises(InvalidParameterError, match="10 tokens"):
        Tokens(between.join(f"{number}token12" for number in range(10)))


@pytest.mark.parametrize("short", ["a", "1234567", f"{FIRST},x1y2z3w", f"x1y2z3w\n{FIRST}"])
def test_tokens_when_one_is_too_short_to_be_masked(short: str) -> None:
    """A short token would also mask ordinary words, so it is refused; eight characters are enough."""
    with pytest.raises(InvalidParameterError, match="fewer than 8 characters") as refused:
        Tokens(short, "the_parameter")

    assert "the_parameter" in str(refused.value)
    assert not [part for part in ("1234567", "x1y2z3w", FIRST) if part in str(refused.value)]
    assert Tokens("12345678").header_value() == "12345678"


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        (f" {FIRST},{SECOND}\n", {f"{FIRST},{SECOND}", FIRST, SECOND, FIRST + SECOND}),
        (f"{FIRST}é", {f"{FIRST}é", FIRST}),
        (12345678, {"12345678"}),
        ("short", set()),
        (None, set()),
        (True, set()),
        ([FIRST], set()),
        (2**256 - 1, {str(2**256 - 1)}),
        (2**256, set()),
        (10**300, set()),
    ],
)
def test_secrets_of_a_token_parameter(given: object, secrets: set[str]) -> None:
    """The secrets are the text, its pieces and the pieces joined, as far as they can be masked."""
    assert set(secrets_in(given)) == secrets


def test_tokens_when_printed_or_pickled() -> None:
    """repr, str, format, copy and pickle do not reveal a token."""
    tokens = Tokens(FIRST)

    assert f"{tokens!r} {tokens} {[tokens]}" == "Tokens(1) Tokens(1) [Tokens(1)]"
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(tokens)


@pytest.mark.parametrize("given", [0, -1, "0", "-3", "", None])
def test_read_positive_number_when_it_is_not_positive(given: object) -> None:
    """Missing values and numbers below one are refused with the parameter's name."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] kintone_app_id "):
        read_positive_number(given, "kintone_app_id")


def test_read_positive_number_takes_one() -> None:
    """It is the least."""
    assert read_positive_number("1", "kintone_app_id") == 1


def test_read_positive_number_gives_an_example() -> None:
    """The example is 12 unless the caller gives another."""
    with pytest.raises(InvalidParameterError, match=r" 12$"):
        read_positive_number("x", "kintone_app_id")
    with pytest.raises(InvalidParameterError, match=r" 7$"):
        read_positive_number("x", "kintone_app_id", "7")


@pytest.mark.parametrize("text", ["a1b2c3d4" * 200_000, "a1b2c3d4," * 200_000, "," * 1_000_000])
def test_secrets_of_a_very_long_text_are_limited(text: str) -> None:
    """The number of secrets is limited to keep masking fast; the beginning of the text is still masked."""
    found = secrets_in(text)

    assert sum(map(len, found)) < 5 * MAX_TOKEN_LIST
    assert text.startswith(found[0][:8])


def test_digest_differs_for_each_access() -> None:
    """Site, path, guest space and tokens count, and what is the same has the same."""
    sites = [Site(Origin("https", "a.cybozu.com", 443), path) for path in ("", "/b")]
    tokens = [FIRST, SECOND, f"{FIRST},{SECOND}", f"{SECOND},{FIRST}"]
    digests = {
        Access(site, Tokens(each), space).digest() for site in sites for each in tokens for space in (None, 1, 2)
    }

    assert len(digests) == 2 * 4 * 3
    assert Access(sites[0], Tokens(FIRST), None).digest() in digests


def test_digest_does_not_reveal_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows no piece of one, and who guesses a token cannot check it without the key of this process."""
    access = Access(Site(Origin("https", "a.cybozu.com", 443)), Tokens(FIRST))
    digest = access.digest()
    monkeypatch.setattr(credentials, "_SALT", b"another key")

    assert FIRST[:8] not in digest
    assert access.digest() != digest
