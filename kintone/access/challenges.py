"""The methods by which a server asks to be signed in to."""

import re
from typing import Final

QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
METHOD: Final = re.compile(r"(?:^|,)\s*([!#$%&'*+.^_`|~0-9a-z-]+)(?=\s*(?:,|$)|\s+[^=\s,])", re.IGNORECASE)


def methods_of(challenges: str) -> frozenset[str]:
    """Return the methods that ``WWW-Authenticate`` or ``Proxy-Authenticate`` names, in lower case.

    One value may hold several challenges, and several headers arrive joined by commas; a realm may hold commas too:
    https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    """
    return frozenset(found[1].lower() for found in METHOD.finditer(QUOTED.sub('""', challenges)))
