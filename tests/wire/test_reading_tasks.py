"""Everyday reading tasks of an agent, played call by call against the plugin process."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest

from benchmarks.agent_tasks.player import READING, Transcript, transcripts
from benchmarks.agent_tasks.sample_apps import create_apps, inquiry_records
from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.agent_transcripts import known_before, only_settable, play
from tests.wire.plugin import Ports

TRANSCRIPTS = transcripts(READING)


@pytest.fixture(scope="module")
def credentials(ports: Ports) -> Iterator[dict[str, str]]:
    """Run a local kintone with the apps of the tasks."""
    with LocalKintone(seed="none", port=ports.take()) as kintone:
        yield create_apps(kintone)


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)
def test_each_observation_holds_what_the_next_call_needs(
    transcript: Transcript, host: DifyHost, credentials: dict[str, str]
) -> None:
    """Every word of a call stands in the task, in the declarations or in an earlier observation."""
    known, read = known_before(transcript), 0
    for call in transcript.calls:
        seen = play(call, known, host, {"credentials": credentials})
        known, read = f"{known} {seen}", read + len(seen)

    assert read <= (transcript.max_characters or read)


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)
def test_a_model_can_set_every_parameter_of_a_transcript(transcript: Transcript) -> None:
    """A transcript uses no parameter that only the author of a workflow sets."""
    assert only_settable(transcript)
    assert not any(call.is_from_workflow for call in transcript.calls)


def test_transcripts_are_complete() -> None:
    """Ten tasks are played, each with its request and its calls; every call shows something that is needed."""
    assert len(TRANSCRIPTS) >= 10
    assert all(call.shows for transcript in TRANSCRIPTS for call in transcript.calls)
    assert len({transcript.task for transcript in TRANSCRIPTS}) == len(TRANSCRIPTS)


def test_answers_in_the_transcripts_are_those_of_the_records() -> None:
    """Counts and sums that the transcripts show are computed here from the records themselves."""
    records = list(inquiry_records())
    months = Counter(record["received"][:7] for record in records)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        for person in record["owner"] or [{"name": "", "code": ""}]:
            sums[person["code"] and f"{person['name']} ({person['code']})"] += Decimal(record["amount"] or 0)
    shown = {transcript.name: transcript.calls[-1].shows for transcript in TRANSCRIPTS}

    assert {f"{month} | {months[month]}" for month in ("2026-04", "2026-09")} < set(shown["03-count-by-month"])
    assert f"山田 恵 (yamada) | {sums['山田 恵 (yamada)'].normalize():f}" in shown["04-sum-by-person"]
    assert f'"" | {sums[""].normalize():f}' in shown["04-sum-by-person"]
    largest = sorted((Decimal(record["amount"] or 0) for record in records), reverse=True)
    assert {f"amount={largest[0]}", f"amount={largest[4]}"} < set(shown["05-top-five"])
    assert f"{sum(record['state'] == '完了' for record in records)} records" in shown["09-wrong-option"]
    without = [record["inquiry_no"] for record in records if not record["owner"] and not record["due"]]
    assert set(without) < set(shown["06-without-a-value"])
