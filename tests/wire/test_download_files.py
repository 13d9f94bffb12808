"""Failed downloads: no truncated file and no error page is passed on as the file."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.file_transfers import FileTransfers, running_file_transfers

MIB = 1024 * 1024
MAX_FILE_BYTES = 3 * MIB
CONTENT = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture(scope="module")
def transfers() -> Iterator[FileTransfers]:
    """Run one kintone and one plugin with a small size limit for all tests of this module."""
    with running_file_transfers(KINTONE_MAX_FILE_BYTES=str(MAX_FILE_BYTES)) as opened:
        yield opened


@pytest.fixture(scope="module")
def record_id(transfers: FileTransfers) -> str:
    """Return a record with one file of 2 MiB."""
    return transfers.record_with_files(CONTENT, name="見積.pdf", mime_type="application/pdf")


@pytest.fixture(autouse=True)
def _reset_site(transfers: FileTransfers) -> None:
    transfers.reset()


def _key(transfers: FileTransfers, record_id: str) -> str:
    record = next(each for each in transfers.site.records(transfers.app) if each["$id"]["value"] == record_id)
    key: str = record["photos"]["value"][0]["fileKey"]
    return key


@pytest.mark.parametrize("by_key", [True, False])
@pytest.mark.parametrize(
    ("failure", "code", "words"),
    [
        ({"cut_after_bytes": MIB}, "UNREACHABLE", "the connection broke"),
        ({"cut_after_bytes": MIB, "reset": True}, "UNREACHABLE", "the connection broke"),
        ({"login_page": True}, "NOT_KINTONE", "a web page came instead of the file"),
        ({"redirect": "http://localhost:1/"}, "NOT_KINTONE", "no API token may go"),
        ({"status": 403, "code": "GAIA_NO01"}, "GAIA_NO01", "may not"),
        ({"status": 520}, "NOT_KINTONE", "HTTP 520"),
        ({"endless_bytes": 2 * MAX_FILE_BYTES}, "", "downloading"),
    ],
)
def test_download_when_kintone_fails(  # noqa: PLR0913 - fixtures and the row of the table
    transfers: FileTransfers, record_id: str, failure: dict[str, Any], code: str, words: str, *, by_key: bool
) -> None:
    """Each failure of kintone has the code of its kind, and nothing of the file reaches the next step."""
    _require_refused(transfers, record_id, failure, code, words, by_key=by_key)


@pytest.mark.parametrize(("failure", "by_key"), [({"delay": 4.0}, True), ({"delay_sending": 4.0}, False)])
def test_download_when_kintone_is_slow(
    transfers: FileTransfers, record_id: str, failure: dict[str, Any], *, by_key: bool
) -> None:
    """A file that does not begin in time, or stops in the middle, is an error; each case takes seconds."""
    _require_refused(transfers, record_id, failure, "TIMED_OUT", "did not answer in time", by_key=by_key)


def _require_refused(  # noqa: PLR0913 - fixtures and the row of the table
    transfers: FileTransfers, record_id: str, failure: dict[str, Any], code: str, words: str, *, by_key: bool
) -> None:
    transfers.site.fail(api="file", times=None, **failure)
    target = (
        {"file_key": _key(transfers, record_id)} if by_key else {"record_id": record_id, "attachment_field": "photos"}
    )
    refused = transfers.refused_download(**target, request_timeout=1, kintone_app_id=str(transfers.app))

    assert code in ("", refused.code)
    assert words in refused.message


@pytest.mark.parametrize("offset", [-1, 1])
def test_download_when_kintone_announces_another_length(transfers: FileTransfers, record_id: str, offset: int) -> None:
    """A Content-Length that differs from the record's size is an error before the first byte."""
    transfers.site.fail(api="file", times=None, length_offset=offset)
    refused = transfers.refused_download(record_id=record_id, attachment_field="photos")

    assert refused.code == "NOT_KINTONE"
    assert f"sends {len(CONTENT) + offset} bytes of a file that has {len(CONTENT)}" in refused.message


def test_download_when_fewer_bytes_arrive_than_announced(transfers: FileTransfers, record_id: str) -> None:
    """A download by key requires as many bytes as Content-Length announces."""
    transfers.site.fail(api="file", times=None, length_offset=1)

    assert transfers.refused_download(file_key=_key(transfers, record_id)).code == "UNREACHABLE"


@pytest.mark.parametrize(
    "failure", [{"status": 503}, {"status": 500}, {"status": 429, "code": "GAIA_TO04"}, {"cut": "before"}]
)
def test_download_when_kintone_fails_once(transfers: FileTransfers, record_id: str, failure: dict[str, Any]) -> None:
    """A failure before the file begins is retried."""
    transfers.site.fail(api="file", **failure)

    assert transfers.download(record_id=record_id, attachment_field="photos").files[0].content == CONTENT


def test_download_when_the_key_is_unknown(transfers: FileTransfers) -> None:
    """An unknown key is an error that mentions that an upload's key cannot be downloaded."""
    uploaded = transfers.upload(transfers.host.serve("a.txt", b"a")).variables["file_keys"][0]

    for key in ("20260401000000" + "0" * 32, "k" * 500, uploaded):
        refused = transfers.refused_download(file_key=key)
        assert refused.message.startswith("[GAIA_BL01]")
        assert "the key that an upload returned cannot be downloaded" in refused.message


def test_download_when_the_file_is_as_large_as_allowed(transfers: FileTransfers) -> None:
    """A file as large as the limit is downloaded, by key and by record."""
    content = b"x" * MAX_FILE_BYTES
    record_id = transfers.record_with_files(content)
    (saved,) = transfers.site.records(transfers.app, f"$id = {record_id}")
    key = saved["photos"]["value"][0]["fileKey"]

    for target in ({"file_key": key}, {"record_id": record_id, "attachment_field": "photos"}):
        assert [file.content for file in transfers.download(**target).files] == [content]


def test_download_when_the_file_is_over_the_limit(transfers: FileTransfers) -> None:
    """A file over the limit is refused, by record without requesting the file."""
    files = transfers.site.site.files
    attached = files.attach(files.upload("big.bin", "a/b", bytes(MAX_FILE_BYTES + 1)), transfers.app)
    assert attached is not None
    value = [{"fileKey": attached[0], "name": "big.bin", "contentType": "a/b", "size": str(MAX_FILE_BYTES + 1)}]
    record_id = str(transfers.site.add_records(transfers.app, [{"title": "big", "photos": value}])[0])

    by_key = transfers.refused_download(file_key=attached[0])
    transfers.site.reset()
    by_record = transfers.refused_download(record_id=record_id, attachment_field="photos")
    for refused in (by_key, by_record):
        assert refused.code == "TOO_LARGE"
        assert "KINTONE_MAX_FILE_BYTES" in refused.message
    assert not any(request.path.endswith("/file.json") for request in transfers.site.requests)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "file_key is missing"),
        ({"file_key": "a", "record_id": "1", "attachment_field": "photos"}, "keep the one that names the file"),
        ({"record_id": "1"}, "without attachment_field"),
        ({"attachment_field": "photos"}, "without record_id"),
        ({"record_id": "0", "attachment_field": "photos"}, "record_id must be"),
        ({"file_key": "見積.pdf"}, "not a key of kintone"),
        ({"file_key": "k" * 501}, "not a key of kintone"),
        ({"file_key": "a", "file_name": "//"}, "not a name for a file"),
        ({"file_key": ["a"]}, "file_key must be text"),
    ],
)
def test_download_when_a_parameter_is_wrong(
    transfers: FileTransfers, parameters: dict[str, object], words: str
) -> None:
    """A wrong parameter is refused before kintone is asked."""
    refused = transfers.refused_download(**parameters)

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    assert transfers.site.requests == []


def test_download_when_the_record_is_missing(transfers: FileTransfers) -> None:
    """The message names the parameter record_id."""
    refused = transfers.refused_download(record_id="99999", attachment_field="photos")

    assert refused.code == "GAIA_RE01"
    assert "record_id" in refused.message


@pytest.mark.parametrize(
    ("field", "words"),
    [("others", "holds no file"), ("title", "not an attachment field"), ("phots", '"photos", "others"')],
)
def test_download_when_the_field_has_no_file(transfers: FileTransfers, record_id: str, field: str, words: str) -> None:
    """An empty field, a field of another type and an unknown field have messages of their own."""
    assert words in transfers.refused_download(record_id=record_id, attachment_field=field).message


def test_download_when_kintone_would_compress(transfers: FileTransfers, record_id: str) -> None:
    """The request asks for no compression, so that Content-Length is the size of the file."""
    transfers.download(file_key=_key(transfers, record_id))
    request = next(each for each in transfers.site.requests if each.path.endswith("/file.json"))

    assert request.headers.get("Accept-Encoding") == "identity"
