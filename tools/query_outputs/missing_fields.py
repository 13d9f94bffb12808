"""Noticing field codes that kintone knows nothing of: it leaves them out without a word."""

from collections.abc import Sequence

from kintone.messages import Message
from kintone.reading.pages import Record

LISTED = 10


def warning_of_missing_fields(fields: Sequence[str], records: Sequence[Record]) -> Message | None:
    """Return a sentence that names the fields asked for that none of the records has."""
    missing = [code for code in fields if not any(code in record for record in records)]
    if not missing:
        return None
    listed: str | Message = ", ".join(missing[:LISTED])
    if len(missing) > LISTED:
        listed = Message("{codes} and {count} more", codes=listed, count=len(missing) - LISTED)
    return Message(
        "fields: {codes} not in the records; kintone leaves out, without an error, codes that the app does not have, "
        "fields that the token may not see, and columns of tables (name the table instead)",
        codes=listed,
    )
