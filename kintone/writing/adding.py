"""Adding one record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kintone.answer_models import read_answer
from kintone.errors import KintoneError
from kintone.ledger import ONE_ENTRY, WriteLedger
from kintone.messages import Joined, Message
from kintone.operations import Answer, Caller, Operation, Repeat
from kintone.remedies import where_unsure
from kintone.writing.answers import AddedAnswer
from kintone.writing.field_paths import readable

LOOK_FIRST = Message("look in kintone before sending it again")


@dataclass(frozen=True, slots=True)
class Added:
    """The new record; ``response`` is kintone's whole answer."""

    id: str
    revision: str
    response: dict[str, Any] = field(repr=False)


def add_record(caller: Caller, app: int, record: Mapping[str, object]) -> Added:
    """Add a record in kintone's shape, ``{"code": {"value": …}}``; an unknown outcome never leads to a second try.

    Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/add-record.
    """
    adding = Message("adding a record to app {app}", app=app)
    operation = Operation(adding, "POST", "record", {"app": app, "record": record}, Repeat.INSERT)

    def added(answer: Answer) -> Added:
        told = read_answer(AddedAnswer, answer.body, adding)
        return Added(told.id, told.revision, answer.body)

    return write_one(caller, operation, added)


def write_one[Result](caller: Caller, operation: Operation, read: Callable[[Answer], Result]) -> Result:
    """Write a single record; the places in an error count from 1, and an unknown outcome says to look first."""
    try:
        return caller.write(operation, read, WriteLedger(1, numbered=False), ONE_ENTRY)
    except KintoneError as error:
        raise told_of_one(error) from None


def told_of_one(error: KintoneError) -> KintoneError:
    """Return the error of a write of one record: places in words, and to look first where the outcome is unknown."""
    told = with_named_fields(error)
    if error.maybe_saved:
        told = told.but(remedy=Joined([LOOK_FIRST, where_unsure(told.remedy)]))
    return told


def with_named_fields(error: KintoneError) -> KintoneError:
    """Return the error with the places of a single record in words that count from 1."""
    if error.reply is None:
        return error
    fields = [(readable(str(place)), words) for place, words in error.reply.fields]
    return error.but(reply=replace(error.reply, fields=fields))
