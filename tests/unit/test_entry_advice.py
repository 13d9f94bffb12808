"""What ``kintone_upsert_records`` says of plain rows without ``update_key``, and of an ``id`` that is no number."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tools.kintone_upsert_records import UpsertRecords
from tools.results import Result

FORM: dict[str, dict[str, Any]] = {
    "inquiry_no": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "serial": {"type": "NUMBER", "unique": True},
    "day": {"type": "DATE", "unique": True},
    "note": {"type": "SINGLE_LINE_TEXT"},
}
NOTHING_UNIQUE = {"note": FORM["note"]}


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[InProcess]:
    """Run a kintone with one record."""
    with InProcess(getattr(request, "param", FORM)) as running:
        running.kintone.add_records(running.app, [{"note": "old"}])
        yield running


def upsert(site: InProcess, entries: object, **parameters: object) -> Result:
    """Run the tool."""
    given = {"records_data": entries, **parameters}
    return run_tool(site, UpsertRecords, given)


def refusal(site: InProcess, entries: object) -> str:
    """Return the line of a call that is refused; nothing is written."""
    with pytest.raises(InvalidParameterError) as refused:
        upsert(site, entries)
    assert site.writes == []
    return str(refused.value)


def own_code(site: InProcess, code: str) -> None:
    """Give the app a code."""
    site.change = lambda asked, answer: {**answer, "code": code} if asked.call == "GET app" else answer


# Plain rows


def test_plain_rows_are_answered_with_the_key_that_they_have(site: InProcess) -> None:
    """Of the unique fields the one that every row has is named, once, and not the date, by which none is found."""
    line = refusal(site, [{"inquiry_no": "INQ-1", "serial": 1, "note": "a"}, {"inquiry_no": "INQ-2", "day": "x"}] * 20)

    assert line.count("set update_key to inquiry_no") == 1
    assert "serial" not in line
    assert "day" not in line


def test_plain_rows_without_a_key_are_answered_with_the_fields_that_can_be_one(site: InProcess) -> None:
    """Both text and number, and the way to add the rows."""
    line = refusal(site, {"records": [{"note": "a"}, {"note": "b"}]})

    assert "set update_key to inquiry_no or serial" in line
    assert '{"record": {…}}' in line


@pytest.mark.parametrize("site", [NOTHING_UNIQUE], indirect=True)
def test_plain_rows_in_an_app_without_a_unique_field(site: InProcess) -> None:
    """The message says so, and how rows are added or updated instead."""
    line = refusal(site, [{"note": "a"}])

    assert "set update_key" not in line
    assert "prohibits duplicates" in line
    assert '{"id": …, "record": {…}}' in line


def test_plain_rows_when_the_form_cannot_be_read(site: InProcess) -> None:
    """The advice is given without names."""
    site.kintone.fail(api="app/form/fields", times=None, status=403, code="CB_NO02", message="No privilege.")

    assert "set update_key to a field" in refusal(site, [{"note": "a"}])


def test_advice_about_plain_rows_is_right(site: InProcess) -> None:
    """With the key that was proposed the rows are written."""
    result = upsert(site, [{"inquiry_no": "INQ-1", "note": "a"}], update_key="inquiry_no")

    assert result.variables["upsert_result"] == {"add": 1, "updated": 0, "requested": 1, "with_update_key": 1}


# Ids


def test_id_that_is_the_value_of_a_unique_field_proposes_the_update_key(site: InProcess) -> None:
    """Ready to copy; a number or a date cannot have the value, and many entries ask kintone once."""
    entries = [{"id": f"INQ-00{number}", "record": {"note": "x"}} for number in range(10, 40)]
    line = refusal(site, entries)

    proposed = json.loads("{" + line[line.index('"updateKey"') :].partition("}")[0] + "}}")
    assert proposed == {"updateKey": {"field": "inquiry_no", "value": "INQ-0010"}}
    assert "serial" not in line
    assert "day" not in line
    assert site.calls["GET app/form/fields"] == 1
    upsert(site, [{**proposed, "record": {"note": "x"}}])


@pytest.mark.parametrize("given", ["APP-1", "app-1", "#1", "record 1", " APP-1 "])
def test_record_number_with_the_own_code_is_the_id(site: InProcess, given: str) -> None:
    """As in the tools for one record; codes are compared as they are."""
    own_code(site, "APP")
    if given == "app-1":
        assert "id is" in refusal(site, [{"id": given, "record": {"note": "x"}}])
        return
    upsert(site, [{"id": given, "record": {"note": "new"}}])

    assert site.values("note") == ["new"]


def test_record_number_of_another_app_is_no_id(site: InProcess) -> None:
    """It is refused, since the number belongs to another record."""
    own_code(site, "APP")

    assert "updateKey" in refusal(site, [{"id": "OTHER-1", "record": {"note": "x"}}])


@pytest.mark.parametrize("padded", ["APP-0001", "APP-01"])
def test_padded_number_is_no_record_number(site: InProcess, padded: str) -> None:
    """Kintone writes record numbers without zeros in front, so such a value is that of another field."""
    own_code(site, "APP")

    assert "inquiry_no" in refusal(site, [{"id": padded, "record": {"note": "x"}}])


@pytest.mark.parametrize("site", [NOTHING_UNIQUE], indirect=True)
def test_id_that_is_no_number_where_nothing_is_unique(site: InProcess) -> None:
    """There is no key to propose."""
    line = refusal(site, [{"id": "INQ-x", "record": {"note": "x"}}])

    assert "updateKey" not in line
    assert "number" in line


@pytest.mark.parametrize("odd", [None, {}, [], True, -1, 1.5, "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"])
def test_odd_ids_propose_nothing(site: InProcess, odd: object) -> None:
    """Only a short text can be a key that was put into the wrong place."""
    assert "updateKey" not in refusal(site, [{"id": odd, "record": {"note": "x"}}])


@pytest.mark.parametrize("entry", [{"id": "APP-1", "record": {"note": "x"}}, {"note": "x"}])
def test_number_and_key_need_no_advice(site: InProcess, entry: Mapping[str, object]) -> None:
    """Where nothing is wrong, neither the app's code nor, without the check, its form is asked for."""
    right = [{"id": 1, "record": entry if "note" in entry else entry["record"]}]
    upsert(site, right, validate_before_write=False)

    assert site.calls["GET app"] == 0


# Entries that are nearly right


def test_fields_beside_the_id_are_shown_inside_record(site: InProcess) -> None:
    """Following the sentence must not drop the id, which would add a record."""
    line = refusal(site, [{"id": 1, "note": "new", "serial": 3}])

    assert '{"id": …, "record": {"note": …}}' in line
    assert '"serial"' in line
    upsert(site, [{"id": 1, "record": {"note": "new", "serial": 3}}])
    assert site.values("note") == ["new"]


def test_fields_beside_the_update_key_are_shown_inside_record(site: InProcess) -> None:
    """The key stays where it is."""
    line = refusal(site, [{"updateKey": {"field": "serial", "value": 1}, "note": "new"}])

    assert '{"updateKey": …, "record": {"note": …}}' in line


@pytest.mark.parametrize("entry", [{"id": 1, "note": "x"}, {"note": "x"}, {"id": 1, "record": {"note": "x"}}])
def test_an_object_is_to_be_put_into_a_list(site: InProcess, entry: dict[str, object]) -> None:
    """What it says must not propose another entry, without id, which would add a record."""
    line = refusal(site, entry)

    assert "[{…}]" in line
    assert '"record"' not in line


def test_the_record_id_is_no_update_key(site: InProcess) -> None:
    """The sentence shows the entry that finds a record by its ID."""
    with pytest.raises(InvalidParameterError) as refused:
        upsert(site, [{"$id": 1, "note": "new"}], update_key="$id")

    assert '{"id": 12, "record": {…}}' in str(refused.value)
    assert site.writes == []
