"""A transport that answers what a test wrote down, on a clock that stands, and an execution that asks it."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from requests.structures import CaseInsensitiveDict

from kintone.access.credentials import Access, Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.api import Answer, EncodedRequest, Request, RetrySafety
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, KintoneError
from kintone.execution import Engine, Execution
from kintone.failure_sentences import BROKEN, NOT_CONNECTED, Failure
from kintone.messages import NOTHING, Message
from kintone.retry import Entries, FailureKind, RetryPolicy
from kintone.transport import UploadBody
from kintone.transport_failures import TransportError
from tests.unit.fake_runtime import FakeRuntime

TOKEN = "t0ken" * 8
READ = Request(Message("reading records of app 1"), "GET", "records", {"app": 1}, RetrySafety.READ)
FORM = Request(Message("reading the form"), "GET", "app/form/fields", {"app": 1}, RetrySafety.READ)
INSERT = Request(Message("adding records"), "POST", "records", {"app": 1}, RetrySafety.INSERT)
UPSERT = Request(Message("writing records"), "PUT", "records", {"app": 1}, RetrySafety.UPSERT)
UPLOAD = Request(Message("uploading a file"), "POST", "file", {}, RetrySafety.UPLOAD)
DOWNLOAD = Request(Message("downloading a file"), "GET", "file", {"fileKey": "k"}, RetrySafety.READ)
ENCODED = EncodedRequest("POST", "/k/v1/records.json", "query=secret", {"X-HTTP-Method-Override": "GET"}, b"{}")
OVER = Failure(BudgetExceededError, Message("waiting for the answer of kintone"), NOTHING)
_sites = itertools.count(1)


class Scripted:
    """An answer; an exception among the pieces of its body is raised at its place."""

    def __init__(self, status: int, *pieces: bytes | BaseException, **headers: str) -> None:
        """Keep the parts; the names of headers have ``_`` for ``-``."""
        self.status = status
        self.headers: Mapping[str, str] = CaseInsensitiveDict(
            {name.replace("_", "-"): value for name, value in headers.items()}
        )
        self.most: list[int] = []
        self._pieces = pieces

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the body."""
        self.most.append(most)
        for piece in self._pieces:
            if isinstance(piece, BaseException):
                raise piece
            yield piece


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as the transport was given it, with the time at which it came."""

    at: float
    encoded: EncodedRequest
    access: Access
    deadline: Deadline
    timeout: float
    body: UploadBody | None


type Step = Scripted | TransportError | Callable[[], Scripted]


@dataclass
class ScriptedTransport:
    """Answers requests in order; a step is an answer, a failure, or what is called to get one of them."""

    runtime: FakeRuntime
    steps: list[Step] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    is_open: int = 0

    @contextmanager
    def open(
        self,
        encoded: EncodedRequest,
        access: Access,
        deadline: Deadline,
        timeout: float,
        body: UploadBody | None = None,
    ) -> Iterator[Scripted]:
        """Answer with the next step."""
        self.sent.append(Sent(self.runtime.now, encoded, access, deadline, timeout, body))
        step = self.steps.pop(0)
        if isinstance(step, TransportError):
            raise step
        self.is_open += 1
        try:
            yield step if isinstance(step, Scripted) else step()
        finally:
            self.is_open -= 1


class Desk:
    """An execution with ``slots`` of its own and ``budget`` seconds, whose transport answers ``steps``."""

    def __init__(
        self,
        *steps: Step,
        slots: int = 3,
        budget: float = 100.0,
        timeout: float = 30.0,
        policy: RetryPolicy | None = None,
    ) -> None:
        """Make it; nothing is sent yet."""
        self.runtime = FakeRuntime()
        self.transport = ScriptedTransport(self.runtime, list(steps))
        self.access = Access(read_site(f"desk{next(_sites)}.kintone.com", frozenset()), Tokens(TOKEN))
        self._settings = OperatorSettings(call_budget=budget, max_concurrency=slots)
        self._timeout, self._policy = timeout, policy or RetryPolicy(jitter=lambda: 1.0)
        self.execution = self.another()

    def another(self) -> Execution:
        """Return the execution of another call to the same site, answered by the same steps."""
        return Execution(self.access, self._settings, self._timeout, self._policy, Engine(self.runtime, self.transport))

    @property
    def times(self) -> list[float]:
        """When each request was sent, in seconds from the beginning."""
        return [sent.at - 1000.0 for sent in self.transport.sent]


def whole(answer: Answer) -> dict[str, object]:
    """Read nothing in particular."""
    return answer.body


def lost() -> TransportError:
    """Return the failure of a request whose answer did not come."""
    return TransportError(FailureKind.BROKEN, BROKEN, sent=True)


def unsent() -> TransportError:
    """Return the failure of a request of which no byte left."""
    return TransportError(FailureKind.NOT_SENT, NOT_CONNECTED, sent=False)


def refused(status: int, code: str = "", **headers: str) -> Scripted:
    """Return kintone's refusal with a code, or one of a server in front of it."""
    body = f'{{"code": "{code}", "id": "i", "message": "m"}}'.encode() if code else b"<html></html>"
    return Scripted(status, body, **headers)


def failing(desk: Desk, request: Request = READ, entries: Entries | None = None) -> KintoneError:
    """Return the error of a request."""
    with pytest.raises(KintoneError) as raised:
        desk.execution.run(request, ENCODED, whole, entries=entries)
    return raised.value


def notes(error: KintoneError) -> list[str]:
    """Return the notes as text."""
    return [str(note) for note in error.notes]
