"""Failure injection: which requests a failure applies to, what goes wrong, and what is sent instead."""

from __future__ import annotations

import gzip
import threading
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, TypedDict

from local_kintone.paths import api_of
from local_kintone.refusals import RefusedError
from local_kintone.serving.messages import Response, html_response, json_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.serving.in_process import Connection
    from local_kintone.serving.messages import Head

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Log in</title></head>"
    "<body><form action='/login'><input name='username'><input name='password'></form></body></html>"
)
BLOCK = 1 << 20
# Each cut and the value of `applied` that it implies; None implies no value.
APPLIED_BY_CUT: dict[str | None, bool | None] = {None: None, "before": False, "after": True, "answer": None}


class FailureOptions(TypedDict, total=False):
    """The options of LocalKintone.fail(): the attributes of Failure."""

    method: str | None
    api: str | None
    path: str | None
    nth: int | None
    after: int
    times: int | None
    status: int | None
    code: str | None
    message: str
    body: str | None
    content_type: str
    headers: dict[str, str]
    applied: bool | None
    redirect: str | None
    login_page: bool
    delay: float
    delay_sending: float
    pieces: int
    cut: str | None
    garbage: str | None
    hang: float | None
    drip_head: float | None
    cut_after_bytes: int | None
    reset: bool
    length_offset: int | None
    bomb_bytes: int | None
    endless_bytes: int | None


@dataclass(slots=True, kw_only=True)
class Failure:
    """One injected failure. Effects can be combined, for example a delay and a status.

    `applied` decides whether a failing request is executed. Without it, a failure that replaces the response
    prevents the execution, and a failure that damages the response happens after the execution.

    Attributes:
        method: only requests with this HTTP method, after X-HTTP-Method-Override; None for all.
        api: only this API, such as "records" or "records/cursor"; None for all.
        path: only this exact path; None for all.
        nth: only the request with this number, counted from 1 over all API requests since the start or reset().
        after: number of matching requests that succeed first.
        times: number of requests that fail; None for every request until the failure is removed.
        status: respond with this HTTP status instead of executing the request.
        code: kintone's error code for a JSON body; with a status only.
        message: kintone's message beside the code.
        body: a text body instead of kintone's JSON; with a status only.
        content_type: content type of `body`; the default is HTML.
        headers: further header fields of the response (`Retry-After`, `Location`), of a success too.
        applied: True executes the request, then fails; False rolls its changes back, even if the true response is
            sent; None uses the default of each effect: see `applies`.
        redirect: respond with a redirect to this address; the default status is 302.
        login_page: respond 200 with an HTML login page.
        delay: seconds to wait before the execution, or with applied=True between execution and response.
        delay_sending: seconds to wait before each of `pieces` parts of the body.
        pieces: number of parts.
        cut: close the connection without a response: "before" with the body unread and nothing executed, "after"
            after the execution, "answer" after reading the body, executed as `applied` says.
        garbage: send these characters (Latin-1) instead of HTTP, then close.
        hang: send no response for a number of seconds, then close.
        drip_head: send an endless response head, one byte per this number of seconds.
        cut_after_bytes: send the head and this number of body bytes, then close.
        reset: close with a TCP reset instead of an orderly shutdown; alone it implies cut="answer".
        length_offset: number added to the true Content-Length.
        bomb_bytes: respond 200 with a gzip body that decompresses to this number of bytes.
        endless_bytes: respond 200 with a chunked body that continues for this number of bytes.
        hits: number of requests that have failed so far.
        matched: number of requests that have matched so far, those of `after` included.
    """

    method: str | None = None
    api: str | None = None
    path: str | None = None
    nth: int | None = None
    after: int = 0
    times: int | None = 1
    status: int | None = None
    code: str | None = None
    message: str = "A failure on demand."
    body: str | None = None
    content_type: str = "text/html;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool | None = None
    redirect: str | None = None
    login_page: bool = False
    delay: float = 0.0
    delay_sending: float = 0.0
    pieces: int = 2
    cut: str | None = None
    garbage: str | None = None
    hang: float | None = None
    drip_head: float | None = None
    cut_after_bytes: int | None = None
    reset: bool = False
    length_offset: int | None = None
    bomb_bytes: int | None = None
    endless_bytes: int | None = None
    hits: int = 0
    matched: int = 0

    def __post_init__(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            ValueError: the cut is unknown, or `applied` contradicts it.
        """
        if self.reset and not (self.sends_nothing or self.replaces_answer or self.damages_answer):
            self.cut = "answer"
        if self.cut not in APPLIED_BY_CUT:
            raise ValueError(f"cut must be one of {', '.join(str(cut) for cut in APPLIED_BY_CUT if cut)}")
        if (
            self.applied is not None
            and self.applied is not APPLIED_BY_CUT[self.cut]
            and APPLIED_BY_CUT[self.cut] is not None
        ):
            raise ValueError(f"cut={self.cut!r} cannot be applied={self.applied}; use cut='answer'")

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Create a failure from the JSON of POST /_local/failures.

        Raises:
            ValueError: a key is not an attribute.
        """
        known = {each.name for each in fields(cls)} - {"hits", "matched"}
        if unknown := set(given) - known:
            raise ValueError(f"unknown attribute {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
        return cls(**given)

    @property
    def replaces_answer(self) -> bool:
        """Whether the client gets another response than the true one."""
        return bool(self.status or self.redirect or self.login_page or self.bomb_bytes or self.endless_bytes)

    @property
    def damages_answer(self) -> bool:
        """Whether the true response is sent incompletely, slowly or with a wrong length."""
        return not (
            self.cut_after_bytes is None
            and self.length_offset is None
            and self.drip_head is None
            and not self.delay_sending
        )

    @property
    def sends_nothing(self) -> bool:
        """Whether the client gets no HTTP response."""
        return self.cut is not None or self.garbage is not None or self.hang is not None

    @property
    def applies(self) -> bool:
        """Whether the request is executed and its changes are kept."""
        if self.applied is not None:
            return self.applied
        return self.cut == "after" or not (self.sends_nothing or self.replaces_answer)

    def matches_request(self, head: Head, number: int) -> bool:
        """Tell whether the request with this number matches the method, API, path and `nth` of the failure."""
        return (
            (self.nth is None or self.nth == number)
            and (self.method is None or self.method == head.effective_method)
            and (self.api is None or self.api == api_of(head.path))
            and (self.path is None or self.path == head.path)
        )


class Failures:
    """The active failures, oldest first."""

    def __init__(self) -> None:
        """Start without failures."""
        self._lock = threading.Lock()
        self._active: list[Failure] = []

    def add(self, failure: Failure) -> None:
        """Add a failure."""
        with self._lock:
            self._active.append(failure)

    def clear(self) -> None:
        """Remove all failures."""
        with self._lock:
            self._active.clear()

    def take(self, head: Head, number: int) -> Failure | None:
        """Return the oldest failure that applies to the request with this number, and count it as a hit."""
        with self._lock:
            for failure in self._active:
                if not failure.matches_request(head, number) or failure.hits == failure.times:
                    continue
                failure.matched += 1
                if failure.matched > failure.after:
                    failure.hits += 1
                    return failure
        return None

    def active(self) -> list[Failure]:
        """Return all failures, including those that have reached `times`."""
        with self._lock:
            return list(self._active)


def replacement_answer(failure: Failure) -> Response:
    """Return the response that a failure sends instead of the true one."""
    response = _replacement(failure)
    response.headers.update(failure.headers)
    return response


def _replacement(failure: Failure) -> Response:
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
    # A gzip stream can consist of many members, so a repeated compressed block decompresses to repeated blocks.
    return gzip.compress(b" " * BLOCK, compresslevel=9)


def send_damaged(connection: Connection, response: Response, failure: Failure) -> bool:
    """Send a response with the failure's damage; return whether the connection can be reused."""
    for name, value in failure.headers.items():
        response.headers.setdefault(name, value)
    if failure.endless_bytes is not None:
        connection.send_endlessly(response, failure.endless_bytes)
    elif failure.cut_after_bytes is not None:
        connection.send_part(response, failure.cut_after_bytes)
    elif failure.length_offset is not None:
        connection.send_with_length(response, len(response.body) + failure.length_offset)
    elif failure.drip_head is not None:
        connection.drip_head(response, failure.drip_head)
    elif failure.delay_sending:
        connection.send_slowly(response, failure.delay_sending, failure.pieces)
        return True
    else:
        connection.send(response)
        return True
    if failure.reset:
        connection.reset()
    return False
