"""Describing the fields of an app, in the real plugin process."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

ORDERS, CUSTOMERS, EVERY_FIELD, GUEST_NOTES = 1, 2, 3, 4


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's apps."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


@pytest.fixture(autouse=True)
def _calm(site: LocalKintone) -> Iterator[None]:
    site.clear_failures()
    yield
    site.clear_failures()


def run(host: DifyHost, site: LocalKintone, app: int = ORDERS, *permissions: str, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Describe an app, by default with a token that may only view."""
    return host.invoke(
        "kintone_get_fields", parameters, credentials_of(site, *(permissions or ("view",)), app=app), timeout=60
    )


def refused(host: DifyHost, site: LocalKintone, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
    """Return the failure of a call."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, **parameters)
    return failed.value


def by_code(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """Return the described fields by code."""
    return {field["code"]: field for field in outcome.variables["fields"]}


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


def test_process_that_the_token_may_not_see(host: DifyHost, site: LocalKintone) -> None:
    """The fields are described, and text and variable say that process management is on, but not how."""
    site.fail(api="app/status", status=403, code="GAIA_NO01")
    outcome = run(host, site, EVERY_FIELD)

    assert outcome.variables["process"] == {"enabled": True, "statuses": [], "actions": []}
    assert "GAIA_NO01" in outcome.text.splitlines()[-1]
    assert len(outcome.variables["fields"]) == len(site.apps[EVERY_FIELD].form.properties)


def test_name_that_cannot_be_read(host: DifyHost, site: LocalKintone) -> None:
    """Without app.json the name is blank and the rest is as it was."""
    with_name = run(host, site)
    site.fail(api="app", status=403, code="GAIA_NO01")
    without = run(host, site)

    assert without.variables["app"] == {"id": "1", "name": ""}
    assert without.variables["fields"] == with_name.variables["fields"]
    assert without.text.partition("\n")[2] == with_name.text.partition("\n")[2]


@pytest.mark.parametrize(("permission", "may_view"), [("view", True), ("add", False)])
def test_token_that_may_only_view_or_only_add(
    host: DifyHost, site: LocalKintone, permission: str, *, may_view: bool
) -> None:
    """Both tokens describe all fields; the text says which of them may view records."""
    outcome = run(host, site, ORDERS, permission)

    assert len(outcome.variables["fields"]) == len(site.apps[ORDERS].form.properties)
    assert ("may not view" in outcome.text) != may_view


def test_form_that_cannot_be_read_is_a_failure(host: DifyHost, site: LocalKintone) -> None:
    """Without the form there is nothing to describe."""
    site.fail(api="app/form/fields", status=403, code="GAIA_NO01")
    assert refused(host, site).message.startswith("[GAIA_NO01] ")


def test_app_that_the_token_does_not_cover(host: DifyHost, site: LocalKintone) -> None:
    """A token of another app, an unknown app and a token that may only edit fail with kintone's code."""
    codes = [
        refused(host, site, kintone_app_id=CUSTOMERS).message.partition("]")[0],
        refused(host, site, kintone_app_id=999).message.partition("]")[0],
    ]
    with pytest.raises(PluginFailure) as failed:
        run(host, site, ORDERS, "edit")
    assert [*codes, failed.value.message.partition("]")[0]] == ["[GAIA_IA02", "[GAIA_AP01", "[GAIA_NO01"]


def test_another_app_by_its_number(host: DifyHost, site: LocalKintone) -> None:
    """With a token of each app, the call decides which app is described."""
    tokens = f"{site.token(ORDERS, 'view')},{site.token(CUSTOMERS, 'view')}"
    credentials = {**credentials_of(site, "view"), "kintone_api_token": tokens}
    outcome = host.invoke("kintone_get_fields", {"kintone_app_id": CUSTOMERS}, credentials)

    assert outcome.variables["app"] == {"id": str(CUSTOMERS), "name": site.apps[CUSTOMERS].name}
    assert set(by_code(outcome)) == set(site.apps[CUSTOMERS].form.properties)


def test_app_in_a_guest_space(host: DifyHost, site: LocalKintone) -> None:
    """All requests go through the path of the guest space."""
    before = len(site.requests)
    space = site.apps[GUEST_NOTES].guest_space
    outcome = run(host, site, GUEST_NOTES, kintone_guest_space_id=space)

    assert set(by_code(outcome)) == set(site.apps[GUEST_NOTES].form.properties)
    assert outcome.variables["app"]["name"] == site.apps[GUEST_NOTES].name
    paths = [request.path for request in site.requests[before:]]
    assert len(paths) == 4
    assert all(path.startswith(f"/k/guest/{space}/v1/") for path in paths)


def test_nothing_is_written_and_no_record_is_returned(host: DifyHost, site: LocalKintone) -> None:
    """Four reads; of the records only one id is asked for, and it is not shown."""
    before, writes = len(site.requests), len(site.writes)
    outcome = run(host, site)

    requests = site.requests[before:]
    assert {request.method for request in requests} == {"GET"}
    assert len(requests) == 4
    assert len(site.writes) == writes
    assert "りんごジュース" not in str(outcome.variables)


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


@pytest.mark.parametrize(("api", "line"), [("app", 0), ("records", 1), ("app/status", -1)])
def test_part_that_cannot_be_read_is_told(host: DifyHost, site: LocalKintone, api: str, line: int) -> None:
    """Name, permission and process are not left out in silence: the text says that they could not be found out."""
    site.fail(api=api, times=None, status=404)
    outcome = run(host, site, EVERY_FIELD)

    assert re.search(r"could not be (read|found out).*[A-Z]{4}", outcome.text.splitlines()[line])
    assert "with this credential" not in outcome.text
    assert len(outcome.variables["fields"]) == len(site.apps[EVERY_FIELD].form.properties)


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
