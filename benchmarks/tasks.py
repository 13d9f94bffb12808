"""What a plain program is asked to do."""

from collections.abc import Callable
from dataclasses import dataclass

TIMEOUT = 120.0
"""Seconds for one request of a plain program."""

type OnPage = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One task; it travels to the program as JSON.

    Attributes:
        url: Scheme, host and port of kintone.
        app: The app.
        token: An API token of the app.
        fields: Field codes to read; none means all.
        entries: How many entries to write.
        prefix: What the keys of the written entries begin with.
        source: URL of the file to upload.
        file_key: Key of the file to download.
    """

    url: str
    app: int
    token: str
    fields: tuple[str, ...] = ()
    entries: int = 0
    prefix: str = ""
    source: str = ""
    file_key: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The header that proves who asks."""
        return {"X-Cybozu-API-Token": self.token}

    def address(self, api: str) -> str:
        """Return the URL of an API."""
        return f"{self.url}/k/v1/{api}.json"
