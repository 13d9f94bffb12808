"""Aggregating records, in the real plugin process."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

RECORDS = 2_345


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with an app of 20 fields and more records than five pages hold."""
    with LocalKintone(seed="wide", records=RECORDS, port=ports.take()) as running:
        yield running


@pytest.fixture(scope="module")
def orders(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's orders."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


@pytest.fixture(autouse=True)
def _calm(site: LocalKintone, orders: LocalKintone) -> None:
    site.clear_failures()
    orders.clear_failures()


def run(host: DifyHost, site: LocalKintone, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Aggregate with a token that may only view."""
    return host.invoke("kintone_aggregate", parameters, credentials_of(site, "view"), timeout=60)


def refused(host: DifyHost, site: LocalKintone, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
    """Return the failure of a call."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, **parameters)
    return failed.value


def test_count_takes_one_request(host: DifyHost, site: LocalKintone) -> None:
    """The number of records is kintone's own count, from one request for one record."""
    before = len(site.requests)
    outcome = run(host, site, query='rank in ("High")')

    matching = len(site.records(1, 'rank in ("High")'))
    (request,) = site.requests[before:]
    assert outcome.variables == {"rows": [{"count": matching}], "row_count": 1, "record_count": matching}
    assert outcome.json[0]["summary"]["requests_made"] == 1
    assert request.path.endswith("records.json")
    assert "limit+1" in request.query.replace("%20", "+")
    assert "limit+0" not in request.query.replace("%20", "+")


@pytest.mark.parametrize("total", [None, "0"])
def test_count_is_read_when_kintone_counts_wrong(host: DifyHost, orders: LocalKintone, total: str | None) -> None:
    """If kintone's count is missing or contradicts the returned record, the records are counted."""
    one = orders.records(1)[:1]
    orders.fail(api="records", method="GET", status=200, body=_answer(one, total), times=1)
    before = len(orders.requests)

    assert run(host, orders).variables["record_count"] == len(orders.records(1))
    assert len(orders.requests) - before > 1


def _answer(records: list[dict[str, Any]], total: str | None) -> str:
    return json.dumps({"records": records, "totalCount": total})


def test_groups_when_many_pages_are_read(host: DifyHost, site: LocalKintone) -> None:
    """Counts and sums equal those of the stored records, and only the needed fields were requested."""
    before = len(site.requests)
    outcome = run(host, site, group_by="rank, day:month", measures="count, sum(number_1)", max_rows=10_000)

    counts: Counter[tuple[str, str]] = Counter()
    sums: dict[tuple[str, str], Decimal] = {}
    for record in site.records(1):
        key = (record["rank"]["value"] or "", (record["day"]["value"] or "")[:7])
        counts[key] += 1
        sums[key] = sums.get(key, Decimal(0)) + Decimal(record["number_1"]["value"] or 0)
    rows = outcome.variables["rows"]
    assert {(row["rank"], row["day:month"]): row["count"] for row in rows} == counts
    assert {(row["rank"], row["day:month"]): Decimal(row["sum(number_1)"]) for row in rows} == sums
    assert outcome.variables["record_count"] == RECORDS
    assert outcome.json[0]["rows"] == rows
    pages = [request.query for request in site.requests[before:] if request.path.endswith("records.json")]
    assert len(pages) >= RECORDS // 500
    assert all("memo" not in query and "number_2" not in query and "text_1" not in query for query in pages)
    assert all("fields" in query for query in pages)


def test_text_shows_how_many_rows_there_are(host: DifyHost, site: LocalKintone) -> None:
    """If max_rows limits the rows, the first line shows the number of all; the variables count the returned ones."""
    outcome = run(host, site, group_by="code", max_rows=7)

    assert (outcome.variables["row_count"], len(outcome.variables["rows"])) == (7, 7)
    assert outcome.text.startswith(f"7 of {RECORDS:,} rows, from {RECORDS:,} records of app 1")
    assert "max_rows" in outcome.text.partition("\n")[0]
    assert outcome.json[0]["summary"]["total_rows"] == RECORDS


def test_text_stays_short_when_there_are_many_rows(host: DifyHost, site: LocalKintone) -> None:
    """The text shows only the first rows, the variable holds all."""
    outcome = run(host, site, group_by="code, text_1, text_2", max_rows=10_000)

    assert outcome.variables["row_count"] == RECORDS
    assert len(outcome.text) < 21_000
    shown = outcome.text.count(" | ") // 3 - 1
    assert f"{RECORDS - shown:,} more rows" in outcome.text


def test_text_names_zone_week_and_empty_group(host: DifyHost, orders: LocalKintone) -> None:
    """The text names the time zone, the first day of weeks and the number of records without a date."""
    outcome = run(host, orders, group_by="delivered_at:week", time_zone="America/New_York")

    empty = sum(not record["delivered_at"]["value"] for record in orders.records(1))
    assert "America/New_York" in outcome.text
    assert "Monday" in outcome.text
    assert f'{empty} records in the group ""' in outcome.text
    assert outcome.variables["rows"][0] == {"delivered_at:week": "", "count": empty}
    assert outcome.json[0]["summary"]["time_zone"] == "America/New_York"


@pytest.mark.parametrize("parameters", [{"group_by": "due:month"}, {"measures": "count_distinct(delivered_at)"}])
def test_text_of_days_names_no_zone(host: DifyHost, orders: LocalKintone, parameters: dict[str, str]) -> None:
    """Where the zone makes no difference, as for dates, the text does not name it."""
    here, there = (run(host, orders, **parameters, time_zone=zone) for zone in ("UTC", "America/New_York"))

    assert here.variables == there.variables
    assert "New_York" not in there.text


def test_text_explains_weekdays(host: DifyHost, orders: LocalKintone) -> None:
    """The text explains the numbers of weekdays."""
    outcome = run(host, orders, group_by="due:weekday")

    assert {row["due:weekday"] for row in outcome.variables["rows"]} <= {"", *"1234567"}
    assert "1 for Monday" in outcome.text


def test_zone_is_that_of_the_site(host: DifyHost, orders: LocalKintone) -> None:
    """On a site outside cybozu.com and cybozu.cn the zone is UTC, and the text names it."""
    outcome = run(host, orders, measures="max(delivered_at)")

    newest = max(record["delivered_at"]["value"] for record in orders.records(1))
    assert outcome.variables["rows"][0]["max(delivered_at)"] == newest.replace("Z", "+00:00")
    assert "UTC" in outcome.text


def test_text_explains_several_choices(host: DifyHost, orders: LocalKintone) -> None:
    """The text explains that a record counts for each of its choices, and how many records have several."""
    outcome = run(host, orders, group_by="tags")

    several = sum(len(record["tags"]["value"]) > 1 for record in orders.records(1))
    assert sum(row["count"] for row in outcome.variables["rows"]) > outcome.variables["record_count"]
    assert "several" in outcome.text
    assert f"{several} records" in outcome.text


def test_text_explains_that_table_rows_are_counted(host: DifyHost, orders: LocalKintone) -> None:
    """With columns of a table, rows are counted, and the text shows the number of rows."""
    outcome = run(host, orders, group_by="item", measures="count, sum(qty)")

    tables = [record["lines"]["value"] for record in orders.records(1)]
    assert sum(row["count"] for row in outcome.variables["rows"]) == sum(map(len, tables))
    assert outcome.variables["record_count"] == len(tables)
    assert f"{sum(map(len, tables))} table rows" in outcome.text
    assert "the table lines" in outcome.text
    assert outcome.json[0]["summary"]["table"] == "lines"


def test_no_matching_record_is_not_an_error(host: DifyHost, orders: LocalKintone) -> None:
    """Without a matching record there are no groups; without group_by there is still one row."""
    grouped = run(host, orders, query='sku = "none"', group_by="rank")
    whole = run(host, orders, query='sku = "none"', measures="count, sum(stock), max(due)")

    assert grouped.variables == {"rows": [], "row_count": 0, "record_count": 0}
    assert "No record" in grouped.text
    assert whole.variables["rows"] == [{"count": 0, "sum(stock)": "0", "max(due)": ""}]
    assert whole.variables["record_count"] == 0


def test_warning_of_kintone_is_shown(host: DifyHost, orders: LocalKintone) -> None:
    """If kintone aborted the search, text and summary warn that the numbers are incomplete."""
    warning = "Filter aborted because of too many search results"
    for parameters in ({}, {"group_by": "rank"}):
        records = orders.records(1)
        orders.fail(
            api="records",
            status=200,
            headers={"X-Cybozu-Warning": warning},
            body=_answer(records, str(len(records))),
            times=1,
        )
        outcome = run(host, orders, **parameters)

        assert outcome.text.startswith("Warning: ")
        assert "100,000" in outcome.text
        assert len(outcome.json[0]["summary"]["warnings"]) == 1


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"query": "order by sku asc"}, ["query", "order_by"]),
        ({"query": "stock > 0 limit 5"}, ["query", "max_rows"]),
        ({"query": "stock > 0 offset 5"}, ["query", "offset"]),
        ({"query": "limit 0"}, ["query", "max_rows"]),
        ({"max_rows": 0}, ["max_rows", "10000"]),
        ({"max_rows": 10_001}, ["max_rows", "10000"]),
        ({"max_rows": 1.5}, ["max_rows", "whole"]),
        ({"time_zone": "Mars/Olympus"}, ["time_zone"]),
        ({"group_by": "due:fiscal_year"}, ["group_by", "fiscal_year"]),
        ({"condition": "stock > 0"}, ["condition", "query"]),
        ({"limit": 5}, ["limit", "max_rows"]),
    ],
)
def test_mistake_is_refused_before_any_request(
    host: DifyHost, orders: LocalKintone, parameters: dict[str, Any], named: list[str]
) -> None:
    """An invalid parameter is an error that names the parameter to use, and kintone gets no request."""
    before = len(orders.requests)
    failed = refused(host, orders, **parameters)

    assert failed.code == "INVALID_INPUT"
    assert [each for each in named if each not in failed.message] == []
    assert len(orders.requests) == before


@pytest.mark.parametrize(
    ("parameters", "code", "near"),
    [
        ({"group_by": "担当者"}, "INVALID_INPUT", '"owner"'),
        ({"measures": "sum(在庫)"}, "INVALID_INPUT", '"stock"'),
        ({"group_by": "数量"}, "INVALID_INPUT", '"qty"'),
        ({"query": "stok > 1"}, "GAIA_IQ11", '"stock"'),
        ({"query": "stok > 1", "group_by": "rank"}, "GAIA_IQ11", '"stock"'),
    ],
)
def test_unknown_field_is_refused_with_a_suggestion(
    host: DifyHost, orders: LocalKintone, parameters: dict[str, Any], code: str, near: str
) -> None:
    """For codes and labels that the app lacks the error suggests an existing code."""
    failed = refused(host, orders, **parameters)

    assert failed.code == code
    assert f"did you mean {near}" in failed.message


def test_field_is_found_when_it_is_new(host: DifyHost, ports: Ports) -> None:
    """A remembered form is read again before a field counts as unknown."""
    with LocalKintone(seed="demo", port=ports.take()) as site:
        credentials = credentials_of(site, "view")
        host.invoke("kintone_aggregate", {"group_by": "rank"}, credentials)
        forms = sum(request.path.endswith("fields.json") for request in site.requests)
        with pytest.raises(PluginFailure):
            host.invoke("kintone_aggregate", {"group_by": "rnak"}, credentials)

        assert forms == 1
        assert sum(request.path.endswith("fields.json") for request in site.requests) == forms + 1


def test_lists_when_given_as_json(host: DifyHost, orders: LocalKintone) -> None:
    """Groups and measures may be JSON lists."""
    texts = run(host, orders, group_by="rank, due:year", measures="count, sum(stock)", order_by="sum(stock) desc")
    lists = run(
        host,
        orders,
        group_by='["rank", "due:year"]',
        measures='["count", "sum(stock)"]',
        order_by='["sum(stock) desc"]',
    )

    assert lists.variables == texts.variables
    sums = [int(row["sum(stock)"]) for row in texts.variables["rows"]]
    assert sums == sorted(sums, reverse=True)


def test_text_is_short_where_records_would_be_long(host: DifyHost, site: LocalKintone) -> None:
    """The text of a few groups has a few hundred characters, however many records there are."""
    outcome = run(host, site, group_by="rank", measures="count, sum(number_1)")

    assert len(outcome.text) < 300
