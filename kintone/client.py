"""The client that all tools use: it encodes requests and hands them to the execution."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Self

from kintone.access.credentials import Access
from kintone.access.settings import OperatorSettings
from kintone.api import Answer, EncodedRequest, Request, RequestSender, api_path, encode_request, get_app
from kintone.deadline import Deadline
from kintone.errors import PermissionDeniedError, TimedOutError
from kintone.execution import DEFAULT_TIMEOUT, Engine, Execution, OpenBody
from kintone.forms.reading import FormCache, FormKey, FormsApi
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message
from kintone.replies import AnswerModel, PositiveNumber, misshapen, read_answer
from kintone.retry import Entries, RetryPolicy
from kintone.transport import StreamedReply

__all__ = ["Access", "KintoneClient"]

form_cache = FormCache()
"""Shared by all calls of the process; it holds no state of a single call."""


class KintoneClient:
    """Carries out the requests of one tool call; safe to share between the threads of that call.

    ``request_timeout`` is in seconds and limits one HTTP request. The operator's call budget limits the whole call.
    ``requests_made`` counts the requests of ``call``, without retries.
    """

    def __init__(
        self,
        access: Access,
        settings: OperatorSettings,
        *,
        request_timeout: float = DEFAULT_TIMEOUT,
        policy: RetryPolicy | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Start the deadline of the call; nothing is connected yet."""
        self.access = access
        self.settings = settings
        self.requests_made = 0
        self._lock = threading.Lock()
        self.execution = Execution(access, settings, request_timeout, policy, engine)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the deadline of the call; its connections stay open for the next call."""
        self.close()

    def close(self) -> None:
        """Close the deadline of the call."""
        self.execution.deadline.close()

    @property
    def deadline(self) -> Deadline:
        """The deadline of this call."""
        return self.execution.deadline

    @property
    def forms(self) -> FormsApi:
        """The forms of apps, as this credential may see them."""
        access = self.access.digest()
        return FormsApi(self, form_cache, lambda app: FormKey(app, access))

    def api_path(self, api: str) -> str:
        """Return the path of an API on this site, with the guest space if there is one."""
        return api_path(api, self.access.guest_space)

    def record_url(self, app: int, record_id: str) -> str:
        """Return the address at which a browser shows the record."""
        space = f"/guest/{self.access.guest_space}" if self.access.guest_space else ""
        return self.access.site.url(f"/k{space}/{app}/show#record={record_id}")

    def call(self, request: Request, deadline: Deadline | None = None) -> Answer:
        """Carry out a request with a JSON answer, by default within the deadline of this call."""
        with self._lock:
            self.requests_made += 1
        return self.execution.run(request, self._encoded(request), _unchanged, deadline=deadline)

    def write[Result](
        self, request: Request, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Carry out a request that writes the entries of ``span``, and note the outcome in the ledger."""
        return self.execution.run(request, self._encoded(request), read, entries=Entries(ledger, span))

    def pause_after_conflict(self, conflicts: int) -> None:
        """Wait for a random part of a second or two, at most a tenth of the time that is left."""
        self.execution.pause_after_conflict(conflicts)

    def upload(self, request: Request, open_body: OpenBody, deadline: Deadline | None = None) -> Answer:
        """Upload a body; ``open_body`` opens it again for each attempt, so that it is never kept in memory."""
        encoded = EncodedRequest("POST", self.api_path(request.api))
        return self.execution.run(request, encoded, _unchanged, open_body=open_body, deadline=deadline)

    def download(self, request: Request) -> AbstractContextManager[StreamedReply]:
        """Open an answer that is not JSON as a stream; a slot of the limiter is held until the block ends."""
        encoded = self._encoded(request)
        # The announced length of a compressed answer would not be the size of the file.
        return self.execution.stream(
            request, replace(encoded, headers={**encoded.headers, "Accept-Encoding": "identity"})
        )

    def _encoded(self, request: Request) -> EncodedRequest:
        return encode_request(request, self.api_path(request.api), len(str(self.access.site)))


def _unchanged(answer: Answer) -> Answer:
    return answer


# Verification of a credential

TOKEN_WITHOUT_PERMISSION = "GAIA_NO01"  # noqa: S105 - kintone's error code, not a token

SAVE_AGAIN = Message(
    "save the credential again in a minute; if it fails again, check kintone_domain, and that the Dify server and any "
    "proxy in between let requests to it through"
)
"""A credential has no request_timeout to raise, and its check cannot ask for less."""


class _App(AnswerModel):
    app_id: PositiveNumber


def verify_credentials(caller: RequestSender, app: int) -> None:
    """Read the name of the app, which a token with view or add permission may do; raises ``KintoneError``.

    A token that kintone knows but that has neither permission is accepted as well.
    https://cybozu.dev/ja/kintone/docs/rest-api/apps/get-app
    """
    checking = Message("checking the credential")
    try:
        answer = read_answer(_App, caller.call(get_app(checking, app)).body, checking)
    except PermissionDeniedError as error:
        if error.code != TOKEN_WITHOUT_PERMISSION:
            raise
    except TimedOutError as error:
        if "variable" in error.remedy.values:
            # What was late is a proxy, and the remedy names the setting that it is from.
            raise
        raise error.copy_with(remedy=SAVE_AGAIN) from None
    else:
        if answer.app_id != str(app):
            raise misshapen(checking, Message("the number of the app"), Message("that of another app"))
