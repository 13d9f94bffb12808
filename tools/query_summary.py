"""The summary of a finished query, and a warning about field codes that no record has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kintone.forms.fields import Form
from kintone.messages import Joined, Message, counted
from kintone.query import parse
from kintone.query.mistakes import unknown_fields
from kintone.reading.pages import Record
from kintone.reading.reader import Reading, Strategy
from kintone.texts import printable

# The summary


@dataclass(frozen=True, slots=True)
class QuerySummary:
    """The summary of a finished reading; ``fields`` are the requested codes, none meaning all."""

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
        """Return the summary of a reading after its last page; ``warnings`` come before the reading's own."""
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
        """Return the ``summary`` object of the JSON output."""
        return {
            "total_records": self.records,
            "requests_made": self.requests,
            "pages": self.pages,
            "pagination_strategy": self.strategy,
            "fields": list(self.fields),
            "effective_query": self.effective_query,
            "warnings": [str(warning) for warning in self.warnings],
        }

    def with_warnings(self, *warnings: Message) -> "QuerySummary":
        """Return the same summary with more warnings."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def warning_lines(self) -> Sequence[Message]:
        """Return a line for each warning."""
        return [Message("Warning: {warning}", warning=warning) for warning in self.warnings]

    def headline(self) -> Message:
        """Return a sentence with the number of records, without a full stop."""
        if not self.records:
            return self._no_record_headline()
        return counted(
            self.records,
            Message("1 record of app {app}", app=self.app),
            Message("{count:,} records of app {app}", count=self.records, app=self.app),
        )

    def _no_record_headline(self) -> Message:
        """Return why no record is shown; it says that none matches only if no limit or offset left records out."""
        query = parse(self.effective_query)
        if query.limit == 0:
            return Message("No record of app {app} is shown, since the query has limit 0", app=self.app)
        if query.offset:
            return Message(
                "No record of app {app} is shown, since there is none after offset {offset}",
                app=self.app,
                offset=query.offset,
            )
        return Message("No record of app {app} matches", app=self.app)


# Fields that no record has

MAX_CODES_SHOWN = 10


class MissingFields:
    """Collects the requested fields that no record has had so far."""

    def __init__(self, fields: Sequence[str]) -> None:
        """Start without records."""
        self._missing = list(fields)
        self._records = 0

    def add(self, records: Sequence[Record]) -> None:
        """Take the records of a page; a field that at least one record has is not missing."""
        self._records += len(records)
        if self._missing:
            self._missing = [code for code in self._missing if not any(code in record for record in records)]

    def warning(self, form: Callable[[], Form | None]) -> Message | None:
        """Return a sentence with the missing fields and suggestions for them; None if no field is missing.

        ``form`` is called only if a field is missing; it returns None if the form cannot be read.
        """
        if not self._missing or not self._records:
            return None
        known = form()
        if known is None:
            return _not_in_records(self._missing)
        columns = [code for code in self._missing if code in known.tables_by_column]
        hidden = [code for code in self._missing if known.find(code) and code not in columns]
        sentences = [
            *(_column(code, known) for code in columns[:MAX_CODES_SHOWN]),
            *unknown_fields(self._missing, known),
        ]
        return Joined([*sentences, *([_not_shown(hidden)] if hidden else ())], "; ")


def _not_in_records(codes: Sequence[str]) -> Message:
    return Message(
        "fields: {codes} not in the records; kintone leaves out, without an error, codes that the app does not "
        "have, fields that the token may not see, and columns of tables (name the table instead)",
        codes=_listed(codes),
    )


def _not_shown(codes: Sequence[str]) -> Message:
    return Message(
        "fields: {codes} not in the records, since the app has it switched off or the token may not view it",
        codes=_listed(codes),
    )


def _column(code: str, form: Form) -> Message:
    return Message(
        'fields: "{column}" is a column of the table "{table}"; name the table instead',
        column=printable(code),
        table=printable(form.tables_by_column[code]),
    )


def _listed(codes: Sequence[str]) -> str | Message:
    listed = ", ".join(map(printable, codes[:MAX_CODES_SHOWN]))
    left = len(codes) - MAX_CODES_SHOWN
    return Message("{codes} and {count} more", codes=listed, count=left) if left > 0 else listed
