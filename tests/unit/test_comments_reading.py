"""Reading comments: every page, each comment once, while others add and delete some, and from servers that lie."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.comments import MAX_IDLE_PAGES, CommentOrder, CommentsRequest, read_comments
from kintone.errors import BudgetExceededError, NotFoundError, UnknownResponseError
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import FORM

OLDEST, NEWEST = CommentOrder.OLDEST_FIRST, CommentOrder.NEWEST_FIRST
READ = "GET record/comments"


def comment(site: InProcess, count: int, creator: str = "Administrator") -> None:
    """Add comments to the first record, which is made if there is none."""
    if not site.kintone.records(site.app):
        site.kintone.add_records(site.app, [{}])
    for _ in range(count):
        site.kintone.add_comment(site.app, 1, "x", creator)


def delete(site: InProcess, *ids: int) -> None:
    """Delete those of the comments that exist, as another user."""
    there = {int(each["id"]) for each in site.kintone.comments(site.app, 1)}
    for number in there.intersection(ids):
        site.ask("DELETE", "record/comment", record=1, comment=number)


def read(site: InProcess, order: CommentOrder = OLDEST, offset: int = 0, wanted: int | None = None) -> list[int]:
    """Return the ids that are read."""
    request = CommentsRequest(site.app, "1", order, offset, wanted)
    return [int(each["id"]) for page in read_comments(site.client, request) for each in page.comments]


def at(site: InProcess, number: int, act: Callable[[], object]) -> None:
    """Have somebody act before a request of the reading."""
    site.before = lambda asked: act() if asked.number == number else None


@pytest.mark.parametrize("count", [1, 9, 10, 11, 19, 20, 28, 29, 57])
@pytest.mark.parametrize("order", [OLDEST, NEWEST])
def test_all_comments_are_read_in_order(site: InProcess, order: CommentOrder, count: int) -> None:
    """Kintone gives ten a request; each page begins with the last comment of the one before."""
    comment(site, count)

    found = read(site, order)

    assert found == (list(range(1, count + 1)) if order is OLDEST else list(range(count, 0, -1)))
    assert site.calls == {READ: max(1, -(-(count - 1) // 9))}
    assert {asked.parameters["order"] for asked in site.asked} == {order.value}


@pytest.mark.parametrize("order", [OLDEST, NEWEST])
@pytest.mark.parametrize("offset", [0, 1, 9, 10, 24, 25, 40])
@pytest.mark.parametrize("wanted", [None, 1, 9, 10, 11, 20, 25, 1000])
def test_offset_and_number_wanted(site: InProcess, order: CommentOrder, offset: int, wanted: int | None) -> None:
    """The first ones are skipped in the order asked for, and no more than wanted are returned."""
    comment(site, 25)
    ids = list(range(1, 26)) if order is OLDEST else list(range(25, 0, -1))

    assert read(site, order, offset, wanted) == ids[offset:][:wanted]


@pytest.mark.parametrize(
    ("wanted", "more"), [(9, True), (10, True), (11, True), (12, False), (13, False), (None, False)]
)
@pytest.mark.parametrize("order", [OLDEST, NEWEST])
def test_last_page_tells_whether_more_follow(
    site: InProcess, order: CommentOrder, wanted: int | None, *, more: bool
) -> None:
    """Kintone's flag counts, and so do comments that were read but not wanted."""
    comment(site, 12)

    pages = list(read_comments(site.client, CommentsRequest(site.app, "1", order, 0, wanted)))

    assert pages[-1].more is more


@pytest.mark.parametrize("order", [OLDEST, NEWEST])
@pytest.mark.parametrize(("count", "offset", "before"), [(0, 0, False), (0, 5, False), (3, 3, True), (3, 99, True)])
def test_nothing_to_read(site: InProcess, order: CommentOrder, count: int, offset: int, *, before: bool) -> None:
    """One empty page, which tells an offset behind the last comment from a record without comments."""
    comment(site, count)

    (page,) = read_comments(site.client, CommentsRequest(site.app, "1", order, offset))

    assert (page.comments, page.more, page.before) == ([], False, before)


def test_comment_as_it_was_written(site: InProcess) -> None:
    """One blank is taken off the end, the one that kintone adds; names of the mentioned stay in front."""
    comment(site, 0)
    mention = {"code": "suzuki", "type": "USER"}
    site.ask("POST", "record/comment", record=1, comment={"text": " 二行\n目 🌻  ", "mentions": [mention]})

    (page,) = read_comments(site.client, CommentsRequest(site.app, "1"))
    (shown,) = page.comments

    assert shown == {
        "id": "1",
        "text": "鈴木 花子  二行\n目 🌻  ",
        "created_at": shown["created_at"],
        "creator": {"code": "Administrator", "name": "Administrator"},
        "mentions": [mention],
    }
    assert shown["created_at"].endswith("Z")


# Others at work


@pytest.mark.parametrize("added", [1, 9, 10, 35])
def test_new_comments_while_the_newest_are_read_first(site: InProcess, added: int) -> None:
    """They push known comments onto the next page; none of these is returned twice, and none is lost."""
    comment(site, 25)
    at(site, 2, lambda: comment(site, added))

    assert read(site, NEWEST) == list(range(25, 0, -1))


def test_new_comments_while_the_oldest_are_read_first(site: InProcess) -> None:
    """They follow at the end."""
    comment(site, 15)
    at(site, 2, lambda: comment(site, 20))

    assert read(site, OLDEST) == list(range(1, 36))


@pytest.mark.parametrize("order", [OLDEST, NEWEST])
@pytest.mark.parametrize("gone", [[5], [10, 16], list(range(1, 11)), list(range(16, 26)), list(range(2, 24))])
def test_comments_deleted_between_two_pages(site: InProcess, order: CommentOrder, gone: list[int]) -> None:
    """The pages move, and the comments that stay are all read, once."""
    comment(site, 25)
    first = read(site, order, wanted=10)
    site.asked.clear()
    at(site, 2, lambda: delete(site, *gone))
    ids = list(range(1, 26)) if order is OLDEST else list(range(25, 0, -1))

    assert read(site, order) == [each for each in ids if each in first or each not in gone]


def test_all_known_comments_deleted_and_new_ones_added(site: InProcess) -> None:
    """Nothing is left of what was read; the new ones are read all the same."""
    comment(site, 11)

    def replace() -> None:
        delete(site, *range(1, 12))
        comment(site, 3)

    at(site, 2, replace)

    assert read(site) == [*range(1, 11), 12, 13, 14]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 45),
    st.sampled_from([OLDEST, NEWEST]),
    st.integers(0, 30),
    st.none() | st.integers(1, 60),
    st.lists(st.tuples(st.integers(2, 7), st.sets(st.integers(1, 60), max_size=20), st.integers(0, 20)), max_size=4),
)
def test_comments_that_stay_are_read_once_and_in_order(
    count: int, order: CommentOrder, offset: int, wanted: int | None, changes: list[tuple[int, set[int], int]]
) -> None:
    """Whatever others add and delete between the pages: none twice, all in order, none missing of those that stay."""
    with InProcess(FORM) as site:
        comment(site, count)

        def change(asked: Asked) -> None:
            for number, gone, added in changes:
                if asked.number == number:
                    delete(site, *gone)
                    comment(site, added)

        site.before = change
        found = read(site, order, offset, wanted)

    ids = list(range(1, count + 1)) if order is OLDEST else list(range(count, 0, -1))
    deleted = set().union(*(gone for _, gone, _ in changes))
    stayed = [each for each in ids[offset:] if each not in deleted]
    assert found == sorted(set(found), reverse=order is NEWEST)
    assert wanted is None or len(found) <= wanted
    expected = stayed if wanted is None or len(found) < wanted else [each for each in stayed if each in found]
    assert [each for each in found if each in stayed] == expected
    if found:
        key = order.key(str(found[-1]))
        assert [each for each in stayed if order.key(str(each)) <= key and each not in found] == []


# Servers that lie, and refusals


def lying(site: InProcess, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the answers with comments."""

    def changed(_: Asked, answer: dict[str, Any]) -> dict[str, Any]:
        change(answer)
        return answer

    site.change = changed


def test_server_that_ignores_the_offset(site: InProcess) -> None:
    """It sends the same page again and again: the reading ends with an error and without the end of its time."""
    comment(site, 30)
    first = [dict(each) for each in site.kintone.comments(site.app, 1)[:10]]
    lying(site, lambda answer: answer.update(comments=first, newer=True))

    with pytest.raises(UnknownResponseError):
        read(site)
    assert site.calls[READ] <= MAX_IDLE_PAGES + 2


@pytest.mark.parametrize("order", [OLDEST, NEWEST])
@pytest.mark.parametrize("count", [0, 1, 10])
def test_server_that_promises_comments_that_never_come(site: InProcess, order: CommentOrder, count: int) -> None:
    """Older or newer comments are announced, page after page, and there are none."""
    comment(site, count)
    lying(site, lambda answer: answer.update(older=True, newer=True))

    with pytest.raises(UnknownResponseError):
        read(site, order)
    assert site.calls[READ] <= MAX_IDLE_PAGES + 3


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer["comments"].reverse(),
        lambda answer: answer["comments"].append(answer["comments"][-1]),
        lambda answer: answer.pop("newer"),
        lambda answer: answer.update(older="false"),
        lambda answer: answer.update(comments={}),
        lambda answer: answer["comments"][0].update(id="x"),
        lambda answer: answer["comments"][0].update(text=None),
        lambda answer: answer["comments"][0].pop("creator"),
        lambda answer: answer["comments"][0].update(mentions=[{"code": "a"}]),
    ],
)
def test_answer_of_another_shape(site: InProcess, change: Callable[[dict[str, Any]], object]) -> None:
    """An answer in the wrong order, or without what kintone documents, is an error that shows no comment."""
    comment(site, 3)
    lying(site, change)

    with pytest.raises(UnknownResponseError):
        read(site)


def test_id_may_be_a_number(site: InProcess) -> None:
    """Kintone's English page says that it is one."""
    comment(site, 2)
    lying(site, lambda answer: [each.update(id=int(each["id"])) for each in answer["comments"]])

    assert read(site) == [1, 2]


def test_budget_that_ends_while_comments_are_read(site: InProcess) -> None:
    """The error tells how many were read and how to read them in parts."""
    comment(site, 40)
    site.before = lambda _: site.pass_time(25)

    with pytest.raises(BudgetExceededError) as failed:
        read(site)

    assert "19 comments" in str(failed.value)
    assert "offset" in str(failed.value)


def test_missing_record_is_refused(site: InProcess) -> None:
    """Kintone's refusal is passed on, after one request."""
    with pytest.raises(NotFoundError) as missing:
        read(site)

    assert missing.value.code == "GAIA_RE01"
    assert site.calls == {READ: 1}
