"""What the header of a column can mean: codes, labels, ``label[option]``, the record's own id and revision."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from kintone import limits
from kintone.field_types import PSEUDO_FIELDS, Shape
from kintone.forms.fields import FieldDefinition, Form

RECORD_MARKS = ("*", "レコードの開始行")
"""First headers of files that mark the lines on which records begin: cli-kintone's, and that of kintone's export."""
KINTONE_MARK = RECORD_MARKS[1]
MAX_OPTION_HEADER = 4 * limits.MAX_NAME_LENGTH
"""Characters of ``label[option]``, each of which may have 128; splitting a longer header at each bracket takes long."""
BLANKS = "\ufeff\u3000 \t\r\n"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field, or the column of a table; with ``option`` one option of it."""

    field: FieldDefinition
    table: str = ""
    option: str | None = None

    @property
    def code(self) -> str:
        """The code; it is unique in an app, columns of tables included."""
        return self.field.code


class Preference(Enum):
    """How a header is read that is the code of one field and the label of another."""

    CODES = auto()
    LABELS = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Unclear:
    """A header that several fields may be meant by."""

    meanings: Sequence[Meaning]


@dataclass(frozen=True, slots=True)
class UnknownOption:
    """A header that names a field with options, and an option which it does not have."""

    meaning: Meaning
    option: str


class Names:
    """The codes and labels of a form."""

    def __init__(self, form: Form) -> None:
        """Index the form."""
        self._codes: dict[str, Meaning] = {}
        labels: dict[str, list[Meaning]] = {}
        for meaning in _meanings(form):
            self._codes[meaning.code] = meaning
            labels.setdefault(meaning.field.label.strip(BLANKS), []).append(meaning)
        self._labels = {label: _with_values(found) for label, found in labels.items() if label}

    def preference(self, headers: Iterable[str], *, from_kintone: bool) -> Preference:
        """Tell whether a header as a whole holds codes or labels; kintone's export (``from_kintone``) has labels."""
        bases = [base for header in headers for base in [self._base(header)] if base]
        if from_kintone and all(base in self._labels for base in bases):
            return Preference.LABELS
        if all(base in self._codes for base in bases):
            return Preference.CODES
        return Preference.LABELS if all(base in self._labels for base in bases) else Preference.NONE

    def fit(self, headers: Iterable[str]) -> int:
        """Return how many of the headers mean something."""
        return sum(header in RECORD_MARKS or bool(self._base(header)) for header in map(plain, headers))

    def find(self, header: str, preference: Preference) -> Meaning | Unclear | UnknownOption | None:
        """Return what a header means; None for one that means nothing."""
        whole = self._named(header, preference)
        if whole is not None:
            return whole
        unknown: Meaning | Unclear | UnknownOption | None = None
        for name, option in _option_splits(header):
            found = self._named(name, preference)
            if isinstance(found, Unclear):
                unknown = found
            elif found is not None and found.field.type.shape is Shape.OPTIONS:
                known = _option(option, found.field)
                if known is not None:
                    return Meaning(found.field, found.table, known)
                unknown = unknown or UnknownOption(found, option)
        return unknown

    def _named(self, name: str, preference: Preference) -> Meaning | Unclear | None:
        by_code, by_label = self._codes.get(name), self._labels.get(name, ())
        if by_code is not None and preference is not Preference.LABELS:
            others = [meaning for meaning in by_label if meaning.code != name]
            return Unclear([by_code, *others]) if others and preference is Preference.NONE else by_code
        if not by_label:
            return by_code
        return by_label[0] if len(by_label) == 1 else Unclear(by_label)

    def _base(self, header: str) -> str:
        """Return the part of a header that is a code or a label, blank where none is."""
        known = (name for name in [header, *(name for name, _ in _option_splits(header))] if self._knows(name))
        return next(known, "")

    def _knows(self, name: str) -> bool:
        return name in self._codes or name in self._labels


def plain(header: str) -> str:
    """Return a header without blanks and byte order marks around it."""
    return header.strip(BLANKS)


def _meanings(form: Form) -> Iterator[Meaning]:
    for field in form.fields.values():
        yield Meaning(field)
        for column in field.columns.values():
            yield Meaning(column, field.code)
    for code, kind in PSEUDO_FIELDS.items():
        yield Meaning(FieldDefinition(code, code, kind))


def _with_values(meanings: list[Meaning]) -> list[Meaning]:
    """Leave out groups and related records, which hold no values, where a field has the same label."""
    return [meaning for meaning in meanings if meaning.field.is_in_records] or meanings


def _option_splits(header: str) -> Iterator[tuple[str, str]]:
    """Yield name and option of ``name[option]``, split at the last bracket first; names may hold brackets too."""
    if not header.endswith("]") or len(header) > MAX_OPTION_HEADER:
        return
    end = len(header)
    while (end := header.rfind("[", 0, end)) > 0:
        yield header[:end].strip(BLANKS), header[end + 1 : -1]


def _option(written: str, field: FieldDefinition) -> str | None:
    """Return the option with this name or label, None without one."""
    if written in field.options:
        return written
    found = [name for name, label in field.options.items() if label == written]
    return found[0] if len(found) == 1 else None
