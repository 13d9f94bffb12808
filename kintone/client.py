"""The one client that all tools share: what they ask for becomes a request, which the execution carries out."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Self

from kintone.access.credentials import Access
from kintone.access.settings import OperatorSettings
from kintone.api import Answer, Caller, EncodedRequest, Request, api_path, encode_request, get_app
from kintone.deadline import Deadline
from kintone.errors import PermissionDeniedError, TimedOutError
from kintone.execution import DEFAULT_TIMEOUT, Engine, Entries, Execution, OpenBody
from kintone.forms.reading import FormCache, FormKey, FormsApi
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message
from kintone.replies import AnswerModel, PositiveNumber, misshapen, read_answer
from kintone.retry import RetryPolicy
from kintone.transport import StreamedReply

__all__ = ["Access", "KintoneClient"]

form_cache = FormCache()
"""Shared by all calls of the process; it holds nothing of one call."""


class KintoneClient:
    """Carries out operations for one call of a tool; safe to share between the threads of that call.

    ``request_timeout`` is in seconds and holds for one HTTP request; the operator's call budget holds for all of them.
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
        """Start the time of the call; nothing is connected yet."""
        self.access = access
        self.settings = settings
        self.execution = Execution(access, settings, request_timeout, policy, engine)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the clock of the call; its connections stay open for the next one."""
        self.close()

    def close(self) -> None:
        """Stop the clock of the call."""
        self.execution.deadline.close()

    @property
    def deadline(self) -> Deadline:
        """The time of this call."""
        return self.execution.deadline

    @property
    def forms(self) -> FormsApi:
        """The forms of the apps, as this credential sees them."""
        return FormsApi(self, form_cache, self._form_key)

    def _form_key(self, app: str) -> FormKey:
        access = self.access
        return form_cache.key(str(access.site), access.guest_space, app, access.tokens.secrets())

    def api_path(self, api: str) -> str:
        """Return the path of an API on this site, the guest space included."""
        return api_path(api, self.access.guest_space)

    def record_url(self, app: int, record_id: str) -> str:
        """Return the address where a person opens the record."""
        space = f"/guest/{self.access.guest_space}" if self.access.guest_space else ""
        return self.access.site.url(f"/k{space}/{app}/show#record={record_id}")

    def call(self, request: Request, deadline: Deadline | None = None) -> Answer:
        """Carry out an operation that is asked and answered in JSON, perhaps within a deadline of its own."""
        return self.execution.run(request, self._encoded(request), _as_it_is, deadline=deadline)

    def write[Result](
        self, request: Request, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Carry out a write of these entries, and note in the ledger what became of them."""
        return self.execution.run(request, self._encoded(request), read, entries=Entries(ledger, span))

    def upload(self, request: Request, open_body: OpenBody, deadline: Deadline | None = None) -> Answer:
        """Send a body that is opened anew for every try, so that it never has to be kept."""
        encoded = EncodedRequest("POST", self.api_path(request.api))
        return self.execution.run(request, encoded, _as_it_is, open_body=open_body, deadline=deadline)

    def download(self, request: Request) -> AbstractContextManager[StreamedReply]:
        """Hand over an answer that is no JSON while it arrives; a slot is held until it is read."""
        encoded = self._encoded(request)
        # Compressed, the length announced would not be that of the file.
        return self.execution.stream(
            request, replace(encoded, headers={**encoded.headers, "Accept-Encoding": "identity"})
        )

    def _encoded(self, request: Request) -> EncodedRequest:
        return encode_request(request, self.api_path(request.api), len(str(self.access.site)))


def _as_it_is(answer: Answer) -> Answer:
    return answer


TOKEN_WITHOUT_PERMISSION = "GAIA_NO01"  # noqa: S105 - kintone's error code, not a token

SAVE_AGAIN = Message(
    "save the credential again in a minute; if it stays so, check kintone_domain, and that the Dify server and a proxy "
    "in between let requests to it through"
)
"""Who saves a credential sets no request_timeout and cannot ask for less."""


class _App(AnswerModel):
    app_id: PositiveNumber


def verify_credentials(caller: Caller, app: int) -> None:
    """Ask for the app's own description, which a token with view or add permission may read.

    A token that kintone knows but that has neither permission is proved as well. Raises a ``KintoneError`` otherwise.
    https://cybozu.dev/ja/kintone/docs/rest-api/apps/get-app
    """
    checking = Message("checking the credential")
    try:
        told = read_answer(_App, caller.call(get_app(checking, app)).body, checking)
    except PermissionDeniedError as error:
        if error.code != TOKEN_WITHOUT_PERMISSION:
            raise
    except TimedOutError as error:
        raise error.copy_with(remedy=SAVE_AGAIN) from None
    else:
        if told.app_id != str(app):
            raise misshapen(checking, Message("the number of the app"), Message("that of another app"))
