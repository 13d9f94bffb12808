"""Rules of Dify that a plugin can break, with accepted and refused input."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dify_host import DifyHost, HostViolation
from dify_host.limits import LINE_BYTES
from tests.dify_host_tests.scripts import Step, message, text, variable


def test_line_is_taken_when_it_is_as_long_as_the_limit(scripted: DifyHost) -> None:
    """A line just under Dify's limit is accepted."""
    room = LINE_BYTES - 300

    assert len(scripted.invoke("script", {"script": [("text_bytes", room)]}, {}).text) == room


def test_longer_line_kills_the_plugin_and_every_call(scripted: DifyHost) -> None:
    """After a line over the limit, the call that sent it, the other running calls and all later calls fail."""
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(scripted.invoke, "script", {"script": [("pause", 30)]}, {})
        with pytest.raises(HostViolation, match="5242880"):
            scripted.invoke("script", {"script": [("pause", 0.2), ("text_bytes", LINE_BYTES)]}, {})
        with pytest.raises(HostViolation, match="5242880"):
            other.result()

    with pytest.raises(HostViolation, match="5242880"):
        scripted.invoke("script", {"script": []}, {})
    assert len(scripted.violations) == 1


@pytest.mark.parametrize(("size", "refused"), [(LINE_BYTES, False), (LINE_BYTES + 1, True)])
def test_limit_of_a_line_counts_its_end(scripted: DifyHost, size: int, *, refused: bool) -> None:
    """A line of exactly the limit, including its line end, is only a stray line; with one more byte Dify kills."""
    with pytest.raises(HostViolation) as caught:
        scripted.invoke("script", {"script": [("line_bytes", size)]}, {})

    assert ("Dify kills the plugin" in str(caught.value)) is refused


@pytest.mark.parametrize(
    "stray",
    ["reading record 12\n", "progress: 10 % ", "null\n", '{"event":"session","session_id":"x","data":NaN}\n'],
)
def test_stray_output_is_refused(scripted: DifyHost, stray: str) -> None:
    """A line on stdout that is not a frame fails the running call, also if it is joined to the next frame."""
    with pytest.raises(HostViolation):
        scripted.invoke("script", {"script": [("raw", stray), text("after")]}, {})

    assert len(scripted.violations) == 1
    assert scripted.invoke("script", {"script": [text("still alive")]}, {}).text == "still alive"


def test_blank_lines_are_no_violation(scripted: DifyHost) -> None:
    """The SDK ends each frame with an empty line."""
    assert scripted.invoke("script", {"script": [("raw", "\n\n"), text("a")]}, {}).text == "a"


def test_stray_line_outside_every_call_is_raised_at_the_end(scripted_folder: Path) -> None:
    """A stray line without a running call is raised at the end of the block."""
    late = [("session", {"type": "end", "data": {}}), ("pause", 0.1), ("raw", "too late\n")]

    with pytest.raises(HostViolation, match="too late"), DifyHost(scripted_folder) as host:
        _wait_for_violation(host, late)


def _wait_for_violation(host: DifyHost, script: list[Step]) -> None:
    host.invoke("script", {"script": script}, {})
    for _ in range(200):
        if host.violations:
            return
        time.sleep(0.05)


@pytest.mark.parametrize("event", ["error", "telegram"])
def test_unknown_event_is_refused(scripted: DifyHost, event: str) -> None:
    """An unknown frame is a violation, and so is the SDK's error frame for a request."""
    with pytest.raises(HostViolation, match=event):
        scripted.invoke("script", {"script": [("frame", {"event": event})]}, {})


@pytest.mark.parametrize("name", ["text", "json", "files"])
def test_reserved_variable_is_refused(scripted: DifyHost, name: str) -> None:
    """Dify's own outputs cannot be overwritten by a variable."""
    with pytest.raises(HostViolation, match=f"'{name}' is reserved"):
        scripted.invoke("script", {"script": [variable(name, 1)]}, {})


def test_variable_without_a_name_is_refused(scripted: DifyHost) -> None:
    """A variable must have a name."""
    with pytest.raises(HostViolation, match="without a name"):
        scripted.invoke("script", {"script": [message("variable", {"variable_value": 1})]}, {})


def test_stream_variable_is_refused_when_it_is_no_text(scripted: DifyHost) -> None:
    """A stream variable must be a text."""
    with pytest.raises(HostViolation, match="must be a string"):
        scripted.invoke("script", {"script": [variable("part", 1, stream=True)]}, {})


@pytest.mark.parametrize("kind", ["file", "blob", "carrier_pigeon"])
def test_message_is_refused_when_a_plugin_cannot_send_its_type(scripted: DifyHost, kind: str) -> None:
    """Types that only Dify uses, and unknown types, are refused."""
    with pytest.raises(HostViolation, match=kind):
        scripted.invoke("script", {"script": [message(kind, {})]}, {})


def test_text_message_is_refused_when_it_has_no_text(scripted: DifyHost) -> None:
    """A text message must contain a text."""
    with pytest.raises(HostViolation, match="without text"):
        scripted.invoke("script", {"script": [message("text", {"text": 1})]}, {})


def test_call_back_into_dify_is_refused(scripted: DifyHost) -> None:
    """A plugin without permissions must not invoke Dify."""
    with pytest.raises(HostViolation, match="permission"):
        scripted.invoke("script", {"script": [("session", {"type": "invoke", "data": {}})]}, {})
