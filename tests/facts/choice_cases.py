"""Value cases of CHECK_BOX, MULTI_SELECT, DROP_DOWN and RADIO_BUTTON."""

from tests.facts import documented_facts as facts
from tests.facts.case_types import (
    ABSENT,
    UNCHANGED,
    Form,
    Outcome,
    cases,
    either,
    refused,
    stored,
)
from tests.facts.common_cases import common_cases

OPTIONS = ["A", "B", "C、D", "E,F", " G ", "h", "H", "1", "['A', 'B']"]
CHOICES = [
    stored("A", ["A"], facts.CONVERTED),
    stored(["A"], ["A"], facts.OPTIONS),
    stored(["B", "A"], ["B", "A"], facts.OPTIONS),
    stored("E,F", ["E,F"], facts.OPTIONS),
    stored(["E,F"], ["E,F"], facts.OPTIONS),
    stored("C、D", ["C、D"], facts.OPTIONS),
    stored(" G ", [" G "], facts.OPTIONS),
    stored([" G "], [" G "], facts.OPTIONS),
    stored(["h"], ["h"], facts.OPTIONS),
    stored(["H", "h"], ["H", "h"], facts.OPTIONS),
    stored(["['A', 'B']"], ["['A', 'B']"], facts.OPTIONS),
    either(["A", "A"], ["A"], ["A", "A"], fact=facts.OPTIONS),
    either("A,B", ["A", "B"], fact=facts.MEANING_KEPT),
    either("A, B", ["A", "B"], fact=facts.MEANING_KEPT),
    either("A、B", ["A", "B"], fact=facts.MEANING_KEPT),
    either("A\nB", ["A", "B"], fact=facts.MEANING_KEPT),
    either("A,E,F", ["A", "E,F"], fact=facts.MEANING_KEPT),
    either('["A", "B"]', ["A", "B"], fact=facts.PLAIN_VALUES),
    either("['B', 'A']", ["B", "A"], fact=facts.PLAIN_VALUES),
    either("G", [" G "], fact=facts.MEANING_KEPT),
    either(["G"], [" G "], fact=facts.MEANING_KEPT),
    either([" A "], ["A"], fact=facts.MEANING_KEPT),
    either("A ", ["A"], fact=facts.MEANING_KEPT),
    either("a", ["A"], fact=facts.MEANING_KEPT),
    either(["b"], ["B"], fact=facts.MEANING_KEPT),
    either("Ａ", ["A"], fact=facts.MEANING_KEPT),
    either(1, ["1"], fact=facts.MEANING_KEPT),
    either([1], ["1"], fact=facts.MEANING_KEPT),
    either([{"value": "A"}], ["A"], fact=facts.MEANING_KEPT),
    either({"A": True, "B": False}, ["A"], fact=facts.MEANING_KEPT),
    either([["A"]], ["A"], fact=facts.MEANING_KEPT),
    either(["A", None], ["A"], fact=facts.MEANING_KEPT),
    either(["A", ""], ["A"], fact=facts.MEANING_KEPT),
    either([""], [], fact=facts.BLANK),
    either(" ", [], fact=facts.BLANK),
    either(",", [], fact=facts.BLANK),
    refused("Z", facts.OPTION_REFUSED),
    refused(["A", "Z"], facts.OPTION_REFUSED),
    refused("A,Z", facts.OPTION_REFUSED),
    refused("A B", facts.OPTION_REFUSED),
    refused("AB", facts.OPTION_REFUSED),
    refused(["E", "F"], facts.OPTION_REFUSED),
    refused("none", facts.OPTION_REFUSED),
    refused(0, facts.OPTION_REFUSED),
    refused(True, facts.NOT_CONVERTED),
    refused(False, facts.NOT_CONVERTED),
    refused({"value": {"value": 2}}, facts.NOT_CONVERTED),
    refused(["A", {}], facts.NOT_CONVERTED),
]
CHECKS = Form("CHECK_BOX", {"type": "CHECK_BOX", "options": OPTIONS}, ["B"], in_tables=True)
SELECTS = Form("MULTI_SELECT", {"type": "MULTI_SELECT", "options": OPTIONS}, ["B"])
SINGLE_OPTION = Form("CHECK_BOX of one", {"type": "CHECK_BOX", "options": ["済"], "defaultValue": ["済"]}, ["済"])
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
CHOICE_CASES = [
    *cases(CHECKS, [*common_cases([]), *CHOICES]),
    *cases(SELECTS, [*common_cases([]), *CHOICES]),
    *cases(
        SINGLE_OPTION,
        [
            stored([], [], facts.CLEARED),
            stored(None, [], facts.CLEARED),
            stored("済", ["済"], facts.CONVERTED),
            either(True, ["済"], fact=facts.MEANING_KEPT),
            either(False, [], fact=facts.MEANING_KEPT),
            either("true", ["済"], fact=facts.MEANING_KEPT),
            refused("いいえ", facts.OPTION_REFUSED),
            refused({}, facts.NOT_CONVERTED),
            stored(ABSENT, ["済"], facts.CLEARED, updated=Outcome((UNCHANGED,))),
        ],
    ),
    *cases(
        LABELLED,
        [
            stored(["High"], ["High"], facts.OPTION_KEYS),
            stored(["低"], ["低"], facts.OPTION_KEYS),
            refused(["高"], facts.OPTION_KEYS),
            refused(["中"], facts.OPTION_KEYS),
        ],
    ),
]

SINGLE_CHOICES = [
    stored("A", "A", facts.OPTION),
    stored("E,F", "E,F", facts.OPTION),
    stored("C、D", "C、D", facts.OPTION),
    stored(" G ", " G ", facts.OPTION),
    stored("h", "h", facts.OPTION),
    stored("['A', 'B']", "['A', 'B']", facts.OPTION),
    either("G", " G ", fact=facts.MEANING_KEPT),
    either("A ", "A", fact=facts.MEANING_KEPT),
    either("a", "A", fact=facts.MEANING_KEPT),
    either("Ａ", "A", fact=facts.MEANING_KEPT),
    either(1, "1", fact=facts.MEANING_KEPT),
    either("１", "1", fact=facts.MEANING_KEPT),
    either(["A"], "A", fact=facts.MEANING_KEPT),
    either("['A']", "A", fact=facts.MEANING_KEPT),
    either('["A"]', "A", fact=facts.MEANING_KEPT),
    either({"value": {"value": 1}}, "1", fact=facts.MEANING_KEPT),
    either(" ", "", fact=facts.BLANK),
    refused(["A", "B"], facts.NOT_CONVERTED),
    refused("A,B", facts.OPTION_REFUSED),
    refused("A、B", facts.OPTION_REFUSED),
    refused("Z", facts.OPTION_REFUSED),
    refused("none", facts.OPTION_REFUSED),
    refused("-", facts.OPTION_REFUSED),
    refused(0, facts.OPTION_REFUSED),
    refused(True, facts.NOT_CONVERTED),
    refused(False, facts.NOT_CONVERTED),
    refused({"A": True, "B": True}, facts.NOT_CONVERTED),
]
DROP = Form("DROP_DOWN", {"type": "DROP_DOWN", "options": OPTIONS}, "B", in_tables=True)
RADIO = Form("RADIO_BUTTON", {"type": "RADIO_BUTTON", "options": OPTIONS, "defaultValue": "H"}, "B")
REQUIRED_DROP_DOWN = Form("required DROP_DOWN", {"type": "DROP_DOWN", "options": OPTIONS, "required": True}, "B")
ONE_CHOICE_CASES = [
    *cases(DROP, [*common_cases(""), *SINGLE_CHOICES]),
    *cases(
        RADIO,
        [
            either(None, "", fact=facts.RADIO_CLEARING),
            either("", "", fact=facts.RADIO_CLEARING),
            either([], "", fact=facts.RADIO_CLEARING),
            stored(ABSENT, "H", facts.CLEARED, updated=Outcome((UNCHANGED,))),
            refused({}, facts.NOT_CONVERTED),
            refused([[]], facts.NOT_CONVERTED),
            refused([{}], facts.NOT_CONVERTED),
            *SINGLE_CHOICES,
        ],
    ),
    *cases(
        REQUIRED_DROP_DOWN,
        [
            stored("A", "A", facts.OPTION),
            refused(None, facts.REQUIRED),
            refused("", facts.REQUIRED),
            refused(" ", facts.REQUIRED),
            refused([], facts.REQUIRED),
            refused({}, facts.REQUIRED),
            refused({"value": None}, facts.REQUIRED),
            refused({"value": ""}, facts.REQUIRED),
            refused(ABSENT, facts.REQUIRED, updated=Outcome((UNCHANGED,))),
        ],
    ),
]
