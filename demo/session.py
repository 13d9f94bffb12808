"""The plugin process with the demo's credential, and the checks that stop the demo if they fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo import screen
from dify_host import DifyHost, Outcome, PluginFailure

type Credentials = Mapping[str, str]


class DemoError(Exception):
    """A check of the demo failed."""


@dataclass(frozen=True)
class DemoSession:
    """The plugin as Dify runs it, with the demo's credential."""

    host: DifyHost
    credentials: Credentials

    def run(self, tool: str, parameters: dict[str, Any], *, show: bool = True) -> Outcome:
        """Run a tool and print what a user sees."""
        shown = {name: value["filename"] if isinstance(value, dict) else value for name, value in parameters.items()}
        screen.print_call(tool, shown)
        outcome = self.host.invoke(tool, parameters, self.credentials)
        if show:
            screen.print_result(outcome.text)
        return outcome

    def failure(self, tool: str, parameters: dict[str, Any]) -> PluginFailure:
        """Run a tool that must fail, and print the failure as in a workflow and for an agent."""
        screen.print_call(tool, parameters)
        try:
            self.host.invoke(tool, parameters, self.credentials)
        except PluginFailure as failure:
            screen.print_failure("the node of a workflow shows", failure.workflow_view)
            screen.print_failure("an agent reads", failure.agent_view)
            return failure
        raise DemoError(f"{tool} succeeded but should have failed")

    def rejected_credential(self, credentials: Credentials) -> PluginFailure:
        """Save a credential that must be refused, and print the message of the dialog."""
        try:
            self.host.validate(credentials)
        except PluginFailure as failure:
            screen.print_failure("the dialog shows", failure.credential_view)
            return failure
        raise DemoError("a credential was accepted that should have been refused")


def check_guides(session: DemoSession) -> None:
    """Run the two tools that tell how queries and records are written; their texts are too long to show."""
    for name in ("kintone_query_docs", "kintone_record_data_docs"):
        outcome = session.run(name, {}, show=False)
        check("the answer is text alone", holds="kintone_get_fields" in outcome.text and not outcome.variables)


def is_plugin_message(view: str, failure: PluginFailure) -> bool:
    """Tell whether a text is exactly the plugin's message, one line with a code."""
    return view == failure.message and failure.code != "" and "\n" not in view


def check(what: str, *, holds: bool) -> None:
    """Print a check that passed, or stop the demo.

    Raises:
        DemoError: The check failed.
    """
    if not holds:
        raise DemoError(f"this check failed: {what}")
    screen.print_check(what)
