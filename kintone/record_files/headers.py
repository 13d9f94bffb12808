"""The header of a delimited file, read by the app's form: which column goes into which field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kintone.errors import InvalidParameterError
from kintone.field_types import RECORD_ID, REVISION, ValueKind
from kintone.forms.fields import FieldDefinition
from kintone.forms.near_matches import nearest_codes, one_of
from kintone.forms.unknown_codes import unknown_codes
from kintone.messages import Joined, Message
from kintone.record_files.contents import PARAMETER
from kintone.record_files.delimited import MAX_COLUMNS, Line
from kintone.record_files.names import (
    KINTONE_MARK,
    RECORD_MARKS,
    Meaning,
    Names,
    Preference,
    Unclear,
    UnknownOption,
    plain,
)
from kintone.record_files.options import FileOptions
from kintone.records import check_update_key
from kintone.texts import preview, previews, printable

RECORD_MARK = RECORD_MARKS[0]
MAX_HEADER_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A field and the column of the file that holds it, or with ``options`` one column for each of its options.

    ``places`` count from 0, ``header`` is the name as the file writes it, ``headers`` are those of the options.
    """

    header: str
    definition: FieldDefinition
    places: tuple[int, ...]
    options: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(slots=True)
class TableColumns:
    """The columns of one table.

    ``ids`` is the place of the column with the ids of the rows. ``texts`` is set in place of all others where a single
    column holds the rows as text. ``unread`` are the places of columns that nobody can write, such as calculated ones:
    where they hold something there is a row.
    """

    definition: FieldDefinition
    columns: list[Column] = field(default_factory=list)
    ids: Column | None = None
    texts: Column | None = None
    unread: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Header:
    """What the columns of a file mean.

    ``marked`` says that the first column marks the lines on which records begin. ``key`` finds the records: a field, or
    with ``key_is_id`` the record's id or number. ``revision`` is the column of revisions. The columns of
    ``attachments``, and those without a header (``unnamed``), must hold nothing. ``left_out`` are columns that nobody
    can write, ``skipped`` unknown ones that the caller wants to be skipped, both as the file names them. ``names`` are
    all names as the file writes them.
    """

    line: int
    names: Sequence[str]
    marked: bool = False
    key: Column | None = None
    key_is_id: bool = False
    revision: Column | None = None
    fields: list[Column] = field(default_factory=list)
    tables: dict[str, TableColumns] = field(default_factory=dict)
    attachments: list[Column] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.names)

    def outer_columns(self) -> list[Column]:
        """Return the columns that are read from the first line of a record."""
        return [*self.fields, *(column for column in (self.key, self.revision) if column)]

    def options_without_column(self) -> list[str]:
        """Return the options that lack a column while others of their field have one, each as ``code[option]``."""
        columns = [*self.fields, *(column for table in self.tables.values() for column in table.columns)]
        return [
            f"{column.definition.code}[{option}]"
            for column in columns
            if column.options
            for option in column.definition.options
            if option not in column.options
        ]

    def given_codes(self) -> set[str]:
        """Return the codes of the fields and tables that the file gives to records."""
        return {column.definition.code for column in self.fields} | set(self.tables)


def read_header(line: Line, first: Line | None, names: Names, options: FileOptions) -> Header:
    """Read the header, with the first line behind it; raises one ``InvalidParameterError`` with all its mistakes.

    The first column marks records if its header is ``*`` or kintone's, or if it is no field and the first line has
    ``*`` in it.
    """
    return _HeaderReader(names, options).read(line, first)


class _HeaderReader:
    def __init__(self, names: Names, options: FileOptions) -> None:
        self._form = options.form
        self._names = names
        self._update_key = options.update_key
        self._skip_unknown = options.skip_unknown_columns
        self._problems: list[Message] = []
        self._unknown: list[str] = []

    def read(self, line: Line, first: Line | None) -> Header:
        written = [plain(cell) for cell in line.cells]
        while written and not written[-1]:
            written.pop()
        if len(written) > MAX_COLUMNS:
            raise InvalidParameterError(
                "{parameter}: {count:,} columns are more than the {maximum:,} that are read",
                parameter=PARAMETER,
                count=len(written),
                maximum=MAX_COLUMNS,
            )
        self._problems += [late_quote(written[place]) for place in line.late_quotes]
        header = Header(line.number, written, marked=self._is_marked(written, first))
        named = {place: name for place, name in enumerate(written) if place or not header.marked}
        header.unnamed = [place for place, name in named.items() if not name]
        legible = {place: name for place, name in named.items() if name and place not in line.late_quotes}
        found = self._meanings(legible, written[:1] == [KINTONE_MARK])
        self._report_unknown(header)
        self._report_repeated(found, written)
        for places, meaning in _by_field(found):
            self._place(header, meaning, tuple(places), written, found)
        self._close_tables(header)
        self._check_key(header)
        if self._problems:
            shown = self._problems[:MAX_HEADER_PROBLEMS]
            left = len(self._problems) - len(shown)
            more = [Message("and {count} more", count=left)] if left else []
            raise InvalidParameterError(
                "{parameter}: the header (line {line}) cannot be used: {problems}",
                parameter=PARAMETER,
                line=line.number,
                problems=Joined([*shown, *more], " | "),
            )
        return header

    # Names

    def _is_marked(self, written: Sequence[str], first: Line | None) -> bool:
        name = written[0] if written else ""
        if name in RECORD_MARKS:
            return True
        return first is not None and first.cells[0].strip() == RECORD_MARK and not self._names.fit([name])

    def _meanings(self, named: Mapping[int, str], from_kintone: bool) -> dict[int, Meaning]:  # noqa: FBT001
        preference = self._names.preference(named.values(), from_kintone=from_kintone)
        found: dict[int, Meaning] = {}
        for place, name in named.items():
            meaning = self._meaning(name, preference)
            if meaning is not None:
                found[place] = meaning
        return found

    def _meaning(self, name: str, preference: Preference) -> Meaning | None:
        found = self._names.find(name, preference)
        if found is None and name.startswith("'"):
            # The guard against formulas that a spreadsheet may find in our own CSV.
            found = self._names.find(name[1:], preference)
        if isinstance(found, Meaning):
            return found
        if isinstance(found, Unclear):
            self._problems.append(
                Message(
                    'the name "{name}" belongs to several fields; write the code of the one that is meant: {codes}',
                    name=printable(name),
                    codes=previews((meaning.code for meaning in found.meanings), 10),
                )
            )
        elif isinstance(found, UnknownOption):
            options = found.meaning.field.options
            near = nearest_codes(found.option, options.items())
            advice = Message("did you mean {options}?", options=one_of(near)) if near else _choices(options)
            self._problems.append(
                Message(
                    'the column "{name}": {option} is not an option of {field}; {advice}',
                    name=printable(name),
                    option=preview(found.option),
                    field=printable(found.meaning.code),
                    advice=advice,
                )
            )
        elif name.startswith(RECORD_MARK) and self._names.fit([name[1:].strip()]):
            self._problems.append(
                Message(
                    'the column "{name}": a key is not marked with *; write {code} alone, and name its code in '
                    "update_key",
                    name=printable(name),
                    code=preview(name[1:].strip()),
                )
            )
        else:
            self._unknown.append(name)
        return None

    def _report_unknown(self, header: Header) -> None:
        if self._skip_unknown:
            header.skipped = self._unknown
        elif self._unknown:
            self._problems += unknown_codes("column", self._unknown, self._form, are_written=True)
            self._problems.append(Message("skip_unknown_columns leaves unknown columns out"))

    def _report_repeated(self, found: Mapping[int, Meaning], written: Sequence[str]) -> None:
        """Note fields that two columns hold: the same option twice, or the whole field beside its options too."""
        seen: dict[str, dict[str | None, int]] = {}
        for place, meaning in found.items():
            others = seen.setdefault(meaning.code, {})
            first = others.get(meaning.option, others.get(None))
            if first is None and meaning.option is None:
                first = next(iter(others.values()), None)
            others.setdefault(meaning.option, place)
            if first is not None:
                self._problems.append(
                    Message(
                        "columns {first} ({first_name}) and {second} ({second_name}) are both the field {code}; keep "
                        "one of them",
                        first=first + 1,
                        first_name=preview(written[first]),
                        second=place + 1,
                        second_name=preview(written[place]),
                        code=printable(meaning.code),
                    )
                )

    # Places

    def _place(
        self, header: Header, meaning: Meaning, places: tuple[int, ...], written: Sequence[str],
        found: Mapping[int, Meaning],
    ) -> None:  # fmt: skip
        definition = meaning.field
        options = tuple(option for place in places if (option := found[place].option) is not None)
        headers = tuple(written[place] for place in places) if options else ()
        column = Column(written[places[0]], definition, places, options, headers)
        if self._is_key(definition):
            header.key, header.key_is_id = column, names_records(definition)
        elif definition.code == RECORD_ID and not self._update_key:
            header.key, header.key_is_id = column, True
        elif definition.code == REVISION:
            header.revision = column
        elif definition.is_table:
            header.tables.setdefault(definition.code, TableColumns(definition)).ids = column
        elif definition.refusal("update") is not None or not definition.is_in_records:
            header.left_out += [written[place] for place in places]
            if meaning.table:
                table = header.tables.setdefault(meaning.table, TableColumns(self._form.fields[meaning.table]))
                table.unread += places
        elif definition.holds_files:
            header.attachments.append(column)
            if meaning.table:
                header.tables.setdefault(meaning.table, TableColumns(self._form.fields[meaning.table]))
        elif meaning.table:
            table = header.tables.setdefault(meaning.table, TableColumns(self._form.fields[meaning.table]))
            table.columns.append(column)
        else:
            header.fields.append(column)

    def _is_key(self, definition: FieldDefinition) -> bool:
        return bool(self._update_key) and definition.code == self._update_key

    def _close_tables(self, header: Header) -> None:
        """Tell tables whose rows are text from those with columns, and drop those that nobody can write."""
        for code, table in list(header.tables.items()):
            if table.columns:
                continue
            if table.ids is not None and not header.marked:
                table.texts, table.ids = table.ids, None
            elif table.ids is not None and any(column.type.on_update for column in table.definition.columns.values()):
                self._problems.append(
                    Message(
                        "the column {name} holds the ids of the rows of {table}, whose columns are missing",
                        name=preview(table.ids.header),
                        table=printable(code),
                    )
                )
            else:
                del header.tables[code]

    def _check_key(self, header: Header) -> None:
        code = self._update_key
        if not code:
            return
        definition = self._form.find(code)
        if definition is None or not names_records(definition):
            _, problem = check_update_key(code, "1", self._form)
            if problem is not None:
                self._problems.append(Message("update_key: {problem}", problem=problem.line))
                return
        if header.key is None:
            self._problems.append(
                Message(
                    'update_key: the file has no column "{code}"; add it, or name a field that the file has',
                    code=printable(code),
                )
            )


def late_quote(cell: str) -> Message:
    """Return what is wrong with a cell that begins with blanks and a quote, and what to write."""
    return Message(
        "{cell} has a blank in front of its quote; write the quote right behind the separator, or, if it is a part of "
        'the value, put the whole cell into quotes and double those inside it ("")',
        cell=preview(cell),
    )


def names_records(definition: FieldDefinition) -> bool:
    """Tell whether a field is the record's id or its number."""
    return definition.code == RECORD_ID or definition.value_kind is ValueKind.RECORD_NUMBER


def _by_field(found: Mapping[int, Meaning]) -> Iterable[tuple[list[int], Meaning]]:
    """Return the places of each field with its meaning, in the order of the file."""
    grouped: dict[str, list[int]] = {}
    for place, meaning in found.items():
        grouped.setdefault(meaning.code, []).append(place)
    return [(places, found[places[0]]) for places in grouped.values()]


def _choices(options: Mapping[str, str]) -> Message:
    return Message("its options are {options}", options=previews(options, 10))
