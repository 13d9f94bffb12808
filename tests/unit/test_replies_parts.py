"""Parts of kintone's answers: which are taken, how others are told, and how much of an error is kept."""

import json

import pytest

from kintone.access.redaction import Redactor
from kintone.api import Request, RetrySafety
from kintone.errors import KintoneError, UnknownResponseError
from kintone.messages import Message
from kintone.replies import (
    AnswerModel,
    PositiveNumber,
    Reply,
    misshapen,
    name_in_answer,
    number_text,
    read_answer,
    refusal_of,
)

READING = Request(Message("reading records of app 12"), "GET", "records", {"app": 12}, RetrySafety.READ)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1", "1"),
        ("0", "0"),
        (1, "1"),
        (0, "0"),
        (300, "300"),
        (2**64 - 1, "18446744073709551615"),
        ("9" * 20, "9" * 20),
        (10**20 - 1, "9" * 20),
    ],
)
def test_a_number_is_taken_as_text_or_as_number(value: object, text: str) -> None:
    """Kintone's pages show texts, its OpenAPI description numbers; one of 64 bits has up to 20 digits."""
    assert number_text(value) == text


@pytest.mark.parametrize(
    "value",
    [
        True, False, None, 1.0, -1, 10**20, "", "-1", "+1", "1.0", " 1", "1\n", "1" * 21, "１２", "²", "٣",
        "1_000", ["1"], {"1": 1},
    ],
)  # fmt: skip
def test_nothing_else_is_a_number(value: object) -> None:
    """``true`` is none, though Python counts with it, nor are digits that are not ASCII."""
    assert number_text(value) is None


def test_a_number_of_thousands_of_digits_is_none() -> None:
    """Python refuses to write it out, and nothing must fail of that."""
    assert number_text(10**5_000) is None


class _Saved(AnswerModel):
    id: PositiveNumber
    file_key: str = ""


@pytest.mark.parametrize("value", ["1", 1, "18446744073709551615"])
def test_an_id_is_a_number_from_one(value: object) -> None:
    """It comes as text, whichever way it was written; what else the answer holds does not matter."""
    saved = read_answer(_Saved, {"id": value, "fileKey": "k", "more": 1}, READING.description)

    assert (saved.id, saved.file_key) == (str(value), "k")


@pytest.mark.parametrize("value", [0, "0", "00", True, False, "", None, "A-1", -1, 1.5])
def test_an_id_is_nothing_else(value: object) -> None:
    """The error names request, part and name, and the type of the value alone."""
    with pytest.raises(UnknownResponseError) as raised:
        read_answer(_Saved, {"id": value}, READING.description, Message("entry 7"))
    line = str(raised.value)

    assert line.startswith("[NOT_KINTONE] reading records of app 12: id of entry 7 is ")
    assert "A-1" not in line
    assert raised.value.remedy


def test_a_part_that_is_missing_is_told_so() -> None:
    """Not as null, which kintone might have written."""
    with pytest.raises(UnknownResponseError, match="id of the answer is missing"):
        read_answer(_Saved, {}, READING.description)


def test_an_answer_that_is_no_object_is_told_as_a_whole() -> None:
    """It has no names."""
    with pytest.raises(UnknownResponseError, match="app 12: the answer is a list"):
        read_answer(_Saved, [1], READING.description)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "is null"),
        (True, "true or false"),
        (False, "true or false"),
        ("secret", "another text"),
        ("", "an empty text"),
        (["secret"], "a list"),
        ([], "an empty list"),
        ({"secret": 1}, "an object"),
        ({}, "an empty object"),
        (4711, "a number"),
        (0.5, "a number"),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_its_type(value: object, words: str) -> None:
    """A server may answer a secret that it was sent, so the value itself is not shown."""
    line = str(misshapen(READING.description, Message("the part"), value))

    assert words in line
    assert "secret" not in line
    assert "4711" not in line


def test_a_name_in_an_answer_is_shown_whole_or_not_at_all() -> None:
    """Field codes have up to 128 characters; a part of a secret could not be masked."""
    assert name_in_answer("x" * 128) == "x" * 128
    assert "x" not in str(name_in_answer("x" * 129)).replace("very", "")


# What is kept of an error


def _refused(body: object, status: int = 400, secret: str = "t0ken" * 8) -> KintoneError:
    raw = json.dumps(body).encode()
    return refusal_of(READING, Reply(status, {}, raw), Redactor([secret])).error


def _with_errors(errors: object) -> list[tuple[str, list[str]]]:
    return list(_refused({"code": "CB_VA01", "errors": errors}).field_errors.items())


def test_texts_of_an_error_have_a_limit_each() -> None:
    """A server that answers a megabyte makes no message of a megabyte."""
    error = _refused(
        {"code": "CB_VA01", "id": "i" * 900, "message": "m" * 900, "errors": {"p" * 900: {"messages": ["t" * 900]}}}
    )

    assert error.reply
    ((path, (text,)),) = error.field_errors.items()
    assert [len(part) for part in (error.reply.error_id, error.reply.message, path, text)] == [60, 600, 160, 200]


def test_texts_of_an_error_that_are_short_enough_are_whole() -> None:
    """Nothing is cut that need not be."""
    error = _refused(
        {"code": "CB_VA01", "id": "i" * 60, "message": "m" * 600, "errors": {"p" * 160: {"messages": ["t" * 200]}}}
    )

    assert error.reply
    assert (error.reply.error_id, error.reply.message) == ("i" * 60, "m" * 600)
    assert error.field_errors == {"p" * 160: ["t" * 200]}


def test_fields_of_an_error_have_a_limit() -> None:
    """200 fields with ten messages each, the first ones: no more are read."""
    many = _with_errors({f"f{number}": {"messages": [str(each) for each in range(11)]} for number in range(201)})

    assert [path for path, _ in many] == [f"f{number}" for number in range(200)]
    assert {tuple(texts) for _, texts in many} == {tuple(str(each) for each in range(10))}


@pytest.mark.parametrize("errors", [None, [], "x", 5, ["a"]])
def test_fields_of_an_error_are_left_out_when_they_have_another_shape(errors: object) -> None:
    """The code alone says what went wrong."""
    assert _with_errors(errors) == []


@pytest.mark.parametrize("entry", [None, [], "x", {}, {"messages": None}, {"messages": "x"}, {"messages": {"a": 1}}])
def test_a_field_of_an_error_keeps_its_path_when_its_messages_have_another_shape(entry: object) -> None:
    """Where something is wrong is known, what it is not."""
    assert _with_errors({"record.a.value": entry}) == [("record.a.value", [])]


def test_a_message_of_an_error_is_blank_when_it_is_no_text() -> None:
    """A number or an object is no sentence."""
    error = _refused({"code": "CB_VA01", "id": 5, "message": {"a": 1}, "errors": {"a": {"messages": [7, "n"]}}})

    assert error.reply
    assert (error.reply.error_id, error.reply.message, error.field_errors) == ("", "", {"a": ["", "n"]})


@pytest.mark.parametrize(
    "code",
    [
        "CB_VA01x", "xCB_VA01", "CB-VA01", "cb_va01", "C_VA01", "CB_V01", "CB_VAA01", "CB_VA1", "CB_VA00001",
        "ABCDEFGHIJK_VA01", "CB_VA０１", "CB_VA01\n", "", 5, None, ["CB_VA01"],
    ],
)  # fmt: skip
def test_a_code_of_another_form_is_not_kintones(code: object) -> None:
    """Kintone's have letters, an underscore, two letters and digits; a gateway's proves nothing and is not shown."""
    error = _refused({"code": code, "message": "shown?"})

    assert (error.code, error.kintone_code) == ("NOT_KINTONE", "")
    assert "shown?" not in str(error)


@pytest.mark.parametrize("code", ["CB_VA01", "GA_UO01", "GAIA_RE01", "ABCDEFGHIJ_AB99", "AB_CD0123"])
def test_a_code_of_kintones_form_is_kintones(code: str) -> None:
    """Whether this plugin knows it or not."""
    assert _refused({"code": code}).code == code


def test_a_code_that_is_a_secret_is_masked() -> None:
    """A password for basic authentication may have any form."""
    assert "ABCDEFGHIJ_AB9999" not in str(_refused({"code": "ABCDEFGHIJ_AB9999"}, secret="ABCDEFGHIJ_AB9999"))


# bulkRequest


@pytest.mark.parametrize(
    ("results", "index"),
    [
        ([{"code": "GAIA_RE01"}], 0),
        ([{}, {"code": "GAIA_RE01"}], 1),
        ([{}, None, "x", {"code": ""}, {"code": "GAIA_RE01"}, {"code": "CB_VA01"}], 4),
    ],
)
def test_the_call_that_failed_is_the_first_with_a_code(results: list[object], index: int) -> None:
    """Kintone answers an entry for each call, empty but for the one that failed."""
    error = _refused({"results": results})

    assert error.reply
    assert (error.code, error.reply.index) == ("GAIA_RE01", index)


@pytest.mark.parametrize(
    "body",
    [
        {"code": "GAIA_RE01", "results": [{"code": "CB_VA01"}]},
        {"code": "GAIA_RE01", "results": None},
        {"code": "GAIA_RE01"},
    ],
)
def test_a_failure_of_the_whole_request_has_no_place(body: object) -> None:
    """One outside the calls is answered as everywhere else."""
    error = _refused(body)

    assert error.reply
    assert (error.code, error.reply.index) == ("GAIA_RE01", None)


@pytest.mark.parametrize("body", [{"results": []}, {"results": [{}, {}]}, {"results": {"code": "CB_VA01"}}, {}])
def test_a_failure_without_a_code_is_not_kintones(body: object) -> None:
    """Nothing says what failed."""
    assert _refused(body).code == "NOT_KINTONE"
