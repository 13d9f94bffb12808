"""Choices: what may become of odd values of CHECK_BOX, MULTI_SELECT, DROP_DOWN and RADIO_BUTTON."""

from tests.facts import reasons as why
from tests.facts.odd_rows import (
    ABSENT,
    UNCHANGED,
    Form,
    Outcome,
    either,
    refused,
    rows,
    stored,
)
from tests.facts.odd_shapes import shapes

OPTIONS = ["A", "B", "C、D", "E,F", " G ", "h", "H", "1", "['A', 'B']"]
CHOICES = [
    stored("A", ["A"], why.CERTAIN),
    stored(["A"], ["A"], why.OPTIONS),
    stored(["B", "A"], ["B", "A"], why.OPTIONS),
    stored("E,F", ["E,F"], why.OPTIONS),
    stored(["E,F"], ["E,F"], why.OPTIONS),
    stored("C、D", ["C、D"], why.OPTIONS),
    stored(" G ", [" G "], why.OPTIONS),
    stored([" G "], [" G "], why.OPTIONS),
    stored(["h"], ["h"], why.OPTIONS),
    stored(["H", "h"], ["H", "h"], why.OPTIONS),
    stored(["['A', 'B']"], ["['A', 'B']"], why.OPTIONS),
    either(["A", "A"], ["A"], ["A", "A"], because=why.OPTIONS),
    either("A,B", ["A", "B"], because=why.MEANING_KEPT),
    either("A, B", ["A", "B"], because=why.MEANING_KEPT),
    either("A、B", ["A", "B"], because=why.MEANING_KEPT),
    either("A\nB", ["A", "B"], because=why.MEANING_KEPT),
    either("A,E,F", ["A", "E,F"], because=why.MEANING_KEPT),
    either('["A", "B"]', ["A", "B"], because=why.PLAIN_ROWS),
    either("['B', 'A']", ["B", "A"], because=why.PLAIN_ROWS),
    either("G", [" G "], because=why.MEANING_KEPT),
    either(["G"], [" G "], because=why.MEANING_KEPT),
    either([" A "], ["A"], because=why.MEANING_KEPT),
    either("A ", ["A"], because=why.MEANING_KEPT),
    either("a", ["A"], because=why.MEANING_KEPT),
    either(["b"], ["B"], because=why.MEANING_KEPT),
    either("Ａ", ["A"], because=why.MEANING_KEPT),
    either(1, ["1"], because=why.MEANING_KEPT),
    either([1], ["1"], because=why.MEANING_KEPT),
    either([{"value": "A"}], ["A"], because=why.MEANING_KEPT),
    either({"A": True, "B": False}, ["A"], because=why.MEANING_KEPT),
    either([["A"]], ["A"], because=why.MEANING_KEPT),
    either(["A", None], ["A"], because=why.MEANING_KEPT),
    either(["A", ""], ["A"], because=why.MEANING_KEPT),
    either([""], [], because=why.BLANK),
    either(" ", [], because=why.BLANK),
    either(",", [], because=why.BLANK),
    refused("Z", why.OPTION_REFUSED),
    refused(["A", "Z"], why.OPTION_REFUSED),
    refused("A,Z", why.OPTION_REFUSED),
    refused("A B", why.OPTION_REFUSED),
    refused("AB", why.OPTION_REFUSED),
    refused(["E", "F"], why.OPTION_REFUSED),
    refused("none", why.OPTION_REFUSED),
    refused(0, why.OPTION_REFUSED),
    refused(True, why.REST),
    refused(False, why.REST),
    refused({"value": {"value": 2}}, why.REST),
    refused(["A", {}], why.REST),
]
CHECKS = Form("CHECK_BOX", {"type": "CHECK_BOX", "options": OPTIONS}, ["B"], in_tables=True)
SELECTS = Form("MULTI_SELECT", {"type": "MULTI_SELECT", "options": OPTIONS}, ["B"])
DONE = Form("CHECK_BOX of one", {"type": "CHECK_BOX", "options": ["済"], "defaultValue": ["済"]}, ["済"])
LABELLED = Form(
    "MULTI_SELECT with labels",
    {
        "type": "MULTI_SELECT",
        "options": {
            "High": {"label": "高", "index": "0"},
            "Low": {"label": "低", "index": "1"},
            "低": {"label": "高", "index": "2"},
        },
    },
    ["Low"],
)
CHOICE_ROWS = [
    *rows(CHECKS, [*shapes([]), *CHOICES]),
    *rows(SELECTS, [*shapes([]), *CHOICES]),
    *rows(
        DONE,
        [
            stored([], [], why.CLEARED),
            stored(None, [], why.CLEARED),
            stored("済", ["済"], why.CERTAIN),
            either(True, ["済"], because=why.MEANING_KEPT),
            either(False, [], because=why.MEANING_KEPT),
            either("true", ["済"], because=why.MEANING_KEPT),
            refused("いいえ", why.OPTION_REFUSED),
            refused({}, why.REST),
            stored(ABSENT, ["済"], why.CLEARED, updated=Outcome((UNCHANGED,))),
        ],
    ),
    *rows(
        LABELLED,
        [
            stored(["High"], ["High"], why.OPTION_KEYS),
            stored(["低"], ["低"], why.OPTION_KEYS),
            refused(["高"], why.OPTION_KEYS),
            refused(["中"], why.OPTION_KEYS),
        ],
    ),
]

ONE_CHOICE = [
    stored("A", "A", why.OPTION),
    stored("E,F", "E,F", why.OPTION),
    stored("C、D", "C、D", why.OPTION),
    stored(" G ", " G ", why.OPTION),
    stored("h", "h", why.OPTION),
    stored("['A', 'B']", "['A', 'B']", why.OPTION),
    either("G", " G ", because=why.MEANING_KEPT),
    either("A ", "A", because=why.MEANING_KEPT),
    either("a", "A", because=why.MEANING_KEPT),
    either("Ａ", "A", because=why.MEANING_KEPT),
    either(1, "1", because=why.MEANING_KEPT),
    either("１", "1", because=why.MEANING_KEPT),
    either(["A"], "A", because=why.MEANING_KEPT),
    either("['A']", "A", because=why.MEANING_KEPT),
    either('["A"]', "A", because=why.MEANING_KEPT),
    either({"value": {"value": 1}}, "1", because=why.MEANING_KEPT),
    either(" ", "", because=why.BLANK),
    refused(["A", "B"], why.REST),
    refused("A,B", why.OPTION_REFUSED),
    refused("A、B", why.OPTION_REFUSED),
    refused("Z", why.OPTION_REFUSED),
    refused("none", why.OPTION_REFUSED),
    refused("-", why.OPTION_REFUSED),
    refused(0, why.OPTION_REFUSED),
    refused(True, why.REST),
    refused(False, why.REST),
    refused({"A": True, "B": True}, why.REST),
]
DROP = Form("DROP_DOWN", {"type": "DROP_DOWN", "options": OPTIONS}, "B", in_tables=True)
RADIO = Form("RADIO_BUTTON", {"type": "RADIO_BUTTON", "options": OPTIONS, "defaultValue": "H"}, "B")
NEEDED = Form("required DROP_DOWN", {"type": "DROP_DOWN", "options": OPTIONS, "required": True}, "B")
ONE_CHOICE_ROWS = [
    *rows(DROP, [*shapes(""), *ONE_CHOICE]),
    *rows(
        RADIO,
        [
            either(None, "", because=why.RADIO_CLEARING),
            either("", "", because=why.RADIO_CLEARING),
            either([], "", because=why.RADIO_CLEARING),
            stored(ABSENT, "H", why.CLEARED, updated=Outcome((UNCHANGED,))),
            refused({}, why.REST),
            refused([[]], why.REST),
            refused([{}], why.REST),
            *ONE_CHOICE,
        ],
    ),
    *rows(
        NEEDED,
        [
            stored("A", "A", why.OPTION),
            refused(None, why.REQUIRED),
            refused("", why.REQUIRED),
            refused(" ", why.REQUIRED),
            refused([], why.REQUIRED),
            refused({}, why.REQUIRED),
            refused({"value": None}, why.REQUIRED),
            refused({"value": ""}, why.REQUIRED),
            refused(ABSENT, why.REQUIRED, updated=Outcome((UNCHANGED,))),
        ],
    ),
]
