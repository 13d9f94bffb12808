"""All tools with their parameters cast as Dify casts them, in the real plugin process."""

from typing import Any

import pytest

from dify_host import DifyHost, Outcome, ParametersRefused, PluginFailure, rendered
from local_kintone import LocalKintone
from tests.contract.agreed_names import NETWORK, OWN_PARAMETERS, TOOLS
from tests.good_parameters import as_texts, good_parameters
from tests.wire.plugin import credentials_of
from tests.wire.write_calls import record_with

GUEST_APP = 4
CONTENT = b"sku,stock\n"


@pytest.fixture(autouse=True)
def _fresh(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


@pytest.fixture
def file(host: DifyHost) -> dict[str, Any]:
    """Return a file as Dify hands it over."""
    return host.serve("a.csv", CONTENT, "text/csv")


def run(host: DifyHost, site: LocalKintone, tool: str, **parameters: object) -> Outcome:
    """Run a tool as the node of a workflow does."""
    return host.invoke(tool, parameters, credentials_of(site), given_by="workflow", timeout=60)


def refusal(host: DifyHost, site: LocalKintone, tool: str, **parameters: object) -> PluginFailure:
    """Run a tool that must refuse what it is given."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, tool, **parameters)
    assert failed.value.code == "INVALID_INPUT"
    assert site.stats.requests == 0
    return failed.value


def minimal(tool: str, file: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with which the tool works, the one for files with a real one."""
    if tool == "kintone_upload_file":
        return {"upload_file": file}
    if tool == "kintone_download_file":
        return {"record_id": "1", "attachment_field": "attachment"}
    return as_texts(good_parameters(tool))


@pytest.mark.parametrize("tool", TOOLS)
def test_number_bound_to_a_text_is_the_number_it_was(
    host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str
) -> None:
    """An ID that was a number in the workflow arrives as `1.0`, and stands for 1; a number stays one."""
    parameters = {**minimal(tool, file), "kintone_app_id": 1.0, "request_timeout": 20.0}
    if "record_id" in OWN_PARAMETERS[tool]:
        parameters |= {"record_id": 1.0, "attachment_field": "attachment"}
    credentials = {**credentials_of(site), "kintone_app_id": "999"}

    assert host.invoke(tool, parameters, credentials, given_by="workflow", timeout=60).text
    assert [request.path for request in site.requests if request.path.startswith("/k/guest/")] == []


@pytest.mark.parametrize("bound", [3.0, 3, "3", "3.0"])
def test_guest_space_bound_as_a_number_is_the_space(host: DifyHost, site: LocalKintone, bound: object) -> None:
    """A guest space's ID is read like every other."""
    parameters = {"kintone_app_id": float(GUEST_APP), "kintone_guest_space_id": bound}
    credentials = credentials_of(site, "view", app=GUEST_APP)

    outcome = host.invoke("kintone_query", parameters, credentials, given_by="workflow", timeout=60)

    assert outcome.variables["record_count"] == 2


@pytest.mark.parametrize("number", [2.0, 2, "2", "2.0"])
def test_number_in_a_query_is_the_number_it_was(host: DifyHost, site: LocalKintone, number: object) -> None:
    """A template puts `2.0` behind `limit`, and a cap bound as a number may be one with a fraction of nothing."""
    limited = run(host, site, "kintone_query", query=f"order by $id asc limit {rendered(number)}")
    capped = run(host, site, "kintone_query", max_records=number)

    assert (limited.variables["record_count"], capped.variables["record_count"]) == (2, 2)


@pytest.mark.parametrize("number", ["two", "1,000", "1e3"])
def test_number_in_words_never_reaches_the_plugin(host: DifyHost, site: LocalKintone, number: str) -> None:
    """Dify's own cast fails, in words that no plugin can mend."""
    with pytest.raises(ParametersRefused, match="invalid literal"):
        run(host, site, "kintone_query", max_records=number)


@pytest.mark.parametrize("blank", [None, ""])
@pytest.mark.parametrize("tool", TOOLS)
def test_parameters_that_are_bound_to_nothing_count_as_absent(
    host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str, blank: str | None
) -> None:
    """A null and an empty text arrive as empty texts, as no number and as `false`, which change nothing."""
    declared = {**OWN_PARAMETERS[tool], **NETWORK}
    # What is on unless switched off would be switched off.
    nothing = {name: blank for name, parameter in declared.items() if parameter.default is not True}

    assert run(host, site, tool, **{**nothing, **minimal(tool, file)}).text


@pytest.mark.parametrize("tool", TOOLS)
def test_name_that_a_node_does_not_declare_is_null(
    host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str
) -> None:
    """A parameter that an older version had is null in a node that still fills it in, and harmless."""
    assert run(host, site, tool, **minimal(tool, file), limit=5, record="x").text


@pytest.mark.parametrize("nothing", [None, [], [None], "", [""]])
def test_list_of_no_files_is_told_as_missing(host: DifyHost, site: LocalKintone, nothing: object) -> None:
    """An optional file that was not given arrives as a list of nothing, and not as a file without an address."""
    refused = refusal(host, site, "kintone_upload_file", upload_file=nothing)

    assert "upload_file" in refused.message
    assert "address" not in refused.message


@pytest.mark.parametrize("many", [False, True])
def test_one_file_and_a_list_of_files_are_uploaded(
    host: DifyHost, site: LocalKintone, file: dict[str, Any], *, many: bool
) -> None:
    """One file is wrapped into a list; a list stays one."""
    outcome = run(host, site, "kintone_upload_file", upload_file=[file, file] if many else file)

    wanted = ["a.csv", "a (2).csv"] if many else ["a.csv"]
    assert [each["file_name"] for each in outcome.variables["uploaded_files"]] == wanted


@pytest.mark.parametrize(
    "row",
    [{"sku": "D-2", "name": "it's 茶", "stock": None}, {"sku": "D-3", "name": 'a "b"', "stock": 5.0, "tags": []}],
)
@pytest.mark.parametrize("in_template", [True, False])
def test_list_of_records_is_read_however_dify_writes_it(
    host: DifyHost, site: LocalKintone, row: dict[str, Any], *, in_template: bool
) -> None:
    """A list of objects becomes a Python literal, by a template and by the cast to text alike."""
    rows = [{key: value for key, value in row.items() if key != "tags"}]
    bound = rendered(rows) if in_template else rows

    outcome = run(host, site, "kintone_upsert_records", records_data=bound, update_key="sku")

    assert outcome.variables["upsert_result"]["requested"] == 1
    assert record_with(site, row["sku"])["name"]["value"] == row["name"]


def test_ids_inside_of_texts_are_the_numbers_they_were(host: DifyHost, site: LocalKintone) -> None:
    """A template puts `1.0` into a JSON text too."""
    for entry in ('{"id": 1.0, "record": {"name": "n1"}}', '{"id": "2.0", "record": {"name": "n2"}}'):
        outcome = run(host, site, "kintone_upsert_records", records_data=f"[{entry}]")

        assert (outcome.variables["upsert_result"]["add"], outcome.variables["upsert_result"]["updated"]) == (0, 1)
    assert [site.records(1)[place]["name"]["value"] for place in (0, 1)] == ["n1", "n2"]


@pytest.mark.parametrize("fields", [["sku", "stock"], '["sku", "stock"]', "sku, stock"])
def test_list_of_names_is_read_however_dify_writes_it(host: DifyHost, site: LocalKintone, fields: object) -> None:
    """A list of texts becomes JSON in a template, and a Python literal where it is bound to a text parameter."""
    outcome = run(host, site, "kintone_query", query="limit 1", fields=fields)

    assert set(outcome.variables["records"][0]) == {"sku", "stock"}


@pytest.mark.parametrize("tool", TOOLS)
def test_agent_sends_all_settings_of_its_author(
    host: DifyHost, site: LocalKintone, file: dict[str, Any], tool: str
) -> None:
    """From an agent each setting arrives, blank or with the YAML's default, and those are the defaults of the code."""
    credentials = credentials_of(site)

    by_agent = host.invoke(tool, minimal(tool, file), credentials, given_by="agent", timeout=60)
    site.reset()
    as_they_are = host.invoke(tool, minimal(tool, file), credentials, timeout=60)

    assert set(by_agent.variables) == set(as_they_are.variables)
    assert by_agent.json_messages == as_they_are.json_messages
