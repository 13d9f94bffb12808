"""From kintone's answers to errors that say what to do."""

import json

import pytest

from kintone import errors
from kintone.access.redaction import Redactor
from kintone.exchange.error_codes import MEANINGS
from kintone.exchange.error_mapping import map_error, not_kintone, transport_failure
from kintone.operations import Operation, Repeat

SECRET = "t0ken" * 8
READING = Operation("reading records of app 12", "GET", "records", {"app": 12}, Repeat.READ)
WRITING = Operation("adding a record to app 12", "POST", "record", {"app": 12}, Repeat.INSERT)


def answer(status: int, body: object, operation: Operation = READING) -> errors.KintoneError:
    """Map an answer, given as JSON value, text or bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return map_error(operation, status, raw, Redactor([SECRET]))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "GAIA_IA02", errors.AuthenticationError),
        (520, "GAIA_IA02", errors.AuthenticationError),
        (401, "CB_AU01", errors.AuthenticationError),
        (403, "GAIA_NO01", errors.PermissionDeniedError),
        (403, "CB_XX99", errors.PermissionDeniedError),
        (404, "GAIA_AP01", errors.NotFoundError),
        (404, "GAIA_BL01", errors.NotFoundError),
        (400, "CB_VA01", errors.InvalidRequestError),
        (400, "GAIA_IQ11", errors.InvalidQueryError),
        (409, "GAIA_CO02", errors.RevisionConflictError),
        (400, "GAIA_DA02", errors.LockedError),
        (429, "GAIA_TO04", errors.RateLimitedError),
        (429, "GAIA_TM12", errors.CursorLimitError),
        (404, "GAIA_CN01", errors.CursorGoneError),
        (503, "XX_99", errors.ServiceUnavailableError),
        (400, "GAIA_ZZ99", errors.InvalidRequestError),
    ],
)
def test_map_error_when_kintone_gives_a_code(status: int, code: str, kind: type[errors.KintoneError]) -> None:
    """The code decides about the error, whatever the status; the line begins with it and ends with the id."""
    error = answer(status, {"code": code, "id": "x1y2z3", "message": "何かが違います。"})

    assert type(error) is kind
    assert str(error).startswith(f"[{code}] reading records of app 12 failed: ")
    assert str(error).endswith("kintone says: 何かが違います。 · (kintone error id: x1y2z3)")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"<html>not found</html>", errors.NotFoundError),
        (503, b"<html>maintenance</html>", errors.ServiceUnavailableError),
        (502, b"", errors.ServiceUnavailableError),
        (429, b"slow down", errors.RateLimitedError),
        (401, b"<html>Basic</html>", errors.AuthenticationError),
        (403, b"error code: 1003", errors.AuthenticationError),
        (400, b"\xff\xfe\x00", errors.UnknownResponseError),
        (500, b"[1,2]", errors.UnknownResponseError),
        (500, {"code": 5}, errors.UnknownResponseError),
        (500, {"code": None, "message": {"a": 1}}, errors.UnknownResponseError),
        (418, {"results": [{}, "x", None]}, errors.UnknownResponseError),
        (414, b"", errors.UnknownResponseError),
    ],
)
def test_map_error_when_the_body_is_not_kintones(status: int, body: object, kind: type[errors.KintoneError]) -> None:
    """An unreadable body is an answer too: one clear line, never a crash."""
    error = answer(status, body)

    assert type(error) is kind
    assert "reading records of app 12 failed" in str(error)


def test_map_error_when_fields_are_wrong() -> None:
    """The fields that kintone complains about are in the line and in the error."""
    error = answer(
        400,
        {
            "code": "CB_VA01",
            "message": "Missing or invalid input.",
            "errors": {
                "record.name.value": {"messages": ["Required.", "Too long."]},
                "record[n].value": {"messages": []},
            },
        },
        WRITING,
    )

    assert error.field_errors == {"record.name.value": ["Required.", "Too long."], "record[n].value": []}
    assert "record.name.value: Required. Too long." in str(error)


def test_map_error_when_the_query_is_wrong() -> None:
    """A syntax error in the query is told as such, although kintone uses the code of every bad value."""
    error = answer(400, {"code": "CB_VA01", "message": "?", "errors": {"query": {"messages": ["?"]}}})

    assert type(error) is errors.InvalidQueryError


def test_map_error_when_a_bulk_request_fails() -> None:
    """In a bulkRequest the first filled entry is the error, and its place is kept."""
    error = answer(409, {"results": [{}, {"code": "GAIA_CO02", "id": "i", "message": "m"}, {}]}, WRITING)

    assert (type(error), error.result_index) == (errors.RevisionConflictError, 1)


def test_map_error_when_ten_thousand_fields_are_wrong() -> None:
    """An endless list of complaints becomes one line of bounded length."""
    many = {f"records[{number}].name.value": {"messages": ["x" * 500] * 2} for number in range(10_000)}
    error = answer(400, {"code": "CB_VA01", "message": "m" * 100_000, "errors": many}, WRITING)

    assert len(str(error)) < 2_500


def test_map_error_when_the_answer_repeats_the_token() -> None:
    """A server that echoes the token cannot make an error show it."""
    error = answer(
        400,
        {
            "code": SECRET,
            "id": SECRET,
            "message": f"bad {SECRET}",
            "errors": {f"x.{SECRET}": {"messages": [SECRET]}},
        },
    )

    assert SECRET not in f"{error} {error!r} {error.__dict__}"


@pytest.mark.parametrize("kind", ["timeout", "connection"])
def test_transport_failure_when_a_write_may_have_arrived(kind: str) -> None:
    """A write that was sent and not answered may have been saved, and the line says so; a read has no fate."""
    written, read = (transport_failure(operation, kind, "it broke", "try") for operation in (WRITING, READING))

    assert written.maybe_saved
    assert "may have been saved" in str(written)
    assert not read.maybe_saved
    assert "saved" not in str(read)


@pytest.mark.parametrize("kind", ["tls", "dns", "refused", "proxy", "connect", "redirect"])
def test_transport_failure_when_nothing_was_sent(kind: str) -> None:
    """A write that never reached kintone is not said to have been saved."""
    error = transport_failure(WRITING, kind, "no connection", "try")

    assert not error.maybe_saved
    assert "saved" not in str(error)


def test_not_kintone_when_a_write_is_answered_by_a_login_page() -> None:
    """An answer that is not kintone's leaves the fate of a write open."""
    assert not_kintone(WRITING, "a page").maybe_saved
    assert not not_kintone(READING, "a page").maybe_saved


def test_meanings_tell_what_to_do() -> None:
    """Every code has words for what happened and what to do about it."""
    assert all(meaning.what and meaning.remedy for meaning in MEANINGS.values())
