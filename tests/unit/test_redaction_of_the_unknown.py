"""Masking of unknown secrets in headers and addresses, by their position."""

import pytest

from kintone.access.redaction import Redactor, looks_like_a_token, truncate

MASK = Redactor([]).mask
QUOTES = "\"'"


@pytest.mark.parametrize("name", ["X-Cybozu-API-Token", "x-cybozu-authorization", "X-CYBOZU-AUTHORIZATION"])
@pytest.mark.parametrize("between", [":", "=", ": ", " : ", "  =  ", "': '", '": "', '" = "', "':\t"])
def test_header_of_kintone_is_masked_to_the_end_of_its_line(name: str, between: str) -> None:
    """All tokens of the header are masked; the text before it and other lines stay."""
    for end in ("\n", "\r\n", "\r"):
        masked = MASK(f"sent {name}{between}a1, b2 c3{end}next")

        assert masked == f"sent {name}{between.rstrip(QUOTES)}***{end}next"


@pytest.mark.parametrize("scheme", ["Basic", "Bearer", "DIGEST", "negotiate", "token"])
@pytest.mark.parametrize("between", [":", "=", ": ", " : ", "':'", '": "', "  =  "])
def test_header_of_http_is_masked(scheme: str, between: str) -> None:
    """The scheme (RFC 9110, 11) and the word after it are masked."""
    for blanks in (" ", "  "):
        masked = MASK(f"[Authorization{between}{scheme}{blanks}zz9 rest")

        assert masked == f"[Authorization{between}*** rest"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: 0123456789abcdef rest", "Authorization: *** rest"),
        ("Authorization: 0123456789abcde rest", "Authorization: 0123456789abcde rest"),
        ("{'Authorization': '0123456789abcdef', 'a': 1}", "{'Authorization': '***', 'a': 1}"),
        ('{"Authorization": "0123456789abcdef", "a": 1}', '{"Authorization": "***", "a": 1}'),
        ("Authorization: basics zz", "Authorization: basics zz"),
        ("Reauthorization: basic zz", "Reauthorization: basic zz"),
        ("my-cybozu-api-token: is required", "my-cybozu-api-token: is required"),
        ("Proxy-Authorization: basic zz", "Proxy-Authorization: ***"),
        ("authorization basic zz", "authorization basic zz"),
    ],
)
def test_header_of_http_is_masked_if_its_value_may_be_a_key(text: str, masked: str) -> None:
    """Sixteen characters without a blank are a key, a quote ends them, and other words stay."""
    assert MASK(text) == masked


@pytest.mark.parametrize("quote", ['"', "'", "<", ">", " ", "\n"])
def test_query_of_an_address_ends_where_the_address_ends(quote: str) -> None:
    """A quote, an angle bracket or a blank ends the address."""
    assert MASK(f"https://h.example/a?x=1{quote}b?c") == f"https://h.example/a?***{quote}b?c"
    assert MASK(f"https://h.example/a{quote}b?c=1") == f"https://h.example/a{quote}b?c=1"
    assert MASK(f"https://h.example/a?{quote}b") == f"https://h.example/a?{quote}b"


def test_question_mark_after_other_text() -> None:
    """Paths and words with slashes are unchanged."""
    assert MASK("see a//b?c=1 and d:/e?f") == "see a//b?c=1 and d:/e?f"


def test_query_may_hold_another_address() -> None:
    """The whole query is masked, and so is the query of a second address."""
    assert MASK("http://a.example/?u=http://b.example/?c=d http://e.example?f") == (
        "http://a.example/?*** http://e.example?***"
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("http://joe:pw@proxy/ and http://ann@h.example", "http://***@proxy/ and http://***@h.example"),
        ("http://h.example/a@b", "http://h.example/a@b"),
        ("http://h.example me@b.example", "http://h.example me@b.example"),
        ("http://h.example\nme@b.example", "http://h.example\nme@b.example"),
        ("http://joe:p@ss@proxy", "http://***@proxy"),
        ("http://joe:p@s:s@proxy:3128/a@b", "http://***@proxy:3128/a@b"),
        ("http://joe@proxy?a@b http://joe@proxy#a@b", "http://***@proxy?*** http://***@proxy#a@b"),
        ("http://h.example?a@b", "http://h.example?***"),
        ("http://h.example#a@b", "http://h.example#a@b"),
        ("joe:pw@proxy", "joe:pw@proxy"),
        ("http://@proxy/", "http://@proxy/"),
        ("see a//b@c and d:/e@f", "see a//b@c and d:/e@f"),
    ],
)
def test_user_of_an_address(text: str, masked: str) -> None:
    """User name and password are masked between the slashes and the last @ before a path only (RFC 3986, 3.2)."""
    assert MASK(text) == masked


@pytest.mark.parametrize("letters", ["abcxyz", "ABCXYZ", "012789"])
def test_letters_and_digits_that_look_like_a_token(letters: str) -> None:
    """A run of 24 letters and digits counts as a token, and one of 23 does not."""
    assert looks_like_a_token(f"- {letters * 4} -")
    assert not looks_like_a_token(f"- {(letters * 4)[:-1]} -")


@pytest.mark.parametrize(("secret", "is_masked"), [("abc", False), ("abcd", True)])
def test_secret_of_a_few_characters(secret: str, is_masked: bool) -> None:  # noqa: FBT001 - a row
    """Secrets of four characters are masked; shorter ones would match ordinary words."""
    assert (Redactor([secret]).mask(f"<{secret}>") == "<***>") is is_masked


@pytest.mark.parametrize("number", [10_000_000, -12_345_678, 99_999_999.0, 10**255, 10**4_000])
def test_number_whose_digits_are_a_secret(number: float) -> None:
    """A JSON number with eight digits or more may be a token."""
    redactor = Redactor([str(number).lstrip("-")])

    assert "***" in str(redactor.mask_data({"a": [number]})["a"][0])
    assert redactor.occurs_in_data({"a": [number]})


def test_number_that_is_no_secret() -> None:
    """A short number is unchanged, and so is one too long for Python to convert to text."""
    for number in (9_999_998, 10**5_000, -(10**5_000), float("inf"), float("nan"), True, None):
        alone, beside = {"a": [number]}, {"a": [number], "b": "9999999!"}

        assert Redactor(["9999999"]).mask_data(alone) is alone
        assert Redactor(["9999999"]).mask_data(beside)["a"] is beside["a"]


def test_truncate_without_a_length() -> None:
    """The default length is 500 characters."""
    assert truncate("x" * 500) == "x" * 500
    assert truncate("x" * 501) == f"{'x' * 500}… (501 characters)"
