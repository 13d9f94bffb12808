"""Everyday writing tasks of an agent, played call by call against the plugin process, and what kintone holds then."""

from collections.abc import Iterator

import pytest

from benchmarks.agent_tasks.inquiry_desk import credentials_for_writing, workflow_variables
from benchmarks.agent_tasks.player import WRITING, Transcript, transcripts
from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.agent_transcripts import known_before, only_settable, play
from tests.wire.plugin import Ports
from tests.wire.stored_changes import changes, snapshot

TRANSCRIPTS = transcripts(WRITING)


@pytest.fixture
def desk(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's apps as they are at the beginning."""
    with LocalKintone(seed="demo", port=ports.take()) as kintone:
        yield kintone


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)
def test_a_task_changes_exactly_what_was_meant(transcript: Transcript, host: DifyHost, desk: LocalKintone) -> None:
    """Every word of a call stands in what was read before; refused calls lead on; nothing else changes in kintone."""
    given = {"credentials": credentials_for_writing(desk), "variables": workflow_variables()}
    known, before = known_before(transcript), snapshot(desk)
    for call in transcript.calls:
        unchanged = snapshot(desk) if call.fails and not call.fault else None
        if call.fault:
            desk.fail(**call.fault)
        known = f"{known} {play(call, known, host, given)}"
        desk.clear_failures()
        assert unchanged is None or snapshot(desk) == unchanged

    assert only_settable(transcript)
    assert changes(before, snapshot(desk)) == list(transcript.changes)


def test_transcripts_are_complete() -> None:
    """Ten tasks and more are played; most change something, and each tool that writes is among them."""
    used = {call.tool for transcript in TRANSCRIPTS for call in transcript.calls if not call.fails}
    assert used >= {
        "kintone_add_record", "kintone_update_record", "kintone_upsert_records", "kintone_update_status",
        "kintone_add_record_comment", "kintone_delete_records", "kintone_upload_file",
    }  # fmt: skip
    assert sum(bool(transcript.changes) for transcript in TRANSCRIPTS) >= 10
    assert sum(bool(call.fails) for transcript in TRANSCRIPTS for call in transcript.calls) >= 5
