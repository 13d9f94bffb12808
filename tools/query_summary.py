"""What a query came to, apart from its records, and the field codes that kintone does not know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kintone.forms.fields import Form
from kintone.messages import Joined, Message, counted
from kintone.query import code_hints, parse
from kintone.reading.pages import Record
from kintone.reading.reader import Reading, Strategy


@dataclass(frozen=True, slots=True)
class QuerySummary:
    """The account of a finished reading; ``fields`` are the codes asked for, none means all."""

    app: int
    records: int
    pages: int
    requests: int
    strategy: Strategy
    fields: tuple[str, ...]
    effective_query: str
    warnings: tuple[Message | str, ...] = ()

    @classmethod
    def of(
        cls, reading: Reading, app: int, records: int, pages: int, warnings: tuple[Message | str, ...]
    ) -> "QuerySummary":
        """Draw up the account of a reading whose pages are through; ``warnings`` come before its own."""
        return cls(
            app=app,
            records=records,
            pages=pages,
            requests=reading.requests_made,
            strategy=reading.strategy,
            fields=reading.fields,
            effective_query=reading.effective_query,
            warnings=(*warnings, *reading.warnings),
        )

    def summary(self) -> dict[str, object]:
        """Return the summary as workflows know it."""
        return {
            "total_records": self.records,
            "requests_made": self.requests,
            "pages": self.pages,
            "pagination_strategy": self.strategy,
            "fields": list(self.fields),
            "effective_query": self.effective_query,
            "warnings": [str(warning) for warning in self.warnings],
        }

    def but_warned(self, *warnings: Message) -> "QuerySummary":
        """Return the same account with more warnings."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def warning_lines(self) -> Sequence[Message]:
        """Return a line for each warning."""
        return [Message("Warning: {warning}", warning=warning) for warning in self.warnings]

    def headline(self) -> Message:
        """Say how many records there are, without a full stop."""
        if not self.records:
            return self._none()
        return counted(
            self.records,
            Message("1 record of app {app}", app=self.app),
            Message("{count:,} records of app {app}", count=self.records, app=self.app),
        )

    def _none(self) -> Message:
        """Say why no record is shown; that none matches is said only where nothing was left out."""
        asked = parse(self.effective_query)
        if asked.limit == 0:
            return Message("No record of app {app} is shown, since the query has limit 0", app=self.app)
        if asked.offset:
            return Message(
                "No record of app {app} is shown, since none stands behind offset {offset}",
                app=self.app,
                offset=asked.offset,
            )
        return Message("No record of app {app} matches", app=self.app)


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
    return [*tables, *code_hints("", missing, form)]
