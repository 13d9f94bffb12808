"""Calls and answers for the tests of leaks, and the search for pieces of a secret."""

import base64
import html
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

PIECE_LENGTH = 8
TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
"""The token of the calls, which no local kintone accepts."""
OTHER_TOKEN = "Zk4TqP8wYb1HxJ6rMd9VfC3sLg7NuA2eKoQiRy5B"
"""A token that no call uses as its token."""
CONTENT = "Kontoauszug"
"""Part of file names, records and queries; must not be logged."""

_UNICODE = re.compile(r"\\u([0-9a-f]{4})")


def pieces_in(text: str, secret: str = TOKEN) -> list[str]:
    """Return the pieces of a secret that a text contains in any letter case: plain, escaped, and in base64."""
    lowered = text.lower()
    views = [lowered]
    for decode in (unquote, html.unescape, lambda view: _UNICODE.sub(lambda match: chr(int(match[1], 16)), view)):
        views.append(decode(views[-1]))
    joined = "\n".join(views).lower()
    return [piece for piece in _pieces(secret) if piece in joined]


def _pieces(secret: str) -> list[str]:
    encoded_forms = [secret]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode()).decode()
        encoded_forms.append(encoded[4 if before else 0 :].rstrip("=")[:-1])
    return [
        encoded_form[start : start + PIECE_LENGTH].lower()
        for encoded_form in encoded_forms
        for start in range(len(encoded_form) - PIECE_LENGTH + 1)
    ]


def encodings_of(token: str = TOKEN) -> list[str]:
    """Return the token in each encoding."""
    return [
        token,
        token.lower(),
        token.upper(),
        "".join(f"%{ord(character):02X}" for character in token),
        "".join(f"\\u{ord(character):04x}" for character in token),
        "".join(f"&#{ord(character)};" for character in token),
        base64.b64encode(token.encode()).decode(),
        base64.urlsafe_b64encode(f"a{token}".encode()).decode(),
        base64.b64encode(f"ab{token}=".encode()).decode(),
        f"cut: {token[:30]}",
        f"cut: {token[10:]}",
    ]


def all_encodings_of(token: str = TOKEN) -> str:
    """Return a sentence that contains the token in all encodings."""
    return " ; ".join(encodings_of(token))


def answer_with_record_text(text: str) -> dict[str, Any]:
    """Return an answer with one record that has this text as a field code, a value and a file name."""
    record = {
        "$id": {"type": "__ID__", "value": "1"},
        text: {"type": "SINGLE_LINE_TEXT", "value": f"é {text}"},
        "files": {"type": "FILE", "value": [{"fileKey": "1", "name": text, "contentType": "a/b", "size": "3"}]},
    }
    body = json.dumps({"records": [record], "totalCount": "1"})
    return {"status": 200, "body": body, "content_type": "application/json"}


def _echo(status: int = 200, **more: object) -> dict[str, Any]:
    """Return an answer that has the token in every place of an answer of kintone."""
    text = all_encodings_of()
    record: dict[str, Any] = {
        "$id": {"type": "__ID__", "value": "1"},
        "$revision": {"type": "__REVISION__", "value": "1"},
    }
    record |= {TOKEN: {"type": "SINGLE_LINE_TEXT", "value": text}, "b": {"type": TOKEN, "value": [{"code": TOKEN}]}}
    record["files"] = {"type": "FILE", "value": [{"fileKey": TOKEN, "name": text, "contentType": TOKEN, "size": "3"}]}
    comment: dict[str, Any] = {"id": "1", "text": text, "createdAt": TOKEN, "creator": {"code": TOKEN, "name": text}}
    comment["mentions"] = [{"code": TOKEN, "type": TOKEN}]
    candidate = {"entity": {"type": TOKEN, "code": TOKEN}, "includeSubs": False}
    field = {"type": "SINGLE_LINE_TEXT", "code": TOKEN, "label": text, "required": True, "unique": True}
    body = {
        "records": [record],
        "record": record,
        "totalCount": "1",
        "id": "7",
        "revision": TOKEN,
        "fileKey": TOKEN,
        "results": [{"records": [{"id": "7", "revision": TOKEN, "operation": "INSERT", TOKEN: TOKEN}]}],
        "comments": [comment],
        "older": False,
        "newer": False,
        "properties": {TOKEN: field, "sku": {**field, "code": "sku"}},
        "enable": True,
        "states": {TOKEN: {"name": TOKEN, "index": "0", "assignee": {"type": TOKEN, "entities": [candidate]}}},
        "actions": [{"name": text, "from": TOKEN, "to": TOKEN, "filterCond": text}],
        TOKEN: {text: text},
        **more,
    }
    headers = {
        "X-Cybozu-Warning": TOKEN,
        "Set-Cookie": f"session={TOKEN}",
        "Content-Disposition": f'attachment; filename="{TOKEN}.txt"',
        f"X-{TOKEN}": TOKEN,
    }
    return {"status": status, "body": json.dumps(body), "content_type": "application/json", "headers": headers}


def _refusal(status: int, code: str, **headers: str) -> dict[str, Any]:
    text = all_encodings_of()
    errors = {
        TOKEN: {"messages": [text]},
        f"records[0].{TOKEN}.value": {"messages": [TOKEN]},
        "query": {"messages": []},
    }
    body = {"code": code, "id": TOKEN, "message": text, "errors": errors}
    return {"status": status, "body": json.dumps(body), "content_type": "application/json", "headers": headers}


HTML_PAGE = f"<html><title>{TOKEN}</title>{all_encodings_of()}</html>"
RETRY_LATER = {"Retry-After": "600"}
INVALID_HEAD = f"HTTP/1.1 200 OK\r\nX-A: {TOKEN}\r\nno colon {TOKEN}\r\nContent-Length: 2\r\n\r\n{{}}"

FAILURES: dict[str, dict[str, Any]] = {
    "unknown token": _refusal(400, "GAIA_IA02"),
    "no permission": _refusal(403, "GAIA_NO01"),
    "bad values": _refusal(400, "CB_VA01"),
    "a code that is the token": _refusal(400, TOKEN),
    "not found": _refusal(404, "GAIA_RE01"),
    "a cut message": _refusal(400, "GAIA_XX01")
    | {"body": json.dumps({"code": "GAIA_XX01", "message": "x" * 590 + TOKEN})},
    "busy": _refusal(429, "GAIA_TO04", **RETRY_LATER),
    "busy page": {"status": 429, "body": HTML_PAGE, "headers": RETRY_LATER},
    "maintenance": {"status": 503, "body": HTML_PAGE, "headers": RETRY_LATER},
    "page with 200": {"status": 200, "body": HTML_PAGE},
    "page with 403": {"status": 403, "body": HTML_PAGE, "headers": {"WWW-Authenticate": f"Basic realm={TOKEN}"}},
    "page with 520": {"status": 520, "body": HTML_PAGE},
    "login page": {"login_page": True},
    "cut connection": {"cut": "after"},
    "cut body": {"cut_after_bytes": 3},
    "time-out": {"hang": 30.0},
    "redirect to elsewhere": {"status": 307, "redirect": f"http://evil.example/{TOKEN}?token={TOKEN}"},
    "redirect in circles": {"status": 302, "redirect": f"/k/v1/records.json?token={OTHER_TOKEN}"},
    "broken head": {"garbage": INVALID_HEAD},
    "no HTTP": {"garbage": f"{TOKEN}\r\n{TOKEN}"},
}
"""Failures of the server that contain the token wherever they can."""

ECHOING_ANSWERS: dict[str, dict[str, Any]] = {
    "success": _echo(),
    "wrong shapes": _echo(records=TOKEN, record=TOKEN, id=[TOKEN], results=TOKEN, properties=[TOKEN], comments=[TOKEN]),
    "too large": _echo(
        records=[
            {
                "$id": {"type": "__ID__", "value": "1"},
                TOKEN: {"type": "X", "value": f"{TOKEN}x" * 100 + "x" * 4_500_000},
            }
        ]
    ),
}
"""Answers with status 200 that have the token in everything a server fills in."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call: the tool and its parameters."""

    tool: str
    parameters: dict[str, Any]


FILE_PLACEHOLDER = "a file of Dify's"
RECORD = {"sku": CONTENT, "name": CONTENT}
CALLS = [
    *(
        ToolCall("kintone_query", {"query": f'sku = "{CONTENT}"', "output_mode": mode})
        for mode in ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")
    ),
    ToolCall("kintone_query", {"output_mode": "csv_file", "csv_format": "kintone", "csv_encoding": "utf-8"}),
    ToolCall("kintone_get_record", {"update_key": "sku", "update_key_value": CONTENT}),
    ToolCall("kintone_get_record", {"record_id": "APP-1"}),
    *(
        ToolCall("kintone_get_record", {"record_id": "1", "output_mode": mode})
        for mode in ("both", "flattened_json", "text_only")
    ),
    ToolCall("kintone_flatten_json", {"records_json": [{"sku": {"type": "SINGLE_LINE_TEXT", "value": CONTENT}}]}),
    ToolCall("kintone_build_records_data", {"records_source": [RECORD], "updateKey": "sku"}),
    ToolCall("kintone_build_subtable_rows", {"subtable_source": [RECORD]}),
    ToolCall("kintone_aggregate", {"query": f'sku = "{CONTENT}"', "group_by": "sku"}),
    ToolCall("kintone_get_fields", {}),
    ToolCall("kintone_validate_record_data", {"record_data": RECORD}),
    ToolCall("kintone_add_record", {"record_data": RECORD}),
    ToolCall("kintone_add_record", {"record_data": RECORD, "validate_before_write": False}),
    ToolCall("kintone_upsert_records", {"records_data": [{"record": RECORD}]}),
    ToolCall("kintone_update_record", {"record_data": RECORD, "record_id": "1"}),
    ToolCall(
        "kintone_update_record",
        {"record_data": {"name": CONTENT}, "update_key": "sku", "update_key_value": CONTENT, "table_mode": "append"},
    ),
    ToolCall(
        "kintone_upsert_records", {"records_data": [{"id": "1", "record": RECORD}], "validate_before_write": False}
    ),
    ToolCall("kintone_upsert_records", {"records_file": FILE_PLACEHOLDER, "update_key": "sku"}),
    ToolCall("kintone_upload_file", {"upload_file": FILE_PLACEHOLDER}),
    ToolCall("kintone_upload_file", {"upload_file": FILE_PLACEHOLDER, "record_id": "1", "attachment_field": "files"}),
    ToolCall("kintone_download_file", {"file_key": "20260101" + "f" * 30}),
    ToolCall("kintone_download_file", {"record_id": "1", "attachment_field": "files"}),
    ToolCall("kintone_add_record_comment", {"record_id": "1", "comment_text": CONTENT, "mentions": "sato"}),
    *(ToolCall("kintone_get_record_comments", {"record_id": "1", "order": order}) for order in ("asc", "desc")),
    ToolCall("kintone_update_status", {"record_ids": "1, 2", "action": CONTENT, "assignee": "sato"}),
    ToolCall("kintone_delete_records", {"record_ids": "1"}),
    ToolCall("kintone_delete_records", {"query": f'sku = "{CONTENT}"', "confirm_count": 1}),
    ToolCall("kintone_query_docs", {}),
    ToolCall("kintone_record_data_docs", {}),
]
ONE_CALL_PER_TOOL = list({call.tool: call for call in CALLS}.values())
"""One call for each tool."""
