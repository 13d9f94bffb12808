"""Basic authentication and client certificate of a stored credential: what they are read as, and where they go."""

import base64
import copy
import pickle
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from kintone.access.basic_auth import BasicAuth
from kintone.access.settings import OperatorSettings
from kintone.client import Access, KintoneClient, form_cache
from kintone.errors import InvalidParameterError
from kintone.forms.reading import FormKey
from local_kintone import LocalKintone
from tests.unit.certificate_samples import PASSWORD, Pair, in_base64
from tests.unit.form_samples import field, make_form
from tools.access import CREDENTIALS, read_access
from tools.declarations import declaration_of
from tools.failures import redactor_of
from tools.parameters import Parameters

USER, SECRET = "kintone_basic_auth_user", "kintone_basic_auth_password"
CERTIFICATE, CERTIFICATE_PASSWORD = "kintone_client_certificate", "kintone_client_certificate_password"
LOCKS = {USER, SECRET, CERTIFICATE, CERTIFICATE_PASSWORD}
STORED = {"kintone_domain": "example.s.cybozu.com", "kintone_app_id": "12", "kintone_api_token": "abc1234567890"}
PAIR = {USER: "sato", SECRET: "2026"}
PFX = {CERTIFICATE: in_base64(Pair.made("sato").pfx(PASSWORD)), CERTIFICATE_PASSWORD: PASSWORD}
PAGE = "<html>Your certificate is ready, kintone administrator</html>"
ORIGINS = "http://127.0.0.1:8001,https://127.0.0.1:8001,https://127.0.0.1:8002,https://proxy.example"


def access(stored: dict[str, Any], **given: object) -> Access:
    """Return the access of a call."""
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": ORIGINS})
    return read_access(STORED | stored, Parameters(given, CREDENTIALS), settings)


def sent(stored: dict[str, Any], **given: object) -> str | None:
    """Return the pair that is sent for Basic authentication, None without one."""
    basic = access(stored, **given).basic_auth
    return base64.b64decode(basic.header_value().removeprefix("Basic ")).decode() if basic else None


def refusal(stored: dict[str, Any], **given: object) -> str:
    """Return the sentence of a refusal, which shows no secret."""
    with pytest.raises(InvalidParameterError) as refused:
        access(stored, **given)
    text = str(refused.value)
    assert PASSWORD not in text
    assert PFX[CERTIFICATE][200:208] not in text
    return text


@pytest.mark.parametrize(
    ("user", "password", "pair"),
    [
        ("sato", "2026", "sato:2026"),
        (" sato\r\n", "2026\r\n", "sato:2026"),
        ("sato", " with blanks ", "sato: with blanks "),
        ("sato", "a:b:c", "sato:a:b:c"),
        ("佐藤", "pässwörd😀", "佐藤:pässwörd😀"),
        ("sato taro", "x", "sato taro:x"),
        (7, 2026, "7:2026"),
        (None, None, None),
        ("", "", None),
        ("  ", " \n", None),
    ],
)
def test_basic_authentication_as_it_is_read(user: object, password: object, pair: str | None) -> None:
    """White space around the user is left out, of the password line ends only; both go out as UTF-8."""
    assert sent({USER: user, SECRET: password}) == pair


@pytest.mark.parametrize(
    ("pair", "named"),
    [
        ({USER: "sato"}, SECRET),
        ({USER: "sato", SECRET: " "}, SECRET),
        ({SECRET: "hunter2hunter2"}, USER),
        ({USER: " ", SECRET: "hunter2hunter2"}, USER),
        ({USER: "sato:x", SECRET: "hunter2hunter2"}, "colon"),
        ({USER: "sa\nto", SECRET: "hunter2hunter2"}, USER),
        ({USER: "sato", SECRET: "hunter2\r\nhunter2"}, SECRET),
        ({USER: "sato", SECRET: "hunter2\u0085hunter2"}, SECRET),
        ({USER: "sato", SECRET: "hunter2\ud800hunter2"}, SECRET),
        ({USER: "sato", SECRET: "hunter2\0hunter2"}, SECRET),
    ],
)
def test_basic_authentication_that_is_refused(pair: dict[str, str], named: str) -> None:
    """One half, a colon in the user and control characters are refused with the parameter and without the password."""
    text = refusal(pair)

    assert named in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("stored", "other"),
    [
        ("example.s.cybozu.com", "other.s.cybozu.com"),
        ("example.s.cybozu.com", "example.cybozu.com"),
        ("example.s.cybozu.com", "example.s.kintone.com"),
        ("https://127.0.0.1:8001", "https://127.0.0.1:8002"),
        ("https://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("https://127.0.0.1:8001", "https://proxy.example"),
    ],
)
def test_locks_of_another_origin_are_not_opened(stored: str, other: str) -> None:
    """A call that goes to another scheme, host or port has neither password nor certificate, only its own token."""
    credential = {"kintone_domain": stored, **PAIR, **PFX}
    own = access(credential, kintone_domain=other, kintone_api_token="own1234567890")

    assert (own.basic_auth, own.certificate) == (None, None)
    assert access(credential).basic_auth is not None
    assert access(credential).certificate is not None


def test_locks_of_another_origin_are_not_even_read() -> None:
    """A wrong value of the credential does not stop a call that does not use it."""
    broken = {USER: "sato", CERTIFICATE: "broken"}

    assert access(broken, kintone_domain="other.cybozu.com", kintone_api_token="own1234567890").basic_auth is None


@pytest.mark.parametrize("domain", ["EXAMPLE.s.cybozu.com", "https://example.s.cybozu.com:443/k/12/", "", None])
@pytest.mark.parametrize("token", [None, "own1234567890"])
def test_locks_of_the_same_origin_are_opened(domain: str | None, token: str | None) -> None:
    """Another spelling of the domain, and a token of the call, change nothing."""
    read = access(PAIR | PFX, kintone_domain=domain, kintone_api_token=token)

    assert read.basic_auth is not None
    assert read.certificate is not None


@pytest.mark.parametrize("name", sorted(LOCKS))
def test_a_call_cannot_bring_its_own(name: str) -> None:
    """They are values of a credential only: no tool takes them, and what a call holds under their names is not read."""
    assert access({}, **{name: "x"}).basic_auth is None
    with pytest.raises(InvalidParameterError, match=name):
        declaration_of("kintone_query").refuse_unknown({name: "x"})


@pytest.mark.parametrize("host", ["example.cybozu.com", "example.kintone.com", "example.cybozu.cn"])
def test_certificate_for_a_host_that_asks_for_none(host: str) -> None:
    """The address of Secure Access is told."""
    sub, _, domain = host.partition(".")

    assert f"{sub}.s.{domain}" in refusal(PFX | {"kintone_domain": f"https://{host}/k/12/"})


@pytest.mark.parametrize("domain", ["example.s.kintone.com", "https://proxy.example", "https://127.0.0.1:8001"])
def test_certificate_for_secure_access_and_allowed_origins(domain: str) -> None:
    """Both may ask for one."""
    assert access(PFX | {"kintone_domain": domain}).certificate is not None


def test_certificate_stays_with_the_domain_of_the_credential() -> None:
    """Another base path of the same origin is another site: it gets the Basic authentication of the origin alone."""
    read = access(
        PAIR | PFX | {"kintone_domain": "https://proxy.example/a"},
        kintone_domain="https://proxy.example/b",
        kintone_api_token="own1234567890",
    )

    assert read.basic_auth is not None
    assert read.certificate is None


def test_password_of_a_certificate_without_one() -> None:
    """It is refused whatever else the credential holds."""
    assert CERTIFICATE in refusal({CERTIFICATE_PASSWORD: PASSWORD})
    assert CERTIFICATE in refusal({CERTIFICATE_PASSWORD: PASSWORD, CERTIFICATE: " \n"})


def test_certificate_that_has_expired_since_it_was_saved() -> None:
    """A call tells the date."""
    now = datetime.now(UTC)
    old = Pair.made("old", start=now - timedelta(days=365), end=now - timedelta(minutes=2))
    text = refusal({CERTIFICATE: in_base64(old.pfx())})

    assert text.startswith("[INVALID_INPUT]")
    assert f"{old.certificate.not_valid_after_utc:%Y-%m-%d %H:%M}" in text


def test_secrets_when_printed_or_pickled() -> None:
    """repr, str, format and pickle of an access show neither password, key nor pair."""
    read = access(PAIR | PFX)
    assert read.basic_auth is not None
    assert read.certificate is not None

    for holder in (read, read.basic_auth, read.certificate, [read], {"access": read}):
        text = f"{holder!r} {holder}"
        assert [part for part in ("2026", "c2F0bzoyMDI2", "PRIVATE", "MII") if part in text] == []
    for secret in (read, read.basic_auth, read.certificate, read.redactor()):
        for write in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                write(secret)


ACCESSES: tuple[dict[str, Any], ...] = (
    {},
    PAIR,
    PAIR | {USER: "suzuki"},
    PAIR | {SECRET: "2027"},
    {USER: "sato", SECRET: "2026:"},
    PFX,
    PFX | {CERTIFICATE: in_base64(Pair.made("sato").pfx(PASSWORD))},
    PAIR | PFX,
    {"kintone_guest_space_id": "3"},
    {"kintone_api_token": "abc1234567891"},
    {"kintone_domain": "https://proxy.example"},
    {"kintone_domain": "https://proxy.example/a"},
)
"""Credentials that differ in one part each."""


def test_digest_differs_with_each_part_of_a_credential() -> None:
    """Whatever differs leads to another key for connections and forms; the same credential has the same key."""
    assert len({access(each).digest() for each in ACCESSES}) == len(ACCESSES)
    assert [access(each).digest() for each in ACCESSES] == [access(each).digest() for each in ACCESSES]


def test_form_of_one_credential_is_not_shown_to_another() -> None:
    """A credential without the password of another never gets a form that was read with it."""
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": ORIGINS})
    form_of = {number: make_form(field("NUMBER", f"f{number}"), app="77") for number in range(len(ACCESSES))}
    clients = [KintoneClient(access(each), settings) for each in ACCESSES]
    try:
        for number, client in enumerate(clients):
            key = FormKey("77", client.access.digest())
            assert form_cache.form(key, partial(form_of.get, number)) is form_of[number]  # type: ignore[arg-type]
        assert [client.forms.read(77) for client in clients] == list(form_of.values())
        for client in clients:
            client.forms.drop(77)
            assert not client.forms.holds("77")
    finally:
        for client in clients:
            client.close()


def test_form_is_kept_for_the_same_credential() -> None:
    """Two calls of one credential share a form, and a dropped one is read again."""
    with LocalKintone(seed="demo") as site:
        settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": site.origin})
        stored = {"kintone_domain": site.url, "kintone_api_token": site.token(1, "view"), **PAIR}
        for credential in (stored, stored, stored | {SECRET: "2027"}):
            read = read_access(credential, Parameters({}, CREDENTIALS), settings)
            with KintoneClient(read, settings) as client:
                client.forms.read(1)
        assert len(site.requests) == 2


def test_masking_of_basic_authentication() -> None:
    """The pair is masked everywhere, the password alone in messages only, since it may be a year or a word."""
    redactor = redactor_of(STORED | {USER: " sato ", SECRET: "2026\n"}, {})
    encoded = base64.b64encode(b"sato:2026").decode()

    assert redactor.mask(f"<{encoded}> <sato:2026> <2026>") == "<***> <***> <***>"
    assert redactor.mask_data([encoded, "sato:2026", "2026-11-27", 2026]) == ["***", "***", "2026-11-27", 2026]
    assert redactor.may_occur_in(f'["{encoded}"]'.encode())
    assert not redactor.may_occur_in(b'["2026-11-27", 2026]')
    assert not redactor.occurs_in_data({"query": "year = 2026"})


@pytest.mark.parametrize(
    "pair", [{SECRET: "hunter2hunter2"}, {USER: "a:b", SECRET: "hunter2hunter2"}, {USER: 7, SECRET: 1234567}]
)
def test_masking_of_basic_authentication_that_is_refused(pair: dict[str, Any]) -> None:
    """A password is masked in messages even where the pair cannot be sent."""
    assert redactor_of(STORED | pair).mask(f"<{pair[SECRET]}>") == "<***>"


LONG = "hunter2 " * 400_000
TOO_LONG = {"password": PAIR | {SECRET: LONG}, "user": PAIR | {USER: LONG}, "PFX": PFX | {CERTIFICATE_PASSWORD: LONG}}


@pytest.mark.time_limit(10)
@pytest.mark.parametrize("name", TOO_LONG)
def test_something_long_pasted_in_place_of_a_password(name: str) -> None:
    """It is refused with its parameter before anything is sent, and masking its beginning takes no time."""
    stored = TOO_LONG[name]
    parameter = next(key for key, value in stored.items() if value is LONG)
    text, redactor = refusal(stored), redactor_of(STORED | stored)

    assert parameter in text
    assert "hunter2" not in text
    assert redactor.mask_data(["2026-11-27"] * 1_000) == ["2026-11-27"] * 1_000


def test_longest_password() -> None:
    """A password of as many characters as are taken is sent, and masked."""
    word = "hunter 2" * 125

    assert sent(PAIR | {SECRET: word}) == f"sato:{word}"
    assert redactor_of(STORED | PAIR | {SECRET: word}).mask(f"<{word}>") == "<***>"
    assert SECRET in refusal(PAIR | {SECRET: f"{word}x"})


def test_masking_of_a_short_pair_does_not_damage_data() -> None:
    """A pair of a few characters is masked in messages alone."""
    redactor = redactor_of(STORED | {USER: "a", SECRET: "1"})

    assert redactor.mask("<YTox>") == "<***>"
    assert redactor.mask_data({"a:1": "YTox"}) == {"a:1": "YTox"}


@pytest.mark.parametrize("form", ["PFX", "PEM"])
def test_masking_of_a_certificate(form: str) -> None:
    """Its text is masked wherever it was cut, its password in messages only."""
    pair = Pair.made("sato")
    text = in_base64(pair.pfx("hunter2hunter2")) if form == "PFX" else pair.key_pem() + pair.pem()
    redactor = redactor_of(STORED | {CERTIFICATE: text, CERTIFICATE_PASSWORD: "hunter2hunter2"})
    line = text if form == "PFX" else text.split("\n")[1]

    for piece in (line, line[:8], line[5:40], line[20:28], line.lower()[3:50]):
        assert redactor.mask(f"<{piece}> certificate") == "<***> certificate"
    for piece in (line, line[5:40], line[10:34]):
        assert redactor.mask_data([f"<{piece}>", "certificate"]) == ["<***>", "certificate"]
        assert redactor.may_occur_in(f'["{piece}"]'.encode())
    assert redactor.mask("hunter2hunter2") == "***"
    assert redactor.mask_data(["hunter2hunter2"]) == ["hunter2hunter2"]
    other = in_base64(Random(7).randbytes(9_000))  # noqa: S311 - no secret
    assert not redactor.may_occur_in(f'["{other}", "{PAGE}"]'.encode())


def test_shortest_piece_of_a_certificate_in_data() -> None:
    """A piece of 24 characters is masked in data wherever it stands among others; one of 23 is not."""
    text = in_base64(Random(7).randbytes(900))  # noqa: S311 - no secret
    redactor = redactor_of(STORED | {CERTIFICATE: text})

    for place in range(40):
        around = "~" * 3, "_" * place
        piece = text[300 + place : 324 + place]
        assert redactor.mask_data("".join((*around, piece, *around))) == "".join((*around, "***", *around))
        assert redactor.may_occur_in(f'["{around[1]}{piece}"]'.encode())
        shorter = f"{around[1]}{piece[:-1]}~"
        assert redactor.mask_data(shorter) == shorter
        assert not redactor.may_occur_in(f'["{shorter}"]'.encode())


def test_masking_of_the_key_in_refusals_of_kintone() -> None:
    """The key itself, which a PFX file holds encrypted, is masked too."""
    pair = Pair.made("sato")
    redactor = access({CERTIFICATE: in_base64(pair.pfx(PASSWORD)), CERTIFICATE_PASSWORD: PASSWORD}).redactor()
    line = pair.key_pem().split("\n")[1]

    assert redactor.mask(f"<{line}>") == "<***>"
    assert redactor.mask_data([line]) == ["***"]


@pytest.mark.parametrize(
    "text", ["<html>Your certificate is ready, kintone administrator</html>", "C:/certificate/kintone"]
)
def test_words_of_something_else_pasted_are_not_masked(text: str) -> None:
    """A page or a path in place of a certificate does not hide words of our sentences."""
    sentence = "kintone_client_certificate is not a certificate; ask the administrator"

    assert redactor_of(STORED | {CERTIFICATE: text}).mask(sentence) == sentence


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "all_proxy"])
@pytest.mark.parametrize("password", ["hunter2hunter2", "p@ss:w/rd#9?", "p%40ss%3Aword"])
def test_masking_of_a_proxys_credentials(monkeypatch: pytest.MonkeyPatch, variable: str, password: str) -> None:
    """Password and pair are masked in messages, as written, without its escapes and as it is sent."""
    monkeypatch.setenv(variable, f"http://joe:{password}@proxy.example:3128/")
    plain = password.replace("%40", "@").replace("%3A", ":")
    encoded = base64.b64encode(f"joe:{plain}".encode()).decode()

    for redactor in (redactor_of(STORED), access({}).redactor()):
        assert redactor.mask(f"[{password}] [{plain}] [{encoded}]") == "[***] [***] [***]"
        assert redactor.mask_data([password]) == [password]


def test_words_of_a_basic_authentication() -> None:
    """What an access masks is what the credential's redactor masks."""
    basic = BasicAuth("sato", "2026")

    assert set(basic.words()) >= {"2026"}
    assert set(basic.secrets()) == {"sato:2026", "c2F0bzoyMDI2"}
