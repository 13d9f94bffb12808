"""Everything that can go wrong, as data: nothing of an error is changed after it was made.

KintoneError                      what every failure has; ``code`` tells which it is
├── InvalidParameterError         what the caller or the stored credential brought
├── AuthenticationError           the credential is refused
├── PermissionDeniedError         the token is known and may not do this
├── NotFoundError                 app, record or file is not there
├── InvalidRequestError           kintone refused the values; ``field_errors`` says which
│   └── InvalidQueryError         kintone refused the query
├── RevisionConflictError         somebody else changed the record
├── UnavailableError              too many requests, a lock, maintenance, a gateway in between
│   └── CursorLimitError          all ten cursors of the kintone site are taken
├── CursorGoneError               the cursor expired, was used up or was deleted
├── UnreachableError              no connection, or it broke, or its certificate was refused
├── TimedOutError                 no answer within the time of one request
│   └── BudgetExceededError       no success within the time of the whole call
├── UnknownResponseError          an answer that is not kintone's
├── ResultTooLargeError           Dify could not carry the result
└── CancelledError                not needed any more, since another request of the call failed

``str(error)`` is always one line in English and never holds a secret. What a layer knows beside goes into a new error
made by ``copy_with``; a write that failed has a ``ledger``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, TypedDict, Unpack

from kintone.ledger import EntryState, Span, WriteLedger
from kintone.messages import NOTHING, Joined, Message, Translate, Value, counted, render

LISTED_FIELDS = 20
MAX_SENTENCE = 2000
MAX_PROBLEM = 16_000


def one_line(text: str, longest: int = MAX_SENTENCE) -> str:
    """Fold white space and control characters to single blanks and cut what is too long to be read."""
    cleaned = "".join(character if character.isprintable() else " " for character in text[: longest * 4])
    line = " ".join(cleaned.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """What kintone, or something in front of it, answered instead of a success.

    ``code``, ``message`` and ``error_id`` are kintone's own and may be missing. ``fields`` are kintone's complaints:
    the place, in its own words (``records[3].name.value``) or in ours, and the messages. ``index`` is the place of the
    failing call in a bulkRequest.
    """

    status: int
    code: str = ""
    message: str = ""
    fields: Sequence[tuple[str | Message, Sequence[str]]] = ()
    error_id: str = ""
    index: int | None = None


class ErrorParts(TypedDict, total=False):
    """What an error may know beside what failed."""

    remedy: Message
    notes: Sequence[Message]
    code: str
    reply: ErrorReply | None
    ledger: WriteLedger | None


class ErrorChanges(ErrorParts, total=False):
    """What may be different in a new error made from another one."""

    problem: Message


@dataclass(frozen=True, slots=True)
class _Data:
    problem: Message
    remedy: Message = NOTHING
    notes: Sequence[Message] = ()
    code: str = ""
    reply: ErrorReply | None = None
    ledger: WriteLedger | None = field(default=None, repr=False)


class KintoneError(Exception):
    """A failure as data.

    ``problem`` says what failed, ``remedy`` what to do about it, ``notes`` what else the reader must know. ``reply`` is
    what was answered, where there was an answer; ``ledger`` what became of the entries of a write.
    """

    default_code: ClassVar[str] = "INTERNAL"
    _data: _Data

    def __init__(self, problem: Message, **parts: Unpack[ErrorParts]) -> None:
        """Keep the parts; they are never changed."""
        super().__init__()
        object.__setattr__(self, "_data", _Data(problem, **parts))

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 - Python's own, such as the traceback
        """Refuse all but what Python itself notes on an exception."""
        if not name.startswith("__"):
            raise AttributeError(f"an error is not changed after it was made ({name}); make a new one with copy_with()")
        super().__setattr__(name, value)

    def copy_with(self, **changes: Unpack[ErrorChanges]) -> Self:
        """Return a new error of the same class that differs in these parts."""
        return _made(type(self), replace(self._data, **changes))

    @property
    def problem(self) -> Message:
        """What failed."""
        return self._data.problem

    @property
    def remedy(self) -> Message:
        """What to do about it."""
        return self._data.remedy

    @property
    def notes(self) -> Sequence[Message]:
        """What else the reader must know."""
        return self._data.notes

    @property
    def code(self) -> str:
        """Kintone's code where it gave one, else one of ours."""
        return self.kintone_code or self._data.code or self.default_code

    @property
    def kintone_code(self) -> str:
        """Kintone's code, or nothing."""
        return self._data.reply.code if self._data.reply else ""

    @property
    def reply(self) -> ErrorReply | None:
        """What was answered."""
        return self._data.reply

    @property
    def status(self) -> int | None:
        """The status of the answer."""
        return self._data.reply.status if self._data.reply else None

    @property
    def field_errors(self) -> dict[str, list[str]]:
        """Kintone's complaints by place."""
        return {str(place): list(words) for place, words in self._data.reply.fields} if self._data.reply else {}

    @property
    def ledger(self) -> WriteLedger | None:
        """What became of the entries of a write; None for what writes nothing."""
        return self._data.ledger

    @property
    def maybe_saved(self) -> bool:
        """Whether an entry may have been saved without anybody knowing."""
        return self._data.ledger is not None and self._data.ledger.has_unknown()

    def __str__(self) -> str:
        """Return the line in English."""
        return line_of(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Copy with all parts; a ledger is shared."""
        return _made, (type(self), self._data)


def _made[Kind: KintoneError](kind: type[Kind], data: _Data) -> Kind:
    made = kind.__new__(kind)
    object.__setattr__(made, "_data", data)
    return made


def line_of(error: KintoneError, translate: Translate = str, mask: Callable[[str], str] = str) -> str:
    """Return what a person reads: code, what failed, what is saved, remedy, kintone's words, error id; one line.

    Each part is masked before it is cut, and the line once more, since a cut or a fold may join what was apart.
    """

    def told(message: Message, longest: int = MAX_PROBLEM) -> str:
        return one_line(mask(render(message, translate)), longest)

    parts = [
        told(Joined([error.problem, _what_is_saved(error.ledger)])),
        told(error.remedy),
        *map(told, error.notes),
        told(_kintone_words(error.reply), MAX_SENTENCE),
    ]
    if error.reply and error.reply.error_id:
        parts.append(told(Message("(kintone error id: {error_id})", error_id=error.reply.error_id), MAX_SENTENCE))
    return mask(f"[{error.code}] " + " · ".join(part for part in parts if part))


def entries_named(span: Span) -> Message:
    """Name entries for a person."""
    return counted(
        len(span),
        Message("entry {first}", first=span.first),
        Message("entries {first} to {last}", first=span.first, last=span.last),
    )


def _what_is_saved(ledger: WriteLedger | None) -> Message:
    if ledger is None:
        return NOTHING
    if not ledger.numbered:
        return Message("it may have been saved") if ledger.has_unknown() else Message("nothing is saved")
    if not ledger.has_unknown() and not ledger.count(EntryState.SAVED):
        return Message("nothing is saved")
    spans: list[tuple[Span, EntryState]] = []
    for span, state in ledger.spans():
        told = EntryState.NOT_SENT if state is EntryState.REFUSED else state
        if spans and spans[-1][1] is told:
            spans[-1] = (Span(spans[-1][0].first, span.last), told)
        else:
            spans.append((span, told))
    return Joined([_state_words(span, state) for span, state in spans], ", ")


def _state_words(span: Span, state: EntryState) -> Message:
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


def _kintone_words(reply: ErrorReply | None) -> Message:
    if reply is None:
        return NOTHING
    shown: list[Value] = [
        Message("{place}: {messages}", place=place, messages=" ".join(words))
        for place, words in reply.fields[:LISTED_FIELDS]
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


class InvalidParameterError(KintoneError):
    """A value that cannot be used; the sentence names the parameter and says what to write instead."""

    default_code = "INVALID_INPUT"

    def __init__(self, text: str | Message, /, **values: Value) -> None:
        """Take a msgid and its values, or a message."""
        super().__init__(text if isinstance(text, Message) else Message(text, **values))


class AuthenticationError(KintoneError):
    """The token is unknown, revoked or not yet published, or something in front of kintone refused the request."""

    default_code = "ACCESS_DENIED"


class PermissionDeniedError(KintoneError):
    """The token is known and may not do this."""

    default_code = "ACCESS_DENIED"


class NotFoundError(KintoneError):
    """The app, record or file is not there."""

    default_code = "NOT_FOUND"


class InvalidRequestError(KintoneError):
    """Kintone refused the values; ``field_errors`` says which."""

    default_code = "INVALID_INPUT"


class InvalidQueryError(InvalidRequestError):
    """Kintone refused the query."""


class RevisionConflictError(KintoneError):
    """Somebody else changed the record in the meantime."""


class UnavailableError(KintoneError):
    """Kintone carries out nothing right now: too many requests at once, a lock, maintenance, a gateway in between."""

    default_code = "UNAVAILABLE"


class CursorLimitError(UnavailableError):
    """All cursors of the kintone site are taken."""


class CursorGoneError(KintoneError):
    """The cursor expired, was used up or was deleted."""

    default_code = "NOT_FOUND"


class UnreachableError(KintoneError):
    """There was no connection, it broke, or its certificate was refused."""

    default_code = "UNREACHABLE"


class TimedOutError(KintoneError):
    """No answer came within the time allowed for one request."""

    default_code = "TIMED_OUT"


class BudgetExceededError(TimedOutError):
    """The whole call took longer than the operator allows."""

    default_code = "BUDGET_EXCEEDED"


class UnknownResponseError(KintoneError):
    """An answer that is not kintone's, or not of the shape that kintone documents."""

    default_code = "NOT_KINTONE"


class ResultTooLargeError(KintoneError):
    """The result is larger than Dify can carry."""

    default_code = "TOO_LARGE"


class CancelledError(KintoneError):
    """Not needed any more: another request of the same call failed for certain, or the call is over."""

    def __init__(self) -> None:
        """Say so; a reader sees the failure that was the cause."""
        super().__init__(Message("the work was stopped because another part of it failed"))


def unexpected(kind: str) -> KintoneError:
    """Return the error for an exception that is none of ours."""
    return KintoneError(
        Message("an internal error of the plugin ({kind})", kind=kind),
        remedy=Message("please report it with what you sent"),
    )
