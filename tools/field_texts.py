"""The text that describes the fields of an app: one line a field, grouped by what can be done with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kintone.app_overview import Action, AppOverview, Process
from kintone.errors import KintoneError, PermissionDeniedError
from kintone.field_types import STATUS, ValueKind
from kintone.forms.fields import FieldDefinition
from kintone.messages import Joined, Message, verbatim
from kintone.statuses.situation import candidates_named
from kintone.texts import printable
from tools.field_descriptions import is_process_on, is_writable
from tools.field_lines import Line, label_of, quoted, type_of, with_columns

MAX_CHARACTERS = 20_000
"""Characters of the whole text; agents read only the text, and every character costs."""
MAX_CODES_CHARACTERS = 10_000
"""Characters of the codes of fields that are not described."""
REST_CHARACTERS = 200
"""Characters of the sentence around them."""
MAX_LIST_CHARACTERS = 1_500
"""Characters of all statuses, or of all actions."""
AND_ALL_BEHIND = "..."
"""In the parameter ``fields``, after a code: that field and all that the text has behind it."""
NEGATED = ("not in", "not like", "is not empty")
NO_TEXT, NO_ENTRY = '= ""', 'in ("")'


@dataclass(frozen=True, slots=True)
class FieldsText:
    """The text of an app's fields; ``fields`` are those that were asked for, columns within their tables."""

    app: int
    overview: AppOverview
    fields: Sequence[FieldDefinition]
    all_asked: bool

    def lines(self) -> list[Line]:
        """Return the headline, what the credential may do, the fields, the operators and the process."""
        before = [self._headline(), *self._rights()]
        after = [*_system_lines(self.fields), *_query_lines(self.fields), *self._process()]
        return [*before, *_field_lines(self.fields, MAX_CHARACTERS - _length_of([*before, *after])), *after]

    def _headline(self) -> Message:
        app = Message("app {app}", app=self.app)
        name = self.overview.name
        if isinstance(name, str) and name:
            app = Message("app {app} ({name})", app=self.app, name=quoted(name))
        if isinstance(name, KintoneError):
            app = Message("app {app} (its name could not be read: {code})", app=self.app, code=name.code)
        shown, total = len(self.fields), len(self.overview.form.fields)
        if self.all_asked:
            return Message("Fields of {app}: {total}, to be named by code.", app=app, total=total)
        return Message("Fields of {app}: {shown} of {total}.", app=app, shown=shown, total=total)

    def _rights(self) -> list[Message]:
        may_view = self.overview.may_view
        if isinstance(may_view, KintoneError):
            return [
                Message(
                    "Whether the credential may view records could not be found out ({code}); whether it may write "
                    "them is not known.",
                    code=may_view.code,
                )
            ]
        if may_view:
            return [Message("The credential may view records; whether it may write them is not known.")]
        return [
            Message(
                "The credential may not view records, so tools that read records fail; whether it may write them is "
                "not known."
            )
        ]

    def _process(self) -> list[Message]:
        if not self.all_asked and not any(field.type is STATUS for field in self.fields):
            return []
        process = self.overview.process
        if isinstance(process, KintoneError):
            return [self._unread_process(process)]
        if not process.enabled:
            return [Message("Process management: off.")]
        statuses = _cut([quoted(status) for status in process.statuses]) or Message("none in kintone's answer")
        actions = _cut([_action(each, process) for each in process.actions]) or Message("none in kintone's answer")
        return [
            Message("Process management: on. Statuses: {statuses}.", statuses=statuses),
            Message("Actions: {actions}.", actions=actions),
        ]

    def _unread_process(self, error: KintoneError) -> Message:
        if not is_process_on(self.overview.form):
            return Message("Process management: off.")
        if isinstance(error, PermissionDeniedError):
            return Message(
                "Process management: on. Its statuses and actions could not be read with this credential ({code}).",
                code=error.code,
            )
        return Message("Process management: on. Its statuses and actions could not be read ({code}).", code=error.code)


HEADINGS = (
    Message("To write:"),
    Message("Tables:"),
    Message("Of a type that is not known here, and so is whether they can be written:"),
    Message("Calculated or copied, not to be written:"),
    Message("Related records, in queries as FIELD.COLUMN with in instead of =:"),
)


def in_text_order(fields: Iterable[FieldDefinition]) -> list[FieldDefinition]:
    """Return fields in the order in which the text has them."""
    every = list(fields)
    groups = [*(group for _, group in _groups(every)), *(group for _, group in _system_groups(every))]
    return [field for group in groups for field in group]


def _groups(fields: Iterable[FieldDefinition]) -> list[tuple[Message, list[FieldDefinition]]]:
    groups: list[list[FieldDefinition]] = [[] for _ in HEADINGS]
    for field in fields:
        if not _is_system(field):
            groups[_group(field)].append(field)
    return [(heading, group) for heading, group in zip(HEADINGS, groups, strict=True) if group]


def _group(field: FieldDefinition) -> int:
    if field.is_table:
        return 1
    if not field.type.is_known:
        return 2
    if field.query.dotted:
        return 4
    return 0 if is_writable(field) else 3


def _is_system(field: FieldDefinition) -> bool:
    """Tell whether kintone alone gives the field its value, or it never has one; nothing else is known of it."""
    return not field.type.on_update and not field.type.calculated and not field.query.dotted


def _system_groups(fields: Iterable[FieldDefinition]) -> list[tuple[Message, list[FieldDefinition]]]:
    """Return the fields that kintone fills, those that are off, and those without values, each with its line."""
    system = [field for field in fields if _is_system(field)]
    filled = [field for field in system if field.is_in_records]
    empty = [field for field in system if not field.is_in_records]
    off = [field for field in empty if field.value_kind is not ValueKind.NOTHING]
    without = [field for field in empty if field.value_kind is ValueKind.NOTHING]
    return [
        (Message("Filled by kintone: {fields}", fields=""), filled),
        (Message("Switched off: {fields}", fields=""), off),
        (Message("Never with a value: {fields}", fields=""), without),
    ]


def _system_lines(fields: Iterable[FieldDefinition]) -> list[Message]:
    """Return a line for each group of fields that kintone alone writes."""
    return [
        line.copy_with(fields=_cut_fields([field.code for field in group], list(map(_system_field, group))))
        for line, group in _system_groups(fields)
        if group
    ]


def _system_field(field: FieldDefinition) -> Message:
    if not field.is_in_records and field.value_kind is not ValueKind.NOTHING:
        return verbatim(printable(field.code))
    return Message("{code}{label} ({type})", code=printable(field.code), label=label_of(field), type=type_of(field))


def _field_lines(fields: Iterable[FieldDefinition], room: int) -> list[Line]:
    """Return the fields by group; of those behind the maximum only the codes, to be named in another call.

    ``room`` are the characters that there are for both.
    """
    groups = _groups(fields)
    room -= _length_of([heading for heading, _ in groups]) + REST_CHARACTERS
    codes = sum(_code_length(field) for _, group in groups for field in group)
    lines: list[Line] = []
    left: list[str] = []
    for heading, group in groups:
        described: list[Line] = []
        for field in group:
            codes -= _code_length(field)
            columns = sum(map(_code_length, field.columns.values()))
            for each, line in with_columns(field):
                columns -= _code_length(each) if each.in_table else 0
                rest = room - _length_of([line])
                if not left and rest >= min(codes + columns, MAX_CODES_CHARACTERS):
                    described.append(line)
                    room = rest
                elif not each.in_table or field.code not in left:
                    left.append(each.code)
        lines += [heading, *described] if described else []
    return [*lines, *_rest(left, room)]


def _rest(codes: Sequence[str], room: int) -> list[Message]:
    """Return the codes of the fields that are not described, as many as fit."""
    if not codes:
        return []
    return [
        Message(
            "{count} more fields; name those that you need in the parameter fields: {codes}",
            count=len(codes),
            codes=_cut_fields(codes, list(map(printable, codes)), room),
        )
    ]


def _code_length(field: FieldDefinition) -> int:
    """Return the characters of a code in a list of codes."""
    return len(printable(field.code)) + 2


def _length_of(lines: Iterable[Line]) -> int:
    return sum(len(str(line)) + 1 for line in lines)


# Queries


def _query_lines(fields: Iterable[FieldDefinition]) -> list[Line]:
    """Return the operators for the types of these fields; types that share them stand on one line.

    Negated operators stand in one sentence for all: no type has one of them without the other. What differs in tables
    (``QueryRules.in_rows``) is the same for all types too.
    """
    each = [entry for field in fields for entry in (field, *field.columns.values()) if entry.operators]
    types = {entry.type.name: entry.type for entry in each if entry.is_in_records}
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, kind in types.items():
        groups.setdefault(tuple(each for each in kind.query.operators if each not in NEGATED), []).append(name)
    if not groups:
        return []
    lines: list[Line] = [Message("Operators (also not in, not like, is not empty):")]
    lines += [
        Message("{types}: {operators}", types=", ".join(map(printable, names)), operators=", ".join(operators))
        for operators, names in groups.items()
    ]
    if {kind.query.empty for kind in types.values()} & {NO_TEXT, NO_ENTRY}:
        empty = Message("Empty fields to write: {text}, or {entry} where there is no =.", text=NO_TEXT, entry=NO_ENTRY)
        lines.append(empty)
    if any(entry.in_table for entry in each):
        lines.append(Message("In tables: in instead of =; {text} finds no empty cells.", text=NO_TEXT))
    return lines


# Lists


def _action(action: Action, process: Process) -> Message:
    name, before, after = (quoted(each, ',"→()') for each in (action.name, action.before, action.after))
    assignment = process.assignment(action.after)
    if not assignment.is_chosen:
        return Message("{name} ({before} → {after})", name=name, before=before, after=after)
    return Message(
        "{name} ({before} → {after}, needs an assignee by login name: {candidates})",
        name=name,
        before=before,
        after=after,
        candidates=candidates_named(assignment),
    )


def _cut(items: Iterable[Line], room: int = MAX_LIST_CHARACTERS) -> Message:
    """Return as many of the items as fit, and how many more there are."""
    every = list(items)
    shown = every[: _fitting(every, room)]
    left = len(every) - len(shown)
    text = Joined(shown, ", ")
    return Message("{shown} and {left} more", shown=text, left=left) if left else text


def _cut_fields(codes: Sequence[str], shown_as: Sequence[Line], room: int = MAX_LIST_CHARACTERS) -> Message:
    """Return as many of the fields as fit, how many more there are, and how to have the text begin with those."""
    count = _fitting(shown_as, room)
    text = Joined(shown_as[:count], ", ")
    if count == len(codes):
        return text
    return Message(
        '{shown} and {left} more, which fields="{next}, {more}" describes',
        shown=text,
        left=len(codes) - count,
        next=printable(codes[count]),
        more=AND_ALL_BEHIND,
    )


def _fitting(items: Iterable[Line], room: int) -> int:
    """Return how many of the first items fit; one does in any case."""
    count = 0
    for item in items:
        room -= len(str(item)) + 2
        if room < 0 and count:
            break
        count += 1
    return count
