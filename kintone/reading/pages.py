"""What comes back from a read: kintone's answers, checked, and the pages made of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kintone.errors import UnknownResponseError, one_line
from kintone.field_types.table import is_table
from kintone.messages import Message
from kintone.operations import Answer
from kintone.values.excerpts import excerpt

RECORDS_PER_PAGE = 500
"""kintone's largest page (https://cybozu.dev/ja/kintone/docs/overview/query)."""
MOST_SKIPPED = 10_000
"""kintone's largest offset (same page)."""
SHOWN_OF_A_VALUE = 60
LONGEST_COUNT = 20
"""Digits; Python refuses to read some thousand."""

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Records for the reader, in order; ``number`` counts from 1, ``ids`` go with ``records`` one by one."""

    number: int
    records: list[Record] = field(repr=False)
    ids: list[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer of kintone: records, their ids as numbers, and the number of all matches where it was asked for."""

    records: list[Record] = field(repr=False)
    ids: list[int] = field(repr=False)
    total: int | None = None

    def part(self, start: int, end: int | None = None) -> "Batch":
        """Return some of the records."""
        return Batch(self.records[start:end], self.ids[start:end], self.total)

    def is_last(self, size: int) -> bool:
        """Tell whether nothing follows, given how many records were asked for.

        Only a page shorter than that proves it; a count of all matches may be wrong.
        """
        return len(self.ids) < size


def batch_of(answer: Answer, reading: str | Message) -> Batch:
    """Check an answer; ``reading`` are words for errors. Raises ``UnknownResponseError``."""
    body = answer.body
    records = body.get("records")
    if not isinstance(records, list):
        raise UnknownResponseError(Message("{reading}: the answer holds no list of records", reading=reading))
    ids = [_id_of(record, place, reading) for place, record in enumerate(records, start=1)]
    return Batch(records, ids, count_of(body.get("totalCount")))


def refuse_misshapen(records: Sequence[Record], app: int) -> None:
    """Raise ``UnknownResponseError`` when a record holds what is no field of kintone's.

    Fields are objects with ``value``; rows of tables likewise, their values are objects of fields:
    https://cybozu.dev/ja/kintone/docs/overview/field-types
    """
    for record in records:
        for code, content in record.items():
            if not _is_field(content):
                shown = one_line(code, SHOWN_OF_A_VALUE)
                raise UnknownResponseError(
                    Message(
                        "reading records of app {app}: the answer's field {code} is not a field", app=app, code=shown
                    )
                )


def _is_field(content: object) -> bool:
    if not isinstance(content, dict) or "value" not in content or not isinstance(content.get("type", ""), str):
        return False
    value = content["value"]
    return not is_table(content.get("type")) or (isinstance(value, list) and all(map(_is_row, value)))


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("value"), dict):
        return False
    return all(_is_field(cell) for cell in row["value"].values())


def count_of(value: object) -> int | None:
    """Return kintone's count, which is a text, or nothing where there is none."""
    text = str(value) if isinstance(value, str | int) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_COUNT else None


def _id_of(record: object, place: int, reading: str | Message) -> int:
    if not isinstance(record, dict):
        raise UnknownResponseError(
            Message(
                "{reading}: entry {place} of the answer is not a record: {value}",
                reading=reading,
                place=place,
                value=_shown(record),
            )
        )
    wrapper = record.get("$id")
    value = wrapper.get("value") if isinstance(wrapper, dict) else None
    record_id = count_of(value)
    if record_id is None:
        raise UnknownResponseError(
            Message(
                "{reading}: entry {place} of the answer has no record id ($id): {value}",
                reading=reading,
                place=place,
                value=_shown(wrapper),
            )
        )
    return record_id


def _shown(value: object) -> str:
    return excerpt(value, SHOWN_OF_A_VALUE)
