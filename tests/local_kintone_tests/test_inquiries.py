"""The demo's inquiries: an app with a workflow, comments, a lookup, a table and attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.local_kintone_tests.api import Api, code_of
from tests.local_kintone_tests.in_process_client import values_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone

APP = 5
CUSTOMERS = 2


def _client(kintone: LocalKintone) -> Api:
    return Api(kintone.url, kintone.token(APP), kintone.token(CUSTOMERS, "view"))


def _place(kintone: LocalKintone, record: int) -> tuple[str, list[str]]:
    values = values_of(kintone, APP, record)
    return values["ステータス"], [person["code"] for person in values["作業者"]]


def test_demo_keeps_the_ids_of_its_apps(kintone: LocalKintone) -> None:
    """The inquiries are the fifth app."""
    assert [app.name for app in kintone.apps.values()] == [
        "Orders",
        "Customers",
        "Every field",
        "Guest notes",
        "問い合わせ管理",
    ]
    assert _client(kintone).get("app", id=APP).json()["description"]


def test_records_fit_the_form(kintone: LocalKintone) -> None:
    """Every record can be written back: kintone accepts its values, and the lookup finds its customer."""
    client = _client(kintone)
    fields = kintone.apps[APP].form.fields
    system = {"RECORD_NUMBER", "CREATOR", "CREATED_TIME", "MODIFIER", "UPDATED_TIME", "STATUS", "STATUS_ASSIGNEE"}
    records = kintone.records(APP)
    assert [record["inquiry_no"]["value"] for record in records] == [f"INQ-{number:04}" for number in range(1, 13)]
    for record in records:
        number = record["$id"]["value"]
        sent = {code: cell for code, cell in record.items() if code in fields and cell["type"] not in system}
        answer = client.send("PUT", "record", {"app": APP, "id": number, "record": sent})
        assert answer.status_code == 200, answer.text
        after = values_of(kintone, APP, int(number))
        assert {code: after[code] for code in sent} == {code: cell["value"] for code, cell in sent.items()}


def test_people_have_names_and_files_have_content(kintone: LocalKintone) -> None:
    """Users in fields, in the table and among the assignees have their names; an attachment can be downloaded."""
    values = values_of(kintone, APP, 3)
    sato = {"code": "sato", "name": "佐藤 昇"}
    assert (values["担当者"], values["対応履歴"][0]["value"]["対応者"]["value"]) == ([sato], [sato])
    assert values["作業者"][0] == {"code": "suzuki", "name": "鈴木 花子"}
    (file,) = values["添付ファイル"]
    content = _client(kintone).get("file", fileKey=file["fileKey"])
    assert (file["name"], len(content.content)) == ("見積書 INQ-0003.csv", int(file["size"]))


def test_story_of_one_inquiry(kintone: LocalKintone) -> None:
    """From 未対応 to 完了 and once back, by a token alone, with an assignee wherever one must be chosen."""
    client = _client(kintone)

    def act(action: str, **more: str) -> Any:  # noqa: ANN401 - JSON
        answer = client.send("PUT", "record/status", {"app": APP, "id": 10, "action": action, **more})
        return answer.json().get("code") or answer.json()["revision"]

    assert _place(kintone, 10) == ("未対応", [])
    assert act("着手する") == "GAIA_SA01"
    assert act("着手する", assignee="Administrator") == "3"
    assert act("承認する") == "GAIA_IL03"
    assert act("承認を依頼する") == "5"
    assert _place(kintone, 10) == ("承認待ち", ["suzuki", "Administrator"])
    assert act("差し戻す") == "GAIA_SA01"
    assert act("差し戻す", assignee="nobody") == "GAIA_IL26"
    assert act("差し戻す", assignee="Administrator") == "7"
    assert act("承認を依頼する") == "9"
    assert act("承認する") == "11"
    assert _place(kintone, 10) == ("完了", [])


def test_others_hold_some_records(kintone: LocalKintone) -> None:
    """A token cannot act where Administrator is not among the assignees."""
    client = _client(kintone)
    for number, action in ((4, "承認を依頼する"), (7, "承認する"), (12, "承認を依頼する")):
        answer = client.send("PUT", "record/status", {"app": APP, "id": number, "action": action})
        assert code_of(answer) == (403, "GAIA_NT01")


def test_every_status_has_records(kintone: LocalKintone) -> None:
    """The queries of a demo find something in each status."""
    client = _client(kintone)
    found = {
        status: len(client.found(f'ステータス in ("{status}")', APP)) for status in kintone.apps[APP].form.statuses
    }
    assert found == {"未対応": 3, "対応中": 3, "承認待ち": 3, "完了": 3}


def test_comments_tell_more_than_one_page(kintone: LocalKintone) -> None:
    """One inquiry has twelve comments of several people, one of which a token may delete."""
    client = _client(kintone)
    page = client.get("record/comments", app=APP, record=4).json()
    assert (len(page["comments"]), page["older"], page["newer"]) == (10, True, False)
    comments = kintone.comments(APP, 4)
    assert len(comments) == 12
    assert comments[2]["text"].startswith("佐藤 昇 ")
    codes = [
        client.send("DELETE", "record/comment", {"app": APP, "record": 4, "comment": comment["id"]}).status_code
        for comment in comments
    ]
    assert sorted(codes) == [200] + [403] * 11
