"""Reading by offset, where no cursor can be had."""

import pytest

from kintone.errors import CursorLimitError, ErrorReply
from kintone.messages import Message
from kintone.operations import Operation, Repeat
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.reading_double import APP, KintoneDouble, ids_read

BY_NAME = "order by name asc"


def _without_cursors(count: int) -> KintoneDouble:
    double = KintoneDouble(range(1, count + 1))

    def refuse(_number: int, operation: Operation) -> None:
        if operation.repeat is Repeat.CURSOR_CREATE:
            raise CursorLimitError(Message("all taken"), reply=ErrorReply(429, "GAIA_TM12", error_id="e1"))

    double.before = refuse
    return double


def _reading(double: KintoneDouble, query: str) -> Reading:
    return read(double, ReadRequest(APP, query))


@pytest.mark.parametrize(
    ("count", "query", "start", "end"),
    [
        (1300, BY_NAME, 0, 1300),
        (1500, BY_NAME, 0, 1500),
        (10_500, BY_NAME, 0, 10_500),
        (20_000, f"{BY_NAME} limit 700 offset 300", 300, 1000),
        (20_000, f"{BY_NAME} limit 1500 offset 9000", 9000, 10_500),
        (10_100, f"{BY_NAME} offset 9300", 9300, 10_100),
    ],
)
def test_pages_come_by_offset_when_the_result_fits(count: int, query: str, start: int, end: int) -> None:
    """The result is right, and the reader is told what may be missing."""
    double = _without_cursors(count)
    reading = _reading(double, query)

    assert ids_read(reading) == double.matching(BY_NAME)[start:end]
    assert reading.strategy == "offset"
    assert reading.total == end - start
    assert any("may be missing" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    ("count", "query"),
    [(10_501, BY_NAME), (20_000, f"{BY_NAME} limit 1501 offset 9000"), (20_000, f"{BY_NAME} limit 5 offset 10001")],
)
def test_refusal_is_explained_when_the_result_does_not_fit(count: int, query: str) -> None:
    """Kintone's code is kept, and the sentence says how to read without a cursor."""
    with pytest.raises(CursorLimitError) as caught:
        ids_read(_reading(_without_cursors(count), query))

    assert str(caught.value).startswith("[GAIA_TM12] all cursors of the kintone site stayed taken")
    assert "order by $id asc" in str(caught.value)
    assert "(kintone error id: e1)" in str(caught.value)


def test_refusal_is_explained_when_the_size_of_the_result_is_unknown() -> None:
    """Without a count nothing says that an offset reaches the end."""
    double = _without_cursors(1300)
    double.counts = False

    with pytest.raises(CursorLimitError):
        ids_read(_reading(double, BY_NAME))


def test_record_comes_once_when_it_moves_to_a_later_page() -> None:
    """A record that appears in front pushes another one to the next page."""
    double = _without_cursors(1300)
    refuse = double.before

    def appear(number: int, operation: Operation) -> None:
        refuse(number, operation)
        if "offset 500" in str(operation.parameters["query"]):
            double.records[5000] = {"$id": {"value": "5000"}, "name": {"value": "-1"}}

    double.before = appear
    ids = ids_read(_reading(double, BY_NAME))

    assert len(ids) == len(set(ids)) == 1300
