"""Fields that kintone fills, fields that hold nothing, and lookups: what may become of odd values."""

from tests.facts import reasons as why
from tests.facts.odd_rows import (
    REFUSED,
    UNCHANGED,
    Form,
    Reason,
    Row,
    Value,
    either,
    refused,
    rows,
    stored,
)
from tests.facts.odd_shapes import IGNORED_OR_REFUSED


def kintones_own(because: Reason) -> list[Row]:
    """Return the rows of a field that nobody can write: a value is refused, no value at least changes nothing."""
    return [
        *(refused(value, because, unchecked=IGNORED_OR_REFUSED) for value in KINTONES_OWN),
        *(either(value, UNCHANGED, because=because) for value in NO_VALUES),
    ]


KINTONES_OWN: list[Value] = ["17", 17, "x", {}, ["x"], {"code": "sato"}, True]
GIVEN_IDS: list[Value] = ["x", {}, "999", 999]
NO_VALUES: list[Value] = [None, "", [], {"value": None}]
CALC = Form("CALC", {"type": "CALC", "expression": "1 + 1"}, "2")
CALC_COLUMN = Form(
    "CALC in a table",
    {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}, "sum": {"type": "CALC", "expression": "qty * 2"}}},
    [{"qty": "1"}],
)
SYSTEM_CODES = {
    "RECORD_NUMBER": "レコード番号",
    "STATUS": "ステータス",
    "STATUS_ASSIGNEE": "作業者",
    "CATEGORY": "カテゴリー",
}
SYSTEM_FORMS = [
    Form(kind, {"type": kind, **({} if kind == "RECORD_NUMBER" else {"enabled": True})}, code=code)
    for kind, code in SYSTEM_CODES.items()
]
GROUP = Form("GROUP", {"type": "GROUP"})
RELATED = Form("REFERENCE_TABLE", {"type": "REFERENCE_TABLE"})
NOWHERE = Form("unknown code", {}, code="nope")
COMPUTED_ROWS = [
    *rows(
        CALC,
        kintones_own(why.AUTOMATIC),
    ),
    *rows(
        CALC_COLUMN,
        [
            either([{"qty": 2, "sum": value}], [{"qty": "2", "sum": "4"}], because=why.AUTOMATIC)
            for value in KINTONES_OWN
        ],
    ),
    *(row for form in (*SYSTEM_FORMS, GROUP, RELATED) for row in rows(form, kintones_own(why.SYSTEM))),
    *rows(NOWHERE, kintones_own(why.UNKNOWN)),
    *(
        row
        for code in ("$id", "$revision")
        for row in rows(
            Form(code, {}, code=code),
            [either(value, UNCHANGED, because=why.IGNORED_IDS) for value in GIVEN_IDS],
        )
    ),
]

AUTHORED: dict[str, tuple[str, list[Row]]] = {
    "CREATOR": (
        "作成者",
        [
            stored({"code": "sato"}, "sato", why.AUTHORED, updated=REFUSED),
            either({"code": "sato", "name": "佐藤 昇"}, "sato", because=why.AUTHORED, updated=REFUSED),
            either("sato", "sato", because=why.MEANING_KEPT, updated=REFUSED),
            either([{"code": "sato"}], "sato", because=why.MEANING_KEPT, updated=REFUSED),
            refused({"code": "nobody"}, why.USER_UNKNOWN),
            refused([{"code": "sato"}, {"code": "suzuki"}], why.REST),
            refused({}, why.REST),
            refused(5, why.REST),
        ],
    ),
    "MODIFIER": ("更新者", [stored({"code": "sato"}, "sato", why.AUTHORED, updated=REFUSED), refused({}, why.REST)]),
    "CREATED_TIME": (
        "作成日時",
        [
            stored("2026-04-23T14:11:00Z", "2026-04-23T14:11:00Z", why.AUTHORED, updated=REFUSED),
            either("2026-04-23T14:11:00+09:00", "2026-04-23T05:11:00Z", because=why.AUTHORED, updated=REFUSED),
            refused("2026-04-23T14:11:00", why.NO_OFFSET),
            refused("2026-04-23", why.NO_OFFSET),
            refused("2026-02-30T14:11:00Z", why.DATETIME),
            refused({}, why.REST),
            refused(0, why.REST),
        ],
    ),
    "UPDATED_TIME": (
        "更新日時",
        [stored("2026-04-23T14:11:00Z", "2026-04-23T14:11:00Z", why.AUTHORED, updated=REFUSED), refused({}, why.REST)],
    ),
}
AUTHORED_ROWS = [
    *(
        row
        for kind, (code, entries) in AUTHORED.items()
        for row in rows(Form(f"{kind}, managed", {"type": kind}, code=code, manages=True), entries)
    ),
    *(
        row
        for kind, (code, entries) in AUTHORED.items()
        for row in rows(
            Form(f"{kind}, not managed", {"type": kind}, code=code), [refused(entries[0].value, why.AUTHORED)]
        )
    ),
]

COMPANY: dict[str, dict[str, Value]] = {"company": {"type": "SINGLE_LINE_TEXT"}}
SOURCE = "<app of the customers>"
KEY = {
    "lookup": {
        "relatedApp": {"app": SOURCE, "code": ""},
        "relatedKeyField": "customer",
        "fieldMappings": [{"field": "company", "relatedField": "company"}],
        "lookupPickerFields": [],
        "filterCond": "",
        "sort": "",
    }
}
LOOKUP = Form("lookup", {"type": "SINGLE_LINE_TEXT", **KEY}, "C-1", others=COMPANY)
COPY = Form("copied by a lookup", COMPANY["company"], "before", code="company", others={"key": {**LOOKUP.properties}})
LOOKUP_ROWS = [
    *rows(
        LOOKUP,
        [
            stored("C-2", "C-2", why.LOOKUP),
            stored({"value": "C-2"}, "C-2", why.LOOKUP),
            stored(None, "", why.LOOKUP),
            stored("", "", why.LOOKUP),
            either(["C-2"], "C-2", because=why.MEANING_KEPT),
            refused("nope", why.LOOKUP),
            refused(0, why.LOOKUP),
            refused(" C-2", why.LOOKUP),
            refused(True, why.LOOKUP),
            refused({}, why.REST),
            refused([[]], why.REST),
            refused(["C-1", "C-2"], why.REST),
            refused({"a": 1}, why.REST),
        ],
    ),
    *rows(COPY, kintones_own(why.COPIED)),
]
