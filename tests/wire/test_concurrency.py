"""Many parallel calls in one plugin process, each with its own credential, records and failures."""

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

PARALLEL_CALLS = 50
MAX_PARALLEL_REQUESTS = 10
SOAK_CALLS = int(os.environ.get("SOAK_CALLS", "200"))
MAX_GROWTH_BYTES = 6 * 1024 * 1024

type Work = Callable[[int], str | None]


class Tenant:
    """An app and a token of its own, and the calls to it."""

    def __init__(self, host: DifyHost, site: LocalKintone, number: int) -> None:
        """Create the app with ten records that contain its number."""
        self.host = host
        self.mark = f"tenant-{number}"
        fields: dict[str, dict[str, Any]] = {
            "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
            "mark": {"type": "SINGLE_LINE_TEXT"},
            "f": {"type": "FILE"},
        }
        self.app = site.create_app(self.mark, fields)
        site.add_records(self.app, [{"key": {"value": f"k{row}"}, "mark": {"value": self.mark}} for row in range(10)])
        self.credentials = credentials_of(site, "view", "add", "edit", app=self.app)

    def call(self, tool: str, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
        """Run a tool on this app."""
        return self.host.invoke(tool, parameters, self.credentials, timeout=120)

    def query(self, _: int) -> str | None:
        """Read all records; they must be of this app."""
        records = self.call("kintone_query", query='mark != ""').variables["records"]
        marks = {record["mark"]["value"] for record in records}
        return None if marks == {self.mark} and len(records) >= 10 else f"{self.mark} read {marks} ({len(records)})"

    def upsert(self, turn: int) -> str | None:
        """Update one record and insert none."""
        rows = [{"key": f"k{turn % 10}", "mark": self.mark}]
        counts = self.call("kintone_upsert_records", records_data=rows, update_key="key").variables["upsert_result"]
        return None if counts["updated"] == 1 else f"{self.mark} upserted {counts}"

    def file(self, turn: int) -> str | None:
        """Upload a file, attach it and download it again."""
        content = f"{self.mark} {turn}".encode() * 500
        source = self.host.serve(f"{self.mark}.txt", content, "text/plain")
        self.call("kintone_upload_file", upload_file=[source], record_id="1", attachment_field="f", file_mode="replace")
        files = self.call("kintone_download_file", record_id="1", attachment_field="f").files
        return None if [file.content for file in files] == [content] else f"{self.mark} got another file"

    def fail(self, _: int) -> str | None:
        """Query an unknown field; the message must name this app."""
        try:
            self.call("kintone_query", query=f'no_{self.app} = "x"')
        except PluginFailure as failure:
            is_expected = failure.message.startswith("[GAIA_IQ11]") and f"app {self.app} " in failure.message
            return None if is_expected else f"{self.mark} failed with {failure.message}"
        return f"{self.mark} did not fail"

    def run_turn(self, turn: int) -> str | None:
        """Run the call of this turn; returns what went wrong."""
        jobs: tuple[Work, ...] = (self.query, self.upsert, self.file, self.fail, self.query)
        return jobs[turn % len(jobs)](turn)


def run_in_parallel(tenants: list[Tenant], turns: int) -> list[str]:
    """Run all tenants in parallel, so many turns each; returns what went wrong."""
    errors: list[str] = []

    def run_tenant(tenant: Tenant, first: int) -> None:
        for turn in range(first, first + turns):
            try:
                error_text = tenant.run_turn(turn)
            except Exception as error:  # noqa: BLE001 - every failure counts
                error_text = f"{tenant.mark}: {error!r}"
            if error_text:
                errors.append(error_text)

    threads = [threading.Thread(target=run_tenant, args=(tenant, number)) for number, tenant in enumerate(tenants)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_tools_when_fifty_calls_run_in_parallel(host: DifyHost, site: LocalKintone) -> None:
    """All results are correct and of the right app, and the number of parallel requests stays limited."""
    site.reset()
    tenants = [Tenant(host, site, number) for number in range(PARALLEL_CALLS)]

    assert run_in_parallel(tenants, 3) == []
    assert site.stats.max_running <= MAX_PARALLEL_REQUESTS
    assert host.violations == []


@pytest.mark.time_limit(60 + SOAK_CALLS / 10)
def test_plugin_after_many_calls(host: DifyHost, site: LocalKintone) -> None:
    """After many calls memory and connections are as after a few, and no cursor is left."""
    tenants = [Tenant(host, site, number) for number in range(100, 110)]
    turns = max(1, SOAK_CALLS // len(tenants))
    assert run_in_parallel(tenants, max(10, turns // 4)) == []
    before, connections = host.resources.memory_bytes, site.stats.open_connections

    assert run_in_parallel(tenants, turns) == []

    after = host.resources.memory_bytes
    assert before is None or after is None or after - before < MAX_GROWTH_BYTES
    assert site.stats.live_cursors == 0
    assert site.stats.open_connections <= connections
