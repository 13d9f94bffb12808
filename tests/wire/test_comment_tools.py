"""Adding and reading comments in the real plugin process."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

ADD, READ = "kintone_add_record_comment", "kintone_get_record_comments"
INQUIRIES, GUEST_APP = 5, 4


@pytest.fixture
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's inquiries and their comments."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


def run(host: DifyHost, site: LocalKintone, name: str, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Run a tool as a workflow's node does, with a token that may only view the inquiries."""
    credentials = credentials_of(site, "view", app=INQUIRIES)
    return host.invoke(name, parameters, credentials, given_by="workflow", timeout=60)


def refused(host: DifyHost, site: LocalKintone, name: str, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
    """Return the failure of a call."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, name, **parameters)
    return failed.value


def posts(site: LocalKintone) -> list[str]:
    """Return the paths of the requests that add a comment."""
    return [request.path for request in site.requests if request.method == "POST"]


def test_comment_is_added_and_read_back(host: DifyHost, site: LocalKintone) -> None:
    """What is sent is stored, byte for byte, and comes back without the blank that kintone adds."""
    text = "確認しました 🌻\n「至急」です。"
    mentions = [{"code": "suzuki", "type": "USER"}, {"code": "sales", "type": "ORGANIZATION"}]
    added = run(host, site, ADD, record_id="9", comment_text=text, mentions=json.dumps(mentions))
    (request,) = site.requests
    outcome = run(host, site, READ, record_id="9", order="desc", limit=1)
    (comment,) = outcome.variables["comments"]

    assert json.loads(request.body) == {"app": 5, "record": "9", "comment": {"text": text, "mentions": mentions}}
    assert added.variables == {"comment_id": "2", "response": {"id": "2"}}
    assert (comment["id"], comment["text"]) == ("2", f"鈴木 花子 営業部 {text}")
    assert comment["mentions"] == mentions
    assert comment["creator"] == {"code": "Administrator", "name": "Administrator"}
    assert outcome.variables["comment_count"] == 1


@pytest.mark.parametrize("order", ["asc", "desc", None])
def test_twelve_comments_take_two_requests(host: DifyHost, site: LocalKintone, order: str | None) -> None:
    """All comments in the order asked for, the oldest first by default; an agent reads each once."""
    outcome = host.invoke(
        READ,
        {"record_id": "4", "order": order},
        credentials_of(site, "view", app=INQUIRIES),
        given_by="agent",
        timeout=60,
    )
    ids = [int(comment["id"]) for comment in outcome.variables["comments"]]
    stored = site.comments(INQUIRIES, 4)

    assert ids == (list(range(12, 0, -1)) if order == "desc" else list(range(1, 13)))
    assert outcome.agent_view == outcome.text
    assert all(outcome.text.count(comment["text"].strip()) == 1 for comment in stored)
    assert len(site.requests) == 2


def test_guest_space(host: DifyHost, site: LocalKintone) -> None:
    """Requests and address go through the guest space."""
    credentials = credentials_of(site, "view", app=GUEST_APP) | {"kintone_guest_space_id": "3"}
    added = host.invoke(ADD, {"record_id": "1", "comment_text": "x"}, credentials, timeout=60)
    host.invoke(READ, {"record_id": "1"}, credentials, timeout=60)

    assert f"/k/guest/3/{GUEST_APP}/show#record=1" in added.text
    assert {request.path for request in site.requests} == {
        "/k/guest/3/v1/record/comment.json",
        "/k/guest/3/v1/record/comments.json",
    }


@pytest.mark.parametrize("applied", [False, True])
def test_comment_whose_answer_is_lost(host: DifyHost, site: LocalKintone, *, applied: bool) -> None:
    """The plugin sends it once, says that it may have been saved, and warns of Dify's own retry."""
    site.fail(api="record/comment", cut="answer", applied=applied, times=3)
    failure = refused(host, site, ADD, record_id="9", comment_text="一度だけ")

    assert len(posts(site)) == 1
    assert len(site.comments(INQUIRIES, 9)) == 1 + applied
    assert "may have been saved" in failure.message
    assert "Dify" in failure.message


def test_busy_kintone_gets_the_comment_once(host: DifyHost, site: LocalKintone) -> None:
    """429 means that nothing was done; the second try is saved."""
    site.fail(api="record/comment", status=429, code="GAIA_TO04", times=1)
    run(host, site, ADD, record_id="9", comment_text="x")

    assert len(posts(site)) == 2
    assert len(site.comments(INQUIRIES, 9)) == 2


@pytest.mark.parametrize(
    ("mentions", "code"),
    [
        ("nobody", "GAIA_IL26"),
        ('[{"code": "nobody", "type": "GROUP"}]', "GAIA_IL27"),
        ('[{"code": "suzuki", "type": "ORGANIZATION"}]', "GAIA_IL28"),
    ],
)
def test_mention_that_kintone_does_not_know(host: DifyHost, site: LocalKintone, mentions: str, code: str) -> None:
    """Kintone's code, the parameter, and that nothing is saved."""
    failure = refused(host, site, ADD, record_id="9", comment_text="x", mentions=mentions)

    assert failure.code == code
    assert "mentions" in failure.message
    assert "nothing is saved" in failure.message
    assert len(site.comments(INQUIRIES, 9)) == 1


@pytest.mark.parametrize("name", [ADD, READ])
def test_refusals(host: DifyHost, site: LocalKintone, name: str) -> None:
    """A missing record, a token that may not view, comments that are switched off: each has its own advice."""
    quiet = site.create_app("Quiet", {"note": {"type": "SINGLE_LINE_TEXT"}}, comments=False)
    site.add_records(quiet, [{"note": "x"}])
    parameters = {"record_id": "1", "comment_text": "x"} if name == ADD else {"record_id": "1"}
    found = {}
    for where, credentials, record in (
        ("record", credentials_of(site, "view", app=INQUIRIES), "999"),
        ("view", credentials_of(site, "add", "edit", "delete", app=INQUIRIES), "1"),
        ("off", credentials_of(site, app=quiet), "1"),
    ):
        with pytest.raises(PluginFailure) as failed:
            host.invoke(name, {**parameters, "record_id": record}, credentials, timeout=60)
        found[where] = failed.value

    assert {where: failure.code for where, failure in found.items()} == {
        "record": "GAIA_RE01",
        "view": "GAIA_NO01",
        "off": "GAIA_RE12",
    }
    assert "record_id" in found["record"].message
    assert "View records" in found["view"].message
    assert "switched off" in found["off"].message


def test_next_line_character_in_a_comment(host: DifyHost, site: LocalKintone) -> None:
    """U+0085 is replaced in text and variable, and told."""
    site.add_comment(INQUIRIES, 9, "a\x85b")
    outcome = run(host, site, READ, record_id="9", order="desc")

    assert outcome.variables["comments"][0]["text"] == "a\nb"
    assert "U+0085" in outcome.text


def test_record_without_comments(host: DifyHost, site: LocalKintone) -> None:
    """A sentence, an empty list and 0."""
    outcome = run(host, site, READ, record_id="5")

    assert outcome.variables == {"comments": [], "comment_count": 0}
    assert "no comments" in outcome.text


def test_record_number_of_the_app(host: DifyHost, site: LocalKintone) -> None:
    """A number with the app's own code names its record, one with another code names none and is not guessed at."""
    app = site.create_app("coded", {"name": {"type": "SINGLE_LINE_TEXT"}}, code="INQ")
    site.add_records(app, [{"name": "one"}])
    credentials = credentials_of(site, "view", app=app)
    host.invoke(ADD, {"record_id": "INQ-1", "comment_text": "x"}, credentials, given_by="agent", timeout=60)
    with pytest.raises(PluginFailure) as failed:
        host.invoke(ADD, {"record_id": "ORD-1", "comment_text": "y"}, credentials, given_by="agent", timeout=60)

    assert [comment["text"] for comment in site.comments(app, 1)] == ["x "]
    assert [word in failed.value.message for word in ("INVALID_INPUT", "ORD-1", "INQ", "kintone_query")] == [True] * 4


@pytest.mark.parametrize("given_by", ["workflow", "agent", "raw"])
def test_object_in_place_of_the_text(
    host: DifyHost, site: LocalKintone, given_by: Literal["workflow", "agent", "raw"]
) -> None:
    """The object of kintone's own API is refused however Dify passes it; it would be posted with its braces."""
    given = {"text": "至急です", "mentions": [{"code": "suzuki", "type": "USER"}]}
    with pytest.raises(PluginFailure) as failed:
        host.invoke(
            ADD,
            {"record_id": "9", "comment_text": given},
            credentials_of(site, "view", app=INQUIRIES),
            given_by=given_by,
            timeout=60,
        )

    assert failed.value.message.startswith("[INVALID_INPUT] comment_text ")
    assert len(site.comments(INQUIRIES, 9)) == 1
