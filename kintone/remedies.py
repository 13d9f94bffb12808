"""Advice for a request that was too slow, too large or interrupted; it depends on the kind of request.

A caller that reads a list can ask for less, and one that writes several entries can send fewer. A single record, form
or file cannot be split.
"""

from typing import Final

from kintone.messages import NOTHING, Message

CHECK_SITE: Final = Message("check kintone_domain, and that no proxy or login page is in between")
FIND_BY_QUERY: Final = Message("kintone_query, if you have it, finds records by parts of texts and other conditions")


# What a node of Dify whose "retry on failure" is on does after a write that is saved in part, or perhaps. It repeats
# the whole call: docs.dify.ai, build/predefined-error-handling-logic.
RETRY_IS_HARMLESS: Final = Message(
    "repeating the whole call, as Dify's own retry of a node does, is safe: it gives the same records the same values, "
    "also over what others changed meanwhile"
)
RETRY_WRITES_TWICE: Final = Message(
    "repeating the whole call, as Dify's own retry of a node does, writes a second time what is saved: keep that "
    "retry off"
)
RETRY_IS_REFUSED: Final = Message(
    "repeating the whole call, as Dify's own retry of a node does, is refused if this was saved, which then looks like "
    "a failure: keep that retry off"
)
RETRY_MEETS_OTHERS: Final = Message(
    "repeating the whole call, as Dify's own retry of a node does, may find other records or add new ones: do not "
    "repeat it, and keep that retry off"
)


class Remedy(Message):
    """Advice for a request that reads a list; ``several`` is for a write of several entries, ``one`` for the others."""

    __slots__ = ("one", "several")

    one: Message
    several: Message

    def __init__(self, text: str, /, *, several: Message, one: Message) -> None:
        """Keep the three sentences."""
        super().__init__(text)
        object.__setattr__(self, "several", several)
        object.__setattr__(self, "one", one)


class TryAgain(Message):
    """Advice to repeat the request; ``if_maybe_saved`` replaces it if the request may already have been carried out."""

    __slots__ = ("if_maybe_saved",)

    if_maybe_saved: Message

    def __init__(self, text: str, /, *, if_maybe_saved: Message = NOTHING) -> None:
        """Keep both sentences."""
        super().__init__(text)
        object.__setattr__(self, "if_maybe_saved", if_maybe_saved)


TRY_LATER: Final = TryAgain("try again in a few minutes")
MAINTENANCE: Final = TryAgain(
    "kintone may be under maintenance; try again in a few minutes",
    if_maybe_saved=Message("kintone may be under maintenance"),
)
RAISE_TIMEOUT: Final = Remedy(
    "raise request_timeout, or ask for less at once",
    several=Message("raise request_timeout, or send fewer or smaller entries at once"),
    one=Message("raise request_timeout"),
)
RAISE_BUDGET: Final = Remedy(
    "ask for less at once, or let the operator raise KINTONE_CALL_BUDGET (Dify's cloud ends a call after 300 s)",
    several=Message(
        "send fewer or smaller entries at once, or let the operator raise KINTONE_CALL_BUDGET "
        "(Dify's cloud ends a call after 300 s)"
    ),
    one=Message("let the operator raise KINTONE_CALL_BUDGET (Dify's cloud ends a call after 300 s)"),
)
FEWER_RECORDS: Final = Remedy(
    "ask for fewer records or fields", several=Message("send fewer entries at once"), one=CHECK_SITE
)


def for_write(remedy: Message, entries: int) -> Message:
    """Return the remedy for a write of this number of entries."""
    if not isinstance(remedy, Remedy):
        return remedy
    return remedy.several if entries > 1 else remedy.one


def for_one(remedy: Message) -> Message:
    """Return the remedy for a request that cannot be split, such as one for a form or a file."""
    return remedy.one if isinstance(remedy, Remedy) else remedy


def for_maybe_saved(remedy: Message) -> Message:
    """Return the remedy for a write that may have been carried out, without the advice to repeat it."""
    return remedy.if_maybe_saved if isinstance(remedy, TryAgain) else remedy
