"""Who asks what: API tokens, the app and the guest space, checked before any request is made."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from kintone.access.redaction import SURELY_MASKED
from kintone.access.sites import Site
from kintone.errors import InvalidParameterError
from kintone.limits import MAX_TOKENS
from kintone.messages import Message
from kintone.values.numbers import whole_number

TOKEN = re.compile(r"[A-Za-z0-9]+", re.ASCII)
BETWEEN_TOKENS = re.compile("[\\s,\uff0c\u3001\u200b\u2060\ufeff]+")
"""What may stand between tokens, none of which holds any of it; the last three are invisible and come with a copy."""
MAX_TOKEN_LENGTH = 256
MAX_TOKEN_LIST = 4_096
"""Characters of a text in which tokens are looked for; nine of the longest, and what stands between them, fit."""
WHERE_TOKENS_ARE = Message("copy it from the app's settings, API Token, and publish the app with Update App")


class Tokens:
    """One to nine API tokens of kintone; shows none of them.

    Charset and number: https://cybozu.dev/ja/kintone/docs/rest-api/overview/authentication
    """

    __slots__ = ("_values",)

    def __init__(self, text: str, parameter: str = "kintone_api_token") -> None:
        """Read tokens separated by commas, blanks or line ends; raises ``InvalidParameterError``."""
        values = tuple(dict.fromkeys(_pieces(text)))
        if not values:
            raise InvalidParameterError("{parameter} is empty; {how}", parameter=parameter, how=WHERE_TOKENS_ARE)
        if len(values) > MAX_TOKENS:
            raise InvalidParameterError(
                "{parameter} holds {count} tokens, and kintone takes at most {most} at once; "
                "leave out the tokens of apps that this work does not touch",
                parameter=parameter,
                count=len(values),
                most=MAX_TOKENS,
            )
        for place, value in enumerate(values, start=1):
            _check(place, value, parameter)
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


def secrets_in(value: object) -> tuple[str, ...]:
    """Return what has to be masked of a value that was given as tokens, also where it is refused as such.

    That is the text as it came, each piece of it, all letters and digits in a row, and the pieces without what
    separates them. What is too short to be masked is left out, and what stands behind the place where any list of
    tokens has ended: such a text is refused and sent nowhere.
    """
    is_number = isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= MAX_TOKEN_LENGTH
    text = str(value).strip()[:MAX_TOKEN_LIST] if isinstance(value, str) or is_number else ""
    pieces = _pieces(text)
    found = dict.fromkeys((text, *pieces, *TOKEN.findall(text), "".join(pieces)))
    return tuple(each for each in found if len(each) >= SURELY_MASKED)


def read_positive_number(value: object, parameter: str, example: str | Message = "12") -> int:
    """Read an app ID or guest space ID; raises ``InvalidParameterError`` for what is no whole number from 1."""
    number = whole_number(value)
    if number is None or number < 1:
        raise InvalidParameterError(
            "{parameter} must be a positive whole number such as {example}", parameter=parameter, example=example
        )
    return number


def _pieces(text: str) -> list[str]:
    return [piece for piece in BETWEEN_TOKENS.split(text) if piece]


def _check(place: int, value: str, parameter: str) -> None:
    if not TOKEN.fullmatch(value) or len(value) > MAX_TOKEN_LENGTH:
        raise InvalidParameterError(
            "{parameter}: token {place} is not an API token of kintone, which has only letters and digits; "
            "{how}, and join several by commas",
            parameter=parameter,
            place=place,
            how=WHERE_TOKENS_ARE,
        )
    if len(value) < SURELY_MASKED:
        raise InvalidParameterError(
            "{parameter}: token {place} has fewer than {least} characters, too few to keep it out of messages and "
            "logs; a token of kintone has 40: {how}",
            parameter=parameter,
            place=place,
            least=SURELY_MASKED,
            how=WHERE_TOKENS_ARE,
        )


_SALT = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that decides how a request is authenticated and where it goes."""

    site: Site
    tokens: Tokens
    guest_space: int | None = None

    def digest(self) -> str:
        """Return what tells one access from another, for whatever is kept between calls; no token is found from it."""
        digest = hashlib.blake2b(key=_SALT, digest_size=16)
        for part in (str(self.site), str(self.guest_space), *self.tokens.secrets()):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\n")
        return digest.hexdigest()
