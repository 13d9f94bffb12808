"""Running tools and saving credentials in the plugin process, and searching everything that comes out for secrets."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dify_host import DifyHost, PluginFailure
from tests.contract.agreed_names import network_parameters_of
from tests.wire.leak_cases import CALLS, CONTENT, FILE_PLACEHOLDER, TOKEN, ToolCall, pieces_in

PARALLEL_CALLS = 8


def output_of(host: DifyHost, call: ToolCall, stored: Mapping[str, Any]) -> str:
    """Run a tool and return everything that is sent to Dify except the contents of files."""
    parameters = {**({"request_timeout": 1} if network_parameters_of(call.tool) else {}), **call.parameters}
    for name, content in (("upload_file", b"content"), ("records_file", f"sku,name\n{CONTENT},x\n".encode())):
        if parameters.get(name) == FILE_PLACEHOLDER:
            parameters[name] = [host.serve(f"{CONTENT}.txt", content, "text/plain")]
    try:
        outcome = host.invoke(call.tool, parameters, stored, timeout=60)
    except PluginFailure as failed:
        return f"{failed.error_type} {failed.message} {failed.traceback}"
    files = [(file.name, file.mime_type) for file in outcome.files]
    return repr([(message.type, message.content, message.meta) for message in outcome.messages]) + repr(files)


def outputs_of(host: DifyHost, stored: Mapping[str, Any], calls: Iterable[ToolCall] = CALLS) -> dict[str, str]:
    """Run calls in parallel; returns the output of each, and what the process writes as "log" and "stderr"."""
    calls, logged, written = list(calls), len(host.logs), len(host.stderr)
    with ThreadPoolExecutor(PARALLEL_CALLS) as threads:
        answers = list(threads.map(lambda call: output_of(host, call, stored), calls))
    outputs = {f"{call.tool} {str(call.parameters)[:80]}": answer for call, answer in zip(calls, answers, strict=True)}
    assert all(answers)
    return {**outputs, "log": repr(host.logs[logged:]), "stderr": "\n".join(host.stderr[written:])}


def find_leaks(outputs: Mapping[str, str], secret: str = TOKEN) -> dict[str, list[str]]:
    """Return the places that contain pieces of a secret."""
    return {place: found for place, text in outputs.items() if (found := pieces_in(text, secret))}


def validation_output(host: DifyHost, stored: Mapping[str, Any]) -> str:
    """Return everything that is sent to Dify when a credential is saved."""
    try:
        return f"accepted: {host.validate(stored, timeout=60)}"
    except PluginFailure as refused:
        return f"{refused.error_type} {refused.message} {refused.traceback}"
