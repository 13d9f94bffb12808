"""Basic authentication that a cybozu.com administrator may put in front of a whole site."""

import base64
import unicodedata

from kintone.errors import InvalidParameterError

USER = "kintone_basic_auth_user"
PASSWORD = "kintone_basic_auth_password"  # noqa: S105 - the name of a parameter


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
            if any(unicodedata.category(character) == "Cc" for character in text):
                raise InvalidParameterError(
                    "{parameter} holds a line end or another control character; enter it again by hand",
                    parameter=parameter,
                )
        self._password = password
        self._pair = f"{user}:{password}"

    def header_value(self) -> str:
        """Return the value of ``Authorization``."""
        return f"Basic {self._encoded()}"

    def secrets(self) -> tuple[str, ...]:
        """Return the texts to mask in messages and in data: the pair, plain and as it is sent."""
        return (self._pair, self._encoded())

    def words(self) -> tuple[str, ...]:
        """Return the texts to mask in messages and logs only: a password may be a word or a year in any record."""
        return (self._password,)

    def _encoded(self) -> str:
        return base64.b64encode(self._pair.encode("utf-8", "surrogatepass")).decode("ascii")

    def __repr__(self) -> str:
        """Show nothing."""
        return "BasicAuth(***)"

    def __reduce__(self) -> str:
        """Refuse pickling, since it would store the password."""
        raise TypeError("BasicAuth is secret and cannot be pickled")
