"""The plugin through the protocol that Dify speaks with it."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Self

from benchmarks.meter import Meter, Usage
from benchmarks.server import ROOT, KintoneServer, Target
from dify_host import DifyHost, Outcome


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a tool: what the tool node has afterwards, and what the plugin process used."""

    outcome: Outcome
    usage: Usage


class Plugin:
    """One plugin process, warmed up by one small call; idle is what it is after that call."""

    def __init__(self, host: DifyHost, server: KintoneServer, small: Target) -> None:
        """Warm up a started plugin on a small app."""
        self.host = host
        self._server = server
        self.call("kintone_query", {"query": "limit 1"}, small)
        self._meter = Meter(host.pid)

    def call(self, tool: str, parameters: dict[str, Any], target: Target) -> Outcome:
        """Run a tool on an app."""
        credentials = {
            "kintone_domain": self._server.url,
            "kintone_app_id": str(target.app),
            "kintone_api_token": target.token,
        }
        # Parsing tens of megabytes of JSON in the host would take the processor from the plugin.
        return self.host.invoke(tool, parameters, credentials, keep_json=False)

    def measured(self, tool: str, parameters: dict[str, Any], target: Target) -> Called:
        """Run a tool and return what it used; how much it moved is for the caller to read in its answer."""
        self._server.reset()
        self._meter.start()
        outcome = self.call(tool, parameters, target)
        usage = replace(self._meter.stop(0), first_page=outcome.first_message_after)
        return Called(outcome, usage)


class Plugins:
    """A plugin process for each kind of work, so that one leaves nothing behind in the memory of another."""

    def __init__(self, server: KintoneServer, small: Target) -> None:
        """Prepare; each process starts when it is first needed."""
        self._server = server
        self._small = small
        self._running: dict[str, Plugin] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Keep the processes for this block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all of them."""
        self._stack.close()

    def of(self, work: str) -> Plugin:
        """Return the process for this kind of work."""
        if work not in self._running:
            environment = {**self._server.environment, "KINTONE_ALLOWED_ORIGINS": self._server.url}
            host = self._stack.enter_context(DifyHost(ROOT, environment=environment))
            self._running[work] = Plugin(host, self._server, self._small)
        return self._running[work]

    @property
    def heartbeat_gap(self) -> float:
        """The longest time in seconds that any of them let pass without a heartbeat."""
        return max((plugin.host.heartbeat_gap for plugin in self._running.values()), default=0.0)
