"""Which values of a write hold the user, department or group that kintone refused.

kintone refuses the whole request, without the record's position: its words name the first unknown code alone, as in
``The specified user (code: tanaka) not found.``. Source of the codes: https://cybozu.dev/ja/kintone/docs/overview/field-types.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kintone.errors import KintoneError
from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import listed
from kintone.messages import Message
from kintone.problems import Place
from kintone.writing.entries import Entry

PEOPLE_CODES: Final = frozenset({"GAIA_IL26", "GAIA_IL27", "GAIA_IL28"})
"""Refusals because of an unknown user, group or department in a value."""
MAX_NAMED: Final = 10
_CODE = re.compile(r"[(\uff08]\s*code\s*[:\uff1a]\s*(?P<code>.+)[)\uff09]", re.IGNORECASE | re.DOTALL)
"""The code in kintone's words, half or full width; the last bracket ends it, since a code may hold brackets."""


def with_people_named(
    error: KintoneError, entries: Sequence[Entry], form: Form | None, *, numbered: bool
) -> KintoneError | None:
    """Return the error with each place that holds the code of kintone's refusal; None where there is none.

    A place has its entry and line where entries are ``numbered``. Without a form every list of codes counts. The first
    ten places are named, then how many more there are.
    """
    found = _CODE.search(error.reply.message) if error.reply and error.code in PEOPLE_CODES else None
    if found is None:
        return None
    code = found["code"].strip()
    places = [
        Message("{entry}: {place}", entry=entry.named, place=place.words) if numbered else place.words
        for entry in entries
        for place in _places(entry.record, code, form)
    ]
    named = Message("{problem} ({places})", problem=error.problem, places=listed(places, "; ", MAX_NAMED))
    return error.copy_with(problem=named) if places else None


def _places(record: Mapping[str, object], code: str, form: Form | None) -> Iterator[Place]:
    for name, value in _values(record):
        if form is None or _may_hold_people(form.find(name)):
            yield from [Place(name)] * _holds(value, code)
        for number, row in enumerate(value if isinstance(value, list | tuple) else (), start=1):
            cells = row.get("value") if isinstance(row, Mapping) else None
            for column, cell in _values(cells if isinstance(cells, Mapping) else {}):
                if (form is None or _may_hold_people(form.find(column))) and _holds(cell, code):
                    yield Place(column, number, name)


def _may_hold_people(field: FieldDefinition | None) -> bool:
    return field is not None and field.type.shape in {Shape.CODES, Shape.PERSON}


def _values(record: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for code, wrapper in record.items():
        if isinstance(wrapper, Mapping):
            yield code, wrapper.get("value")


def _holds(value: object, code: str) -> bool:
    people = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(person, Mapping) and person.get("code") == code for person in people)
