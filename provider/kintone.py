"""The kintone provider: proves a credential when somebody saves it."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dify_plugin import ToolProvider
from dify_plugin.errors.tool import ToolProviderCredentialValidationError

from kintone.access.settings import OperatorSettings
from kintone.client import KintoneClient, verify_credentials
from kintone.retry import RetryPolicy
from tools.access import CREDENTIALS, read_access, read_app
from tools.failures import failure_line, redactor_of
from tools.parameters import Parameters

# Somebody waits in front of a form: one more try where that is quick, and no longer than a person would wait.
PATIENCE = RetryPolicy(tries=2, tries_when_busy=2, tries_after_time_out=1, first_pause=0.3)
TIMEOUT = 10.0
MAX_CHECK_SECONDS = 30.0
"""Seconds for all of it, however slowly an answer comes; the operator's budget for a call may be shorter."""


class CredentialsValidateFailedError(ToolProviderCredentialValidationError):
    """A credential that is refused; the name is the one for which Dify shows the sentence instead of a traceback."""


class KintoneProvider(ToolProvider):
    """Checks site, app and token offline, then with one read that a view-only and an add-only token can make."""

    def _validate_credentials(self, credentials: Mapping[str, Any]) -> None:
        """Raise ``CredentialsValidateFailedError`` with one sentence that tells which value is wrong."""
        try:
            self._verify(credentials)
        except Exception as error:  # noqa: BLE001 - its text may hold the token
            line = failure_line(error, type(self).__name__, redactor_of(credentials))
            raise CredentialsValidateFailedError(line) from None

    def _verify(self, credentials: Mapping[str, Any]) -> None:
        settings = OperatorSettings.from_environment(os.environ)
        nothing_overridden = Parameters({}, CREDENTIALS)
        access = read_access(credentials, nothing_overridden, settings)
        app = read_app(credentials, nothing_overridden)
        settings = replace(settings, call_budget=min(settings.call_budget, MAX_CHECK_SECONDS))
        with KintoneClient(access, settings, request_timeout=TIMEOUT, policy=PATIENCE) as client:
            verify_credentials(client, app)
