"""From an answer that is no success to the error that says what to do; an unreadable body is an answer too."""

from collections.abc import Mapping
from http import HTTPStatus

from pydantic_core import from_json

from kintone.access.redaction import Redactor
from kintone.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    RateLimitedError,
    ResultTooLargeError,
    ServiceUnavailableError,
    TimedOutError,
    TlsError,
    UnknownResponseError,
    one_line,
)
from kintone.exchange.error_codes import BAD_QUERY, FILE_NOT_ATTACHABLE, MEANINGS, NOT_PERMITTED, Meaning
from kintone.operations import Operation

LONGEST_MESSAGE = 600
LONGEST_KEY = 160
MOST_FIELDS = 200
NOTHING_DONE = ("tls", "dns", "refused", "proxy", "connect", "redirect")
TRANSPORT_ERRORS: dict[str, type[KintoneError]] = {
    "tls": TlsError,
    "timeout": TimedOutError,
    "connect": TimedOutError,
    "too large": ResultTooLargeError,
    "redirect": UnknownResponseError,
}
UNAVAILABLE = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


def map_error(operation: Operation, status: int, body: bytes, redactor: Redactor) -> KintoneError:
    """Return the error for an answer with a status other than 2xx.

    kintone answers a flat object with ``code``, ``id``, ``message`` and perhaps ``errors``; a bulkRequest answers
    ``results`` in which one entry is such an object: https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request
    """
    error, index = _error_object(body)
    code = error.get("code")
    if not isinstance(code, str) or not code:
        return _without_code(operation, status)
    fields = _field_errors(error.get("errors"), redactor)
    meaning = _meaning(code, status, fields, operation)
    return meaning.error(
        _failed(operation, meaning.what),
        remedy=meaning.remedy,
        code=_text(code, redactor, longest=40),
        status=status,
        kintone_message=_text(error.get("message"), redactor),
        field_errors=fields,
        error_id=_text(error.get("id"), redactor, longest=60) or None,
        result_index=index,
    )


def _meaning(code: str, status: int, fields: Mapping[str, object], operation: Operation) -> Meaning:
    if code == "CB_VA01" and "query" in fields:
        return BAD_QUERY
    if code == "GAIA_BL01" and operation.repeat.writes:
        return FILE_NOT_ATTACHABLE
    return MEANINGS.get(code) or _unknown_code(status)


def not_kintone(operation: Operation, what: str) -> UnknownResponseError:
    """Return the error for an answer that kintone would not give; a write may have been carried out all the same."""
    return UnknownResponseError(
        _failed(operation, what + fate(operation)),
        remedy="check that kintone_domain is the address of your kintone and that no proxy or login page is in between",
        maybe_saved=operation.repeat.writes,
    )


def transport_failure(operation: Operation, kind: str, what: str, remedy: str) -> KintoneError:
    """Return the error for an answer that never came; ``kind`` is the transport's word for what happened."""
    sent = kind not in NOTHING_DONE
    return TRANSPORT_ERRORS.get(kind, ConnectionFailedError)(
        _failed(operation, what + (fate(operation) if sent else "")),
        remedy=remedy,
        maybe_saved=sent and operation.repeat.writes,
    )


def fate(operation: Operation) -> str:
    """Return what is to be said of a write whose fate is unknown, nothing for what writes nothing."""
    return "; it may have been saved, so look before sending it again" if operation.repeat.writes else ""


def _failed(operation: Operation, what: str) -> str:
    return f"{operation.description} failed: {what}"


def _error_object(body: bytes) -> tuple[Mapping[str, object], int | None]:
    try:
        parsed = from_json(body)
    except ValueError:
        return {}, None
    if not isinstance(parsed, dict):
        return {}, None
    results = parsed.get("results")
    if "code" in parsed or not isinstance(results, list):
        return parsed, None
    for index, result in enumerate(results):
        if isinstance(result, dict) and result.get("code"):
            return result, index
    return {}, None


def _without_code(operation: Operation, status: int) -> KintoneError:
    if status in UNAVAILABLE:
        return ServiceUnavailableError(
            _failed(operation, f"kintone is not available right now (HTTP {status}){fate(operation)}"),
            remedy="kintone may be under maintenance; try again in a few minutes",
            status=status,
            maybe_saved=operation.repeat.writes,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        meaning = MEANINGS["GAIA_TO04"]
        return RateLimitedError(_failed(operation, meaning.what), remedy=meaning.remedy, status=status)
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError(
            _failed(operation, "there is no kintone at this address (HTTP 404 without kintone's own error)"),
            remedy="check kintone_domain: it is the first part of the address your browser shows when kintone is open",
            status=status,
        )
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return AuthenticationError(
            _failed(operation, f"something in front of kintone refused the request (HTTP {status})"),
            remedy="ask the kintone administrator about basic authentication, IP address limits or client certificates",
            status=status,
        )
    return UnknownResponseError(
        _failed(operation, f"the answer was HTTP {status} without kintone's own error{fate(operation)}"),
        remedy="check that kintone_domain is the address of your kintone, and try again",
        status=status,
        maybe_saved=operation.repeat.writes,
    )


def _unknown_code(status: int) -> Meaning:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return MEANINGS["GAIA_TO04"]
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return NOT_PERMITTED
    if status == HTTPStatus.NOT_FOUND:
        return Meaning(NotFoundError, "what was asked for is not there", "check the numbers and codes that were given")
    if status in UNAVAILABLE:
        return Meaning(ServiceUnavailableError, "kintone is not available right now", "try again in a few minutes")
    return Meaning(InvalidRequestError, "kintone refused the request", "read kintone's own words")


def _field_errors(errors: object, redactor: Redactor) -> dict[str, list[str]]:
    if not isinstance(errors, dict):
        return {}
    fields: dict[str, list[str]] = {}
    for key, entry in list(errors.items())[:MOST_FIELDS]:
        messages = entry.get("messages") if isinstance(entry, dict) else None
        texts = (
            [_text(message, redactor, longest=200) for message in messages[:10]] if isinstance(messages, list) else []
        )
        fields[_text(key, redactor, longest=LONGEST_KEY)] = texts
    return fields


def _text(value: object, redactor: Redactor, longest: int = LONGEST_MESSAGE) -> str:
    return one_line(redactor.mask(value[: longest * 4]), longest) if isinstance(value, str) else ""
