"""Value cases of fields that kintone fills, fields without a value, unknown fields and lookups."""

from tests.facts import documented_facts as facts
from tests.facts.case_types import (
    REFUSED,
    UNCHANGED,
    Case,
    Fact,
    Form,
    Value,
    cases,
    either,
    refused,
    stored,
)
from tests.facts.common_cases import IGNORED_OR_REFUSED


def read_only_cases(fact: Fact) -> list[Case]:
    """Return the cases of a read-only field: a value is refused, an empty one is refused or ignored."""
    return [
        *(refused(value, fact, unchecked=IGNORED_OR_REFUSED) for value in READ_ONLY_VALUES),
        *(either(value, UNCHANGED, fact=fact) for value in NO_VALUES),
    ]


READ_ONLY_VALUES: list[Value] = ["17", 17, "x", {}, ["x"], {"code": "sato"}, True]
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
UNKNOWN_FIELD = Form("unknown code", {}, code="nope")
COMPUTED_CASES = [
    *cases(
        CALC,
        read_only_cases(facts.AUTOMATIC),
    ),
    *cases(
        CALC_COLUMN,
        [
            either([{"qty": 2, "sum": value}], [{"qty": "2", "sum": "4"}], fact=facts.AUTOMATIC)
            for value in READ_ONLY_VALUES
        ],
    ),
    *(case for form in (*SYSTEM_FORMS, GROUP, RELATED) for case in cases(form, read_only_cases(facts.SYSTEM))),
    *cases(UNKNOWN_FIELD, read_only_cases(facts.UNKNOWN)),
    *(
        case
        for code in ("$id", "$revision")
        for case in cases(
            Form(code, {}, code=code),
            [either(value, UNCHANGED, fact=facts.IGNORED_IDS) for value in GIVEN_IDS],
        )
    ),
]

CREATOR_AND_TIMES: dict[str, tuple[str, list[Case]]] = {
    "CREATOR": (
        "作成者",
        [
            stored({"code": "sato"}, "sato", facts.MANAGERS_ONLY, updated=REFUSED),
            either({"code": "sato", "name": "佐藤 昇"}, "sato", fact=facts.MANAGERS_ONLY, updated=REFUSED),
            either("sato", "sato", fact=facts.MEANING_KEPT, updated=REFUSED),
            either([{"code": "sato"}], "sato", fact=facts.MEANING_KEPT, updated=REFUSED),
            refused({"code": "nobody"}, facts.USER_UNKNOWN),
            refused([{"code": "sato"}, {"code": "suzuki"}], facts.NOT_CONVERTED),
            refused({}, facts.NOT_CONVERTED),
            refused(5, facts.NOT_CONVERTED),
        ],
    ),
    "MODIFIER": (
        "更新者",
        [stored({"code": "sato"}, "sato", facts.MANAGERS_ONLY, updated=REFUSED), refused({}, facts.NOT_CONVERTED)],
    ),
    "CREATED_TIME": (
        "作成日時",
        [
            stored("2026-04-23T14:11:00Z", "2026-04-23T14:11:00Z", facts.MANAGERS_ONLY, updated=REFUSED),
            either("2026-04-23T14:11:00+09:00", "2026-04-23T05:11:00Z", fact=facts.MANAGERS_ONLY, updated=REFUSED),
            refused("2026-04-23T14:11:00", facts.NO_OFFSET),
            refused("2026-04-23", facts.NO_OFFSET),
            refused("2026-02-30T14:11:00Z", facts.DATETIME),
            refused({}, facts.NOT_CONVERTED),
            refused(0, facts.NOT_CONVERTED),
        ],
    ),
    "UPDATED_TIME": (
        "更新日時",
        [
            stored("2026-04-23T14:11:00Z", "2026-04-23T14:11:00Z", facts.MANAGERS_ONLY, updated=REFUSED),
            refused({}, facts.NOT_CONVERTED),
        ],
    ),
}
CREATOR_AND_TIME_CASES = [
    *(
        case
        for kind, (code, entries) in CREATOR_AND_TIMES.items()
        for case in cases(Form(f"{kind}, managed", {"type": kind}, code=code, manages=True), entries)
    ),
    *(
        case
        for kind, (code, entries) in CREATOR_AND_TIMES.items()
        for case in cases(
            Form(f"{kind}, not managed", {"type": kind}, code=code), [refused(entries[0].value, facts.MANAGERS_ONLY)]
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
LOOKUP_CASES = [
    *cases(
        LOOKUP,
        [
            stored("C-2", "C-2", facts.LOOKUP),
            stored({"value": "C-2"}, "C-2", facts.LOOKUP),
            stored(None, "", facts.LOOKUP),
            stored("", "", facts.LOOKUP),
            either(["C-2"], "C-2", fact=facts.MEANING_KEPT),
            refused("nope", facts.LOOKUP),
            refused(0, facts.LOOKUP),
            refused(" C-2", facts.LOOKUP),
            refused(True, facts.LOOKUP),
            refused({}, facts.NOT_CONVERTED),
            refused([[]], facts.NOT_CONVERTED),
            refused(["C-1", "C-2"], facts.NOT_CONVERTED),
            refused({"a": 1}, facts.NOT_CONVERTED),
        ],
    ),
    *cases(COPY, read_only_cases(facts.COPIED)),
]
