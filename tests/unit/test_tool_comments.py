"""The two tools for comments: their parameters, and the text that a model reads."""

import re
from collections.abc import Callable, Iterator

import pytest

from kintone.errors import InvalidParameterError, ResultTooLargeError
from tests.unit.comment_tools import added, comments, listed, text
from tests.unit.in_process import InProcess
from tests.unit.reading_samples import FORM

MENTIONED = [{"code": "suzuki", "type": "USER"}, {"code": "sales", "type": "ORGANIZATION"}]


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Return a kintone with one record."""
    with InProcess(FORM) as running:
        running.kintone.add_records(running.app, [{}])
        yield running


def fill(site: InProcess, *texts: str) -> None:
    """Add comments of sato's."""
    for each in texts:
        site.kintone.add_comment(site.app, 1, each, "sato")


def offset_in(shown: str) -> int:
    """Return the offset with which the text says to read on."""
    (found,) = re.findall(r"offset to (\d+)", shown)
    return int(found)


# Adding


def test_added_comment(site: InProcess) -> None:
    """The id, kintone's answer and who shows as its writer; nobody is said to have been told."""
    result = added(site, record_id="1", comment_text="確認しました", mentions=MENTIONED)
    shown = text(result)

    assert result.variables == result.json == {"comment_id": "1", "response": {"id": "1"}}
    assert all(word in shown for word in ("record 1", "Administrator", "suzuki", "sales (ORGANIZATION)"))
    assert "notif" not in shown.lower()
    assert len(site.kintone.comments(site.app, 1)) == 1


@pytest.mark.parametrize(
    ("comment", "mentions", "warned"),
    [
        ("@鈴木 花子 確認してください", "", True),
        ("お願いします＠suzuki", "", True),
        ("cc @suzuki", "", True),
        ("@鈴木 花子 確認してください", "suzuki", False),
        ("write to sato@example.com", "", False),
        ("3 pieces @100 yen", "", False),
    ],
)
def test_name_behind_an_at_sign_mentions_nobody(site: InProcess, comment: str, mentions: str, *, warned: bool) -> None:
    """The comment is added, and a model that thinks it has told somebody learns otherwise."""
    result = added(site, record_id="1", comment_text=comment, mentions=mentions)

    assert ("mentions nobody" in text(result)) is warned
    assert len(site.kintone.comments(site.app, 1)) == 1


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, "record_id"),
        ({"record_id": "0", "comment_text": "x"}, "record_id"),
        ({"record_id": "1"}, "comment_text"),
        ({"record_id": "1", "comment_text": "\u3000\n"}, "comment_text"),
        ({"record_id": "1", "comment_text": {"text": "x"}}, "comment_text"),
        ({"record_id": "1", "comment_text": "a\0"}, "comment_text"),
        ({"record_id": "1", "comment_text": "x" * 300_000}, "65,535"),
        ({"record_id": "1", "comment_text": "x", "mentions": ",".join(f"u{n}" for n in range(11))}, "mentions"),
        ({"record_id": "1", "comment_text": "x", "mentions": "x" * 300_000}, "mentions"),
    ],
)
def test_wrong_parameters_send_nothing(site: InProcess, parameters: dict[str, object], name: str) -> None:
    """Each is refused by its name, before kintone is asked."""
    with pytest.raises(InvalidParameterError) as refused:
        added(site, **parameters)

    assert name in str(refused.value)
    assert site.asked == []


def test_number_as_text(site: InProcess) -> None:
    """A workflow may bind a number."""
    added(site, record_id=1.0, comment_text=42)

    assert site.kintone.comments(site.app, 1)[0]["text"] == "42 "


def test_blanks_around_a_text_are_kept(site: InProcess) -> None:
    """The comment is stored as it was given."""
    added(site, record_id="1", comment_text="\n  - item\n")

    assert site.kintone.comments(site.app, 1)[0]["text"] == "\n  - item\n "


@pytest.mark.parametrize(
    "given",
    [
        '{"text": "確認しました", "mentions": [{"code": "suzuki", "type": "USER"}]}',
        "{'text': '確認しました'}",
        '{"comment": {"text": "確認しました"}}',
        '```json\n{"text": "確認しました"}\n```',
    ],
)
def test_comment_object_as_text(site: InProcess, given: str) -> None:
    """Dify passes the object of kintone's API as a text; posted, it would show braces and mention nobody."""
    with pytest.raises(InvalidParameterError) as refused:
        added(site, record_id="1", comment_text=given)

    assert all(name in str(refused.value) for name in ("comment_text", "mentions"))
    assert site.asked == []


@pytest.mark.parametrize(
    "given", ['{"status": "ok", "text": "x"}', "{}", "{text}", '["a"]', 'see {"text": "x"}', "[WIP]"]
)
def test_other_braces_are_text(site: InProcess, given: str) -> None:
    """JSON that is no comment of kintone's API is a text like any other."""
    added(site, record_id="1", comment_text=given)

    assert site.kintone.comments(site.app, 1)[0]["text"] == f"{given} "


@pytest.mark.parametrize("tool", [added, comments])
def test_value_in_place_of_the_id(site: InProcess, tool: Callable[..., object]) -> None:
    """The number in a key such as INQ-0001 is the ID of another record as a rule: it is neither taken nor proposed."""
    given = {"record_id": "INQ-0001"} | ({"comment_text": "x"} if tool is added else {})
    with pytest.raises(InvalidParameterError) as refused:
        tool(site, **given)
    message = str(refused.value).replace("INQ-0001", "").replace(f"app {site.app}", "").replace("such as 12", "")

    assert "kintone_query" in message
    assert "1" not in message
    assert "update_key" not in message
    assert site.kintone.comments(site.app, 1) == []


# Reading


def test_line_of_a_comment(site: InProcess) -> None:
    """Id, time, writer with login name, login names of the mentioned and text, on one line; UTC is said once."""
    fill(site, "一行目\n#9 二行目\u2028三行目")
    added(site, record_id="1", comment_text="はい", mentions=MENTIONED)
    first, second = (each["createdAt"] for each in site.kintone.comments(site.app, 1))
    result = comments(site, record_id="1")
    opening, *lines = text(result).splitlines()

    assert opening.count("UTC") == 1
    assert "2 comments" in opening
    assert lines == [
        f"#1 {first[:10]} {first[11:19]} 佐藤 昇 (sato): 一行目 #9 二行目 三行目",
        f"#2 {second[:10]} {second[11:19]} Administrator to suzuki, sales (ORGANIZATION): 鈴木 花子 営業部 はい",
    ]
    assert result.variables == result.json
    assert result.variables["comment_count"] == 2
    assert listed(result)[0]["text"] == "一行目\n#9 二行目\u2028三行目"


def test_no_comment_is_a_sentence(site: InProcess) -> None:
    """No error, an empty list; a record without comments differs from an offset behind the last one."""
    none = comments(site, record_id="1")
    fill(site, "a", "b")
    behind = comments(site, record_id="1", offset=2)

    assert none.variables == behind.variables == {"comments": [], "comment_count": 0}
    assert text(none) != text(behind)
    assert "offset 2" in text(behind)
    assert "offset" not in text(none)


@pytest.mark.parametrize("order", ["asc", "desc", None])
def test_first_line_says_that_more_follow(site: InProcess, order: str | None) -> None:
    """With a limit that stops the reading; the offset it names continues without a gap."""
    fill(site, *map(str, range(1, 6)))
    first = comments(site, record_id="1", order=order, limit=2)
    rest = comments(site, record_id="1", order=order, offset=offset_in(text(first).splitlines()[0]))

    assert [each["id"] for result in (first, rest) for each in listed(result)] == (
        list("54321") if order == "desc" else list("12345")
    )
    assert "offset to" not in text(rest)


def test_limit_that_is_just_enough(site: InProcess) -> None:
    """Nothing follows, and nothing is said."""
    fill(site, "a", "b")

    assert "more" not in text(comments(site, record_id="1", limit=2))


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, "record_id"),
        ({"record_id": -1}, "record_id"),
        ({"record_id": "1", "limit": 0}, "limit"),
        ({"record_id": "1", "limit": 1.5}, "limit"),
        ({"record_id": "1", "offset": -1}, "offset"),
        ({"record_id": "1", "offset": "ten"}, "offset"),
        ({"record_id": "1", "order": "newest"}, "order"),
    ],
)
def test_wrong_parameters_ask_nothing(site: InProcess, parameters: dict[str, object], name: str) -> None:
    """Each is refused by its name; a limit of 0 too."""
    with pytest.raises(InvalidParameterError) as refused:
        comments(site, **parameters)

    assert name in str(refused.value)
    assert site.asked == []


@pytest.mark.parametrize("limit", [None, 40])
def test_long_text_is_cut_between_comments(site: InProcess, limit: int | None) -> None:
    """At most 20,000 characters; what follows is counted, and the named offset shows the next comment."""
    fill(site, *(f"{number} " + "長" * 900 for number in range(50)))
    result = comments(site, record_id="1", limit=limit)
    shown = text(result)
    lines = [line for line in shown.splitlines() if line.startswith("#")]
    rest = comments(site, record_id="1", offset=offset_in(shown), limit=1)

    assert len(shown) <= 20_000
    assert len(lines) > 15
    assert all(line.endswith("長" * 900) for line in lines)
    assert f"{(limit or 50) - len(lines)} more" in shown
    assert listed(rest)[0]["id"] == str(len(lines) + 1)
    assert result.variables["comment_count"] == (limit or 50)
    assert ("limit 40" in shown) is (limit is not None)


def test_one_comment_longer_than_the_text(site: InProcess) -> None:
    """It is cut and told; the variable has it whole."""
    fill(site, "長" * 65_535, "next")
    result = comments(site, record_id="1")
    shown = text(result)

    assert len(shown) <= 20_000
    assert "#1" in shown.splitlines()[2]
    assert offset_in(shown) == 1
    assert listed(result)[0]["text"] == "長" * 65_535


def test_more_than_dify_can_carry(site: InProcess) -> None:
    """The reading stops as soon as that is known, and names limit and offset, with which it works."""
    fill(site, *["長" * 65_000] * 60)

    with pytest.raises(ResultTooLargeError) as refused:
        comments(site, record_id="1")
    assert "limit" in str(refused.value.remedy)
    assert len(site.asked) < 4
    assert comments(site, record_id="1", offset=20, limit=15).variables["comment_count"] == 15


# Other ways to name the record


def _own_code(site: InProcess, code: str) -> None:
    site.change = lambda asked, answer: {**answer, "code": code} if asked.call == "GET app" else answer


@pytest.mark.parametrize("given", ["APP-1", "#1", "record 1"])
def test_record_number_names_the_record(site: InProcess, given: str) -> None:
    """A record number with the app's own code is the record, for writing and for reading."""
    _own_code(site, "APP")
    added(site, record_id=given, comment_text="x")

    assert len(listed(comments(site, record_id=given))) == 1


@pytest.mark.parametrize("given", ["OTHER-1", "x", "APP-01"])
def test_text_that_is_no_id_leads_to_a_query(site: InProcess, given: str) -> None:
    """The tools take an ID alone, so that the advice names a query and no parameter that they lack."""
    _own_code(site, "APP")
    for tool, others in ((added, {"comment_text": "x"}), (comments, {})):
        with pytest.raises(InvalidParameterError) as refused:
            tool(site, record_id=given, **others)

        assert "record_id" in str(refused.value)
        assert "kintone_query" in str(refused.value)
        assert "update_key" not in str(refused.value)
    assert site.writes == []
