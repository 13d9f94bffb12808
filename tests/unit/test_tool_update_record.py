"""``kintone_update_record``: which record is written, by which request, and what failures say."""

from collections.abc import Iterator

import pytest

from kintone.errors import KintoneError, NotFoundError, RevisionConflictError
from tests.unit.in_process import InProcess
from tests.unit.update_record_tool import (
    FORM_READ,
    READ,
    UPDATE,
    UPDATE_LIST,
    calls,
    open_shop,
    refusal,
    stored,
    text,
    update,
)


@pytest.fixture
def shop() -> Iterator[InProcess]:
    """Run a kintone with two records; the first has three rows."""
    with open_shop() as site:
        yield site


# Which record


def test_update_by_id_is_one_request(shop: InProcess) -> None:
    """Nothing is read but the form; the other fields and records stay."""
    before = stored(shop), stored(shop, 2)
    result = update(shop, record_data={"note": "新しい"}, record_id="1")

    assert calls(shop) == [FORM_READ, UPDATE]
    assert shop.asked[-1].parameters == {"app": shop.app, "id": "1", "record": {"note": {"value": "新しい"}}}
    after = stored(shop)
    assert after["note"] == "新しい"
    assert {code: after[code] for code in ("sku", "name", "lines")} == {
        code: before[0][code] for code in ("sku", "name", "lines")
    }
    assert stored(shop, 2) == before[1]
    assert all(text(result).split("\n")), "a blank line costs an agent and says nothing"
    assert result.variables == {
        "record_id": "1",
        "revision": "2",
        "record_url": shop.client.record_url(shop.app, "1"),
        "response": {"revision": "2"},
    }


@pytest.mark.parametrize(
    ("code", "value", "sent"), [("sku", "A-2", "A-2"), ("number", 20.0, "20"), ("number", "２０", "20")]
)
def test_update_by_key_never_upserts(shop: InProcess, code: str, value: object, sent: str) -> None:
    """The key is sent without upsert, and nothing but the form is read."""
    result = update(shop, record_data={"note": "x"}, update_key=code, update_key_value=value)

    assert shop.calls[READ] + shop.calls["GET record"] == 0
    assert [asked.call for asked in shop.writes] == [UPDATE_LIST]
    assert shop.asked[-1].parameters == {
        "app": shop.app,
        "records": [{"updateKey": {"field": code, "value": sent}, "record": {"note": {"value": "x"}}}],
    }
    assert (result.variables["record_id"], stored(shop, 2)["note"]) == ("2", "x")


@pytest.mark.parametrize("data", [{"note": "x"}, {"lines": [{"item": "x"}]}])
def test_key_of_no_record_adds_none(shop: InProcess, data: dict[str, object]) -> None:
    """A mistyped key is an error that names it, whether or not the record is read first."""
    with pytest.raises(NotFoundError) as failed:
        update(shop, record_data=data, update_key="sku", update_key_value="A-l")

    assert failed.value.code == ("NOT_FOUND" if "lines" in data else "GAIA_RE20")
    assert "kintone_query" in str(failed.value.remedy)
    assert "A-l" in str(failed.value.problem)
    assert "sku" in str(failed.value.problem)
    assert "update_key_value" in str(failed.value.remedy)
    assert failed.value.ledger is not None
    assert not failed.value.maybe_saved
    assert shop.ids() == [1, 2]


@pytest.mark.parametrize("data", [{"note": "x"}, {"lines": []}])
def test_id_of_no_record(shop: InProcess, data: dict[str, object]) -> None:
    """An unknown id is kintone's refusal, and the parameter is named."""
    with pytest.raises(NotFoundError) as failed:
        update(shop, record_data=data, record_id=99)

    assert failed.value.code == "GAIA_RE01"
    assert "record_id" in str(failed.value.remedy)
    assert "entry" not in str(failed.value)
    assert shop.ids() == [1, 2]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({}, "record_id"),
        ({"record_id": "1", "update_key": "sku"}, "update_key"),
        ({"record_id": "1", "update_key_value": "A-1"}, "update_key_value"),
        ({"update_key": "sku"}, "update_key_value"),
        ({"update_key_value": "A-1"}, "update_key"),
        ({"record_id": "INQ 10x"}, "sku"),
        ({"update_key": "name", "update_key_value": "ink"}, "sku"),
        ({"update_key": "day", "update_key_value": "2026-04-01"}, "sku"),
        ({"update_key": "skuu", "update_key_value": "A-1"}, "sku"),
        ({"update_key": "number", "update_key_value": "ten"}, "update_key_value"),
        ({"update_key": "sku", "update_key_value": "x" * 65}, "update_key_value"),
        ({"record_id": "1", "revision": "two"}, "revision"),
        ({"record_id": "1", "revision": 0}, "revision"),
        ({"record_id": "1", "table_mode": "merge"}, "table_mode"),
        ({"record_id": "1", "file_mode": "merge"}, "file_mode"),
    ],
)
def test_record_must_be_named_in_one_way(shop: InProcess, parameters: dict[str, object], named: str) -> None:
    """Both ways, half of one, no key and a field that cannot be the key are refused; what is meant is named."""
    assert named in refusal(shop, record_data={"note": "x"}, **parameters)
    assert shop.writes == []


def test_record_number_names_the_record_only_with_the_own_app_code(shop: InProcess) -> None:
    """A record number of another app is not taken for the id at its end."""
    assert "SHOP-1" in refusal(shop, record_data={"note": "x"}, record_id="SHOP-1")


def test_record_number_with_the_own_app_code(shop: InProcess) -> None:
    """SHOP-2 is record 2 of the app with the code SHOP."""
    shop.kintone.apps[shop.app].code = "SHOP"
    update(shop, record_data={"note": "x"}, record_id="SHOP-2")

    assert (stored(shop)["note"], stored(shop, 2)["note"]) == ("old", "x")


# The key inside the data


@pytest.mark.parametrize(
    ("key", "value", "data"),
    [
        ("sku", "A-1", {"sku": "A-1", "note": "x"}),
        ("sku", "A-1", {"sku": {"value": "A-1"}, "note": "x"}),
        ("number", "10", {"number": "10.0", "note": "x"}),
        ("number", "10", {"number": 10, "note": "x"}),
    ],
)
def test_same_key_in_the_data_is_left_out(shop: InProcess, key: str, value: str, data: dict[str, object]) -> None:
    """The key is not written, since kintone refuses that."""
    update(shop, record_data=data, update_key=key, update_key_value=value)

    (sent,) = shop.asked[-1].parameters["records"]
    assert sent["record"] == {"note": {"value": "x"}}
    assert stored(shop)["note"] == "x"


@pytest.mark.parametrize("value", ["A-9", "a-1", "", None])
def test_other_key_in_the_data_is_refused(shop: InProcess, value: str | None) -> None:
    """Another value for the key, or none, is refused, and the way to change it is named."""
    line = refusal(shop, record_data={"sku": value, "note": "x"}, update_key="sku", update_key_value="A-1")

    assert "record_id" in line


def test_other_number_key_in_the_data_is_refused(shop: InProcess) -> None:
    """Numbers are compared by value."""
    line = refusal(shop, record_data={"number": "11", "note": "x"}, update_key="number", update_key_value="10")

    assert "record_id" in line


def test_key_can_be_changed_by_id(shop: InProcess) -> None:
    """By its id the record can get another key."""
    update(shop, record_data={"sku": "A-9"}, record_id=1)

    assert stored(shop)["sku"] == "A-9"


@pytest.mark.parametrize("data", ["{}", {}, {"record_data": {}}, {"sku": "A-1"}])
def test_nothing_to_change_is_refused(shop: InProcess, data: object) -> None:
    """Empty data would raise the revision and change nothing."""
    assert "record_data" in refusal(shop, record_data=data, update_key="sku", update_key_value="A-1")


def test_problems_are_told_together(shop: InProcess) -> None:
    """Data is checked for an update: what is missing is no problem, what is wrong is told at once."""
    line = refusal(shop, record_data={"nmae": "x", "name": "", "lines": [{"qty": "many"}]}, record_id="1")

    assert [word in line for word in ("nmae", "name", "qty")] == [True] * 3


# Revision


@pytest.mark.parametrize("data", [{"note": "x"}, {"lines": []}])
@pytest.mark.parametrize("named", [{"record_id": "1"}, {"update_key": "sku", "update_key_value": "A-1"}])
def test_other_revision_is_refused(shop: InProcess, data: dict[str, object], named: dict[str, object]) -> None:
    """A record that was changed since is not written, and reading it again is the advice."""
    with pytest.raises(RevisionConflictError) as failed:
        update(shop, record_data=data, revision="7", **named)

    assert failed.value.code == "GAIA_CO02"
    assert "read the record again" in str(failed.value.remedy)
    assert "entry" not in str(failed.value)
    assert stored(shop)["$revision"] == "1"


@pytest.mark.parametrize("revision", ["1", 1, "-1", ""])
def test_revision_that_the_record_has(shop: InProcess, revision: object) -> None:
    """The right revision is sent, and -1 or a blank is no check."""
    result = update(shop, record_data={"note": "x"}, record_id="1", revision=revision)

    assert shop.asked[-1].parameters.get("revision") == ("1" if revision in ("1", 1) else None)
    assert ("refused" in text(result)) is (revision in ("1", 1))


# Failures


def test_lost_answer_of_a_plain_update_is_sent_again(shop: InProcess) -> None:
    """The same values leave the same record, so the update is repeated."""
    shop.kintone.fail(api="record", method="PUT", status=503, times=1)
    update(shop, record_data={"note": "x"}, record_id="1")

    assert shop.calls[UPDATE] == 2
    assert stored(shop)["note"] == "x"


def test_lost_answer_of_an_update_with_revision_is_unknown(shop: InProcess) -> None:
    """With the caller's revision it is not sent again, and the failure says that it may have been saved."""
    shop.kintone.fail(api="record", method="PUT", status=503, times=1)
    with pytest.raises(KintoneError) as failed:
        update(shop, record_data={"note": "x"}, record_id="1", revision="1")

    assert failed.value.maybe_saved
    assert shop.calls[UPDATE] == 1


def test_endless_failure_tells_that_a_repetition_is_safe(shop: InProcess) -> None:
    """An update without revision may be sent again by the caller."""
    shop.kintone.fail(api="record", method="PUT", status=500, times=50)
    with pytest.raises(KintoneError) as failed:
        update(shop, record_data={"note": "x"}, record_id="1")

    assert failed.value.maybe_saved
    assert any("is safe" in str(note) for note in failed.value.notes)
    assert "look in kintone" not in str(failed.value.remedy)
