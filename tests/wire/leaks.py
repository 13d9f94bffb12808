"""What is looked for after everything that can fail has failed, and what can fail."""

import base64
import html
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

WINDOW = 8
TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
"""The token of the calls, which no kintone knows."""
STRANGER = "Zk4TqP8wYb1HxJ6rMd9VfC3sLg7NuA2eKoQiRy5B"
"""A token that no call brings as one."""
CONTENT = "Kontoauszug"
"""Stands in file names, records and queries, which have no place in a log."""

_UNICODE = re.compile(r"\\u([0-9a-f]{4})")


def traces(text: str, secret: str = TOKEN) -> list[str]:
    """Return the pieces of a secret that a text shows in any letter case: plain, escaped, and in base64."""
    lowered = text.lower()
    views = [lowered]
    for undo in (unquote, html.unescape, lambda view: _UNICODE.sub(lambda match: chr(int(match[1], 16)), view)):
        views.append(undo(views[-1]))
    joined = "\n".join(views).lower()
    return [piece for piece in _pieces(secret) if piece in joined]


def _pieces(secret: str) -> list[str]:
    forms = [secret]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode()).decode()
        forms.append(encoded[4 if before else 0 :].rstrip("=")[:-1])
    return [form[start : start + WINDOW].lower() for form in forms for start in range(len(form) - WINDOW + 1)]


def ways_to_write(token: str = TOKEN) -> list[str]:
    """Return the token as often as there are ways to write it."""
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


def written_in_many_ways(token: str = TOKEN) -> str:
    """Return a sentence that holds the token in all of them."""
    return " ; ".join(ways_to_write(token))


def records_that_say(said: str) -> dict[str, Any]:
    """Return an answer whose only record has this in a key, a value and the name of a file, and nowhere the token."""
    record = {
        "$id": {"type": "__ID__", "value": "1"},
        said: {"type": "SINGLE_LINE_TEXT", "value": f"é {said}"},
        "files": {"type": "FILE", "value": [{"fileKey": "1", "name": said, "contentType": "a/b", "size": "3"}]},
    }
    body = json.dumps({"records": [record], "totalCount": "1"})
    return {"status": 200, "body": body, "content_type": "application/json"}


LARGE = f"{TOKEN}x" * 100 + "x" * 4_500_000
"""More than one message to Dify may have."""


def _echo(status: int = 200, **more: object) -> dict[str, Any]:
    """Return an answer that has the token wherever an answer of kintone's has something."""
    said = written_in_many_ways()
    record: dict[str, Any] = {
        "$id": {"type": "__ID__", "value": "1"},
        "$revision": {"type": "__REVISION__", "value": "1"},
    }
    record |= {TOKEN: {"type": "SINGLE_LINE_TEXT", "value": said}, "b": {"type": TOKEN, "value": [{"code": TOKEN}]}}
    record["files"] = {"type": "FILE", "value": [{"fileKey": TOKEN, "name": said, "contentType": TOKEN, "size": "3"}]}
    field = {"type": "SINGLE_LINE_TEXT", "code": TOKEN, "label": said, "required": True, "unique": True}
    body = {
        "records": [record],
        "record": record,
        "totalCount": "1",
        "id": "7",
        "revision": TOKEN,
        "fileKey": TOKEN,
        "results": [{"records": [{"id": "7", "revision": TOKEN, "operation": "INSERT", TOKEN: TOKEN}]}],
        "properties": {TOKEN: field, "sku": {**field, "code": "sku"}},
        TOKEN: {said: said},
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
    said = written_in_many_ways()
    errors = {
        TOKEN: {"messages": [said]},
        f"records[0].{TOKEN}.value": {"messages": [TOKEN]},
        "query": {"messages": []},
    }
    body = {"code": code, "id": TOKEN, "message": said, "errors": errors}
    return {"status": status, "body": json.dumps(body), "content_type": "application/json", "headers": headers}


PAGE = f"<html><title>{TOKEN}</title>{written_in_many_ways()}</html>"
LATER = {"Retry-After": "600"}
BROKEN_HEAD = f"HTTP/1.1 200 OK\r\nX-A: {TOKEN}\r\nno colon {TOKEN}\r\nContent-Length: 2\r\n\r\n{{}}"

FAILURES: dict[str, dict[str, Any]] = {
    "unknown token": _refusal(400, "GAIA_IA02"),
    "no permission": _refusal(403, "GAIA_NO01"),
    "bad values": _refusal(400, "CB_VA01"),
    "a code that is the token": _refusal(400, TOKEN),
    "not found": _refusal(404, "GAIA_RE01"),
    "a cut message": _refusal(400, "GAIA_XX01")
    | {"body": json.dumps({"code": "GAIA_XX01", "message": "x" * 590 + TOKEN})},
    "busy": _refusal(429, "GAIA_TO04", **LATER),
    "busy page": {"status": 429, "body": PAGE, "headers": LATER},
    "maintenance": {"status": 503, "body": PAGE, "headers": LATER},
    "page with 200": {"status": 200, "body": PAGE},
    "page with 403": {"status": 403, "body": PAGE, "headers": {"WWW-Authenticate": f"Basic realm={TOKEN}"}},
    "page with 520": {"status": 520, "body": PAGE},
    "login page": {"login_page": True},
    "cut connection": {"cut": "after"},
    "cut body": {"cut_after_bytes": 3},
    "time-out": {"hang": 30.0},
    "redirect to elsewhere": {"status": 307, "redirect": f"http://evil.example/{TOKEN}?token={TOKEN}"},
    "redirect in circles": {"status": 302, "redirect": f"/k/v1/records.json?token={STRANGER}"},
    "broken head": {"garbage": BROKEN_HEAD},
    "no HTTP": {"garbage": f"{TOKEN}\r\n{TOKEN}"},
}
"""What the server does instead of what was asked, the token in its mouth wherever it has one."""

ECHOES: dict[str, dict[str, Any]] = {
    "success": _echo(),
    "wrong shapes": _echo(records=TOKEN, record=TOKEN, id=[TOKEN], results=TOKEN, properties=[TOKEN]),
    "too large": _echo(
        records=[
            {
                "$id": {"type": "__ID__", "value": "1"},
                TOKEN: {"type": "X", "value": f"{TOKEN}x" * 100 + "x" * 4_500_000},
            }
        ]
    ),
}
"""Answers that are good, or look so, with the token in whatever a server fills."""


@dataclass(frozen=True, slots=True)
class Called:
    """One call: the tool and its parameters."""

    tool: str
    parameters: dict[str, Any]


A_FILE = "a file of Dify's"
RECORD = {"sku": CONTENT, "name": CONTENT}
CALLS = [
    *(
        Called("kintone_query", {"query": f'sku = "{CONTENT}"', "output_mode": mode})
        for mode in ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")
    ),
    Called("kintone_aggregate", {"query": f'sku = "{CONTENT}"', "group_by": "sku"}),
    Called("kintone_validate_record_data", {"record_data": RECORD}),
    Called("kintone_add_record", {"record_data": RECORD}),
    Called("kintone_add_record", {"record_data": RECORD, "validate_before_write": False}),
    Called("kintone_upsert_records", {"records_data": [{"record": RECORD}]}),
    Called("kintone_upsert_records", {"records_data": [{"id": "1", "record": RECORD}], "validate_before_write": False}),
    Called("kintone_upload_file", {"upload_file": A_FILE}),
    Called("kintone_upload_file", {"upload_file": A_FILE, "record_id": "1", "attachment_field": "files"}),
    Called("kintone_download_file", {"file_key": "20260101" + "f" * 30}),
    Called("kintone_download_file", {"record_id": "1", "attachment_field": "files"}),
]
ONE_EACH = list({call.tool: call for call in CALLS}.values())
"""One call of each tool."""
