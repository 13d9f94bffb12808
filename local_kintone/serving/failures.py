"""Failures on demand: which requests they meet, what then goes wrong, and what is sent instead."""

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
# Each cut, and what it settles about `applied`; None leaves it open.
CUTS: dict[str | None, bool | None] = {None: None, "before": False, "after": True, "answer": None}


class FailureOptions(TypedDict, total=False):
    """What LocalKintone.fail() takes: the attributes of Failure."""

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
    """One failure; those that may combine (a delay and a status, say) do.

    What is done of a failing request is told by `applied`. Without it, what takes the place of the answer comes
    instead of the work, and what breaks the true answer comes after it.

    Attributes:
        method: only requests of this verb, an X-HTTP-Method-Override counted in; None meets all.
        api: only this API, "records" or "records/cursor"; None meets all.
        path: only this exact path; None meets all.
        nth: only the request of this number, counted from 1 over all API requests since the start or reset().
        after: so many matching requests pass unharmed first.
        times: how many requests it meets; None for every one until it is withdrawn.
        status: answer with this HTTP status instead of doing what was asked.
        code: kintone's error code for a JSON body; with a status only.
        message: kintone's message beside the code.
        body: a body of another kind than kintone's JSON, as text; with a status only.
        content_type: its content type; HTML unless told otherwise.
        headers: further header fields of the answer (`Retry-After`, `Location`), of a good answer too.
        applied: True does what was asked first, then fails; False leaves nothing of it, even where the true answer
            is sent; None is the habit of each kind: see `applies`.
        redirect: answer with a redirect to this address; its status is 302 unless told otherwise.
        login_page: answer 200 with an HTML page that asks for a login.
        delay: seconds to wait before what was asked is done, or with applied=True after it, before the answer.
        delay_sending: seconds to wait before each of `pieces` parts of the body.
        pieces: how many parts.
        cut: closes the connection instead of an answer: "before" with the body unread and nothing done, "after"
            once the request has been applied, "answer" with the body read and done as `applied` says.
        garbage: send these characters (Latin-1) instead of any HTTP, then close.
        hang: give no answer for so many seconds, then close.
        drip_head: send the answer's head for ever, one byte in so many seconds.
        cut_after_bytes: send the head and so many bytes of the body, then close.
        reset: close by a reset instead of an orderly end; alone it is cut="answer".
        length_offset: add this to the true Content-Length.
        bomb_bytes: answer 200 with a gzip body that unpacks to so many bytes.
        endless_bytes: answer 200 with a chunked body that goes on for so many bytes.
        hits: how many requests it has met so far.
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
    seen: int = 0

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            ValueError: no such cut, or an `applied` that does not go with it.
        """
        if self.reset and not (self.silent or self.replaces_answer or self.breaks_answer):
            self.cut = "answer"
        if self.cut not in CUTS:
            raise ValueError(f"cut is one of {', '.join(str(cut) for cut in CUTS if cut)}")
        if self.applied is not None and self.applied is not CUTS[self.cut] and CUTS[self.cut] is not None:
            raise ValueError(f"cut={self.cut!r} cannot be applied={self.applied}; use cut='answer'")

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Make one from the JSON of POST /_local/failures.

        Raises:
            ValueError: a key that is no attribute.
        """
        known = {each.name for each in fields(cls)} - {"hits", "seen"}
        if unknown := set(given) - known:
            raise ValueError(f"a failure has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        return cls(**given)

    @property
    def replaces_answer(self) -> bool:
        """Whether the client gets something else than the true answer."""
        return bool(self.status or self.redirect or self.login_page or self.bomb_bytes or self.endless_bytes)

    @property
    def breaks_answer(self) -> bool:
        """Whether the true answer is sent, but not as it should be."""
        return not (
            self.cut_after_bytes is None
            and self.length_offset is None
            and self.drip_head is None
            and not self.delay_sending
        )

    @property
    def silent(self) -> bool:
        """Whether no answer comes at all."""
        return self.cut is not None or self.garbage is not None or self.hang is not None

    @property
    def applies(self) -> bool:
        """Whether what was asked is done, and stays done."""
        if self.applied is not None:
            return self.applied
        return self.cut == "after" or not (self.silent or self.replaces_answer)

    def meets(self, head: Head, number: int) -> bool:
        """Tell whether a request, the so-many-th, is of the kind that this failure is for."""
        return (
            (self.nth is None or self.nth == number)
            and (self.method is None or self.method == head.effective_method)
            and (self.api is None or self.api == api_of(head.path))
            and (self.path is None or self.path == head.path)
        )


class Failures:
    """The failures that are switched on, in the order in which they were."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._active: list[Failure] = []

    def add(self, failure: Failure) -> None:
        """Switch one on."""
        with self._lock:
            self._active.append(failure)

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._active.clear()

    def take(self, head: Head, number: int) -> Failure | None:
        """Return the failure that meets a request, the so-many-th, counting it; the oldest one wins."""
        with self._lock:
            for failure in self._active:
                if not failure.meets(head, number) or failure.hits == failure.times:
                    continue
                failure.seen += 1
                if failure.seen > failure.after:
                    failure.hits += 1
                    return failure
        return None

    def active(self) -> list[Failure]:
        """Return those switched on, used up ones included."""
        with self._lock:
            return list(self._active)


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


def send_broken(connection: Connection, response: Response, failure: Failure) -> bool:
    """Send an answer in the way that a failure wants; returns whether the connection can go on."""
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
