"""Masking what must not be read: the secrets of a call, passwords in addresses, values too large for a log."""

import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "***"
SHORTEST_SECRET = 4
LONGEST_VALUE = 500
USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")
TOKEN_HEADER = re.compile(r"(?i)((?:x-cybozu-api-token|x-cybozu-authorization|authorization)['\"]?\s*[:=]\s*)[^\r\n]+")


class Redactor:
    """Knows the secrets of one call and takes them out of any text; shows none of them itself."""

    __slots__ = ("_pattern",)

    def __init__(self, secrets: Iterable[str]) -> None:
        """Keep the secrets and the forms they take in an address."""
        forms = {
            form
            for secret in secrets
            for form in (secret, quote(secret, safe="", errors="replace"))
            if len(form) >= SHORTEST_SECRET
        }
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def mask(self, text: str) -> str:
        """Return the text without the secrets of this call and without user names and passwords in addresses."""
        masked = self._pattern.sub(MASK, text) if self._pattern else text
        return TOKEN_HEADER.sub(rf"\1{MASK}", USER_INFO.sub(MASK, masked))

    def __repr__(self) -> str:
        """Show nothing of what is kept."""
        return "Redactor()"

    def __reduce__(self) -> str:
        """Refuse to be pickled, which would write the secrets down."""
        raise TypeError("a Redactor holds secrets and cannot be pickled")


def truncate(text: str, longest: int = LONGEST_VALUE) -> str:
    """Cut a value that is too large for a log and say how large it was."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"
