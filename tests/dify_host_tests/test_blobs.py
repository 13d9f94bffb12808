"""Output files of a tool."""

from pathlib import Path

import pytest

from dify_host import DifyHost, HostViolation, OutputFile
from dify_host.blobs import stored_name
from dify_host.limits import CHUNK_BYTES
from tests.dify_host_tests.scripts import Step, chunk


def test_chunks_are_joined_into_a_named_file(scripted: DifyHost) -> None:
    """Chunks in order become one file with the name and type of the metadata."""
    meta = {"filename": "請求書.pdf", "mime_type": "application/pdf"}
    script = [chunk(b"a" * CHUNK_BYTES, 0, 8193, meta=meta), chunk(b"b", 1, 8193, meta=meta)]
    end = chunk(b"", 2, 8193, end=True, meta=meta)

    outcome = scripted.invoke("script", {"script": [*script, end]}, {})

    assert outcome.files == [OutputFile("請求書.pdf", "application/pdf", b"a" * CHUNK_BYTES + b"b")]
    assert [(message.type, message.size) for message in outcome.messages] == [("blob", 8193)]


def test_empty_file_is_a_single_end_chunk(scripted: DifyHost) -> None:
    """An empty file consists of a single end chunk."""
    outcome = scripted.invoke("script", {"script": [chunk(b"", 0, 0, end=True, meta={"filename": "a.txt"})]}, {})

    assert outcome.files == [OutputFile("a.txt", "application/octet-stream", b"")]


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ([chunk(b"a" * (CHUNK_BYTES + 1), 0, CHUNK_BYTES + 1)], "8KB"),
        ([chunk(b"a", 1, 2)], "instead of 0"),
        ([chunk(b"a", 0, 2), chunk(b"a", 0, 2)], "instead of 1"),
        ([chunk(b"a", 0, 2), chunk(b"a", 1, 3)], "to 3"),
        ([chunk(b"a", 0, 2), chunk(b"", 1, 2, end=True)], "announced 2"),
        ([chunk(b"a", 0, 1)], "without their last chunk"),
        ([("message", {"type": "blob_chunk", "message": {"id": "b", "sequence": 0, "blob": "?"}})], "base64"),
    ],
)
def test_chunks_are_refused_when_they_do_not_fit_together(
    scripted: DifyHost, script: list[Step], complaint: str
) -> None:
    """A chunk that is too large, missing, repeated or of another total length, and an incomplete file are refused."""
    with pytest.raises(HostViolation, match=complaint):
        scripted.invoke("script", {"script": script}, {})


@pytest.mark.parametrize("total", [10, 11])
def test_file_is_refused_when_it_is_over_the_limit(scripted_folder: Path, total: int) -> None:
    """The limit of one file can be set; a file of that size is accepted, one byte more is refused."""
    script = [chunk(b"a" * total, 0, total), chunk(b"", 1, total, end=True)]
    with DifyHost(scripted_folder, max_file_bytes=10) as host:
        if total > 10:
            with pytest.raises(HostViolation, match="too large"):
                host.invoke("script", {"script": script}, {})
        else:
            assert len(host.invoke("script", {"script": script}, {}).files[0].content) == total


@pytest.mark.parametrize(
    ("file_name", "mime_type", "stored"),
    [
        ("a.txt", "application/pdf", "a.txt"),
        ("見積", "application/pdf", "見積.pdf"),
        ("plain", "application/x-unheard-of", "plain.bin"),
    ],
)
def test_stored_name_gets_an_extension_when_it_has_no_dot(file_name: str, mime_type: str, stored: str) -> None:
    """Dify keeps a name with a dot and adds an extension to one without."""
    assert stored_name(file_name, mime_type) == stored


@pytest.mark.parametrize(
    ("name", "mime_type", "stored", "extension"),
    [
        ("a.csv", "text/csv", "a.csv", ".csv"),
        ("a.csv", "application/octet-stream", "a.csv", ".bin"),
        ("a.jsonl", "application/x-ndjson", "a.jsonl", ".bin"),
        ("a.jsonl", "text/plain", "a.jsonl", ".txt"),
        ("noext", None, "noext.bin", ".bin"),
    ],
)
def test_extension_goes_by_the_type_alone(
    scripted: DifyHost, name: str, mime_type: str | None, stored: str, extension: str
) -> None:
    """Name and type are kept; Dify reads the file by the extension of the type."""
    meta = {"filename": name, "mime_type": mime_type}
    file = scripted.invoke("script", {"script": [chunk(b"", 0, 0, end=True, meta=meta)]}, {}).files[0]

    assert (file.name, file.mime_type) == (stored, mime_type or "application/octet-stream")
    assert file.extension == extension


def test_stored_name_is_random_when_there_is_none() -> None:
    """A file without a name gets 32 random hexadecimal digits and the extension of its type."""
    assert len(stored_name(None, "text/plain")) == len(f"{'0' * 32}.txt")
    assert stored_name(None, "text/plain") != stored_name(None, "text/plain")
