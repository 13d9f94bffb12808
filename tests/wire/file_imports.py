"""Imports of files through the plugin process, for its tests."""

import re
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

TOOL = "kintone_upsert_records"
SIGNATURE = re.compile(r"sign=|nonce=|timestamp=")
MIB = 1024 * 1024
FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True, "label": "商品コード"},
    "name": {"type": "SINGLE_LINE_TEXT", "label": "品名"},
    "memo": {"type": "MULTI_LINE_TEXT", "label": "メモ"},
    "moment": {"type": "DATETIME", "label": "日時"},
    "day": {"type": "DATE", "label": "日"},
    "tags": {"type": "CHECK_BOX", "label": "種別", "options": ["A", "B", "C"]},
    "files": {"type": "FILE", "label": "添付"},
    "lines": {
        "type": "SUBTABLE",
        "label": "明細",
        "fields": {"item": {"type": "SINGLE_LINE_TEXT", "label": "品目"}, "qty": {"type": "NUMBER", "label": "数量"}},
    },
}


class Imports:
    """An app, and files that Dify passes."""

    def __init__(self, host: DifyHost, site: LocalKintone) -> None:
        """Create the app."""
        self.host = host
        self.site = site
        self.app = site.create_app("imports", FORM)
        self.credentials = credentials_of(site, "view", "add", "edit", app=self.app)

    def file(self, content: Any, name: str = "records.csv", **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as served
        """Serve a file; a text is one in UTF-8."""
        return self.host.serve(name, content.encode() if isinstance(content, str) else content, "text/csv", **options)

    def run(self, file: object, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
        """Import a file."""
        given = {"records_file": file, **parameters}
        return self.host.invoke(TOOL, given, self.credentials, timeout=60)

    def refused(self, file: object, **parameters: Any) -> str:  # noqa: ANN401 - as Dify has it
        """Return the message of an import that fails; it shows nothing of the link's signature."""
        with pytest.raises(PluginFailure) as failed:
            self.run(file, **parameters)
        message = failed.value.message
        assert "\n" not in message
        assert not SIGNATURE.search(message)
        return message

    @property
    def records(self) -> list[dict[str, Any]]:
        """The saved records, by id."""
        return self.site.records(self.app)

    def values(self, code: str) -> list[Any]:
        """The saved values of a field."""
        return [record[code]["value"] for record in self.records]
