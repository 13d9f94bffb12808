"""What can go wrong on the way down: never a truncated file, never an error passed off as one."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.file_desk import FileDesk, open_desk

MIB = 1024 * 1024
LIMIT = 3 * MIB
CONTENT = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture(scope="module")
def desk() -> Iterator[FileDesk]:
    """Run one kintone and one plugin with a small limit for all tests of this module."""
    with open_desk(KINTONE_MAX_FILE_BYTES=str(LIMIT)) as opened:
        yield opened


@pytest.fixture(scope="module")
def record_id(desk: FileDesk) -> str:
    """Return a record with one file of 2 MiB."""
    return desk.attached(CONTENT, name="見積.pdf", mime_type="application/pdf")


@pytest.fixture(autouse=True)
def _fresh(desk: FileDesk) -> None:
    desk.site.clear_failures()
    desk.site.reset()


def _key(desk: FileDesk, record_id: str) -> str:
    record = next(each for each in desk.site.records(desk.app) if each["$id"]["value"] == record_id)
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
        ({"endless_bytes": 2 * LIMIT}, "", "downloading"),
    ],
)
def test_download_when_kintone_fails(  # noqa: PLR0913 - fixtures and the row of the table
    desk: FileDesk, record_id: str, failure: dict[str, Any], code: str, words: str, *, by_key: bool
) -> None:
    """Each failure of kintone is an error of its kind, and nothing of the file is handed to the next step."""
    _require_refused(desk, record_id, failure, code, words, by_key=by_key)


@pytest.mark.parametrize(("failure", "by_key"), [({"delay": 4.0}, True), ({"delay_sending": 4.0}, False)])
def test_download_when_kintone_is_slow(
    desk: FileDesk, record_id: str, failure: dict[str, Any], *, by_key: bool
) -> None:
    """So is a kintone that does not begin in time, or stops in the middle; it takes seconds, so once is enough."""
    _require_refused(desk, record_id, failure, "TIMED_OUT", "did not answer in time", by_key=by_key)


def _require_refused(  # noqa: PLR0913 - likewise
    desk: FileDesk, record_id: str, failure: dict[str, Any], code: str, words: str, *, by_key: bool
) -> None:
    desk.site.fail(api="file", times=None, **failure)
    target = {"file_key": _key(desk, record_id)} if by_key else {"record_id": record_id, "attachment_field": "photos"}
    refused = desk.refused_download(**target, request_timeout=1, kintone_app_id=str(desk.app))

    assert code in ("", refused.code)
    assert words in refused.message


@pytest.mark.parametrize("offset", [-1, 1])
def test_download_when_kintone_announces_another_length(desk: FileDesk, record_id: str, offset: int) -> None:
    """A length that is not the record's is an error before the first byte."""
    desk.site.fail(api="file", times=None, length_offset=offset)
    refused = desk.refused_download(record_id=record_id, attachment_field="photos")

    assert refused.code == "NOT_KINTONE"
    assert f"sends {len(CONTENT) + offset} bytes of a file that has {len(CONTENT)}" in refused.message


def test_download_when_more_is_announced_than_comes(desk: FileDesk, record_id: str) -> None:
    """Without a record's word the announced length is what must come."""
    desk.site.fail(api="file", times=None, length_offset=1)

    assert desk.refused_download(file_key=_key(desk, record_id)).code == "UNREACHABLE"


@pytest.mark.parametrize(
    "failure", [{"status": 503}, {"status": 500}, {"status": 429, "code": "GAIA_TO04"}, {"cut": "before"}]
)
def test_download_when_kintone_is_away_for_a_moment(desk: FileDesk, record_id: str, failure: dict[str, Any]) -> None:
    """A failure before the file begins is tried again."""
    desk.site.fail(api="file", **failure)

    assert desk.download(record_id=record_id, attachment_field="photos").files[0].content == CONTENT


def test_download_when_the_key_is_unknown(desk: FileDesk) -> None:
    """An unknown key, and a key that an upload returned, are told apart from a missing file."""
    uploaded = desk.upload(desk.host.serve("a.txt", b"a")).variables["file_keys"][0]

    for key in ("20260401000000" + "0" * 32, "k" * 500, uploaded):
        refused = desk.refused_download(file_key=key)
        assert refused.message.startswith("[GAIA_BL01]")
        assert "the key that an upload returned cannot be downloaded" in refused.message


def test_download_when_the_file_has_exactly_the_most_bytes(desk: FileDesk) -> None:
    """The limit itself is within it, by key and by record."""
    content = b"x" * LIMIT
    record_id = desk.attached(content)
    (saved,) = desk.site.records(desk.app, f"$id = {record_id}")
    key = saved["photos"]["value"][0]["fileKey"]

    for target in ({"file_key": key}, {"record_id": record_id, "attachment_field": "photos"}):
        assert [file.content for file in desk.download(**target).files] == [content]


def test_download_when_the_file_is_over_the_limit(desk: FileDesk) -> None:
    """A file over the limit is refused, by the record's word without even asking for it."""
    files = desk.site.site.files
    attached = files.attach(files.upload("big.bin", "a/b", bytes(LIMIT + 1)), desk.app)
    assert attached is not None
    value = [{"fileKey": attached[0], "name": "big.bin", "contentType": "a/b", "size": str(LIMIT + 1)}]
    record_id = str(desk.site.add_records(desk.app, [{"title": "big", "photos": value}])[0])

    by_key = desk.refused_download(file_key=attached[0])
    desk.site.reset()
    by_record = desk.refused_download(record_id=record_id, attachment_field="photos")
    for refused in (by_key, by_record):
        assert refused.code == "TOO_LARGE"
        assert "KINTONE_MAX_FILE_BYTES" in refused.message
    assert not any(request.path.endswith("/file.json") for request in desk.site.requests)


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
def test_download_when_a_parameter_is_wrong(desk: FileDesk, parameters: dict[str, object], words: str) -> None:
    """Whatever is wrong with the parameters is told before kintone is asked."""
    refused = desk.refused_download(**parameters)

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    assert desk.site.requests == []


def test_download_when_the_record_is_missing(desk: FileDesk) -> None:
    """The parameter that names it is named."""
    refused = desk.refused_download(record_id="99999", attachment_field="photos")

    assert refused.code == "GAIA_RE01"
    assert "record_id" in refused.message


@pytest.mark.parametrize(
    ("field", "words"),
    [("others", "holds no file"), ("title", "not an attachment field"), ("phots", '"photos", "others"')],
)
def test_download_when_the_field_has_no_file(desk: FileDesk, record_id: str, field: str, words: str) -> None:
    """An empty field and one of another kind have their sentences."""
    assert words in desk.refused_download(record_id=record_id, attachment_field=field).message


def test_download_when_kintone_would_compress(desk: FileDesk, record_id: str) -> None:
    """No compression is asked for, so that the length announced is the file's."""
    desk.download(file_key=_key(desk, record_id))
    request = next(each for each in desk.site.requests if each.path.endswith("/file.json"))

    assert request.headers.get("Accept-Encoding") == "identity"
