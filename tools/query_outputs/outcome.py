"""What a query came to, apart from its records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kintone.messages import Message, counted
from kintone.reading.query import parse
from kintone.reading.reader import Reading, Strategy


@dataclass(frozen=True, slots=True)
class Outcome:
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
    def of(cls, reading: Reading, app: int, records: int, pages: int, warnings: tuple[Message | str, ...]) -> "Outcome":
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

    def but_warned(self, *warnings: Message) -> "Outcome":
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
