"""Who plays: the plugin process, the kintone it asks, and the checks that end the demo when something is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo import screen
from dify_host import DifyHost, Outcome, PluginFailure

type Credentials = Mapping[str, str]


class DemoError(Exception):
    """Something did not come out as the demo promises."""


@dataclass(frozen=True)
class Stage:
    """The plugin as Dify runs it, with the credential of the demo."""

    host: DifyHost
    credentials: Credentials

    def run(self, tool: str, parameters: dict[str, Any], *, show: bool = True) -> Outcome:
        """Run a tool and show what a user sees."""
        shown = {name: value["filename"] if isinstance(value, dict) else value for name, value in parameters.items()}
        screen.asked(tool, shown)
        outcome = self.host.invoke(tool, parameters, self.credentials)
        if show:
            screen.answered(outcome.text)
        return outcome

    def failure(self, tool: str, parameters: dict[str, Any]) -> PluginFailure:
        """Run a tool that must fail, and show the failure as a workflow and as an agent has it."""
        screen.asked(tool, parameters)
        try:
            self.host.invoke(tool, parameters, self.credentials)
        except PluginFailure as failure:
            screen.failed("the node of a workflow shows", failure.workflow_view)
            screen.failed("an agent reads", failure.agent_view)
            return failure
        raise DemoError(f"{tool} succeeded, and should have failed")

    def refusal(self, credentials: Credentials) -> PluginFailure:
        """Save a credential that must be refused, and show the sentence of the dialog."""
        try:
            self.host.validate(credentials)
        except PluginFailure as failure:
            screen.failed("the dialog shows", failure.credential_view)
            return failure
        raise DemoError("a credential was accepted that should have been refused")


def is_bare(view: str, failure: PluginFailure) -> bool:
    """Tell whether somebody reads the plugin's own line, which begins with a code, and nothing around it."""
    return view == failure.message and failure.code != "" and "\n" not in view


def check(what: str, *, holds: bool) -> None:
    """Say that something was checked, or end the demo."""
    if not holds:
        raise DemoError(f"this does not hold: {what}")
    screen.proved(what)
