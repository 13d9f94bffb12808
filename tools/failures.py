"""Turns an exception into the line that people read: it begins with a code, secrets are masked, then it is truncated.

Dify passes the line on to people only for exceptions with certain class names. For any other exception a workflow shows
"An error occurred in the …, please contact the author", and an agent reads the traceback (seen with Dify's API server
1.14.2).
"""

import logging
import os
import traceback
from collections.abc import Mapping
from typing import Any

from kintone.access import basic_auth, client_certificates
from kintone.access.basic_auth import password_text, stored_secrets, stored_words
from kintone.access.certificate_texts import key_runs
from kintone.access.credentials import secrets_in
from kintone.access.proxies import proxy_secrets
from kintone.access.redaction import Redactor, truncate
from kintone.errors import KintoneError, internal_error, line_of

logger = logging.getLogger(__name__)

MAX_TRACEBACK = 4_000
SECRETS = ("kintone_api_token",)


def redactor_of(*given: Mapping[str, Any]) -> Redactor:
    """Return a redactor for all secrets in these credentials and parameters, even if they are refused.

    The credentials of the operator's proxies are masked in messages.
    """
    secrets: list[str] = []
    words = list(proxy_secrets(os.environ))
    keys: list[str] = []
    for values in given:
        pair = values.get(basic_auth.USER), values.get(basic_auth.PASSWORD)
        secrets += (secret for name in SECRETS for secret in secrets_in(values.get(name)))
        secrets += stored_secrets(*pair)
        words += (
            *stored_words(*pair),
            password_text(values.get(client_certificates.PASSWORD))[: basic_auth.MAX_LENGTH],
        )
        keys += key_runs(values.get(client_certificates.CERTIFICATE))
    return Redactor(secrets, words=filter(None, words), keys=keys)


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
