"""``kintone_aggregate`` in this process, on sites of all regions."""

from typing import Any

import pytest

from kintone import limits
from kintone.access.credentials import Access, Tokens
from kintone.access.sites import read_site
from kintone.errors import UnknownResponseError
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import add, small_pages
from tests.unit.tool_runs import run_tool
from tools.kintone_aggregate import Aggregate
from tools.results import Result

FORM = {"seen": {"type": "DATETIME"}, "amount": {"type": "NUMBER"}}
LATE = "2026-03-31T15:30:00Z"


def result_of(site: InProcess, **parameters: object) -> Result:
    """Run the tool on the app of a kintone."""
    return run_tool(site, Aggregate, parameters)


@pytest.mark.parametrize(
    ("host", "given", "zone", "month"),
    [
        ("example.cybozu.com", "", "Asia/Tokyo", "2026-04"),
        ("example.cybozu.cn", "", "Asia/Shanghai", "2026-03"),
        ("example.kintone.com", "", "UTC", "2026-03"),
        ("example.cybozu.com", "America/New_York", "America/New_York", "2026-03"),
        ("example.kintone.com", "asia/tokyo", "Asia/Tokyo", "2026-04"),
    ],
)
def test_zone_when_no_zone_is_given(host: str, given: str, zone: str, month: str) -> None:
    """Without time_zone the zone depends on the site; text and summary name the zone that was used."""
    with InProcess(FORM) as site:
        site.kintone.add_records(site.app, [{"seen": LATE}])
        site.client.access = Access(read_site(host, frozenset()), Tokens(site.kintone.token(site.app, "view")))
        result = result_of(site, group_by="seen:month", time_zone=given)

    assert result.variables["rows"] == [{"seen:month": month, "count": 1}]
    assert any(zone in str(line) for line in result.lines)
    assert result.json is not None
    summary: Any = result.json["summary"]
    assert summary["time_zone"] == zone


def test_every_page_when_records_come_and_go(site: InProcess) -> None:
    """Records added or deleted while pages are read count once or not at all, all others exactly once."""
    add(site, range(1, 41))
    seen: list[int] = []

    def change_records(asked: Asked) -> None:
        if asked.call == "GET records" and asked.number in (4, 6):
            site.delete([asked.number])
            add(site, [100 + asked.number])
        seen.append(asked.number)

    site.before = change_records
    with small_pages():
        result = result_of(site, group_by="$id")

    rows: Any = result.variables["rows"]
    ids = [int(row["$id"]) for row in rows]
    assert all(row["count"] == 1 for row in rows)
    assert set(ids) >= set(range(1, 41)) - {4, 6}
    assert len(seen) > 8


def test_fields_when_pages_are_asked_for(site: InProcess) -> None:
    """Each request for records names only the needed fields and the id."""
    add(site, range(1, 13))
    with small_pages():
        result_of(site, group_by="a", measures="sum(name), avg(name)")

    fields = [set(asked.parameters["fields"]) for asked in site.asked if asked.call == "GET records"]
    assert fields
    assert all(each in ({"$id", "a", "name"}, {"$id"}) for each in fields)
    assert site.calls["GET app/form/fields"] == 1


def test_count_when_nothing_else_is_requested(site: InProcess) -> None:
    """The number takes one request for the id of one record, and no form is read."""
    add(site, range(1, 13))
    result = result_of(site, query='a = "1"')

    assert result.variables["record_count"] == 6
    (asked,) = site.asked
    assert asked.query == 'a = "1" limit 1'
    assert asked.parameters["fields"] == ["$id"]
    assert asked.parameters["totalCount"] in (True, "true")


def test_value_when_it_is_not_of_its_type(site: InProcess) -> None:
    """A text in a number field is an error that names field and record."""
    add(site, range(1, 4))

    def change(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if asked.api == "records":
            body["records"][1]["name"]["value"] = "many"
        return body

    site.change = change
    with pytest.raises(UnknownResponseError, match="name in record 2"):
        result_of(site, measures="sum(name)")


def test_rows_when_a_name_is_long(site: InProcess) -> None:
    """A long name is shortened in the text, with an ellipsis, and complete in the variable."""
    site.kintone.add_records(site.app, [{"a": "x" * 5_000}])
    result = result_of(site, group_by="a")

    assert result.variables["rows"] == [{"a": "x" * 5_000, "count": 1}]
    (line,) = [str(line) for line in result.lines if str(line).startswith("xxx")]
    assert len(line) < 300
    assert "…" in line


def test_rows_when_names_could_be_misread(site: InProcess) -> None:
    """A name that is empty or holds a separator or line break is in quotes in the text, unchanged in the variable."""
    names = ["a | b", "two\nlines", " blank ", "", 'say "hi"', "plain"]
    site.kintone.add_records(site.app, [{"a": name} for name in names])
    result = result_of(site, group_by="a")

    rows: Any = result.variables["rows"]
    assert [row["a"] for row in rows] == sorted(names)
    lines = [str(line) for line in result.lines]
    for shown in ('"a | b" | 1', '"two\\nlines" | 1', '" blank " | 1', '"" | 1', '"say \\"hi\\"" | 1', "plain | 1"):
        assert shown in lines


@pytest.mark.parametrize(("code", "prefix"), [("APP", "APP-"), ("", "")])
def test_record_numbers_are_sorted_by_number(code: str, prefix: str) -> None:
    """Record 10 follows record 9, with the code of the app and without."""
    with InProcess(FORM) as site:
        site.kintone.apps[site.app].code = code
        site.kintone.add_records(site.app, [{}] * 12)
        rows: Any = result_of(site, group_by="レコード番号").variables["rows"]
        reverse: Any = result_of(site, group_by="レコード番号", order_by="レコード番号 desc").variables["rows"]

    assert [row["レコード番号"] for row in rows] == [f"{prefix}{number}" for number in range(1, 13)]
    assert reverse == rows[::-1]


def test_rows_beyond_what_any_call_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the maximum of max_rows, the headline does not propose to raise it."""
    monkeypatch.setattr(limits, "MAX_ROWS", 3)
    with InProcess(FORM) as site:
        site.kintone.add_records(site.app, [{"amount": str(number)} for number in range(5)])
        most, fewer = (str(result_of(site, group_by="amount", max_rows=count).lines[0]) for count in (3, 2))

    assert most.startswith("3 of 5 rows")
    assert "max_rows" not in most
    assert "group" in most
    assert "max_rows" in fewer
