"""records_mapping: the records for an upsert that contain the uploaded files."""

import json

import pytest

from kintone.errors import InvalidParameterError
from kintone.writing.entry_reading import read_entries
from tools.uploads import RecordsMapping

KEY = {"field": "sku", "value": "A-1"}


def _entry(**parts: object) -> dict[str, object]:
    return {"attachment_field": "photos", "record": {"stock": 5}, "updateKey": KEY, **parts}


def test_mapping_when_one_entry_takes_all_files() -> None:
    """A single entry gets all file keys in its attachment field."""
    data = RecordsMapping({"records": [_entry()]}, 2).records_data(["k1", "k2"])

    assert json.loads(data) == {
        "records": [
            {
                "updateKey": KEY,
                "record": {"stock": 5, "photos": {"value": [{"fileKey": "k1"}, {"fileKey": "k2"}]}},
            }
        ]
    }


def test_mapping_when_there_are_as_many_entries_as_files() -> None:
    """Each entry gets the file of its position, with an id or with an update key."""
    entries = [_entry(), {"attachment_field": "photos", "id": 7}, {"attachment_field": "photos", "record": {"a": "b"}}]
    records = json.loads(RecordsMapping(entries, 3).records_data(["k1", "k2", "k3"]))["records"]

    assert [entry["record"]["photos"]["value"] for entry in records] == [
        [{"fileKey": "k1"}],
        [{"fileKey": "k2"}],
        [{"fileKey": "k3"}],
    ]
    assert records[1]["id"] == 7


def test_mapping_when_its_result_goes_to_the_upsert() -> None:
    """The output is valid input of the upsert."""
    data = RecordsMapping(_entry(), 1).records_data(["k1"])

    assert read_entries(json.loads(data))[0].record["photos"] == {"value": [{"fileKey": "k1"}]}


def test_mapping_when_a_record_holds_a_next_line() -> None:
    """U+0085 is escaped, since Dify cannot carry it and a line end would break the JSON."""
    data = RecordsMapping(_entry(record={"no\x85te": "a\x85b"}), 1).records_data(["k1"])

    assert "\x85" not in data
    assert json.loads(data)["records"][0]["record"]["no\x85te"] == "a\x85b"


@pytest.mark.parametrize(
    ("structure", "files", "words"),
    [
        ([], 1, "must be a list of entries"),
        ({"records": {}}, 1, "must be a list of entries"),
        ({}, 1, "must be a list of entries"),
        ([7], 1, "entry 1 is not an object"),
        ([{"record": {}}], 1, 'no "attachment_field"'),
        ([_entry(attachment_field=" ")], 1, 'no "attachment_field"'),
        ([_entry(record=[])], 1, "is not an object"),
        ([_entry(record={"photos": []})], 1, "already has photos"),
        ([_entry(), _entry()], 3, "2 entries for 3 files"),
        ([_entry(), _entry()], 1, "2 entries for 1 file;"),
        ([_entry(), _entry()], 2, "A-1"),
        ([_entry(id=3)], 1, "both id and updateKey"),
        ([_entry(updatekey=KEY)], 1, "updateKey"),
    ],
)
def test_mapping_when_it_would_fail_later(structure: object, files: int, words: str) -> None:
    """Input that the upsert would refuse is refused before any upload, with this parameter's name."""
    with pytest.raises(InvalidParameterError, match=words) as caught:
        RecordsMapping(structure, files)

    assert str(caught.value.problem).startswith("records_mapping")
