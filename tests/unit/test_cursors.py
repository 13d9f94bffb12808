"""Reading through a cursor: complete, never twice, and always given back."""

import logging

import pytest

from kintone.deadline import CLEANUP_SECONDS, Deadline
from kintone.errors import (
    BudgetExceededError,
    CursorGoneError,
    ErrorReply,
    InvalidRequestError,
    TimedOutError,
    UnknownResponseError,
)
from kintone.messages import Message
from kintone.operations import Answer, Operation, Repeat
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.reading_double import APP, Clock, KintoneDouble, ids_read

BY_NAME = "order by name asc"


def _reading(double: KintoneDouble, query: str = BY_NAME, max_records: int | None = None) -> Reading:
    return read(double, ReadRequest(APP, query, max_records=max_records))


def test_all_records_come_in_order_when_sorted_by_a_field() -> None:
    """The cursor's pages follow one another, and a cursor read to its end needs no deletion."""
    double = KintoneDouble(range(1, 1301))
    reading = _reading(double)

    assert ids_read(reading) == double.matching(BY_NAME)
    assert double.verbs == {"GET records": 1, "POST records/cursor": 1, "GET records/cursor": 3}
    assert (reading.strategy, reading.total, reading.requests_made) == ("cursor", 1300, 5)


def test_cursor_is_asked_for_without_limit_and_offset_when_the_query_has_both() -> None:
    """Kintone takes neither; they are kept while reading, and the cursor is given back when enough was read."""
    double = KintoneDouble(range(1, 3001))
    reading = _reading(double, f"a = 1 {BY_NAME} limit 700 offset 400")
    ids = ids_read(reading)

    created = next(operation for operation in double.operations if operation.method == "POST")
    assert created.parameters == {"app": APP, "query": f"a = 1 {BY_NAME}", "size": 500}
    assert ids == double.matching(BY_NAME)[400:1100]
    assert reading.total == 700
    assert double.verbs["DELETE records/cursor"] == 1
    assert double.cursors == {}


@pytest.mark.parametrize("offset", [10_400, 11_999, 12_000, 13_000])
def test_offset_holds_when_it_is_above_ten_thousand(offset: int) -> None:
    """Records in front of it are read and dropped, since kintone skips no more than ten thousand."""
    double = KintoneDouble(range(1, 12_001))

    assert ids_read(_reading(double, f"{BY_NAME} offset {offset}")) == double.matching(BY_NAME)[offset:]
    assert double.cursors == {}


@pytest.mark.parametrize("query", ["order by name asc limit 5", "order by name asc limit 500 offset 10000"])
def test_no_cursor_is_taken_when_one_request_is_enough(query: str) -> None:
    """Cursors are few, so a single page does without."""
    double = KintoneDouble(range(1, 1301))

    ids_read(_reading(double, query))

    assert double.verbs == {"GET records": 1}


def test_bare_id_is_left_to_kintone_when_no_direction_is_written() -> None:
    """Which way kintone sorts then is its own affair."""
    double = KintoneDouble(range(1, 1301))
    double.matching = lambda query: sorted(double.records) if query else []  # type: ignore[method-assign]

    reading = _reading(double, "order by $id")

    assert ids_read(reading) == list(range(1, 1301))
    assert reading.strategy == "cursor"


def test_empty_page_is_not_the_end_when_more_follows() -> None:
    """Records deleted since the cursor was made leave holes, even whole pages of them."""
    double = KintoneDouble(range(1, 2001))
    kept = set(double.matching(BY_NAME)[:500] + double.matching(BY_NAME)[1000:])

    def vanish(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_READ:
            double.records = {i: record for i, record in double.records.items() if i in kept}

    double.before = vanish

    assert set(ids_read(_reading(double))) == kept


def test_cursor_is_deleted_when_the_reader_stops_early() -> None:
    """Closing the pages gives the cursor back."""
    double = KintoneDouble(range(1, 3001))
    pages = _reading(double).pages()
    next(pages)

    pages.close()

    assert double.verbs["DELETE records/cursor"] == 1
    assert double.cursors == {}


def test_cursor_is_deleted_and_its_read_not_repeated_when_a_read_fails() -> None:
    """A lost answer may have moved the cursor on."""
    double = KintoneDouble(range(1, 3001))

    def fail(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_READ and double.verbs["GET records/cursor"] == 2:
            raise TimedOutError(Message("no answer"))

    double.before = fail
    pages = _reading(double).pages()
    next(pages)

    with pytest.raises(TimedOutError):
        next(pages)
    assert double.verbs["GET records/cursor"] == 2
    assert double.cursors == {}


def test_first_failure_is_raised_when_the_deletion_fails_too(caplog: pytest.LogCaptureFixture) -> None:
    """A cursor that cannot be given back is logged; it must not hide why the reading failed."""
    double = KintoneDouble(range(1, 3001))

    def fail(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_READ:
            raise TimedOutError(Message("no answer"))
        if operation.repeat is Repeat.CURSOR_DELETE:
            raise TimedOutError(Message("nor here"))

    double.before = fail

    with caplog.at_level(logging.WARNING), pytest.raises(TimedOutError, match="no answer"):
        ids_read(_reading(double))
    assert "could not be deleted" in caplog.text


def test_cursor_that_is_gone_is_explained_when_a_read_meets_it() -> None:
    """The reader is told to run the query again, and nothing tries to delete what is gone."""
    double = KintoneDouble(range(1, 3001))

    def expire(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_READ:
            double.cursors.clear()

    double.before = expire

    with pytest.raises(CursorGoneError, match=r"^\[GAIA_CN01\] .*run the query again"):
        ids_read(_reading(double))
    assert double.verbs["DELETE records/cursor"] == 0


@pytest.mark.parametrize("end", ["cancelled", "over"])
def test_cursor_is_deleted_in_a_time_of_its_own_when_the_call_is_over(end: str) -> None:
    """Neither a call that is cancelled nor one that is out of time leaves a cursor behind."""
    double = KintoneDouble(range(1, 3001))
    clock = Clock()
    double.deadline = Deadline(60, clock)
    pages = _reading(double).pages()
    next(pages)

    if end == "cancelled":
        double.deadline.cancel()
    else:
        clock.now += 60
    pages.close()

    deleted = [operation.repeat for operation in double.operations].index(Repeat.CURSOR_DELETE)
    assert double.verbs["DELETE records/cursor"] == 1
    assert 0 < double.deadlines[deleted].remaining() <= CLEANUP_SECONDS
    assert double.cursors == {}


def test_cursor_is_deleted_when_the_call_ends_while_nobody_asks_for_pages() -> None:
    """A reader that is stuck elsewhere does not keep the cursor beyond the call's time."""
    double = KintoneDouble(range(1, 3001))
    double.deadline = Deadline(60, Clock())
    pages = _reading(double).pages()
    next(pages)

    double.deadline.cancel()

    assert double.cursors == {}
    pages.close()
    assert double.verbs["DELETE records/cursor"] == 1


def test_reading_ends_when_the_time_of_the_call_is_over() -> None:
    """The pages in front are delivered, then the one error that says so comes."""
    double = KintoneDouble(range(1, 3001))
    clock = Clock()
    double.deadline = Deadline(60, clock)

    def pass_time(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_READ:
            clock.now += 20

    double.before = pass_time
    pages = _reading(double).pages()

    assert next(pages).number == 1
    with pytest.raises(BudgetExceededError, match=r"^\[BUDGET_EXCEEDED\] reading records of app 12 "):
        list(pages)
    assert double.cursors == {}


@pytest.mark.parametrize(
    "change", [{"next": None}, {"next": "true"}, {"records": None}, {"id": None}, {"id": ""}, {"totalCount": None}]
)
def test_answer_is_refused_when_it_is_not_a_cursors(change: dict[str, object]) -> None:
    """Each part that reading depends on is checked, and the cursor is not left behind."""
    double = KintoneDouble(range(1, 3001))
    original = double.call

    def call(operation: Operation, deadline: Deadline | None = None) -> Answer:
        answer = original(operation, deadline)
        if operation.api == "records/cursor":
            answer.body.update({key: value for key, value in change.items() if key in answer.body})
        return answer

    double.call = call  # type: ignore[method-assign]

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] reading records of app 12"):
        ids_read(_reading(double))
    assert "id" in change or double.cursors == {}


def test_reading_ends_with_an_error_when_the_cursor_never_ends() -> None:
    """More pages than the cursor's records can fill are not read on and on."""
    double = KintoneDouble(range(1, 1001))
    original = double.call

    def call(operation: Operation, deadline: Deadline | None = None) -> Answer:
        if operation.repeat is Repeat.CURSOR_READ:
            double.operations.append(operation)
            return Answer({"records": [], "next": True})
        return original(operation, deadline)

    double.call = call  # type: ignore[method-assign]

    with pytest.raises(UnknownResponseError, match=r"^\[NOT_KINTONE\] .*does not end"):
        ids_read(_reading(double))
    assert double.cursors == {}


def test_error_is_passed_on_when_kintone_refuses_the_order() -> None:
    """A field that cannot be sorted by is kintone's to name."""
    double = KintoneDouble(range(1, 3001))

    def refuse(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_CREATE:
            raise InvalidRequestError(Message("refused"), reply=ErrorReply(400, "CB_VA01"))

    double.before = refuse

    with pytest.raises(InvalidRequestError, match=r"^\[CB_VA01\] "):
        ids_read(_reading(double))
