"""Wrong queries in the plugin process: what reaches kintone, and what a model reads."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of


@pytest.fixture(scope="module")
def orders(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's orders."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


def _queries(site: LocalKintone, before: int) -> list[str]:
    """Return the queries that came after the first requests."""
    parameters = [dict(parse_qsl(each.query)) for each in site.requests[before:]]
    return [each["query"] for each in parameters if "query" in each]


@pytest.mark.parametrize("tool", ["kintone_query", "kintone_aggregate"])
def test_mended_query_reaches_kintone_and_the_warning_the_model(
    host: DifyHost, orders: LocalKintone, tool: str
) -> None:
    """Curly quotes and operators of other languages cost no second call."""
    before = len(orders.requests)
    outcome = host.invoke(tool, {"query": "rank in (“High”) && sku <> 'A-001'"}, credentials_of(orders, "view"))

    sent = _queries(orders, before)

    assert sent
    assert [query for query in sent if not query.startswith('rank in ("High") and sku != "A-001"')] == []
    assert outcome.variables["record_count"] == 2
    assert '“High” was sent as "High"' in outcome.text
    assert outcome.json[0]["summary"]["effective_query"].startswith('rank in ("High") and sku != "A-001"')


@pytest.mark.parametrize("tool", ["kintone_query", "kintone_aggregate"])
def test_refusal_names_label_and_code_and_keeps_kintones_words(host: DifyHost, orders: LocalKintone, tool: str) -> None:
    """An agent wrote the label of a field and the operator of another type."""
    with pytest.raises(PluginFailure) as failed:
        host.invoke(tool, {"query": '担当者 in ("sato") and rank = "High"'}, credentials_of(orders, "view"))

    message = failed.value.message
    assert message.startswith("[GAIA_IQ11] ")
    assert [each for each in ('"owner" (担当者)', 'rank in ("High")', "kintone says: ") if each not in message] == []


def test_moment_without_an_offset_sends_no_query(host: DifyHost, orders: LocalKintone) -> None:
    """The model reads both readings, and kintone is asked for the form alone."""
    before = len(orders.requests)
    with pytest.raises(PluginFailure) as failed:
        host.invoke("kintone_query", {"query": '作成日時 >= "2026-04-01"'}, credentials_of(orders, "view"))

    assert failed.value.code == "INVALID_INPUT"
    assert '作成日時 >= "2026-04-01T00:00:00Z"' in failed.value.message
    assert [each.path.rpartition("/k/v1/")[2] for each in orders.requests[before:]] == ["app/form/fields.json"]


@pytest.mark.parametrize("tool", ["kintone_query", "kintone_aggregate"])
@pytest.mark.parametrize("condition", ['ステータス = "Open"', "作業者 in (LOGINUSER())", 'ステータス in ("Open")'])
def test_condition_on_the_process_of_an_app_without_one(
    host: DifyHost, orders: LocalKintone, tool: str, condition: str
) -> None:
    """The field is named and that process management is off; what else is wrong with the query is told as well."""
    with pytest.raises(PluginFailure) as failed:
        host.invoke(tool, {"query": f"{condition} and stok > 1"}, credentials_of(orders, "view"))
    both = failed.value.message
    with pytest.raises(PluginFailure) as failed:
        host.invoke(tool, {"query": f"stock > 1 and {condition}"}, credentials_of(orders, "view"))
    alone = failed.value.message

    assert failed.value.code == "GAIA_ST02"
    for message in (both, alone):
        assert f"query: {condition.split(maxsplit=1)[0]} (" in message
        assert "process management" in message
    assert '"stock"' in both
    assert "operators are" not in alone


@pytest.mark.parametrize(
    ("tool", "parameters"),
    [
        ("kintone_query", {"query": "nmae stock"}),
        ("kintone_query", {"query": 'nmae = "x" and stok > 1'}),
        ("kintone_query", {"query": "limit 1", "fields": "nmae, stok"}),
        ("kintone_query", {"querry": "limit 1", "field": "sku"}),
        ("kintone_aggregate", {"group_by": "due:monthly"}),
        ("kintone_aggregate", {"measures": "total(stock)"}),
        ("kintone_aggregate", {"group_by": "due:month", "time_zone": "Asia/Tokio"}),
        ("kintone_get_fields", {"fields": "nmae, stok"}),
        ("kintone_get_record", {"update_key": "SKU", "update_key_value": "x"}),
    ],
)
def test_question_in_a_message_ends_its_sentence(
    host: DifyHost, orders: LocalKintone, tool: str, parameters: dict[str, str]
) -> None:
    """Suggestions are asked; what follows begins anew, without a semicolon and not in the middle of a sentence."""
    try:
        message = host.invoke(tool, parameters, credentials_of(orders, "view")).text
    except PluginFailure as failure:
        message = failure.message
    behind = [each[1:].lstrip(' "') for each in message.split("did you mean")[1:] for each in [each[each.index("?") :]]]

    assert behind
    assert [text[:40] for text in behind if re.match(r";|the |write ", text)] == []


def test_warning_reaches_the_model_when_the_form_cannot_be_read(host: DifyHost, orders: LocalKintone) -> None:
    """One try, then the query goes out as it is, and how kintone reads it is told."""
    failure = orders.fail(api="app/form/fields", times=None, status=503)
    try:
        outcome = host.invoke(
            "kintone_query", {"query": 'delivered_at > "2026-03-01"', "fields": "sku"}, credentials_of(orders, "view")
        )
    finally:
        orders.clear_failures()
    (warning,) = outcome.json[0]["summary"]["warnings"]

    assert failure.hits == 1
    assert warning in outcome.text
    assert [word for word in ('delivered_at > "2026-03-01"', "no offset", "UTC") if word not in warning] == []
