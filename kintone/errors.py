"""Everything that can go wrong, grouped by what the reader of the sentence can do next.

InvalidParameterError             what the caller or the stored credential brought; refused before kintone is asked
KintoneError                      what kintone or the network did
├── AuthenticationError           the token is unknown, revoked or not yet published
├── PermissionDeniedError         the token is known and may not do this
├── NotFoundError                 app, record or file is not there
├── InvalidRequestError           kintone refused the values; ``field_errors`` says which
│   └── InvalidQueryError         kintone refused the query
├── RevisionConflictError         somebody else changed the record
├── LockedError                   the database was locked; nothing was saved
├── RateLimitedError              too many requests at once; nothing was done
│   └── CursorLimitError          all ten cursors of the kintone site are taken
├── CursorGoneError               the cursor expired, was used up or was deleted
├── ServiceUnavailableError       maintenance or a gateway in between
├── ConnectionFailedError         no connection, or it broke
│   └── TlsError                  the certificate or the handshake was refused
├── TimedOutError                 no answer within the time of one request
├── BudgetExceededError           no success within the time of the whole call
├── UnknownResponseError          an answer that is not kintone's
├── PartialWriteError             some entries are saved and others are not
└── ResultTooLargeError           Dify could not carry the result

``str(error)`` is always one line and never holds a secret.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

LISTED_FIELDS = 20
LONGEST_SENTENCE = 2000


def one_line(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """Fold white space and control characters to single blanks and cut what is too long to be read."""
    cleaned = "".join(character if character.isprintable() else " " for character in text[: longest * 4])
    line = " ".join(cleaned.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


class InvalidParameterError(ValueError):
    """A value that cannot be used; the sentence names the parameter and says what to write instead."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence on one line."""
        super().__init__(one_line(sentence, longest=8 * LONGEST_SENTENCE))


class ErrorParts(TypedDict, total=False):
    """What a KintoneError may know beside what failed."""

    remedy: str
    code: str | None
    status: int | None
    kintone_message: str
    field_errors: Mapping[str, Sequence[str]] | None
    error_id: str | None
    result_index: int | None
    maybe_saved: bool


class KintoneError(Exception):
    """What kintone or the network did.

    ``code``, ``status``, ``error_id`` and ``kintone_message`` are kintone's own and may be missing. ``field_errors``
    maps kintone's keys (``records[3].name.value``) to its messages. ``result_index`` is the place of the failing call
    in a bulkRequest. ``maybe_saved`` marks a write whose fate is unknown.
    """

    def __init__(self, failed: str, **parts: Unpack[ErrorParts]) -> None:
        """Keep the parts; the sentence is put together when it is read."""
        self.failed = failed
        self.remedy = parts.get("remedy", "")
        self.code = parts.get("code")
        self.status = parts.get("status")
        self.kintone_message = parts.get("kintone_message", "")
        field_errors = parts.get("field_errors") or {}
        self.field_errors = {key: list(messages) for key, messages in field_errors.items()}
        self.error_id = parts.get("error_id")
        self.result_index = parts.get("result_index")
        self.maybe_saved = parts.get("maybe_saved", False)
        super().__init__(failed)

    def __str__(self) -> str:
        """Return the line a workflow builder reads: code, what failed, remedy, kintone's words, error id."""
        parts = [self.failed, self.remedy, self._kintone_words()]
        line = " · ".join(part for part in parts if part)
        prefix = f"[{self.code}] " if self.code else ""
        suffix = f" · (kintone error id: {self.error_id})" if self.error_id else ""
        return prefix + one_line(line) + suffix

    def _kintone_words(self) -> str:
        shown = [f"{key}: {' '.join(messages)}" for key, messages in list(self.field_errors.items())[:LISTED_FIELDS]]
        left = len(self.field_errors) - len(shown)
        if left > 0:
            shown.append(f"and {left} more")
        fields = f" ({'; '.join(shown)})" if shown else ""
        if not self.kintone_message:
            return f"kintone complains about{fields}" if fields else ""
        return f"kintone says: {self.kintone_message}{fields}"


class AuthenticationError(KintoneError):
    """The token is unknown, revoked or not yet published."""


class PermissionDeniedError(KintoneError):
    """The token is known and may not do this."""


class NotFoundError(KintoneError):
    """The app, record or file is not there."""


class InvalidRequestError(KintoneError):
    """Kintone refused the values; ``field_errors`` says which."""


class InvalidQueryError(InvalidRequestError):
    """Kintone refused the query."""


class RevisionConflictError(KintoneError):
    """Somebody else changed the record in the meantime."""


class LockedError(KintoneError):
    """The database was locked; nothing was saved."""


class RateLimitedError(KintoneError):
    """Too many requests at once; this one was not carried out."""


class CursorLimitError(RateLimitedError):
    """All cursors of the kintone site are taken."""


class CursorGoneError(KintoneError):
    """The cursor expired, was used up or was deleted."""


class ServiceUnavailableError(KintoneError):
    """Maintenance, or a gateway in between gave up."""


class ConnectionFailedError(KintoneError):
    """There was no connection, or it broke."""


class TlsError(ConnectionFailedError):
    """The certificate or the TLS handshake was refused."""


class TimedOutError(KintoneError):
    """No answer came within the time allowed for one request."""


class BudgetExceededError(KintoneError):
    """The whole call took longer than the operator allows."""


class UnknownResponseError(KintoneError):
    """An answer that is not kintone's, or not of the shape that kintone documents."""


class ResultTooLargeError(KintoneError):
    """The result is larger than Dify can carry."""


class PartialWriteError(KintoneError):
    """Some entries are saved and others are not.

    ``saved`` counts the entries that are surely saved, ``next_entry`` is the first (from 1) that is not surely saved,
    and ``results`` holds what kintone answered for the saved ones.
    """

    def __init__(
        self,
        failed: str,
        *,
        saved: int = 0,
        next_entry: int = 0,
        results: Sequence[Mapping[str, object]] = (),
        **parts: Unpack[ErrorParts],
    ) -> None:
        """Keep what is saved beside the parts of every KintoneError."""
        super().__init__(failed, **parts)
        self.saved = saved
        self.next_entry = next_entry
        self.results = list(results)
