"""Masking what must not be read."""

import pickle

import pytest

from kintone.access.redaction import Redactor, truncate

SECRET = "s3cr3t" * 6


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
    """The secret is masked wherever it stands, and what stands around it stays."""
    masked = Redactor([SECRET]).mask(text)

    assert SECRET not in masked
    assert "***" in masked


def test_mask_when_there_are_several_secrets_and_one_stands_twice() -> None:
    """Each occurrence of each of them goes, and nothing else."""
    first, second = "a1b2c3d4e5", "z9y8x7w6v5"
    text = f"{first}, then {second}, then {first} again"

    assert Redactor([first, second]).mask(text) == "***, then ***, then *** again"


@pytest.mark.parametrize("reverse", [False, True])
def test_mask_when_one_secret_begins_another(*, reverse: bool) -> None:
    """The longer one leaves no end behind, in whatever order they were given."""
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
    ],
)
def test_mask_when_a_header_holds_a_token_that_the_call_does_not_know(text: str) -> None:
    """What such a header holds is secret whoever put it there; the line behind it stays."""
    masked = Redactor([]).mask(f"{text}\nnext line")

    assert "unknown123" not in masked
    assert masked.endswith("***\nnext line")


def test_mask_when_a_secret_stands_in_an_address() -> None:
    """The form that it takes there is as secret."""
    masked = Redactor(["pass+word/1"]).mask("https://example.com/?q=pass%2Bword%2F1&x=1")

    assert masked == "https://example.com/?q=***&x=1"


def test_mask_when_a_proxy_has_a_password_that_is_no_known_secret() -> None:
    """User names and passwords in addresses are masked even when nobody told about them."""
    assert Redactor([]).mask("via http://joe:hunter2@proxy:3128/") == "via http://***@proxy:3128/"


def test_redactor_when_printed_or_pickled() -> None:
    """The one who masks shows no secret itself."""
    redactor = Redactor([SECRET])

    assert SECRET not in f"{redactor!r}{redactor}"
    with pytest.raises(TypeError):
        pickle.dumps(redactor)


def test_truncate_when_the_value_is_long() -> None:
    """A long value is cut and its length told."""
    assert truncate("x" * 1000, 10) == "xxxxxxxxxx… (1000 characters)"
    assert truncate("short", 10) == "short"
