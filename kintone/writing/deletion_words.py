"""What a deletion that broke off says: which records are gone, which are not, and how to go on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kintone.errors import BudgetExceededError, KintoneError, RevisionConflictError
from kintone.ledger import Span, WriteLedger
from kintone.messages import NOTHING, Joined, Message, counted
from kintone.remedies import for_maybe_saved
from kintone.writing.failures import TEMPORARY_ERRORS

MAX_IDS_NAMED = 20
MAX_MISSING_NAMED = 100
"""The caller has to take these out of the list, so more of them are named."""
MIN_RANGE = 3
"""Up to so many ids in a row are named one by one."""
NOTHING_DELETED = Message("nothing was deleted")
NO_WAY_BACK = Message("what is deleted cannot be restored")
NO_TIME_TO_LOOK_UP = Message("there was no time left to look this up")
NOT_LOOKED_UP = Message("this could not be looked up")
ALL_OR_NONE = Message("kintone deletes all of these or none, and may still do so")
MAY_STILL = Message("kintone may still do so")
STILL_RIGHT = Message("look at what has changed, and delete the records if that is still right")


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """Where a deletion of ``ids`` broke off: those before ``span`` are gone, those behind it were never sent.

    ``missing`` are the ids of the span that no record has. ``were_there`` tells that all its records were still there
    when they were looked up, after an answer that was lost. ``doubtful`` are ids before the span that no record had
    when they were looked up, and that nothing had read before: this call deleted them, or they never existed.
    ``unread`` says why the records of the span were not looked up after an answer that was lost.
    """

    app: int
    ids: Sequence[int] = field(repr=False)
    span: Span
    missing: Sequence[int] = field(repr=False)
    were_there: bool
    by_query: bool
    doubtful: Sequence[int] = field(default=(), repr=False)
    unread: Message = NOTHING

    @property
    def confirmed(self) -> Sequence[int]:
        """The ids of the records that this call deleted."""
        doubtful = set(self.doubtful)
        return [record_id for record_id in self.deleted if record_id not in doubtful]

    @property
    def deleted(self) -> Sequence[int]:
        """The ids of the records that are gone."""
        return self.ids[: self.span.first - 1]

    @property
    def failed(self) -> Sequence[int]:
        """The ids of the batch that failed."""
        return self.ids[self.span.first - 1 : self.span.last]


def records_named(ids: Sequence[int], most: int = MAX_IDS_NAMED) -> Message:
    """Return ascending ids in words: each one where they are few, otherwise the first and the last."""
    if len(ids) == 1:
        return Message("record {record}", record=str(ids[0]))
    first, last = str(ids[0]), str(ids[-1])
    if len(ids) > MIN_RANGE and ids[-1] - ids[0] == len(ids) - 1:
        return Message("records {first} to {last}", first=first, last=last)
    if len(ids) <= most:
        return Message("records {ids}", ids=", ".join(map(str, ids)))
    return Message("{count:,} records from {first} to {last}", count=len(ids), first=first, last=last)


def named_in_refusal(error: KintoneError, ids: Sequence[int]) -> Sequence[int]:
    """Return those of the ids that stand in kintone's words, whatever their language; they name the first alone."""
    numbers = set(re.findall(r"\d+", error.reply.message, re.ASCII)) if error.reply else set()
    return [record_id for record_id in ids if str(record_id) in numbers]


def deletion_failed(error: KintoneError, ledger: WriteLedger, broken: BrokenOff) -> KintoneError:
    """Return the error to raise, with the outcome of every record and with advice."""
    is_unknown = ledger.has_unknown()
    problems = [error.problem, _missing_in_words(broken), _outcome(broken, is_unknown=is_unknown)]
    return error.copy_with(
        problem=Joined(problems), remedy=_remedy(error, broken, is_unknown=is_unknown), ledger=ledger
    )


def _missing_in_words(broken: BrokenOff) -> Message:
    if not broken.missing:
        return NOTHING
    return Message(
        "no longer there, or never were: {records}", records=records_named(broken.missing, MAX_MISSING_NAMED)
    )


def _outcome(broken: BrokenOff, *, is_unknown: bool) -> Message:
    missing = set(broken.missing)
    behind = broken.ids[broken.span.last if is_unknown else broken.span.first - 1 :]
    rest = [record_id for record_id in behind if record_id not in missing]
    if not broken.deleted and not is_unknown:
        return NOTHING_DELETED
    parts: list[Message] = []
    if confirmed := broken.confirmed:
        parts.append(Message("deleted: {records}", records=records_named(confirmed)))
    if broken.doubtful:
        parts.append(
            Message(
                "gone, or never there, after an answer that was lost, so whether this call deleted them is not known: "
                "{records}",
                records=records_named(broken.doubtful),
            )
        )
    if is_unknown:
        parts.append(Message("may have been deleted: {records}", records=records_named(broken.failed)))
    if is_unknown and broken.unread:
        parts += [broken.unread, counted(len(broken.failed), MAY_STILL, ALL_OR_NONE)]
    if is_unknown and broken.were_there:
        parts.append(
            counted(
                len(broken.failed),
                Message(
                    "it was still there when it was looked up, but the request whose answer was lost may still be "
                    "carried out"
                ),
                Message(
                    "all of these were still there when they were looked up, but the request whose answer was lost may "
                    "still be carried out"
                ),
            )
        )
    if rest:
        parts.append(Message("not deleted by this call: {records}", records=records_named(rest)))
    return Joined(parts)


# How to go on


def _remedy(error: KintoneError, broken: BrokenOff, *, is_unknown: bool) -> Message:
    if is_unknown:
        first = NOTHING if error.kintone_code else for_maybe_saved(error.remedy)
        after = _unknown_query(broken) if broken.by_query else _unknown_ids(broken)
        wait = Message("wait a minute before you look") if broken.unread else NOTHING
        return Joined([first, wait, after, NO_WAY_BACK])
    if broken.missing:
        return Joined([_without_missing(broken), NO_WAY_BACK if broken.deleted else NOTHING])
    advice = STILL_RIGHT if isinstance(error, RevisionConflictError) else error.remedy
    if not broken.deleted:
        return advice
    first = Message("wait a minute") if isinstance(error, TEMPORARY_ERRORS) else advice
    first = NOTHING if isinstance(error, BudgetExceededError) else first
    return Joined([first, _go_on(broken, len(broken.ids) - len(broken.deleted)), NO_WAY_BACK])


def _go_on(broken: BrokenOff, left: int) -> Message:
    if broken.by_query:
        return Message(
            "run the same query again with confirm_count {left}, which is what it should find now", left=left
        )
    return Message("send record_ids again without those that are deleted")


def _without_missing(broken: BrokenOff) -> Message:
    left = len(broken.ids) - len(broken.deleted) - len(broken.missing)
    if not left and broken.by_query:
        return Message("somebody else deleted records while this was running; nothing is left of what the query found")
    if not left:
        return Message("check the IDs, and kintone_app_id if the records are in another app")
    if broken.by_query:
        return Message("somebody else deleted records while this was running; {go_on}", go_on=_go_on(broken, left))
    if broken.deleted:
        return Message(
            "check the IDs, and kintone_app_id if the records are in another app; to delete the rest, send record_ids "
            "without {missing} and without those that are deleted",
            missing=records_named(broken.missing, MAX_MISSING_NAMED),
        )
    return Message(
        "check the IDs, and kintone_app_id if the records are in another app; to delete the others, send record_ids "
        "without {missing}",
        missing=records_named(broken.missing, MAX_MISSING_NAMED),
    )


def _unknown_query(broken: BrokenOff) -> Message:
    """Say how to go on with a query: one that finds another number than is confirmed deletes nothing."""
    return Message(
        "count again what the query finds, and run it with that confirm_count; running it unchanged, as a retry of the "
        "workflow's node does, deletes nothing unless it finds {count} records again",
        count=len(broken.ids),
    )


def _unknown_ids(broken: BrokenOff) -> Message:
    if len(broken.failed) == 1:
        return Message(
            "find out whether {records} is still there, and send record_ids with it, if it is, and with those that are "
            "not deleted; running it unchanged, as a retry of the workflow's node does, deletes nothing more if it is "
            "gone: kintone then refuses with GAIA_RE01",
            records=records_named(broken.failed),
        )
    return Message(
        "find out which of {records} are still there, and send record_ids with these and those that are not deleted; "
        "running it unchanged, as a retry of the workflow's node does, deletes nothing more if one of them is gone: "
        "kintone then refuses with GAIA_RE01",
        records=records_named(broken.failed),
    )
