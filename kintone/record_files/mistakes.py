"""The mistakes of a file, each with its physical line and its column: a hundred are listed, the others counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kintone.messages import Message, counted
from kintone.problems import MAX_LISTED, Findings, Place, Problem, ProblemCode
from kintone.texts import printable


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One mistake; ``line`` is the physical line of the file from 1, ``column`` the header as the file writes it.

    ``column`` is blank for the line as a whole.
    """

    line: int
    column: str
    problem: Problem

    @property
    def words(self) -> Message:
        """Line, column, what is wrong, and what to write instead."""
        if not self.column or self.column == self.problem.field:
            return Message("line {line}: {problem}", line=self.line, problem=self.problem.line)
        return Message(
            "line {line}, column {column}: {problem}",
            line=self.line,
            column=printable(self.column),
            problem=self.problem.line,
        )


def a_problem(field_name: str, code: ProblemCode, complaint: Message, suggestion: Message) -> Problem:
    """Return a problem of a field, or of a whole line where ``field_name`` is blank."""
    if not field_name:
        return Problem("", None, code, complaint, suggestion)
    findings = Findings()
    findings.problem(Place(field_name), code, complaint, suggestion)
    return findings.problems[0]


@dataclass(slots=True)
class Mistakes:
    """Collects the mistakes of a file; the first ``max_listed`` are kept."""

    listed: list[FileProblem] = field(default_factory=list)
    unlisted: int = 0
    max_listed: int = MAX_LISTED

    def add(self, problems: Iterable[FileProblem]) -> None:
        """Keep or count mistakes."""
        for problem in problems:
            if len(self.listed) < self.max_listed:
                self.listed.append(problem)
            else:
                self.unlisted += 1

    @property
    def count(self) -> int:
        """The number of mistakes, listed or not."""
        return len(self.listed) + self.unlisted

    @property
    def lines(self) -> Sequence[Message]:
        """One sentence for each mistake, and one with the number of those not listed."""
        lines = [problem.words for problem in self.listed]
        if self.unlisted:
            more = Message("and {count:,} more problems", count=self.unlisted)
            lines.append(counted(self.unlisted, Message("and 1 more problem"), more))
        return lines
