"""Answers of servers in front of kintone: which lock is meant, and advice that names only what is not given yet."""

from collections.abc import Mapping

import pytest

from kintone.access.challenges import methods_of
from kintone.access.site_keys import SiteKeys
from kintone.errors import AuthenticationError, KintoneError
from kintone.front_pages import meaning_of
from kintone.replies import Reply, not_json
from tests.unit.test_replies import READING

BASIC = {"WWW-Authenticate": 'Basic realm="cybozu.com"'}
PAGE = b"<html><body>denied</body></html>"
NO_CERTIFICATE = b"<html>\r\n<center>No required SSL certificate was sent</center>\r\n</html>"
BAD_CERTIFICATE = b"<html>\r\n<center>The SSL certificate error</center>\r\n</html>"
TO_SECURE_HOST = b'<html><a href="https://example.s.cybozu.com/k/">client certificate</a></html>'

OPEN = SiteKeys(host="example.cybozu.com")
WITH_BASIC = SiteKeys(host="example.cybozu.com", has_basic_auth=True)
SECURE = SiteKeys(host="example.s.cybozu.com", is_secure_access=True)
WITH_CERTIFICATE = SiteKeys(host="example.s.cybozu.com", is_secure_access=True, has_certificate=True)
OTHER_SITE = SiteKeys(host="other.cybozu.com", is_other_site=True)
BEHIND_PROXY = SiteKeys(host="kintone.corp.example", is_official=False)

BASIC_PARAMETERS = ("kintone_basic_auth_user", "kintone_basic_auth_password")
CERTIFICATE = "kintone_client_certificate"


def told(
    status: int, keys: SiteKeys, body: bytes = PAGE, headers: Mapping[str, str] | None = None
) -> tuple[type[KintoneError], str]:
    """Return the class of the error and what is told."""
    meaning = meaning_of(status, headers or {}, body, keys)
    return meaning.error, f"{meaning.problem} · {meaning.remedy}"


def test_basic_authentication_that_is_not_given_is_to_be_filled_in() -> None:
    """Both parameters are named, and the other way: the address of Dify's server."""
    error, text = told(401, OPEN, headers=BASIC)

    assert error is AuthenticationError
    assert all(f"fill in {name}" in text or f"and {name}" in text for name in BASIC_PARAMETERS)
    assert "IP address" in text


def test_basic_authentication_that_is_given_is_wrong() -> None:
    """User or password are to be corrected, not filled in."""
    _, text = told(401, WITH_BASIC, headers=BASIC)

    assert all(name in text for name in BASIC_PARAMETERS)
    assert "correct" in text
    assert "fill in" not in text


def test_basic_authentication_of_another_site_needs_a_credential_of_its_own() -> None:
    """A call to another site than the credential's never brings it, whatever the credential holds."""
    _, text = told(401, OTHER_SITE, headers=BASIC)

    assert "credential of its own" in text
    assert "fill in" not in text


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("keys", "named", "not_named"),
    [
        (OPEN, (*BASIC_PARAMETERS, CERTIFICATE, ".s."), ()),
        (WITH_BASIC, (CERTIFICATE, ".s."), BASIC_PARAMETERS),
        (SECURE, (CERTIFICATE,), ("example.s.cybozu.com", *BASIC_PARAMETERS)),
        (WITH_CERTIFICATE, ("client certificate",), (CERTIFICATE, *BASIC_PARAMETERS)),
        (OTHER_SITE, ("credential of its own",), (CERTIFICATE, *BASIC_PARAMETERS)),
        (BEHIND_PROXY, (*BASIC_PARAMETERS, CERTIFICATE), ()),
    ],
)
def test_refusal_without_a_word_names_the_address_and_what_is_not_given(
    keys: SiteKeys, named: tuple[str, ...], not_named: tuple[str, ...], status: int
) -> None:
    """A limit of IP addresses is a possibility; of the three ways in, those that the credential has are left out."""
    error, text = told(status, keys)

    assert error is AuthenticationError
    assert "IP address of the Dify server" in text
    assert str(status) in text
    assert [word for word in named if word not in text] == []
    assert [word for word in not_named if word in text] == []


@pytest.mark.parametrize(("status", "body"), [(400, NO_CERTIFICATE), (496, PAGE), (496, NO_CERTIFICATE)])
def test_page_about_a_missing_certificate_depends_on_what_was_sent(status: int, body: bytes) -> None:
    """Nginx shows 496 as 400; without a certificate it is wanted, with one it did not count."""
    assert "wants a client certificate" in told(status, SECURE, body)[1]
    assert "refused the client certificate" in told(status, WITH_CERTIFICATE, body)[1]
    assert CERTIFICATE in told(status, SECURE, body)[1]


@pytest.mark.parametrize(("status", "body"), [(400, BAD_CERTIFICATE), (495, PAGE)])
def test_page_about_a_refused_certificate(status: int, body: bytes) -> None:
    """Nginx shows 495 as 400."""
    error, text = told(status, WITH_CERTIFICATE, body)

    assert error is AuthenticationError
    assert "refused the client certificate" in text


@pytest.mark.parametrize("status", [200, 401, 403])
def test_page_that_leads_to_secure_access_names_it(status: int) -> None:
    """The page of a host without ``.s.`` that proposes the other address tells that a certificate is wanted there."""
    error = not_json(READING, Reply(status, {}, TO_SECURE_HOST), OPEN)

    assert type(error) is AuthenticationError
    assert error.code == "ACCESS_DENIED"
    assert CERTIFICATE in str(error)
    assert ".s." in str(error)


@pytest.mark.parametrize(
    ("keys", "body"), [(SECURE, TO_SECURE_HOST), (BEHIND_PROXY, TO_SECURE_HOST), (OPEN, PAGE), (OTHER_SITE, PAGE)]
)
def test_other_pages_in_place_of_json_are_not_kintones(keys: SiteKeys, body: bytes) -> None:
    """A page at the address of Secure Access itself, or one that names no such address, tells nothing of it."""
    assert not_json(READING, Reply(200, {}, body), keys).code == "NOT_KINTONE"


def test_password_of_a_proxy_that_answers_in_place_of_kintone() -> None:
    """Such a 407 is not that of the proxy of the environment, where a password could be written."""
    error, text = told(407, OPEN)

    assert error is AuthenticationError
    assert "user:password@" not in text


@pytest.mark.parametrize(
    ("challenges", "methods"),
    [
        ("BASIC realm=x", {"basic"}),
        ("basic", {"basic"}),
        ('Digest realm="a, Basic b", nonce="q\\"r, Basic x"', {"digest"}),
        ('Negotiate, NTLM,Basic realm="a"', {"negotiate", "ntlm", "basic"}),
        ('Digest realm="a", Basic realm="b", charset="UTF-8"', {"digest", "basic"}),
        ("Negotiate dG9rZW4=, Basic", {"negotiate", "basic"}),
        ('Bearer error="Basic"', {"bearer"}),
        ("Bearer basic=1", {"bearer"}),
        ('Basic realm = "a"', {"basic"}),
        ("", set()),
    ],
)
def test_methods_of_challenges(challenges: str, methods: set[str]) -> None:
    """Several challenges stand in one value, commas in quotes separate none, and case does not matter."""
    assert methods_of(challenges) == methods
