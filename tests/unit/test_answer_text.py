"""The records of an answer as the text they came in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.operations import Answer
from kintone.reading.answer_text import text_of, without_first
from kintone.reading.pages import batch_of

TEXT = st.text(st.characters(codec="utf-8"))
VALUES = TEXT | st.none() | st.lists(TEXT, max_size=3)
RECORDS = st.lists(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1),
        st.fixed_dictionaries({"type": TEXT, "value": VALUES}),
        max_size=4,
    ),
    max_size=6,
)
TRAPS = ('"],"totalCount":null}', '\\"}]', '{"records":[', "],", "\u2028", "🍣")


def raw_of(records: object, total: str | None = None) -> bytes:
    """Write an answer as kintone does."""
    return json.dumps({"records": records, "totalCount": total}, ensure_ascii=False, separators=(",", ":")).encode()


@given(RECORDS, st.integers(0, 6))
def test_text_when_kintone_wrote_the_answer(records: list[dict[str, object]], skipped: int) -> None:
    """It is the JSON of the records, and of those behind the first ones, whatever they hold."""
    raw = raw_of(records, "5")
    text = text_of(raw, json.loads(raw))

    assert text is not None
    assert json.loads(f"[{text}]") == records
    rest = without_first(text, min(skipped, len(records)))
    assert json.loads(f"[{rest}]") == records[skipped:]


@pytest.mark.parametrize("trap", TRAPS)
def test_text_when_a_value_looks_like_the_end(trap: str) -> None:
    """What stands inside a value is never taken for the end of the records."""
    records = [{"memo": {"type": "MULTI_LINE_TEXT", "value": trap}}, {"memo": {"type": "X", "value": trap}}]
    raw = raw_of(records)
    text = text_of(raw, json.loads(raw))

    assert text is not None
    assert json.loads(f"[{text}]") == records
    assert json.loads(f"[{without_first(text, 1)}]") == records[1:]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"records": [], "totalCount": null}',
        b'{"totalCount":null,"records":[]}',
        b'{"records":[],"x":[],"totalCount":null}',
        b'{"records":[],"totalCount":null,"next":true}',
        b'{"records":[],"totalCount":5}',
        b'{"records":[{}\n],"totalCount":null}',
        b'{"records":[]}',
        b"",
    ],
)
def test_text_when_the_answer_is_written_otherwise(raw: bytes) -> None:
    """Then there is none, and the records are written anew; a line end would break Dify's protocol."""
    assert text_of(raw, json.loads(raw or b"{}")) is None


def test_batch_part_when_records_are_left_out_at_the_end() -> None:
    """A text that would say more than the records is dropped."""
    records = [{"$id": {"type": "__ID__", "value": str(number)}} for number in (1, 2, 3)]
    batch = batch_of(Answer({"records": records, "totalCount": None}, raw=raw_of(records)), "reading")

    assert json.loads(f"[{batch.part(1).text}]") == records[1:]
    assert json.loads(f"[{batch.part(0, 3).text}]") == records
    assert batch.part(0, 2).text is None
