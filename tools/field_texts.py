"""The text that describes the fields of an app: one line a field, grouped by what can be done with them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kintone.app_overview import Action, AppOverview
from kintone.errors import KintoneError
from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition, Limits
from kintone.messages import NOTHING, Joined, Message, counted, verbatim
from kintone.texts import preview, printable
from tools.field_descriptions import is_process_on, is_writable

MAX_CHARACTERS = 20_000
"""Characters of the whole text; agents read only the text, and every character costs."""
MAX_CODES_CHARACTERS = 10_000
"""Characters of the codes of fields that are not described."""
REST_CHARACTERS = 200
"""Characters of the sentence around them."""
MAX_LIST_CHARACTERS = 1_500
"""Characters of all statuses, or of all actions."""
MAX_ITEMS = 30
"""Options, or people to choose from, that are named."""
MAX_VALUE_CHARACTERS = 200
INDENT = "  "
NEGATED = ("not in", "not like", "is not empty")
NO_TEXT, NO_ENTRY = '= ""', 'in ("")'

type Line = Message | str


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
            app = Message("app {app} ({name})", app=self.app, name=_quoted(name))
        shown, total = len(self.fields), len(self.overview.form.fields)
        if self.all_asked:
            return Message("Fields of {app}: {total}, to be named by code.", app=app, total=total)
        return Message("Fields of {app}: {shown} of {total}.", app=app, shown=shown, total=total)

    def _rights(self) -> list[Message]:
        may_view = self.overview.may_view
        if isinstance(may_view, KintoneError):
            return []
        if may_view:
            return [Message("The credential may view records; whether it may write them is not known.")]
        return [
            Message(
                "The credential may not view records, so tools that read records fail; whether it may write them is "
                "not known."
            )
        ]

    def _process(self) -> list[Message]:
        if not self.all_asked:
            return []
        process = self.overview.process
        if isinstance(process, KintoneError):
            return [self._unread_process(process)]
        if not process.enabled:
            return [Message("Process management: off.")]
        statuses = _cut([_quoted(status) for status in process.statuses])
        return [
            Message("Process management: on. Statuses: {statuses}.", statuses=statuses),
            Message("Actions: {actions}.", actions=_cut(map(_action, process.actions))),
        ]

    def _unread_process(self, error: KintoneError) -> Message:
        if not is_process_on(self.overview.form):
            return Message("Process management: off.")
        return Message(
            "Process management: on. Its statuses and actions could not be read with this credential ({code}).",
            code=error.code,
        )


def _groups(fields: Iterable[FieldDefinition]) -> list[tuple[Message, list[FieldDefinition]]]:
    headings = (
        Message("To write:"),
        Message("Tables:"),
        Message("Calculated or copied, not to be written:"),
    )
    groups: list[list[FieldDefinition]] = [[] for _ in headings]
    for field in fields:
        if not _is_system(field):
            groups[_group(field)].append(field)
    return [(heading, group) for heading, group in zip(headings, groups, strict=True) if group]


def _group(field: FieldDefinition) -> int:
    if field.is_table:
        return 1
    return 0 if is_writable(field) else 2


def _is_system(field: FieldDefinition) -> bool:
    """Tell whether kintone alone gives the field its value, or it never has one; nothing else is known of it."""
    return not field.type.on_update and not field.type.calculated


def _system_lines(fields: Iterable[FieldDefinition]) -> list[Message]:
    """Return a line for the fields that kintone fills, one for those that are off, and one for those without values."""
    system = [field for field in fields if _is_system(field)]
    filled = [field for field in system if field.is_in_records]
    empty = [field for field in system if not field.is_in_records]
    off = [field for field in empty if field.value_kind is not ValueKind.NOTHING]
    without = [field for field in empty if field.value_kind is ValueKind.NOTHING]
    lines = (
        (Message("Filled by kintone: {fields}", fields=_cut(map(_system_field, filled))), filled),
        (Message("Switched off: {fields}", fields=_cut([printable(field.code) for field in off])), off),
        (Message("Never with a value: {fields}", fields=_cut(map(_system_field, without))), without),
    )
    return [line for line, group in lines if group]


def _system_field(field: FieldDefinition) -> Message:
    return Message("{code}{label} ({type})", code=printable(field.code), label=_label(field), type=_type(field))


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
            for each, line in _with_columns(field):
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
            codes=_cut(map(printable, codes), room),
        )
    ]


def _code_length(field: FieldDefinition) -> int:
    """Return the characters of a code in a list of codes."""
    return len(printable(field.code)) + 2


def _length_of(lines: Iterable[Line]) -> int:
    return sum(len(str(line)) + 1 for line in lines)


# One field


def _with_columns(field: FieldDefinition) -> list[tuple[FieldDefinition, Line]]:
    """Return the line of a field and those of its columns."""
    return [(field, _line(field)), *((column, _line(column, INDENT)) for column in field.columns.values())]


def _line(field: FieldDefinition, indent: str = "") -> Line:
    return Message(
        "{indent}{code}{label}: {parts}",
        indent=indent,
        code=printable(field.code),
        label=_label(field),
        parts=Joined(_parts(field), ", "),
    )


def _label(field: FieldDefinition) -> str:
    """Return the label in quotes, with a blank before it; blank where it is the code."""
    return "" if field.label == field.code else f" {json.dumps(printable(field.label), ensure_ascii=False)}"


def _parts(field: FieldDefinition) -> list[Message]:
    return [
        _type(field),
        Message("required") if field.required else NOTHING,
        Message("unique") if field.unique else NOTHING,
        _length(field.limits),
        _range(field.limits),
        Message("unit {unit}", unit=_short(field.unit)) if field.unit else NOTHING,
        _decimals(field.shown_decimals),
        _default(field),
        _lookup(field),
        Message("filled by the lookup {code}", code=printable(field.copied_by)) if field.copied else NOTHING,
        Message("formula {formula}", formula=_short(field.expression)) if field.expression else NOTHING,
        Message("not to be written") if field.in_table and not is_writable(field) else NOTHING,
        _options(field),
        _entities(field),
    ]


def _type(field: FieldDefinition) -> Message:
    name, detail = printable(field.type.name), field.format or field.limits.protocol
    return Message("{name} ({detail})", name=name, detail=_short(detail)) if detail else verbatim(name)


def _length(limits: Limits) -> Message:
    least, most = limits.min_length, limits.max_length
    if least and most is not None:
        return Message("{least} to {most} characters", least=least, most=most)
    if most is not None:
        return Message("at most {most} characters", most=most)
    return Message("at least {least} characters", least=least) if least else NOTHING


def _range(limits: Limits) -> Message:
    least, most = limits.min_value, limits.max_value
    if least is not None and most is not None:
        return Message("{least} to {most}", least=str(least), most=str(most))
    if most is not None:
        return Message("at most {most}", most=str(most))
    return NOTHING if least is None else Message("at least {least}", least=str(least))


def _decimals(count: int | None) -> Message:
    if count is None:
        return NOTHING
    return counted(count, Message("1 decimal place shown"), Message("{count} decimal places shown", count=count))


def _default(field: FieldDefinition) -> Message:
    if field.default_now:
        return Message("default now")
    default = field.default
    if not default:
        return NOTHING
    if isinstance(default, list):
        names = [entry.get("code") if isinstance(entry, dict) else entry for entry in default]
        return Message("default {value}", value=_items([name for name in names if isinstance(name, str)]))
    return Message("default {value}", value=_quoted(default) if isinstance(default, str) else preview(default))


def _lookup(field: FieldDefinition) -> Message:
    lookup = field.lookup
    if lookup is None:
        return NOTHING
    source = Message("lookup")
    if lookup.app and lookup.key:
        source = Message("lookup by {key} of app {app}", key=printable(lookup.key), app=lookup.app)
    if not lookup.copies:
        return source
    return Message("{source}, fills {codes}", source=source, codes=_items(lookup.copies))


def _options(field: FieldDefinition) -> Message:
    return Message("options: {names}", names=_items(field.options)) if field.options else NOTHING


def _entities(field: FieldDefinition) -> Message:
    """Return whom the field lets one choose; nothing where it is everybody."""
    if not field.entities:
        return NOTHING
    names = [f"{printable(entity.code)} ({printable(entity.type)})" for entity in field.entities]
    return Message("only {names}", names=_items(names))


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
        lines.append(Message("Empty fields to write: {text}, without = {entry}.", text=NO_TEXT, entry=NO_ENTRY))
    if any(entry.in_table for entry in each):
        lines.append(Message("In tables: in instead of =; {text} finds no empty cells.", text=NO_TEXT))
    return lines


# Lists and names


def _action(action: Action) -> Message:
    name, before, after = (_quoted(each, ',"→()') for each in (action.name, action.before, action.after))
    return Message("{name} ({before} → {after})", name=name, before=before, after=after)


def _items(names: Iterable[str]) -> Message:
    """Return the first names, and how many more there are."""
    every = list(names)
    shown = ", ".join(map(_quoted, every[:MAX_ITEMS]))
    left = len(every) - MAX_ITEMS
    return Message("{shown} and {left} more", shown=shown, left=left) if left > 0 else verbatim(shown)


def _cut(items: Iterable[Line], room: int = MAX_LIST_CHARACTERS) -> Message:
    """Return as many of the items as fit, and how many more there are."""
    every = list(items)
    shown: list[Line] = []
    for item in every:
        room -= len(str(item)) + 2
        if room < 0 and shown:
            break
        shown.append(item)
    left = len(every) - len(shown)
    text = Joined(shown, ", ")
    return Message("{shown} and {left} more", shown=text, left=left) if left else text


def _quoted(name: str, marks: str = ',"') -> str:
    """Return a name; in quotes if it is empty, or holds one of the marks and could be read as two."""
    if name and name == name.strip() and not any(mark in name for mark in marks):
        return printable(name)
    return json.dumps(printable(name), ensure_ascii=False)


def _short(text: str) -> str:
    return printable(text, MAX_VALUE_CHARACTERS)
