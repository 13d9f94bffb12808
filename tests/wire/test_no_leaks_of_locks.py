"""After every kind of failure no output, log or request has a piece of what opens a locked site.

A password alone may stand in records, since it may be a word or a year; in messages and logs it may not.
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.contract.agreed_names import OFFLINE_TOOLS
from tests.unit.certificate_samples import Pair, in_base64
from tests.wire.leak_cases import ONE_CALL_PER_TOOL, TOKEN, ToolCall, all_encodings_of, answer_with_record_text
from tests.wire.leak_search import find_leaks, outputs_of, validation_output
from tests.wire.plugin import CLOSED_PORT_ORIGIN, running_plugin

USER = "sato"
PASSWORD = "Wn5cQz8LrT2yVb7KxP4gHd9JmF6s"
PAIR = f"{USER}:{PASSWORD}"
SENT = base64.b64encode(PAIR.encode()).decode()
OPENING = "Ts9gYk3NvE6wAq8RzC5hUj2XbM7p"
"""The password of the certificates."""
PERSON = Pair.made("sato")
PFX = in_base64(PERSON.pfx(OPENING))
KEY_LINE = PERSON.key_pem().split("\n")[1]
LATE = Pair.made("late", start=datetime.now(UTC) - timedelta(days=9), end=datetime.now(UTC) - timedelta(days=2))
MESSAGE_SECRETS = {"password": PASSWORD, "sent": SENT, "opening": OPENING, "certificate": PFX[300:900], "key": KEY_LINE}
ECHO = " ; ".join(map(all_encodings_of, (PAIR, SENT, PASSWORD, OPENING, KEY_LINE))) + f" ; {PFX} ; {PFX[350:420]}"
DATA_ECHO = " ; ".join((PAIR, SENT, PFX, KEY_LINE, PFX[350:420]))


def refusal(status: int, code: str) -> dict[str, Any]:
    """Return a refusal that repeats all secrets in each of its texts."""
    errors = {f"records[0].{SENT}.value": {"messages": [ECHO]}, PFX[:200]: {"messages": [PASSWORD]}}
    body = {"code": code, "id": SENT[:40], "message": ECHO[:9_000], "errors": errors}
    return {"status": status, "body": json.dumps(body), "content_type": "application/json"}


NETWORK_CALLS = [call for call in ONE_CALL_PER_TOOL if call.tool not in OFFLINE_TOOLS]
PAGE = {"body": f"<html><title>{PAIR}</title>{ECHO}</html>", "content_type": "text/html"}
FAILURES: dict[str, dict[str, Any]] = {
    "refused values": refusal(400, "CB_VA01"),
    "no permission": refusal(403, "GAIA_NO01"),
    "an unknown code": refusal(500, "GAIA_XX99"),
    "a code that is the pair": refusal(400, SENT),
    "a short message": refusal(400, "GAIA_XX01") | {"body": json.dumps({"code": "GAIA_XX01", "message": PASSWORD})},
    "Basic authentication wanted": PAGE | {"status": 401, "headers": {"WWW-Authenticate": f'Basic realm="{PAIR}"'}},
    "401 of something else": PAGE | {"status": 401},
    "address not allowed": PAGE | {"status": 403},
    "no kintone": PAGE | {"status": 200},
    "warning": {"status": 200, "body": "{}", "headers": {"X-Cybozu-Warning": ECHO[:3_000]}},
    "bad gateway": PAGE | {"status": 502},
}


pytestmark = pytest.mark.usefixtures("without_failures")


@pytest.fixture(scope="module")
def site() -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's apps."""
    with LocalKintone(seed="demo") as running:
        yield running


@pytest.fixture(scope="module")
def host(site: LocalKintone, untrusted_site: LocalKintone) -> Iterator[DifyHost]:
    """Run one plugin process, whose calls take at most a second."""
    with running_plugin(site.origin, untrusted_site.origin, CLOSED_PORT_ORIGIN, KINTONE_CALL_BUDGET="1") as running:
        yield running


def credentials(site: LocalKintone, **changes: object) -> dict[str, Any]:
    """Return a credential with everything that opens a locked site."""
    return {
        "kintone_domain": site.url,
        "kintone_app_id": "1",
        "kintone_api_token": TOKEN,
        "kintone_basic_auth_user": USER,
        "kintone_basic_auth_password": PASSWORD,
        "kintone_client_certificate": PFX,
        "kintone_client_certificate_password": OPENING,
        **changes,
    }


def leaks(outputs: dict[str, str], *secrets: str) -> dict[str, dict[str, list[str]]]:
    """Return which outputs hold pieces of which secrets, by default of those that no message may show."""
    named = {name: MESSAGE_SECRETS[name] for name in secrets or MESSAGE_SECRETS}
    return {name: found for name, secret in named.items() if (found := find_leaks(outputs, secret))}


@pytest.mark.parametrize("name", FAILURES)
def test_tools_when_the_server_echoes(host: DifyHost, site: LocalKintone, name: str) -> None:
    """A server that repeats everything in its refusals brings no piece of it into a message or the log."""
    site.fail(times=None, **FAILURES[name])

    outputs = outputs_of(host, credentials(site), NETWORK_CALLS)

    assert site.requests
    assert all(request.headers["Authorization"] == f"Basic {SENT}" for request in site.requests)
    assert leaks(outputs) == {}
    assert not outputs["stderr"]


def test_requests_hold_nothing_but_the_header(host: DifyHost, site: LocalKintone) -> None:
    """Of all secrets only Basic authentication leaves the plugin, in its own header."""
    outputs_of(host, credentials(site), NETWORK_CALLS)
    requests = {
        str(each.number): f"{each.method} {each.path}?{each.query} {each.body!r} "
        + str([(name, value) for name, value in each.headers.items() if name.lower() != "authorization"])
        for each in site.requests
    }

    assert requests
    assert leaks(requests) == {}


MODES = [ToolCall("kintone_query", {"output_mode": mode}) for mode in ("both", "json_stream", "text_only", "csv_file")]


def test_records_that_hold_the_secrets(host: DifyHost, site: LocalKintone) -> None:
    """In records the pair and the text of the certificate are masked, in every form of the result."""
    site.fail(times=None, **answer_with_record_text(DATA_ECHO))
    calls = [*MODES, ToolCall("kintone_get_record", {"record_id": "1"})]
    pem = PERSON.pem() + PERSON.key_pem()

    assert leaks(outputs_of(host, credentials(site), calls), "sent", "certificate") == {}
    assert leaks(outputs_of(host, credentials(site, kintone_client_certificate=pem), calls), "sent", "key") == {}


@pytest.mark.parametrize("password", ["2026", "open", "1"])
def test_records_are_not_damaged_by_a_short_password(host: DifyHost, site: LocalKintone, password: str) -> None:
    """A password that is a year, a word or a digit changes no record."""
    site.fail(times=None, **answer_with_record_text("open since 2026-11-27, 1 year"))
    plain = credentials(site, kintone_basic_auth_user="", kintone_basic_auth_password="")
    locked = credentials(site, kintone_basic_auth_password=password)

    def written(stored: dict[str, Any]) -> list[str]:
        outputs = outputs_of(host, stored, MODES[:3])
        return [text for place, text in outputs.items() if place != "log"]

    assert written(locked) == written(plain)
    assert "2026-11-27" in str(written(locked))


BROKEN: dict[str, dict[str, object]] = {
    "expired": {"kintone_client_certificate": in_base64(LATE.pfx(OPENING))},
    "wrong password": {"kintone_client_certificate_password": OPENING.swapcase()},
    "damaged": {"kintone_client_certificate": PFX[:-60]},
    "without a key": {"kintone_client_certificate": PERSON.pem()},
    "key alone": {"kintone_client_certificate": PERSON.key_pem(OPENING)},
    "another key": {"kintone_client_certificate": LATE.pem() + PERSON.key_pem()},
    "no certificate": {"kintone_client_certificate": ""},
    "a password in place of it": {"kintone_client_certificate": PASSWORD},
    "no user": {"kintone_basic_auth_user": ""},
    "a colon": {"kintone_basic_auth_user": PAIR},
    "the pair as password": {"kintone_basic_auth_user": "", "kintone_basic_auth_password": PAIR},
    "a line end": {"kintone_basic_auth_password": f"{PASSWORD}\n{PASSWORD}"},
    "the certificate as domain": {"kintone_domain": PFX},
    "the password as domain": {"kintone_domain": f"https://{PASSWORD}.cybozu.com"},
    "the certificate as app": {"kintone_app_id": PFX},
    "the certificate as token": {"kintone_api_token": PFX},
    "the certificate as guest space": {"kintone_guest_space_id": PFX},
    "a host without .s.": {"kintone_domain": "example.cybozu.com"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_credentials(host: DifyHost, site: LocalKintone, name: str) -> None:
    """A credential is refused when it is saved and when a tool runs, without a piece of it, and nothing is sent."""
    stored = credentials(site, **BROKEN[name])
    logged = len(host.logs)
    refused = validation_output(host, stored)
    outputs = {**outputs_of(host, stored, NETWORK_CALLS[:4]), "refusal": refused, "log": repr(host.logs[logged:])}

    assert refused.startswith("CredentialsValidateFailedError [INVALID_INPUT]")
    assert leaks(outputs) == {}
    assert not site.requests


@pytest.mark.parametrize("origin", ["untrusted", CLOSED_PORT_ORIGIN])
def test_no_connection(host: DifyHost, site: LocalKintone, untrusted_site: LocalKintone, origin: str) -> None:
    """For failures of TLS and of connections nothing is shown, when a tool runs and when the credential is saved."""
    stored = credentials(site, kintone_domain=untrusted_site.url if origin == "untrusted" else origin)

    outputs = outputs_of(host, stored, NETWORK_CALLS[::3])

    assert leaks({**outputs, "refusal": validation_output(host, stored)}) == {}
    assert not site.requests


@pytest.mark.parametrize("secret", [PAIR, SENT, PFX, PFX[300:400]])
def test_secrets_in_a_parameter(host: DifyHost, site: LocalKintone, secret: str) -> None:
    """A secret in a parameter that is sent in an address is refused, and is not shown."""
    calls = [
        ToolCall("kintone_query", {"query": f'sku = "{secret}"'}),
        ToolCall("kintone_get_record", {"fields": secret}),
    ]
    outputs = outputs_of(host, credentials(site), calls)

    assert all("[INVALID_INPUT]" in outputs[place] for place in outputs if place not in {"log", "stderr"})
    assert leaks(outputs, "sent", "certificate") == {}
    assert not site.requests
