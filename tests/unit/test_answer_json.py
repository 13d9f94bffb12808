"""The records of an answer as the JSON that kintone wrote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from kintone.access.redaction import Redactor
from kintone.reading.answer_json import JsonRecords, as_written
from kintone.reading.reader import ReadRequest, RecordsApi
from tests.unit.in_process import InProcess
from tools.record_formats import RecordJson

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\\"))
VALUES = TEXT | st.none() | st.lists(TEXT, max_size=3)
RECORDS = st.lists(
    st.dictionaries(TEXT, st.fixed_dictionaries({"type": TEXT, "value": VALUES}), max_size=4), min_size=1, max_size=6
)
TRAPS = ('"],"totalCount":null}', '\\"}]', '{"records":[', "],", "\u2028", "🍣", "a\tb", "C:\\temp", "\\\\")
TOKEN = "aB3dEfGhIjKlMnOpQrStUvWxYz0123456789aBcD"


def raw_of(records: object, end: str = ',"totalCount":null') -> bytes:
    """Write an answer as kintone does."""
    return f'{{"records":{json.dumps(records, ensure_ascii=False, separators=(",", ":"))}{end}}}'.encode()


def kept(raw: bytes) -> Any:  # noqa: ANN401 - records of either kind
    """Return the records of an answer."""
    return as_written(raw, from_json(raw))


@given(RECORDS, st.sampled_from([',"totalCount":null', ',"totalCount":"12"', ',"next":true', ',"next":false']))
def test_records_when_kintone_wrote_the_answer(records: list[dict[str, Any]], end: str) -> None:
    """They are kept as JSON, whatever they hold, and are the same as all, one by one, and in parts."""
    found = kept(raw_of(records, end))

    assert isinstance(found, JsonRecords)
    assert found.json == json.dumps(records, ensure_ascii=False, separators=(",", ":")).encode()
    assert (len(found), list(found), found[-1]) == (len(records), records, records[-1])
    for part in (slice(None), slice(1, None), slice(2, None), slice(None, 1), slice(1, 3)):
        assert list(found[part]) == records[part]


@pytest.mark.parametrize("trap", TRAPS)
def test_records_when_a_value_looks_like_the_end(trap: str) -> None:
    """What stands inside a value is never taken for the end of the records, nor for that of the first one."""
    records = [{"memo": {"type": "MULTI_LINE_TEXT", "value": trap}}, {trap: {"type": "X", "value": trap}}, {}]
    found = kept(raw_of(records))

    assert isinstance(found, JsonRecords)
    rest = found[1:]
    assert isinstance(rest, JsonRecords)
    assert json.loads(rest.json) == records[1:] == list(rest)
    assert list(rest[1:]) == records[2:]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"records": [{}],"totalCount":null}',
        b'{"records":[{} ],"totalCount":null}',
        b'{"records":[ {}],"totalCount":null}',
        b'{"records":[{"a":{ }}],"totalCount":null}',
        b'{"totalCount":null,"records":[{}]}',
        b'{"records":[{}],"x":[{}],"totalCount":null}',
        b'{"records":[{}],"totalCount":null,"next":true}',
        b'{"records":[{}],"totalCount":5}',
        b'{"records":[{},\n{}],"totalCount":null}',
        b'{"records":[{},\r{}],"totalCount":null}',
        b'{"records":[{}]}',
        b'{"records":[],"totalCount":null}',
        b'{"records":[{},{"a":"\\u0085"}],"totalCount":null}',
        b'{"records":[{},{"a":"\\/"}],"totalCount":null}',
        b'{"records":[{},{"\\u0061":1}],"totalCount":null}',
    ],
)
def test_records_when_the_answer_is_written_otherwise(raw: bytes) -> None:
    """They are decoded: a line end would break Dify's protocol, and an escape could hide a secret or U+0085."""
    found = kept(raw)

    assert type(found) is list
    assert found == json.loads(raw)["records"]


@pytest.mark.parametrize("secret", [TOKEN, TOKEN[:20], TOKEN[-15:]])
def test_json_of_kept_records_when_they_hold_a_secret(secret: str) -> None:
    """It is masked, and told."""
    records = RecordJson(Redactor([TOKEN]))
    written = records.write(kept(raw_of([{"a": {"value": f"x {secret}"}}, {}])))

    assert json.loads(written) == [{"a": {"value": "x ***"}}, {}]
    assert len(records.warnings) == 1


@pytest.mark.parametrize("space", ["", " "])
@pytest.mark.parametrize("number", ["12345678901234567", "-9007199254740993"])
def test_json_of_kept_records_when_they_hold_a_long_number(space: str, number: str) -> None:
    """It becomes a text, since Dify would round it."""
    raw = f'{{"records":[{{}},{{"a":{space}{number},"b":[{space}{number},{space}{number}]}}],"totalCount":null}}'
    found = kept(raw.encode())

    assert isinstance(found, JsonRecords)
    assert json.loads(RecordJson(Redactor([])).write(found))[1] == {"a": number, "b": [number, number]}


def test_json_of_kept_records_when_they_hold_next_lines() -> None:
    """U+0085 is replaced by a line end and counted."""
    records = RecordJson(Redactor([]))
    written = records.write(kept(raw_of([{"a": "1\x852\x85"}, {"b\x85": "°"}])))

    assert json.loads(written) == [{"a": "1\n2\n"}, {"b\n": "°"}]
    assert "3" in str(records.warnings[0])


def test_pages_when_their_json_is_wanted(site: InProcess) -> None:
    """Every page, also one that overlaps with the page before it, holds the JSON of its own records."""
    site.kintone.add_records(1, [{"name": {"value": str(number)}} for number in range(1_700)])
    stored = [int(record["$id"]["value"]) for record in site.kintone.records(1)]

    pages = list(RecordsApi(site.client).read(ReadRequest(app=1, keeps_json=True)).pages())

    assert len(pages) > 1
    assert all(isinstance(page.records, JsonRecords) for page in pages)
    found = [record for page in pages for record in json.loads(page.records.json)]  # type: ignore[attr-defined]
    assert [int(record["$id"]["value"]) for record in found] == sorted(stored)
    assert [page.ids for page in pages] == [[record["$id"]["value"] for record in page.records] for page in pages]


def test_pages_when_fields_are_named(site: InProcess) -> None:
    """Their order is the caller's, so that kintone's JSON is not kept."""
    site.kintone.add_records(1, [{"name": {"value": "5"}}] * 3)
    request = ReadRequest(app=1, fields=["name", "$id"], keeps_json=True)

    (page,) = RecordsApi(site.client).read(request).pages()

    assert {tuple(record) for record in page.records} == {("name", "$id")}
