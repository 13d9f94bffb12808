"""A token that is looked for everywhere after everything that can fail has failed, in pieces of eight characters."""

import logging
import pickle
import traceback
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
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
from tests.wire.leaks import A_FILE, CALLS, CONTENT, FAILURES, ONE_EACH, STRANGER, TOKEN, Called, traces
from tests.wire.plugin import NO_SUCH_HOST, NOBODY_LISTENS, running_plugin
from tools.kintone_query import QueryRecords

PASSWORD = "hunter2hunter2"
AT_ONCE = 8
TURNS = 3


@pytest.fixture(scope="module")
def secure_site() -> Iterator[LocalKintone]:
    """Run a local kintone whose certificate nobody trusts."""
    with LocalKintone(seed="none", https=True) as running:
        yield running


@pytest.fixture(scope="module")
def host(site: LocalKintone, secure_site: LocalKintone) -> Iterator[DifyHost]:
    """Run one plugin process for all tests of this module, whose calls take no longer than a second."""
    origins = (site.origin, secure_site.origin, NOBODY_LISTENS, NO_SUCH_HOST)
    with running_plugin(*origins, KINTONE_CALL_BUDGET="1") as running:
        yield running


@pytest.fixture(autouse=True)
def _no_failures(site: LocalKintone) -> Iterator[None]:
    site.clear_failures()
    site.reset()
    yield
    site.clear_failures()


def credentials(site: LocalKintone, **changes: object) -> dict[str, Any]:
    """Return the credential of the calls."""
    return {"kintone_domain": site.url, "kintone_app_id": "1", "kintone_api_token": TOKEN, **changes}


def told(host: DifyHost, call: Called, stored: Mapping[str, Any]) -> str:
    """Run a tool and return all that leaves for Dify but the contents of files."""
    parameters = {"request_timeout": 1, **call.parameters}
    if parameters.get("upload_file") == A_FILE:
        parameters["upload_file"] = [host.serve(f"{CONTENT}.txt", b"content", "text/plain")]
    try:
        outcome = host.invoke(call.tool, parameters, stored, timeout=60)
    except PluginFailure as failed:
        return f"{failed.error_type} {failed.message} {failed.traceback}"
    files = [(file.name, file.mime_type) for file in outcome.files]
    return repr([(message.type, message.content, message.meta) for message in outcome.messages]) + repr(files)


def all_told(host: DifyHost, stored: Mapping[str, Any], calls: Iterable[Called] = CALLS) -> dict[str, str]:
    """Run calls, some at once; returns what each tells, and under "log" and "stderr" what the process writes."""
    calls, logged, written = list(calls), len(host.logs), len(host.stderr)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda call: told(host, call, stored), calls))
    everything = {
        f"{call.tool} {str(call.parameters)[:80]}": answer for call, answer in zip(calls, answers, strict=True)
    }
    assert all(answers)
    return {**everything, "log": repr(host.logs[logged:]), "stderr": "\n".join(host.stderr[written:])}


def leaks(everything: Mapping[str, str], secret: str = TOKEN) -> dict[str, list[str]]:
    """Return where pieces of a secret stand."""
    return {place: found for place, text in everything.items() if (found := traces(text, secret))}


def sent(site: LocalKintone) -> dict[str, str]:
    """Return what arrived at kintone, but for the header that carries the token."""
    shown: dict[str, str] = {}
    for each in site.requests:
        headers = [(name, value) for name, value in each.headers.items() if name.lower() != "x-cybozu-api-token"]
        shown[f"request {each.number}"] = f"{each.method} {each.path}?{each.query} {headers} {each.body!r}"
    return shown


def test_every_tool_is_called() -> None:
    """A tool that is missing here would not be searched."""
    assert {call.tool for call in CALLS} == set(OWN_PARAMETERS)


@pytest.mark.parametrize("name", FAILURES)
def test_tools_when_the_server_fails(host: DifyHost, site: LocalKintone, name: str) -> None:
    """Whatever a server does, and says of the token, no piece of it leaves for Dify, the log or kintone again.

    Every tool meets every failure; the modes that a tool has beside its first take turns.
    """
    site.fail(times=None, **FAILURES[name])
    others = [call for call in CALLS if call not in ONE_EACH]

    everything = all_told(host, credentials(site), [*ONE_EACH, *others[list(FAILURES).index(name) % TURNS :: TURNS]])

    assert site.requests
    assert leaks({**everything, **sent(site)}) == {}
    assert CONTENT not in everything["log"] + everything["stderr"]
    assert not everything["stderr"]


@pytest.mark.parametrize("origin", ["secure", NOBODY_LISTENS, NO_SUCH_HOST])
def test_tools_when_there_is_no_connection(
    host: DifyHost, site: LocalKintone, secure_site: LocalKintone, origin: str
) -> None:
    """TLS, DNS and a closed port: the failure is told without the token, by the credential or by the call."""
    domain = secure_site.url if origin == "secure" else origin
    of_the_call = [
        Called(each.tool, {**each.parameters, "kintone_domain": domain, "kintone_api_token": TOKEN})
        for each in ONE_EACH
    ]

    everything = all_told(host, credentials(site, kintone_domain=domain), ONE_EACH)
    by_the_call = all_told(host, credentials(site, kintone_api_token=STRANGER), of_the_call)

    assert leaks(everything) == {}
    assert leaks(by_the_call) == leaks(by_the_call, STRANGER) == {}
    assert not site.requests
    assert CONTENT not in everything["log"] + everything["stderr"]


PASTED = [
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


@pytest.mark.parametrize("wrong", PASTED)
def test_tools_when_the_token_cannot_be_sent(host: DifyHost, site: LocalKintone, wrong: str) -> None:
    """A token with something beside it is refused and not shown, in the credential or in the call; nothing leaves."""
    pasted = wrong.replace("{}", TOKEN)
    of_the_call = [Called(each.tool, {**each.parameters, "kintone_api_token": pasted}) for each in ONE_EACH]

    assert leaks(all_told(host, credentials(site, kintone_api_token=pasted), ONE_EACH)) == {}
    assert leaks(all_told(host, credentials(site), of_the_call)) == {}
    assert not site.requests


def validated(host: DifyHost, stored: Mapping[str, Any]) -> str:
    """Return all that leaves for Dify when a credential is saved."""
    try:
        return f"accepted: {host.validate(stored, timeout=60)}"
    except PluginFailure as refused:
        return f"{refused.error_type} {refused.message} {refused.traceback}"


@pytest.mark.parametrize("name", FAILURES)
def test_provider_when_the_server_fails(host: DifyHost, site: LocalKintone, name: str) -> None:
    """No refusal of a credential shows a piece of the token."""
    site.fail(times=None, **FAILURES[name])
    logged = len(host.logs)

    everything = {"refusal": validated(host, credentials(site)), "log": repr(host.logs[logged:])}

    assert leaks(everything | sent(site)) == {}


@pytest.mark.parametrize("secret", [TOKEN, STRANGER])
@pytest.mark.parametrize("name", sorted(set(CREDENTIALS) - {"kintone_api_token"}))
def test_provider_when_a_token_is_in_the_wrong_place(
    host: DifyHost, site: LocalKintone, name: str, secret: str
) -> None:
    """A token typed into another field of the credential is not quoted, whether or not it is the credential's."""
    site.fail(times=None, **FAILURES["unknown token"])
    for typed in (secret, secret.upper(), f"https://{secret}/k/1", f"{secret} {secret}"):
        assert traces(validated(host, credentials(site, **{name: typed})), secret) == []


def test_client_when_printed_or_pickled(site: LocalKintone) -> None:
    """Client, access and transport show no token and cannot be pickled with one."""
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": site.origin})
    token = site.token(1, "view")
    access = Access(read_site(site.url, settings.allowed_origins), Tokens(token))
    with KintoneClient(access, settings) as client:
        client.call(Request(Message("reading"), "GET", "records", {"app": 1}, RetrySafety.READ))
        kept = list(pools._pools.values())  # noqa: SLF001 - whatever outlives the call
        held = (access, client, client.execution, pools, *kept, *(pool.adapter for pool in kept))
        shown = [f"{each!r} {vars_of(each)!r}" for each in held if each is not access]
        shown.append(repr(access))

        assert kept
        assert token not in "\n".join(shown)
        for secret_holder in (access, client, client.execution):
            with pytest.raises(TypeError):
                pickle.dumps(secret_holder)


def vars_of(holder: object) -> dict[str, object]:
    """Return the attributes of an object, with slots or without."""
    names = getattr(type(holder), "__slots__", None) or vars(holder)
    return {name: getattr(holder, name) for name in names}


def told_by(error: BaseException) -> str:
    """Return everything that an exception and its chain can tell."""
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
    """Causes, attributes and DEBUG lines of our own code have none either, of tools and provider."""
    for logger in ("kintone", "tools", "provider"):
        caplog.set_level(logging.DEBUG, logger)
    monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", site.origin)
    monkeypatch.setattr("kintone.retry.RetryPolicy.pause", lambda *_: 0.0)
    site.fail(times=None, **FAILURES[name])

    with pytest.raises(Exception, match=r"^\[") as failed:
        list(QueryRecords.from_credentials(credentials(site)).invoke({}))
    with pytest.raises(Exception, match=r"^\[") as refused:
        KintoneProvider().validate_credentials(credentials(site))

    shown = [told_by(failed.value), told_by(refused.value), *(record.getMessage() for record in caplog.records)]
    assert traces("\n".join(shown)) == []


def test_tools_when_a_proxy_has_a_password(
    site: LocalKintone, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password in a proxy's address is in no message and no log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("kintone.retry.RetryPolicy.pause", lambda *_: 0.0)
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:{PASSWORD}@127.0.0.1:9")

    with pytest.raises(Exception, match="proxy") as failed:
        list(QueryRecords.from_credentials({**credentials(site), "kintone_domain": "example.cybozu.com"}).invoke({}))

    assert PASSWORD not in told_by(failed.value) + caplog.text
