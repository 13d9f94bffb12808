"""Upload of several files: the error that is raised when one of them fails."""

from collections.abc import Callable
from typing import cast

import pytest

from kintone.deadline import Deadline
from kintone.execution import Execution
from kintone.files import FilesApi
from tests.unit.fake_resolver import use_names
from tools.dify_files.source import DifyFile, SourceLimits
from tools.uploads import UploadBatch


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    use_names(monkeypatch)


class FakeFilesApi:
    """Uploads a file by calling a function."""

    def __init__(self, upload: Callable[[str], str]) -> None:
        """Keep the function that gets the file's name and returns its key or raises."""
        self._upload = upload

    def upload(self, _open: object, name: str, _mime_type: str, _deadline: Deadline) -> str:
        """Return the key, or raise the error."""
        return self._upload(name)


def run(upload: Callable[[str], str], *names: str) -> None:
    """Upload files with these names."""
    files = [DifyFile(f"https://public.example/{name}", name, "text/plain", 1) for name in names]
    with Deadline(60) as deadline:
        limits = SourceLimits(1.0, 10, cast("Execution", None), deadline)
        UploadBatch(cast("FilesApi", FakeFilesApi(upload)), files, limits).run()


def test_an_unexpected_error_is_raised_unchanged() -> None:
    """Only a KintoneError gets the file added to its message."""

    def fail(_name: str) -> str:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run(fail, "a", "b")
