"""Many calls at once through one plugin process, each with its own credential, records and failures."""

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

CALLS_AT_ONCE = 50
MOST_REQUESTS_AT_ONCE = 10
SOAK_CALLS = int(os.environ.get("SOAK_CALLS", "200"))
GROWTH_ALLOWED = 6 * 1024 * 1024

type Work = Callable[[int], str | None]


class Tenant:
    """An app of its own with a token of its own, and the calls that can be made of it."""

    def __init__(self, host: DifyHost, site: LocalKintone, number: int) -> None:
        """Make the app and give it ten records that carry its number."""
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
        """Read all records; only this app's may come."""
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
        """Fail by an unknown field; the message must speak of this app."""
        try:
            self.call("kintone_query", query=f'no_{self.app} = "x"')
        except PluginFailure as failure:
            right = failure.message.startswith("[GAIA_IQ11]") and f"app {self.app} " in failure.message
            return None if right else f"{self.mark} failed with {failure.message}"
        return f"{self.mark} did not fail"

    def work(self, turn: int) -> str | None:
        """Do what is due in this turn; return what went wrong."""
        jobs: tuple[Work, ...] = (self.query, self.upsert, self.file, self.fail, self.query)
        return jobs[turn % len(jobs)](turn)


def together(tenants: list[Tenant], turns: int) -> list[str]:
    """Let all tenants work at once, so many turns each; return what went wrong."""
    wrong: list[str] = []

    def live(tenant: Tenant, first: int) -> None:
        for turn in range(first, first + turns):
            try:
                mistake = tenant.work(turn)
            except Exception as error:  # noqa: BLE001 - every failure counts
                mistake = f"{tenant.mark}: {error!r}"
            if mistake:
                wrong.append(mistake)

    threads = [threading.Thread(target=live, args=(tenant, number)) for number, tenant in enumerate(tenants)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_tools_when_fifty_calls_run_at_once(host: DifyHost, site: LocalKintone) -> None:
    """Queries, writes, files and failing calls at once: all correct, nothing crossed, requests bounded."""
    site.reset()
    tenants = [Tenant(host, site, number) for number in range(CALLS_AT_ONCE)]

    assert together(tenants, 3) == []
    assert site.stats.max_running <= MOST_REQUESTS_AT_ONCE
    assert host.violations == []


@pytest.mark.time_limit(60 + SOAK_CALLS / 10)
def test_plugin_when_soaked(host: DifyHost, site: LocalKintone) -> None:
    """After many calls memory and connections are where they were after a few, and no cursor is left."""
    tenants = [Tenant(host, site, number) for number in range(100, 110)]
    turns = max(1, SOAK_CALLS // len(tenants))
    assert together(tenants, max(10, turns // 4)) == []
    before, connections = host.resources.memory_bytes, site.stats.open_connections

    assert together(tenants, turns) == []

    after = host.resources.memory_bytes
    assert before is None or after is None or after - before < GROWTH_ALLOWED
    assert site.stats.live_cursors == 0
    assert site.stats.open_connections <= connections
