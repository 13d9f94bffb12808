"""Who asks: API tokens, the app and the guest space, checked before any request is made of them."""

import re

from kintone.errors import InvalidParameterError
from kintone.limits import TOKENS_PER_REQUEST
from kintone.messages import Message
from kintone.values.whole_numbers import whole_number

TOKEN = re.compile(r"[A-Za-z0-9]+", re.ASCII)
LONGEST_TOKEN = 256
WHERE_TOKENS_ARE = Message("copy it from the app's settings, API Token, and publish the app with Update App")


class Tokens:
    """One to nine API tokens of kintone; shows none of them.

    Charset and number: https://cybozu.dev/ja/kintone/docs/rest-api/overview/authentication
    """

    __slots__ = ("_values",)

    def __init__(self, text: str, parameter: str = "kintone_api_token") -> None:
        """Read comma-joined tokens without blanks and line ends; raises ``InvalidParameterError``."""
        values = tuple(dict.fromkeys(part for part in ("".join(text.split())).split(",") if part))
        if not values:
            raise InvalidParameterError("{parameter} is empty; {how}", parameter=parameter, how=WHERE_TOKENS_ARE)
        if len(values) > TOKENS_PER_REQUEST:
            raise InvalidParameterError(
                "{parameter} holds {count} tokens, and kintone takes at most {most} at once; "
                "leave out the tokens of apps that this work does not touch",
                parameter=parameter,
                count=len(values),
                most=TOKENS_PER_REQUEST,
            )
        for place, value in enumerate(values, start=1):
            if not TOKEN.fullmatch(value) or len(value) > LONGEST_TOKEN:
                raise InvalidParameterError(
                    "{parameter}: token {place} is not an API token of kintone, which has only letters and digits; "
                    "{how}, and join several by commas",
                    parameter=parameter,
                    place=place,
                    how=WHERE_TOKENS_ARE,
                )
        self._values = values

    def header_value(self) -> str:
        """Return the value of ``X-Cybozu-API-Token``."""
        return ",".join(self._values)

    def secrets(self) -> tuple[str, ...]:
        """Return the tokens for the one who has to mask them."""
        return self._values

    def __len__(self) -> int:
        """Count the tokens."""
        return len(self._values)

    def __repr__(self) -> str:
        """Show how many tokens there are and nothing else."""
        return f"Tokens({len(self._values)})"

    def __reduce__(self) -> str:
        """Refuse to be pickled, which would write the tokens down."""
        raise TypeError("Tokens are secret and cannot be pickled")


def read_positive_number(value: object, parameter: str, example: str = "12") -> int:
    """Read an app ID or guest space ID; raises ``InvalidParameterError`` for what is no whole number from 1."""
    number = whole_number(value)
    if number is None or number < 1:
        raise InvalidParameterError(
            "{parameter} must be a positive whole number such as {example}", parameter=parameter, example=example
        )
    return number
