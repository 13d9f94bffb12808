"""A write that failed, in the caller's own numbering: which entry it was, what is saved, what to send again."""

import re
from collections.abc import Sequence

from kintone.errors import (
    BudgetExceededError,
    ConnectionFailedError,
    InvalidRequestError,
    KintoneError,
    LockedError,
    PartialWriteError,
    RateLimitedError,
    RevisionConflictError,
    ServiceUnavailableError,
    TimedOutError,
    UnknownResponseError,
)
from kintone.writing.answers import SavedRecord
from kintone.writing.entries import Entry
from kintone.writing.field_paths import read_path
from kintone.writing.transactions import InnerCall, Item, Kind, Transaction, span

MAYBE_SAVED = re.compile("; it may have been saved(, so look before sending it again)?")
FOUND_BY = {Kind.UPSERT: "with an update key", Kind.UPDATE: "with an id", Kind.INSERT: "with neither key nor id"}
CONFLICTS = ("GAIA_CO02", "GAIA_UN03")
MISSING = ("GAIA_RE01", "GAIA_RE20", "GAIA_BL01")
PASSING = (LockedError, RateLimitedError, ServiceUnavailableError, ConnectionFailedError, BudgetExceededError)
ABOUT_THE_APP = ("GAIA_IL23",)


def locate(error: KintoneError, transaction: Transaction) -> None:
    """Rewrite kintone's places (``results[1]``, ``records[3].name.value``) to the caller's entries, counted from 1."""
    call = _failing_call(error, transaction)
    if call is None:
        return
    named = {}
    for key, messages in error.field_errors.items():
        path = read_path(key)
        item = call.items[path.index] if path and path.index is not None and path.index < len(call.items) else None
        if path is None or item is None:
            named[key] = messages
            continue
        kept = item.merged.kept_rows if item.merged else None
        named[f"entry {item.entry.position}, {path.words(kept)}"] = messages
    about_entries = isinstance(error, InvalidRequestError | RevisionConflictError) or error.code in MISSING
    if about_entries and error.code not in ABOUT_THE_APP and named.keys() == error.field_errors.keys():
        error.failed = f"{error.failed} ({_suspects(error, call)})"
    error.field_errors = named


def broken_off(
    error: KintoneError, entries: Sequence[Entry], saved: Sequence[SavedRecord], in_flight: int, *, appends: bool
) -> KintoneError:
    """Return what to raise: which entries are saved, which perhaps, which not, and what to send again.

    ``saved`` are the results of the transactions before, ``in_flight`` counts the entries of the one that failed. Where
    nothing was saved and that is sure, it is kintone's own error.
    """
    done = len(saved)
    rest = span(done + 1, len(entries))
    if not error.maybe_saved:
        if not done:
            error.failed = f"{error.failed}; nothing is saved"
            return error
        failed = f"{error.failed}; {_are_saved(done)}, from entry {done + 1} on nothing is"
        first = "wait a minute" if isinstance(error, PASSING) else "correct what kintone names"
        return _partial(error, saved, failed, f"{first}, then send {rest} again and none of those before")
    flying = entries[done : done + in_flight]
    # What is said of one request is said of the entries here, with better advice.
    failed = f"{MAYBE_SAVED.sub('', error.failed)}; {_fate(done, flying, len(entries))}"
    remedy = f"{resend_advice(flying, appends=appends)}; what is to be sent again is {rest}"
    if error.remedy and isinstance(error, BudgetExceededError | TimedOutError):
        remedy = f"{remedy}; {error.remedy}"
    if isinstance(error, UnknownResponseError) and not done:
        error.failed, error.remedy = failed, remedy
        return error
    return _partial(error, saved, failed, remedy)


def resend_advice(entries: Sequence[Entry], *, appends: bool) -> str:
    """Say whether entries that may have been saved can be sent again."""
    fresh = [entry for entry in entries if entry.update_key is None and entry.id is None]
    if fresh:
        return (
            f"look in kintone first: {len(fresh)} of these entries (the first is entry {fresh[0].position}) have "
            "neither update key nor id, and sending them again would insert them twice if they are there"
        )
    if appends:
        return "look in kintone first: rows or files that are there would be appended twice"
    return "sending these again is safe, since an update key or id finds the same records again"


def _failing_call(error: KintoneError, transaction: Transaction) -> InnerCall | None:
    """Return the call that kintone refused; a failure of the request as a whole has none."""
    if error.result_index is not None:
        inside = 0 <= error.result_index < len(transaction.calls)
        return transaction.calls[error.result_index] if inside else None
    return transaction.calls[0] if len(transaction.calls) == 1 and error.code else None


def _suspects(error: KintoneError, call: InnerCall) -> str:
    """Name the entry, or those among which it is: for some failures kintone does not say which one."""
    items = _narrowed(error, call)
    positions = [item.entry.position for item in items]
    if len(positions) == 1:
        return f"entry {positions[0]}"
    if positions[-1] - positions[0] == len(positions) - 1:
        return f"one of {span(positions[0], positions[-1])}"
    return f"one of the entries {FOUND_BY[call.kind]} between {positions[0]} and {positions[-1]}"


def _narrowed(error: KintoneError, call: InnerCall) -> Sequence[Item]:
    found: list[Item] = []
    if error.code in CONFLICTS:
        found = [item for item in call.items if item.has_revision]
    elif error.code == "GAIA_RE01":
        numbers = set(re.findall(r"\d+", error.kintone_message))
        found = [item for item in call.items if item.entry.id in numbers]
    return found or call.items


def _are_saved(done: int) -> str:
    return "entry 1 is saved" if done == 1 else f"{span(1, done)} are saved"


def _fate(done: int, flying: Sequence[Entry], total: int) -> str:
    parts = [_are_saved(done)] if done else []
    last = done + len(flying)
    whole = " (all of them or none)" if len(flying) > 1 else ""
    parts.append(f"{span(done + 1, last)} may have been saved{whole}")
    if last < total:
        parts.append(f"from entry {last + 1} on nothing is")
    return ", ".join(parts)


def _partial(error: KintoneError, saved: Sequence[SavedRecord], failed: str, remedy: str) -> PartialWriteError:
    return PartialWriteError(
        failed,
        saved=len(saved),
        next_entry=len(saved) + 1,
        results=[dict(record) for record in saved],
        remedy=remedy,
        code=error.code,
        status=error.status,
        kintone_message=error.kintone_message,
        field_errors=error.field_errors,
        error_id=error.error_id,
        result_index=error.result_index,
        maybe_saved=error.maybe_saved,
    )
