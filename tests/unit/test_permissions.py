"""Which permission the message names when kintone refuses a request for want of one."""

import inspect
import json
import re

import pytest

from kintone import api
from kintone.access.redaction import Redactor
from kintone.api import Request, RetrySafety
from kintone.messages import Message
from kintone.replies import Reply, refusal_of

ASKING = Message("asking")
PERMISSIONS = ("View records", "Add records", "Edit records", "Delete records", "Manage app")
VIEW, ADD, EDIT, DELETE = ["View records"], ["Add records"], ["Edit records"], ["Delete records"]
VIEW_OR_ADD, ADD_AND_EDIT = ["View records", "Add records"], ["Add records", "Edit records"]
VIEW_AND_EDIT = ["View records", "Edit records"]
RECORDS = "/k/v1/records.json"
UPDATE = {"method": "PUT", "api": RECORDS, "payload": {"app": 1}}
UPSERT = {"method": "PUT", "api": "/k/guest/3/v1/records.json", "payload": {"app": 1, "upsert": True}}
DELETION = {"method": "DELETE", "api": RECORDS, "payload": {"app": 1, "ids": [5]}}
INSERT = {"method": "POST", "api": RECORDS, "payload": {"app": 1}}

# Permissions as https://cybozu.dev/ja/kintone/docs/rest-api/ names them on the page of each endpoint.
REQUESTS: list[tuple[Request, list[str]]] = [
    (api.get_app(ASKING, 1), VIEW_OR_ADD),
    (api.get_form_fields(ASKING, 1), VIEW_OR_ADD),
    (api.get_app_settings(ASKING, 1), VIEW_OR_ADD),
    (api.get_process_management(ASKING, 1), VIEW_OR_ADD),
    (api.get_record(ASKING, 1, 5), VIEW),
    (api.get_records(ASKING, {"app": 1}), VIEW),
    (api.create_cursor(ASKING, {"app": 1}), VIEW),
    (api.read_cursor(ASKING, "c"), VIEW),
    (api.delete_cursor(ASKING, "c"), VIEW),
    (api.download_file(ASKING, "k"), VIEW),
    (api.get_comments(ASKING, 1, "5", "asc", 0, 10), VIEW),
    (api.add_comment(ASKING, 1, "5", {"text": "x"}), VIEW),
    (api.upload_file(ASKING), []),
    (api.add_record(ASKING, 1, {}), ADD),
    (api.update_statuses(ASKING, 1, [{"id": "5", "action": "x"}]), VIEW_AND_EDIT),
    (api.update_record(ASKING, {"app": 1, "id": 5}, RetrySafety.UPDATE), EDIT),
    (api.write_records(ASKING, "POST", {"app": 1}, RetrySafety.INSERT), ADD),
    (api.write_records(ASKING, "PUT", {"app": 1}, RetrySafety.UPDATE), EDIT),
    (api.write_records(ASKING, "PUT", {"app": 1, "upsert": True}, RetrySafety.UPSERT), ADD_AND_EDIT),
    (api.delete_records(ASKING, 1, [5]), DELETE),
    (api.bulk_request(ASKING, [DELETION, DELETION], RetrySafety.DELETE), DELETE),
    (api.bulk_request(ASKING, [UPDATE, UPDATE], RetrySafety.UPDATE), EDIT),
    (api.bulk_request(ASKING, [INSERT, UPDATE], RetrySafety.INSERT), ADD_AND_EDIT),
    (api.bulk_request(ASKING, [INSERT, UPSERT], RetrySafety.INSERT), ADD_AND_EDIT),
]


def advice(request: Request, code: str = "GAIA_NO01", index: int | None = None) -> str:
    """Return the advice for a refused request; ``index`` is the place of the refused call of a bulkRequest."""
    error = {"code": code, "id": "i", "message": "m"}
    body = error if index is None else {"results": [*({} for _ in range(index)), error]}
    return str(refusal_of(request, Reply(403, {}, json.dumps(body).encode()), Redactor([])).error.remedy)


def ticked(remedy: str) -> list[str]:
    """Return the permissions that are to be ticked for the token."""
    return [name for name in PERMISSIONS if name in remedy.partition(" for the token")[0]]


def test_every_request_is_listed() -> None:
    """The table above has each function that makes a request."""
    sources = inspect.getsource(api)
    made = set(re.findall(r'return Request\(description, (?:"\w+"|method), "([\w/]+)"', sources))

    assert {request.api for request, _ in REQUESTS} == made


@pytest.mark.parametrize("code", ["GAIA_NO01", "CB_NO01", "XX_QQ99"])
@pytest.mark.parametrize(
    ("request_made", "needed"), REQUESTS, ids=[f"{each.method} {each.api}" for each, _ in REQUESTS]
)
def test_advice_names_exactly_what_is_needed(request_made: Request, needed: list[str], code: str) -> None:
    """The permission is that of the refused request, whatever else the plugin can do, and Update App follows."""
    remedy = advice(request_made, code)

    assert ticked(remedy) == needed
    assert "Update App" in remedy
    assert (" or " in remedy.partition(" for the token")[0]) == (needed == VIEW_OR_ADD)


@pytest.mark.parametrize(("index", "needed"), [(0, EDIT), (1, ADD_AND_EDIT), (2, ADD), (3, [])])
def test_advice_is_about_the_refused_call_of_several(index: int, needed: list[str]) -> None:
    """A bulkRequest names the call that was refused; one that was not sent leads to no guess."""
    request = api.bulk_request(ASKING, [UPDATE, UPSERT, INSERT], RetrySafety.INSERT)

    assert ticked(advice(request, index=index)) == needed


@pytest.mark.parametrize(
    ("request_made", "told"),
    [
        (api.get_records(ASKING, {"app": 1, "query": 'orders.item in ("Pen")'}), "related records"),
        (api.create_cursor(ASKING, {"app": 1, "query": "受注.$id > 3 order by $id asc"}), "related records"),
        (api.get_records(ASKING, {"app": 1, "query": 'amount >= 1.5 and site = "example.com"'}), ""),
        (api.get_records(ASKING, {"app": 1}), ""),
        (api.get_form_fields(ASKING, 1), ""),
        (api.add_comment(ASKING, 1, "5", {"text": "x"}), ""),
        (api.delete_records(ASKING, 1, [5]), ""),
        (api.bulk_request(ASKING, [DELETION, DELETION], RetrySafety.DELETE), ""),
        (api.add_record(ASKING, 1, {}), "lookup"),
        (api.write_records(ASKING, "PUT", {"app": 1, "upsert": True}, RetrySafety.UPSERT), "lookup"),
    ],
)
def test_the_token_of_another_app_is_named_where_it_may_be_missing(request_made: Request, told: str) -> None:
    """A write may set a lookup, a condition may name related records; nothing else asks another app."""
    remedy = advice(request_made)

    assert [word for word in ("related records", "lookup") if word in remedy] == ([told] if told else [])
