"""The last step of `make package`, on the working copy: the plugin starts and refuses credentials as Dify expects."""

import sys

import pytest

from dify_host import PluginFailure
from scripts.difypkg.trial import TrialError, expect_refusal, start_locally, start_serverless
from tests.contract.agreed_names import TOOLS
from tests.wire.plugin import ROOT


def test_plugin_passes_the_trial() -> None:
    """Started either way, the provider and every tool refuse a credential in a line that Dify shows unchanged."""
    reported: list[str] = []

    start_locally(ROOT, sys.executable, reported.append)
    start_serverless(ROOT, sys.executable, reported.append)

    assert len(reported) == 2
    assert f"{len(TOOLS)} tools" in reported[0]


@pytest.mark.parametrize(
    "failure",
    [
        None,
        PluginFailure("InvokeBadRequestError", "[INTERNAL] a mistake of the plugin's own"),
        PluginFailure("InvokeBadRequestError", "no code at all"),
        PluginFailure("InvalidParameterError", "[INVALID_INPUT] Dify puts a frame around this class"),
    ],
)
def test_trial_when_the_plugin_does_not_refuse_as_it_should(failure: PluginFailure | None) -> None:
    """The trial fails for no failure, for an internal error, and for an error that Dify would show differently."""
    with pytest.raises(TrialError, match="saving"):
        expect_refusal(failure, "saving")
