"""Malformed answers to every request, through the plugin's process: one error code, and nothing written after it.

The correct formats are those of kintone's pages about each API, https://cybozu.dev/ja/kintone/docs/rest-api/.
"""

import itertools
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone

UPSERT = "kintone_upsert_records"
RECORD = {"record_data": {"name": "x"}}
NEW: dict[str, Any] = {"record": {"name": "n"}}
KNOWN: dict[str, Any] = {"id": 1, "record": {"name": "x"}}
KEYED: dict[str, Any] = {"updateKey": {"field": "sku", "value": "A-001"}, "record": {"name": "x"}}
TRUE = True
UNCHECKED = {"validate_before_write": False}
APPENDING: dict[str, Any] = {
    "records_data": [{**KEYED, "record": {"lines": [{"item": "a", "qty": 1}]}}],
    "table_mode": "append",
}
ATTACHING = {"record_id": 1, "attachment_field": "attachment"}
NOT_OBJECTS: list[Any] = ["", "[]", "null", "5", '"text"', "[{}]", "<html></html>", "{", '{"records": NaN}', "\ufeff{}"]
PARTS = 3
_authors = itertools.count(1)


class Case(NamedTuple):
    """A call of a tool, the request whose answer is malformed, and the bodies of that answer."""

    tool: str
    parameters: dict[str, Any]
    request: str
    bodies: list[Any]

    @property
    def writes(self) -> bool:
        """Return whether the request writes records."""
        return self.request.split()[0] != "GET" and self.request.split()[1] not in ("file", "records/cursor")


def _field(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"type": "SINGLE_LINE_TEXT", "code": "name", "label": "Name", "required": False, **changes}


def _form(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    return {"properties": {"name": _field(**changes)}, "revision": "1"}


def _variants(make: Callable[[Any], Any], *values: Any) -> list[Any]:  # noqa: ANN401 - likewise
    return [make(value) for value in values]


def _without(content: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != key}


LISTS = ("CHECK_BOX", "FILE", "USER_SELECT", "SUBTABLE")
NOT_LISTS: list[Any] = [None, "", {}, 5]
ID = {"type": "__ID__", "value": "1"}
FORMS: list[Any] = [
    {},
    *_variants(lambda properties: {"properties": properties}, None, [], {}, "name", 5, [_field()],
      {"name": None}, {"name": []}),
    {"properties": {"name": _without(_field(), "type")}},
    *_variants(lambda value: _form(type=value), None, "", 5, ["NUMBER"], {}),
    *_variants(lambda value: _form(code=value), "other", 5, "", []),
    _form(label=5), _form(required="true"), _form(unique=1), _form(expression=[]), _form(defaultNowValue="yes"),
    *_variants(lambda value: _form(maxLength=value), "1_0", "NaN", "-1", "1.5", [], TRUE, "١"),
    *_variants(lambda value: _form(type="NUMBER", maxValue=value), "1_000", "Infinity", "x", {}, "9" * 99),
    *_variants(lambda value: _form(type="DROP_DOWN", options=value), None, [], "A", {"A": None}, {"A": "A"},
      {"A": {"label": 5, "index": "0"}}, {"A": {"label": "A", "index": "x"}}),
    *_variants(lambda value: _form(type="SUBTABLE", fields=value), None, [], {}, "x", {"c": 5}, {"c": {}},
      {"c": {"type": 5}}, {"c": {"type": "NUMBER", "code": "d"}}),
    *_variants(lambda value: _form(lookup=value), [], "x", {"fieldMappings": {}}, {"fieldMappings": [5]},
      {"fieldMappings": [{"relatedField": "a"}]}, {"fieldMappings": [{"field": "a", "relatedField": 5}]},
      {"relatedApp": "8"}, {"relatedApp": {"app": "x"}}, {"relatedApp": {"app": []}}, {"relatedKeyField": {}}),
    *_variants(lambda value: _form(entities=value), {}, "x", [5], [{}], [{"type": 5}], [{"type": "USER", "code": 5}]),
    _form(unit=5), _form(displayScale="x"), _form(displayScale=[]), _form(enabled="true"), _form(format=5),
    {**_form(), "revision": []}, {**_form(), "revision": "x"},
]  # fmt: skip
FIELDS: list[Any] = [
    None, "x", 5, [], {}, {"value": "x"}, {"type": "SINGLE_LINE_TEXT"}, {"type": None, "value": "x"},
    {"type": 5, "value": "x"}, {"type": "SINGLE_LINE_TEXT", "value": 5}, {"type": "NUMBER", "value": 1.5},
    {"type": "SINGLE_LINE_TEXT", "value": ["x"]}, {"type": "DATE", "value": {}},
    *({"type": kind, "value": value} for kind in LISTS for value in NOT_LISTS),
    *_variants(lambda row: {"type": "SUBTABLE", "value": [row]}, None, "x", {}, {"id": "1"}, {"id": "1", "value": []},
      {"id": "1", "value": {"c": "x"}}, {"id": "1", "value": {"c": {"type": "NUMBER"}}}, {"value": {}}),
]  # fmt: skip
IDS: list[Any] = [None, "1", {}, {"type": "__ID__"}, *_variants(lambda value: {"type": "__ID__", "value": value},
    None, "", "x", "0", "-1", "1.0", "1_0", "١", 1.5, TRUE, [], "9" * 21, "APP-1")]  # fmt: skip
RECORDS: list[Any] = [
    {},
    *_variants(lambda value: {"records": value}, None, {}, "x", 5, {"1": {"$id": ID}}, [None], ["x"], [[]], [{}]),
    *({"records": [{"$id": value}]} for value in IDS),
    *({"records": [{"$id": ID, "name": value}]} for value in FIELDS),
    {"records": [{"$id": ID}, {"$id": ID}]},
    {"records": [{"$id": {**ID, "value": str(number)}} for number in range(1, 502)]},
    *_variants(lambda value: {"records": [], "totalCount": value}, "x", "-1", "1.5", "1_0", [], {}, TRUE, 1.5, ""),
]
ONE_RECORD: list[Any] = [
    {},
    *_variants(lambda value: {"record": value}, None, [], "x", {}, [{"$id": ID}]),
    *({"record": {"$id": value}} for value in IDS),
    *({"record": {"$id": ID, "name": value}} for value in FIELDS),
    *_variants(
        lambda file: {"record": {"$id": ID, "attachment": {"type": "FILE", "value": [file]}}},
        None,
        "k",
        {},
        {"fileKey": ""},
        {"fileKey": 5},
        {"fileKey": "a b"},
        {"fileKey": "k", "name": []},
        {"fileKey": "k", "contentType": 5},
        {"fileKey": "k", "size": []},
    ),
    {"record": {"$id": {"type": "__ID__", "value": "2"}, "attachment": {"type": "FILE", "value": []}}},
]
REVISION = {"type": "__REVISION__", "value": "1"}
SKU = {"type": "SINGLE_LINE_TEXT", "value": "A-001"}
FOUND_RECORDS: list[Any] = [
    {"records": [{"$id": ID, "$revision": REVISION}]},
    {"records": [{"$id": ID, "$revision": REVISION, "sku": {**SKU, "value": None}}]},
    {"records": [{"$id": ID, "sku": SKU}]},
    {"records": [{"$id": ID, "sku": SKU, "$revision": {**REVISION, "value": "x"}}]},
    {"records": [{"$id": ID, "sku": SKU, "$revision": REVISION}] * 2},
]
"""Records found by a key that lack the key, a value of it or a valid revision."""
NUMBERS: list[Any] = [None, "", "x", "0", "-1", "1.0", "1_0", "１", 1.5, True, [], {}, "9" * 21]
SAVED = {"id": "1", "revision": "2", "operation": "UPDATE"}
RESULTS: list[Any] = [
    {},
    *_variants(lambda value: {"records": value}, None, {}, [], "x", SAVED, [None], [[]], [{}], [SAVED, SAVED]),
    *({"records": [{**SAVED, key: value}]} for key in ("id", "revision") for value in NUMBERS),
    *({"records": [_without(SAVED, key)]} for key in ("id", "revision")),
]
UPSERTED: list[Any] = [
    *RESULTS[1::2],
    {"records": [_without(SAVED, "operation")]},
    *_variants(lambda value: {"records": [{**SAVED, "operation": value}]}, None, "", "DELETE", "update", 5, []),
]
INSERTED: list[Any] = [
    {},
    *_variants(lambda value: {"ids": value, "revisions": ["1", "1"]}, None, {}, [], "12", ["1"], ["1", "2", "3"],
      ["1", "1"]),
    *_variants(lambda value: {"ids": ["1", "2"], "revisions": value}, None, {}, [], "11", ["1"], ["1", "1", "1"]),
    *({"ids": ["1", value], "revisions": ["1", "1"]} for value in NUMBERS),
    *({"ids": ["1", "2"], "revisions": ["1", value]} for value in NUMBERS),
    {"ids": ["1", "2"]}, {"revisions": ["1", "1"]}, {"records": [SAVED, SAVED]},
]  # fmt: skip
INNER: list[Any] = [{"records": [SAVED]}, {"ids": ["20"], "revisions": ["1"]}]
BULK: list[Any] = [
    {},
    *_variants(lambda value: {"results": value}, None, {}, [], "x", INNER[:1], [*INNER, {}], [None, None], [{}, {}],
      [[], []], INNER[::-1], [INNER[0], {}], [INNER[0], {"ids": ["1"], "revisions": ["1"]}],
      [{"records": [{**SAVED, "id": "9"}]}, INNER[1]], [INNER[0], {"code": "GAIA_RE01", "message": "m"}]),
    {"records": [SAVED, SAVED]},
]  # fmt: skip
CASES = [  # The bodies are divided among cases that send the same request by the same code.
    Case("kintone_validate_record_data", RECORD, "GET app/form/fields", FORMS[::3]),
    Case("kintone_add_record", RECORD, "GET app/form/fields", FORMS[1::3]),
    Case(UPSERT, {"records_data": [KEYED]}, "GET app/form/fields", FORMS[2::3]),
    Case("kintone_query", {"output_mode": "csv_file", "query": "x = 1"}, "GET records", RECORDS[::3]),
    Case("kintone_query", {}, "GET records", RECORDS[1::3]),
    Case("kintone_query", {"output_mode": "json_stream", "query": "limit 5"}, "GET records", RECORDS[2::3]),
    Case(UPSERT, APPENDING, "GET records", [*RECORDS[::2], *FOUND_RECORDS]),
    Case("kintone_query", {"query": "order by sku asc offset 10001"}, "POST records/cursor", [
        {}, *_variants(lambda value: {"id": value, "totalCount": "1"}, None, "", " ", 5, [], {}, "a\nb", "c" * 201),
        *_variants(lambda value: {"id": "c", "totalCount": value}, None, "", "x", "-1", 1.5, TRUE, []),
        {"totalCount": "1"},
    ]),
    Case("kintone_query", {"query": "order by sku asc offset 10001"}, "GET records/cursor", [
        *RECORDS[:12], {"records": []},
        *_variants(lambda value: {"records": [], "next": value}, None, "true", 0, 1, "", []),
    ]),
    Case("kintone_download_file", ATTACHING, "GET record", ONE_RECORD[::2]),
    Case("kintone_upload_file", ATTACHING, "GET record", ONE_RECORD[1::2]),
    Case("kintone_upload_file", {}, "POST file",
         [{}, *_variants(lambda value: {"fileKey": value}, None, "", " ", "a b", "a\nb", "k" * 501, 5, TRUE, [], {})]),
    Case("kintone_upload_file", ATTACHING, "POST file", [{}, {"fileKey": ""}, {"fileKey": ["k"]}]),
    Case("kintone_add_record", {**RECORD, **UNCHECKED}, "POST record", [
        {}, {"id": "1"}, {"revision": "1"}, *({"id": value, "revision": "1"} for value in NUMBERS),
        *({"id": "1", "revision": value} for value in NUMBERS), {"ids": ["1"], "revisions": ["1"]},
    ]),
    Case(UPSERT, {"records_data": [NEW, NEW], **UNCHECKED}, "POST records", INSERTED),
    Case(UPSERT, {"records_data": [KNOWN], **UNCHECKED}, "PUT records", [
        *RESULTS[::2], {"records": [{**SAVED, "id": "2"}]}, {"records": [{**SAVED, "operation": "INSERT"}]},
        {"records": [{**SAVED, "operation": 5}]},
    ]),
    Case(UPSERT, {"records_data": [KEYED], **UNCHECKED}, "PUT records", UPSERTED),
    Case(UPSERT, {"records_data": [KNOWN, NEW], **UNCHECKED}, "POST bulkRequest", BULK),
    Case("kintone_upload_file", ATTACHING, "PUT record",
         [{}, *({"revision": value} for value in NUMBERS), {"id": "1"}]),
]  # fmt: skip


def _name(case: Case) -> str:
    return f"{case.tool.removeprefix('kintone_')} {case.request} {CASES.index(case)}"


def _credentials(site: LocalKintone) -> dict[str, str]:
    """Return a credential with an unused token, for which the plugin has no cached form."""
    token = site.token(1, "view", "add", "edit", author=f"case {next(_authors)}")
    return {"kintone_domain": site.url, "kintone_app_id": "1", "kintone_api_token": token}


def _failure(host: DifyHost, site: LocalKintone, case: Case, body: str) -> PluginFailure:
    method, api = case.request.split()
    parameters = dict(case.parameters)
    if case.tool == "kintone_upload_file":
        parameters["upload_file"] = [host.serve("a.txt", b"content", "text/plain")]
    site.clear_failures()
    site.reset()
    wrong = site.fail(
        method=method, api=api, times=None, status=200, body=body, content_type="application/json", applied=case.writes
    )
    with pytest.raises(PluginFailure) as failed:
        host.invoke(case.tool, parameters, _credentials(site))
    site.clear_failures()
    assert wrong.hits == 1, f"{body[:200]}: requested {wrong.hits} times: {failed.value}"
    return failed.value


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_tools_when_an_answer_is_malformed(host: DifyHost, site: LocalKintone, case: Case) -> None:
    """A malformed answer gives NOT_KINTONE and no further write; after a write the message says it may be saved."""
    for body in [*map(json.dumps, case.bodies), *NOT_OBJECTS[CASES.index(case) % PARTS :: PARTS]]:
        failure = _failure(host, site, case, body)

        assert failure.code == "NOT_KINTONE", (body, failure)
        assert ("may have been saved" in failure.message) == case.writes, (body, failure)
        assert case.writes or site.writes == [], (body, failure)


DEEP = '{"type":"NUMBER","x":' + "[" * 500 + "]" * 500 + "}"
VALID_FORM = json.dumps(_form())
RAW_FORMS = {
    "the last of two names counts": '{"properties":{"name":{"type":"NUMBER"}},"properties":{}}',
    "two types": '{"properties":{"name":{"type":"NUMBER","type":null}}}',
    "not a number": '{"properties":{"name":{"type":"NUMBER","maxValue":NaN}}}',
    "endless": '{"properties":{"name":{"type":"NUMBER","maxValue":1e400}}}',
    "digits": '{"properties":{"name":{"type":"NUMBER","maxValue":' + "9" * 5_000 + "}}}",
    "a million digits": '{"properties":{"name":{"type":"NUMBER","maxValue":' + "9" * 1_000_000 + "}}}",
    "deep": '{"properties":{"name":' + DEEP + "}}",
    "lone surrogate": '{"properties":{"name":{"type":"NUMBER","label":"\\ud800"}}}',
    "no code": '{"properties":{"":{"type":"NUMBER"}}}',
    "very many fields": json.dumps({"properties": {f"f{number}": {"type": "NUMBER"} for number in range(100_000)}}),
    "very many columns": json.dumps(
        {"properties": {"t": {"type": "SUBTABLE", "fields": {f"f{n}": {"type": "NUMBER"} for n in range(5_000)}}}}
    ),
    "very many options": json.dumps(_form(type="DROP_DOWN", options={f"o{n}": {"label": "o"} for n in range(10_001)})),
    "text after the JSON": VALID_FORM + VALID_FORM,
}


@pytest.mark.parametrize("name", RAW_FORMS)
def test_form_when_its_text_is_hostile(host: DifyHost, site: LocalKintone, name: str) -> None:
    """A form with invalid JSON or more parts than kintone allows is refused in a short message."""
    case = CASES[0]
    body = RAW_FORMS[name]

    failure = _failure(host, site, case, body)

    assert failure.code == "NOT_KINTONE"
    assert len(failure.message) < 1_000


@pytest.mark.parametrize(
    "name", ["\x00", "\x85", "\u2028", "\u202e", "\U0001f44d", "x" * 1_000_000], ids=lambda name: ascii(name[:4])
)
def test_form_when_its_names_are_unusual(host: DifyHost, site: LocalKintone, name: str) -> None:
    """A form with codes, labels and options of any characters and length is read; messages about it stay short."""
    code = f"a{name}"
    options = {f"{name}{number}": {"label": name, "index": "0"} for number in range(2)}
    form = {"properties": {code: _field(code=code, label=name, type="DROP_DOWN", options=options)}, "revision": "1"}
    site.clear_failures()
    site.fail(api="app/form/fields", times=None, status=200, body=json.dumps(form), content_type="application/json")

    result = host.invoke("kintone_validate_record_data", {"record_data": {code: "none"}}, _credentials(site))

    site.clear_failures()
    assert not result.variables["valid"]
    assert [error["code"] for error in result.variables["errors"]] == ["unknown_option"]
    assert len(result.text) < 2_000


@pytest.mark.parametrize("body", ["{}", '{"appId": null}', '{"appId": "2"}', '{"appId": ["1"]}', '{"id": "1"}',
                                  '{"properties": []}', *NOT_OBJECTS])  # fmt: skip
def test_credential_when_the_answer_is_not_about_the_app(host: DifyHost, site: LocalKintone, body: str) -> None:
    """A credential is refused when the answer is malformed or about another app."""
    site.clear_failures()
    site.fail(api="app", times=None, status=200, body=body, content_type="application/json")

    with pytest.raises(PluginFailure) as failed:
        host.validate(_credentials(site))

    site.clear_failures()
    assert failed.value.code == "NOT_KINTONE"


@pytest.mark.parametrize("content", [[], "16", {}, {"digits": "8"}, {"digits": "8", "decimalPlaces": "2"},
    {"digits": "x", "decimalPlaces": "2", "roundingMode": "UP"},
    {"digits": "8", "decimalPlaces": [], "roundingMode": "UP"},
    {"digits": "8", "decimalPlaces": "2", "roundingMode": 5}])  # fmt: skip
def test_settings_when_the_number_precision_is_malformed(host: DifyHost, site: LocalKintone, content: Any) -> None:  # noqa: ANN401 - any JSON
    """A number precision that cannot be read is an error, and nothing is written."""
    case = Case("kintone_add_record", {"record_data": {"price": "1.23456"}}, "GET app/settings", [])

    failure = _failure(host, site, case, json.dumps({"numberPrecision": content}))

    assert failure.code == "NOT_KINTONE"
    assert site.writes == []
