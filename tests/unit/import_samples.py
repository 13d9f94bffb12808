"""Imports files of records into a kintone in this process, from a file store that may fail."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError, KintoneError
from kintone.messages import Message
from kintone.record_files import FileOptions
from kintone.record_import import ImportReport, Progress, RecordImport
from kintone.writing.removals import Removals
from kintone.writing.upserts import UpsertRequest
from tests.unit.in_process import InProcess

HEADER = "sku,name\n"
GONE = InvalidParameterError("records_file: the link is no longer valid")
BROKEN = InvalidParameterError("records_file: reading broke off")


@dataclass
class Store:
    """A file store with one file.

    ``before`` is called with the number of the opening and the chunk that is sent next, each from 1, and may raise.
    Before the chunk ``stalls_at`` the store sends nothing for ever.
    """

    content: bytes
    chunk: int = 500
    before: Callable[[int, int], object] = lambda _opening, _chunk: None
    stalls_at: int = 0
    opened: list[float] = field(default_factory=list)

    @contextmanager
    def open(self, deadline: Deadline) -> Iterator[Iterator[bytes]]:
        """Open the file; chunk 0 is the answer before any byte."""
        self.opened.append(deadline.remaining())
        number = len(self.opened)
        self.before(number, 0)
        yield self._chunks(number, deadline)

    def _chunks(self, opening: int, deadline: Deadline) -> Iterator[bytes]:
        for number, start in enumerate(range(0, len(self.content), self.chunk), start=1):
            self.before(opening, number)
            if number == self.stalls_at:
                deadline.wait(deadline.remaining())
            deadline.check(Message("reading the files from Dify"))
            yield self.content[start : start + self.chunk]


def lines(numbers: Iterable[int], name: str = "x") -> str:
    """Return lines with the keys A-1, A-2 and so on."""
    return "".join(f"A-{number},{name}{number}\n" for number in numbers)


def csv(count: int) -> bytes:
    """Return a file with this many records; record n is on line n + 1."""
    return (HEADER + lines(range(1, count + 1))).encode()


def import_file(  # noqa: PLR0913 - the settings of an import
    stock: InProcess,
    content: bytes | Store,
    *,
    check: bool = True,
    stop: bool = False,
    first: int = 1,
    update_key: str | None = "sku",
    progress: Progress | None = None,
    removals: Removals | None = None,
    **request: Any,  # noqa: ANN401 - the fields of an UpsertRequest
) -> ImportReport:
    """Import a file into the app."""
    store = content if isinstance(content, Store) else Store(content)
    form = stock.client.forms.with_precision(stock.client.forms.read(stock.app))
    options = FileOptions(form, ZoneInfo("UTC"), update_key=update_key, first_entry=first, rules=check)
    wanted = UpsertRequest(stock.app, [], form=form, **request)
    return RecordImport(stock.client, wanted, options, store.open).run(
        removals or Removals(), checks_first=check, stops_early=stop, progress=progress
    )


def failure(stock: InProcess, content: bytes | Store, **settings: Any) -> KintoneError:  # noqa: ANN401 - as above
    """Return the error of an import that fails."""
    with pytest.raises(KintoneError) as raised:
        import_file(stock, content, **settings)
    assert str(raised.value).startswith("[")
    return raised.value


def skus(stock: InProcess) -> list[str]:
    """Return the keys that are saved, by record id."""
    return stock.values("sku")


def keys(first: int, last: int) -> list[str]:
    """Return the keys of these records."""
    return [f"A-{number}" for number in range(first, last + 1)]


BULK = "POST bulkRequest"
UTF_8 = b"\xef\xbb\xbf"
WIDE = (HEADER + lines(range(1, 3001), "x" * 55)).encode()
"""More bytes than are read to tell what a file is; a chunk has eight lines."""
