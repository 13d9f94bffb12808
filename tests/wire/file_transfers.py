"""Uploads and downloads through a plugin process: an app with attachment fields and Dify's file server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from local_kintone.storage.file_store import StoredFile
from tests.wire.plugin import credentials_of, running_plugin

FIELDS: dict[str, dict[str, Any]] = {
    "title": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "photos": {"type": "FILE", "label": "写真"},
    "others": {"type": "FILE", "label": "写真"},
    "rows": {"type": "SUBTABLE", "fields": {"scan": {"type": "FILE"}}},
}


class FileTransfers:
    """Uploads and downloads files through the plugin and reads what kintone stored."""

    def __init__(self, host: DifyHost, site: LocalKintone) -> None:
        """Create the app."""
        self.host = host
        self.site = site
        self.app = site.create_app("files", FIELDS)
        self.credentials = credentials_of(site, "view", "add", "edit", app=self.app)
        self._records = 0

    def reset(self) -> None:
        """Clear failures and the log of requests, once kintone has answered what a test before left behind."""
        self.site.clear_failures()
        while self.site.stats.running:
            time.sleep(0.01)
        self.site.reset()

    def upload(self, *files: dict[str, Any], **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
        """Upload files that Dify's file server offers."""
        return self._run("kintone_upload_file", {"upload_file": list(files), **parameters})

    def download(self, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
        """Download files."""
        return self._run("kintone_download_file", parameters)

    def refused_upload(self, *files: dict[str, Any], **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
        """Upload with an expected failure, whose message is one line without a link's signature."""
        return self._refused("kintone_upload_file", {"upload_file": list(files), **parameters})

    def refused_download(self, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
        """Download with an expected failure."""
        return self._refused("kintone_download_file", parameters)

    def new_record(self) -> str:
        """Add a record without files and return its id."""
        self._records += 1
        return str(self.site.add_records(self.app, [{"title": f"record {self._records}"}])[0])

    def record_with_files(
        self, *contents: bytes, name: str = "a.bin", mime_type: str = "application/octet-stream"
    ) -> str:
        """Add a record, upload these files to it and return its id."""
        record_id = self.new_record()
        files = [self.host.serve(name, content, mime_type) for content in contents]
        self.upload(*files, record_id=record_id, attachment_field="photos")
        self.reset()
        return record_id

    def record_with_stored_files(self, *files: tuple[str, str]) -> str:
        """Add a record with files of these names and MIME types in kintone's storage and return its id."""
        store = self.site.site.files
        value = []
        for name, mime_type in files:
            attached = store.attach(store.upload(name, mime_type, name.encode()), self.app)
            assert attached is not None
            value.append({"fileKey": attached[0], "name": name, "contentType": mime_type, "size": len(name.encode())})
        self._records += 1
        return str(self.site.add_records(self.app, [{"title": f"record {self._records}", "photos": value}])[0])

    def attached_names(self, record_id: str, field: str = "photos") -> list[str]:
        """Return the names of the files in a record's field."""
        record = next(each for each in self.site.records(self.app) if each["$id"]["value"] == record_id)
        return [file["name"] for file in record[field]["value"]]

    def stored_file(self, file_key: str) -> StoredFile:
        """Return the file that kintone stores under an upload key."""
        stored = self.site.site.files.get(file_key)
        assert stored is not None
        return stored

    def uploads_received(self) -> int:
        """Return how many complete uploads kintone received."""
        return sum(request.path.endswith("/file.json") for request in self.site.requests)

    def _run(self, tool: str, parameters: dict[str, Any]) -> Outcome:
        return self.host.invoke(tool, parameters, self.credentials, timeout=120)

    def _refused(self, tool: str, parameters: dict[str, Any]) -> PluginFailure:
        with pytest.raises(PluginFailure) as failed:
            self._run(tool, parameters)
        assert "\n" not in failed.value.message
        assert "sign=" not in failed.value.message
        return failed.value


@contextmanager
def running_file_transfers(**environment: str) -> Iterator[FileTransfers]:
    """Run a local kintone and the plugin."""
    with LocalKintone(seed="none") as site, running_plugin(site.origin, **environment) as host:
        yield FileTransfers(host, site)
