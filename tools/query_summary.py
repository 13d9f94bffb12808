"""The summary of a finished query, and a warning about field codes that no record has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kintone.forms.fields import Form
from kintone.messages import Joined, Message, counted
from kintone.query.mistakes import unknown_fields
from kintone.reading.matches import Matches
from kintone.reading.pages import Record
from kintone.reading.plan import Bound, IdOrder
from kintone.reading.reader import Reading, Strategy
from kintone.texts import printable

# The summary


TOTAL_UNCERTAIN = Message(
    "kintone's count of the matching records is missing or contradicts the records themselves, so total_count is only "
    "the smallest number that it can be"
)


def none_came(app: int) -> Message:
    """Return the sentence for no record where a warning says that some may match all the same."""
    return Message("kintone gave no record of app {app}; that none matches is not certain, see the warning.", app=app)


@dataclass(frozen=True, slots=True)
class QuerySummary:
    """The summary of a finished reading.

    ``records`` is the number of records read, ``matches`` that of all that match; ``bound`` is what sets the maximum,
    None without one; ``fields`` are the requested codes, none meaning all. ``id_order`` is the order by record id, None
    for another one. ``other_bound`` is a second maximum that has to be raised as well before all records can be read.
    ``has_offset`` and ``is_fenced`` tell where the query has to be changed: whether an offset stands in it, though it
    may be 0, and whether it stands in a code fence.
    """

    app: int
    records: int
    matches: Matches
    bound: Bound | None
    offset: int
    pages: int
    requests: int
    strategy: Strategy
    fields: tuple[str, ...]
    effective_query: str
    warnings: tuple[Message | str, ...] = ()
    id_order: IdOrder | None = None
    other_bound: Bound | None = None
    has_offset: bool = False
    is_fenced: bool = False

    @classmethod
    def of(  # noqa: PLR0913 - what the reading itself does not know
        cls,
        reading: Reading,
        app: int,
        *,
        records: int,
        pages: int,
        requests: int,
        is_fenced: bool,
        warnings: tuple[Message | str, ...],
    ) -> "QuerySummary":
        """Return the summary of a reading after its last page; ``warnings`` come before the reading's own.

        ``requests`` counts all requests of the call, those for the form among them, without retries.
        """
        # Where kintone stopped a search, its own warning says why the number is uncertain.
        uncertain = () if reading.matches.is_exact or reading.is_partial else (TOTAL_UNCERTAIN,)
        return cls(
            app=app,
            records=records,
            matches=reading.matches,
            bound=reading.bound,
            offset=reading.offset,
            pages=pages,
            requests=requests,
            strategy=reading.strategy,
            fields=reading.fields,
            effective_query=reading.effective_query,
            warnings=(*warnings, *reading.warnings, *uncertain),
            id_order=reading.id_order,
            other_bound=reading.other_bound,
            has_offset=reading.has_offset,
            is_fenced=is_fenced,
        )

    def summary(self) -> dict[str, object]:
        """Return the ``summary`` object of the JSON output."""
        return {
            "total_records": self.records,
            "total_count": self.matches.count,
            "truncated": self.matches.truncated,
            "requests_made": self.requests,
            "pages": self.pages,
            "pagination_strategy": self.strategy,
            "fields": list(self.fields),
            "effective_query": self.effective_query,
            "warnings": [str(warning) for warning in self.warnings],
        }

    def variables(self, **others: object) -> dict[str, object]:
        """Return the result variables: the two numbers, and those that are given."""
        return {"record_count": self.records, "total_count": self.matches.count, **others}

    def with_warnings(self, *warnings: Message) -> "QuerySummary":
        """Return the same summary with more warnings."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def opening(self, *, is_cut: bool = False) -> Sequence[Message]:
        """Return the number of records in a sentence, and a line for each warning.

        The warnings come first, unless a maximum stopped the reading, or records match and none is shown: then the
        first line says so. ``is_cut`` says that a text follows that does not show all records that were read, and that
        its end explains how to read on.
        """
        warnings = [Message("Warning: {warning}", warning=warning) for warning in self.warnings]
        if self.bound and self.matches.truncated and self.matches.count:
            return [Joined([self._stopped(), self._advice(is_cut=is_cut)], " "), *warnings]
        if self.matches.count and not self.records:
            return [self._headline(), *warnings]
        return [*warnings, self._headline()]

    def _stopped(self) -> Message:
        """Return how many of how many records were read, and what stopped the reading."""
        if not self.records:
            return Message(
                "0 of {total} matching records of app {app}, since the query has limit 0.",
                total=self._total,
                app=self.app,
            )
        stopped = Message(
            "{count:,} of {total} matching records of app {app}, stopped by {bound}",
            count=self.records,
            total=self._total,
            app=self.app,
            bound=self.bound,
        )
        if self.id_order is None:
            return Message("{stopped}.", stopped=stopped)
        if self.id_order is IdOrder.ASCENDING:
            return Message("{stopped}, the oldest first.", stopped=stopped)
        return Message("{stopped}, the newest first.", stopped=stopped)

    def _advice(self, *, is_cut: bool) -> Message:
        """Return how to get the other records, or their number alone."""
        if not self.records:
            return Message("To read them raise limit; for a count use kintone_aggregate, if you have it.")
        if is_cut:
            return Message("How to read on stands at the end; for a count use kintone_aggregate, if you have it.")
        bound = (
            Message("{bound} and {other}", bound=self.bound, other=self.other_bound) if self.other_bound else self.bound
        )
        offset = self.offset + self.records
        if self.offset or self.has_offset:
            return Message(
                "For the rest raise {bound}, or write offset {offset} instead of offset {before} in query; for a count "
                "use kintone_aggregate, if you have it.",
                bound=bound,
                offset=offset,
                before=self.offset,
            )
        if self.is_fenced:
            return Message(
                "For the rest raise {bound}, or put offset {offset} at the end of query, before its closing fence; for "
                "a count use kintone_aggregate, if you have it.",
                bound=bound,
                offset=offset,
            )
        return Message(
            "For the rest raise {bound}, or put offset {offset} at the end of query; for a count use "
            "kintone_aggregate, if you have it.",
            bound=bound,
            offset=offset,
        )

    def reading_on(self, shown: int) -> Message:
        """Return how to read the records after the first ``shown`` ones."""
        if self.offset or self.has_offset:
            return Message(
                "To read on here, write offset {offset} instead of offset {before} in query, name fewer fields, or add "
                "a condition.",
                offset=self.offset + shown,
                before=self.offset,
            )
        if self.is_fenced:
            return Message(
                "To read on here, put offset {offset} at the end of query, before its closing fence, name fewer "
                "fields, or add a condition.",
                offset=shown,
            )
        return Message(
            "To read on here, put offset {offset} at the end of query, name fewer fields, or add a condition.",
            offset=shown,
        )

    def _headline(self) -> Message:
        """Return the number of records of a reading that no maximum stopped."""
        if not self.records:
            return self._no_record()
        if self.records < self.matches.count:
            return Message(
                "{count:,} of {total} matching records of app {app}, from offset {offset} on:",
                count=self.records,
                total=self._total,
                app=self.app,
                offset=self.offset,
            )
        return counted(
            self.records,
            Message("1 record of app {app}:", app=self.app),
            Message("{count:,} records of app {app}:", count=self.records, app=self.app),
        )

    def _no_record(self) -> Message:
        """Return why no record is shown; that none matches is said only if none does."""
        if not self.matches.count and not self.matches.is_exact:
            return none_came(self.app)
        if not self.matches.count:
            return Message("No record of app {app} matches.", app=self.app)
        if not self.matches.is_exact:
            return Message(
                "0 of {total} matching records of app {app}: kintone gave none from offset {offset} on.",
                total=self._total,
                app=self.app,
                offset=self.offset,
            )
        return Message(
            "0 of {total} matching records of app {app}, since offset {offset} is behind the last one.",
            total=self._total,
            app=self.app,
            offset=self.offset,
        )

    @property
    def _total(self) -> Message:
        """The number of all matches in words."""
        if self.matches.is_exact:
            return Message("{count:,}", count=self.matches.count)
        return Message("at least {count:,}", count=self.matches.count)


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
