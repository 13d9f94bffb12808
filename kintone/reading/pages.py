"""What comes back from a read: kintone's answers, checked, and the pages made of them."""

from dataclasses import dataclass, field
from typing import Any

from kintone.answer_models import misshapen, named, number_text
from kintone.errors import UnknownResponseError
from kintone.field_types.table import RECORD_ID, SHOWN_AS_TEXT, is_table, is_value
from kintone.messages import Message
from kintone.operations import Answer

RECORDS_PER_PAGE = 500
"""kintone's largest page (https://cybozu.dev/ja/kintone/docs/overview/query)."""
MOST_SKIPPED = 10_000
"""kintone's largest offset (same page)."""

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


def batch_of(answer: Answer, reading: Message) -> Batch:
    """Check an answer; ``reading`` are words for errors. Raises ``UnknownResponseError``."""
    body = answer.body
    records = body.get("records")
    if not isinstance(records, list):
        raise misshapen(reading, Message("records of the answer"), records)
    if len(records) > RECORDS_PER_PAGE:
        raise misshapen(reading, Message("the number of records"), Message("{count}", count=len(records)))
    ids: list[int] = []
    for record in records:
        record_id = _id_of(record)
        if not record_id:
            raise _misshapen(record, Message("entry {place}", place=len(ids) + 1), reading)
        ids.append(record_id)
    if len(set(ids)) != len(ids):
        raise misshapen(reading, Message("the number of records"), Message("more than that of their ids"))
    told = body.get("totalCount")
    total = count_of(told)
    if total is None and told is not None:
        raise misshapen(reading, Message("totalCount of the answer"), told)
    return Batch(records, ids, total)


def checked_id(record: object, part: Message, reading: Message) -> int:
    """Return the id of a record whose fields are all fields; raises ``UnknownResponseError``."""
    record_id = _id_of(record)
    if not record_id:
        raise _misshapen(record, part, reading)
    return record_id


def _id_of(record: Any) -> int:  # noqa: ANN401 - whatever stands there
    """Return the id of a record, 0 where one of its fields is none.

    Fields are objects with ``type`` and ``value``, rows of tables hold such objects in their ``value``:
    https://cybozu.dev/ja/kintone/docs/overview/field-types. Every value of every record is looked at, so this is no
    model: one would take as long as reading the JSON does.
    """
    try:
        for content in record.values():
            if not (content["value"].__class__ is str and content["type"] in SHOWN_AS_TEXT) and not _is_field(content):
                return 0
        return count_of(record[RECORD_ID]["value"]) or 0
    except (AttributeError, IndexError, KeyError, TypeError):
        return 0


def _misshapen(record: object, part: Message, reading: Message) -> UnknownResponseError:
    if not isinstance(record, dict):
        return misshapen(reading, part, record)
    for code, content in record.items():
        if not _is_field(content):
            return misshapen(reading, Message("the field {code} of {part}", code=named(code), part=part), content)
    return misshapen(reading, Message("$id of {part}", part=part), record.get(RECORD_ID))


def _is_field(content: object) -> bool:
    try:
        name, value = content["type"], content["value"]  # type: ignore[index]
        return isinstance(name, str) and is_value(name, value) and (not is_table(name) or all(map(_is_row, value)))
    except (KeyError, TypeError, AttributeError, IndexError):
        return False


def _is_row(row: dict[str, Any]) -> bool:
    return number_text(row["id"]) is not None and all(map(_is_field, row["value"].values()))


def count_of(value: object) -> int | None:
    """Return kintone's count, which is a text, or nothing where there is none."""
    text = number_text(value)
    return None if text is None else int(text)
