"""From kintone's answers to errors that say what to do."""

import json

import pytest

from kintone import errors
from kintone.access.redaction import Redactor
from kintone.api import Request, RetrySafety
from kintone.error_codes import MEANINGS
from kintone.messages import Message
from kintone.replies import Refusal, Reply, json_object, not_kintone, refusal_of
from kintone.retry import FailureKind

SECRET = "t0ken" * 8
READING = Request(Message("reading records of app 12"), "GET", "records", {"app": 12}, RetrySafety.READ)
WRITING = Request(Message("adding a record to app 12"), "POST", "record", {"app": 12}, RetrySafety.INSERT)


def refusal(status: int, body: object, operation: Request = READING, **headers: str) -> Refusal:
    """Read an answer, given as JSON value or bytes; ``retry_after`` is the header ``Retry-After``."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    named = {"WWW-Authenticate" if name == "Www-Authenticate" else name: value for name, value in named.items()}
    return refusal_of(operation, Reply(status, named, raw), Redactor([SECRET]))


def answer(status: int, body: object, operation: Request = READING) -> errors.KintoneError:
    """Return the error of an answer."""
    return refusal(status, body, operation).error


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
        (400, "GAIA_DA02", errors.UnavailableError),
        (429, "GAIA_TO04", errors.UnavailableError),
        (429, "GAIA_TM12", errors.CursorLimitError),
        (404, "GAIA_CN01", errors.CursorGoneError),
        (503, "XX_QQ99", errors.UnavailableError),
        (404, "XX_QQ99", errors.NotFoundError),
        (429, "XX_QQ99", errors.UnavailableError),
        (400, "GAIA_ZZ99", errors.InvalidRequestError),
    ],
)
def test_error_when_kintone_gives_a_code(status: int, code: str, kind: type[errors.KintoneError]) -> None:
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
        (503, b"<html>maintenance</html>", errors.UnavailableError),
        (502, b"", errors.UnavailableError),
        (429, b"slow down", errors.UnavailableError),
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
def test_error_when_the_body_is_not_kintones(status: int, body: object, kind: type[errors.KintoneError]) -> None:
    """An unreadable body is an answer too: one clear line, never a crash."""
    error = answer(status, body)

    assert type(error) is kind
    assert (error.status, error.kintone_code) == (status, "")
    assert str(error).startswith(f"[{error.code}] reading records of app 12 failed: ")
    assert error.remedy


@pytest.mark.parametrize("status", [404, 500, 418])
def test_error_when_there_is_no_kintone_says_so_in_its_code(status: int) -> None:
    """A web server that is no kintone is told apart from a kintone that does not have what was asked for."""
    assert answer(status, b"<html></html>").code == "NOT_KINTONE"


@pytest.mark.parametrize("operation", [READING, WRITING])
def test_missing_file_when_it_is_to_be_attached_has_a_remedy_of_its_own(operation: Request) -> None:
    """A file that was uploaded and cannot be attached is something else than one that cannot be downloaded."""
    error = answer(404, {"code": "GAIA_BL01", "id": "i", "message": "m"}, operation)

    assert type(error) is errors.NotFoundError
    assert (error.problem == answer(404, {"code": "GAIA_BL01", "id": "i", "message": "m"}).problem) is (
        operation is READING
    )


LOCK_CODES = ("GAIA_DA02", "GAIA_RE18", "GAIA_LT01")
FATES = [
    *((status, code, True) for code in LOCK_CODES for status in (400, 409, 500, 503, 520)),
    *((status, code, True) for code in ("CB_VA01", "GAIA_ZZ99") for status in (400, 401, 403, 404, 409, 429)),
    *((status, code, False) for code in ("CB_VA01", "GAIA_ZZ99") for status in (500, 502, 503, 504, 520, 302)),
    *((status, "", False) for status in (302, 400, 401, 403, 404, 413, 418, 500, 502, 503, 504, 520)),
    (407, "", True),
    (429, "", True),
]


def test_write_is_surely_refused_only_by_what_is_documented_so() -> None:
    """Kintone's own 4xx, its locks, a full house and a proxy's password; a 5xx never, whoever it is from."""
    for status, code, is_certain in FATES:
        body = {"code": code, "id": "i", "message": "m"} if code else b"<html></html>"

        assert refusal(status, body, WRITING).is_certain is is_certain, (status, code)


@pytest.mark.parametrize(
    ("status", "scheme", "is_certain"),
    [
        (401, 'Basic realm="cybozu.com"', True),
        (401, "basic", True),
        (401, "Bearer", False),
        (401, "Negotiate", False),
        (403, "Basic", False),
        (500, "Basic", False),
    ],
)
def test_write_is_surely_refused_when_a_password_is_asked_for(status: int, scheme: str, *, is_certain: bool) -> None:
    """Kintone's basic authentication stands before everything else."""
    assert refusal(status, b"", WRITING, www_authenticate=scheme).is_certain is is_certain


FAILURE_KINDS = [
    (429, "", FailureKind.RATE_LIMITED),
    (429, "GAIA_TO04", FailureKind.RATE_LIMITED),
    (429, "XX_QQ99", FailureKind.RATE_LIMITED),
    (429, "GAIA_TM12", FailureKind.NO_CURSOR),
    *((status, code, FailureKind.LOCKED) for code in LOCK_CODES for status in (400, 503, 520)),
    *((status, code, FailureKind.UNAVAILABLE) for code in ("", "XX_QQ99") for status in (502, 503, 504)),
    *((status, code, FailureKind.FINAL) for code in ("", "CB_VA01") for status in (400, 401, 404, 407, 520)),
    (500, "", FailureKind.SERVER_ERROR),
    (500, "CB_VA01", FailureKind.FINAL),
]


def test_kind_of_failure_decides_about_repeating() -> None:
    """Only what passes may be tried again."""
    for status, code, kind in FAILURE_KINDS:
        body = {"code": code, "id": "i", "message": "m"} if code else b""

        assert refusal(status, body).kind is kind, (status, code)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("soon", None)])
def test_retry_after_is_read(header: str, seconds: float | None) -> None:
    """What the server asks for is handed on."""
    assert refusal(429, b"", retry_after=header).retry_after == seconds
    assert refusal(429, b"").retry_after is None


def test_error_when_fields_are_wrong() -> None:
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


def test_error_when_the_query_is_wrong() -> None:
    """A syntax error in the query is told as such, although kintone uses the code of every bad value."""
    error = answer(400, {"code": "CB_VA01", "message": "?", "errors": {"query": {"messages": ["?"]}}})

    assert type(error) is errors.InvalidQueryError


def test_error_when_a_bulk_request_fails() -> None:
    """In a bulkRequest the first filled entry is the error, and its place is kept."""
    error = answer(409, {"results": [{}, {"code": "GAIA_CO02", "id": "i", "message": "m"}, {}]}, WRITING)

    assert error.reply
    assert (type(error), error.code, error.reply.index) == (errors.RevisionConflictError, "GAIA_CO02", 1)


def test_error_when_ten_thousand_fields_are_wrong() -> None:
    """An endless list of complaints becomes one line of bounded length."""
    many = {f"records[{number}].name.value": {"messages": ["x" * 500] * 2} for number in range(10_000)}
    error = answer(400, {"code": "CB_VA01", "message": "m" * 100_000, "errors": many}, WRITING)

    assert len(str(error)) < 2_500


def test_error_when_the_answer_repeats_the_token() -> None:
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

    assert SECRET not in f"{error} {error!r} {error.__dict__} {error.reply} {error.field_errors} {error.code}"


def test_not_kintone_says_what_was_answered() -> None:
    """A login page instead of JSON has its own class and code."""
    error = not_kintone(WRITING, Message("the answer is a page"))

    assert (type(error), error.code) == (errors.UnknownResponseError, "NOT_KINTONE")
    assert all(str(part) in str(error) for part in (WRITING.description, "the answer is a page"))


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000])
def test_json_object_when_the_body_is_none(body: bytes) -> None:
    """Only an object is one."""
    assert json_object(body) is None


def test_meanings_tell_what_to_do() -> None:
    """Every code has words for what happened and what to do about it."""
    assert all(meaning.problem and meaning.remedy for meaning in MEANINGS.values())


def test_code_of_a_gateway_proves_nothing() -> None:
    """A JSON of somebody else may have a ``code`` too; only one of kintone's form is kintone's word."""
    assert not refusal(408, {"code": "Timeout", "message": "upstream"}).is_certain
    assert refusal(400, {"code": "CB_VA01", "message": "bad"}).is_certain


@pytest.mark.parametrize("place", ["message", "errors"])
@pytest.mark.parametrize("filler", [140, 170, 190, 560, 580, 595])
def test_secret_is_masked_when_it_lies_across_the_place_of_the_cut(place: str, filler: int) -> None:
    """Masked first and then cut, no part of it is left at the border."""
    text = "x" * filler + SECRET + "y" * 1_000
    body = {"code": "CB_VA01", "id": "i", "message": "m", "errors": {"a": {"messages": ["n"]}}}
    body |= {"message": text} if place == "message" else {"errors": {text: {"messages": [text]}}}

    assert SECRET[:4] not in str(answer(400, body))
