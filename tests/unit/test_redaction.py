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
