"""Failures as data.

KintoneError                      base class; ``code`` identifies the failure
├── InvalidParameterError         a value from the caller or the stored credential is refused
│   └── UnreadableFileError       a file of the caller's could not be read to its end
│       └── ChangedFileError      it holds other bytes by now
├── AuthenticationError           the credential is refused
├── PermissionDeniedError         the token is known but not permitted to do this
├── NotFoundError                 the app, record or file does not exist
├── InvalidRequestError           kintone refused the values; ``field_errors`` names them
│   └── InvalidQueryError         kintone refused the query
├── RevisionConflictError         somebody else changed the record
├── UnavailableError              too many requests, a lock, maintenance, a gateway in between
│   └── CursorLimitError          all ten cursors of the kintone site are in use
├── CursorGoneError               the cursor expired, was used up or was deleted
├── UnreachableError              no connection, or it broke, or its certificate was refused
├── TimedOutError                 no answer within the time limit of one request
│   └── BudgetExceededError       no success within the time limit of the whole call
├── UnknownResponseError          an answer that is not kintone's
├── ResultTooLargeError           the result is too large for Dify
└── CancelledError                stopped because another request of the call failed

``str(error)`` is one line in English without secrets. An error never changes: a layer that knows more makes a new one
with ``copy_with``. The error of a failed write has a ``ledger``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, TypedDict, Unpack

from kintone.ledger import EntryState, Span, WriteLedger
from kintone.messages import NOTHING, Joined, Message, Translate, Value, counted, render

MAX_LISTED_FIELDS = 20
# Characters of kintone's own message, and of one of our sentences, which may list many problems.
MAX_SENTENCE = 2000
MAX_PROBLEM = 16_000


def one_line(text: str, longest: int = MAX_SENTENCE) -> str:
    """Replace white space and control characters by single spaces, and cut the text after ``longest`` characters."""
    cleaned = "".join(character if character.isprintable() else " " for character in text[: longest * 4])
    line = " ".join(cleaned.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


# The base class and its parts


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """The answer of kintone, or of a server in front of it, to a request that failed.

    ``code``, ``message`` and ``error_id`` are kintone's own and may be empty. ``fields`` pairs the path of a value, as
    kintone writes it (``records[3].name.value``) or as a message, with kintone's messages about it. ``index`` is the
    position of the failed call in a bulkRequest, from 0.
    """

    status: int
    code: str = ""
    message: str = ""
    fields: Sequence[tuple[str | Message, Sequence[str]]] = ()
    error_id: str = ""
    index: int | None = None


class ErrorParts(TypedDict, total=False):
    """The optional parts of an error."""

    remedy: Message
    notes: Sequence[Message]
    code: str
    reply: ErrorReply | None
    ledger: WriteLedger | None


class ErrorChanges(ErrorParts, total=False):
    """The parts that ``copy_with`` can replace."""

    problem: Message


@dataclass(frozen=True, slots=True)
class _Parts:
    problem: Message
    remedy: Message = NOTHING
    notes: Sequence[Message] = ()
    code: str = ""
    reply: ErrorReply | None = None
    ledger: WriteLedger | None = field(default=None, repr=False)


class KintoneError(Exception):
    """A failure: ``problem`` is what failed, and the other parts are optional."""

    default_code: ClassVar[str] = "INTERNAL"
    _parts: _Parts

    def __init__(self, problem: Message, **parts: Unpack[ErrorParts]) -> None:
        """Keep the parts."""
        super().__init__()
        object.__setattr__(self, "_parts", _Parts(problem, **parts))

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 - Python's own, such as the traceback
        """Refuse; only Python itself may set attributes such as ``__traceback__``."""
        if not name.startswith("__"):
            raise AttributeError(f"an error never changes ({name}); make a new one with copy_with()")
        super().__setattr__(name, value)

    def copy_with(self, **changes: Unpack[ErrorChanges]) -> Self:
        """Return a new error of the same class with other parts."""
        return _new_error(type(self), replace(self._parts, **changes))

    @property
    def problem(self) -> Message:
        """What failed."""
        return self._parts.problem

    @property
    def remedy(self) -> Message:
        """What the reader can do about it."""
        return self._parts.remedy

    @property
    def notes(self) -> Sequence[Message]:
        """What else the reader must know."""
        return self._parts.notes

    @property
    def code(self) -> str:
        """Kintone's code if it gave one, otherwise one of the plugin's own."""
        return self.kintone_code or self._parts.code or self.default_code

    @property
    def kintone_code(self) -> str:
        """Kintone's code, or an empty text."""
        return self._parts.reply.code if self._parts.reply else ""

    @property
    def reply(self) -> ErrorReply | None:
        """The answer; None without one."""
        return self._parts.reply

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer; None without an answer."""
        return self._parts.reply.status if self._parts.reply else None

    @property
    def field_errors(self) -> dict[str, list[str]]:
        """Kintone's messages by the path of the value."""
        return {str(path): list(messages) for path, messages in self._parts.reply.fields} if self._parts.reply else {}

    @property
    def ledger(self) -> WriteLedger | None:
        """The outcome of the entries of a write; None if the call writes nothing."""
        return self._parts.ledger

    @property
    def maybe_saved(self) -> bool:
        """Whether the outcome of an entry is unknown."""
        return self._parts.ledger is not None and self._parts.ledger.has_unknown()

    def __str__(self) -> str:
        """Return ``line_of`` in English."""
        return line_of(self)


def _new_error[Error: KintoneError](error_class: type[Error], parts: _Parts) -> Error:
    error = error_class.__new__(error_class)
    object.__setattr__(error, "_parts", parts)
    return error


# The sentence that a person reads


def line_of(error: KintoneError, translate: Translate = str, mask: Callable[[str], str] = str) -> str:
    """Return one line: code, what failed, what is saved, remedy, notes, kintone's message, error id.

    Each part is masked before it is cut. The whole line is masked again, since cutting and joining may put a secret
    together.
    """

    def shown(message: Message, longest: int = MAX_PROBLEM) -> str:
        return one_line(mask(render(message, translate)), longest)

    parts = [
        shown(Joined([error.problem, _saved_entries(error.ledger)])),
        shown(error.remedy),
        *map(shown, error.notes),
        shown(_kintone_message(error.reply), MAX_SENTENCE),
    ]
    if error.reply and error.reply.error_id:
        parts.append(shown(Message("(kintone error id: {error_id})", error_id=error.reply.error_id), MAX_SENTENCE))
    return mask(f"[{error.code}] " + " · ".join(part for part in parts if part))


def entries_named(span: Span) -> Message:
    """Return the entries in words, such as "entries 3 to 5"."""
    return counted(
        len(span),
        Message("entry {first}", first=span.first),
        Message("entries {first} to {last}", first=span.first, last=span.last),
    )


def _saved_entries(ledger: WriteLedger | None) -> Message:
    if ledger is None or ledger.own_words:
        return NOTHING
    if not ledger.numbered:
        return Message("it may have been saved") if ledger.has_unknown() else Message("nothing is saved")
    if not ledger.has_unknown() and not ledger.count(EntryState.SAVED):
        return _unsaved_from(ledger.first) if ledger.first > 1 else Message("nothing is saved")
    spans: list[tuple[Span, EntryState]] = []
    for span, state in ledger.spans():
        shown_state = EntryState.NOT_SENT if state is EntryState.REFUSED else state
        if spans and spans[-1][1] is shown_state:
            spans[-1] = (Span(spans[-1][0].first, span.last), shown_state)
        else:
            spans.append((span, shown_state))
    words = [_span_in_words(span, state) for span, state in spans]
    last, state = spans[-1]
    if ledger.is_open and state is EntryState.NOT_SENT:
        words[-1] = _unsaved_from(last.first)
    return Joined(words, ", ")


def _unsaved_from(position: int) -> Message:
    """Name the entries of a file that are not saved, up to its end, which may not have been reached."""
    return Message("entry {first} and those behind it are not saved", first=position)


def _span_in_words(span: Span, state: EntryState) -> Message:
    named = entries_named(span)
    if state is EntryState.SAVED:
        return counted(
            len(span), Message("{entries} is saved", entries=named), Message("{entries} are saved", entries=named)
        )
    if state is EntryState.UNKNOWN:
        return Message("{entries} may have been saved", entries=named)
    return counted(
        len(span), Message("{entries} is not saved", entries=named), Message("{entries} are not saved", entries=named)
    )


def _kintone_message(reply: ErrorReply | None) -> Message:
    if reply is None:
        return NOTHING
    shown: list[Value] = [
        Message("{path}: {messages}", path=path, messages=" ".join(messages))
        for path, messages in reply.fields[:MAX_LISTED_FIELDS]
    ]
    left = len(reply.fields) - len(shown)
    if left > 0:
        shown.append(Message("and {left} more", left=left))
    fields = Joined(shown)
    if not reply.message:
        return Message("kintone complains about ({fields})", fields=fields) if shown else NOTHING
    if not shown:
        return Message("kintone says: {message}", message=reply.message)
    return Message("kintone says: {message} ({fields})", message=reply.message, fields=fields)


# The subclasses


class InvalidParameterError(KintoneError):
    """A value that cannot be used; the message names the parameter and states what to write instead."""

    default_code = "INVALID_INPUT"

    def __init__(self, text: str | Message, /, **values: Value) -> None:
        """Take an English sentence with its values, or a message."""
        super().__init__(text if isinstance(text, Message) else Message(text, **values))


class UnreadableFileError(InvalidParameterError):
    """A file of the caller's could not be read to its end; that says nothing of its content."""


class ChangedFileError(UnreadableFileError):
    """A file that is read on holds other bytes than before, so that places in it mean nothing any more."""


class AuthenticationError(KintoneError):
    """The token is unknown, revoked or not yet published, or a server in front of kintone refused the request."""

    default_code = "ACCESS_DENIED"


class PermissionDeniedError(KintoneError):
    """The token is known but not permitted to do this."""

    default_code = "ACCESS_DENIED"


class NotFoundError(KintoneError):
    """The app, record or file does not exist."""

    default_code = "NOT_FOUND"


class InvalidRequestError(KintoneError):
    """Kintone refused the values; ``field_errors`` names them."""

    default_code = "INVALID_INPUT"


class InvalidQueryError(InvalidRequestError):
    """Kintone refused the query."""


class RevisionConflictError(KintoneError):
    """Somebody else changed the record in the meantime."""


class UnavailableError(KintoneError):
    """Kintone cannot carry out the request now: too many requests, a lock, maintenance, a gateway in between."""

    default_code = "UNAVAILABLE"


class CursorLimitError(UnavailableError):
    """All ten cursors of the kintone site are in use."""


class CursorGoneError(KintoneError):
    """The cursor expired, was used up or was deleted."""

    default_code = "NOT_FOUND"


class UnreachableError(KintoneError):
    """There was no connection, it broke, or its certificate was refused."""

    default_code = "UNREACHABLE"


class TimedOutError(KintoneError):
    """No answer arrived within the time limit of one request."""

    default_code = "TIMED_OUT"


class BudgetExceededError(TimedOutError):
    """The call took longer than the operator allows."""

    default_code = "BUDGET_EXCEEDED"


class UnknownResponseError(KintoneError):
    """The answer is not kintone's, or does not have the shape that kintone documents."""

    default_code = "NOT_KINTONE"


class ResultTooLargeError(KintoneError):
    """The result is too large for Dify."""

    default_code = "TOO_LARGE"


class CancelledError(KintoneError):
    """The work was cancelled, since another request of the same call failed or the call has ended."""

    def __init__(self) -> None:
        """Make the error; the call raises the failure that was the cause instead."""
        super().__init__(Message("the work was stopped because another part of it failed"))


def internal_error(kind: str) -> KintoneError:
    """Return the error for an exception that is not a ``KintoneError``; ``kind`` is the name of its class."""
    return KintoneError(
        Message("an internal error of the plugin ({kind})", kind=kind),
        remedy=Message("please report it with what you sent"),
    )
