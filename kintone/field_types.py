"""The table of kintone's field types, which reading input, checking it and documenting it use.

Sources: https://cybozu.dev/ja/kintone/docs/overview/field-types, and the pages about adding and updating records,
https://cybozu.dev/ja/kintone/docs/rest-api/records/.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from kintone import operators
from kintone.messages import NOTHING, Message
from kintone.operators import QueryRules


class Shape(Enum):
    """The shape in which kintone takes a value."""

    TEXT = auto()
    """One text."""
    LINES = auto()
    """One text whose line ends are LF."""
    NUMBER = auto()
    """A number."""
    OPTION = auto()
    """The name of one option."""
    OPTIONS = auto()
    """A list of names of options."""
    DATE = auto()
    """``YYYY-MM-DD``."""
    TIME = auto()
    """``HH:MM``."""
    DATETIME = auto()
    """``YYYY-MM-DDTHH:MM:00Z``, in UTC."""
    CODES = auto()
    """A list of ``{"code": …}``."""
    PERSON = auto()
    """One ``{"code": …}``."""
    FILES = auto()
    """A list of ``{"fileKey": …}``."""
    ROWS = auto()
    """A list of ``{"id": …, "value": {column: {"value": …}}}``, the id only for rows that exist."""
    OTHER = auto()
    """Not known here; sent unchanged."""

    @property
    def is_text(self) -> bool:
        """Tell whether a value is one text or null."""
        return self in TEXT_SHAPES


TEXT_SHAPES = frozenset({Shape.TEXT, Shape.LINES, Shape.NUMBER, Shape.OPTION, Shape.DATE, Shape.TIME, Shape.DATETIME})


@dataclass(frozen=True, slots=True)
class FieldType:
    """The properties that all fields of one type share.

    ``name`` is the type's name in kintone's API, ``words`` the noun for a value in a sentence, ``empty`` the value that
    kintone takes and shows for "no value", ``example`` a value as JSON. ``on_add`` and ``on_update`` say whether a
    write may set it, ``in_tables`` whether it can be a column of a table, ``update_key`` whether it can be the update
    key where it prohibits duplicates, ``enforces_required`` whether kintone enforces "required". ``advice`` says what
    to do instead where it cannot be written. ``calculated`` says that kintone ignores a value that is sent,
    ``accepts_booleans`` that a field with a single option can be written as true and false, ``plain_in_csv`` that a
    spreadsheet cannot mistake a value for a formula, ``always_shown`` that every record shows the field: some types
    hold no value, others may be switched off. ``query`` says how queries use it.
    """

    name: str
    words: Message
    shape: Shape
    empty: str | tuple[()] | None
    example: str
    on_add: bool = True
    on_update: bool = True
    in_tables: bool = True
    update_key: bool = False
    enforces_required: bool = True
    advice: Message = NOTHING
    calculated: bool = False
    accepts_booleans: bool = False
    plain_in_csv: bool = False
    always_shown: bool = True
    query: QueryRules = operators.NO_RULES

    @property
    def is_known(self) -> bool:
        """Tell whether kintone's documentation has the type; of others not even who may write them is known."""
        return self.name in FIELD_TYPES

    @property
    def empty_value(self) -> str | list[object] | None:
        """The empty value as it is sent: ``""``, ``None`` or a new empty list."""
        return [] if isinstance(self.empty, tuple) else self.empty


NOT_ALWAYS_SHOWN = (
    "STATUS", "STATUS_ASSIGNEE", "CATEGORY", "REFERENCE_TABLE", "GROUP", "LABEL", "SPACER", "HR",
)  # fmt: skip
SWITCHABLE = frozenset({"STATUS", "STATUS_ASSIGNEE", "CATEGORY"})
"""Types that the form of every app lists, and that are off while process management or categories are.

https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields, ``properties.フィールドコード.enabled``
"""
PLAIN_SYSTEM_FIELDS = ("CREATED_TIME", "UPDATED_TIME", "__ID__", "__REVISION__")


def _system(  # noqa: PLR0913 - the columns of a row
    name: str,
    words: Message,
    shape: Shape,
    advice: Message,
    *,
    on_add: bool = False,
    query: QueryRules = operators.NO_RULES,
) -> FieldType:
    """Return a type whose values kintone sets itself."""
    example = {Shape.PERSON: '{"code": "sato"}', Shape.DATETIME: '"2026-04-01T00:30:00Z"'}.get(shape, "") * on_add
    return FieldType(
        name, words, shape, "", example, on_add=on_add, on_update=False, in_tables=False, enforces_required=False,
        advice=advice, plain_in_csv=name in PLAIN_SYSTEM_FIELDS, always_shown=name not in NOT_ALWAYS_SHOWN, query=query,
    )  # fmt: skip


_CODE_LIST = '[{"code": "sato"}]'
_ONLY_WHEN_ADDING = Message("leave it out; it can be given only when adding")
_HOLDS_NOTHING = Message("leave it out; it holds no value")

_FIELD_TYPES = (
    FieldType("SINGLE_LINE_TEXT", Message("a text"), Shape.TEXT, "", '"abc"', update_key=True, query=operators.LINES),
    FieldType(
        "MULTI_LINE_TEXT", Message("a text of several lines"), Shape.LINES, "", '"a\\nb"', query=operators.LONG_TEXTS,
    ),
    FieldType("RICH_TEXT", Message("a text in HTML"), Shape.TEXT, "", '"<b>abc</b>"', query=operators.RICH_TEXTS),
    FieldType(
        "NUMBER", Message("a number"), Shape.NUMBER, "", '"1234.5"', update_key=True, plain_in_csv=True,
        query=operators.NUMBERS,
    ),
    FieldType("LINK", Message("a link"), Shape.TEXT, "", '"https://example.com/"', query=operators.LINES),
    FieldType(
        "CHECK_BOX", Message("a list of options"), Shape.OPTIONS, (), '["A", "B"]', accepts_booleans=True,
        query=operators.OPTIONS,
    ),
    FieldType("MULTI_SELECT", Message("a list of options"), Shape.OPTIONS, (), '["A", "B"]', query=operators.OPTIONS),
    FieldType(
        "RADIO_BUTTON", Message("one of the options"), Shape.OPTION, "", '"A"', enforces_required=False,
        query=operators.ONE_OPTION,
    ),
    FieldType("DROP_DOWN", Message("one of the options"), Shape.OPTION, None, '"A"', query=operators.ONE_OPTION),
    FieldType("DATE", Message("a date"), Shape.DATE, None, '"2026-04-01"', plain_in_csv=True, query=operators.DATES),
    FieldType("TIME", Message("a time"), Shape.TIME, None, '"09:30"', plain_in_csv=True, query=operators.TIMES),
    FieldType(
        "DATETIME", Message("a date and time with its offset"), Shape.DATETIME, "", '"2026-04-01T09:30:00+09:00"',
        plain_in_csv=True, query=operators.MOMENTS,
    ),
    FieldType("USER_SELECT", Message("a list of users"), Shape.CODES, (), _CODE_LIST, query=operators.USERS),
    FieldType(
        "ORGANIZATION_SELECT", Message("a list of departments"), Shape.CODES, (), '[{"code": "sales"}]',
        query=operators.ORGANIZATIONS,
    ),
    FieldType(
        "GROUP_SELECT", Message("a list of groups"), Shape.CODES, (), '[{"code": "everyone"}]', query=operators.OPTIONS,
    ),
    FieldType(
        "FILE", Message("a list of attachments"), Shape.FILES, (), '[{"fileKey": "c15b3870"}]', query=operators.FILES,
    ),
    FieldType(
        "SUBTABLE", Message("a list of rows"), Shape.ROWS, (), '[{"value": {"qty": {"value": "2"}}}]', in_tables=False
    ),
    FieldType(
        "CALC", Message("a calculated value"), Shape.OTHER, "", "", on_add=False, on_update=False,
        enforces_required=False, advice=Message("leave it out; kintone calculates it"), calculated=True,
        plain_in_csv=True, query=operators.CALCULATED,
    ),
    _system(
        "RECORD_NUMBER", Message("the record number"), Shape.OTHER,
        Message("leave it out; to update a record give its id beside the record, not inside it"), query=operators.IDS,
    ),
    _system("CREATOR", Message("the creator"), Shape.PERSON, _ONLY_WHEN_ADDING, on_add=True, query=operators.ONE_USER),
    _system(
        "MODIFIER", Message("the last editor"), Shape.PERSON, _ONLY_WHEN_ADDING, on_add=True, query=operators.ONE_USER,
    ),
    _system(
        "CREATED_TIME", Message("the time of creation"), Shape.DATETIME, _ONLY_WHEN_ADDING, on_add=True,
        query=operators.MOMENTS_OF_KINTONE,
    ),
    _system(
        "UPDATED_TIME", Message("the time of the last change"), Shape.DATETIME, _ONLY_WHEN_ADDING, on_add=True,
        query=operators.MOMENTS_OF_KINTONE,
    ),
    _system(
        "STATUS", Message("the status"), Shape.OTHER,
        Message("leave it out; only an action of the process changes it"), query=operators.STATUSES,
    ),
    _system(
        "STATUS_ASSIGNEE", Message("the assignees"), Shape.OTHER,
        Message("leave it out; only the process changes them"), query=operators.ASSIGNEES,
    ),
    _system(
        "CATEGORY", Message("the categories"), Shape.OTHER,
        Message("leave it out; kintone's API cannot set categories"),
    ),
    _system(
        "REFERENCE_TABLE", Message("related records"), Shape.OTHER,
        Message("leave it out; change the related records in their app"), query=operators.RELATED,
    ),
    _system(
        "GROUP", Message("a group of fields"), Shape.OTHER,
        Message("give its fields themselves, beside the other fields"),
    ),
    _system(
        "__ID__", Message("the record id"), Shape.OTHER,
        Message("leave it out; give the id beside the record, not inside it"), query=operators.IDS,
    ),
    _system(
        "__REVISION__", Message("the revision"), Shape.OTHER,
        Message("leave it out; kintone ignores it inside a record"),
    ),
    _system("LABEL", Message("a label"), Shape.OTHER, _HOLDS_NOTHING),
    _system("SPACER", Message("a blank space"), Shape.OTHER, _HOLDS_NOTHING),
    _system("HR", Message("a border"), Shape.OTHER, _HOLDS_NOTHING),
)  # fmt: skip

FIELD_TYPES = {entry.name: entry for entry in _FIELD_TYPES}
"""Every type that kintone documents, by its name."""

STATUS, STATUS_ASSIGNEE = FIELD_TYPES["STATUS"], FIELD_TYPES["STATUS_ASSIGNEE"]

_TABLE_TYPES = frozenset(entry.name for entry in _FIELD_TYPES if entry.shape is Shape.ROWS)
_LIST_TYPES = frozenset(entry.name for entry in _FIELD_TYPES if entry.empty == ())
_TEXT_TYPES = frozenset(entry.name for entry in _FIELD_TYPES if entry.shape.is_text)
_FILE_TYPES = frozenset(entry.name for entry in _FIELD_TYPES if entry.shape is Shape.FILES)

RECORD_ID = "$id"
REVISION = "$revision"
PSEUDO_FIELDS = {RECORD_ID: FIELD_TYPES["__ID__"], REVISION: FIELD_TYPES["__REVISION__"]}
"""Codes that every record has although no form lists them."""


def field_type(name: str) -> FieldType:
    """Return the type of this name; values of a type that is not known here are not checked."""
    return FIELD_TYPES.get(name) or FieldType(
        name, Message("a value of the type {type}", type=name), Shape.OTHER, "", ""
    )


def is_table(name: object) -> bool:
    """Tell whether the values of a type are rows; ``name`` is the ``type`` of a field in kintone's answer."""
    return isinstance(name, str) and name in _TABLE_TYPES


SHOWN_AS_TEXT = _TEXT_TYPES | {entry.name for entry in _FIELD_TYPES if entry.shape is Shape.OTHER}
"""Types whose values may be texts in kintone's answers."""


def is_value(name: str, value: object) -> bool:
    """Tell whether kintone can answer such a value for a type; for an unknown type, any value."""
    if name in _LIST_TYPES:
        return isinstance(value, list)
    return name not in _TEXT_TYPES or value is None or isinstance(value, str)


def holds_files(name: object) -> bool:
    """Tell whether the values of a type are attachments."""
    return isinstance(name, str) and name in _FILE_TYPES


class Measure(StrEnum):
    """What an aggregation computes of each group; the value is the name in requests."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    COUNT_DISTINCT = "count_distinct"


class ValueKind(Enum):
    """How the values of a field are grouped, compared and added in an aggregation."""

    NUMBER = auto()
    """A number."""
    ID = auto()
    """A number that identifies something: it has a minimum and a maximum, but no sum."""
    DURATION = auto()
    """Hours and minutes, such as ``25:01``."""
    DATE = auto()
    """A day, whatever the time zone."""
    TIME = auto()
    """A time of the day."""
    DATETIME = auto()
    """A moment, whose day depends on the time zone."""
    TEXT = auto()
    """One text."""
    RECORD_NUMBER = auto()
    """A text that ends in the ID of the record, such as ``APP-12``."""
    LONG_TEXT = auto()
    """A text of any length, not for groups."""
    OPTION = auto()
    """One option, in the order of the form."""
    OPTIONS = auto()
    """Any number of options."""
    TEXTS = auto()
    """A list of texts."""
    PERSON = auto()
    """One user, identified by login name."""
    PEOPLE = auto()
    """Users, departments or groups, identified by login name or code."""
    NOTHING = auto()
    """Values that cannot be grouped or compared, or an unknown type."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return the measures of fields of this kind; ``count`` takes no field."""
        if self in (ValueKind.NUMBER, ValueKind.DURATION):
            return (Measure.SUM, Measure.AVG, *_ORDERED)
        if self in (ValueKind.ID, ValueKind.DATE, ValueKind.TIME, ValueKind.DATETIME):
            return _ORDERED
        return () if self is ValueKind.NOTHING else (Measure.COUNT_DISTINCT,)

    @property
    def groupable(self) -> bool:
        """Tell whether records can be grouped by such fields."""
        return self not in (ValueKind.LONG_TEXT, ValueKind.NOTHING)

    @property
    def holds_several(self) -> bool:
        """Tell whether a field may hold several values, each of which counts."""
        return self in (ValueKind.OPTIONS, ValueKind.TEXTS, ValueKind.PEOPLE)


_ORDERED = (Measure.MIN, Measure.MAX, Measure.COUNT_DISTINCT)
_KINDS_BY_SHAPE = {
    Shape.TEXT: ValueKind.TEXT, Shape.LINES: ValueKind.LONG_TEXT, Shape.NUMBER: ValueKind.NUMBER,
    Shape.OPTION: ValueKind.OPTION, Shape.OPTIONS: ValueKind.OPTIONS, Shape.DATE: ValueKind.DATE,
    Shape.TIME: ValueKind.TIME, Shape.DATETIME: ValueKind.DATETIME, Shape.CODES: ValueKind.PEOPLE,
    Shape.PERSON: ValueKind.PERSON,
}  # fmt: skip
_KINDS_BY_TYPE = {
    "RICH_TEXT": ValueKind.LONG_TEXT, "RECORD_NUMBER": ValueKind.RECORD_NUMBER, "STATUS": ValueKind.TEXT,
    "STATUS_ASSIGNEE": ValueKind.PEOPLE, "CATEGORY": ValueKind.TEXTS, "__ID__": ValueKind.ID,
    "__REVISION__": ValueKind.ID,
}  # fmt: skip
_KINDS_BY_FORMAT = {
    "NUMBER": ValueKind.NUMBER, "NUMBER_DIGIT": ValueKind.NUMBER, "DATE": ValueKind.DATE, "TIME": ValueKind.TIME,
    "DATETIME": ValueKind.DATETIME, "HOUR_MINUTE": ValueKind.DURATION, "DAY_HOUR_MINUTE": ValueKind.DURATION,
}  # fmt: skip
"""Formats of calculated fields, https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields."""


def value_kind(kind: FieldType, number_format: str = "") -> ValueKind:
    """Return the kind of the values of a type; for calculated fields the format decides."""
    if kind.calculated:
        return _KINDS_BY_FORMAT.get(number_format, ValueKind.TEXT)
    return _KINDS_BY_TYPE.get(kind.name) or _KINDS_BY_SHAPE.get(kind.shape, ValueKind.NOTHING)


def types_by_conditions() -> list[list[FieldType]]:
    """Return the types that conditions name by their own code, those together that take the same conditions."""
    groups: dict[tuple[tuple[str, ...], str, str], list[FieldType]] = {}
    for entry in _FIELD_TYPES:
        if entry.query.operators:
            groups.setdefault((entry.query.operators, entry.query.empty, entry.query.filled), []).append(entry)
    return list(groups.values())


def markdown_table() -> str:
    """Return the table for the documentation: type, value to write, add, update, table column, update key."""
    lines = ["| Type | Value to write | Add | Update | In tables | Update key |", "|---|---|---|---|---|---|"]
    for entry in _FIELD_TYPES:
        marks = [_mark(entry.on_add), _mark(entry.on_update), _mark(entry.in_tables), _mark(entry.update_key)]
        example = f"`{entry.example}`" if entry.example else "none"
        lines.append("| " + " | ".join([f"`{entry.name}`", example, *marks]) + " |")
    return "\n".join(lines)


def _mark(yes: bool) -> str:  # noqa: FBT001 - a table cell is made of exactly this
    return "yes" if yes else "no"
