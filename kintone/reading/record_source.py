"""The records of one app as one read asks for them, with an account of what was asked."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError, one_line
from kintone.messages import Message
from kintone.operations import Answer, Caller, Operation, Repeat
from kintone.reading.first_failure import FirstFailure
from kintone.reading.pages import Batch, Record, batch_of
from kintone.runtime import Workers

MOST_FIELDS = 1000
"""By request body; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records."""
PAGES_AT_ONCE = 4
SYSTEM_FIELDS = ("$id", "$revision")

_CUT_OFF = "Filter aborted because of too many search results"


class RecordSource:
    """Asks kintone for records; safe to share between threads.

    ``fields`` are the codes the caller asked for, each once; empty means all. ``$id`` is always asked for, since pages
    are told apart by it.
    """

    def __init__(self, caller: Caller, app: int, fields: Sequence[str]) -> None:
        """Raise ``InvalidParameterError`` for more fields than kintone takes."""
        self.fields = tuple(dict.fromkeys(fields))
        self.requests_made = 0
        self.warnings: list[str] = []
        self.reading = Message("reading records of app {app}", app=app)
        self.deadline = caller.deadline
        self._caller = caller
        self._app = app
        self._asked = list(dict.fromkeys([*self.fields, "$id"])) if self.fields else []
        self._lock = threading.Lock()
        if len(self._asked) > MOST_FIELDS:
            raise InvalidParameterError(
                "fields: {count} field codes ($id among them) are more than the {most:,} that kintone takes; "
                "name fewer, or leave fields blank for all",
                count=len(self._asked),
                most=MOST_FIELDS,
            )

    def fetch(self, query: str, *, counted: bool = False, only_ids: bool = False) -> Batch:
        """Read one page; ``counted`` asks for the number of all matches too, which costs kintone time."""
        parameters: dict[str, object] = self.selection(only_ids=only_ids)
        parameters["query"] = query
        if counted:
            parameters["totalCount"] = True
        answer = self.call("GET", "records", parameters, Repeat.READ)
        return batch_of(answer, self.reading)

    def fetch_all(self, queries: Sequence[str]) -> list[Batch]:
        """Read one page for each query, several at once, in their order; the first that fails ends the others."""
        if len(queries) == 1:
            return [self.fetch(queries[0])]
        with self.working():
            failure = FirstFailure(self.deadline)
            workers = self.workers(min(PAGES_AT_ONCE, len(queries)), "kintone-page")
            try:
                answers = [workers.submit(failure.guard, partial(self.fetch, query)) for query in queries]
                return [failure.told(answer.result) for answer in answers]
            finally:
                workers.shutdown(wait=False, cancel_futures=True)

    def selection(self, *, only_ids: bool = False) -> dict[str, object]:
        """Return the parameters that say which app and which fields."""
        fields = ["$id"] if only_ids else self._asked
        return {"app": self._app, "fields": fields} if fields else {"app": self._app}

    @contextmanager
    def working(self) -> Iterator[None]:
        """Read within the block: whatever still waits or runs at its end is cancelled."""
        with self._caller.deadline.within(self._caller.deadline.remaining()) as deadline:
            self.deadline = deadline
            try:
                yield
            finally:
                deadline.cancel()

    def workers(self, count: int, name: str) -> Workers:
        """Return threads for reading ahead."""
        return self.deadline.runtime.workers(count, name)

    def call(
        self,
        method: str,
        api: str,
        parameters: dict[str, object],
        repeat: Repeat,
        *,
        deadline: Deadline | None = None,
    ) -> Answer:
        """Ask, count the request and keep the warning that came with the answer."""
        with self._lock:
            self.requests_made += 1
        answer = self._caller.call(Operation(self.reading, method, api, parameters, repeat), deadline or self.deadline)
        if answer.warning:
            self.warn(_in_words(answer.warning))
        return answer

    def warn(self, sentence: str) -> None:
        """Keep a sentence for the reader, once."""
        with self._lock:
            if sentence not in self.warnings:
                self.warnings.append(sentence)

    def arrange(self, records: list[Record]) -> None:
        """Bring the fields of each record into the order that the caller asked for them.

        kintone answers in an order of its own, with ``$id``, which is asked for on our own account. What else comes
        unasked stays, behind the others.
        """
        if not self.fields:
            return
        unasked = [code for code in SYSTEM_FIELDS if code not in self.fields]
        for place, record in enumerate(records):
            if tuple(record) == self.fields:
                continue
            arranged = {code: record[code] for code in self.fields if code in record}
            records[place] = arranged | {code: content for code, content in record.items() if code not in unasked}


def _in_words(warning: str) -> str:
    if _CUT_OFF.lower() in warning.lower():
        return (
            "kintone stopped the search at 100,000 hits: the answer is partial; narrow the condition to get a whole one"
        )
    return f"kintone warns: {one_line(warning)}"
