"""Files through the real plugin process: from Dify to kintone and back, byte for byte."""

import hashlib
import os
from collections.abc import Iterator

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.file_desk import FileDesk
from tests.wire.plugin import Ports

MIB = 1024 * 1024
NAMES = [
    "見積書 2026年4月.pdf",
    "family 👨‍👩‍👧 😀.png",
    "say \"hi\" and 'bye'.txt",
    "semi;colon; and, comma.csv",
    "+81 a&b=c #1 ~.txt",
    "100% of %41 and %E8%A6%8B.txt",
    "長" * 196 + ".pdf",
    "no extension but a dot.",
]


@pytest.fixture(scope="module")
def desk(host: DifyHost, ports: Ports) -> Iterator[FileDesk]:
    """Run one kintone for all tests of this module."""
    with LocalKintone(seed="none", port=ports.take()) as site:
        yield FileDesk(host, site)


@pytest.mark.parametrize("size", [1, 8191, 8192, 8193, 65_536, 45 * MIB])
def test_file_when_it_goes_there_and_back(desk: FileDesk, size: int) -> None:
    """A file of any size reaches kintone and comes back to Dify byte for byte."""
    content = os.urandom(size)
    record_id = desk.record()
    uploaded = desk.upload(
        desk.host.serve("scan.bin", content, "application/x-scan"), record_id=record_id, attachment_field="photos"
    )
    back = desk.download(record_id=record_id, attachment_field="photos")

    assert uploaded.variables["uploaded_files"][0]["size"] == size
    assert [hashlib.sha256(file.content).digest() for file in back.files] == [hashlib.sha256(content).digest()]
    assert (back.files[0].name, back.files[0].mime_type) == ("scan.bin", "application/x-scan")
    assert back.variables == {"file_name": "scan.bin", "mime_type": "application/x-scan", "size": size}


@pytest.mark.parametrize("name", NAMES)
def test_name_when_it_goes_there_and_back(desk: FileDesk, name: str) -> None:
    """A name goes out as raw UTF-8 in a plain filename, and Dify shows it as it was."""
    desk.site.reset()
    record_id = desk.attached(b"content", name=name)
    uploaded = desk.upload(desk.host.serve(name, b"content", "text/plain"))
    sent = next(request for request in desk.site.requests if request.path.endswith("/file.json"))

    assert f'; filename="{name.replace(chr(34), "%22")}"\r\n'.encode() in sent.body
    assert desk.stored(uploaded.variables["file_keys"][0]).name == name
    assert desk.names(record_id) == [name]
    assert [file.name for file in desk.download(record_id=record_id, attachment_field="photos").files] == [name]


@pytest.mark.parametrize("disposition", ["both", "encoded", "raw"])
@pytest.mark.parametrize("name", NAMES[:4])
def test_name_when_only_the_header_tells_it(desk: FileDesk, name: str, disposition: str) -> None:
    """A download by key alone takes the name from whichever form of header kintone sends."""
    desk.site.settings.disposition = disposition
    record_id = desk.attached(b"content", name=name, mime_type="text/plain")
    record = next(each for each in desk.site.records(desk.app) if each["$id"]["value"] == record_id)
    back = desk.download(file_key=record["photos"]["value"][0]["fileKey"])
    desk.site.settings.disposition = "both"

    assert [(file.name, file.mime_type, file.content) for file in back.files] == [(name, "text/plain", b"content")]


def test_name_when_nothing_tells_it(desk: FileDesk) -> None:
    """A file without any name gets one made of time and type, on the way up and on the way down."""
    up = desk.upload(desk.host.serve(None, b"content", "application/pdf"))
    record_id = desk.attached(b"content", mime_type="application/pdf")
    record = next(each for each in desk.site.records(desk.app) if each["$id"]["value"] == record_id)
    desk.site.settings.disposition = "none"
    down = desk.download(file_key=record["photos"]["value"][0]["fileKey"])
    desk.site.settings.disposition = "both"

    for name in (up.variables["uploaded_files"][0]["file_name"], down.files[0].name):
        assert name.startswith("file-2")
        assert name.endswith(".pdf")


def test_download_when_the_field_holds_several_files(desk: FileDesk) -> None:
    """All files of the field come, an empty one among them, with a line for each."""
    contents = [b"first", b"x" * 100_000, b"third"]
    record_id = desk.attached(*contents)
    back = desk.download(record_id=record_id, attachment_field="photos")

    assert [file.content for file in back.files] == contents
    assert back.text.count("Downloaded") == 3
    assert "All 3 files" in back.text
    assert back.variables["size"] == 5


def test_download_when_the_file_is_empty(desk: FileDesk) -> None:
    """An attachment without content comes as an empty file, since that is what the record has."""
    files = desk.site.site.files
    attached = files.attach(files.upload("e.txt", "text/plain", b""), desk.app)
    assert attached is not None
    back = desk.download(file_key=attached[0])

    assert [(file.name, file.content) for file in back.files] == [("e.txt", b"")]


def test_download_when_the_file_is_renamed(desk: FileDesk) -> None:
    """file_name overrides the name of a single file and is refused for several."""
    one, two = desk.attached(b"a"), desk.attached(b"a", b"b")
    back = desk.download(record_id=one, attachment_field="photos", file_name="../新しい名前.txt")

    assert back.files[0].name == back.variables["file_name"] == ".._新しい名前.txt"
    assert "holds 2" in desk.refused_download(record_id=two, attachment_field="photos", file_name="x.txt").message


def test_names_with_separators_on_the_way_up(desk: FileDesk) -> None:
    """Nothing of a name is lost, no two become one, and the text tells each that kintone has under another."""
    names = ["A/B report.pdf", "A_B report.pdf", "C\\B report.pdf", "plain.pdf"]
    outcome = desk.upload(*[desk.host.serve(name, name.encode(), "application/pdf") for name in names])
    stored = [desk.stored(key) for key in outcome.variables["file_keys"]]
    lines = outcome.text.splitlines()

    kept = ["A_B report.pdf", "A_B report (2).pdf", "C_B report.pdf", "plain.pdf"]
    assert [file.name for file in stored] == kept
    assert [file.content.decode() for file in stored] == names
    assert [file["file_name"] for file in outcome.variables["uploaded_files"]] == kept
    assert [names[place] in lines[place] for place in range(4)] == [True] * 4
    assert ["the name was" in line for line in lines[:4]] == [True, True, True, False]


def test_names_with_separators_on_the_way_down(desk: FileDesk) -> None:
    """Likewise: each file of a field comes under a name of its own, whether its record or a header alone tells it."""
    names = ["A/B report.pdf", "A_B report.pdf", "A\\B report.pdf", "plain.pdf", "plain.pdf"]
    record_id = desk.kept(*[(name, "application/pdf") for name in names])
    down = desk.download(record_id=record_id, attachment_field="photos")
    record = next(each for each in desk.site.records(desk.app) if each["$id"]["value"] == record_id)
    by_key = [desk.download(file_key=file["fileKey"]) for file in record["photos"]["value"][:3]]

    assert [(file.name, file.content.decode()) for file in down.files] == [
        ("A_B report.pdf", names[0]),
        ("A_B report (2).pdf", names[1]),
        ("A_B report (3).pdf", names[2]),
        ("plain.pdf", names[3]),
        ("plain (2).pdf", names[4]),
    ]
    lines = down.text.splitlines()
    assert ["the name was" in line for line in lines[:5]] == [True, True, True, False, True]
    assert all(name in line for name, line in zip(names, lines, strict=False))
    assert [each.files[0].name for each in by_key] == ["A_B report.pdf"] * 3
    assert ["the name was" in each.text for each in by_key] == [True, False, True]


UNKNOWN = "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "told", "renamed", "sent_as"),
    [
        ("list.csv", UNKNOWN, "", ("list.csv", "text/csv")),
        ("list.CSV", "", "", ("list.CSV", "text/csv")),
        ("log.jsonl", UNKNOWN, "", ("log.jsonl", "text/plain")),
        ("log.jsonl", "application/x-ndjson", "", ("log.jsonl", "text/plain")),
        ("noext", "text/csv", "", ("noext.csv", "text/csv")),
        ("noext", UNKNOWN, "", ("noext.bin", UNKNOWN)),
        ("scan.bin", UNKNOWN, "", ("scan.bin", UNKNOWN)),
        ("list.csv", UNKNOWN, "other", ("other.csv", "text/csv")),
        ("data.bin", UNKNOWN, "list.csv", ("list.csv", "text/csv")),
        ("list.csv", "application/pdf", "", ("list.csv", "application/pdf")),
    ],
)
def test_type_when_dify_would_make_it_a_bin(
    desk: FileDesk, name: str, told: str, renamed: str, sent_as: tuple[str, str]
) -> None:
    """Dify goes by the MIME type alone: one it does not know is guessed from the name, which may get an extension."""
    record_id = desk.kept((name, told))
    parameters = {"file_name": renamed} if renamed else {}
    down = desk.download(record_id=record_id, attachment_field="photos", **parameters)

    assert [(file.name, file.mime_type) for file in down.files] == [sent_as]
    assert (down.variables["file_name"], down.variables["mime_type"]) == sent_as
    assert sent_as[0] in down.text
    assert sent_as[1] in down.text
    assert ("the name was" in down.text) is (sent_as[0] != (renamed or name))


def test_upload_when_several_files_go_at_once(desk: FileDesk) -> None:
    """Several files go up a few at a time, and the results stand in input order, under the names given."""
    contents = [os.urandom(200_000 // (n + 1)) for n in range(7)]
    desk.site.reset()
    desk.site.fail(api="file", delay=0.2, times=None)
    files = [desk.host.serve(f"{n}.bin", content, "a/b") for n, content in enumerate(contents)]
    outcome = desk.upload(*files, file_names='["zero.bin", null, "", "three.bin", null, null, null]')
    desk.site.clear_failures()
    listed = outcome.variables["uploaded_files"]

    assert [file["file_name"] for file in listed] == [
        "zero.bin",
        "1.bin",
        "2.bin",
        "three.bin",
        "4.bin",
        "5.bin",
        "6.bin",
    ]
    assert [desk.stored(key).content for key in outcome.variables["file_keys"]] == contents
    assert [file["fileKey"] for file in listed] == outcome.variables["file_keys"]
    assert outcome.json == [{"uploaded_files": listed}]
    assert "Nothing is written into a record yet" in outcome.text
    assert desk.site.stats.max_running == 3
