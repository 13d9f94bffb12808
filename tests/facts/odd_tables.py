"""Tables as a whole, and fields whose codes are words of kintone's shapes: what may become of odd values."""

import math

from tests.facts import reasons as why
from tests.facts.odd_rows import (
    SAVED_ROW,
    Form,
    Outcome,
    either,
    refused,
    rows,
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
KINTONE_TWO = [{"value": {"qty": {"value": "2"}}}]
TABLE_ROWS = rows(
    TABLE,
    [
        stored([], [], why.TABLE_CLEARED),
        stored(None, [], why.CLEARED),
        either("", [], because=why.CLEARED),
        either({"value": None}, [], because=why.CLEARED),
        stored({"value": []}, [], why.TABLE_CLEARED),
        # Rows in kintone's shape, in plain words, and between the two.
        stored(KINTONE_TWO, TWO, why.TABLE),
        stored({"value": KINTONE_TWO}, TWO, why.TABLE),
        stored([{"value": {"item": {"value": "x"}, "qty": {"value": 2}}}], [{"item": "x", "qty": "2"}], why.TABLE),
        stored([{"qty": 2}], TWO, why.CERTAIN),
        stored([{"qty": "2"}, {"qty": 3, "item": "y"}], [{"qty": "2"}, {"qty": "3", "item": "y"}], why.CERTAIN),
        stored([{"item": "x", "done": ["済"], "rank": "A"}], [{"item": "x", "done": ["済"], "rank": "A"}], why.CERTAIN),
        stored([{"qty": "▲1,234"}], [{"qty": "-1234"}], why.CERTAIN),
        either([{"qty": {"value": 2}}], TWO, because=why.MEANING_KEPT),
        either([{"value": {"qty": 2}}], TWO, because=why.MEANING_KEPT),
        either({"qty": 2}, TWO, because=why.MEANING_KEPT),
        either({"value": {"qty": {"value": "2"}}}, TWO, because=why.MEANING_KEPT),
        either([[{"qty": 2}]], TWO, because=why.MEANING_KEPT),
        either("[{'qty': 2, 'item': None}]", TWO, because=why.PLAIN_ROWS),
        either('[{"qty": 2}]', TWO, because=why.PLAIN_ROWS),
        either('{"qty": 2}', TWO, because=why.PLAIN_ROWS),
        either([{"qty": 2}, '{"qty": 3}'], [{"qty": "2"}, {"qty": "3"}], because=why.PLAIN_ROWS),
        either([{"qty": None}], [{"qty": ""}], because=why.CLEARED),
        either([{"item": ""}], [{"item": ""}], because=why.CLEARED),
        either([{"qty": 2, "double": "4"}], TWO, because=why.AUTOMATIC),
        either([{"qty": 2, "double": "999"}], TWO, because=why.AUTOMATIC),
        # Row ids.
        either([{"id": "", "value": {"qty": {"value": "2"}}}], TWO, because=why.ROW_IDS),
        either([{"id": None, "value": {"qty": {"value": "2"}}}], TWO, because=why.ROW_IDS),
        either([{"id": "", "qty": 2}], TWO, because=why.ROW_IDS),
        either([{"id": None, "qty": 2}], TWO, because=why.ROW_IDS),
        either([{"id": "999999", "value": {"qty": {"value": "2"}}}], TWO, because=why.ROW_IDS),
        either([{"id": SAVED_ROW, "qty": 2}], TWO, because=why.ROW_IDS),
        stored(
            [{"id": SAVED_ROW, "value": {"qty": {"value": "2"}}}],
            TWO,
            why.ROW_IDS,
            added=Outcome((TWO,), may_refuse=True),
        ),
        refused([{"id": "abc", "value": {"qty": {"value": "2"}}}], why.ROW_IDS),
        refused([{"id": "1.5", "qty": 2}], why.ROW_IDS),
        refused([{"id": True, "qty": 2}], why.ROW_IDS),
        refused([{"id": {}, "qty": 2}], why.ROW_IDS),
        refused([{"id": SAVED_ROW, "value": {}}, {"id": SAVED_ROW, "value": {}}], why.ROW_IDS),
        # Rows that would be blank, and cells that would be.
        refused({}, why.REST),
        refused([{}], why.REST),
        refused([[]], why.REST),
        refused([None], why.REST),
        refused([""], why.REST),
        refused([{"qty": 2}, {}], why.REST),
        refused([{"qty": 2}, None], why.REST),
        refused([{"value": {}}], why.REST),
        refused([{"value": None}], why.REST),
        refused([{"value": []}], why.REST),
        refused([{"id": "", "value": {}}], why.REST),
        refused([{"id": ""}], why.REST),
        refused([{"nope": 1}], why.REST),
        refused([{"value": {"nope": {"value": 1}}}], why.REST),
        refused([{"qty": 2, "nope": 1}], why.UNKNOWN, unchecked=Outcome((TWO,), may_refuse=True)),
        refused([{"qty": {}}], why.REST),
        refused([{"qty": 2, "item": {}}], why.REST),
        refused([{"qty": [1, 2]}], why.REST),
        refused([{"qty": "x"}], why.NOT_A_NUMBER),
        refused([{"qty": "50%"}], why.NOT_A_NUMBER),
        refused([{"value": {"qty": {"value": "1,23"}}}], why.NOT_A_NUMBER),
        refused([{"qty": 2, "rank": "Z"}], why.OPTION_REFUSED),
        # No rows at all.
        refused({"value": {"value": 1}}, why.REST),
        refused({"rows": [{"qty": 2}]}, why.REST),
        refused({"0": {"qty": 2}}, why.REST),
        refused({"value": {}}, why.REST),
        refused(" ", why.REST),
        refused("qty: 2", why.REST),
        refused("x", why.REST),
        refused("{}", why.REST),
        refused("[{}]", why.REST),
        refused([2], why.REST),
        refused([[2]], why.REST),
        refused(0, why.REST),
        refused(-0.0, why.REST),
        refused(True, why.REST),
        refused(False, why.REST),
        refused(math.nan, why.REST, sent="text"),
    ],
)

# Columns whose codes are words of kintone's own shapes.
AWKWARD = {
    "value": {"type": "NUMBER"},
    "code": {"type": "SINGLE_LINE_TEXT"},
    "fileKey": {"type": "SINGLE_LINE_TEXT"},
    "id": {"type": "SINGLE_LINE_TEXT"},
    "type": {"type": "SINGLE_LINE_TEXT"},
}
AWKWARD_TABLE = Form("SUBTABLE, awkward columns", {"type": "SUBTABLE", "fields": AWKWARD}, [{"value": "1", "id": "x"}])
AWKWARD_ROWS = rows(
    AWKWARD_TABLE,
    [
        stored([{"value": {"value": {"value": "2"}}}], [{"value": "2"}], why.TABLE),
        stored([{"value": {"code": {"value": "x"}}}], [{"code": "x"}], why.TABLE),
        stored([{"value": {"id": {"value": "7"}, "value": {"value": 2}}}], [{"id": "7", "value": "2"}], why.TABLE),
        stored([{"value": {"type": {"value": "x"}}}], [{"type": "x"}], why.TABLE),
        stored(
            [{"id": SAVED_ROW, "value": {"id": {"value": "new"}, "value": {"value": "2"}}}],
            [{"id": "new", "value": "2"}],
            why.TABLE,
            added=Outcome(([{"id": "new", "value": "2"}],), may_refuse=True),
        ),
        stored([{"code": "x"}], [{"code": "x"}], why.CERTAIN),
        stored([{"fileKey": "x"}], [{"fileKey": "x"}], why.CERTAIN),
        either([{"value": 2}], [{"value": "2"}], because=why.PLAIN_ROWS),
        either([{"value": {"value": 2}}], [{"value": "2"}], because=why.PLAIN_ROWS),
        either([{"value": 2, "code": "x"}], [{"value": "2", "code": "x"}], because=why.PLAIN_ROWS),
        either({"value": 2}, [{"value": "2"}], because=why.PLAIN_ROWS),
        either({"value": {"value": 2}}, [{"value": "2"}], because=why.PLAIN_ROWS),
        either({"value": {"value": {"value": 2}}}, [{"value": "2"}], because=why.PLAIN_ROWS),
        either({"code": "x"}, [{"code": "x"}], because=why.PLAIN_ROWS),
        either({"fileKey": "x"}, [{"fileKey": "x"}], because=why.PLAIN_ROWS),
        either([{"id": "7"}], [{"id": "7"}], because=why.PLAIN_ROWS),
        either([{"id": "x", "code": "y"}], [{"id": "x", "code": "y"}], because=why.PLAIN_ROWS),
        either([{"type": "x", "value": 2}], [{"type": "x", "value": "2"}], because=why.PLAIN_ROWS),
        either([{"value": None}], [{"value": ""}], because=why.PLAIN_ROWS),
        refused([{"value": "x"}], why.NOT_A_NUMBER),
        refused([{"value": {}}], why.REST),
        refused([{"code": {}}], why.REST),
        refused({}, why.REST),
        refused([{}], why.REST),
    ],
)


# Fields whose own codes are words of kintone's shapes or of this plugin's parameters

NAMED_ROWS = [
    row
    for code in ("value", "code", "id", "record", "records", "record_data", "records_data", "updateKey", "type")
    for row in rows(
        Form(f"text called {code}", {"type": "SINGLE_LINE_TEXT"}, "before", code=code),
        [
            stored({"value": "x"}, "x", why.WRAPPER),
            either("x", "x", because=why.TEXT),
            either(None, "", because=why.CLEARED),
            refused({}, why.REST),
            refused({"a": "b"}, why.REST),
        ],
    )
]
