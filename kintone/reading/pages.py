"""Pages of records: requesting them from kintone and checking its answers."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from kintone import api, limits
from kintone.api import Answer, Request, RequestSender
from kintone.deadline import Deadline
from kintone.errors import CancelledError, InvalidParameterError, KintoneError, UnknownResponseError, one_line
from kintone.field_types import RECORD_ID, REVISION, SHOWN_AS_TEXT, is_table, is_value
from kintone.messages import Message
from kintone.reading.answer_json import as_written
from kintone.replies import misshapen, name_in_answer, number_text
from kintone.runtime import Workers

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Records for the caller, in order; ``number`` counts pages from 1, ``ids`` are those of ``records``."""

    number: int
    records: Sequence[Record] = field(repr=False)
    ids: list[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RawPage:
    """One answer of kintone: records, their ids, and the number of all matches where it was requested."""

    records: Sequence[Record] = field(repr=False)
    ids: list[int] = field(repr=False)
    total: int | None = None

    def part(self, start: int, end: int | None = None) -> "RawPage":
        """Return the page with a slice of its records."""
        return RawPage(self.records[start:end], self.ids[start:end], self.total)

    def is_last(self, size: int) -> bool:
        """Tell whether no record follows, where ``size`` records were requested.

        Only a page with fewer records proves that; kintone's count of all matches may be wrong.
        """
        return len(self.ids) < size


# Checking kintone's answer


def raw_page_of(answer: Answer, description: Message, *, keeps_json: bool = False) -> RawPage:
    """Check an answer and return its page; raises ``UnknownResponseError`` that begins with ``description``.

    With ``keeps_json`` the page holds the records as the JSON that kintone wrote, where they need no change.
    """
    body = answer.body
    records = body.get("records")
    if not isinstance(records, list):
        raise misshapen(description, Message("records of the answer"), records)
    if len(records) > limits.MAX_RECORDS_PER_READ:
        raise misshapen(description, Message("the number of records"), Message("{count}", count=len(records)))
    ids: list[int] = []
    for record in records:
        record_id = _id_of(record)
        if not record_id:
            raise _misshapen(record, Message("entry {place}", place=len(ids) + 1), description)
        ids.append(record_id)
    if len(set(ids)) != len(ids):
        raise misshapen(description, Message("the number of records"), Message("more than that of their ids"))
    raw_total = body.get("totalCount")
    total = count_of(raw_total)
    if total is None and raw_total is not None:
        raise misshapen(description, Message("totalCount of the answer"), raw_total)
    return RawPage(as_written(answer.content, body) if keeps_json else records, ids, total)


def checked_id(record: object, part: Message, description: Message) -> int:
    """Return the id of a record after checking all its fields; raises ``UnknownResponseError``."""
    record_id = _id_of(record)
    if not record_id:
        raise _misshapen(record, part, description)
    return record_id


def _id_of(record: Any) -> int:  # noqa: ANN401 - any value that JSON can hold
    """Return the id of a record, 0 where a field does not have the shape of a field.

    Fields are objects with ``type`` and ``value``, rows of tables hold such objects in their ``value``:
    https://cybozu.dev/ja/kintone/docs/overview/field-types. Every value of every record is checked, so this is plain
    code: a pydantic model would take as long as decoding the JSON.
    """
    try:
        for content in record.values():
            if not (content["value"].__class__ is str and content["type"] in SHOWN_AS_TEXT) and not _is_field(content):
                return 0
        return count_of(record[RECORD_ID]["value"]) or 0
    except (AttributeError, IndexError, KeyError, TypeError):
        return 0


def _misshapen(record: object, part: Message, description: Message) -> UnknownResponseError:
    if not isinstance(record, dict):
        return misshapen(description, part, record)
    for code, content in record.items():
        if not _is_field(content):
            return misshapen(
                description, Message("the field {code} of {part}", code=name_in_answer(code), part=part), content
            )
    return misshapen(description, Message("$id of {part}", part=part), record.get(RECORD_ID))


def _is_field(content: object) -> bool:
    try:
        name, value = content["type"], content["value"]  # type: ignore[index]
        return isinstance(name, str) and is_value(name, value) and (not is_table(name) or all(map(_is_row, value)))
    except (KeyError, TypeError, AttributeError, IndexError):
        return False


def _is_row(row: dict[str, Any]) -> bool:
    return number_text(row["id"]) is not None and all(map(_is_field, row["value"].values()))


def count_of(value: object) -> int | None:
    """Return a count, which kintone writes as a text; None for a value that is not a count."""
    text = number_text(value)
    return None if text is None else int(text)


# Requesting pages


class FirstFailure:
    """Keeps the first failure of several reads that share a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        """Start without a failure; the first one cancels ``deadline``."""
        self._deadline = deadline
        self._error: KintoneError | None = None

    def guard[Result](self, read: Callable[[], Result]) -> Result:
        """Call ``read``; a failure cancels the other reads."""
        try:
            return read()
        except KintoneError as error:
            if self._error is None:
                self._error = error
            self._deadline.cancel()
            raise

    def result_of[Result](self, result: Callable[[], Result]) -> Result:
        """Return the result of a read; where it was cancelled, raise the failure that cancelled it."""
        try:
            return result()
        except CancelledError:
            if self._error is not None:
                raise self._error from None
            raise


MAX_PARALLEL_PAGES = 4
SYSTEM_FIELDS = (RECORD_ID, REVISION)

_SEARCH_ABORTED = "Filter aborted because of too many search results"


class RecordSource:
    """Requests records from kintone; safe to share between threads.

    ``fields`` are the codes that the caller asked for, each once; none means all. ``$id`` is always requested, since
    reading needs it. ``is_partial`` says that kintone stopped a search, so that more may match than it tells.
    With ``keeps_json`` pages hold the records as ``JsonRecords`` where they can.
    """

    def __init__(self, caller: RequestSender, app: int, fields: Sequence[str], *, keeps_json: bool = False) -> None:
        """Read through a caller; raises ``InvalidParameterError`` for more fields than kintone takes."""
        self.fields = tuple(dict.fromkeys(fields))
        self.requests_made = 0
        self.warnings: list[str] = []
        self.is_partial = False
        self.description = Message("reading records of app {app}", app=app)
        self.deadline = self._whole_deadline = caller.deadline
        self._caller = caller
        self._app = app
        # Fields in another order than the caller's have to be written anew.
        self._keeps_json = keeps_json and not fields
        self._requested_fields = list(dict.fromkeys([*self.fields, RECORD_ID])) if self.fields else []
        self._lock = threading.Lock()
        if len(self._requested_fields) > limits.MAX_FIELDS_IN_BODY:
            raise InvalidParameterError(
                "fields: {count} field codes ($id among them) are more than the {maximum:,} that kintone takes; "
                "name fewer, or leave fields blank for all",
                count=len(self._requested_fields),
                maximum=limits.MAX_FIELDS_IN_BODY,
            )

    def fetch(self, query: str, *, counted: bool = False, only_ids: bool = False) -> RawPage:
        """Read one page; ``counted`` also requests the number of all matches, which costs kintone time."""
        parameters: dict[str, object] = self.selection(only_ids=only_ids)
        parameters["query"] = query
        if counted:
            parameters["totalCount"] = True
        return self.page_of(self.call(api.get_records(self.description, parameters)))

    def page_of(self, answer: Answer) -> RawPage:
        """Check an answer and return its page; raises ``UnknownResponseError``."""
        return raw_page_of(answer, self.description, keeps_json=self._keeps_json)

    def fetch_all(self, queries: Sequence[str]) -> list[RawPage]:
        """Read one page for each query, several at once; return them in order. The first failure cancels the others.

        Raises ``UnknownResponseError`` where a page lacks records that kintone counts, also when it is asked again: a
        record that is taken for missing would be written as a new one.
        """
        if len(queries) == 1:
            return [self._fetch_whole(queries[0])]
        with self.working():
            failure = FirstFailure(self.deadline)
            workers = self.workers(min(MAX_PARALLEL_PAGES, len(queries)), "kintone-page")
            try:
                answers = [workers.submit(failure.guard, partial(self._fetch_whole, query)) for query in queries]
                return [failure.result_of(answer.result) for answer in answers]
            finally:
                workers.shutdown(wait=False, cancel_futures=True)

    def _fetch_whole(self, query: str) -> RawPage:
        for _ in range(2):
            page = self.fetch(query, counted=True)
            counted = min(page.total or 0, limits.MAX_RECORDS_PER_READ)
            if len(page.ids) >= counted:
                return page
        found = Message("{count} of {counted} that are counted", count=len(page.ids), counted=counted)
        raise misshapen(self.description, Message("the number of records"), found)

    def selection(self, *, only_ids: bool = False) -> dict[str, object]:
        """Return the parameters ``app`` and ``fields`` of a request."""
        fields = [RECORD_ID] if only_ids else self._requested_fields
        return {"app": self._app, "fields": fields} if fields else {"app": self._app}

    def end_within(self, deadline: Deadline) -> None:
        """Read within a part of the call's time; several pages at once do too."""
        self.deadline = self._whole_deadline = deadline

    @contextmanager
    def working(self) -> Iterator[None]:
        """Enter a block in which to read; requests that still wait or run at its end are cancelled."""
        with self._whole_deadline.within(self._whole_deadline.remaining()) as deadline:
            self.deadline = deadline
            try:
                yield
            finally:
                deadline.cancel()

    def workers(self, count: int, name: str) -> Workers:
        """Return threads for reading ahead."""
        return self.deadline.runtime.workers(count, name)

    def call(self, request: Request, deadline: Deadline | None = None) -> Answer:
        """Send a request, count it and keep the warning of its answer."""
        with self._lock:
            self.requests_made += 1
        answer = self._caller.call(request, deadline or self.deadline)
        if answer.warning:
            self.is_partial |= _SEARCH_ABORTED.lower() in answer.warning.lower()
            self.warn(_warning_sentence(answer.warning))
        return answer

    def warn(self, sentence: str) -> None:
        """Keep a warning for the caller, each sentence once."""
        with self._lock:
            if sentence not in self.warnings:
                self.warnings.append(sentence)

    def in_order(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return the records with their fields in the order in which the caller asked for them.

        kintone answers in an order of its own. System fields that the caller did not ask for are removed; other fields
        that the caller did not ask for stay, after the others.
        """
        return [self._in_order(record) for record in records] if self.fields else records

    def _in_order(self, record: Record) -> Record:
        if tuple(record) == self.fields:
            return record
        ordered = {code: record[code] for code in self.fields if code in record}
        others = {code: content for code, content in record.items() if code not in SYSTEM_FIELDS}
        return ordered | others


def _warning_sentence(warning: str) -> str:
    if _SEARCH_ABORTED.lower() in warning.lower():
        return (
            "kintone stopped the search at 100,000 hits: the answer is partial; narrow the condition to get a whole one"
        )
    return f"kintone warns: {one_line(warning)}"
