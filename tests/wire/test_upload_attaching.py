"""Uploading and attaching in one step, and records_mapping, in the real plugin process."""

import json
from collections.abc import Iterator

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.file_desk import FileDesk
from tests.wire.plugin import Ports


@pytest.fixture(scope="module")
def desk(host: DifyHost, ports: Ports) -> Iterator[FileDesk]:
    """Run one kintone for all tests of this module."""
    with LocalKintone(seed="none", port=ports.take()) as site:
        yield FileDesk(host, site)


@pytest.fixture(autouse=True)
def _fresh(desk: FileDesk) -> None:
    desk.site.clear_failures()
    desk.site.reset()


def test_attach_when_the_record_has_files(desk: FileDesk) -> None:
    """New files join those that the record has, and replace them only when told to; other fields stay."""
    record_id = desk.attached(b"old", name="old.txt")
    outcome = desk.upload(desk.host.serve("new.txt", b"new"), record_id=record_id, attachment_field="photos")
    assert desk.names(record_id) == ["old.txt", "new.txt"]
    assert f"Attached to photos of record {record_id}" in outcome.text
    assert f"#record={record_id}" in outcome.text

    newest = desk.host.serve("newest.txt", b"newest")
    replaced = desk.upload(newest, record_id=record_id, attachment_field="photos", file_mode="replace")
    assert desk.names(record_id) == ["newest.txt"]
    assert desk.names(record_id, "others") == []
    # Only where files join others would a second run attach them twice.
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
def test_upload_when_a_parameter_is_wrong(desk: FileDesk, parameters: dict[str, object], words: str) -> None:
    """Whatever is wrong with the parameters is told before a file or kintone is asked for anything."""
    asked = len(desk.host.files.requests)
    refused = desk.refused_upload(desk.host.serve("a.txt", b"a"), **parameters)

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    assert desk.site.requests == []
    assert len(desk.host.files.requests) == asked


@pytest.mark.parametrize(
    ("field", "words"),
    [("title", "not an attachment field"), ("phtos", 'attachment fields are "photos"'), ("$id", "not an attachment")],
)
def test_attach_when_the_field_takes_no_files(desk: FileDesk, field: str, words: str) -> None:
    """A field that takes no files is told before anything is uploaded."""
    refused = desk.refused_upload(desk.host.serve("a.txt", b"a"), record_id=desk.record(), attachment_field=field)

    assert words in refused.message
    assert desk.uploads_received() == 0


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_attach_when_the_record_is_older_than_the_field(desk: FileDesk, mode: str) -> None:
    """Such a record does not show the field until it is saved; the form tells what it is."""
    record_id = desk.record()
    fields = {code: dict(each) for code, each in desk.site.apps[desk.app].form.properties.items()}
    desk.site.change_form(desk.app, {**fields, f"new_{mode}": {"type": "FILE"}})
    file = desk.host.serve("a.txt", b"a")
    desk.upload(file, record_id=record_id, attachment_field=f"new_{mode}", file_mode=mode)

    assert desk.names(record_id, f"new_{mode}") == ["a.txt"]


def test_attach_when_the_record_is_missing(desk: FileDesk) -> None:
    """A record that is not there is told before anything is uploaded."""
    refused = desk.refused_upload(desk.host.serve("a.txt", b"a"), record_id="99999", attachment_field="photos")

    assert refused.message.startswith("[GAIA_RE01]")
    assert "record_id" in refused.message
    assert desk.uploads_received() == 0


def test_attach_when_kintone_refuses_it(desk: FileDesk) -> None:
    """A failure after the upload tells the file keys that there are."""
    desk.site.fail(api="record", method="PUT", status=403, code="GAIA_NO01")
    record_id = desk.record()
    files = [desk.host.serve(f"{n}.txt", b"a") for n in range(2)]
    refused = desk.refused_upload(*files, record_id=record_id, attachment_field="photos")

    assert refused.message.startswith("[GAIA_NO01]")
    assert '"0.txt" fileKey ' in refused.message
    assert '"1.txt" fileKey ' in refused.message
    assert desk.names(record_id) == []


def test_mapping_when_the_upsert_takes_it(desk: FileDesk) -> None:
    """records_data, as it comes out, makes the upsert put each file into its record."""
    old = desk.record()
    mapping = [
        {"attachment_field": "photos", "updateKey": {"field": "title", "value": "made"}, "record": {}},
        {"attachment_field": "others", "id": old},
    ]
    files = [desk.host.serve(f"{n}.txt", b"a") for n in range(2)]
    outcome = desk.upload(*files, records_mapping=json.dumps({"records": mapping}))
    assert "pass records_data to kintone_upsert_records" in outcome.text

    data = outcome.variables["records_data"]
    result = desk.host.invoke("kintone_upsert_records", {"records_data": data}, desk.credentials)
    made, updated = (entry["id"] for entry in result.variables["results"])
    assert (desk.names(made), desk.names(updated, "others")) == (["0.txt"], ["1.txt"])
    assert updated == old


@pytest.mark.parametrize("written", ["写真", "写 真"])
def test_all_fields_of_a_label_are_named_when_it_is_written_for_the_code(desk: FileDesk, written: str) -> None:
    """People see labels; which of two fields is meant is theirs to say, for an upload and for a download."""
    record_id = desk.record()
    target = {"record_id": record_id, "attachment_field": written}

    upload = desk.refused_upload(desk.host.serve("a.txt", b"a", "text/plain"), **target)
    download = desk.refused_download(**target)

    for refused in (upload, download):
        assert refused.message.startswith("[INVALID_INPUT] ")
        assert 'did you mean "photos" or "others"?' in refused.message
    assert desk.names(record_id) == []


def test_column_is_never_proposed_for_itself(desk: FileDesk) -> None:
    """A record whose table has no row shows no column: its table is named, and nothing to write instead."""
    target = {"record_id": desk.record(), "attachment_field": "scan"}

    upload = desk.refused_upload(desk.host.serve("a.txt", b"a", "text/plain"), **target)
    for refused in (upload, desk.refused_download(**target)):
        assert refused.code == "INVALID_INPUT"
        assert "rows" in refused.message
        assert "did you mean" not in refused.message
