"""What a failure on demand puts on the wire."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING

from local_kintone.refusals import RefusedError
from local_kintone.wire.response import Response, html_response, json_response

if TYPE_CHECKING:
    from local_kintone.failures import Failure
    from local_kintone.wire.line import Line

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Log in</title></head>"
    "<body><form action='/login'><input name='username'><input name='password'></form></body></html>"
)
BLOCK = 1 << 20


def broken_answer(failure: Failure) -> Response:
    """Return the answer that a failure puts in the place of the true one."""
    response = _instead(failure)
    response.headers.update(failure.headers)
    return response


def _instead(failure: Failure) -> Response:
    if failure.redirect is not None:
        response = html_response("", failure.status or 302)
        response.headers["Location"] = failure.redirect
        return response
    if failure.login_page:
        return html_response(LOGIN_PAGE)
    if failure.bomb_bytes is not None:
        packed = _packed_blanks() * max(1, failure.bomb_bytes // BLOCK)
        return Response(200, packed, headers={"Content-Encoding": "gzip"})
    if failure.endless_bytes is not None:
        return Response(200, b'{"records":[', headers={"Content-Encoding": "identity"})
    return _refusal(failure, failure.status or 500)


def _refusal(failure: Failure, status: int) -> Response:
    if failure.body is not None:
        return Response(status, failure.body.encode(), failure.content_type)
    if failure.code is None:
        return html_response(f"<html><body><h1>{status}</h1><p>{failure.message}</p></body></html>", status)
    refusal = RefusedError(status, failure.code, failure.message)
    return json_response(refusal.body, status)


@lru_cache(maxsize=1)
def _packed_blanks() -> bytes:
    # A gzip stream may consist of many members, so one packed block repeated unpacks to as many blocks.
    return gzip.compress(b" " * BLOCK, compresslevel=9)


def send_broken(line: Line, response: Response, failure: Failure) -> bool:
    """Send an answer in the way that a failure wants; returns whether the connection can go on."""
    for name, value in failure.headers.items():
        response.headers.setdefault(name, value)
    if failure.endless_bytes is not None:
        line.send_endlessly(response, failure.endless_bytes)
    elif failure.cut_after_bytes is not None:
        line.send_part(response, failure.cut_after_bytes)
    elif failure.length_offset is not None:
        line.send_with_length(response, len(response.body) + failure.length_offset)
    elif failure.drip_head is not None:
        line.drip_head(response, failure.drip_head)
    elif failure.delay_sending:
        line.send_slowly(response, failure.delay_sending, failure.pieces)
        return True
    else:
        line.send(response)
        return True
    if failure.reset:
        line.reset()
    return False
