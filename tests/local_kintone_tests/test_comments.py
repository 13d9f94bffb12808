"""Comments: posting, reading page by page, deleting, and every refusal."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import ConnectionCutError, LocalKintone, Response
from tests.local_kintone_tests.api import Api, code_of
from tests.local_kintone_tests.in_process_client import InProcessClient, ManualClock, body_of, refusal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@pytest.fixture
def kintone() -> Iterator[LocalKintone]:
    """One app with two records; the server is not started."""
    server = LocalKintone(seed="none", clock=ManualClock())
    server.create_app("Notes", {"code": {"type": "SINGLE_LINE_TEXT"}})
    server.add_records(1, [{"code": "A"}, {"code": "B"}])
    yield server
    server.stop()


@pytest.fixture
def client(kintone: LocalKintone) -> InProcessClient:
    """A client that may only view."""
    return InProcessClient(kintone, kintone.token(1, "view"))


def _post(client: InProcessClient, text: object, mentions: object = None, record: object = 1) -> Response:
    comment = {"text": text} if mentions is None else {"text": text, "mentions": mentions}
    return client.send("POST", "record/comment", {"app": 1, "record": record, "comment": comment})


def _read(client: InProcessClient, **parameters: object) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in ({"app": 1, "record": 1} | parameters).items())
    answer = client.get("record/comments", query)
    assert answer.status == 200, answer.body
    return body_of(answer)


def _delete(client: InProcessClient, comment: object, record: object = 1) -> Response:
    return client.send("DELETE", "record/comment", {"app": 1, "record": record, "comment": comment})


def test_comment_is_read_back_with_a_blank_behind(kintone: LocalKintone, client: InProcessClient) -> None:
    """Fact sheet 2.10: the writer is Administrator, the text has a blank at its end, the time has seconds."""
    kintone.site.clock.sleep(75)
    assert body_of(_post(client, "確認しました。\nよろしく 🌻")) == {"id": "1"}
    assert _read(client) == {
        "comments": [
            {
                "id": "1",
                "text": "確認しました。\nよろしく 🌻 ",
                "createdAt": "2026-04-01T09:31:15Z",
                "creator": {"code": "Administrator", "name": "Administrator"},
                "mentions": [],
            }
        ],
        "older": False,
        "newer": False,
    }


def test_mentioned_stand_in_front_by_name(client: InProcessClient) -> None:
    """add-comment: users, groups, organizations and guests by code; names without "@" precede the text."""
    mentions = [
        {"code": "suzuki", "type": "USER"},
        {"code": "sales", "type": "ORGANIZATION"},
        {"code": "managers", "type": "GROUP"},
        {"code": "guest/mika@example.com", "type": "USER"},
        {"code": "yamada", "type": "USER"},
        {"code": "suzuki", "type": "USER"},
    ]
    assert _post(client, "見てください", mentions).status == 200
    (comment,) = _read(client)["comments"]
    assert comment["text"] == "鈴木 花子 営業部 Managers Mika 山田 太郎 鈴木 花子 見てください "
    assert comment["mentions"] == mentions


def test_what_stands_behind_the_mentioned_is_a_setting(kintone: LocalKintone, client: InProcessClient) -> None:
    """Kintone's samples have a blank, and a blank with a line end."""
    kintone.settings.after_mentions = " \n"
    _post(client, "x", [{"code": "sato", "type": "USER"}])
    assert _read(client)["comments"][0]["text"] == "佐藤 昇 \nx "


def test_id_may_be_a_number(kintone: LocalKintone, client: InProcessClient) -> None:
    """Kintone's page says number, measurements say text."""
    kintone.settings.comment_ids = "number"
    assert body_of(_post(client, "x")) == {"id": 1}
    assert _read(client)["comments"][0]["id"] == "1"


def test_revision_of_the_record_stays(kintone: LocalKintone, client: InProcessClient) -> None:
    """A comment does not change its record."""
    before = kintone.records(1)
    _post(client, "x")
    assert kintone.records(1) == before


@pytest.mark.parametrize(
    ("parameters", "ids", "beyond"),
    [
        ({}, range(13, 3, -1), "older"),
        ({"order": "desc", "offset": 10}, [3, 2, 1], "newer"),
        ({"order": "desc", "offset": 3, "limit": 3}, [10, 9, 8], "both"),
        ({"order": "asc"}, range(1, 11), "newer"),
        ({"order": "asc", "offset": 10, "limit": 10}, [11, 12, 13], "older"),
        ({"order": "asc", "offset": 3, "limit": 10}, range(4, 14), "older"),
        ({"limit": 0}, [], "older"),
        ({"limit": 0, "order": "asc"}, [], "newer"),
        ({"offset": 13}, [], "newer"),
        ({"offset": 99, "order": "asc"}, [], "older"),
    ],
)
def test_pages(client: InProcessClient, parameters: dict[str, object], ids: Sequence[int], beyond: str) -> None:
    """get-comments: the newest first by default, ten at most; `older` and `newer` tell what lies beyond the page."""
    for number in range(13):
        client.kintone.add_comment(1, 1, f"Nr. {number + 1}", "tanaka")
    page = _read(client, **parameters)
    assert [int(comment["id"]) for comment in page["comments"]] == list(ids)
    assert (page["older"], page["newer"]) == (beyond in ("older", "both"), beyond in ("newer", "both"))
    assert all(comment["creator"]["name"] == "田中 一郎" for comment in page["comments"])


def test_no_comments(client: InProcessClient) -> None:
    """An empty list, nothing older, nothing newer."""
    assert _read(client, offset=5, limit=0) == {"comments": [], "older": False, "newer": False}


def test_parameters_may_be_in_the_body(client: InProcessClient) -> None:
    """get-comments and delete-comment: in the URL or as JSON."""
    _post(client, "x")
    headers = {**client.headers, "Content-Type": "application/json"}
    body = json.dumps({"app": 1, "record": 1, "order": "asc", "limit": 1}).encode()
    answer = client.kintone.exchange("GET", "/k/v1/record/comments.json", headers, body)
    assert len(body_of(answer)["comments"]) == 1
    deleted = client.kintone.exchange("DELETE", "/k/v1/record/comment.json?app=1&record=1&comment=1", client.headers)
    assert (deleted.status, body_of(deleted)) == (200, {})
    assert client.kintone.comments(1, 1) == []


@pytest.mark.parametrize(
    ("parameters", "key"),
    [
        ("record=1&order=wrong", "order"),
        ("record=1&limit=11", "limit"),
        ("record=1&limit=-1", "limit"),
        ("record=1&limit=many", "limit"),
        ("record=1&offset=-1", "offset"),
        ("record=1&offset=1.5", "offset"),
        ("order=asc", "record"),
        ("record=0", "record"),
    ],
)
def test_reading_is_refused(client: InProcessClient, parameters: str, key: str) -> None:
    """CB_VA01 under the parameter's name."""
    assert refusal_of(client.get("record/comments", f"app=1&{parameters}")) == (400, "CB_VA01", {key})


@pytest.mark.parametrize(
    ("comment", "refusal"),
    [
        (None, (400, "CB_IJ01", set())),
        ("x", (400, "CB_IJ01", set())),
        ({}, (400, "CB_VA01", {"comment.text"})),
        ({"text": None}, (400, "CB_VA01", {"comment.text"})),
        ({"text": ""}, (400, "CB_VA01", {"comment.text"})),
        ({"text": 5}, (400, "CB_IJ01", set())),
        ({"text": "x", "mentions": "sato"}, (400, "CB_IJ01", set())),
        ({"text": "x", "mentions": ["sato"]}, (400, "CB_IJ01", set())),
        ({"text": "x", "mentions": [{"code": "sato"}]}, (400, "CB_VA01", {"comment.mentions[0].type"})),
        ({"text": "x", "mentions": [{"code": "a", "type": "user"}]}, (400, "CB_VA01", {"comment.mentions[0].type"})),
        ({"text": "x", "mentions": [{"type": "USER"}]}, (400, "CB_VA01", {"comment.mentions[0].code"})),
        (
            {"text": "", "mentions": [{"code": "a", "type": "X"}]},
            (400, "CB_VA01", {"comment.text", "comment.mentions[0].type"}),
        ),
        ({"text": "x", "mentions": [{"code": "nobody", "type": "USER"}]}, (400, "GAIA_IL26", set())),
        ({"text": "x", "mentions": [{"code": "sato", "type": "GROUP"}]}, (400, "GAIA_IL27", set())),
        ({"text": "x", "mentions": [{"code": "sato", "type": "ORGANIZATION"}]}, (400, "GAIA_IL28", set())),
        ({"text": "x", "mentions": [{"code": "guest/new@example.com", "type": "USER"}]}, (400, "GAIA_IL26", set())),
    ],
)
def test_posting_is_refused(client: InProcessClient, comment: object, refusal: tuple[int, str, set[str]]) -> None:
    """A missing object, text or type is named; unknown people are refused by kind; nothing is stored."""
    given = {"app": 1, "record": 1} | ({} if comment is None else {"comment": comment})
    assert refusal_of(client.send("POST", "record/comment", given)) == refusal
    assert client.kintone.comments(1, 1) == []


def test_text_has_up_to_65535_characters(client: InProcessClient) -> None:
    """One more is refused; the blank that kintone adds does not count."""
    assert refusal_of(_post(client, "あ" * 65_536)) == (400, "CB_VA01", {"comment.text"})
    assert _post(client, "あ" * 65_535).status == 200
    assert len(_read(client)["comments"][0]["text"]) == 65_536


def test_ten_may_be_mentioned(client: InProcessClient) -> None:
    """Eleven mentions are refused; a blank mention is ignored, as on live servers."""
    sato = {"code": "sato", "type": "USER"}
    assert refusal_of(_post(client, "x", [sato] * 11)) == (400, "CB_VA01", {"comment.mentions"})
    assert _post(client, "x", [sato] * 10).status == 200
    assert _post(client, "y", [{}]).status == 200
    assert (_read(client)["comments"][0]["text"], _read(client)["comments"][0]["mentions"]) == ("y ", [])


def test_unknown_record_is_gaia_re01(client: InProcessClient) -> None:
    """For all three calls."""
    for answer in (
        _post(client, "x", record=9),
        client.get("record/comments", "app=1&record=9"),
        _delete(client, 1, 9),
    ):
        assert refusal_of(answer)[:2] == (404, "GAIA_RE01")


def test_app_without_comments_is_gaia_re12(kintone: LocalKintone, client: InProcessClient) -> None:
    """For all three calls; other apps keep theirs."""
    kintone.create_app("Quiet", {}, comments=False)
    kintone.add_records(2, [{}])
    quiet = InProcessClient(kintone, kintone.token(2))
    given = {"app": 2, "record": 1, "comment": {"text": "x"}}
    for answer in (
        quiet.send("POST", "record/comment", given),
        quiet.get("record/comments", "app=2&record=1"),
        quiet.send("DELETE", "record/comment", {"app": 2, "record": 1, "comment": 1}),
    ):
        assert refusal_of(answer)[:2] == (400, "GAIA_RE12")
    assert _post(client, "x").status == 200


def test_only_own_comments_can_be_deleted(kintone: LocalKintone, client: InProcessClient) -> None:
    """A token deletes what Administrator wrote; others' is GAIA_RE03, an unknown one is 400 GAIA_RE02."""
    assert kintone.add_comment(1, 1, "私の", "sato") == 1
    _post(client, "mine")
    assert refusal_of(_delete(client, 1))[:2] == (403, "GAIA_RE03")
    assert refusal_of(_delete(client, 3))[:2] == (400, "GAIA_RE02")
    assert refusal_of(_delete(client, 2, record=2))[:2] == (400, "GAIA_RE02")
    assert refusal_of(_delete(client, "x")) == (400, "CB_VA01", {"comment"})
    assert body_of(_delete(client, "2")) == {}
    assert refusal_of(_delete(client, 2))[:2] == (400, "GAIA_RE02")
    assert [comment["text"] for comment in kintone.comments(1, 1)] == ["私の "]


def test_ids_count_per_record_and_are_never_used_again(client: InProcessClient) -> None:
    """Each record has its own first comment; a deleted id does not return."""
    ids = [body_of(_post(client, "x", record=record))["id"] for record in (1, 1, 2)]
    assert ids == ["1", "2", "1"]
    _delete(client, 2)
    assert body_of(_post(client, "x"))["id"] == "3"
    assert len(client.kintone.comments(1, 2)) == 1


@pytest.mark.parametrize("permissions", [("add", "edit", "delete"), ("manage",)])
def test_comments_need_viewing(kintone: LocalKintone, permissions: tuple[str, ...]) -> None:
    """Fact sheet 1.4: viewing is what posting, reading and deleting need."""
    client = InProcessClient(kintone, kintone.token(1, *permissions))
    for answer in (_post(client, "x"), client.get("record/comments", "app=1&record=1"), _delete(client, 1)):
        assert refusal_of(answer)[:2] == (403, "GAIA_NO01")


def test_record_takes_its_comments_along(kintone: LocalKintone, client: InProcessClient) -> None:
    """Deleted records lose their comments, those of others stay; a refused deletion keeps all."""
    deleting = InProcessClient(kintone, kintone.token(1))
    _post(client, "x")
    _post(client, "y", record=2)
    stale = {"app": 1, "ids": [1, 2], "revisions": [1, 7]}
    assert refusal_of(deleting.send("DELETE", "records", stale))[:2] == (409, "GAIA_CO02")
    assert len(kintone.comments(1, 1)) == 1
    assert deleting.send("DELETE", "records", {"app": 1, "ids": [1]}).status == 200
    assert (kintone.comments(1, 1), len(kintone.comments(1, 2))) == ([], 1)


def test_writes_tell_comments(kintone: LocalKintone, client: InProcessClient) -> None:
    """The record, what was sent, and the comment as it was stored or deleted."""
    _post(client, "x")
    _delete(client, 1)
    added, deleted = kintone.writes
    assert (added.action, added.app, added.record_id, added.revision) == ("comment", 1, 1, 1)
    assert added.sent == {"record": 1, "comment": {"text": "x"}}
    assert added.before is None
    assert added.after is not None
    assert (added.after["id"], added.after["text"]) == ("1", "x ")
    assert (deleted.action, deleted.before, deleted.after) == ("uncomment", added.after, None)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("fault", [{"status": 503}, {"cut": "answer"}, {"cut_after_bytes": 1}])
def test_failure_on_demand_comes_before_or_after_the_work(
    kintone: LocalKintone, client: InProcessClient, fault: dict[str, Any], *, applied: bool
) -> None:
    """A failure of the one or the other call, with the comment kept or undone."""
    kintone.fail(api="record/comment", method="POST", applied=applied, **fault)
    _despite(lambda: _post(client, "x"))
    assert len(kintone.comments(1, 1)) == len(kintone.writes) == int(applied)
    assert body_of(_post(client, "y"))["id"] == ("2" if applied else "1")
    kintone.fail(api="record/comment", method="DELETE", applied=applied, **fault)
    _despite(lambda: _delete(client, 2 if applied else 1))
    assert [comment["id"] for comment in kintone.comments(1, 1)] == ["1"]
    kintone.fail(api="record/comments", status=503)
    assert client.get("record/comments", "app=1&record=1").status == 503
    assert client.get("record/comments", "app=1&record=1").status == 200


def _despite(send: Callable[[], Response]) -> None:
    try:
        assert send().status == 503
    except ConnectionCutError as cut:
        assert cut.kind in ("cut", "cut_body")  # noqa: PT017 - some kinds only


def test_comments_of_many_at_once(kintone: LocalKintone, client: InProcessClient) -> None:
    """Eight threads post ten each while another reads: every comment once, each id once, pages without gaps."""
    threads = [threading.Thread(target=lambda: [_post(client, "x") for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    pages = [[int(comment["id"]) for comment in _read(client)["comments"]] for _ in range(20)]
    for thread in threads:
        thread.join()
    assert [int(comment["id"]) for comment in kintone.comments(1, 1)] == list(range(1, 81))
    for page in pages:
        assert page == [page[0] - place for place in range(len(page))]


def test_over_http_and_in_a_guest_space(kintone: LocalKintone) -> None:
    """The three calls over sockets, with the path of the guest space."""
    kintone.create_app("Guest", {}, 7)
    kintone.add_records(2, [{}])
    kintone.start()
    guest = Api(kintone.url, kintone.token(2), guest=7)
    comment = {"app": 2, "record": 1, "comment": {"text": "日本語 🌻"}}
    assert code_of(Api(kintone.url, kintone.token(2)).send("POST", "record/comment", comment)) == (400, "GAIA_IL23")
    assert guest.send("POST", "record/comment", comment).json() == {"id": "1"}
    page = guest.get("record/comments", app=2, record=1).json()
    assert page["comments"][0]["text"] == "日本語 🌻 "
    assert guest.send("DELETE", "record/comment", {"app": 2, "record": 1, "comment": 1}).json() == {}
