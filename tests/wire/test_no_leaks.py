"""After every kind of failure no output, log or request has a piece of eight characters of the token."""

import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost
from kintone.access.credentials import Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.api import Request, RetrySafety
from kintone.client import Access, KintoneClient
from kintone.messages import Message
from kintone.transport import pools
from local_kintone import LocalKintone
from provider.kintone import KintoneProvider
from tests.contract.agreed_names import CREDENTIALS, OWN_PARAMETERS
from tests.wire.leak_cases import (
    CALLS,
    CONTENT,
    FAILURES,
    ONE_CALL_PER_TOOL,
    OTHER_TOKEN,
    TOKEN,
    ToolCall,
    pieces_in,
)
from tests.wire.leak_search import find_leaks, outputs_of, validation_output
from tests.wire.plugin import CLOSED_PORT_ORIGIN, UNKNOWN_HOST_ORIGIN, running_plugin
from tools.kintone_query import QueryRecords

PASSWORD = "hunter2hunter2"
MODE_GROUPS = 3


pytestmark = pytest.mark.usefixtures("without_failures")


@pytest.fixture(scope="module")
def host(site: LocalKintone, untrusted_site: LocalKintone) -> Iterator[DifyHost]:
    """Run one plugin process for all tests of this module, whose calls take at most a second."""
    origins = (site.origin, untrusted_site.origin, CLOSED_PORT_ORIGIN, UNKNOWN_HOST_ORIGIN)
    with running_plugin(*origins, KINTONE_CALL_BUDGET="1") as running:
        yield running


def credentials(site: LocalKintone, **changes: object) -> dict[str, Any]:
    """Return the credential of the calls."""
    return {"kintone_domain": site.url, "kintone_app_id": "1", "kintone_api_token": TOKEN, **changes}


def requests_without_token(site: LocalKintone) -> dict[str, str]:
    """Return the requests to kintone without the header that has the token."""
    texts: dict[str, str] = {}
    for each in site.requests:
        headers = [(name, value) for name, value in each.headers.items() if name.lower() != "x-cybozu-api-token"]
        texts[f"request {each.number}"] = f"{each.method} {each.path}?{each.query} {headers} {each.body!r}"
    return texts


def test_every_tool_is_called() -> None:
    """The list of calls covers every tool."""
    assert {call.tool for call in CALLS} == set(OWN_PARAMETERS)


@pytest.mark.parametrize("name", FAILURES)
def test_tools_when_the_server_fails(host: DifyHost, site: LocalKintone, name: str) -> None:
    """No piece of the token is sent to Dify, the log or, outside its header, kintone.

    Every tool meets every failure; the further modes of a tool are spread over the failures.
    """
    site.fail(times=None, **FAILURES[name])
    others = [call for call in CALLS if call not in ONE_CALL_PER_TOOL]

    outputs = outputs_of(
        host, credentials(site), [*ONE_CALL_PER_TOOL, *others[list(FAILURES).index(name) % MODE_GROUPS :: MODE_GROUPS]]
    )

    assert site.requests
    assert find_leaks({**outputs, **requests_without_token(site)}) == {}
    assert CONTENT not in outputs["log"] + outputs["stderr"]
    assert not outputs["stderr"]


@pytest.mark.parametrize("origin", ["secure", CLOSED_PORT_ORIGIN, UNKNOWN_HOST_ORIGIN])
def test_tools_when_there_is_no_connection(
    host: DifyHost, site: LocalKintone, untrusted_site: LocalKintone, origin: str
) -> None:
    """For TLS, DNS and connection failures the token of the credential or of the call is not shown."""
    domain = untrusted_site.url if origin == "secure" else origin
    calls_with_token = [
        ToolCall(each.tool, {**each.parameters, "kintone_domain": domain, "kintone_api_token": TOKEN})
        for each in ONE_CALL_PER_TOOL
    ]

    outputs = outputs_of(host, credentials(site, kintone_domain=domain), ONE_CALL_PER_TOOL)
    outputs_by_call = outputs_of(host, credentials(site, kintone_api_token=OTHER_TOKEN), calls_with_token)

    assert find_leaks(outputs) == {}
    assert find_leaks(outputs_by_call) == find_leaks(outputs_by_call, OTHER_TOKEN) == {}
    assert not site.requests
    assert CONTENT not in outputs["log"] + outputs["stderr"]


INVALID_TOKENS = [
    "{}é",
    "{} x {}",
    "{};{}",
    "{}\x00",
    '{}"',
    "{}\r\nX-Evil: 1",
    "Bearer {}",
    "{}…",
    "{}.{}",
    ",".join(f"{{}}{number}" for number in range(10)),
]


@pytest.mark.parametrize("pattern", INVALID_TOKENS)
def test_tools_when_the_token_cannot_be_sent(host: DifyHost, site: LocalKintone, pattern: str) -> None:
    """A token with additional characters is refused and not shown, and nothing is sent."""
    pasted = pattern.replace("{}", TOKEN)
    calls_with_token = [
        ToolCall(each.tool, {**each.parameters, "kintone_api_token": pasted}) for each in ONE_CALL_PER_TOOL
    ]

    assert find_leaks(outputs_of(host, credentials(site, kintone_api_token=pasted), ONE_CALL_PER_TOOL)) == {}
    assert find_leaks(outputs_of(host, credentials(site), calls_with_token)) == {}
    assert not site.requests


@pytest.mark.parametrize("name", FAILURES)
def test_provider_when_the_server_fails(host: DifyHost, site: LocalKintone, name: str) -> None:
    """The refusal of a credential has no piece of the token."""
    site.fail(times=None, **FAILURES[name])
    logged = len(host.logs)

    outputs = {"refusal": validation_output(host, credentials(site)), "log": repr(host.logs[logged:])}

    assert find_leaks(outputs | requests_without_token(site)) == {}


@pytest.mark.parametrize("secret", [TOKEN, OTHER_TOKEN])
@pytest.mark.parametrize("name", sorted(set(CREDENTIALS) - {"kintone_api_token"}))
def test_provider_when_a_token_is_in_another_field(host: DifyHost, site: LocalKintone, name: str, secret: str) -> None:
    """A token in another field of the credential is not quoted, whether or not it is the credential's."""
    site.fail(times=None, **FAILURES["unknown token"])
    for value in (secret, secret.upper(), f"https://{secret}/k/1", f"{secret} {secret}"):
        assert pieces_in(validation_output(host, credentials(site, **{name: value})), secret) == []


def test_client_when_printed_or_pickled(site: LocalKintone) -> None:
    """Client, access and transport have no token in their repr and attributes, and cannot be pickled with one."""
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": site.origin})
    token = site.token(1, "view")
    access = Access(read_site(site.url, settings.allowed_origins), Tokens(token))
    with KintoneClient(access, settings) as client:
        client.call(Request(Message("reading"), "GET", "records", {"app": 1}, RetrySafety.READ))
        kept = list(pools._pools.values())  # noqa: SLF001 - what is kept after the call
        held = (access, client, client.execution, pools, *kept, *(pool.adapter for pool in kept))
        texts = [f"{each!r} {vars_of(each)!r}" for each in held if each is not access]
        texts.append(repr(access))

        assert kept
        assert token not in "\n".join(texts)
        for secret_holder in (access, client, client.execution):
            with pytest.raises(TypeError):
                pickle.dumps(secret_holder)


def vars_of(holder: object) -> dict[str, object]:
    """Return the attributes of an object, with or without slots."""
    names = getattr(type(holder), "__slots__", None) or vars(holder)
    return {name: getattr(holder, name) for name in names}


def text_of_exception(error: BaseException) -> str:
    """Return the text of an exception, its attributes and its chain."""
    texts = ["".join(traceback.format_exception(error))]
    current: BaseException | None = error
    while current is not None:
        texts += [str(current), repr(current), repr(current.args), repr(vars(current))]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(texts)


@pytest.mark.parametrize("name", ["unknown token", "redirect to elsewhere", "no HTTP", "page with 520"])
def test_failure_has_no_token_in_its_chain_or_at_debug_level(
    site: LocalKintone, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The exceptions and DEBUG lines of tools and provider have no piece of the token."""
    for logger in ("kintone", "tools", "provider"):
        caplog.set_level(logging.DEBUG, logger)
    monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", site.origin)
    monkeypatch.setattr("kintone.retry.RetryPolicy.pause", lambda *_: 0.0)
    site.fail(times=None, **FAILURES[name])

    with pytest.raises(Exception, match=r"^\[") as failed:
        list(QueryRecords.from_credentials(credentials(site)).invoke({}))
    with pytest.raises(Exception, match=r"^\[") as refused:
        KintoneProvider().validate_credentials(credentials(site))

    texts = [
        text_of_exception(failed.value),
        text_of_exception(refused.value),
        *(record.getMessage() for record in caplog.records),
    ]
    assert pieces_in("\n".join(texts)) == []


def test_tools_when_a_proxy_has_a_password(
    site: LocalKintone, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password in a proxy's address is in no message and no log line."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("kintone.retry.RetryPolicy.pause", lambda *_: 0.0)
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:{PASSWORD}@127.0.0.1:9")

    with pytest.raises(Exception, match="proxy") as failed:
        list(QueryRecords.from_credentials({**credentials(site), "kintone_domain": "example.cybozu.com"}).invoke({}))

    assert PASSWORD not in text_of_exception(failed.value) + caplog.text
