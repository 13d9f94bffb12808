"""Describing the fields of an app, in the real plugin process."""

import json
import re
from collections.abc import Iterator

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.get_fields_tool import CUSTOMERS, EVERY_FIELD, ORDERS, by_code, refused, run
from tests.wire.plugin import credentials_of


@pytest.fixture(autouse=True)
def _calm(site: LocalKintone) -> Iterator[None]:
    site.clear_failures()
    yield
    site.clear_failures()


def test_every_field_of_the_form_is_described(host: DifyHost, site: LocalKintone) -> None:
    """Each field has an object and a line with its code, in kintone's order in the variable."""
    outcome = run(host, site, EVERY_FIELD)

    properties = site.apps[EVERY_FIELD].form.properties
    assert [field["code"] for field in outcome.variables["fields"]] == list(properties)
    assert {code: field["type"] for code, field in by_code(outcome).items()} == {
        code: given["type"] for code, given in properties.items()
    }
    assert set(properties) <= set(re.findall(r"(?:^|[:,] )(\w+)\b", outcome.text, re.MULTILINE))
    table = by_code(outcome)["table"]
    assert [column["code"] for column in table["columns"]] == list(properties["table"]["fields"])
    assert outcome.variables["app"] == {"id": str(EVERY_FIELD), "name": "Every field"}
    assert outcome.json == [outcome.variables]


def test_what_records_show_is_in_field_codes(host: DifyHost, site: LocalKintone) -> None:
    """Data fields, tables and the system fields that are on; no columns, groups and related records."""
    for app in (ORDERS, EVERY_FIELD):
        codes = run(host, site, app).variables["field_codes"]
        assert set(codes) == set(site.records(app)[0]) - {"$id", "$revision"}
        assert len(codes) == len(set(codes))
    codes = run(host, site, EVERY_FIELD).variables["field_codes"]
    assert {"ステータス", "作業者", "カテゴリー", "table", "レコード番号"} <= set(codes)
    assert not {"group", "related", "cell_text"} & set(codes)


def test_properties_of_fields(host: DifyHost, site: LocalKintone) -> None:
    """The variable holds what the form says, with exact types: lengths as numbers, values as texts."""
    orders = by_code(run(host, site))

    assert orders["sku"] == {
        "code": "sku", "label": "SKU", "type": "SINGLE_LINE_TEXT", "required": True, "unique": True, "default": None,
        "options": [], "limits": {"max_length": 20}, "unit": "", "lookup": None, "columns": [], "writable": True,
        "operators": ["=", "!=", "in", "not in", "like", "not like"],
    }  # fmt: skip
    assert orders["stock"]["limits"] == {"min_value": "0", "max_value": "99999"}
    assert (orders["stock"]["unit"], orders["stock"]["default"]) == ("個", "0")
    assert orders["rank"]["options"] == ["High", "Middle", "Low"]
    assert orders["customer"]["lookup"] == {"app": str(CUSTOMERS), "key": "customer_code", "copies": ["company"]}
    assert orders["lines"]["columns"][1]["operators"] == ["in", "not in", ">", "<", ">=", "<="]
    assert {code for code, field in orders.items() if not field["writable"]} == {
        "company", "total", "レコード番号", "作成者", "更新者", "作成日時", "更新日時", "カテゴリー",
        "ステータス", "作業者",
    }  # fmt: skip
    every = by_code(run(host, site, EVERY_FIELD))
    assert every["date"]["default"] == "now"
    assert every["users"]["default"] == [{"type": "FUNCTION", "code": "LOGINUSER()"}]
    assert every["checks"]["default"] == ["みかん"]


def test_named_fields_are_described_alone(host: DifyHost, site: LocalKintone) -> None:
    """Codes in any order and form; a named column stands in its table, which then has no others; * means all."""
    outcome = run(host, site, fields='["qty", "sku", "sku", "$id"]')

    assert [field["code"] for field in outcome.variables["fields"]] == ["lines", "sku", "$id"]
    assert [column["code"] for column in outcome.variables["fields"][0]["columns"]] == ["qty"]
    assert "品名" not in outcome.text
    whole = run(host, site, fields="qty, lines").variables["fields"]
    assert [column["code"] for column in whole[0]["columns"]] == ["item", "qty", "done"]
    assert run(host, site, fields="*").variables == run(host, site).variables


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("担当者", '"owner"'),
        ("SKU", '"sku"'),
        ("nmae", '"name"'),
        ("数量", '"qty"'),
        ("顧客 コード", '"customer"'),
    ],
)
def test_unknown_code_is_refused_with_the_nearest(
    host: DifyHost, site: LocalKintone, written: str, offered: str
) -> None:
    """A label or a misspelt code is refused with the field that was meant, by code and label."""
    failure = refused(host, site, fields=f"rank, {written}")

    assert failure.message.startswith("[INVALID_INPUT] fields: ")
    assert f'"{written}"' in failure.message
    assert offered in failure.message
    assert "rank" not in failure.message


def test_unknown_code_unlike_any_is_refused(host: DifyHost, site: LocalKintone) -> None:
    """Where nothing is near, the sentence says how to see all fields; several mistakes are told at once."""
    failure = refused(host, site, fields="zzzzzz, qqqqqq")
    assert '"zzzzzz"' in failure.message
    assert '"qqqqqq"' in failure.message
    assert "blank" in failure.message


def test_label_of_several_fields_names_them_all(host: DifyHost, site: LocalKintone) -> None:
    """Where fields share the label that was written, none is preferred."""
    day = {"type": "DATE", "label": "日付"}
    app = site.create_app("Twins", {"from_date": day, "to_date": day})
    with pytest.raises(PluginFailure) as failed:
        run(host, site, app, fields="日付")
    assert {"from_date", "to_date"} <= set(re.findall(r'"(\w+)"', failed.value.message))
    site.change_form(app, {f"c{number}_{'長' * 60}": day for number in range(60)})
    with pytest.raises(PluginFailure, match=r"and \d+ more") as failed:
        run(host, site, app, fields="日付")
    assert len(failed.value.message) < 1_300


def test_process_management(host: DifyHost, site: LocalKintone) -> None:
    """Statuses and actions with the statuses around them; empty lists where it is off."""
    outcome = run(host, site, EVERY_FIELD)

    assert outcome.variables["process"] == {
        "enabled": True,
        "statuses": ["未処理", "処理中", "完了"],
        "actions": [
            {"name": "処理を開始", "from": "未処理", "to": "処理中"},
            {"name": "完了する", "from": "処理中", "to": "完了"},
            {"name": "差し戻す", "from": "処理中", "to": "未処理"},
        ],
    }
    assert "処理を開始 (未処理 → 処理中)" in outcome.text
    off = run(host, site)
    assert off.variables["process"] == {"enabled": False, "statuses": [], "actions": []}
    assert off.text.rstrip().endswith("Process management: off.")


def test_changed_form_is_seen_at_once(host: DifyHost, site: LocalKintone) -> None:
    """The form is read anew each time, whatever another tool remembered of it."""
    app = site.create_app("Growing", {"first": {"type": "NUMBER"}})
    credentials = credentials_of(site, "view", "add", app=app)
    host.invoke("kintone_validate_record_data", {"record_data": {"first": "1"}}, credentials)
    site.change_form(app, {"first": {"type": "NUMBER"}, "second": {"type": "NUMBER"}})

    assert "second" in by_code(run(host, site, app))
    checked = host.invoke("kintone_validate_record_data", {"record_data": {"second": "1"}}, credentials)
    assert checked.variables["valid"] is True


def test_names_and_options_of_any_text(host: DifyHost, site: LocalKintone) -> None:
    """Emoji, quotes, line ends and U+0085 in names stay on their line and arrive as they are, but for U+0085."""
    label, option = 'a "b"\n🍵', "x\x85y"
    app = site.create_app(
        "🍣, \x85 (茶)",
        {"商品": {"type": "DROP_DOWN", "label": label, "options": {option: {"label": option, "index": "0"}}}},
    )
    outcome = run(host, site, app)

    assert outcome.variables["app"]["name"] == "🍣, \n (茶)"
    assert (by_code(outcome)["商品"]["label"], by_code(outcome)["商品"]["options"]) == (label, ["x\ny"])
    (line,) = [line for line in outcome.text.splitlines() if line.startswith("商品 ")]
    assert "🍵" in line
    assert "DROP_DOWN" in line


def test_agent_reads_the_fields_once(host: DifyHost, site: LocalKintone) -> None:
    """What a model reads is the text alone, and holds no field twice."""
    outcome = run(host, site)
    assert outcome.agent_view.strip() == outcome.text.strip()
    assert outcome.agent_view.count("顧客コード") == 1
    assert len(outcome.agent_view) < 2_200


def test_app_of_five_hundred_fields(host: DifyHost, site: LocalKintone) -> None:
    """The text names the codes of the fields that it does not describe, and naming one describes it."""
    codes = [f"項目_{number}" for number in range(500)]
    app = site.create_app(
        "Large",
        {code: {"type": "SINGLE_LINE_TEXT", "label": f"長い名前の {code}", "maxLength": "64"} for code in codes},
    )
    outcome = run(host, site, app)

    assert len(outcome.text) <= 20_000
    assert len(outcome.variables["fields"]) > 500
    described = {code for code in codes if f"\n{code} " in outcome.text}
    (rest,) = [line for line in outcome.text.splitlines() if "more fields" in line]
    named = set(rest.partition(": ")[2].split(", "))
    assert set(codes) <= described | named
    last = run(host, site, app, fields=codes[-1])
    assert f'\n{codes[-1]} "長い名前の {codes[-1]}": SINGLE_LINE_TEXT' in last.text


def test_every_field_of_a_large_app_can_be_reached(host: DifyHost, site: LocalKintone) -> None:
    """Where not even all codes fit, each text says how to ask for the rest, until every field was described."""
    codes = [f"c{number:03}_{'長' * 50}" for number in range(500)]
    app = site.create_app("Wide", {code: {"type": "SINGLE_LINE_TEXT", "label": "ラ" * 100} for code in codes})
    reached: set[str] = set()
    fields, calls = "", 0
    while fields or not calls:
        text = run(host, site, app, fields=fields).text
        assert len(text) <= 20_000
        reached |= set(re.findall(r"(?:^|[:,] )(c\d{3}_長+)(?=[ ,]|$)", text, re.MULTILINE))
        further = re.search(r'fields="([^"]+)"', text)
        fields = further[1] if further else ""
        calls += 1

    assert reached == set(codes)
    assert 1 < calls < 5


def test_rest_of_a_large_app_begins_at_the_named_field(host: DifyHost, site: LocalKintone) -> None:
    """An ellipsis after a code means all that the text has behind it, whatever group it is in."""
    every = [field["code"] for field in run(host, site).variables["fields"]]
    for written in ("rank, ...", '["rank", "…"]', "sku, rank, ..."):
        rest = [field["code"] for field in run(host, site, fields=written).variables["fields"]]
        assert {"rank", "lines", "total", "レコード番号", "ステータス"} <= set(rest) <= set(every)
        assert ("sku" in rest) == ("sku" in written)
    assert "..." in refused(host, site, fields="..., rank").message


def test_status_that_is_asked_for_comes_with_the_process(host: DifyHost, site: LocalKintone) -> None:
    """Who asks for the status alone reads its statuses and actions."""
    text = run(host, site, EVERY_FIELD, fields="ステータス").text

    assert "処理を開始 (未処理 → 処理中)" in text
    assert "Process" not in run(host, site, EVERY_FIELD, fields="text").text


def test_related_records_can_be_queried_by_what_is_told(host: DifyHost, site: LocalKintone) -> None:
    """The line names app and columns; FIELD.COLUMN made of them is a condition that kintone takes."""
    tokens = f"{site.token(EVERY_FIELD, 'view')},{site.token(CUSTOMERS, 'view')}"
    credentials = {**credentials_of(site, "view", app=EVERY_FIELD), "kintone_api_token": tokens}
    text = host.invoke("kintone_get_fields", {"fields": "related"}, credentials).text
    (line,) = [line for line in text.splitlines() if line.startswith("related ")]
    (hidden,) = [line for line in run(host, site, EVERY_FIELD).text.splitlines() if line.startswith("related ")]
    column = line.partition("columns: ")[2].split(", ")[0]
    found = host.invoke("kintone_query", {"query": f'related.{column} not in ("")'}, credentials)

    assert f"app {CUSTOMERS} where customer_code = customer" in line
    assert found.variables["record_count"] > 0
    assert "may not view" in hidden


def test_type_that_is_not_known(host: DifyHost, site: LocalKintone) -> None:
    """Validation says that such a value was not checked, and the description that writing it may be impossible."""
    app = site.create_app("Later", {"a": {"type": "SINGLE_LINE_TEXT"}, "b": {"type": "NUMBER"}})
    properties = {code: dict(given) for code, given in site.apps[app].form.properties.items()}
    properties["a"]["type"] = "HOLOGRAM"
    body = json.dumps({"properties": properties, "revision": "1"})
    site.fail(api="app/form/fields", times=None, status=200, body=body, content_type="application/json")

    assert by_code(run(host, site, app))["a"]["writable"] is False
    credentials = credentials_of(site, "view", "add", app=app)
    checked, known = (
        host.invoke("kintone_validate_record_data", {"record_data": data}, credentials)
        for data in ({"a": "x", "b": "1"}, {"b": "1"})
    )
    assert checked.variables["valid"] is True
    assert "a (HOLOGRAM)" in checked.text.splitlines()[-1]
    assert "HOLOGRAM" not in known.text


def test_parameter_that_the_tool_does_not_have(host: DifyHost, site: LocalKintone) -> None:
    """A name that models invent is refused with the one that was meant."""
    failure = refused(host, site, field="sku")
    assert failure.message.startswith("[INVALID_INPUT] ")
    assert "fields" in failure.message


def test_operators_of_fields_that_are_switched_off(host: DifyHost, site: LocalKintone) -> None:
    """Status, assignees and categories have operators only while the app uses them."""
    kinds = ("STATUS", "STATUS_ASSIGNEE", "CATEGORY")
    off, on = (run(host, site, app).variables["fields"] for app in (ORDERS, EVERY_FIELD))
    operators = [
        {field["type"]: field["operators"] for field in fields if field["type"] in kinds} for fields in (off, on)
    ]

    assert operators[0] == {kind: [] for kind in kinds}
    assert operators[1] == {"STATUS": ["=", "!=", "in", "not in"], "STATUS_ASSIGNEE": ["in", "not in"], "CATEGORY": []}
