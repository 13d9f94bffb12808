"""All tools with their parameters cast as Dify casts them, in the plugin process."""

from typing import Any

import pytest

from dify_host import DifyHost, Outcome, ParametersRefused, PluginFailure, rendered
from local_kintone import LocalKintone
from tests.contract.agreed_names import NETWORKED_TOOLS, OWN_PARAMETERS, TOOLS, network_parameters_of
from tests.good_parameters import as_texts, good_parameters, prepared
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import record_with

GUEST_APP = 4
CONTENT = b"sku,stock\n"


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


@pytest.fixture
def file(host: DifyHost) -> dict[str, Any]:
    """Return a file as Dify passes it."""
    return host.serve("a.csv", CONTENT, "text/csv")


def run(host: DifyHost, site: LocalKintone, tool: str, **parameters: object) -> Outcome:
    """Run a tool as a workflow node does."""
    with prepared(site, tool):
        return host.invoke(tool, parameters, credentials_of(site), given_by="workflow", timeout=60)


def refusal(host: DifyHost, site: LocalKintone, tool: str, **parameters: object) -> PluginFailure:
    """Run a tool that must refuse its parameters."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, tool, **parameters)
    assert failed.value.code == "INVALID_INPUT"
    assert site.stats.requests == 0
    return failed.value


def minimal_parameters(tool: str, file: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with which the tool works, with a real file where one is needed."""
    if tool == "kintone_upload_file":
        return {"upload_file": file}
    if tool == "kintone_download_file":
        return {"record_id": "1", "attachment_field": "attachment"}
    return as_texts(good_parameters(tool))


@pytest.mark.parametrize("tool", NETWORKED_TOOLS)
def test_number_bound_to_a_text_parameter(host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str) -> None:
    """An ID that was a number in the workflow arrives as `1.0` and means 1; a number stays a number."""
    parameters = {**minimal_parameters(tool, file), "kintone_app_id": 1.0, "request_timeout": 20.0}
    if "attachment_field" in OWN_PARAMETERS[tool]:
        parameters |= {"record_id": 1.0, "attachment_field": "attachment"}
    credentials = {**credentials_of(site), "kintone_app_id": "999"}

    with prepared(site, tool):
        assert host.invoke(tool, parameters, credentials, given_by="workflow", timeout=60).text
    assert [request.path for request in site.requests if request.path.startswith("/k/guest/")] == []


@pytest.mark.parametrize("records_data", [3.0, 3, "3", "3.0"])
def test_guest_space_bound_as_a_number(host: DifyHost, site: LocalKintone, records_data: object) -> None:
    """The ID of a guest space is read like every other ID."""
    parameters = {"kintone_app_id": float(GUEST_APP), "kintone_guest_space_id": records_data}
    credentials = credentials_of(site, "view", app=GUEST_APP)

    outcome = host.invoke("kintone_query", parameters, credentials, given_by="workflow", timeout=60)

    assert outcome.variables["record_count"] == 2


@pytest.mark.parametrize("value", [2.0, 2, "2", "2.0"])
def test_number_in_a_query_and_in_max_records(host: DifyHost, site: LocalKintone, value: object) -> None:
    """`2.0` after `limit` in the query and `2.0` for max_records mean 2."""
    limited = run(host, site, "kintone_query", query=f"order by $id asc limit {rendered(value)}")
    capped = run(host, site, "kintone_query", max_records=value)

    assert (limited.variables["record_count"], capped.variables["record_count"]) == (2, 2)


@pytest.mark.parametrize("value", ["two", "1,000", "1e3"])
def test_number_that_dify_cannot_cast(host: DifyHost, site: LocalKintone, value: str) -> None:
    """Dify's own cast fails, with an error that a plugin cannot change."""
    with pytest.raises(ParametersRefused, match="invalid literal"):
        run(host, site, "kintone_query", max_records=value)


@pytest.mark.parametrize("blank", [None, ""])
@pytest.mark.parametrize("tool", TOOLS)
def test_parameters_bound_to_nothing_are_absent(
    host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str, blank: str | None
) -> None:
    """Null and empty text arrive as empty text, no number or `false`, and change nothing."""
    declared = {**OWN_PARAMETERS[tool], **network_parameters_of(tool)}
    # A switch that is on by default would be switched off.
    empty = {name: blank for name, parameter in declared.items() if parameter.default is not True}

    assert run(host, site, tool, **{**empty, **minimal_parameters(tool, file)}).text


@pytest.mark.parametrize("tool", TOOLS)
def test_undeclared_parameter_is_null(host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str) -> None:
    """A parameter of an older version arrives as null and is ignored."""
    assert run(host, site, tool, **minimal_parameters(tool, file), limit=5, record="x").text


@pytest.mark.parametrize("empty", [None, [], [None], "", [""]])
def test_empty_list_of_files_is_missing(host: DifyHost, site: LocalKintone, empty: object) -> None:
    """An optional file that was not given arrives as an empty list and is reported as missing."""
    refused = refusal(host, site, "kintone_upload_file", upload_file=empty)

    assert "upload_file" in refused.message
    assert "address" not in refused.message


@pytest.mark.parametrize("many", [False, True])
def test_one_file_and_a_list_of_files_are_uploaded(
    host: DifyHost, site: LocalKintone, file: dict[str, Any], *, many: bool
) -> None:
    """Dify wraps one file in a list and leaves a list as it is."""
    outcome = run(host, site, "kintone_upload_file", upload_file=[file, file] if many else file)

    expected = ["a.csv", "a (2).csv"] if many else ["a.csv"]
    assert [each["file_name"] for each in outcome.variables["uploaded_files"]] == expected


@pytest.mark.parametrize(
    "row",
    [{"sku": "D-2", "name": "it's 茶", "stock": None}, {"sku": "D-3", "name": 'a "b"', "stock": 5.0, "tags": []}],
)
@pytest.mark.parametrize("in_template", [True, False])
def test_list_of_records_in_a_template_or_cast_to_text(
    host: DifyHost, site: LocalKintone, row: dict[str, Any], *, in_template: bool
) -> None:
    """A list of objects becomes a Python literal, in a template and in the cast to text."""
    rows = [{key: value for key, value in row.items() if key != "tags"}]
    records_data = rendered(rows) if in_template else rows

    outcome = run(host, site, "kintone_upsert_records", records_data=records_data, update_key="sku")

    assert outcome.variables["upsert_result"]["requested"] == 1
    assert record_with(site, row["sku"])["name"]["value"] == row["name"]


def test_ids_with_decimals_in_json_text(host: DifyHost, site: LocalKintone) -> None:
    """A template writes `1.0` in a JSON text too, and it means 1."""
    for entry in ('{"id": 1.0, "record": {"name": "n1"}}', '{"id": "2.0", "record": {"name": "n2"}}'):
        outcome = run(host, site, "kintone_upsert_records", records_data=f"[{entry}]")

        assert (outcome.variables["upsert_result"]["add"], outcome.variables["upsert_result"]["updated"]) == (0, 1)
    assert [site.records(1)[place]["name"]["value"] for place in (0, 1)] == ["n1", "n2"]


@pytest.mark.parametrize("fields", [["sku", "stock"], '["sku", "stock"]', "sku, stock"])
def test_list_of_names_in_a_template_or_cast_to_text(host: DifyHost, site: LocalKintone, fields: object) -> None:
    """A list of texts becomes JSON in a template, and a Python literal when bound to a text parameter."""
    outcome = run(host, site, "kintone_query", query="limit 1", fields=fields)

    assert set(outcome.variables["records"][0]) == {"sku", "stock"}


@pytest.mark.parametrize("tool", TOOLS)
def test_agent_sends_all_settings(host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str) -> None:
    """An agent sends every setting, blank or with the YAML's default, with the same result as without them."""
    credentials = credentials_of(site)

    with prepared(site, tool):
        by_agent = host.invoke(tool, minimal_parameters(tool, file), credentials, given_by="agent", timeout=60)
    site.reset()
    with prepared(site, tool):
        without_settings = host.invoke(tool, minimal_parameters(tool, file), credentials, timeout=60)

    assert set(by_agent.variables) == set(without_settings.variables)
    assert by_agent.json_messages == without_settings.json_messages
