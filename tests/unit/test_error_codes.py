"""What kintone's error codes mean, as its users and clients reported: the class, and what the line names."""

import json

import pytest

from kintone import errors
from kintone.access.redaction import Redactor
from kintone.api import Request, RetrySafety
from kintone.messages import Message
from kintone.replies import Reply, refusal_of

READING = Request(Message("asking"), "GET", "records", {"app": 12}, RetrySafety.READ)
UNREPORTED = "XX_QQ99"
WORDS = [
    # The credential
    (401, "CB_AU01", errors.AuthenticationError, "kintone_api_token"),
    (401, "CB_WA01", errors.AuthenticationError, "kintone_api_token"),
    (400, "GAIA_IA02", errors.AuthenticationError, "Update App"),
    (520, "GAIA_IA02", errors.AuthenticationError, "kintone_api_token"),
    (400, "GAIA_DA03", errors.AuthenticationError, "one token for each app"),
    (400, "GAIA_AP15", errors.AuthenticationError, "another app"),
    (403, "GAIA_NO01", errors.PermissionDeniedError, "tick View records"),
    (403, "CB_NO01", errors.PermissionDeniedError, "tick View records"),
    (400, "GAIA_FU01", errors.PermissionDeniedError, "tick View records"),
    (403, "CB_NO02", errors.PermissionDeniedError, "kintone_guest_space_id"),
    (400, "GAIA_BF02", errors.PermissionDeniedError, "app management"),
    (400, "GAIA_IL23", errors.InvalidRequestError, "kintone_guest_space_id"),
    (520, "GAIA_IL23", errors.InvalidRequestError, "kintone_guest_space_id"),
    # What is asked for
    (404, "GAIA_AP01", errors.NotFoundError, "kintone_app_id"),
    (404, "GAIA_RE01", errors.NotFoundError, "record number"),
    (404, "GAIA_RE20", errors.NotFoundError, "update key"),
    (404, "GAIA_BL01", errors.NotFoundError, "fileKey"),
    (404, "GAIA_CN01", errors.CursorGoneError, "cursor"),
    # Values
    (400, "CB_VA01", errors.InvalidRequestError, "the fields that kintone names"),
    (400, "CB_IJ01", errors.InvalidRequestError, "shape of tables and lists"),
    (400, "CB_IL02", errors.InvalidRequestError, "could not read the request"),
    (400, "GAIA_UN10", errors.InvalidRequestError, "cannot be written"),
    (400, "GA_UO01", errors.InvalidRequestError, "category"),
    (520, "GAIA_SI01", errors.InvalidRequestError, "own id"),
    (400, "GAIA_IQ27", errors.InvalidRequestError, "duplicate"),
    (400, "GAIA_IL26", errors.InvalidRequestError, "login names"),
    (400, "GAIA_IL28", errors.InvalidRequestError, "login names"),
    (400, "GAIA_IL42", errors.InvalidQueryError, "login names"),
    (400, "GAIA_LO03", errors.InvalidRequestError, "not unique in its source app"),
    (400, "GAIA_LO04", errors.InvalidRequestError, "token of the source app"),
    (520, "GAIA_LO04", errors.InvalidRequestError, "token of the source app"),
    (409, "GAIA_CO02", errors.RevisionConflictError, "revision"),
    (400, "GAIA_UN03", errors.RevisionConflictError, "revision"),
    # Queries
    (400, "GAIA_QU01", errors.InvalidQueryError, "limit"),
    (400, "GAIA_QU02", errors.InvalidQueryError, "offset"),
    (400, "GAIA_IQ03", errors.InvalidQueryError, "operator"),
    (400, "GAIA_IQ07", errors.InvalidQueryError, 'use in ("A", "B") for choices, users and table columns'),
    (400, "GAIA_IQ10", errors.InvalidQueryError, "option"),
    (400, "GAIA_IQ11", errors.InvalidQueryError, "not the label"),
    (400, "GAIA_IQ23", errors.InvalidQueryError, "double quotes"),
    (400, "GAIA_IQ25", errors.InvalidQueryError, "double quotes"),
    (400, "GAIA_IL08", errors.InvalidQueryError, "double quotes"),
    (400, "GAIA_IR02", errors.InvalidQueryError, "dot"),
    (400, "GAIA_ST02", errors.InvalidQueryError, "process management"),
    # What passes
    (400, "GAIA_DA02", errors.UnavailableError, "locked"),
    (520, "GAIA_DA02", errors.UnavailableError, "locked"),
    (520, "GAIA_RE18", errors.UnavailableError, "locked"),
    (400, "GAIA_LT01", errors.UnavailableError, "locked"),
    (429, "GAIA_TO04", errors.UnavailableError, "100"),
    (429, "GAIA_TM12", errors.CursorLimitError, "order by"),
    # Codes that nobody has reported: the status says what there is to say
    (429, UNREPORTED, errors.UnavailableError, "100"),
    (401, UNREPORTED, errors.PermissionDeniedError, "tick View records"),
    (403, UNREPORTED, errors.PermissionDeniedError, "tick View records"),
    (404, UNREPORTED, errors.NotFoundError, "does not exist"),
    (502, UNREPORTED, errors.UnavailableError, "try again"),
    (503, UNREPORTED, errors.UnavailableError, "try again"),
    (504, UNREPORTED, errors.UnavailableError, "try again"),
    (400, UNREPORTED, errors.InvalidRequestError, "kintone's own message"),
    (500, UNREPORTED, errors.InvalidRequestError, "kintone's own message"),
    (520, UNREPORTED, errors.InvalidRequestError, "kintone's own message"),
]


def _error(status: int, body: object) -> errors.KintoneError:
    return refusal_of(READING, Reply(status, {}, json.dumps(body).encode()), Redactor([])).error


@pytest.mark.parametrize(("status", "code", "kind", "words"), WORDS, ids=[f"{row[0]} {row[1]}" for row in WORDS])
def test_a_code_leads_to_what_is_to_be_done(
    status: int, code: str, kind: type[errors.KintoneError], words: str
) -> None:
    """Class, code and status are those of the answer, and the line names what is to be corrected."""
    error = _error(status, {"code": code, "id": "i", "message": "m"})

    assert (type(error), error.code, error.status) == (kind, code, status)
    assert words in f"{error.problem} {error.remedy}"


def test_a_code_means_the_same_under_the_status_that_all_had_once() -> None:
    """HTTP 520 was kintone's answer to every mistake of an application, and moves to others code by code."""
    for _, code, kind, words in WORDS:
        if code != UNREPORTED:
            error = _error(520, {"code": code})

            assert (type(error), error.code) == (kind, code)
            assert words in f"{error.problem} {error.remedy}", code


def test_a_complaint_about_the_query_is_one_among_others() -> None:
    """``errors`` names the parameter; its place among them does not matter."""
    complaint = {"messages": ["m"]}

    about_query = _error(400, {"code": "CB_VA01", "errors": {"app": complaint, "query": complaint}})
    about_value = _error(400, {"code": "CB_VA01", "errors": {"record.query.value": complaint}})
    of_another_code = _error(400, {"code": "CB_IL02", "errors": {"query": complaint}})
    assert type(about_query) is errors.InvalidQueryError
    assert type(about_value) is type(of_another_code) is errors.InvalidRequestError


# Answers of servers in front of kintone


@pytest.mark.parametrize(
    ("status", "kind", "code", "words"),
    [
        (401, errors.AuthenticationError, "ACCESS_DENIED", "IP address"),
        (403, errors.AuthenticationError, "ACCESS_DENIED", "IP address"),
        (404, errors.NotFoundError, "NOT_KINTONE", "kintone_domain"),
        (407, errors.AuthenticationError, "ACCESS_DENIED", "HTTPS_PROXY"),
        (429, errors.UnavailableError, "UNAVAILABLE", "100"),
        (502, errors.UnavailableError, "UNAVAILABLE", "maintenance"),
        (503, errors.UnavailableError, "UNAVAILABLE", "maintenance"),
        (504, errors.UnavailableError, "UNAVAILABLE", "maintenance"),
        (500, errors.UnknownResponseError, "NOT_KINTONE", "kintone_domain"),
        (520, errors.UnknownResponseError, "NOT_KINTONE", "kintone_domain"),
        (418, errors.UnknownResponseError, "NOT_KINTONE", "kintone_domain"),
    ],
)
def test_an_answer_without_a_code_is_told_by_its_status(
    status: int, kind: type[errors.KintoneError], code: str, words: str
) -> None:
    """It is not kintone's, or not kintone's word."""
    error = _error(status, {"message": "upstream"})

    assert (type(error), error.code, error.status, error.kintone_code) == (kind, code, status, "")
    assert words in f"{error.problem} {error.remedy}"
