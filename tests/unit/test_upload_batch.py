"""Several files at once: what is raised when one of them fails."""

from collections.abc import Callable
from typing import cast

import pytest

from kintone.deadline import Deadline
from kintone.execution import Execution
from kintone.files import FilesApi
from tests.unit.resolver_double import use_names
from tools.dify_files.source import DifyFile, SourceLimits
from tools.uploads import UploadBatch


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    use_names(monkeypatch)


class Api:
    """Uploads a file as it is told to."""

    def __init__(self, upload: Callable[[str], str]) -> None:
        """Keep what becomes of a file, by its name."""
        self._upload = upload

    def upload(self, _open: object, name: str, _mime_type: str, _deadline: Deadline) -> str:
        """Return the key, or raise."""
        return self._upload(name)


def run(upload: Callable[[str], str], *names: str) -> None:
    """Upload files of these names."""
    files = [DifyFile(f"https://public.example/{name}", name, "text/plain", 1) for name in names]
    with Deadline(60) as deadline:
        limits = SourceLimits(1.0, 10, cast("Execution", None), deadline)
        UploadBatch(cast("FilesApi", Api(upload)), files, limits).run()


def test_a_mistake_of_the_program_is_raised_as_it_is() -> None:
    """It has no sentence that could be added to."""

    def stumble(_name: str) -> str:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run(stumble, "a", "b")
