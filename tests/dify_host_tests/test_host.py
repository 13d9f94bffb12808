"""Starting, calling and stopping a plugin."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dify_host import DifyHost, HostViolation, Message, PluginFailure, PluginStopped, PluginTimedOut
from tests.dify_host_tests.scripts import error, json, text


def test_manifest_and_tools_are_known_once_the_plugin_runs(scripted: DifyHost) -> None:
    """The manifest is the plugin's first frame; the tools come from its YAML."""
    assert scripted.manifest["name"] == "scripted"
    assert scripted.tools == ["script", "echo"]
    assert [line.message for line in scripted.logs] == ["Installed tool: script"]
    assert len(scripted.heartbeats) == 1
    assert scripted.heartbeat_gap > 0


def test_validate_returns_what_the_plugin_says(scripted: DifyHost) -> None:
    """A credential is accepted only when the plugin answers `result: true`."""
    assert scripted.validate({"good": True})
    assert not scripted.validate({})


def test_invoke_raises_what_the_plugin_raised(scripted: DifyHost) -> None:
    """An error frame becomes a PluginFailure with class name, sentence and traceback."""
    with pytest.raises(PluginFailure) as caught:
        scripted.invoke("script", {"script": [text("half"), error("KintoneError", "no such app")]}, {})

    assert (caught.value.error_type, caught.value.message) == ("KintoneError", "no such app")
    assert caught.value.traceback.startswith("Traceback")


def test_many_calls_share_one_process_when_threads_call_at_once(scripted: DifyHost) -> None:
    """Each of many concurrent calls gets only its own frames."""

    def say(number: int) -> str:
        return scripted.invoke("script", {"script": [text(f"{number}."), ("pause", 0.01), text(str(number))]}, {}).text

    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(say, range(60)))

    assert said == [f"{number}.{number}" for number in range(60)]


def test_invoke_gives_up_when_no_end_comes_in_time(scripted: DifyHost) -> None:
    """A call that does not end raises PluginTimedOut, and its later frames do not affect other calls."""
    with pytest.raises(PluginTimedOut):
        scripted.invoke("script", {"script": [("pause", 0.5), text("late")]}, {}, timeout=0.05)

    assert scripted.invoke("script", {"script": [("pause", 0.6), text("next")]}, {}).text == "next"
    assert scripted.violations == []


def test_stopped_call_goes_on_in_the_plugin(scripted: DifyHost) -> None:
    """The plugin is not informed that a call timed out, and continues its work."""
    done = ("frame", {"event": "log", "data": {"level": "INFO", "message": "written"}})
    with pytest.raises(PluginTimedOut):
        scripted.invoke("script", {"script": [("await_flag", "stopped"), done, ("raise_flag", "done")]}, {}, timeout=0)

    scripted.invoke("script", {"script": [("raise_flag", "stopped"), ("await_flag", "done")]}, {})

    assert scripted.logs[-1].message == "written"


def test_invoke_says_why_when_the_plugin_ends(scripted: DifyHost) -> None:
    """If the plugin exits, the call and all later calls fail with its exit status and last stderr lines."""
    with pytest.raises(PluginStopped, match=r"(?s)exit status 7.*going away"):
        scripted.invoke("script", {"script": [("exit", 7)]}, {})

    with pytest.raises(PluginStopped):
        scripted.invoke("script", {"script": []}, {})


def test_kill_fails_the_calls_under_way(scripted: DifyHost) -> None:
    """Killing the plugin raises PluginStopped in a call that waits for it."""
    threading.Timer(0.1, scripted.kill).start()

    with pytest.raises(PluginStopped):
        scripted.invoke("script", {"script": [("pause", 30)]}, {})


def test_start_fails_with_the_plugins_stderr_when_it_cannot_start(scripted_folder: Path) -> None:
    """If the plugin ends during the start, the error contains its stderr."""
    host = DifyHost(scripted_folder, environment={"SCRIPTED_START": "exit"})

    with pytest.raises(PluginStopped, match="no module named anything"):
        host.__enter__()


def test_start_fails_when_the_plugin_prints_before_its_manifest(scripted_folder: Path) -> None:
    """A print at import time is not a frame, and is reported."""
    host = DifyHost(scripted_folder, environment={"SCRIPTED_START": "stray"})

    with pytest.raises(HostViolation, match="hello from an import"):
        host.__enter__()


def test_environment_variable_is_taken_away_when_it_is_none(
    scripted_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plugin inherits the environment, and a value of None removes a variable from it."""
    monkeypatch.setenv("SCRIPTED_START", "exit")

    with DifyHost(scripted_folder, environment={"SCRIPTED_START": None}) as host:
        assert host.validate({"good": True})


def test_messages_are_handed_over_as_they_come_when_asked_for(scripted: DifyHost) -> None:
    """`on_message` sees each message before the call has ended."""
    seen: list[Message] = []

    scripted.invoke("script", {"script": [text("a"), json({"b": 1})]}, {}, on_message=seen.append)

    assert [(message.type, message.content) for message in seen] == [
        ("text", {"text": "a"}),
        ("json", {"json_object": {"b": 1}}),
    ]


def test_json_is_counted_but_not_kept_when_nobody_wants_it(scripted: DifyHost) -> None:
    """Without `keep_json` no JSON message is stored, small or large, but texts are."""
    large = {"records": ["x" * 100] * 1000}

    outcome = scripted.invoke("script", {"script": [json({"a": 1}), json(large), text("t")]}, {}, keep_json=False)

    assert (outcome.json, outcome.json_messages, outcome.text) == ([{"data": []}], 2, "t")
    assert [message.type for message in outcome.messages] == ["text"]
    assert outcome.longest_line > 100_000


def test_traffic_is_measured_for_each_call(scripted: DifyHost) -> None:
    """Lines, bytes, the longest line and the time to the first message are measured per call."""
    outcome = scripted.invoke("script", {"script": [("pause", 0.05), ("text_bytes", 5000), ("pause", 0.05)]}, {})

    assert outcome.lines == 2
    assert 5000 < outcome.longest_line < outcome.bytes
    assert outcome.first_message_after is not None
    assert 0.05 <= outcome.first_message_after < outcome.finished_after


def test_resources_grow_with_the_work_where_the_system_counts_them(scripted: DifyHost) -> None:
    """CPU seconds, memory and its peak are read from the plugin's process."""
    resources = scripted.resources
    if resources.cpu_seconds is None:
        pytest.skip("this system has no /proc")
    before = resources.memory_bytes

    scripted.invoke("script", {"script": [("text_bytes", 4_000_000)]}, {})

    assert before is not None
    assert resources.peak_memory_bytes is not None
    assert resources.peak_memory_bytes > before
    assert resources.cpu_seconds >= 0


def test_process_is_gone_when_the_block_ends(scripted_folder: Path) -> None:
    """Leaving the block kills a plugin that is still working."""
    with DifyHost(scripted_folder) as host:
        threading.Thread(target=_ignore_end, args=(host,)).start()
        time.sleep(0.1)
        stopped = host

    with pytest.raises(PluginStopped):
        stopped.invoke("script", {"script": []}, {})


def _ignore_end(host: DifyHost) -> None:
    with pytest.raises(PluginStopped):
        host.invoke("script", {"script": [("pause", 30)]}, {})
