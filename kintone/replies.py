"""Answers of kintone: successful ones are checked by models, others become errors.

``exchanges.HttpReply`` is an HTTP answer whose body is not read yet, ``transport.StreamedReply`` one from kintone,
``Reply`` one that was read as a whole, ``api.Answer`` a success, ``errors.ErrorReply`` what kintone said of a failure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from kintone import limits
from kintone.access.redaction import Redactor
from kintone.access.site_keys import NO_KEYS, SiteKeys
from kintone.api import Request
from kintone.error_codes import BAD_QUERY, FILE_NOT_ATTACHABLE, LOCKS, MEANINGS, NO_PERMISSION, Meaning
from kintone.errors import (
    CursorLimitError,
    ErrorReply,
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    UnavailableError,
    UnknownResponseError,
    one_line,
)
from kintone.front_pages import asks_for_basic, certificate_page, meaning_of
from kintone.messages import Message
from kintone.permissions import not_permitted
from kintone.remedies import CHECK_SITE, TRY_LATER
from kintone.retry import UNAVAILABLE_STATUSES, FailureKind, read_retry_after
from kintone.texts import printable

# Successful answers

MAX_DIGITS: Final = 20
"""Digits of an id, a revision or a count; a number of 64 bits has at most 20."""
FILE_KEY: Final = rf"^[!-~]{{1,{limits.MAX_FILE_KEY_LENGTH}}}$"
THE_ANSWER: Final = Message("the answer")
MISSING: Final = Message("missing")


class AnswerModel(BaseModel):
    """A part of an answer; its fields must have exactly the declared types, further ones are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, alias_generator=to_camel, extra="ignore")


def number_text(value: object) -> str | None:
    """Return an id, a revision or a count as text, None for any other value.

    kintone documents them as texts, https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records, and its OpenAPI
    description as numbers.
    """
    if not isinstance(value, str | int):
        return None
    # Python refuses to convert a number of some thousand digits to text; ``True``, an int to it, becomes no digits.
    text = "" if isinstance(value, int) and value.bit_length() > 3 * MAX_DIGITS + 8 else str(value)
    return text if len(text) <= MAX_DIGITS and text.isascii() and text.isdecimal() else None


def _positive(value: object) -> str:
    text = number_text(value)
    if text is None or not int(text):
        raise ValueError("not a number from 1")
    return text


PositiveNumber = Annotated[str, BeforeValidator(_positive)]
"""An id or a revision: a whole number from 1, as text."""


def read_answer[Model: AnswerModel](
    model: type[Model], value: object, description: Message, part: Message = THE_ANSWER
) -> Model:
    """Return an answer, or a part of it, as a model; raises ``UnknownResponseError`` for another shape.

    ``description`` is that of the request, ``part`` names the part in the error.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
    if not isinstance(value, dict):
        raise misshapen(description, part, value)
    place = Message("{name} of {part}", name=name_in_answer(".".join(map(str, first["loc"]))), part=part)
    raise misshapen(description, place, MISSING if first["type"] == "missing" else first["input"])


def misshapen(description: Message, part: Message, value: object) -> UnknownResponseError:
    """Return the error for a part of an answer that does not have the documented shape.

    The error names only the type of the value, since a server may answer a secret that it was sent.
    """
    found = value if isinstance(value, Message) else _type_name(value)
    problem = Message(
        "{description}: {part} is {found}, which is not what kintone documents",
        description=description,
        part=part,
        found=found,
    )
    return UnknownResponseError(problem, remedy=CHECK_SITE)


def name_in_answer(name: object) -> str | Message:
    """Return a name from an answer, whole or not at all, since a part of a secret could not be masked."""
    text = str(name)
    return printable(text) if len(text) <= limits.MAX_NAME_LENGTH else Message("a very long name")


def _type_name(value: object) -> Message:
    if value is None:
        return Message("null")
    if isinstance(value, bool):
        return Message("true or false")
    if isinstance(value, str):
        return Message("another text") if value else Message("an empty text")
    if isinstance(value, list):
        return Message("a list") if value else Message("an empty list")
    if isinstance(value, dict):
        return Message("an object") if value else Message("an empty object")
    return Message("a number")


# Other answers

KINTONE_CODE: Final = re.compile(r"[A-Z]{2,10}_[A-Z]{2}[0-9]{2,4}")
"""The JSON of a gateway may have a ``code`` of another form; it does not prove that kintone answered."""
MAX_MESSAGE: Final = 600
MAX_FIELD_PATH: Final = 160
MAX_FIELDS: Final = 200
CLIENT_ERRORS: Final = range(400, 500)
REFUSED_UNREAD: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED})
"""Statuses that prove without a code that kintone did nothing."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The meaning of an unsuccessful answer.

    ``is_certain`` is true if the answer proves that nothing was written. ``retry_after`` is in seconds.
    """

    error: KintoneError
    is_certain: bool
    kind: FailureKind
    retry_after: float | None


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a body, None if the body is anything else."""
    try:
        parsed = from_json(body, allow_inf_nan=False)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def refusal_of(request: Request, reply: Reply, redactor: Redactor, keys: SiteKeys = NO_KEYS) -> Refusal:
    """Return the meaning of an answer with a status other than 2xx; ``keys`` is what the request brought.

    kintone answers an object with ``code``, ``id``, ``message`` and perhaps ``errors``. A bulkRequest answers
    ``results``, one of which is such an object: https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request
    """
    entry, index = _error_object(reply.body)
    code = entry.get("code")
    if isinstance(code, str) and KINTONE_CODE.fullmatch(code):
        error = _with_code(request, reply.status, code, entry, index, redactor)
        is_certain = reply.status in CLIENT_ERRORS or error.kintone_code in LOCKS
    else:
        error = _without_code(request, reply, keys)
        is_certain = reply.status in REFUSED_UNREAD or asks_for_basic(reply.status, reply.headers)
    kind = _failure_kind(reply.status, error)
    return Refusal(error, is_certain, kind, read_retry_after(reply.headers.get("Retry-After")))


def not_kintone(request: Request, problem: Message) -> UnknownResponseError:
    """Return the error for an answer that is not kintone's."""
    return UnknownResponseError(failure_sentence(request, problem), remedy=CHECK_SITE)


def not_json(request: Request, reply: Reply, keys: SiteKeys) -> KintoneError:
    """Return the error for a page in place of kintone's JSON, with a status that tells success."""
    meaning = certificate_page(reply.status, reply.body, keys)
    if meaning is None:
        return not_kintone(request, Message("the answer is not kintone's JSON"))
    return meaning.error(failure_sentence(request, meaning.problem), remedy=meaning.remedy)


def failure_sentence(request: Request, problem: Message) -> Message:
    """Return the sentence that the request failed, and why."""
    return Message("{description} failed: {problem}", description=request.description, problem=problem)


def _error_object(body: bytes) -> tuple[Mapping[str, object], int | None]:
    parsed = json_object(body)
    if parsed is None:
        return {}, None
    results = parsed.get("results")
    if "code" in parsed or not isinstance(results, list):
        return parsed, None
    for index, result in enumerate(results):
        if isinstance(result, dict) and result.get("code"):
            return result, index
    return {}, None


def _with_code(  # noqa: PLR0913, PLR0917 - the parts of one answer
    request: Request,
    status: int,
    code: str,
    entry: Mapping[str, object],
    index: int | None,
    redactor: Redactor,
) -> KintoneError:
    fields = _field_errors(entry.get("errors"), redactor)
    meaning = _meaning(code, status, fields, request, index)
    reply = ErrorReply(
        status=status,
        code=_text(code, redactor),
        message=_text(entry.get("message"), redactor),
        fields=fields,
        error_id=_text(entry.get("id"), redactor, longest=60),
        index=index,
    )
    return meaning.error(failure_sentence(request, meaning.problem), remedy=meaning.remedy, reply=reply)


def _meaning(
    code: str, status: int, fields: list[tuple[str, list[str]]], request: Request, index: int | None
) -> Meaning:
    if code == "CB_VA01" and any(place == "query" for place, _ in fields):
        return BAD_QUERY
    if code == "GAIA_BL01" and request.retry_safety.writes:
        return FILE_NOT_ATTACHABLE
    unknown = code not in MEANINGS
    if code in NO_PERMISSION or (unknown and status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)):
        return not_permitted(request, index)
    return _unknown_code(status) if unknown else MEANINGS[code]


def _without_code(request: Request, reply: Reply, keys: SiteKeys) -> KintoneError:
    meaning = meaning_of(reply.status, reply.headers, reply.body, keys)
    code = "NOT_KINTONE" if meaning.error is NotFoundError else ""
    problem = failure_sentence(request, meaning.problem)
    return meaning.error(problem, remedy=meaning.remedy, code=code, reply=ErrorReply(reply.status))


def _failure_kind(status: int, error: KintoneError) -> FailureKind:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return FailureKind.NO_CURSOR if isinstance(error, CursorLimitError) else FailureKind.RATE_LIMITED
    if error.kintone_code in LOCKS:
        return FailureKind.LOCKED
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and isinstance(error, UnknownResponseError):
        return FailureKind.SERVER_ERROR
    return FailureKind.UNAVAILABLE if status in UNAVAILABLE_STATUSES else FailureKind.FINAL


def _unknown_code(status: int) -> Meaning:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return MEANINGS["GAIA_TO04"]
    if status == HTTPStatus.NOT_FOUND:
        return Meaning(
            NotFoundError,
            Message("what was asked for does not exist"),
            Message("check the numbers and codes that were given"),
        )
    if status in UNAVAILABLE_STATUSES:
        return Meaning(
            UnavailableError,
            Message("kintone is not available right now"),
            TRY_LATER,
        )
    return Meaning(InvalidRequestError, Message("kintone refused the request"), Message("read kintone's own message"))


def _field_errors(errors: object, redactor: Redactor) -> list[tuple[str, list[str]]]:
    if not isinstance(errors, dict):
        return []
    fields: list[tuple[str, list[str]]] = []
    for key, entry in list(errors.items())[:MAX_FIELDS]:
        messages = entry.get("messages") if isinstance(entry, dict) else None
        texts = [_text(message, redactor, 200) for message in messages[:10]] if isinstance(messages, list) else []
        fields.append((_text(key, redactor, MAX_FIELD_PATH), texts))
    return fields


def _text(value: object, redactor: Redactor, longest: int = MAX_MESSAGE) -> str:
    """Return a text of kintone, masked and then cut, so that no part of a secret remains at the end."""
    return one_line(redactor.mask(value), longest) if isinstance(value, str) else ""
