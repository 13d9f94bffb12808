"""How many of how many records a query returned, in the plugin process and in every output mode."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, Outcome
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

MODES = ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")
FORM = {
    "会社名": {"type": "SINGLE_LINE_TEXT"},
    "件数": {"type": "NUMBER"},
    "受付日時": {"type": "DATETIME"},
    "メモ": {"type": "MULTI_LINE_TEXT"},
}
MATCHING = 32


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with an app of inquiries, of which 32 of 40 are of one company."""
    with LocalKintone(seed="none", port=ports.take()) as running:
        app = running.create_app("Inquiries", FORM)
        running.add_records(app, (_inquiry(number) for number in range(1, 41)))
        yield running


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.reset()
    site.clear_failures()


def _inquiry(number: int) -> dict[str, str]:
    company = "株式会社青空" if number % 5 else "ABC"
    return {"会社名": company, "件数": str(number), "受付日時": "2026-11-27T23:30:00Z", "メモ": ""}


def run(host: DifyHost, site: LocalKintone, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Query the inquiries with a token that may only view."""
    return host.invoke("kintone_query", parameters, credentials_of(site, "view"))


def numbers(outcome: Outcome) -> tuple[object, object]:
    """Return the two numbers, after checking that summary and variables have the same."""
    for message in outcome.json:
        if "summary" in message:
            summary = message["summary"]
            assert summary["total_records"] == outcome.variables["record_count"]
            assert summary["total_count"] == outcome.variables["total_count"]
    return outcome.variables["record_count"], outcome.variables["total_count"]


def is_truncated(outcome: Outcome) -> bool:
    """Return what the summary says."""
    truncated = outcome.json[-1]["summary"]["truncated"]
    assert isinstance(truncated, bool)
    return truncated


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("options", "max_records", "words"),
    [
        ("", 3, ("max_records", "offset 3")),
        ("limit 3", None, ("limit", "offset 3")),
        ("order by $id desc limit 9 offset 6", 3, ("max_records", "offset 9")),
    ],
)
def test_stopped_reading_says_so_in_its_first_line(  # noqa: PLR0913, PLR0917 - a table
    host: DifyHost, site: LocalKintone, mode: str, options: str, max_records: int | None, words: tuple[str, ...]
) -> None:
    """It has both numbers, what stopped the reading, where to go on, and the tool for a count; one request is sent."""
    query = f'会社名 = "株式会社青空" {options}'
    outcome = run(host, site, query=query, max_records=max_records, output_mode=mode, fields="会社名")

    assert numbers(outcome) == (3, MATCHING)
    assert mode == "text_only" or is_truncated(outcome)
    first = outcome.text.splitlines()[0]
    assert first.startswith(f"3 of {MATCHING} ")
    assert [word for word in (*words, "kintone_aggregate") if word not in first] == []
    assert len([request for request in site.requests if request.path.endswith("/records.json")]) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("query", "total", "truncated", "shown"),
    [
        ("limit 0", 40, True, ("0 of 40", "limit 0")),
        ('会社名 in ("ABC") limit 0 offset 3', 8, True, ("0 of 8", "limit 0")),
        ("offset 40", 40, False, ("0 of 40", "offset 40")),
        ("limit 3 offset 5000", 40, False, ("0 of 40", "offset 5000")),
        ('会社名 in ("no") limit 0', 0, True, ("No record", "matches")),
        ('会社名 in ("no") offset 5', 0, False, ("No record", "matches")),
        ('会社名 in ("no")', 0, False, ("No record", "matches")),
    ],
)
def test_text_tells_why_no_record_is_shown(  # noqa: PLR0913, PLR0917 - a table
    host: DifyHost,
    site: LocalKintone,
    mode: str,
    query: str,
    total: int,
    truncated: bool,  # noqa: FBT001
    shown: tuple[str, ...],
) -> None:
    """That none matches is said only where none does; a model that reads it might add the record again."""
    outcome = run(host, site, query=query, output_mode=mode)

    assert numbers(outcome) == (0, total)
    assert mode == "text_only" or is_truncated(outcome) is truncated
    first = outcome.text.splitlines()[0]
    assert all(word in first for word in shown)
    assert ("matches" in outcome.text) == (total == 0)
    assert outcome.variables.get("record_ids", []) == outcome.variables.get("records", []) == []
    if mode == "csv_file":
        assert outcome.files[0].content.decode("utf-8-sig").count("\r\n") == 1
    elif mode == "jsonl_file":
        assert outcome.files[0].content == b""
    else:
        assert not any(message.get("records") for message in outcome.json)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("query", "count"), [("", 40), ("offset 15", 25), ("limit 40", 40), ("limit 50 offset 39", 1)])
def test_complete_reading_is_not_called_truncated(
    host: DifyHost, site: LocalKintone, mode: str, query: str, count: int
) -> None:
    """An offset leaves records out, and the total counts them all the same."""
    outcome = run(host, site, query=query, output_mode=mode)

    assert numbers(outcome) == (count, 40)
    assert mode == "text_only" or not is_truncated(outcome)
    assert outcome.text.startswith("40 records" if count == 40 else f"{count} of 40 ")


@pytest.mark.parametrize("total", [None, "0", "1", "2", "7000"])
@pytest.mark.parametrize("mode", MODES)
def test_total_is_never_below_the_records_when_the_server_counts_wrong(
    host: DifyHost, site: LocalKintone, mode: str, total: str | None
) -> None:
    """A count that cannot be right is not repeated: one more record is found, and the result says "at least"."""
    records = site.records(1)
    for times, some, count in ((1, records[:3], total), (None, records[3:4], None)):
        body = json.dumps({"records": some, "totalCount": count})
        site.fail(api="records", times=times, status=200, body=body, content_type="application/json")
    outcome = run(host, site, query="order by $id asc limit 3", output_mode=mode)

    is_possible = total == "7000"
    assert numbers(outcome) == (3, 7000 if is_possible else 4)
    assert outcome.text.startswith("3 of 7,000 " if is_possible else "3 of at least 4 ")
    assert outcome.text.count("Warning: ") == (0 if is_possible else 1)
    if mode != "text_only":
        assert is_truncated(outcome)
        assert len(outcome.json[-1]["summary"]["warnings"]) == (0 if is_possible else 1)


def test_text_names_ids_and_empty_fields_when_the_id_is_not_asked_for(host: DifyHost, site: LocalKintone) -> None:
    """The records themselves have only the fields that were asked for."""
    outcome = run(host, site, query="order by $id asc limit 2 offset 4", fields="受付日時, メモ, 会社名")

    assert outcome.text.splitlines()[1:] == [
        "#5 受付日時=2026-11-27T23:30:00Z|会社名=ABC|empty: メモ",
        "#6 受付日時=2026-11-27T23:30:00Z|会社名=株式会社青空|empty: メモ",
        "Times ending in Z are UTC.",
    ]
    assert outcome.variables["record_ids"] == ["5", "6"]
    assert {tuple(sorted(record)) for record in outcome.variables["records"]} == {("メモ", "会社名", "受付日時")}


@pytest.mark.parametrize("fields", ["*", ["*"], "会社名, *", '["*"]'])
def test_asterisk_means_all_fields(host: DifyHost, site: LocalKintone, fields: object) -> None:
    """All fields come, and kintone is not asked for a field of that name."""
    outcome = run(host, site, query="limit 1", fields=fields)
    (request,) = site.requests

    assert "fields" not in request.query
    assert set(FORM) | {"$id", "$revision"} <= set(outcome.variables["records"][0])


@pytest.mark.parametrize(("mode", "longest"), [("both", 20_000), ("json_stream", 20_000), ("text_only", 100_000)])
def test_text_is_cut_between_records_and_tells_where_to_go_on(
    host: DifyHost, site: LocalKintone, mode: str, longest: int
) -> None:
    """The text says how many follow; with the offset it names, the next record comes first."""
    app = site.create_app("Long", {"memo": {"type": "MULTI_LINE_TEXT"}})
    site.add_records(app, ({"memo": "長い文章 " * 150} for _ in range(300)))
    credentials = credentials_of(site, "view", app=app)
    outcome = host.invoke("kintone_query", {"max_records": 250, "output_mode": mode}, credentials)
    first, *lines, last = outcome.text.splitlines()
    records = [line for line in lines if line.startswith("#")]
    onward = host.invoke("kintone_query", {"query": f"offset {len(records)}", "max_records": 1}, credentials)

    assert longest * 0.9 < len(outcome.text) <= longest
    assert first.startswith("250 of 300 ")
    assert f"{250 - len(records)} more" in last
    assert f"offset {len(records)} " in last
    assert onward.variables["record_ids"] == [str(len(records) + 1)]
