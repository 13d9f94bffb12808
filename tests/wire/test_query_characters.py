"""Characters with a meaning in URLs reach kintone unchanged: the bytes of the requests."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

SPECIAL_TEXT = "+81 90%20 100% a&b=c #1; 😀 /?:@ 'x' ~東京"
ENCODED_SPECIAL_TEXT = (
    "%2B81%2090%2520%20100%25%20a%26b%3Dc%20%231%3B%20%F0%9F%98%80%20%2F%3F%3A%40%20%27x%27%20~%E6%9D%B1%E4%BA%AC"
)
LONG_TEXT = "x" * 5_000


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with an app that has special characters in its values."""
    with LocalKintone(seed="none", port=ports.take()) as running:
        app = running.create_app("odd", {"電話": {"type": "SINGLE_LINE_TEXT"}, "n": {"type": "NUMBER"}})
        running.add_records(app, [{"電話": SPECIAL_TEXT, "n": "1"}, {"電話": SPECIAL_TEXT.replace("+", " "), "n": "2"}])
        running.add_records(app, ({"電話": SPECIAL_TEXT, "n": "3"} for _ in range(600)))
        yield running


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.reset()


def run(host: DifyHost, site: LocalKintone, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Run a query."""
    return host.invoke("kintone_query", parameters, credentials_of(site, "view"))


def test_query_arrives_unchanged_when_it_is_in_the_url(host: DifyHost, site: LocalKintone) -> None:
    """A plus sign does not become a space, and nothing is encoded twice."""
    outcome = run(host, site, query=f'電話 = "{SPECIAL_TEXT}" and n < 3 limit 5', fields="n,電話")
    (request,) = site.requests

    assert request.method == "GET"
    assert request.query == (
        "app=1&fields%5B0%5D=n&fields%5B1%5D=%E9%9B%BB%E8%A9%B1&fields%5B2%5D=%24id"
        f"&query=%E9%9B%BB%E8%A9%B1%20%3D%20%22{ENCODED_SPECIAL_TEXT}%22%20and%20n%20%3C%203%20limit%205"
        "&totalCount=true"
    )
    assert outcome.variables["record_ids"] == ["1"]
    assert outcome.json[0]["records"] == [
        {"n": {"type": "NUMBER", "value": "1"}, "電話": {"type": "SINGLE_LINE_TEXT", "value": SPECIAL_TEXT}}
    ]


def test_query_arrives_unchanged_when_it_is_too_long_for_a_url(host: DifyHost, site: LocalKintone) -> None:
    """A long query is sent as JSON in the body of a POST."""
    query = f'電話 in ("{SPECIAL_TEXT}", "{LONG_TEXT}") and n < 3 limit 5'
    outcome = run(host, site, query=query, fields="n")
    (request,) = site.requests

    assert (request.method, request.headers.get("X-HTTP-Method-Override"), request.query) == ("POST", "GET", "")
    assert json.loads(request.body)["query"] == query
    assert outcome.variables["record_ids"] == ["1"]


def test_query_arrives_unchanged_when_a_cursor_is_created(host: DifyHost, site: LocalKintone) -> None:
    """The request that creates a cursor has the query as it was given."""
    outcome = run(host, site, query=f'電話 = "{SPECIAL_TEXT}" order by n desc', output_mode="json_stream")
    created = next(request for request in site.requests if request.path.endswith("/cursor.json"))

    assert json.loads(created.body)["query"] == f'電話 = "{SPECIAL_TEXT}" order by n desc'
    assert outcome.variables["record_count"] == 601


def test_file_key_arrives_unchanged_when_it_has_such_characters(host: DifyHost, site: LocalKintone) -> None:
    """A file key is opaque, so any character in it is sent."""
    with pytest.raises(PluginFailure, match=r"\[GAIA_BL01\]"):
        host.invoke("kintone_download_file", {"file_key": "a+b %20&c#d;e="}, credentials_of(site, "view"))

    assert [request.query for request in site.requests] == ["fileKey=a%2Bb%20%2520%26c%23d%3Be%3D"]
