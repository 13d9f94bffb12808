"""Problems of a record, and changes made to it, in sentences that people and models can act on."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kintone.messages import NOTHING, Joined, Message, verbatim
from kintone.texts import preview, printable

MAX_LISTED = 100
"""Problems, and changes, that are listed; our own limit, so that a record cannot fill a message."""


class ProblemCode(StrEnum):
    """The kinds of problems; workflows compare these words."""

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
    """A place in a record: a field code or, in the table ``table``, a column code and the row counted from 1."""

    field: str
    row: int | None = None
    table: str = ""

    @property
    def words(self) -> Message:
        """The place as the beginning of a sentence: ``price`` or ``qty in row 2 of lines``."""
        field = printable(self.field)
        if self.row is None:
            return verbatim(field)
        table = printable(self.table)
        if self.field == self.table:
            return Message("row {row} of {table}", row=self.row, table=table)
        return Message("{field} in row {row} of {table}", field=field, row=self.row, table=table)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that kintone would refuse, drop or misread; ``row`` is None outside tables, else counted from 1.

    ``message`` is made of ``place`` and ``complaint`` where these are given.
    """

    field: str
    row: int | None
    code: ProblemCode
    message: Message
    suggestion: Message
    place: Message = NOTHING
    complaint: Message = NOTHING

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
        """Message and suggestion on one line."""
        return Joined([self.message, self.suggestion], ": ")


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is stored differently from how it was written, or not at all; ``text`` describes it."""

    field: str
    row: int | None
    text: Message


class UnusableValueError(Exception):
    """A value that a field cannot take; the caller adds the place when it notes the problem."""

    def __init__(self, code: ProblemCode, complaint: Message, suggestion: Message = NOTHING) -> None:
        """Keep the parts of a ``Problem``."""
        super().__init__(complaint)
        self.code: Final = code
        self.complaint: Final = complaint
        self.suggestion: Final = suggestion


@dataclass(slots=True)
class Findings:
    """Problems and changes of one record; the first ``max_problems`` and 100 changes are kept, the others counted.

    Problems whose messages are in ``told``, where their suggestions were given, are kept without suggestions.
    """

    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unlisted_problems: int = 0
    unlisted_changes: int = 0
    max_problems: int = MAX_LISTED
    told: Container[str] = frozenset()

    @property
    def count(self) -> int:
        """The number of problems, listed or not."""
        return len(self.problems) + self.unlisted_problems

    def problem(
        self,
        place: Place,
        code: ProblemCode,
        complaint: Message,
        suggestion: Message | Callable[[], Message] = NOTHING,
    ) -> None:
        """Note a problem; a suggestion that takes time is a function, which is called only for a listed problem."""
        message = Message("{place}: {complaint}", place=place.words, complaint=complaint)
        is_told = str(message) in self.told
        if len(self.problems) >= (MAX_LISTED if is_told else self.max_problems):
            self.unlisted_problems += 1
            return
        advice = NOTHING if is_told else suggestion if isinstance(suggestion, Message) else suggestion()
        kept = Problem(printable(place.field), place.row, code, message, advice, place.words, complaint)
        self.problems.append(kept)

    def unusable(self, place: Place, error: UnusableValueError) -> None:
        """Note that a value cannot be used."""
        self.problem(place, error.code, error.complaint, error.suggestion)

    def change(self, place: Place, before: object, after: object) -> None:
        """Note that a value is sent differently from how it was written."""
        self._add_change(
            place,
            Message("{place}: {before} → {after}", place=place.words, before=preview(before), after=preview(after)),
        )

    def note(self, place: Place, remark: Message) -> None:
        """Note what kintone will do with a value, or that a field is left out."""
        self._add_change(place, Message("{place}: {remark}", place=place.words, remark=remark))

    def left_out(self, place: Place, reason: Message) -> None:
        """Note that a field is not sent."""
        self.note(place, Message("left out, since {reason}", reason=reason))

    def _add_change(self, place: Place, text: Message) -> None:
        if len(self.changes) >= MAX_LISTED:
            self.unlisted_changes += 1
        else:
            self.changes.append(Change(printable(place.field), place.row, text))


MAX_NAMES_JOINED = 10
"""Names on a line about unknown fields or columns to which none is near."""


def joined_lines[Owner](problems: Iterable[tuple[Owner, Problem]]) -> list[tuple[Owner, Message]]:
    """Return a line for each problem with its owner; unknown names with the same words and owner share one line.

    The suggestion of the first of them may say more than those of the others, which it begins with.
    """
    groups: list[tuple[Owner, Problem, list[Message]]] = []
    alike: dict[tuple[str, str], list[int]] = {}
    for owner, problem in problems:
        if problem.code not in {ProblemCode.UNKNOWN_FIELD, ProblemCode.UNKNOWN_COLUMN} or not problem.complaint:
            groups.append((owner, problem, []))
            continue
        suggestion = str(problem.suggestion)
        candidates = alike.setdefault((str(owner), str(problem.complaint)), [])
        fitting = [place for place in candidates if str(groups[place][1].suggestion).startswith(suggestion)]
        if fitting:
            groups[fitting[0]][2].append(problem.place)
        else:
            candidates.append(len(groups))
            groups.append((owner, problem, [problem.place]))
    return [(owner, _joined_line(problem, places)) for owner, problem, places in groups]


def _joined_line(problem: Problem, places: Sequence[Message]) -> Message:
    left = len(places) - MAX_NAMES_JOINED
    if len(places) <= 1:
        return problem.line
    named: Message = Joined(places[:MAX_NAMES_JOINED], ", ")
    if left > 0:
        named = Message("{names} and {count} more", names=named, count=left)
    return Joined(
        [Message("{places}: {complaint}", places=named, complaint=problem.complaint), problem.suggestion], ": "
    )


def problem_lines(problems: Sequence[Problem], unlisted: int = 0) -> list[Message]:
    """Return a line for each problem, as ``joined_lines`` does, and a last one with the number of those not listed."""
    lines = [line for _, line in joined_lines((None, problem) for problem in problems)]
    return [*lines, Message("and {count} more problems", count=unlisted)] if unlisted else lines
