"""The lines of the fields in the text that describes an app: one line a field, those of a table's columns indented."""

from collections.abc import Iterable

from kintone import limits
from kintone.forms.fields import FieldDefinition, Limits
from kintone.messages import NOTHING, Joined, Message, counted, verbatim
from kintone.texts import preview, printable
from tools.field_descriptions import is_writable

MAX_ITEMS = 30
"""Options, or people to choose from, that are named."""
MAX_VALUE_CHARACTERS = 200
MAX_NAME_CHARACTERS = 2 * limits.MAX_NAME_LENGTH
INDENT = "  "

type Line = Message | str


def with_columns(field: FieldDefinition) -> list[tuple[FieldDefinition, Line]]:
    """Return the line of a field and those of its columns."""
    return [(field, _line(field)), *((column, _line(column, INDENT)) for column in field.columns.values())]


def _line(field: FieldDefinition, indent: str = "") -> Line:
    return Message(
        "{indent}{code}{label}: {parts}",
        indent=indent,
        code=printable(field.code),
        label=label_of(field),
        parts=Joined(_parts(field), ", "),
    )


def label_of(field: FieldDefinition) -> str:
    """Return the label in quotes, with a blank before it; blank where it is the code."""
    return "" if field.label == field.code else f" {preview(field.label, MAX_NAME_CHARACTERS)}"


def _parts(field: FieldDefinition) -> list[Message]:
    return [
        type_of(field),
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
        _unwritable_column(field),
        *_related(field),
        _options(field),
        _entities(field),
    ]


def type_of(field: FieldDefinition) -> Message:
    """Return the type, and in brackets the format of a calculated field or the protocol of a link."""
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
    return Message("default {value}", value=quoted(default) if isinstance(default, str) else preview(default))


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


def _unwritable_column(field: FieldDefinition) -> Message:
    if not field.in_table or is_writable(field):
        return NOTHING
    if not field.type.is_known:
        return Message("a type that is not known here, and so is whether it can be written")
    return Message("not to be written")


def _related(field: FieldDefinition) -> list[Message]:
    """Return app, condition and columns of related records; nothing for another field."""
    if not field.query.dotted:
        return []
    related = field.related
    if related is None:
        return [Message("of an app that this credential may not view")]
    parts = [
        Message("app {app}", app=related.app) if related.app else NOTHING,
        Message("where {key} = {own} of this app", key=printable(related.key), own=printable(related.own)),
        Message("and {condition}", condition=_short(related.condition)) if related.condition else NOTHING,
    ]
    return [
        Joined(parts, " "),
        Message("columns: {codes}", codes=_items(related.columns)) if related.columns else NOTHING,
    ]


def _options(field: FieldDefinition) -> Message:
    return Message("options: {names}", names=_items(field.options)) if field.options else NOTHING


def _entities(field: FieldDefinition) -> Message:
    """Return whom the field lets one choose; nothing where it is everybody."""
    if not field.entities:
        return NOTHING
    names = [f"{printable(entity.code)} ({printable(entity.type)})" for entity in field.entities]
    return Message("only {names}", names=_items(names))


# Names and values


def _items(names: Iterable[str]) -> Message:
    """Return the first names, and how many more there are."""
    every = list(names)
    shown = ", ".join(map(quoted, every[:MAX_ITEMS]))
    left = len(every) - MAX_ITEMS
    return Message("{shown} and {left} more", shown=shown, left=left) if left > 0 else verbatim(shown)


def quoted(name: str, marks: str = ',"') -> str:
    """Return a name; in quotes if it is empty, or holds one of the marks and could be read as two."""
    if name and name == name.strip() and not any(mark in name for mark in marks):
        return printable(name)
    return preview(name, MAX_NAME_CHARACTERS)


def _short(text: str) -> str:
    return printable(text, MAX_VALUE_CHARACTERS)
