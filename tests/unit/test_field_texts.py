"""The text that describes the fields of an app."""

import json
import re

import pytest

from kintone.app_overview import Action, AppOverview, Assignment, Candidate, Process
from kintone.errors import KintoneError, PermissionDeniedError, UnavailableError, UnknownResponseError
from kintone.field_types import FIELD_TYPES
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import Message
from tests.unit.form_samples import Properties, columns, field, make_form, options, rich_form
from tools.field_descriptions import described
from tools.field_texts import MAX_CHARACTERS, FieldsText

OFF = Process(enabled=False)
UNREAD = "Process management: on. Its statuses and actions could not be read with this credential (GAIA_NO01)."
REFUSED = PermissionDeniedError(Message("no"), code="GAIA_NO01")


def text_of(
    form: Form,
    *,
    fields: list[FieldDefinition] | None = None,
    name: str = "Orders",
    process: Process | KintoneError = OFF,
    may_view: bool = True,
) -> str:
    """Return the text of a form's fields, by default of all."""
    overview = AppOverview(form, name, process, may_view)
    shown = list(form.fields.values()) if fields is None else fields
    text = FieldsText(12, overview, shown, all_asked=fields is None)
    return "\n".join(str(line) for line in text.lines())


def line_of(*fields: Properties, code: str = "f") -> str:
    """Return what the text says of one field behind its code."""
    text = text_of(make_form(*fields))
    (line,) = [line for line in text.splitlines() if line.startswith(f"{code} ")]
    return line.partition(": ")[2]


def group_of(text: str, code: str) -> int:
    """Return the number of the group in which a field stands, by its heading or the beginning of its line."""
    before = text[: re.search(rf"(?:^|: |, ){re.escape(code)}(?:[ :,]|$)", text, re.MULTILINE).start()]  # type: ignore[union-attr]
    headings = (
        "To write", "Tables", "Of a type", "Calculated", "Related records", "Filled by", "Switched off", "Never",
    )  # fmt: skip
    return max((number for number, heading in enumerate(headings, 1) if f"\n{heading}" in before), default=0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (field("SINGLE_LINE_TEXT", "f", required=True, unique=True, maxLength="20"),
         "SINGLE_LINE_TEXT, required, unique, at most 20 characters"),
        (field("SINGLE_LINE_TEXT", "f", minLength="3", maxLength="64"), "SINGLE_LINE_TEXT, 3 to 64 characters"),
        (field("SINGLE_LINE_TEXT", "f", minLength="3"), "SINGLE_LINE_TEXT, at least 3 characters"),
        (field("SINGLE_LINE_TEXT", "f", minLength="0", maxLength="0"), "SINGLE_LINE_TEXT, at most 0 characters"),
        (field("NUMBER", "f", minValue="0", maxValue="99.5", unit="円", displayScale="1"),
         "NUMBER, 0 to 99.5, unit 円, 1 decimal place shown"),
        (field("NUMBER", "f", minValue="-5"), "NUMBER, at least -5"),
        (field("NUMBER", "f", maxValue="0", displayScale="0"), "NUMBER, at most 0, 0 decimal places shown"),
        (field("NUMBER", "f", defaultValue="0"), "NUMBER, default 0"),
        (field("DATE", "f", defaultNowValue=True, defaultValue=""), "DATE, default now"),
        (field("USER_SELECT", "f", defaultValue=[{"type": "FUNCTION", "code": "LOGINUSER()"}]),
         "USER_SELECT, default LOGINUSER()"),
        (field("USER_SELECT", "f", entities=[{"type": "USER", "code": "sato"}, {"type": "GROUP", "code": "g"}]),
         "USER_SELECT, only sato (USER), g (GROUP)"),
        (field("CHECK_BOX", "f", defaultValue=["A"], options=options("A", "B, C", "", " D")),
         'CHECK_BOX, default A, options: A, "B, C", "", " D"'),
        (field("DROP_DOWN", "f", options=options(*map(str, range(33)))),
         f"DROP_DOWN, options: {', '.join(map(str, range(30)))} and 3 more"),
        (field("DROP_DOWN", "f", options=options(*map(str, range(30)))),
         f"DROP_DOWN, options: {', '.join(map(str, range(30)))}"),
        (field("LINK", "f", protocol="MAIL"), "LINK (MAIL)"),
        (field("CALC", "f", format="NUMBER_DIGIT", expression="a * 2"), "CALC (NUMBER_DIGIT), formula a * 2"),
        (field("SINGLE_LINE_TEXT", "f", expression='a & "\n"'), 'SINGLE_LINE_TEXT, formula a & "\\n"'),
        (field("FUTURE_TYPE", "f"), "FUTURE_TYPE"),
    ],
)  # fmt: skip
def test_line_of_a_field(given: Properties, said: str) -> None:
    """A line says type, rules, limits, unit, default and choices, each only where there is one."""
    assert line_of(given) == said


def test_lookup_and_what_it_fills() -> None:
    """A lookup names its source and what it fills, and a filled field names the lookup; it is not to be written."""
    lookup = {
        "relatedApp": {"app": "8"}, "relatedKeyField": "key", "fieldMappings": [{"field": "b", "relatedField": "x"}],
    }  # fmt: skip
    form = make_form(field("NUMBER", "a", lookup=lookup), field("NUMBER", "b"))
    text = text_of(form)

    assert 'a "A": NUMBER, lookup by key of app 8, fills b' in text
    assert 'b "B": NUMBER, filled by the lookup a' in text
    assert (group_of(text, "a"), group_of(text, "b")) == (1, 4)


def test_fields_stand_in_groups() -> None:
    """What can be written, tables with indented columns, what kintone fills, and what has no value stand apart."""
    text = text_of(rich_form())

    groups = {
        code: group_of(text, code) for code in ("name", "lines", "auto", "number", "状態", "分類", "related", "box")
    }
    assert groups == {"name": 1, "lines": 2, "auto": 4, "number": 6, "状態": 6, "分類": 7, "related": 5, "box": 8}
    assert '\nlines "LINES": SUBTABLE\n  item "ITEM": SINGLE_LINE_TEXT, required\n  qty' in text
    assert re.search(r"\n  sum .*not to be written", text)
    assert not re.search(r"\n  qty .*not to be written", text)


def test_label_that_is_the_code_is_not_repeated() -> None:
    """A label stands beside the code only where it differs, in quotes."""
    form = make_form({**field("NUMBER", "数量"), "label": "数量"}, {**field("NUMBER", "b"), "label": 'a "b"\n'})
    text = text_of(form)

    assert "\n数量: NUMBER" in text
    assert text.count("数量") == 1
    assert r'b "a \"b\"\n": NUMBER' in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\x85b", "a\\u0085b"), ("二行\n目", "二行\\n目"), ('a, "b"\n', '"a, \\"b\\"\\n"'), (" x\n", '" x\\n"')],
)
def test_control_characters_are_escaped_once(name: str, shown: str) -> None:
    """In the app's name, in labels and in options; a reader of JSON gets the name back."""
    form = make_form({**field("DROP_DOWN", "f", options=options(name)), "label": name})
    lines = text_of(form, name=name).splitlines()

    assert f"({shown})" in lines[0]
    (line,) = [line for line in lines if line.startswith("f ")]
    label, _, rest = line.removeprefix("f ").partition(": ")
    assert json.loads(label) == name
    assert rest.endswith(f"options: {shown}")


def test_related_records() -> None:
    """Their line says app, condition and columns, which queries use as FIELD.COLUMN; they are not to be written."""
    table = {
        "relatedApp": {"app": "8", "code": ""}, "condition": {"field": "own", "relatedField": "key"},
        "filterCond": 'state in ("x")', "displayFields": ["amount", "day"], "sort": "", "size": "5",
    }  # fmt: skip
    form = make_form(
        field("REFERENCE_TABLE", "rel", referenceTable=table), field("REFERENCE_TABLE", "hidden", referenceTable=None)
    )
    text = text_of(form)

    assert "FIELD.COLUMN" in text
    assert (
        'rel "REL": REFERENCE_TABLE, app 8 where key = own of this app and state in ("x"), columns: amount, day' in text
    )
    assert re.search(r'^hidden "HIDDEN": REFERENCE_TABLE, .*may not view', text, re.MULTILINE)
    assert "Never with a value" not in text


def test_field_of_a_type_that_is_not_known() -> None:
    """Whether it can be written is not known, so it stands neither among those to write nor among the others."""
    table = field("SUBTABLE", "t", fields=columns(field("HOLOGRAM", "c")))
    form = make_form(field("HOLOGRAM", "f"), field("NUMBER", "n"), table)
    text = text_of(form)

    assert (group_of(text, "f"), group_of(text, "n")) == (3, 1)
    assert re.search(r"^  c .*not known", text, re.MULTILINE)
    assert [described(form.fields[code])["writable"] for code in ("f", "n")] == [False, True]


def operators_in(text: str) -> list[str]:
    """Return the lines about operators, without the heading and the process management."""
    return text.partition("Operators")[2].splitlines()[1:-1]


def test_operators_stand_once_for_each_type() -> None:
    """Each type that occurs has its operators, on one line with others that have the same; the rest are left out."""
    choices = options("x")
    form = make_form(
        field("NUMBER", "a"), field("NUMBER", "b"), field("DROP_DOWN", "c", options=choices), field("CREATOR", "d")
    )
    *operators, empty = operators_in(text_of(form))

    assert operators == ["NUMBER: =, !=, >, <, >=, <=, in", "DROP_DOWN, CREATOR: in"]
    assert '= ""' in empty
    assert 'in ("")' in empty


def test_operators_of_types_that_are_switched_off() -> None:
    """A type that no record shows has no operators."""
    form = make_form(field("MULTI_LINE_TEXT", "a"), field("CREATOR", "b"), field("STATUS", "c", enabled=False))

    assert operators_in(text_of(form)) == ["MULTI_LINE_TEXT: like, is empty", "CREATOR: in"]


def test_empty_fields_are_found_as_the_one_line_says() -> None:
    """It holds for every type that can be written and that takes one of the two operators."""
    for kind in FIELD_TYPES.values():
        if kind.on_update and {"=", "in"} & set(kind.query.operators):
            assert kind.query.empty == ('= ""' if "=" in kind.query.operators else 'in ("")')


@pytest.mark.parametrize(
    ("operator", "negated"), [("in", "not in"), ("like", "not like"), ("is empty", "is not empty")]
)
def test_negated_operators_belong_to_the_others(operator: str, negated: str) -> None:
    """No type has one without the other, so that one sentence can say it for all."""
    for kind in FIELD_TYPES.values():
        assert (operator in kind.query.operators) == (negated in kind.query.operators)


def test_operators_of_columns_are_those_of_the_table_of_types() -> None:
    """The one line about columns holds for every type that can be a column."""
    table = field("SUBTABLE", "t", fields=columns(field("NUMBER", "c")))
    assert "In tables: in instead of =" in text_of(make_form(table))
    assert "In tables" not in text_of(make_form(field("NUMBER", "c")))
    for kind in FIELD_TYPES.values():
        outside, inside = set(kind.query.operators), set(kind.query.in_rows.operators)
        assert inside - {"in", "not in"} == outside - {"=", "!=", "in", "not in"}
        assert bool(inside & {"in", "not in"}) == bool(outside & {"=", "!=", "in", "not in"})
        assert kind.query.in_rows.empty == ("" if kind.query.empty == '= ""' else kind.query.empty)


@pytest.mark.parametrize("may_view", [True, False])
def test_permission_to_view_is_told(*, may_view: bool) -> None:
    """Whether records may be viewed is said; of writing only that it is not known."""
    line = text_of(rich_form(), may_view=may_view).splitlines()[1]
    assert ("may not view" in line) != may_view
    assert "not known" in line


@pytest.mark.parametrize("code", ["UNAVAILABLE", "TIMED_OUT", "GAIA_NO01"])
def test_parts_that_could_not_be_read_are_told(code: str) -> None:
    """If name or permission could not be found out, the text says so with the code of the failure."""
    failure = UnavailableError(Message("no"), code=code)
    overview = AppOverview(rich_form(), failure, OFF, failure)
    lines = [str(line) for line in FieldsText(12, overview, [], all_asked=True).lines()]

    assert f"name could not be read: {code}" in lines[0]
    assert "view" in lines[1]
    assert code in lines[1]
    assert "may not view" not in lines[1]


@pytest.mark.parametrize(
    ("process", "said"),
    [
        (OFF, "Process management: off."),
        (Process(enabled=True, statuses=["新規", "完了, 済"], actions=[Action("終える", "新規", "完了, 済")]),
         'Process management: on. Statuses: 新規, "完了, 済".\nActions: 終える (新規 → "完了, 済").'),
        (Process(enabled=True, statuses=["New", "Open", "Seen"],
                 actions=[Action("Take", "New", "Open"), Action("Look", "New", "Seen")],
                 assignments={"Open": Assignment("ONE", [Candidate("USER", "sato"), Candidate("GROUP", "g")]),
                              "Seen": Assignment("ANY", [Candidate("USER", "suzuki")])}),
         "Take (New → Open, needs an assignee by login name: sato, a member of the group g), Look (New → Seen)."),
        (REFUSED, UNREAD),
        (UnknownResponseError(Message("no")),
         "Process management: on. Its statuses and actions could not be read (NOT_KINTONE)."),
        (Process(enabled=True),
         "Process management: on. Statuses: none in kintone's answer.\nActions: none in kintone's answer."),
    ],
)  # fmt: skip
def test_process_management(process: Process | KintoneError, said: str) -> None:
    """The text ends with process management: off, its statuses and actions, or that they cannot be seen."""
    assert text_of(rich_form(), process=process).endswith(said)
    named = [rich_form().fields["name"]]
    assert "Process" not in text_of(rich_form(), process=process, fields=named)
    status = [field for field in rich_form().fields.values() if field.type.name == "STATUS"]
    assert text_of(rich_form(), process=process, fields=status).endswith(said)


def test_process_that_cannot_be_read_is_off_by_the_form() -> None:
    """The form shows whether the status is on, so that "off" is known without the settings."""
    form = make_form(field("STATUS", "状態", enabled=False))
    assert text_of(form, process=REFUSED).endswith("Process management: off.")


def test_many_statuses_are_cut() -> None:
    """A process with hundreds of statuses does not drive out the fields."""
    process = Process(enabled=True, statuses=[f"status {number}" for number in range(1_000)])
    text = text_of(rich_form(), process=process)
    assert len(text) < 6_000
    shown = len(re.findall(r"status \d+", text.partition("Statuses")[2]))
    assert f"and {1_000 - shown} more" in text


def wide(count: int, label: str = "項目の名前") -> Form:
    """Return a form of texts with labels of a usual length, and a table at the end."""
    table = field("SUBTABLE", "lines", fields=columns(*(field("NUMBER", f"col_{number}") for number in range(3))))
    return make_form(
        *({**field("SINGLE_LINE_TEXT", f"field_{number}", maxLength="64"), "label": f"{label} {number}"}
          for number in range(count)),
        table,
    )  # fmt: skip


def test_twelve_fields_take_about_a_thousand_characters() -> None:
    """A usual app of 12 fields, system fields included, is described in 1,200 characters."""
    form = make_form(
        field("SINGLE_LINE_TEXT", "title", required=True, maxLength="64"), field("MULTI_LINE_TEXT", "memo"),
        field("NUMBER", "amount", minValue="0", unit="円"), field("DROP_DOWN", "rank", options=options("A", "B", "C")),
        field("DATE", "due", defaultNowValue=True), field("USER_SELECT", "owner"), field("FILE", "files"),
        field("RECORD_NUMBER", "レコード番号"), field("CREATOR", "作成者"), field("CREATED_TIME", "作成日時"),
        field("MODIFIER", "更新者"), field("UPDATED_TIME", "更新日時"),
    )  # fmt: skip
    assert len(text_of(form)) <= 1_300


def test_two_hundred_fields_are_described_in_full() -> None:
    """An app of 200 fields fits."""
    text = text_of(wide(200))
    assert len(text) <= MAX_CHARACTERS
    assert len(re.findall(r"^field_\d+ ", text, re.MULTILINE)) == 200
    assert "more fields" not in text


@pytest.mark.parametrize("count", [500, 3_000])
def test_more_fields_than_fit_are_named(count: int) -> None:
    """The text is cut between two fields; then come the codes of the others and how to ask for them."""
    text = text_of(wide(count))
    shown = len(re.findall(r"^field_\d+ .*characters$", text, re.MULTILINE))

    assert len(text) <= MAX_CHARACTERS
    assert 100 < shown < count
    (rest,) = [line for line in text.splitlines() if "more fields" in line]
    assert rest.startswith(f"{count + 1 - shown} more fields; name those that you need in the parameter fields:")
    assert rest.partition(": ")[2].startswith(f"field_{shown}, field_{shown + 1}, ")
    last = max(map(int, re.findall(r"field_(\d+), ", rest.partition(" more, ")[0])), default=0)
    further = f' and {count - 1 - last} more, which fields="field_{last + 2}, ..." describes'
    assert rest.endswith(further if count > 500 else f"field_{count - 1}, lines")
    assert "col_0" not in rest


def test_table_with_more_columns_than_fit() -> None:
    """A table is cut between two columns, which can be asked for by their codes."""
    table = field("SUBTABLE", "t", fields=columns(*(field("NUMBER", f"column_{number}") for number in range(900))))
    text = text_of(make_form(table))
    shown = len(re.findall(r"^  column_\d+ ", text, re.MULTILINE))

    assert 100 < shown < 900
    assert f"{900 - shown} more fields" in text
    (rest,) = [line for line in text.splitlines() if "more fields" in line]
    assert rest.partition(": ")[2] == ", ".join(f"column_{number}" for number in range(shown, 900))


def test_one_huge_field_does_not_end_the_text() -> None:
    """Options of great length are shortened, so that a field stays a line."""
    form = make_form(field("DROP_DOWN", "f", options=options(*(f"{number}{'x' * 5_000}" for number in range(99)))))
    assert len(text_of(form)) < 6_000
