"""What kintone answers, as models: an answer of another shape is one error, and never taken for an empty one.

A list stops at its first wrong entry (``FailFast``), so that an error is no larger than what it tells. Records are
checked in ``reading/pages.py`` instead, since there are very many of them.
"""

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from kintone import limits
from kintone.errors import UnknownResponseError
from kintone.messages import Message
from kintone.remedies import CHECK_SITE
from kintone.values.excerpts import printable

MAX_DIGITS: Final = 20
"""Of an id, a revision or a count; so many fit into 64 bits."""
FILE_KEY: Final = r"^[!-~]{1,500}$"
"""Characters of a file key; kintone's have some fifty: https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file/"""
THE_ANSWER: Final = Message("the answer")
MISSING: Final = Message("missing")


class AnswerModel(BaseModel):
    """A part of an answer; what it does not name is left alone, what it names has exactly that type."""

    model_config = ConfigDict(strict=True, frozen=True, alias_generator=to_camel, extra="ignore")


def number_text(value: object) -> str | None:
    """Return an id, a revision or a count as text, None for anything that is none.

    They are texts, https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records, and numbers in kintone's OpenAPI.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    # Python refuses to write out some thousand digits.
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
    model: type[Model], value: object, doing: Message, part: Message = THE_ANSWER
) -> Model:
    """Return an answer, or the part of it that ``part`` names; raises ``UnknownResponseError`` for another shape."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
    if not isinstance(value, dict):
        raise misshapen(doing, part, value)
    place = Message("{name} of {part}", name=named(".".join(map(str, first["loc"]))), part=part)
    raise misshapen(doing, place, MISSING if first["type"] == "missing" else first["input"])


def misshapen(doing: Message, part: Message, value: object) -> UnknownResponseError:
    """Return the error for a part of an answer that is not as kintone documents it.

    Of the value only its kind is told: a server may put anything there, a secret that it was sent too.
    """
    found = value if isinstance(value, Message) else _kind_of(value)
    problem = Message("{doing}: {part} is {found}, which kintone does not answer", doing=doing, part=part, found=found)
    return UnknownResponseError(problem, remedy=CHECK_SITE)


def named(name: object) -> str | Message:
    """Return a name that an answer holds, whole or not at all: part of a secret could not be masked any more."""
    text = str(name)
    return printable(text) if len(text) <= limits.NAME_LENGTH else Message("a very long name")


def _kind_of(value: object) -> Message:
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
