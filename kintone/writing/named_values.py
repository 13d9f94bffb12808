"""Which values of a write hold the user, department, group or file that kintone refused.

kintone refuses the whole request, without the record's position: its words name the first unknown code or key alone,
as in ``The specified user (code: tanaka) not found.`` and ``The specified file (id: …) not found.``. Source of the
shapes: https://cybozu.dev/ja/kintone/docs/overview/field-types.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kintone.errors import KintoneError
from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import listed
from kintone.messages import Message
from kintone.problems import Place
from kintone.writing.entries import Entry

MAX_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a value of this kind is written: the word before it in kintone's words, its key, the shapes that hold it."""

    word: str
    key: str
    shapes: frozenset[Shape]

    def named_in(self, message: str) -> str:
        """Return the value in kintone's words, blank without one; half or full width, brackets within it kept."""
        found = re.search(rf"[(\uff08]\s*{self.word}\s*[:\uff1a]\s*(.+)[)\uff09]", message, re.IGNORECASE | re.DOTALL)
        return found[1].strip() if found else ""

    def may_be_in(self, field: FieldDefinition | None) -> bool:
        return field is not None and field.type.shape in self.shapes

    def is_held(self, value: object, wanted: str) -> bool:
        members = value if isinstance(value, list | tuple) else [value]
        return any(isinstance(member, Mapping) and member.get(self.key) == wanted for member in members)


_PEOPLE = _Kind("code", "code", frozenset({Shape.CODES, Shape.PERSON}))
_FILES = _Kind("id", "fileKey", frozenset({Shape.FILES}))
_KINDS: Final[Mapping[str, _Kind]] = {
    **dict.fromkeys(("GAIA_IL26", "GAIA_IL27", "GAIA_IL28"), _PEOPLE),
    "GAIA_BL01": _FILES,
}


def with_values_named(
    error: KintoneError, entries: Sequence[Entry], form: Form | None, *, numbered: bool
) -> KintoneError | None:
    """Return the error with each place that holds what kintone does not know; None where there is none.

    A place has its entry and line where entries are ``numbered``. Without a form every value of the shape counts. The
    first ten places are named, then how many more there are.
    """
    kind = _KINDS.get(error.kintone_code)
    wanted = kind.named_in(error.reply.message) if kind and error.reply else ""
    if kind is None or not wanted:
        return None
    places = [
        Message("{entry}: {place}", entry=entry.named, place=place.words) if numbered else place.words
        for entry in entries
        for place in _places(entry.record, wanted, kind, form)
    ]
    named = Message("{problem} ({places})", problem=error.problem, places=listed(places, "; ", MAX_NAMED))
    return error.copy_with(problem=named) if places else None


def _places(record: Mapping[str, object], wanted: str, kind: _Kind, form: Form | None) -> Iterator[Place]:
    for name, value in _values(record):
        if (form is None or kind.may_be_in(form.find(name))) and kind.is_held(value, wanted):
            yield Place(name)
        for number, row in enumerate(value if isinstance(value, list | tuple) else (), start=1):
            cells = row.get("value") if isinstance(row, Mapping) else None
            for column, cell in _values(cells if isinstance(cells, Mapping) else {}):
                if (form is None or kind.may_be_in(form.find(column))) and kind.is_held(cell, wanted):
                    yield Place(column, number, name)


def _values(record: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for code, wrapper in record.items():
        if isinstance(wrapper, Mapping):
            yield code, wrapper.get("value")
