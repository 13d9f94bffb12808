"""Calling ``kintone_query`` in this process: records of every shape, and what the tool sends, as Dify would get it."""

import base64
import json
from collections.abc import Generator
from contextlib import closing
from typing import Any

from dify_plugin.core.server.__base.response_writer import ResponseWriter
from dify_plugin.entities.tool import ToolInvokeMessage, ToolRuntime

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from tests.unit.in_process import InProcess
from tools.base import Call
from tools.kintone_query import QueryRecords
from tools.parameters import Parameters
from tools.results import PreparedMessage, Streaming

LONGEST_LINE = 5_242_880

type Message = ToolInvokeMessage


class Line(ResponseWriter):  # type: ignore[misc]  # the SDK ships no types
    """Keeps what the SDK would write to stdout for one message."""

    def __init__(self) -> None:
        """Start empty."""
        self.text = ""

    def write(self, data: str) -> None:
        """Keep it."""
        self.text += data

    def done(self) -> None:
        """Nothing to do."""


def line_of(message: Message) -> str:
    """Return the frame that the SDK makes of a message."""
    writer = Line()
    writer.session_message(session_id="s" * 36, data=writer.stream_object(data=message))
    return writer.text


def messages_of(site: InProcess, settings: OperatorSettings | None = None, **parameters: object) -> list[Message]:
    """Run the tool to its end."""
    return list(running(site, settings, **parameters))


def running(site: InProcess, settings: OperatorSettings | None = None, **parameters: object) -> Generator[Message]:
    """Start the tool on the app of a kintone."""
    call = Call(
        {"kintone_app_id": str(site.app)}, Parameters(parameters, QueryRecords.declaration().parameters), Redactor([])
    )
    call.__dict__["client"] = site.client
    call.__dict__["settings"] = settings or OperatorSettings()
    runtime = ToolRuntime(credentials={}, user_id=None, session_id=None)
    pages = QueryRecords(runtime=runtime, session=None).run(call)
    assert isinstance(pages, Generator)
    return _messages(pages)


def _messages(pages: Streaming) -> Generator[Message]:
    """Yield what the tool sends while it reads, then its result, as the SDK's own messages."""
    with closing(pages):
        while True:
            try:
                yield plain(next(pages))
            except StopIteration as end:
                yield from map(plain, end.value.messages(Redactor([])))
                return


def plain(sent: Any) -> Message:  # noqa: ANN401 - a message of either kind
    """Return a message as the SDK knows it."""
    message: Message = sent.plain() if isinstance(sent, PreparedMessage) else sent
    return message


class Sent:
    """What Dify would make of the messages of one call."""

    def __init__(self, messages: list[Message]) -> None:
        """Sort the messages by their kinds, through the SDK's own frames."""
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
    """Run the tool and sort what it sends."""
    return Sent(messages_of(site, settings, **parameters))


def text_field(value: str | None) -> dict[str, Any]:
    """Return a text field."""
    return {"type": "SINGLE_LINE_TEXT", "value": value}


def full_record(record_id: int) -> dict[str, Any]:
    """Return a record with a field of every shape."""
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
    """Have a kintone hold records, its form being made for them; return them as it gives them out."""
    columns = {"item": {"type": "SINGLE_LINE_TEXT"}, "qty": {"type": "NUMBER"}}
    # The creator is a field that every app has already.
    own = [{code: field for code, field in record.items() if field["type"] != "CREATOR"} for record in records]
    types = {code: field["type"] for code, field in own[0].items() if not code.startswith("$")}
    site.kintone.change_form(site.app, {code: {"type": kind, "fields": columns} for code, kind in types.items()})
    site.kintone.add_records(site.app, own)
    return site.kintone.records(site.app)


def wide_record(record_id: int, size: int) -> dict[str, Any]:
    """Return a record with so many bytes of text."""
    return {"$id": {"type": "__ID__", "value": str(record_id)}, "wide": text_field("x" * size)}
