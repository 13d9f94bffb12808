"""Value cases of whole tables, and of fields and columns whose codes are also keys of kintone's JSON."""

import math

from tests.facts import documented_facts as facts
from tests.facts.case_types import (
    SAVED_ROW,
    Form,
    Outcome,
    cases,
    either,
    refused,
    stored,
)

COLUMNS = {
    "item": {"type": "SINGLE_LINE_TEXT"},
    "qty": {"type": "NUMBER"},
    "rank": {"type": "DROP_DOWN", "options": ["A", "B"]},
    "done": {"type": "CHECK_BOX", "options": ["済"]},
    "double": {"type": "CALC", "expression": "qty * 2"},
}
TABLE = Form("SUBTABLE", {"type": "SUBTABLE", "fields": COLUMNS}, [{"item": "before", "qty": "1"}])
TWO = [{"qty": "2"}]
TWO_IN_KINTONE_FORMAT = [{"value": {"qty": {"value": "2"}}}]
TABLE_CASES = cases(
    TABLE,
    [
        stored([], [], facts.TABLE_CLEARED),
        stored(None, [], facts.CLEARED),
        either("", [], fact=facts.CLEARED),
        either({"value": None}, [], fact=facts.CLEARED),
        stored({"value": []}, [], facts.TABLE_CLEARED),
        # Rows in kintone's format, as plain values, and mixed.
        stored(TWO_IN_KINTONE_FORMAT, TWO, facts.TABLE),
        stored({"value": TWO_IN_KINTONE_FORMAT}, TWO, facts.TABLE),
        stored([{"value": {"item": {"value": "x"}, "qty": {"value": 2}}}], [{"item": "x", "qty": "2"}], facts.TABLE),
        stored([{"qty": 2}], TWO, facts.CONVERTED),
        stored([{"qty": "2"}, {"qty": 3, "item": "y"}], [{"qty": "2"}, {"qty": "3", "item": "y"}], facts.CONVERTED),
        stored(
            [{"item": "x", "done": ["済"], "rank": "A"}], [{"item": "x", "done": ["済"], "rank": "A"}], facts.CONVERTED
        ),
        stored([{"qty": "▲1,234"}], [{"qty": "-1234"}], facts.CONVERTED),
        either([{"qty": {"value": 2}}], TWO, fact=facts.MEANING_KEPT),
        either([{"value": {"qty": 2}}], TWO, fact=facts.MEANING_KEPT),
        either({"qty": 2}, TWO, fact=facts.MEANING_KEPT),
        either({"value": {"qty": {"value": "2"}}}, TWO, fact=facts.MEANING_KEPT),
        either([[{"qty": 2}]], TWO, fact=facts.MEANING_KEPT),
        either("[{'qty': 2, 'item': None}]", TWO, fact=facts.PLAIN_VALUES),
        either('[{"qty": 2}]', TWO, fact=facts.PLAIN_VALUES),
        either('{"qty": 2}', TWO, fact=facts.PLAIN_VALUES),
        either([{"qty": 2}, '{"qty": 3}'], [{"qty": "2"}, {"qty": "3"}], fact=facts.PLAIN_VALUES),
        either([{"qty": None}], [{"qty": ""}], fact=facts.CLEARED),
        either([{"item": ""}], [{"item": ""}], fact=facts.CLEARED),
        either([{"qty": 2, "double": "4"}], TWO, fact=facts.AUTOMATIC),
        either([{"qty": 2, "double": "999"}], TWO, fact=facts.AUTOMATIC),
        # Case ids.
        either([{"id": "", "value": {"qty": {"value": "2"}}}], TWO, fact=facts.ROW_IDS),
        either([{"id": None, "value": {"qty": {"value": "2"}}}], TWO, fact=facts.ROW_IDS),
        either([{"id": "", "qty": 2}], TWO, fact=facts.ROW_IDS),
        either([{"id": None, "qty": 2}], TWO, fact=facts.ROW_IDS),
        either([{"id": "999999", "value": {"qty": {"value": "2"}}}], TWO, fact=facts.ROW_IDS),
        either([{"id": SAVED_ROW, "qty": 2}], TWO, fact=facts.ROW_IDS),
        stored(
            [{"id": SAVED_ROW, "value": {"qty": {"value": "2"}}}],
            TWO,
            facts.ROW_IDS,
            added=Outcome((TWO,), may_refuse=True),
        ),
        refused([{"id": "abc", "value": {"qty": {"value": "2"}}}], facts.ROW_IDS),
        refused([{"id": "1.5", "qty": 2}], facts.ROW_IDS),
        refused([{"id": True, "qty": 2}], facts.ROW_IDS),
        refused([{"id": {}, "qty": 2}], facts.ROW_IDS),
        refused([{"id": SAVED_ROW, "value": {}}, {"id": SAVED_ROW, "value": {}}], facts.ROW_IDS),
        # Rows and cells without a value.
        refused({}, facts.NOT_CONVERTED),
        refused([{}], facts.NOT_CONVERTED),
        refused([[]], facts.NOT_CONVERTED),
        refused([None], facts.NOT_CONVERTED),
        refused([""], facts.NOT_CONVERTED),
        refused([{"qty": 2}, {}], facts.NOT_CONVERTED),
        refused([{"qty": 2}, None], facts.NOT_CONVERTED),
        refused([{"value": {}}], facts.NOT_CONVERTED),
        refused([{"value": None}], facts.NOT_CONVERTED),
        refused([{"value": []}], facts.NOT_CONVERTED),
        refused([{"id": "", "value": {}}], facts.NOT_CONVERTED),
        refused([{"id": ""}], facts.NOT_CONVERTED),
        refused([{"nope": 1}], facts.NOT_CONVERTED),
        refused([{"value": {"nope": {"value": 1}}}], facts.NOT_CONVERTED),
        refused([{"qty": 2, "nope": 1}], facts.UNKNOWN, unchecked=Outcome((TWO,), may_refuse=True)),
        refused([{"qty": {}}], facts.NOT_CONVERTED),
        refused([{"qty": 2, "item": {}}], facts.NOT_CONVERTED),
        refused([{"qty": [1, 2]}], facts.NOT_CONVERTED),
        refused([{"qty": "x"}], facts.NOT_A_NUMBER),
        refused([{"qty": "50%"}], facts.NOT_A_NUMBER),
        refused([{"value": {"qty": {"value": "1,23"}}}], facts.NOT_A_NUMBER),
        refused([{"qty": 2, "rank": "Z"}], facts.OPTION_REFUSED),
        # Values that are not rows.
        refused({"value": {"value": 1}}, facts.NOT_CONVERTED),
        refused({"rows": [{"qty": 2}]}, facts.NOT_CONVERTED),
        refused({"0": {"qty": 2}}, facts.NOT_CONVERTED),
        refused({"value": {}}, facts.NOT_CONVERTED),
        refused(" ", facts.NOT_CONVERTED),
        refused("qty: 2", facts.NOT_CONVERTED),
        refused("x", facts.NOT_CONVERTED),
        refused("{}", facts.NOT_CONVERTED),
        refused("[{}]", facts.NOT_CONVERTED),
        refused([2], facts.NOT_CONVERTED),
        refused([[2]], facts.NOT_CONVERTED),
        refused(0, facts.NOT_CONVERTED),
        refused(-0.0, facts.NOT_CONVERTED),
        refused(True, facts.NOT_CONVERTED),
        refused(False, facts.NOT_CONVERTED),
        refused(math.nan, facts.NOT_CONVERTED, sent="text"),
    ],
)

# Columns whose codes are also keys of kintone's JSON.
RESERVED_COLUMNS = {
    "value": {"type": "NUMBER"},
    "code": {"type": "SINGLE_LINE_TEXT"},
    "fileKey": {"type": "SINGLE_LINE_TEXT"},
    "id": {"type": "SINGLE_LINE_TEXT"},
    "type": {"type": "SINGLE_LINE_TEXT"},
}
RESERVED_TABLE = Form(
    "SUBTABLE, reserved columns", {"type": "SUBTABLE", "fields": RESERVED_COLUMNS}, [{"value": "1", "id": "x"}]
)
RESERVED_COLUMN_CASES = cases(
    RESERVED_TABLE,
    [
        stored([{"value": {"value": {"value": "2"}}}], [{"value": "2"}], facts.TABLE),
        stored([{"value": {"code": {"value": "x"}}}], [{"code": "x"}], facts.TABLE),
        stored([{"value": {"id": {"value": "7"}, "value": {"value": 2}}}], [{"id": "7", "value": "2"}], facts.TABLE),
        stored([{"value": {"type": {"value": "x"}}}], [{"type": "x"}], facts.TABLE),
        stored(
            [{"id": SAVED_ROW, "value": {"id": {"value": "new"}, "value": {"value": "2"}}}],
            [{"id": "new", "value": "2"}],
            facts.TABLE,
            added=Outcome(([{"id": "new", "value": "2"}],), may_refuse=True),
        ),
        stored([{"code": "x"}], [{"code": "x"}], facts.CONVERTED),
        stored([{"fileKey": "x"}], [{"fileKey": "x"}], facts.CONVERTED),
        either([{"value": 2}], [{"value": "2"}], fact=facts.PLAIN_VALUES),
        either([{"value": {"value": 2}}], [{"value": "2"}], fact=facts.PLAIN_VALUES),
        either([{"value": 2, "code": "x"}], [{"value": "2", "code": "x"}], fact=facts.PLAIN_VALUES),
        either({"value": 2}, [{"value": "2"}], fact=facts.PLAIN_VALUES),
        either({"value": {"value": 2}}, [{"value": "2"}], fact=facts.PLAIN_VALUES),
        either({"value": {"value": {"value": 2}}}, [{"value": "2"}], fact=facts.PLAIN_VALUES),
        either({"code": "x"}, [{"code": "x"}], fact=facts.PLAIN_VALUES),
        either({"fileKey": "x"}, [{"fileKey": "x"}], fact=facts.PLAIN_VALUES),
        either([{"id": "7"}], [{"id": "7"}], fact=facts.PLAIN_VALUES),
        either([{"id": "x", "code": "y"}], [{"id": "x", "code": "y"}], fact=facts.PLAIN_VALUES),
        either([{"type": "x", "value": 2}], [{"type": "x", "value": "2"}], fact=facts.PLAIN_VALUES),
        either([{"value": None}], [{"value": ""}], fact=facts.PLAIN_VALUES),
        refused([{"value": "x"}], facts.NOT_A_NUMBER),
        refused([{"value": {}}], facts.NOT_CONVERTED),
        refused([{"code": {}}], facts.NOT_CONVERTED),
        refused({}, facts.NOT_CONVERTED),
        refused([{}], facts.NOT_CONVERTED),
    ],
)


# Fields whose codes are also keys of kintone's JSON or of this plugin's parameters.

RESERVED_CODE_CASES = [
    case
    for code in ("value", "code", "id", "record", "records", "record_data", "records_data", "updateKey", "type")
    for case in cases(
        Form(f"text called {code}", {"type": "SINGLE_LINE_TEXT"}, "before", code=code),
        [
            stored({"value": "x"}, "x", facts.VALUE_OBJECT),
            either("x", "x", fact=facts.TEXT),
            either(None, "", fact=facts.CLEARED),
            refused({}, facts.NOT_CONVERTED),
            refused({"a": "b"}, facts.NOT_CONVERTED),
        ],
    )
]
