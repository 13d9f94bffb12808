"""Credentials: API tokens, app IDs and guest spaces, checked before any request is sent."""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass

from kintone.access.basic_auth import BasicAuth
from kintone.access.client_certificates import ClientCertificate
from kintone.access.proxies import proxy_secrets
from kintone.access.redaction import MIN_TOKEN_LENGTH, Redactor
from kintone.access.sites import Site
from kintone.errors import InvalidParameterError
from kintone.limits import MAX_TOKENS
from kintone.messages import Message
from kintone.values.numbers import whole_number

TOKEN = re.compile(r"[A-Za-z0-9]+")
BETWEEN_SEPARATORS = re.compile("[^\\s,\uff0c\u3001\u200b\u2060\ufeff]+")
"""Tokens are separated by white space, commas, and invisible characters that copying may add."""
MAX_TOKEN_LENGTH = 256
MAX_TOKEN_LIST = 4_096
"""Characters of a text that are searched for tokens; nine tokens of the maximum length fit."""
COPY_TOKEN = Message("copy it from the app's settings, API Token, and publish the app with Update App")


class Tokens:
    """One to nine API tokens of kintone, which ``repr`` does not show.

    Characters and maximum number: https://cybozu.dev/ja/kintone/docs/rest-api/overview/authentication
    """

    __slots__ = ("_values",)

    def __init__(self, text: str, parameter: str = "kintone_api_token") -> None:
        """Read tokens separated by commas, blanks or line ends; raises ``InvalidParameterError``."""
        values = tuple(dict.fromkeys(_split_tokens(text)))
        if not values:
            raise InvalidParameterError("{parameter} is empty; {how}", parameter=parameter, how=COPY_TOKEN)
        if len(values) > MAX_TOKENS:
            raise InvalidParameterError(
                "{parameter} holds {count} tokens, and kintone takes at most {most} at once; "
                "leave out the tokens of apps that this work does not touch",
                parameter=parameter,
                count=len(values),
                most=MAX_TOKENS,
            )
        for position, value in enumerate(values, start=1):
            _check_token(position, value, parameter)
        self._values = values

    def header_value(self) -> str:
        """Return the value of ``X-Cybozu-API-Token``."""
        return ",".join(self._values)

    def secrets(self) -> tuple[str, ...]:
        """Return the tokens, for a ``Redactor``."""
        return self._values

    def __len__(self) -> int:
        """Count the tokens."""
        return len(self._values)

    def __repr__(self) -> str:
        """Show only the number of tokens."""
        return f"Tokens({len(self._values)})"

    def __reduce__(self) -> str:
        """Refuse pickling, since it would store the tokens."""
        raise TypeError("Tokens are secret and cannot be pickled")


def secrets_in(value: object) -> tuple[str, ...]:
    """Return the texts to mask in a value given as tokens, even if the value is refused.

    These are the whole text, its parts between separators, each run of letters and digits, and the parts joined without
    separators. Texts that are too short to be masked are left out. So is everything after ``MAX_TOKEN_LIST``
    characters: a longer text is refused and never sent.
    """
    if isinstance(value, int) and value.bit_length() <= MAX_TOKEN_LENGTH:
        value = str(value)
    if not isinstance(value, str):
        return ()
    text = value.strip()[:MAX_TOKEN_LIST]
    parts = _split_tokens(text)
    secrets_found = dict.fromkeys((text, *parts, *TOKEN.findall(text), "".join(parts)))
    return tuple(secret for secret in secrets_found if len(secret) >= MIN_TOKEN_LENGTH)


def read_positive_number(value: object, parameter: str, example: str | Message = "12") -> int:
    """Read an app ID or guest space ID; raises ``InvalidParameterError`` unless it is a whole number from 1."""
    number = whole_number(value)
    if number is None or number < 1:
        raise InvalidParameterError(
            "{parameter} must be a positive whole number such as {example}", parameter=parameter, example=example
        )
    return number


def _split_tokens(text: str) -> list[str]:
    return BETWEEN_SEPARATORS.findall(text)


def _check_token(position: int, value: str, parameter: str) -> None:
    if not TOKEN.fullmatch(value) or len(value) > MAX_TOKEN_LENGTH:
        raise InvalidParameterError(
            "{parameter}: token {position} is not an API token of kintone, which has only letters and digits; "
            "{how}, and join several by commas",
            parameter=parameter,
            position=position,
            how=COPY_TOKEN,
        )
    if len(value) < MIN_TOKEN_LENGTH:
        raise InvalidParameterError(
            "{parameter}: token {position} has fewer than {least} characters, too few to keep it out of messages and "
            "logs; a token of kintone has 40: {how}",
            parameter=parameter,
            position=position,
            least=MIN_TOKEN_LENGTH,
            how=COPY_TOKEN,
        )


_SALT = secrets.token_bytes()


@dataclass(frozen=True, slots=True)
class Access:
    """The destination of a request and its authentication.

    ``is_other_site`` tells that a call names another site than the credential's, to which nothing of it is sent.
    """

    site: Site
    tokens: Tokens
    guest_space: int | None = None
    basic_auth: BasicAuth | None = None
    certificate: ClientCertificate | None = None
    is_other_site: bool = False

    def redactor(self) -> Redactor:
        """Return a redactor for all secrets of this access, and those of the proxies that the environment names."""
        basic, certificate = self.basic_auth, self.certificate
        return Redactor(
            (*self.tokens.secrets(), *(basic.secrets() if basic else ())),
            words=(*proxy_secrets(os.environ), *(basic.words() if basic else ())),
            keys=(certificate.key_text(),) if certificate else (),
        )

    def digest(self) -> str:
        """Return a key for data kept between calls, different for each access; it does not reveal its secrets."""
        basic = self.basic_auth and self.basic_auth.header_value()
        certificate = self.certificate and self.certificate.identity()
        described = repr((str(self.site), self.guest_space, self.tokens.secrets(), basic, certificate))
        return hashlib.blake2b(described.encode(), key=_SALT).hexdigest()
