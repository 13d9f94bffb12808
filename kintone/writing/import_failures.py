"""Failures of the import of a file: from which of its records to go on."""

from collections.abc import Sequence

from kintone.errors import (
    BudgetExceededError,
    ChangedFileError,
    InvalidParameterError,
    KintoneError,
    UnreadableFileError,
)
from kintone.ledger import EntryState, WriteLedger
from kintone.messages import NOTHING, Joined, Message
from kintone.remedies import for_maybe_saved
from kintone.writing.entries import Entry
from kintone.writing.failures import about_unknown, after_correction, first_step, with_retry_note
from kintone.writing.repeating import SAFE_TO_RESEND, EntryTraits

STOP_EARLY = Message("with stop_early switched on, a Loop node goes on by itself")


def import_failed(
    error: KintoneError, pending: Sequence[Entry], ledger: WriteLedger, traits: EntryTraits, *, stops_early: bool
) -> KintoneError:
    """Return the error to raise for a file: as ``write_failed``, with advice from which of its entries to go on."""
    is_over = isinstance(error, BudgetExceededError)
    if is_over and not stops_early and ledger.count(EntryState.SAVED):
        error = error.copy_with(remedy=STOP_EARLY)
    error = with_retry_note(error, ledger, traits).copy_with(ledger=ledger)
    position = ledger.first_unsaved() or ledger.last + 1
    begin = _go_on(position, pending)
    if not ledger.has_unknown():
        if position == 1:
            return error
        if isinstance(error, ChangedFileError):
            return error.copy_with(remedy=_begin_again(traits))
        if is_over:
            return error.copy_with(remedy=Joined([begin, error.remedy]))
        first = _first_step(error)
        return error.copy_with(remedy=Message("{first}, then {go_on}", first=first, go_on=begin) if first else begin)
    parts = about_unknown(pending, ledger, traits)
    if parts[-1] is SAFE_TO_RESEND:
        parts.append(after_correction(error, begin))
    else:
        behind = max(entry.position for entry in pending if ledger.state(entry.position) is EntryState.UNKNOWN) + 1
        rest = _go_on(behind, pending) if behind <= ledger.last else Message("nothing is left to import")
        parts.append(Message("if they are there, {rest}; if they are not, {begin}", rest=rest, begin=begin))
    parts.append(NOTHING if error.kintone_code else for_maybe_saved(error.remedy))
    return error.copy_with(remedy=Joined(parts))


def _begin_again(traits: EntryTraits) -> Message:
    """Say how to import a file that is another one by now: a record of it may stand at another place."""
    again = Message("import the file as it is now from its first record on, since its records may have other places")
    if traits.fresh:
        doubled = Message("take the records without key or id that are saved out of it before, or they are added twice")
        return Joined([again, doubled])
    return again


def _first_step(error: KintoneError) -> Message:
    """Say what has to be done before a file is gone on with; the error of an unreadable file says it itself."""
    if isinstance(error, UnreadableFileError):
        return NOTHING
    return Message("correct the file") if isinstance(error, InvalidParameterError) else first_step(error)


def _go_on(position: int, pending: Sequence[Entry]) -> Message:
    line = next((entry.line for entry in pending if entry.position == position), 0)
    if line:
        return Message("continue with first_entry {position} (line {line})", position=position, line=line)
    return Message("continue with first_entry {position}", position=position)
