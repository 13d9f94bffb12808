"""Basic authentication that a cybozu.com administrator may put in front of a whole site."""

import base64
import unicodedata
from typing import Final

from kintone.access.redaction import MIN_TOKEN_LENGTH
from kintone.errors import InvalidParameterError

USER: Final = "kintone_basic_auth_user"
PASSWORD: Final = "kintone_basic_auth_password"  # noqa: S105 - the name of a parameter
MAX_LENGTH: Final = 1_000
"""Characters of a user name or a password. A longer one is refused and never sent; masking it would take minutes."""


class BasicAuth:
    """User name and password, which ``repr`` does not show.

    They are sent in UTF-8: https://www.rfc-editor.org/rfc/rfc7617#section-2
    """

    __slots__ = ("_pair", "_password")

    def __init__(self, user: str, password: str) -> None:
        """Take both; raises ``InvalidParameterError`` if one is missing or cannot be sent."""
        if not password:
            raise InvalidParameterError(
                "{user} is given without {password}; fill in both, or neither", user=USER, password=PASSWORD
            )
        if not user:
            raise InvalidParameterError(
                "{password} is given without {user}; fill in both, or neither", user=USER, password=PASSWORD
            )
        if ":" in user:
            raise InvalidParameterError(
                "{user} must not hold a colon, which separates it from the password; write the name alone", user=USER
            )
        for parameter, text in ((USER, user), (PASSWORD, password)):
            refuse_long(text, parameter)
            if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
                raise InvalidParameterError(
                    "{parameter} holds a line end or another control character; enter it again by hand",
                    parameter=parameter,
                )
        self._password = password
        self._pair = f"{user}:{password}"

    def header_value(self) -> str:
        """Return the value of ``Authorization``."""
        return f"Basic {_encoded(self._pair)}"

    def secrets(self) -> tuple[str, ...]:
        """Return the texts to mask in messages and in data."""
        return pair_secrets(self._pair)

    def words(self) -> tuple[str, ...]:
        """Return the texts to mask in messages and logs only: a password may be a word or a year in any record."""
        return (self._password, self._pair, _encoded(self._pair))

    def __repr__(self) -> str:
        """Show nothing."""
        return "BasicAuth(***)"

    def __reduce__(self) -> str:
        """Refuse pickling, since it would store the password."""
        raise TypeError("BasicAuth is secret and cannot be pickled")


def read_basic_auth(user: object, password: object) -> BasicAuth | None:
    """Read what a credential holds, None if it has neither; raises ``InvalidParameterError``.

    White space around the user name is removed. Of the password only line ends are, which copying may add and no
    password field takes; a password may begin or end with a blank.
    """
    name, secret = user_text(user), password_text(password)
    return BasicAuth(name, secret) if name or secret else None


def user_text(value: object) -> str:
    """Return a user name without surrounding white space, ``""`` if absent."""
    return "" if value is None else str(value).strip()


def password_text(value: object) -> str:
    """Return a password without line ends around it, ``""`` if it is absent or blank."""
    text = "" if value is None else str(value).strip("\r\n")
    return text if text.strip() else ""


def refuse_long(text: str, parameter: str) -> None:
    """Raise ``InvalidParameterError`` for a text of more than ``MAX_LENGTH`` characters."""
    if len(text) > MAX_LENGTH:
        raise InvalidParameterError(
            "{parameter} has more than {most} characters, so something else was pasted; enter it again",
            parameter=parameter,
            most=MAX_LENGTH,
        )


def pair_secrets(pair: str) -> tuple[str, ...]:
    """Return a pair ``user:password``, plain and as it is sent, as far as it is long enough to be masked in data."""
    return tuple(text for text in (pair, _encoded(pair)) if len(text) >= MIN_TOKEN_LENGTH)


def stored_words(user: object, password: object) -> tuple[str, ...]:
    """Return the texts to mask in messages for what a credential holds, even if it is refused.

    Of what is too long, and so refused, the first ``MAX_LENGTH`` characters are.
    """
    pair = _stored_pair(user, password)
    raw = "" if password is None else str(password)[:MAX_LENGTH]
    return tuple(
        dict.fromkeys(
            word
            for word in (raw, raw.strip(), password_text(password)[:MAX_LENGTH], pair, _encoded(pair))
            if password_text(password)
        )
    )


def stored_secrets(user: object, password: object) -> tuple[str, ...]:
    """Return the texts to mask in messages and data for what a credential holds, even if it is refused."""
    return pair_secrets(_stored_pair(user, password)) if user_text(user) and password_text(password) else ()


def _stored_pair(user: object, password: object) -> str:
    return f"{user_text(user)[:MAX_LENGTH]}:{password_text(password)[:MAX_LENGTH]}"


def _encoded(pair: str) -> str:
    return base64.b64encode(pair.encode("utf-8", "surrogatepass")).decode("ascii")
