"""Noticing field codes that kintone knows nothing of: it leaves them out without a word."""

from collections.abc import Callable, Sequence

from kintone.forms.field_definitions import Form
from kintone.messages import Joined, Message
from kintone.reading.pages import Record
from kintone.reading.unknown_codes import near_codes

LISTED = 10


class MissingFields:
    """Keeps the fields asked for that no record has had so far."""

    def __init__(self, fields: Sequence[str]) -> None:
        """Start without records."""
        self._missing = list(fields)
        self._records = 0

    def look(self, records: Sequence[Record]) -> None:
        """Look at the records of a page; a field that only some of them have is not missing."""
        self._records += len(records)
        if self._missing:
            self._missing = [code for code in self._missing if not any(code in record for record in records)]

    def warning(self, form: Callable[[], Form | None]) -> Message | None:
        """Return a sentence that names what is missing and what was probably meant; None where nothing is.

        ``form`` is asked only then; it returns None where the form cannot be read.
        """
        if not self._missing or not self._records:
            return None
        listed: str | Message = ", ".join(self._missing[:LISTED])
        if len(self._missing) > LISTED:
            listed = Message("{codes} and {count} more", codes=listed, count=len(self._missing) - LISTED)
        warning = Message(
            "fields: {codes} not in the records; kintone leaves out, without an error, codes that the app does not "
            "have, fields that the token may not see, and columns of tables (name the table instead)",
            codes=listed,
        )
        known = form()
        return Joined([warning, *(_hints(self._missing, known) if known else ())], "; ")


def _hints(missing: Sequence[str], form: Form) -> list[Message]:
    tables = [
        Message('"{column}" is a column of the table "{table}"', column=code, table=form.tables_by_column[code])
        for code in missing[:LISTED]
        if code in form.tables_by_column
    ]
    return [*tables, *near_codes("", missing, form)]
