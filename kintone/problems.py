"""What is wrong with a record, and what was changed in it, told so that people and models can act on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kintone.messages import NOTHING, Joined, Message, verbatim
from kintone.texts import preview, printable

MAX_LISTED = 100
"""Problems, and changes, that are listed; ours, so that a hostile record cannot fill a message."""


class ProblemCode(StrEnum):
    """The kinds of problems; workflows test for these words."""

    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_COLUMN = "unknown_column"
    NOT_WRITABLE = "not_writable"
    REQUIRED = "required"
    WRONG_TYPE = "wrong_type"
    BAD_FORMAT = "bad_format"
    UNKNOWN_OPTION = "unknown_option"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a record: a field code and, inside the table ``table``, the row counted from 1."""

    field: str
    row: int | None = None
    table: str = ""

    @property
    def words(self) -> Message:
        """Return the place as a sentence begins with it: ``price`` or ``qty in row 2 of lines``."""
        field = printable(self.field)
        if self.row is None:
            return verbatim(field)
        table = printable(self.table)
        if self.field == self.table:
            return Message("row {row} of {table}", row=self.row, table=table)
        return Message("{field} in row {row} of {table}", field=field, row=self.row, table=table)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that kintone would refuse, drop or misread; ``row`` is None outside tables, else counted from 1."""

    field: str
    row: int | None
    code: ProblemCode
    message: Message
    suggestion: Message

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the problem as JSON shows it."""
        return {
            "field": self.field,
            "row": self.row,
            "code": self.code.value,
            "message": str(self.message),
            "suggestion": str(self.suggestion),
        }

    @property
    def line(self) -> Message:
        """Return message and suggestion on one line."""
        return Joined([self.message, self.suggestion], ": ")


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is stored otherwise than it was written, or not at all; ``text`` is for people."""

    field: str
    row: int | None
    text: Message


class UnusableValueError(Exception):
    """A value that a field cannot take; the place is added by whoever knows it."""

    def __init__(self, code: ProblemCode, complaint: Message, suggestion: Message = NOTHING) -> None:
        """Keep the parts of the problem to be."""
        super().__init__(complaint)
        self.code: Final = code
        self.complaint: Final = complaint
        self.suggestion: Final = suggestion

    def suggesting(self, suggestion: Message) -> "UnusableValueError":
        """Return the same complaint with this suggestion, unless it has one of its own."""
        return self if self.suggestion else UnusableValueError(self.code, self.complaint, suggestion)


@dataclass(slots=True)
class Findings:
    """Problems and changes of one record; the first ``max_problems`` and hundred changes are kept, others counted."""

    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unlisted_problems: int = 0
    unlisted_changes: int = 0
    max_problems: int = MAX_LISTED

    @property
    def count(self) -> int:
        """Return how many problems there are, listed or not."""
        return len(self.problems) + self.unlisted_problems

    def problem(
        self,
        place: Place,
        code: ProblemCode,
        complaint: Message,
        suggestion: Message | Callable[[], Message] = NOTHING,
    ) -> None:
        """Note a problem; a suggestion that costs time to find is handed over as a function."""
        if len(self.problems) >= self.max_problems:
            self.unlisted_problems += 1
            return
        words = suggestion if isinstance(suggestion, Message) else suggestion()
        message = Message("{place}: {complaint}", place=place.words, complaint=complaint)
        self.problems.append(Problem(printable(place.field), place.row, code, message, words))

    def unusable(self, place: Place, error: UnusableValueError) -> None:
        """Note that a value cannot be used."""
        self.problem(place, error.code, error.complaint, error.suggestion)

    def change(self, place: Place, before: object, after: object) -> None:
        """Note that a value goes out otherwise than it came in."""
        self._told(
            place,
            Message("{place}: {before} → {after}", place=place.words, before=preview(before), after=preview(after)),
        )

    def note(self, place: Place, what: Message) -> None:
        """Note what kintone will make of a value, or of a field that was left out."""
        self._told(place, Message("{place}: {what}", place=place.words, what=what))

    def left_out(self, place: Place, why: Message) -> None:
        """Note that a field does not go out at all."""
        self.note(place, Message("left out, since {why}", why=why))

    def _told(self, place: Place, text: Message) -> None:
        if len(self.changes) >= MAX_LISTED:
            self.unlisted_changes += 1
        else:
            self.changes.append(Change(printable(place.field), place.row, text))


def problem_lines(problems: Sequence[Problem], unlisted: int = 0) -> list[Message]:
    """Return one line per problem, and a last one that counts those not listed."""
    lines = [problem.line for problem in problems]
    return [*lines, Message("and {count} more", count=unlisted)] if unlisted else lines
