"""A Dify host for demo, tests and benchmarks: it runs a plugin like Dify's plugin daemon and applies Dify's rules."""

from dify_host.failures import HostViolation, ParametersRefused, PluginFailure, PluginStopped, PluginTimedOut
from dify_host.host import DifyHost
from dify_host.outcome import Message, Outcome, OutputFile
from dify_host.serverless import ServerlessHost
from dify_host.templates import rendered

__all__ = [
    "DifyHost",
    "HostViolation",
    "Message",
    "Outcome",
    "OutputFile",
    "ParametersRefused",
    "PluginFailure",
    "PluginStopped",
    "PluginTimedOut",
    "ServerlessHost",
    "rendered",
]
