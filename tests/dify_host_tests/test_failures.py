"""The texts of a failure for people and models, which depend on the name of the exception's class."""

import json

import pytest

from dify_host import DifyHost, PluginFailure
from tests.dify_host_tests.scripts import error

PASSED_ON = [
    "InvokeAuthorizationError",
    "InvokeBadRequestError",
    "InvokeConnectionError",
    "InvokeRateLimitError",
    "InvokeServerUnavailableError",
    "CredentialsValidateFailedError",
]
WRAPPED = [
    "KintoneError",
    "ValueError",
    "InvokeError",
    "InvokeBadRequestErrors",
    "ToolProviderCredentialValidationError",
]
LINE = "[GAIA_AP01] no such app 🍵"


def failed(host: DifyHost, kind: str) -> PluginFailure:
    """Return the failure of a tool that raises an exception of this name."""
    with pytest.raises(PluginFailure) as caught:
        host.invoke("script", {"script": [error(kind, LINE)]}, {})
    return caught.value


@pytest.mark.parametrize("kind", PASSED_ON)
def test_message_is_shown_without_additions_for_six_classes(shared: DifyHost, kind: str) -> None:
    """For six class names node, dialog and model get the plugin's message."""
    failure = failed(shared, kind)

    assert failure.workflow_view == failure.credential_view == LINE
    assert failure.agent_view == f"tool invoke error: {LINE}"


@pytest.mark.parametrize("kind", WRAPPED)
def test_message_is_wrapped_for_other_classes(shared: DifyHost, kind: str) -> None:
    """For other names the node refers to the author, and dialog and model get JSON with the traceback."""
    failure = failed(shared, kind)
    begin, _, told = failure.credential_view.partition(" PluginInvokeError: ")

    assert failure.workflow_view == (
        "An error occurred in the nobody/scripted/scripted, please contact the author of nobody/scripted/scripted "
        f"for help, error type: {kind}, error details: {LINE}"
    )
    assert begin.startswith("req_id: ")
    assert json.loads(told) == {"args": {"traceback": failure.traceback}, "error_type": kind, "message": LINE}
    assert told.endswith(f'"message":"{LINE}"}}')
    assert failure.agent_view == f"tool invoke error: {failure.credential_view}"


def test_failure_of_a_credential_names_the_plugin_too(shared: DifyHost) -> None:
    """The failure of a credential contains the plugin's name."""
    with pytest.raises(PluginFailure) as caught:
        shared.validate({"raise": "ValueError"})

    assert caught.value.plugin == "nobody/scripted/scripted"
