"""The kintone provider: checks a credential when it is saved."""

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

# A person waits for the form to be saved, so there is one retry only, and only where it is quick.
CHECK_RETRIES = RetryPolicy(tries=2, tries_when_busy=2, tries_after_time_out=1, first_pause=0.3)
REQUEST_TIMEOUT = 10.0
MAX_CHECK_SECONDS = 30.0
"""Seconds for the whole check; the operator's budget for a call may be shorter."""


class CredentialsValidateFailedError(ToolProviderCredentialValidationError):
    """A refused credential. Dify shows the message without a traceback only for an exception of this name."""


class KintoneProvider(ToolProvider):
    """Checks site, app and token offline, then with one read that needs either view or add permission."""

    def _validate_credentials(self, credentials: Mapping[str, Any]) -> None:
        """Raise ``CredentialsValidateFailedError`` with one sentence that names the wrong value."""
        try:
            self._verify(credentials)
        except Exception as error:  # noqa: BLE001 - any exception's text may hold the token
            line = failure_line(error, type(self).__name__, redactor_of(credentials))
            raise CredentialsValidateFailedError(line) from None

    def _verify(self, credentials: Mapping[str, Any]) -> None:
        settings = OperatorSettings.from_environment(os.environ)
        no_overrides = Parameters({}, CREDENTIALS)
        access = read_access(credentials, no_overrides, settings)
        app = read_app(credentials, no_overrides)
        settings = replace(settings, call_budget=min(settings.call_budget, MAX_CHECK_SECONDS))
        with KintoneClient(access, settings, request_timeout=REQUEST_TIMEOUT, policy=CHECK_RETRIES) as client:
            verify_credentials(client, app)
