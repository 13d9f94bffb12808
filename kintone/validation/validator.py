"""A record against the app's form: everything that kintone would refuse or silently drop, told at once.

What only kintone can know stays unchecked: duplicates, what lookups find, existing users and files, permissions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kintone.forms.field_definitions import Form, WriteMode
from kintone.messages import Message
from kintone.normalization import Checks, normalize_record
from kintone.validation.problems import Change, Problem, problem_lines
from kintone.validation.rules import check_absent, check_value

_CHECKS = Checks(check_value, check_absent)


@dataclass(frozen=True, slots=True)
class Validation:
    """Whether a record can be written, what is wrong with it, and the record as kintone takes it.

    ``record`` leaves out the fields whose values could not be read. At most a hundred problems and changes are listed;
    ``unlisted_problems`` and ``unlisted_changes`` count the others.
    """

    valid: bool
    problems: list[Problem]
    record: dict[str, dict[str, object]] = field(repr=False)
    changes: list[Change]
    unlisted_problems: int = 0
    unlisted_changes: int = 0

    @property
    def lines(self) -> list[Message]:
        """Return one line per problem for people, the count of those not listed last."""
        return problem_lines(self.problems, self.unlisted_problems)


def validate_record(raw: Mapping[str, object], form: Form, operation: WriteMode) -> Validation:
    """Check a record; raises ``InvalidParameterError`` for what is no record at all, and nothing else."""
    read = normalize_record(raw, form, operation=operation, checks=_CHECKS)
    return Validation(
        not read.problems, read.problems, read.record, read.changes, read.unlisted_problems, read.unlisted_changes
    )
