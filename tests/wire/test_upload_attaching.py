"""Uploading and attaching in one step, and records_mapping, in the plugin process."""

import json
from collections.abc import Iterator

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.file_transfers import FileTransfers
from tests.wire.plugin import Ports


@pytest.fixture(scope="module")
def transfers(host: DifyHost, ports: Ports) -> Iterator[FileTransfers]:
    """Run one kintone for all tests of this module."""
    with LocalKintone(seed="none", port=ports.take()) as site:
        yield FileTransfers(host, site)


@pytest.fixture(autouse=True)
def _reset_site(transfers: FileTransfers) -> None:
    transfers.reset()


def test_attach_when_the_record_has_files(transfers: FileTransfers) -> None:
    """New files are added to those of the record, or replace them in the mode replace; other fields are unchanged."""
    record_id = transfers.record_with_files(b"old", name="old.txt")
    outcome = transfers.upload(transfers.host.serve("new.txt", b"new"), record_id=record_id, attachment_field="photos")
    assert transfers.attached_names(record_id) == ["old.txt", "new.txt"]
    assert f"Attached to photos of record {record_id}" in outcome.text
    assert f"#record={record_id}" in outcome.text

    newest = transfers.host.serve("newest.txt", b"newest")
    replaced = transfers.upload(newest, record_id=record_id, attachment_field="photos", file_mode="replace")
    assert transfers.attached_names(record_id) == ["newest.txt"]
    assert transfers.attached_names(record_id, "others") == []
    # Only in the mode append would a second run attach them twice.
    assert ["attach the files once more" in ran.text for ran in (outcome, replaced)] == [True, False]
    assert "replace these files" in replaced.text


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"record_id": "1"}, "record_id is given without attachment_field"),
        ({"attachment_field": "photos"}, "attachment_field is given without record_id"),
        ({"record_id": "x", "attachment_field": "photos"}, "record_id must be a positive whole number"),
        ({"file_mode": "add"}, "file_mode must be one of replace, append"),
        ({"file_names": '["a", "b"]'}, "2 names for 1 files"),
        ({"records_mapping": "[]"}, "records_mapping must be a list"),
        ({"records_mapping": "[{]"}, "records_mapping cannot be read"),
        (
            {"records_mapping": '[{"attachment_field": "a"}]', "record_id": "1", "attachment_field": "photos"},
            "keep one of them",
        ),
        ({"kintone_app_id": "x", "record_id": "1", "attachment_field": "photos"}, "kintone_app_id"),
        ({"request_timeout": 0}, "request_timeout"),
        ({"kintone_domain": "evil.example"}, "kintone_domain"),
    ],
)
def test_upload_when_a_parameter_is_wrong(transfers: FileTransfers, parameters: dict[str, object], words: str) -> None:
    """A wrong parameter is refused before a file is requested or sent."""
    requests_before = len(transfers.host.files.requests)
    refused = transfers.refused_upload(transfers.host.serve("a.txt", b"a"), **parameters)

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    # For a record_id that is none, the form shows how the record is found instead.
    assert {request.path for request in transfers.site.requests} <= {"/k/v1/app/form/fields.json"}
    assert len(transfers.host.files.requests) == requests_before


@pytest.mark.parametrize(
    ("field", "words"),
    [("title", "not an attachment field"), ("phtos", 'attachment fields are "photos"'), ("$id", "not an attachment")],
)
def test_attach_when_the_field_takes_no_files(transfers: FileTransfers, field: str, words: str) -> None:
    """A field that takes no files is refused before the upload."""
    refused = transfers.refused_upload(
        transfers.host.serve("a.txt", b"a"), record_id=transfers.new_record(), attachment_field=field
    )

    assert words in refused.message
    assert transfers.uploads_received() == 0


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_attach_when_the_record_is_older_than_the_field(transfers: FileTransfers, mode: str) -> None:
    """A record saved before the field was added lacks it, so the field's type is taken from the form."""
    record_id = transfers.new_record()
    fields = {code: dict(each) for code, each in transfers.site.apps[transfers.app].form.properties.items()}
    transfers.site.change_form(transfers.app, {**fields, f"new_{mode}": {"type": "FILE"}})
    file = transfers.host.serve("a.txt", b"a")
    transfers.upload(file, record_id=record_id, attachment_field=f"new_{mode}", file_mode=mode)

    assert transfers.attached_names(record_id, f"new_{mode}") == ["a.txt"]


def test_attach_when_the_record_is_missing(transfers: FileTransfers) -> None:
    """A missing record is an error before the upload."""
    refused = transfers.refused_upload(
        transfers.host.serve("a.txt", b"a"), record_id="99999", attachment_field="photos"
    )

    assert refused.message.startswith("[GAIA_RE01]")
    assert "record_id" in refused.message
    assert transfers.uploads_received() == 0


def test_attach_when_kintone_refuses_it(transfers: FileTransfers) -> None:
    """The error of a refused record lists the file keys of the upload."""
    transfers.site.fail(api="record", method="PUT", status=403, code="GAIA_NO01")
    record_id = transfers.new_record()
    files = [transfers.host.serve(f"{n}.txt", b"a") for n in range(2)]
    refused = transfers.refused_upload(*files, record_id=record_id, attachment_field="photos")

    assert refused.message.startswith("[GAIA_NO01]")
    assert '"0.txt" fileKey ' in refused.message
    assert '"1.txt" fileKey ' in refused.message
    assert transfers.attached_names(record_id) == []


def test_mapping_when_it_is_passed_to_the_upsert(transfers: FileTransfers) -> None:
    """With records_data of the upload, the upsert puts each file into its record."""
    old = transfers.new_record()
    mapping = [
        {"attachment_field": "photos", "updateKey": {"field": "title", "value": "made"}, "record": {}},
        {"attachment_field": "others", "id": old},
    ]
    files = [transfers.host.serve(f"{n}.txt", b"a") for n in range(2)]
    outcome = transfers.upload(*files, records_mapping=json.dumps({"records": mapping}))
    assert "pass records_data to kintone_upsert_records" in outcome.text

    data = outcome.variables["records_data"]
    result = transfers.host.invoke("kintone_upsert_records", {"records_data": data}, transfers.credentials)
    made, updated = (entry["id"] for entry in result.variables["results"])
    assert (transfers.attached_names(made), transfers.attached_names(updated, "others")) == (["0.txt"], ["1.txt"])
    assert updated == old


@pytest.mark.parametrize("label", ["写真", "写 真"])
def test_all_fields_with_a_label_are_suggested_when_it_is_given_as_code(transfers: FileTransfers, label: str) -> None:
    """For a label that two fields have, upload and download suggest both codes."""
    record_id = transfers.new_record()
    target = {"record_id": record_id, "attachment_field": label}

    upload = transfers.refused_upload(transfers.host.serve("a.txt", b"a", "text/plain"), **target)
    download = transfers.refused_download(**target)

    for refused in (upload, download):
        assert refused.message.startswith("[INVALID_INPUT] ")
        assert 'did you mean "photos" or "others"?' in refused.message
    assert transfers.attached_names(record_id) == []


def test_column_is_not_suggested_for_itself(transfers: FileTransfers) -> None:
    """The code of a table's column is refused with the table's name and no suggestion."""
    target = {"record_id": transfers.new_record(), "attachment_field": "scan"}

    upload = transfers.refused_upload(transfers.host.serve("a.txt", b"a", "text/plain"), **target)
    for refused in (upload, transfers.refused_download(**target)):
        assert refused.code == "INVALID_INPUT"
        assert "rows" in refused.message
        assert "did you mean" not in refused.message


def test_key_in_place_of_the_record(transfers: FileTransfers) -> None:
    """A key such as INV-1 is not taken for record 1, nor is 1 proposed: the file would land in another record."""
    record_id = transfers.record_with_files(b"old", name="old.txt")
    key = f"INV-000{record_id}"
    refused = transfers.refused_upload(
        transfers.host.serve("new.txt", b"new"), record_id=key, attachment_field="photos"
    )

    assert (refused.code, key in refused.message, "kintone_query" in refused.message) == ("INVALID_INPUT", True, True)
    assert not refused.message.rstrip().endswith(record_id)
    assert "last part" not in refused.message
    assert transfers.attached_names(record_id) == ["old.txt"]


def test_files_that_a_lost_answer_may_have_replaced_are_named(transfers: FileTransfers) -> None:
    """The repetition reads the record anew and could no longer name them."""
    record_id = transfers.record_with_files(b"old", name="見積.txt")
    transfers.site.fail(method="PUT", cut="after", times=None)
    line = transfers.refused_upload(
        transfers.host.serve("new.txt", b"new"), record_id=record_id, attachment_field="photos", file_mode="replace"
    ).message
    transfers.site.clear_failures()

    assert transfers.attached_names(record_id) == ["new.txt"]
    assert "may have been saved" in line
    assert "1 removed (見積.txt)" in line
