"""Reads the parameters that Dify passes to a tool. Absent, ``None`` and blank mean the same.

Dify does not apply the YAML's defaults, options and ranges at run time, casts loosely, and may omit optional
parameters.
"""

import math
import re
from collections.abc import Mapping

from kintone import limits
from kintone.access.redaction import looks_like_a_token
from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.texts import to_half_width
from kintone.values.numbers import may_be_rounded, whole_number
from tools.declarations import Parameter

MAX_CHARACTERS_SHOWN = 40
LIKE_A_TOKEN = Message("a text like an API token")
"""Stands in an error for a value that may be a token in the wrong parameter; such a value is never quoted."""
MAX_INTEGER_BITS = 120
"""Larger integers are never converted to text: Python refuses that for thousands of digits."""
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "on"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "off"})
DATA_PARAMETERS = frozenset(
    {
        "record_data",
        "records_data",
        "records_json",
        "records_source",
        "subtable_source",
        "records_mapping",
        "file_names",
        "upload_file",
        "records_file",
        "comment_text",
        "record_ids",
    }
)
"""Parameters for data, which have no limit of length here."""
SHORT_TEXT_EXAMPLE = Message("a short text")
EXAMPLES = {
    "query": Message('a condition such as status in ("Open"), for fewer values at once'),
    "fields": Message("up to 1,000 field codes, or leave it blank for all"),
    "kintone_app_id": Message("a number such as 12"),
    "kintone_guest_space_id": Message("a number such as 3"),
    "kintone_domain": Message("a host such as example.cybozu.com"),
    "kintone_api_token": Message("API tokens, joined by commas"),
    "request_timeout": Message("a number of seconds"),
    "max_records": Message("a number such as 100"),
    "offset": Message("a number such as 10"),
    "limit": Message("a number such as 10"),
    "first_entry": Message("a number such as 2001"),
    "record_id": Message("a number such as 12"),
    "confirm_count": Message("a number such as 3"),
    "mentions": Message("up to 10 login names"),
    "update_key": Message("one field code"),
    "update_key_value": Message("a text of up to 64 characters"),
    "attachment_field": Message("one field code"),
    "subtable_field_code": Message("one field code"),
    "file_key": Message("the fileKey that a record's attachment field shows"),
    "file_name": Message("a name such as report.pdf"),
}
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Parameters:
    """The parameters of one call; reading a name that the tool does not declare raises ``KeyError``."""

    def __init__(self, given: Mapping[str, object], declared: Mapping[str, Parameter]) -> None:
        """Keep the declared parameters of those given; ``Declaration.refuse_unknown`` has refused the others."""
        self._declared = declared
        self._values = {name: given.get(name) for name in declared}

    def takes(self, name: str) -> bool:
        """Tell whether the tool declares a parameter."""
        return name in self._declared

    def raw(self, name: str) -> object:
        """Return the unconverted value, ``None`` if absent or blank.

        Raises ``InvalidParameterError`` for a text that is too long and for a number that may have been rounded.
        """
        value = self._given(name)
        if may_be_rounded(value):
            raise InvalidParameterError(
                "{name} is {number}, and the last digits of so large a number may have been rounded before it arrived; "
                "write it as text",
                name=name,
                number=_shown(value),
            )
        return value

    def _given(self, name: str) -> object:
        value = self._values[name]
        if not isinstance(value, str):
            return value
        if len(value) > limits.MAX_TEXT_LENGTH and name not in DATA_PARAMETERS:
            raise self._too_long(name, len(value))
        return value if value.strip() else None

    def refuse_long_texts(self) -> None:
        """Raise ``InvalidParameterError`` for a text over ``MAX_TEXT_LENGTH`` in a parameter that is not for data."""
        for name in self._values:
            self._given(name)

    def text(self, name: str) -> str:
        """Return text without surrounding white space, ``""`` if absent; numbers are converted to text."""
        value = self.raw(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InvalidParameterError("{name} must be text, not {given}", name=name, given=_type_in_words(value))
        if _is_huge(value):
            raise InvalidParameterError("{name} must be text, not {given}", name=name, given=_shown(value))
        text = str(value).strip()
        if _SURROGATE.search(text):
            raise InvalidParameterError("{name} holds half of a character (a lone surrogate); remove it", name=name)
        if "\0" in text:
            raise InvalidParameterError("{name} holds a NUL character; remove it", name=name)
        return text

    def number(self, name: str) -> float:
        """Return a number in its declared range, its default if absent; raises ``InvalidParameterError``."""
        declared = self._declared[name]
        value = self._given(name)
        number = _number(declared.default if value is None else value)
        minimum, maximum = declared.minimum or 0, declared.maximum or math.inf
        if number is None or not minimum <= number <= maximum:
            raise InvalidParameterError(
                "{name} must be a number from {minimum:g} to {maximum:g}, not {given}",
                name=name,
                minimum=minimum,
                maximum=maximum,
                given=_shown(value),
            )
        return number

    def count(self, name: str, least: int = 1) -> int | None:
        """Return a whole number from ``least``, or ``None`` if absent."""
        value = self.raw(name)
        if value is None:
            return None
        number = whole_number(value)
        if number is None or number < least:
            raise InvalidParameterError(
                "{name} must be a whole number from {least}, or left blank, not {given}",
                name=name,
                least=least,
                given=_shown(value),
            )
        return number

    def choice(self, name: str) -> str:
        """Return one of the declared options, the default if absent."""
        declared = self._declared[name]
        value = self.raw(name)
        if value is None:
            return str(declared.default)
        text = value.strip().lower() if isinstance(value, str) else ""
        if text not in declared.options:
            raise InvalidParameterError(
                "{name} must be one of {options}, not {given}",
                name=name,
                options=", ".join(declared.options),
                given=_shown(value),
            )
        return text

    def flag(self, name: str) -> bool:
        """Return a boolean, the declared default if absent."""
        value = self.raw(name)
        if value is None:
            return bool(self._declared[name].default)
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower() if isinstance(value, str | int) and not _is_huge(value) else ""
        if text in TRUE_WORDS or text in FALSE_WORDS:
            return text in TRUE_WORDS
        raise InvalidParameterError("{name} must be true or false, not {given}", name=name, given=_shown(value))

    def _too_long(self, name: str, length: int) -> InvalidParameterError:
        options = self._declared[name].options
        instead = (
            Message("one of {options}", options=", ".join(options))
            if options
            else EXAMPLES.get(name, SHORT_TEXT_EXAMPLE)
        )
        return InvalidParameterError(
            "{name} has {length:,} characters, and at most {maximum:,} are accepted; write {instead}",
            name=name,
            length=length,
            maximum=limits.MAX_TEXT_LENGTH,
            instead=instead,
        )


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = to_half_width(value) if len(value) <= MAX_CHARACTERS_SHOWN else ""
        if not _DECIMAL.fullmatch(value):
            return None
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _is_huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS


def _type_in_words(value: object) -> Message:
    if isinstance(value, bool):
        return Message("true or false")
    if isinstance(value, dict):
        return Message("an object")
    return Message("a list") if isinstance(value, list) else Message("something else")


def _shown(value: object) -> str | Message:
    if not isinstance(value, str | int | float):
        return _type_in_words(value)
    if _is_huge(value):
        return Message("a number of so many digits")
    text = str(value)
    if looks_like_a_token(text):
        return LIKE_A_TOKEN
    return repr(text if len(text) <= MAX_CHARACTERS_SHOWN else text[:MAX_CHARACTERS_SHOWN] + "…")
