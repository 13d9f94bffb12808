"""Records that are older than a change of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, body_of, cells, refusal_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT: dict[str, Any] = {"type": "SINGLE_LINE_TEXT"}
LINES: dict[str, Any] = {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}, "note": TEXT}}
OLD: dict[str, dict[str, Any]] = {"code": TEXT, "gone": TEXT, "lines": LINES}
LATE: dict[str, dict[str, Any]] = {
    "late": {**TEXT, "defaultValue": "x"},
    "late_number": {"type": "NUMBER"},
    "late_tags": {"type": "CHECK_BOX", "options": ["a"]},
    "late_lines": {"type": "SUBTABLE", "fields": {"late_cell": TEXT}},
    "late_sum": {"type": "CALC", "expression": "SUM(qty) + late_number"},
}
NEW_LINES: dict[str, Any] = {
    "type": "SUBTABLE",
    "fields": {
        "qty": {"type": "NUMBER"},
        "late_column": TEXT,
        "late_double": {"type": "CALC", "expression": "qty * 2"},
    },
}
NEW: dict[str, dict[str, Any]] = {"code": {**TEXT, "unique": True}, "lines": NEW_LINES, **LATE}


@pytest.fixture
def changed() -> Iterator[LocalKintone]:
    """Create one app with a record that is older than a change of its form."""
    kintone = LocalKintone(seed="none")
    kintone.create_app("Changed", OLD)
    InProcessClient(kintone, kintone.token(1)).add(1, code="A", gone="g", lines=[{"value": cells(qty="2", note="n")}])
    kintone.change_form(1, NEW)
    yield kintone
    kintone.stop()


@pytest.fixture
def client(changed: LocalKintone) -> InProcessClient:
    """Return a client for it."""
    return InProcessClient(changed, changed.token(1))


def test_old_record_lacks_the_new_fields_and_has_lost_the_removed(
    changed: LocalKintone, client: InProcessClient
) -> None:
    """Fact sheet 6.2: fields that were never written are absent; `fields` and queries work with such records."""
    values = values_of(changed, 1, 1)
    assert not (LATE.keys() | {"gone"}) & values.keys()
    assert set(values["lines"][0]["value"]) == {"qty"}
    assert values["$revision"] == "1"
    for condition in (
        'late = ""',
        'late_tags in ("")',
        "late_number not in (1)",
        'code = "A" order by late_number asc',
    ):
        body = {"app": 1, "query": condition, "fields": ["code", "late"]}
        assert body_of(client.send("GET", "records", body))["records"] == [
            {"code": {"type": "SINGLE_LINE_TEXT", "value": "A"}}
        ], condition
    assert refusal_of(client.send("GET", "records", {"app": 1, "query": 'gone = "g"'}))[1] == "GAIA_IQ11"


def test_new_record_has_all_fields_and_an_old_one_once_it_is_saved(
    changed: LocalKintone, client: InProcessClient
) -> None:
    """Fact sheet 6.2: defaults apply to new records; a saved old record shows blanks and computed values."""
    assert values_of(changed, 1, client.add(1, code="B"))["late"] == "x"
    assert client.update(1, 1, late_number="3").status == 200
    values = values_of(changed, 1, 1)
    assert values.keys() >= LATE.keys()
    assert (values["late"], values["late_tags"], values["late_lines"], values["late_sum"]) == ("", [], [], "5")
    assert values["lines"][0]["value"]["late_double"]["value"] == "4"


def test_field_that_now_prohibits_duplicates_knows_the_old_values(client: InProcessClient) -> None:
    """Fact sheet 2.1 and 6.2: an update key finds an old record, and a new one may not repeat it."""
    key = {"field": "code", "value": "A"}
    assert client.send("PUT", "record", {"app": 1, "updateKey": key, "record": cells(late="y")}).status == 200
    answer = client.send("POST", "record", {"app": 1, "record": cells(code="A")})
    assert refusal_of(answer) == (400, "CB_VA01", {"record.code.value"})


def test_old_records_can_be_made_to_show_blanks() -> None:
    """It is not documented what old records show; a setting fills them with blanks."""
    kintone = LocalKintone(seed="none")
    kintone.settings.new_fields = "blank"
    kintone.create_app("Changed", OLD)
    kintone.add_records(1, [{"code": "A", "lines": [{"qty": "2"}]}])
    kintone.change_form(1, NEW)
    values = values_of(kintone, 1, 1)
    assert (values["late"], values["late_number"], values["late_tags"], values["late_lines"]) == ("", "", [], [])
    assert values["lines"][0]["value"]["late_column"]["value"] == ""
    kintone.stop()


def test_form_that_the_records_contradict_changes_nothing(changed: LocalKintone, client: InProcessClient) -> None:
    """Fact sheet 6.6: a field cannot prohibit duplicates if records have the same value."""
    client.update(1, 1, late="same")
    client.add(1, code="B", late="same")
    with pytest.raises(ValueError, match="the same late"):
        changed.change_form(1, {**NEW, "late": {**TEXT, "unique": True}})
    assert changed.apps[1].form.revision == 2
    assert values_of(changed, 1, 1)["late"] == "same"


def test_process_management_switched_on_shows_in_old_records(changed: LocalKintone) -> None:
    """Fact sheet 2.9: records contain status and assignees when they are enabled."""
    changed.change_form(1, {**NEW, "ステータス": {"type": "STATUS", "enabled": True}})
    assert values_of(changed, 1, 1)["ステータス"] == "未処理"
