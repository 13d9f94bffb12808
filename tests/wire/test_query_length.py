"""How many characters a model reads of twenty records, in the plugin process."""

from collections.abc import Iterator

import pytest

from benchmarks.characters import INQUIRIES, MAX_RATIO_TO_CSV, RECORDS, csv_with_codes, inquiries
from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with more inquiries than are read."""
    with LocalKintone(seed="none", port=ports.take()) as running:
        app = running.create_app("Inquiries", INQUIRIES)
        records = [inquiry.record for inquiry in inquiries()]
        running.add_records(app, [*records, *records])
        yield running


@pytest.mark.parametrize("mode", ["both", "text_only", "flattened_json", "json_stream"])
@pytest.mark.parametrize("query", ["limit 20", "order by $id asc offset 20"])
def test_records_take_hardly_more_characters_than_csv(
    host: DifyHost, site: LocalKintone, mode: str, query: str
) -> None:
    """The CSV has the codes once a record, the text also the IDs, the totals and how to read on."""
    parameters = {"query": query, "fields": list(INQUIRIES), "output_mode": mode}
    outcome = host.invoke("kintone_query", parameters, credentials_of(site, "view"))
    size = len(csv_with_codes(inquiry.texts for inquiry in inquiries()))

    assert outcome.variables["record_count"] == RECORDS
    assert len(outcome.agent_view) <= MAX_RATIO_TO_CSV * size
    texts = inquiries()[-1].texts
    line = next(line for line in outcome.text.splitlines() if f"受付番号={texts['受付番号']}" in line)
    assert [code for code in INQUIRIES if f"{code}={texts[code].replace('\n', ' ')}" not in line and texts[code]] == []
