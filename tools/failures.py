"""Turns an exception into the line that people read: it begins with a code, secrets are masked, then it is truncated.

Dify passes the line on to people only for exceptions with certain class names. For any other exception a workflow shows
"An error occurred in the …, please contact the author", and an agent reads the traceback (seen with Dify's API server
1.14.2).
"""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from kintone.access.credentials import secrets_in
from kintone.access.redaction import Redactor, truncate
from kintone.errors import KintoneError, internal_error, line_of

logger = logging.getLogger(__name__)

MAX_TRACEBACK = 4_000
SECRETS = ("kintone_api_token",)


def redactor_of(*given: Mapping[str, Any]) -> Redactor:
    """Return a redactor for all secrets in these credentials and parameters, including malformed tokens."""
    return Redactor(secret for values in given for name in SECRETS for secret in secrets_in(values.get(name)))


def failure_line(error: Exception, where: str, redactor: Redactor) -> str:
    """Return the line that people read.

    The text of an exception that is not a ``KintoneError`` may hold secrets. So only its class is reported, and its
    traceback is logged without its text; ``where`` names the failed class in the log.
    """
    if isinstance(error, KintoneError):
        return line_of(error, mask=redactor.mask)
    kind = type(error).__name__
    lines = "".join(traceback.format_tb(error.__traceback__)[-6:])
    logger.error("%s in %s: %s", kind, where, truncate(redactor.mask(lines), MAX_TRACEBACK))
    return line_of(internal_error(kind))
