"""Hypothesis strategy for stored records with a field of every writable type, for tests that write them back."""

from typing import Any

from hypothesis import strategies as st

from tests.facts.case_types import Value
from tests.facts.value_strategies import APP_NUMBERS, DATETIME_VALUES, DAYS, LETTERS, OPTIONS, in_utc, number_text

NAMES = {"sato": "佐藤 昇", "suzuki": "鈴木 花子", "guest/mika@example.com": "Mika"}
TEAMS = {"sales": "営業部", "support": "サポート"}
GROUPS = {"everyone": "Everyone", "managers": "Managers"}


def _people(names: dict[str, str]) -> st.SearchStrategy[Value]:
    people = [{"code": code, "name": name} for code, name in names.items()]
    return st.lists(st.sampled_from(people), unique_by=lambda person: person["code"])


def _files() -> st.SearchStrategy[Value]:
    files = st.builds(
        lambda number, name: {
            "fileKey": f"20260401000000{number:032x}", "name": name, "contentType": "text/plain", "size": str(number)
        },
        st.integers(0, 10**9),
        st.sampled_from(["見積.pdf", "a.txt", "a、b.txt", "[1].csv"]),
    )  # fmt: skip
    return st.lists(files, max_size=3, unique_by=lambda file: file["fileKey"])


CHOSEN_OPTIONS = st.lists(st.sampled_from(OPTIONS), unique=True)
ONE_OR_NONE = st.one_of(st.none(), st.sampled_from(OPTIONS))
AMBIGUOUS_TEXTS = st.sampled_from(["", " ", "{}", "[]", "['A']", "null", "1,234", "▲5", "A, B", "x\n", "\u3000", "=1"])
ONE_LINE = st.one_of(st.text(LETTERS), AMBIGUOUS_TEXTS.filter(lambda text: "\n" not in text))
LINES = st.one_of(st.text(st.one_of(LETTERS, st.just("\n"))), AMBIGUOUS_TEXTS)

STORED: dict[str, tuple[dict[str, Any], st.SearchStrategy[Value]]] = {
    "text": ({"type": "SINGLE_LINE_TEXT"}, ONE_LINE),
    "lines": ({"type": "MULTI_LINE_TEXT"}, LINES),
    "rich": ({"type": "RICH_TEXT"}, LINES),
    "number": ({"type": "NUMBER"}, st.one_of(st.just(""), APP_NUMBERS.map(number_text))),
    "web": ({"type": "LINK", "protocol": "WEB"}, st.sampled_from(["", "https://example.com/a%20b?c=d#e", "http://x"])),
    "mail": ({"type": "LINK", "protocol": "MAIL"}, st.sampled_from(["", "sato@example.com"])),
    "call": ({"type": "LINK", "protocol": "CALL"}, st.sampled_from(["", "03-1234-5678", "+81 3 1234", "0120"])),
    "checks": ({"type": "CHECK_BOX", "options": OPTIONS}, CHOSEN_OPTIONS),
    "choices": ({"type": "MULTI_SELECT", "options": OPTIONS}, CHOSEN_OPTIONS),
    "drop": ({"type": "DROP_DOWN", "options": OPTIONS}, ONE_OR_NONE),
    "radio": ({"type": "RADIO_BUTTON", "options": OPTIONS}, st.sampled_from(OPTIONS)),
    "day": ({"type": "DATE"}, st.one_of(st.none(), DAYS.map(lambda day: day.isoformat()))),
    "hour": ({"type": "TIME"}, st.one_of(st.none(), st.times().map(lambda hour: f"{hour:%H:%M}"))),
    "moment": ({"type": "DATETIME"}, st.one_of(st.just(""), DATETIME_VALUES.map(in_utc))),
    "users": ({"type": "USER_SELECT"}, _people(NAMES)),
    "teams": ({"type": "ORGANIZATION_SELECT"}, _people(TEAMS)),
    "groups": ({"type": "GROUP_SELECT"}, _people(GROUPS)),
    "files": ({"type": "FILE"}, _files()),
}
FIELDS: dict[str, dict[str, Any]] = {
    **{code: properties for code, (properties, _) in STORED.items()},
    "table": {"type": "SUBTABLE", "fields": {f"cell_{code}": properties for code, (properties, _) in STORED.items()}},
}


def stored_records() -> st.SearchStrategy[dict[str, Value]]:
    """Return records with up to three table rows."""
    cells = {f"cell_{code}": values for code, (_, values) in STORED.items()}
    fields = {code: values for code, (_, values) in STORED.items()}
    return st.fixed_dictionaries({**fields, "table": st.lists(st.fixed_dictionaries(cells), max_size=3)})
