"""What to do about a request that was too slow or whose answer was too large; it depends on what was asked.

Whoever reads a list can ask for less of it, whoever writes several entries can send fewer, and one record, form or file
cannot be split.
"""

from typing import Final

from kintone.messages import Message

RAISE_TIMEOUT: Final = Message("raise request_timeout, or ask for less at once")
RAISE_BUDGET: Final = Message(
    "ask for less at once, or let the operator raise KINTONE_CALL_BUDGET (Dify's cloud ends a call after 300 s)"
)
FEWER_RECORDS: Final = Message("ask for fewer records or fields")
CHECK_SITE: Final = Message("check kintone_domain, and that no proxy or login page is in between")

FOR_SEVERAL_ENTRIES: Final = {
    RAISE_TIMEOUT: Message("raise request_timeout, or send fewer or smaller entries at once"),
    RAISE_BUDGET: Message(
        "send fewer or smaller entries at once, or let the operator raise KINTONE_CALL_BUDGET "
        "(Dify's cloud ends a call after 300 s)"
    ),
    FEWER_RECORDS: Message("send fewer entries at once"),
}
FOR_ONE: Final = {
    RAISE_TIMEOUT: Message("raise request_timeout"),
    RAISE_BUDGET: Message("let the operator raise KINTONE_CALL_BUDGET (Dify's cloud ends a call after 300 s)"),
    FEWER_RECORDS: CHECK_SITE,
}


def for_write(remedy: Message, entries: int) -> Message:
    """Return the remedy for a write of so many entries; what is no advice to readers of lists stays as it is."""
    return (FOR_SEVERAL_ENTRIES if entries > 1 else FOR_ONE).get(remedy, remedy)


def for_one(remedy: Message) -> Message:
    """Return the remedy for a request about one thing, such as a form or a file."""
    return FOR_ONE.get(remedy, remedy)
