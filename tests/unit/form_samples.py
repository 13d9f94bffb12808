"""Forms in the shape of kintone's ``app/form/fields.json``: numbers as text, absent limits as ``""``."""

from collections.abc import Iterable, Mapping

from kintone.forms.answers import parse_form
from kintone.forms.fields import Form

type Properties = dict[str, object]


def field(kind: str, code: str, **properties: object) -> Properties:
    """Return the properties of one field; further keys are given by name."""
    return {"type": kind, "code": code, "label": code.upper(), "noLabel": False, "required": False, **properties}


def options(*names: str) -> Properties:
    """Return options in kintone's shape."""
    return {name: {"label": name, "index": str(place)} for place, name in enumerate(names)}


def make_form(*fields: Properties, app: str = "12") -> Form:
    """Return a form of these fields."""
    return parse_form({"properties": {str(entry["code"]): entry for entry in fields}, "revision": "3"}, app)


def columns(*fields: Properties) -> Properties:
    """Return the columns of a table."""
    return {str(entry["code"]): entry for entry in fields}


def form_of(records: Iterable[Mapping[str, Mapping[str, object]]]) -> Form:
    """Return a form with the fields that the records contain."""
    types = {code: shown["type"] for record in records for code, shown in record.items() if code[0] != "$"}
    return make_form(*(_shown(str(kind), code) for code, kind in types.items()))


def _shown(kind: str, code: str) -> Properties:
    return field(kind, code, fields=columns(field("NUMBER", "cell"))) if kind == "SUBTABLE" else field(kind, code)


def rich_form() -> Form:
    """Return a form with a field of every type that kintone documents."""
    return make_form(
        field("SINGLE_LINE_TEXT", "name", unique=True, minLength="", maxLength="20", defaultValue=""),
        field("MULTI_LINE_TEXT", "memo"),
        field("RICH_TEXT", "rich"),
        field("NUMBER", "price", minValue="0", maxValue="99999", unique=True),
        field("LINK", "site", protocol="WEB", minLength="", maxLength=""),
        field("CHECK_BOX", "done", options=options("Yes")),
        field("CHECK_BOX", "tags", options=options("A", "B", "C, D")),
        field("CHECK_BOX", "marks", options=options("a", "b", "c", "a,b", "b,c")),
        field("CHECK_BOX", "blank", options=options(" x ", "y")),
        field("MULTI_SELECT", "areas", options=options("東京", "大阪")),
        field("RADIO_BUTTON", "rank", options=options("High", "Low"), defaultValue="High"),
        field("DROP_DOWN", "size", options=options("S", "M", "1")),
        field("DATE", "due", defaultNowValue=False),
        field("TIME", "at"),
        field("DATETIME", "moment"),
        field("USER_SELECT", "owner", entities=[]),
        field("ORGANIZATION_SELECT", "team", entities=[]),
        field("GROUP_SELECT", "group", entities=[]),
        field("FILE", "files", thumbnailSize="150"),
        field("SINGLE_LINE_TEXT", "auto", expression="price * 2"),
        field(
            "SINGLE_LINE_TEXT",
            "customer",
            lookup={"fieldMappings": [{"field": "address", "relatedField": "x"}]},
        ),
        field("SINGLE_LINE_TEXT", "address"),
        field(
            "SUBTABLE",
            "lines",
            fields=columns(
                field("SINGLE_LINE_TEXT", "item", required=True),
                field("NUMBER", "qty"),
                field("CALC", "sum", expression="qty * 2"),
            ),
        ),
        field("CALC", "total", expression="price"),
        field("RECORD_NUMBER", "number"),
        field("CREATOR", "maker"),
        field("MODIFIER", "editor"),
        field("CREATED_TIME", "made"),
        field("UPDATED_TIME", "edited"),
        field("STATUS", "状態", enabled=True),
        field("STATUS_ASSIGNEE", "作業者", enabled=True),
        field("CATEGORY", "分類", enabled=False),
        field("REFERENCE_TABLE", "related", referenceTable=None),
        field("GROUP", "box", openGroup=True),
    )
