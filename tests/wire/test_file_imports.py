"""Files of records, from Dify's file store into kintone, through the plugin process."""

from collections.abc import Mapping
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.file_imports import TOOL, Imports
from tests.wire.plugin import credentials_of, running_plugin


@pytest.fixture
def imports(host: DifyHost, site: LocalKintone) -> Imports:
    """Return an empty app to import into."""
    site.clear_failures()
    site.reset()
    return Imports(host, site)


def test_update_key_may_be_the_id(imports: Imports) -> None:
    """In a file the record's ID stands in a column like any other."""
    (record_id,) = imports.site.add_records(imports.app, [{"sku": "A-1", "name": "old"}])
    imports.run(imports.file(f"$id,name\n{record_id},new\n"), update_key="$id")

    assert imports.values("name") == ["new"]


def test_csv_file_becomes_records(imports: Imports) -> None:
    """Counts in variables and text; the list of results stays empty."""
    outcome = imports.run(imports.file("sku,name\nA-1,one\nA-2,\n"), update_key="sku")

    assert imports.values("sku") == ["A-1", "A-2"]
    assert outcome.variables == {
        "upsert_result": {"add": 2, "updated": 0, "requested": 2, "with_update_key": 2},
        "results": [],
        "response": {},
        "next_entry": 0,
    }
    assert "2 requested, 2 added, 0 updated" in outcome.text


def test_records_that_were_sent_twice_are_named(imports: Imports) -> None:
    """A record whose first answer was lost counts as updated though it was added; the text says so."""
    imports.site.fail(api="records", cut="after")
    outcome = imports.run(imports.file("sku,name\nA-1,one\nA-2,two\n"), update_key="sku")

    assert imports.values("sku") == ["A-1", "A-2"]
    assert outcome.variables["upsert_result"]["updated"] == 2
    assert "Sent more than once" in outcome.text
    assert "entries 1 to 2" in outcome.text


def test_emptied_fields_of_records_that_were_sent_twice_are_not_counted_flatly(imports: Imports) -> None:
    """A record that the lost answer was about counts as updated, though it was added and had nothing to lose."""
    imports.site.fail(api="records", cut="after")
    twice = imports.run(imports.file("sku,name\nA-1,\nA-2,two\n"), update_key="sku")
    once = imports.run(imports.file("sku,name\nA-1,\nA-2,\n"), update_key="sku")

    assert "At most 1 field" in twice.text
    assert "2 fields" in once.text
    assert "At most" not in once.text


def test_attachments_stay_where_a_file_leaves_them_empty(imports: Imports) -> None:
    """In replace mode too, and the text says so."""
    (record_id,) = imports.site.add_records(imports.app, [{"sku": "A-1"}])
    attachment = {"upload_file": [imports.host.serve("a.txt", b"hello", "text/plain")], "attachment_field": "files"}
    imports.host.invoke("kintone_upload_file", {**attachment, "record_id": str(record_id)}, imports.credentials)
    outcome = imports.run(imports.file('[{"sku": "A-1", "name": "x", "files": []}]', "a.json"), update_key="sku")

    assert [[file["name"] for file in files] for files in imports.values("files")] == [["a.txt"]]
    assert imports.values("name") == ["x"]
    assert "cannot hold any: files" in outcome.text


def test_entries_have_a_next_entry_too(imports: Imports) -> None:
    """A Loop node finds the variable in any case."""
    outcome = imports.host.invoke(TOOL, {"records_data": [{"record": {"name": "x"}}]}, imports.credentials)

    assert outcome.variables["next_entry"] == 0
    assert len(outcome.variables["results"]) == 1


@pytest.mark.parametrize("wrap", [lambda file: file, lambda file: [file]])
def test_file_of_a_workflow_arrives_as_one_file(imports: Imports, wrap: Any) -> None:  # noqa: ANN401 - a function
    """Dify's own cast of a parameter of the type file takes a file, or a list of one."""
    given = {"records_file": wrap(imports.file("sku,name\nA-1,one\n")), "update_key": "sku", "records_data": ""}
    outcome = imports.host.invoke(TOOL, given, imports.credentials, given_by="workflow")

    assert outcome.variables["upsert_result"]["add"] == 1


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"records_data": [{"record": {"name": "x"}}]}, ("records_data", "records_file")),
        ({"first_entry": 0}, ("first_entry",)),
        ({"first_entry": 1.5}, ("first_entry",)),
        ({"first_entry": 3}, ("first_entry", "fewer")),
        ({"time_zone": "Mars/Base"}, ("time_zone",)),
        ({"file_encoding": "latin-1"}, ("file_encoding", "gb18030")),
        ({"update_key": "name"}, ("update_key",)),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    imports: Imports, parameters: Mapping[str, Any], words: tuple[str, ...]
) -> None:
    """Before anything is written."""
    message = imports.refused(imports.file("sku,name\nA-1,one\nA-2,two\n"), **parameters)

    assert message.startswith("[INVALID_INPUT]")
    assert all(word in message for word in words)
    assert imports.records == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a,b\n1,2\n", "text is not a file"),
        ({"filename": "a.csv"}, "no address"),
        ([None, ""], "records_data"),
        ("", "records_data"),
    ],
)
def test_values_that_are_no_file_are_refused(imports: Imports, value: object, words: str) -> None:
    """The message names the parameter."""
    message = imports.refused(value)

    assert "records_file" in message
    assert words in message


def test_two_files_are_refused(imports: Imports) -> None:
    """One file is imported in a call."""
    file = imports.file("name\nx\n")

    assert "holds 2 files" in imports.refused([file, file])
    assert imports.records == []


def test_first_entry_without_a_file_is_refused(imports: Imports) -> None:
    """A list of entries has no place to go on from."""
    message = imports.refused(None, records_data=[{"record": {"name": "x"}}], first_entry=2)

    assert "first_entry" in message
    assert imports.records == []


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("sku\nA\n", {"expired": True}, "no longer valid"),
        ("sku\nA\n", {"status": 404}, "HTTP 404"),
        ("sku\nA\n", {"status": 503}, "HTTP 503"),
        ("sku\nA\n", {"redirect_to": "http://169.254.169.254/"}, "redirects to another place"),
        ("sku\nA\n", {"redirect_to": "http://localhost:1/"}, "redirects to another place"),
        ("sku\nA-1\nA-2\n" * 40, {"cut_after": 20}, "broke off"),
        ("sku\nA-1\n", {"cut_after": 6, "with_length": False}, "fewer than"),
        ("", {}, "empty"),
        ("<!DOCTYPE html><html></html>", {}, "HTML"),
        (b"PK\x03\x04" + b"\0" * 100, {}, "ZIP"),
        ("sku,nmae\nA-1,x\n", {}, "name"),
    ],
)
def test_file_that_cannot_be_read_writes_nothing(
    imports: Imports, content: str | bytes, options: dict[str, Any], words: str
) -> None:
    """An ended link, a page for signing in, a file that was cut: each has its own sentence."""
    message = imports.refused(imports.file(content, **options), update_key="sku")

    assert message.startswith("[INVALID_INPUT] records_file: ")
    assert words in message
    assert message.count("nothing was written") == 1
    assert "upload_file" not in message
    assert imports.records == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "http://10.0.0.1/a.csv", "file:///etc/passwd", "http://127.0.0.1:9/a"]
)
def test_addresses_inside_the_network_are_refused(imports: Imports, url: str) -> None:
    """As for an upload, whatever the query string says."""
    message = imports.refused({"url": f"{url}?sign=SECRET", "filename": "a.csv"})

    assert "records_file" in message
    assert "SECRET" not in message


def test_size_of_a_file_is_not_bounded(site: LocalKintone) -> None:
    """The operator's limit is that of uploads and downloads."""
    with running_plugin(site.origin, KINTONE_MAX_FILE_BYTES="20") as host:
        outcome = Imports(host, site).run(host.serve("a.csv", b"sku,name\n" + b"A-1,one\n" * 1, "text/csv"))
        many = Imports(host, site)
        content = b"name\n" + b"one two three\n" * 50
        large = many.run(host.serve("a.csv", content, "text/csv", with_length=False, with_size=False))

    assert outcome.variables["upsert_result"]["add"] == 1
    assert large.variables["upsert_result"]["add"] == 50


def test_mistakes_are_told_by_line_and_column(imports: Imports) -> None:
    """All of them, before anything is written; the labels are those of the file."""
    content = '商品コード,品名,数量\nA-1,"x\ny",1\n,z,2\nA-1,again,3\n'
    message = imports.refused(imports.file(content), update_key="sku", skip_unknown_columns=True)

    assert "line 4" in message
    assert all(f"line {line}" in message for line in (2, 5))
    assert imports.records == []


def test_text_tells_columns_and_cells(imports: Imports) -> None:
    """What was left out or skipped is named once, and the cells that were emptied are counted."""
    imports.run(imports.file("sku,name,memo\nA-1,x,y\nA-2,x,y\n"), update_key="sku")
    content = "sku,name,memo,更新日時,price\nA-1,,,2026-01-01,1\nA-2,z,,2026-01-01,2\nA-3,,w,2026-01-01,3\n"
    outcome = imports.run(imports.file(content), update_key="sku", skip_unknown_columns=True)

    assert imports.values("name") == ["", "z", ""]
    assert outcome.text.count("price") == 1
    assert outcome.text.count("更新日時") == 1
    assert "3 fields" in outcome.text


def test_emptied_cells_of_saved_rows_are_counted(imports: Imports) -> None:
    """Rows keep their ids, and what the file leaves blank in them is lost."""
    imports.site.add_records(imports.app, [{"sku": "A-1", "lines": [{"item": "x", "qty": "1"}, {"item": "y"}]}])
    ids = [row["id"] for row in imports.records[0]["lines"]["value"]]
    content = f"*,sku,lines,item,qty\n*,A-1,{ids[0]},,2\n,A-1,{ids[1]},,3\n"
    outcome = imports.run(imports.file(content), update_key="sku")

    (rows,) = imports.values("lines")
    assert [(row["id"], row["value"]["item"]["value"]) for row in rows] == [(ids[0], ""), (ids[1], "")]
    assert "2 fields" in outcome.text


def test_options_without_a_column_are_told(imports: Imports) -> None:
    """They count as not chosen where other options of the field have columns, so an update takes them away."""
    imports.site.add_records(imports.app, [{"sku": "A-1", "tags": ["A", "C"]}])
    outcome = imports.run(imports.file("sku,種別[A],種別[B]\nA-1,,1\n"), update_key="sku")
    whole = imports.run(imports.file("sku,種別[A],種別[B],種別[C]\nA-1,,1,1\n"), update_key="sku")

    assert imports.values("tags") == [["B", "C"]]
    assert "tags[C]" in outcome.text
    assert not any(f"tags[{option}]" in outcome.text for option in "AB")
    assert "tags[" not in whole.text


def test_times_without_offset_are_those_of_the_zone(imports: Imports) -> None:
    """As Excel saves them."""
    outcome = imports.run(imports.file("moment\n2026/11/25 10:00\n"), time_zone="Asia/Tokyo")

    assert imports.values("moment") == ["2026-11-25T01:00:00Z"]
    assert "Asia/Tokyo" in outcome.text


def test_lost_seconds_and_times_are_told(imports: Imports) -> None:
    """A file may hold more than kintone keeps."""
    seconds = imports.run(imports.file("moment\n2026/11/25 10:00:01\n"))
    times = imports.run(imports.file("day\n2026/11/25 10:00\n"))
    nothing = imports.run(imports.file("moment,day\n2026/11/25 10:00:00,2026/11/25\n"))

    assert imports.values("moment") == ["2026-11-25T10:00:00Z", "", "2026-11-25T10:00:00Z"]
    assert imports.values("day") == [None, "2026-11-25", "2026-11-25"]
    assert ("Seconds" in seconds.text, "Times were" in seconds.text) == (True, False)
    assert ("Seconds" in times.text, "Times were" in times.text) == (False, True)
    assert ("Seconds" in nothing.text, "Times were" in nothing.text) == (False, False)


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        ("sku,name\nA-1,①髙橋\n".encode("cp932"), "shift_jis", ("Shift_JIS", "commas")),
        ("sku,品名\nA-1,①髙橋\n".encode("cp932"), "auto", ("Shift_JIS", "commas")),
        ("sku\tname\nA-1\t①髙橋\n".encode("utf-16"), "auto", ("UTF-16", "tabs")),
        ("sku;name\nA-1;①髙橋\n".encode(), "auto", ("UTF-8", "semicolons")),
        ('{"sku": "A-1", "name": "①髙橋"}\n'.encode(), "auto", ("UTF-8", "JSON")),
    ],
)
def test_encoding_and_separator_are_told(
    imports: Imports, content: bytes, encoding: str, words: tuple[str, ...]
) -> None:
    """As Excel saves files; the text names what was taken."""
    outcome = imports.run(imports.file(content), update_key="sku", file_encoding=encoding)

    assert imports.values("name") == ["①髙橋"]
    assert all(word in outcome.text for word in words)


def test_modes_mean_what_they_mean_for_entries(imports: Imports) -> None:
    """when_missing, table_mode and atomic."""
    content = "*,sku,lines,item,qty\n*,A-1,,pen,1\n,,,ink,2\n"
    imports.run(imports.file(content), update_key="sku")
    imports.run(imports.file("*,sku,lines,item,qty\n*,A-1,,cap,3\n"), update_key="sku", table_mode="append")
    message = imports.refused(imports.file("sku,name\nA-9,x\n"), update_key="sku", when_missing="fail")
    many = "name\n" + "x\n" * 2001

    assert [row["value"]["item"]["value"] for row in imports.values("lines")[0]] == ["pen", "ink", "cap"]
    assert "A-9" in message
    assert "line 2" in message
    assert "atomic" in imports.refused(imports.file(many), atomic=True)
    assert len(imports.records) == 1


def test_form_that_may_not_be_read_is_named(imports: Imports) -> None:
    """A column is a field by the form alone."""
    edit_only = credentials_of(imports.site, "edit", app=imports.app)
    with pytest.raises(PluginFailure) as failed:
        imports.host.invoke(TOOL, {"records_file": imports.file("sku\nA\n")}, edit_only)

    assert "View records" in failed.value.message
