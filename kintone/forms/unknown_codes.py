"""Sentences about a field code that the app does not have: the codes and labels that were probably meant."""

from collections.abc import Iterable

from kintone.field_types import RECORD_ID
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import folded, listed, nearest_codes, nearest_preferred
from kintone.messages import Joined, Message
from kintone.texts import printable

MAX_NAMED = 3
MAX_LOOKED_UP = 10
MIN_PART = 2
"""Characters from which on a part of a label counts as near."""
_RECORD_IDS = (
    "id", "$id", "recordid", "recordnumber", "recordno", "レコードid", "レコード番号", "記録id", "记录id", "记录编号",
    "iddoregistro",
)  # fmt: skip
"""What people call the number of a record, without blanks and ``_``."""


def unknown_code(parameter: str, code: str, form: Form) -> Message:
    """Return a sentence about one code, as ``unknown_codes`` does."""
    return unknown_codes(parameter, [code], form)[0]


def unknown_codes(parameter: str, codes: Iterable[str], form: Form, *, are_written: bool = False) -> list[Message]:
    """Return sentences that name the parameter, the codes, and the nearest fields by code and label.

    Where several fields share the label that was written, their codes are named, as many as ``listed`` shows. Codes to
    which none is near share a sentence that lists the fields of the app. Only the first ten codes are looked up. Where
    values ``are_written`` into the fields, those that an update can write come first.
    """
    different = list(dict.fromkeys(codes))
    near = {code: _near(code, form, are_written=are_written) for code in different[:MAX_LOOKED_UP]}
    sentences = [
        Message(
            '{parameter}: app {app} has no field "{code}"; did you mean {near}?',
            parameter=parameter,
            app=form.app,
            code=printable(code),
            near=listed(_named(found, form), " or "),
        )
        for code, found in near.items()
        if found
    ]
    far = [Message('"{code}"', code=printable(code)) for code, found in near.items() if not found]
    if left := len(different) - len(near):
        far.append(Message("{count} more", count=left))
    return sentences if not far else [*sentences, _far(parameter, far, form)]


def only_near_field(code: str, form: Form) -> FieldDefinition | None:
    """Return the field that is near to an unknown code, None if there is none or more than one."""
    near = _near(code, form)
    return form.find(near[0]) if len(near) == 1 else None


def _far(parameter: str, codes: list[Message], form: Form) -> Message:
    return Message(
        "{parameter}: app {app} has no field {codes}; its fields are {fields}",
        parameter=parameter,
        app=form.app,
        codes=Joined(codes, ", "),
        fields=listed(_named(form.fields, form)),
    )


def _near(code: str, form: Form, *, are_written: bool = False) -> tuple[str, ...]:
    column = code.rpartition(".")[2]
    if column != code and column in form.tables_by_column:
        return (column,)
    names = [*form.names(), *form.column_names()]
    plain = _plain(code)
    if plain in _RECORD_IDS and plain not in {_plain(name) for pair in names for name in pair}:
        return (RECORD_ID,)
    if not are_written:
        return nearest_codes(code, names) or _containing(code, names)
    writable = [pair for pair in names if _is_writable(form.find(pair[0]))]
    others = [pair for pair in names if not _is_writable(form.find(pair[0]))]
    return nearest_preferred(code, writable, others) or _containing(code, writable) or _containing(code, others)


def _is_writable(field: FieldDefinition | None) -> bool:
    return field is not None and field.refusal("update") is None


def _plain(name: str) -> str:
    return folded(name).replace("_", "")


def _containing(code: str, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the fields whose code or label holds what was written, the shortest first."""
    wanted = folded(code)
    if len(wanted) < MIN_PART:
        return ()
    found = [(code, label) for code, label in names if wanted in folded(code) or wanted in folded(label)]
    return tuple(code for code, _ in sorted(found, key=lambda name: len(name[1])))[:MAX_NAMED]


def _named(codes: Iterable[str], form: Form) -> list[Message]:
    """Return each code in quotes, with its label where that is another text."""
    named: list[Message] = []
    for code in codes:
        field = form.find(code)
        if field is None or field.label == code:
            named.append(Message('"{code}"', code=printable(code)))
        else:
            named.append(Message('"{code}" ({label})', code=printable(code), label=printable(field.label)))
    return named
