"""The fuzz targets: each parses one input and must return or raise an error of the plugin."""

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from fuzz.texts import (
    DATA_PIECES,
    DATE_PIECES,
    HEADER_PIECES,
    NAME_PIECES,
    QUERY_PIECES,
    SCALARS,
    as_json_text,
    structures,
    texts,
)
from kintone.access.settings import Origin
from kintone.access.sites import read_site
from kintone.api import Answer, encode_json
from kintone.errors import InvalidParameterError, KintoneError
from kintone.file_names import MAX_NAME_LENGTH, clean_name, name_in_disposition
from kintone.forms.answers import parse_form
from kintone.messages import Message
from kintone.mime_types import clean_type
from kintone.query import parse
from kintone.query.mending import mended
from kintone.query.mistakes import explain
from kintone.reading.pages import raw_page_of
from kintone.reading.plan import plan_of
from kintone.records import check_record, record_without_form
from kintone.writing.batches import item_of
from kintone.writing.entry_reading import read_entries
from tools.declarations import Parameter
from tools.dify_files.values import read_files
from tools.name_lists import read_list
from tools.parameters import Parameters
from tools.structured_text import read_structure

OPTIONS = {name: {"label": name, "index": str(index)} for index, name in enumerate(["A", "B, C", "りんご"])}
FORM = parse_form(
    {
        "revision": "1",
        "properties": {
            "text": {"type": "SINGLE_LINE_TEXT", "unique": True, "maxLength": "64"},
            "lines": {"type": "MULTI_LINE_TEXT"},
            "number": {"type": "NUMBER", "unique": True, "minValue": "-5", "maxValue": "1000000"},
            "one": {"type": "DROP_DOWN", "options": OPTIONS},
            "some": {"type": "CHECK_BOX", "options": OPTIONS},
            "date": {"type": "DATE"},
            "time": {"type": "TIME"},
            "moment": {"type": "DATETIME"},
            "link": {"type": "LINK", "protocol": "MAIL"},
            "users": {"type": "USER_SELECT"},
            "creator": {"type": "CREATOR"},
            "files": {"type": "FILE"},
            "later": {"type": "SOMETHING_NEW"},
            "table": {"type": "SUBTABLE", "fields": {"cell": {"type": "NUMBER"}, "day": {"type": "DATE"}}},
        },
    },
    "1",
)
CODES = st.sampled_from([*FORM.fields, "cell", "day", "id", "value", "$id", "type"])
ENTRY_NAMES = st.sampled_from(
    ["record", "updateKey", "id", "revision", "field", "value", "text", "records", "records_data"]
)
ENTRIES = st.fixed_dictionaries(
    {"record": st.dictionaries(CODES, SCALARS, max_size=3)},
    optional={"id": SCALARS | st.integers(1, 5), "revision": SCALARS, "updateKey": structures(ENTRY_NAMES)},
)
# Most random entries are invalid; these are accepted unless the text is blank.
PLAIN_ENTRIES = st.fixed_dictionaries({"record": st.fixed_dictionaries({"text": st.text(max_size=5)})})
ANSWER_NAMES = st.sampled_from(
    ["records", "$id", "value", "type", "totalCount", "properties", "options", "fields", "lookup"]
)
FILE_NAMES = st.sampled_from(["url", "remote_url", "filename", "mime_type", "extension", "size"])
FILES = st.dictionaries(FILE_NAMES, texts(NAME_PIECES) | SCALARS).map(
    lambda file: {**file, "url": "https://a.example/"}
)
ORIGINS = frozenset({Origin("https", "proxy.example", 443)})
ADDRESSES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "https://", "http://", "HTTPS://a@"]),
    st.sampled_from(["a.cybozu.com", "A.s.kintone.com", "proxy.example", "proxy.example:443", "[::1]", "127.1"]),
    texts(NAME_PIECES) | texts(NAME_PIECES).map("/{}".format),
)


class Target(NamedTuple):
    """A parser and its inputs."""

    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], object]


def _require(holds: bool, found: str) -> None:  # noqa: FBT001 - the required condition
    if not holds:
        raise AssertionError(ascii(found[:200]))


def _query(text: str) -> None:
    sent, _ = mended(text)
    _require(mended(sent) == (sent, ()), sent)
    explain(parse(sent), FORM, "CB_VA01")
    again = str(parse(text))
    _require(str(parse(again)) == again, again)
    plan = plan_of(text, 5)
    parse(plan.effective_query)


def _entries(value: Any) -> None:  # noqa: ANN401 - anything
    for field in (None, "text"):
        for entry in read_entries(value, field):
            item_of(entry.with_record(record_without_form(entry.record).record))


def _record(value: Any) -> None:  # noqa: ANN401 - anything
    record = value if isinstance(value, dict) else {"text": value, "number": value, "date": value, "table": value}
    encode_json(check_record(record, FORM, "update").record)
    encode_json(check_record(dict.fromkeys(FORM.fields, value), FORM, "add").record)


def _name(text: str) -> None:
    name = clean_name(text)
    _require(len(name) <= MAX_NAME_LENGTH and name == clean_name(name), name)
    _require(not set(name) & set("/\\\x00\r\n\u202e"), name)
    name.encode()
    clean_type(text, text)


def _parameters(value: Any) -> None:  # noqa: ANN401 - anything
    parameters = Parameters({"x": value}, {"x": Parameter("x", ("a", "b"), 1, 1, 300)})
    for read in (parameters.text, parameters.count, parameters.number, parameters.flag, parameters.choice):
        _is_accepted(read, "x")


def _answer(value: Any) -> None:  # noqa: ANN401 - anything
    body = value if isinstance(value, dict) else {"records": value, "totalCount": value, "properties": value}
    _is_accepted(lambda given: raw_page_of(Answer(given), Message("reading")), body)
    _is_accepted(lambda given: parse_form(given, "1"), body)


TARGETS = {
    "query": Target(texts(QUERY_PIECES), _query),
    "structured text": Target(
        texts(DATA_PIECES) | SCALARS | structures(CODES).map(as_json_text),
        lambda value: read_structure("record_data", value),
    ),
    "names": Target(texts(DATA_PIECES) | structures(CODES), lambda value: read_list("fields", value)),
    "entries": Target(
        structures(ENTRY_NAMES)
        | st.lists(structures(ENTRY_NAMES) | ENTRIES, max_size=3)
        | st.lists(PLAIN_ENTRIES, min_size=1, max_size=2),
        _entries,
    ),
    "record": Target(structures(CODES) | texts(DATE_PIECES), _record),
    "file name": Target(texts(NAME_PIECES), _name),
    "disposition": Target(texts(HEADER_PIECES), lambda text: clean_name(name_in_disposition(text)).encode()),
    "file": Target(structures(FILE_NAMES) | FILES, read_files),
    "address": Target(texts(NAME_PIECES) | ADDRESSES, lambda text: read_site(text, ORIGINS)),
    "parameters": Target(SCALARS | structures(CODES), _parameters),
    "answer": Target(structures(ANSWER_NAMES), _answer),
}


def attempt(target: Target, value: object) -> bool:
    """Parse one input and return whether it was accepted; any exception other than a refusal is a failure."""
    return _is_accepted(target.read, value)


def _is_accepted(read: Callable[[Any], object], value: object) -> bool:
    try:
        read(value)
    except (InvalidParameterError, KintoneError) as refusal:
        text = str(refusal)
        text.encode()
        _require(text.isprintable(), text)
        return False
    return True
