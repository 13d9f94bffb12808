"""Sites behind Basic authentication and client certificates, end to end through the plugin process."""

import base64
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from local_kintone.serving.certificates import State
from tests.wire.locked_sites import (
    PASSWORD,
    USER,
    WITH_CERTIFICATE,
    LockedSites,
    certificate_fields,
    password_fields,
    running_locked_sites,
)

MIB = 1024 * 1024
OWNERS = [f"owner{number}" for number in range(5)]
ROUNDS = 4
REFUSED_AS = {
    "password": "ACCESS_DENIED",
    "certificate, TLS 1.2": "UNREACHABLE",
    "certificate, TLS 1.3": "ACCESS_DENIED",
    "certificate asked for": "ACCESS_DENIED",
}
"""The code without what opens a site: a missing certificate ends TLS 1.2 by an alert with other causes too."""
OTHER_SITES = ("open", "certificate asked for", "certificate, TLS 1.3")
HEADER = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockedSites]:
    """Run the locked sites and the plugin."""
    with running_locked_sites(tmp_path_factory.mktemp("authorities")) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(locked: LockedSites) -> None:
    """Forget the requests of the tests before."""
    for site in locked.sites.values():
        site.reset()


def all_tools(host: DifyHost, credentials: dict[str, str], content: bytes) -> tuple[Outcome, Outcome]:
    """Write, upload, import and read; return what was read and what was downloaded."""

    def run(tool: str, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
        return host.invoke(tool, parameters, credentials, timeout=60)

    run("kintone_upsert_records", records_data=[{"key": "a", "owner": "x"}], update_key="key")
    records = run("kintone_query", query='key = "a"').variables["records"]
    record_id = records[0]["$id"]["value"]
    file = host.serve("scan.bin", content, "application/x-scan")
    run("kintone_upload_file", upload_file=[file], record_id=record_id, attachment_field="scan", file_mode="replace")
    table = host.serve("new.csv", b"key,owner\na,y\nb,z\n", "text/csv")
    run("kintone_upsert_records", records_file=table, update_key="key")
    read = run("kintone_query", query="order by $id asc")
    return read, run("kintone_download_file", record_id=record_id, attachment_field="scan")


@pytest.mark.parametrize("name", REFUSED_AS)
def test_tools_work_on_a_locked_site(locked: LockedSites, name: str) -> None:
    """Records and 5 MB go there and back; every request carries what opens the site, and only that."""
    site, content = locked.sites[name], os.urandom(5 * MIB)
    credentials = locked.credentials(name, "山田")
    assert locked.host.validate(credentials)
    read, back = all_tools(locked.host, credentials, content)

    assert [(each["key"]["value"], each["owner"]["value"]) for each in read.variables["records"]] == [
        ("a", "y"),
        ("b", "z"),
    ]
    assert [file.content for file in back.files] == [content]
    expected = (HEADER, None) if name == "password" else (None, "山田")
    assert {(each.headers.get("Authorization"), each.certificate) for each in site.requests} == {expected}
    assert {each.path.rpartition("/")[2] for each in site.requests} >= {"records.json", "file.json", "fields.json"}


@pytest.mark.parametrize("name", REFUSED_AS)
def test_locked_site_refuses_a_credential_without_what_opens_it(locked: LockedSites, name: str) -> None:
    """Saving the credential and running a tool fail alike, and no record is written."""
    fields = [key for key in locked.credentials(name) if "basic_auth" in key or "certificate" in key]
    credentials = {key: value for key, value in locked.credentials(name).items() if key not in fields}
    parameters = {"records_data": [{"key": "refused"}], "update_key": "key"}
    with pytest.raises(PluginFailure) as saved:
        locked.host.validate(credentials)
    with pytest.raises(PluginFailure) as ran:
        locked.host.invoke("kintone_upsert_records", parameters, credentials, timeout=60)

    assert {saved.value.code, ran.value.code} == {REFUSED_AS[name]}
    assert ("kintone_basic_auth_user" if name == "password" else "kintone_client_certificate") in ran.value.message
    assert locked.sites[name].writes == []


def test_credential_with_password_and_certificate_sends_both(locked: LockedSites) -> None:
    """Which of the two the site wants is not known before, so each request brings both."""
    name = "certificate asked for"
    locked.host.invoke("kintone_query", {}, {**locked.credentials(name), **password_fields()})

    assert {(each.headers.get("Authorization"), each.certificate) for each in locked.sites[name].requests} == {
        (HEADER, "sato")
    }


@pytest.mark.parametrize("name", ["password", "certificate asked for", "certificate, TLS 1.3"])
def test_file_that_a_locked_site_refuses_is_not_stored(locked: LockedSites, name: str) -> None:
    """5 MB are on their way when the refusal comes; it is told as for any other request."""
    site = locked.sites[name]
    wrong = password_fields("wrong") if name == "password" else foreign_certificate(site)
    bad = {**locked.credentials(name), **wrong}
    before = stored_files(site)
    file = locked.host.serve("scan.bin", os.urandom(5 * MIB), "application/x-scan")
    with pytest.raises(PluginFailure) as failed:
        locked.host.invoke("kintone_upload_file", {"upload_file": [file]}, bad, timeout=60)

    assert failed.value.code == "ACCESS_DENIED"
    assert stored_files(site) == before


def stored_files(site: LocalKintone) -> int:
    """Return how many files a site keeps."""
    row = site.site.database.row("SELECT count(*) FROM files")
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("name", WITH_CERTIFICATE)
def test_connections_of_different_certificates_stay_apart(locked: LockedSites, name: str) -> None:
    """Five calls at once, again and again on kept connections: every request comes with its caller's certificate."""
    site = locked.sites[name]
    site.latency(request=0.02)
    credentials = {owner: locked.credentials(name, owner) for owner in OWNERS}
    failures = together(
        lambda owner: locked.host.invoke("kintone_query", {"query": f'owner = "{owner}"'}, credentials[owner]), OWNERS
    )
    site.latency()

    assert failures == []
    asked = [each for each in site.requests if each.path.endswith("/records.json")]
    assert len(asked) >= len(OWNERS) * ROUNDS
    for owner in OWNERS:
        assert {each.certificate for each in asked if owner in each.query} == {owner}
    assert site.stats.max_running > 1
    assert site.stats.connections < len(site.requests)


def together(work: Callable[[str], object], owners: list[str]) -> list[str]:
    """Run the work of all owners side by side, several times each; return what failed."""
    failed: list[str] = []

    def run(owner: str) -> None:
        for _ in range(ROUNDS):
            try:
                work(owner)
            except PluginFailure as failure:
                failed.append(f"{owner}: {failure.message}")

    threads = [threading.Thread(target=run, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@pytest.mark.parametrize("name", ["certificate, TLS 1.2", "certificate, TLS 1.3"])
def test_no_session_of_another_certificate_is_resumed(locked: LockedSites, name: str) -> None:
    """Turn by turn on new connections: kintone never sees the certificate of a session that another one began."""
    site = locked.sites[name]
    for owner in OWNERS:
        # A connection that kintone closes is opened anew, which is when a session could be resumed.
        site.fail(cut="after", method="GET", times=1)
        locked.host.invoke("kintone_query", {"query": f'owner = "{owner}"'}, locked.credentials(name, owner))
    by_owner = [(each.certificate, each.query) for each in site.requests if each.path.endswith("/records.json")]

    assert site.stats.connections >= 2 * len(OWNERS)
    assert {certificate for certificate, _ in by_owner} == set(OWNERS)
    assert [query for certificate, query in by_owner if str(certificate) not in query] == []


@pytest.mark.parametrize("name", REFUSED_AS)
@pytest.mark.parametrize(
    ("tool", "parameters"), [("kintone_validate_record_data", {"record_data": {"key": "a"}}), ("kintone_query", {})]
)
def test_what_one_credential_has_read_opens_nothing_for_another(
    locked: LockedSites, name: str, tool: str, parameters: dict[str, Any]
) -> None:
    """With the same token but a wrong password or certificate the form that is kept is not shown."""
    site, good = locked.sites[name], locked.credentials(name)
    bad = {**good, **(password_fields("wrong") if name == "password" else foreign_certificate(site))}
    locked.host.invoke(tool, parameters, good)
    with pytest.raises(PluginFailure) as failed:
        locked.host.invoke(tool, parameters, bad)

    assert failed.value.code == "ACCESS_DENIED"
    locked.host.invoke(tool, parameters, good)


def foreign_certificate(site: LocalKintone) -> dict[str, str]:
    """Return the fields of a valid certificate that a site does not accept."""
    return certificate_fields(site.client_certificate("stranger", "foreign"))


@pytest.mark.parametrize(
    ("name", "target"), [(name, target) for name in REFUSED_AS for target in OTHER_SITES if name != target]
)
def test_call_to_another_site_presents_neither_password_nor_certificate(
    locked: LockedSites, name: str, target: str
) -> None:
    """A site that the call names gets the call's token alone, and refuses if it is locked."""
    other = locked.sites[target]
    parameters = {
        "kintone_domain": other.url,
        "kintone_app_id": str(locked.app[target]),
        "kintone_api_token": locked.credentials(target)["kintone_api_token"],
    }
    if target == "open":
        assert locked.host.invoke("kintone_query", parameters, locked.credentials(name)).variables["records"] == []
    else:
        with pytest.raises(PluginFailure) as failed:
            locked.host.invoke("kintone_query", parameters, locked.credentials(name))
        assert failed.value.code == REFUSED_AS[target]

    assert {(each.headers.get("Authorization"), each.certificate) for each in other.requests} <= {(None, None)}
    assert bool(other.requests) == (target != "certificate, TLS 1.3")
    assert locked.sites[name].requests == []


@pytest.mark.parametrize("state", ["expired", "early"])
def test_certificate_that_is_not_valid_now_is_refused_before_anything_is_sent(
    locked: LockedSites, state: State
) -> None:
    """Neither saving nor running a tool asks kintone; the message names the parameter and shows no key."""
    site, name = locked.sites["certificate asked for"], "certificate asked for"
    certificate = site.client_certificate(state=state)
    credentials = {**locked.credentials(name), **certificate_fields(certificate)}
    with pytest.raises(PluginFailure) as saved:
        locked.host.validate(credentials)
    with pytest.raises(PluginFailure) as ran:
        locked.host.invoke("kintone_query", {}, credentials)

    assert {saved.value.code, ran.value.code} == {"INVALID_INPUT"}
    assert "kintone_client_certificate" in saved.value.message
    assert site.requests == []


def test_certificate_of_an_intermediate_authority_is_presented_with_it(locked: LockedSites) -> None:
    """A chain as PEM is sent whole, also if its certificates come in the wrong order and the line ends are lost."""
    name = "certificate, TLS 1.3"
    certificate = locked.sites[name].client_certificate("deep", intermediate=True)
    leaf, intermediate = certificate.chain.decode().split("-----END CERTIFICATE-----\n")[:2]
    end = "-----END CERTIFICATE-----\n"
    text = certificate.key.decode() + intermediate + end + leaf + end
    credentials = {**locked.credentials(name), "kintone_client_certificate_password": ""}
    for pem in (certificate.pem, text, text.replace("\n", " "), text.replace("\n", "\\n"), text.replace("\n", "")):
        locked.host.invoke("kintone_query", {}, {**credentials, "kintone_client_certificate": pem})

    assert {each.certificate for each in locked.sites[name].requests} == {"deep"}
