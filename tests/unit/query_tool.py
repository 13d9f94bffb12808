"""Calls ``kintone_query`` in this process, with records of every shape, and parses its messages as Dify does."""

import base64
import json
from collections.abc import Generator
from contextlib import closing
from typing import Any

from dify_plugin.core.server.__base.response_writer import ResponseWriter
from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import call_of, new_tool
from tools.kintone_query import QueryRecords
from tools.results import Streaming

LONGEST_LINE = 5_242_880

type Message = ToolInvokeMessage


class Line(ResponseWriter):  # type: ignore[misc]  # the SDK ships no types
    """Collects what the SDK would write to stdout for one message."""

    def __init__(self) -> None:
        """Start with no data."""
        self.text = ""

    def write(self, data: str) -> None:
        """Append data."""
        self.text += data

    def done(self) -> None:
        """Do nothing."""


def line_of(message: Message) -> str:
    """Return the SDK's frame of a message."""
    writer = Line()
    writer.session_message(session_id="s" * 36, data=writer.stream_object(data=message))
    return writer.text


def messages_of(site: InProcess, settings: OperatorSettings | None = None, **parameters: object) -> list[Message]:
    """Run the tool and return all its messages."""
    return list(running(site, settings, **parameters))


def running(site: InProcess, settings: OperatorSettings | None = None, **parameters: object) -> Generator[Message]:
    """Start the tool on the app of a local kintone."""
    pages = new_tool(QueryRecords).run(call_of(site, QueryRecords, parameters, settings))
    assert isinstance(pages, Generator)
    return _messages(pages)


def _messages(pages: Streaming) -> Generator[Message]:
    """Yield the tool's messages as the SDK's: first those sent while reading, then the result."""
    with closing(pages):
        while True:
            try:
                yield plain(next(pages))
            except StopIteration as end:
                yield from map(plain, end.value.messages(Redactor([])))
                return


def plain(sent: Any) -> Message:  # noqa: ANN401 - a message of either kind
    """Return a message as the SDK parses it."""
    message: Message = sent if isinstance(sent, ToolInvokeMessage) else sent.plain()
    return message


class Sent:
    """The messages of one call, sorted by kind as Dify receives them."""

    def __init__(self, messages: list[Message]) -> None:
        """Sort the messages by kind, through the SDK's own frames."""
        frames = [json.loads(line_of(message))["data"]["data"] for message in messages]
        by_kind: dict[str, list[dict[str, Any]]] = {}
        for frame in frames:
            by_kind.setdefault(frame["type"], []).append(frame)
        self.text = "".join(frame["message"]["text"] for frame in by_kind.get("text", []))
        self.json = [frame["message"]["json_object"] for frame in by_kind.get("json", [])]
        variables = [frame["message"] for frame in by_kind.get("variable", [])]
        self.variables = {each["variable_name"]: each["variable_value"] for each in variables}
        chunks = [*by_kind.get("blob_chunk", []), *by_kind.get("blob", [])]
        self.file = b"".join(base64.b64decode(chunk["message"]["blob"]) for chunk in chunks)
        self.file_meta = chunks[0]["meta"] if chunks else None


def sent(site: InProcess, settings: OperatorSettings | None = None, **parameters: object) -> Sent:
    """Run the tool and return its messages sorted by kind."""
    return Sent(messages_of(site, settings, **parameters))


def text_field(value: str | None) -> dict[str, Any]:
    """Return a text field."""
    return {"type": "SINGLE_LINE_TEXT", "value": value}


def full_record(record_id: int) -> dict[str, Any]:
    """Return a record with a field of every value shape."""
    users = [{"code": "sato", "name": "佐藤 昇"}, {"code": "tanaka", "name": "tanaka"}]
    files = [{"fileKey": "k1", "name": "見積.pdf", "contentType": "application/pdf", "size": "123"}]
    rows = [
        {"id": "381", "value": {"item": text_field("Pen"), "qty": {"type": "NUMBER", "value": "2"}}},
        {"id": "382", "value": {"item": text_field("Ink"), "qty": {"type": "NUMBER", "value": ""}}},
    ]
    return {
        "$id": {"type": "__ID__", "value": str(record_id)},
        "$revision": {"type": "__REVISION__", "value": "4"},
        "name": text_field('Alice, "A"'),
        "memo": {"type": "MULTI_LINE_TEXT", "value": "one\ntwo"},
        "amount": {"type": "NUMBER", "value": "-1234.50"},
        "due": {"type": "DATE", "value": None},
        "tags": {"type": "CHECK_BOX", "value": ["A", "B"]},
        "nothing": {"type": "CHECK_BOX", "value": []},
        "owner": {"type": "USER_SELECT", "value": users},
        "made_by": {"type": "CREATOR", "value": users[0]},
        "files": {"type": "FILE", "value": files},
        "lines": {"type": "SUBTABLE", "value": rows},
    }


def hold(site: InProcess, *records: dict[str, Any]) -> list[dict[str, Any]]:
    """Save records in a local kintone, with a form made for them, and return them as kintone returns them."""
    columns = {"item": {"type": "SINGLE_LINE_TEXT"}, "qty": {"type": "NUMBER"}}
    # The creator is a field that every app has already.
    own = [{code: field for code, field in record.items() if field["type"] != "CREATOR"} for record in records]
    types = {code: field["type"] for code, field in own[0].items() if not code.startswith("$")}
    site.kintone.change_form(site.app, {code: {"type": kind, "fields": columns} for code, kind in types.items()})
    site.kintone.add_records(site.app, own)
    return site.kintone.records(site.app)


def wide_record(record_id: int, size: int) -> dict[str, Any]:
    """Return a record with a text of this many bytes."""
    return {"$id": {"type": "__ID__", "value": str(record_id)}, "wide": text_field("x" * size)}
