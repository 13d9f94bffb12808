"""Getting one record, and flattening records, in the real plugin process."""

import json
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

GUEST_APP = 4


@pytest.fixture(autouse=True)
def _calm(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


def run(host: DifyHost, site: LocalKintone, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Get a record with a token that may only view."""
    return host.invoke("kintone_get_record", parameters, credentials_of(site, "view"), timeout=60)


def refused(host: DifyHost, site: LocalKintone, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
    """Return the failure of a call."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, **parameters)
    return failed.value


def stored(site: LocalKintone, query: str) -> dict[str, Any]:
    """Return the one record that is stored for a query."""
    (record,) = site.records(1, query)
    return record


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        ({"record_id": "5"}, "$id = 5"),
        ({"record_id": 5.0}, "$id = 5"),
        ({"update_key": "sku", "update_key_value": "C-002"}, 'sku = "C-002"'),
    ],
)
def test_record_is_the_stored_one(
    host: DifyHost, site: LocalKintone, parameters: dict[str, object], query: str
) -> None:
    """Record, ID, revision and address are those of the record in kintone, also as a workflow's node casts them."""
    outcome = host.invoke("kintone_get_record", parameters, credentials_of(site, "view"), given_by="workflow")
    record = stored(site, query)

    assert outcome.variables == {
        "record": record,
        "record_id": record["$id"]["value"],
        "revision": record["$revision"]["value"],
        "record_url": f"{site.origin}/k/1/show#record={record['$id']['value']}",
    }


def test_agent_reads_the_whole_record_once(host: DifyHost, site: LocalKintone) -> None:
    """A model reads the text alone: every field by code or as empty, and what the next calls need."""
    outcome = host.invoke(
        "kintone_get_record", {"record_id": "5"}, credentials_of(site, "view"), given_by="agent", timeout=60
    )
    record = stored(site, "$id = 5")
    lines = outcome.agent_view.splitlines()
    empty = next(line for line in lines if line.startswith("empty: ")).removeprefix("empty: ").split(", ")

    assert outcome.agent_view == outcome.text
    assert {line.partition(" (")[0].partition(":")[0] for line in lines[1:] if line[:1] != " "} >= {
        code for code in record if not code.startswith("$") and code not in empty
    }
    assert {code for code in empty if record[code]["value"] in ("", None, [])} == set(empty)
    assert "record=5" in lines[0]
    assert "revision 1" in lines[0]


def test_file_key_in_the_text_can_be_downloaded(host: DifyHost, site: LocalKintone) -> None:
    """The key beside an attachment is the one for kintone_download_file."""
    text = run(host, site, record_id="1", fields="attachment").text
    key = text.partition("file_key ")[2].partition(")")[0]

    downloaded = host.invoke("kintone_download_file", {"file_key": key}, credentials_of(site, "view"), timeout=60)

    assert [file.name for file in downloaded.files] == ["明細 りんご.csv"]


def test_record_of_a_guest_space(host: DifyHost, site: LocalKintone) -> None:
    """Requests and address go through the guest space."""
    parameters = {"record_id": "1", "kintone_app_id": str(GUEST_APP), "kintone_guest_space_id": "3"}
    outcome = host.invoke("kintone_get_record", parameters, credentials_of(site, "view", app=GUEST_APP), timeout=60)

    assert [request.path for request in site.requests] == ["/k/guest/3/v1/record.json"]
    assert f"/k/guest/3/{GUEST_APP}/show#record=1" in outcome.variables["record_url"]


def test_record_that_was_deleted(host: DifyHost, site: LocalKintone) -> None:
    """The step fails with kintone's code, so that a workflow's fail branch is taken."""
    failure = refused(host, site, record_id="9999")

    assert failure.code == "GAIA_RE01"
    assert "record_id" in failure.message


def test_key_that_no_record_has(host: DifyHost, site: LocalKintone) -> None:
    """The step fails with our code."""
    assert refused(host, site, update_key="sku", update_key_value="Z-9").code == "NOT_FOUND"


def test_token_without_view_permission(host: DifyHost, site: LocalKintone) -> None:
    """Kintone's refusal is passed on, by ID and by key."""
    for parameters in ({"record_id": "1"}, {"update_key": "sku", "update_key_value": "A-001"}):
        with pytest.raises(PluginFailure) as failed:
            host.invoke("kintone_get_record", parameters, credentials_of(site, "add"), timeout=60)
        assert failed.value.code == "GAIA_NO01"


def test_record_with_a_next_line_character(host: DifyHost, site: LocalKintone) -> None:
    """U+0085 is replaced in text, JSON and variable, and told."""
    app = site.create_app("Lines", {"note": {"type": "MULTI_LINE_TEXT"}})
    site.add_records(app, [{"note": "a\x85b"}])
    outcome = host.invoke("kintone_get_record", {"record_id": "1"}, credentials_of(site, app=app), timeout=60)

    assert outcome.variables["record"]["note"]["value"] == "a\nb"
    assert "U+0085" in outcome.text


def test_record_with_very_long_texts(host: DifyHost, site: LocalKintone) -> None:
    """The text stays within what Dify shows whole and says what it left out; the variable has everything."""
    app = site.create_app("Long", {"note": {"type": "MULTI_LINE_TEXT"}, "more": {"type": "MULTI_LINE_TEXT"}})
    site.add_records(app, [{"note": "あ" * 120_000, "more": "い" * 70_000}])
    credentials = credentials_of(site, app=app)

    outcome = host.invoke("kintone_get_record", {"record_id": "1"}, credentials, timeout=60)
    alone = host.invoke("kintone_get_record", {"record_id": "1", "fields": "more"}, credentials, timeout=60)

    assert len(outcome.text) <= 101_000
    assert all(f"characters of {code}" in outcome.text for code in ("note", "more"))
    assert outcome.variables["record"]["note"]["value"] == "あ" * 120_000
    assert f"more: {'い' * 70_000}\n" in alone.text


def test_record_that_dify_cannot_carry(host: DifyHost, site: LocalKintone) -> None:
    """Nothing is sent of it, and the advice is to name fields; these can be read then."""
    codes = [f"note{number}" for number in range(5)]
    app = site.create_app("Huge", {code: {"type": "MULTI_LINE_TEXT"} for code in codes})
    site.add_records(app, [dict.fromkeys(codes, "x" * 1_000_000)])
    credentials = credentials_of(site, app=app)

    for mode in ("both", "flattened_json", "text_only"):
        parameters = {"record_id": "1", "output_mode": mode}
        with pytest.raises(PluginFailure) as failed:
            host.invoke("kintone_get_record", parameters, credentials, timeout=60)
        assert failed.value.code == "TOO_LARGE"
        assert "fields" in failed.value.message

    part = host.invoke("kintone_get_record", {"record_id": "1", "fields": "note3"}, credentials, timeout=60)
    assert len(part.variables["record"]["note3"]["value"]) == 1_000_000


# Flattening


def flattened(host: DifyHost, records_json: object, **parameters: object) -> Outcome:
    """Flatten as a workflow's node does, with a credential that kintone would refuse."""
    credentials = {"kintone_domain": "kintone.example", "kintone_app_id": "x", "kintone_api_token": "no token"}
    given = {"records_json": records_json, **parameters}
    return host.invoke("kintone_flatten_json", given, credentials, given_by="workflow", timeout=60)


@pytest.mark.parametrize("mode", ["both", "json_stream"])
def test_output_of_a_query_is_flattened(host: DifyHost, site: LocalKintone, mode: str) -> None:
    """The JSON output of kintone_query, bound as it is, gives the objects that flattened_json gives."""
    credentials = credentials_of(site, "view")
    parameters = {"query": "order by $id asc", "output_mode": mode}
    queried = host.invoke("kintone_query", parameters, credentials, timeout=60)
    plain = host.invoke("kintone_query", {**parameters, "output_mode": "flattened_json"}, credentials, timeout=60)
    site.reset()

    outcome = flattened(host, queried.json)

    assert outcome.variables == {"records": plain.variables["records"], "record_count": 12}
    assert outcome.json == [{"records": plain.variables["records"]}]
    assert site.requests == []


def test_records_in_a_text_are_flattened(host: DifyHost, site: LocalKintone) -> None:
    """A text with the answer of kintone, which Dify wraps in a list, gives one object a row."""
    text = json.dumps({"records": site.records(1, "$id = 5"), "totalCount": "1"}, ensure_ascii=False)
    outcome = flattened(host, text, subtable_field_code="lines", fields="sku")

    assert [(row["sku"], row["item"]) for row in outcome.variables["records"]] == [
        ("B-002", "ペン先"),
        ("B-002", "インク 青"),
    ]


@pytest.mark.parametrize("nothing", [None, "", []])
def test_records_bound_to_nothing(host: DifyHost, nothing: object) -> None:
    """An empty list is a result; a variable without a value is refused."""
    if nothing == []:
        assert flattened(host, nothing).variables == {"records": [], "record_count": 0}
        return
    with pytest.raises(PluginFailure) as failed:
        flattened(host, nothing)
    assert failed.value.code == "INVALID_INPUT"
    assert "records_json" in failed.value.message
