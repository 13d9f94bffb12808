"""How a failure leaves the plugin: as one line that begins with a code, masked, and then cut.

Dify passes the line on to people only for exceptions of certain class names; of any other, a workflow shows "An error
occurred in the …, please contact the author", and an agent reads the traceback (seen with Dify's API server 1.14.2).
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
    """Return who masks all secrets of these credentials and parameters, also when they could not even be read."""
    return Redactor(secret for values in given for name in SECRETS for secret in secrets_in(values.get(name)))


def failure_line(error: Exception, where: str, redactor: Redactor) -> str:
    """Return the line that people read.

    The text of an exception that is none of ours may hold anything, so only its kind is told; its traceback is logged
    as coming from ``where``.
    """
    if isinstance(error, KintoneError):
        return line_of(error, mask=redactor.mask)
    kind = type(error).__name__
    lines = "".join(traceback.format_tb(error.__traceback__)[-6:])
    logger.error("%s in %s: %s", kind, where, truncate(redactor.mask(lines), MAX_TRACEBACK))
    return line_of(internal_error(kind))
