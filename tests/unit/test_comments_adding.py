"""Adding a comment: what is sent, what is refused before, and what is known after a failure."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kintone.comments import Mention, add_comment
from kintone.errors import InvalidParameterError, InvalidRequestError, KintoneError, NotFoundError
from kintone.limits import MAX_COMMENT_LENGTH
from kintone.remedies import RETRY_WRITES_TWICE
from tests.unit.in_process import InProcess
from tests.unit.reading_samples import FORM

ADD = "POST record/comment"


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Return a kintone with one record."""
    with InProcess(FORM) as running:
        running.kintone.add_records(running.app, [{}])
        yield running


def stored(site: InProcess) -> list[str]:
    """Return the texts of the record's comments."""
    return [each["text"] for each in site.kintone.comments(site.app, 1)]


def refusal(site: InProcess, text: str = "x", *mentions: Mention) -> KintoneError:
    """Return the error of adding a comment."""
    with pytest.raises(KintoneError) as refused:
        add_comment(site.client, site.app, "1", text, mentions)
    return refused.value


def test_comment_is_sent_once_and_stored(site: InProcess) -> None:
    """The text arrives as it was given, with its outer blanks and line ends; the answer's id is returned."""
    added = add_comment(site.client, site.app, "1", " 一行目\n🌻\r\n ")

    assert (added.id, added.response) == ("1", {"id": "1"})
    assert stored(site) == [" 一行目\n🌻\r\n  "]
    assert [asked.parameters for asked in site.asked] == [
        {"app": site.app, "record": "1", "comment": {"text": " 一行目\n🌻\r\n "}}
    ]


def test_id_that_is_a_number(site: InProcess) -> None:
    """Kintone's page says number, its clients say text."""
    site.kintone.settings.comment_ids = "number"

    assert add_comment(site.client, site.app, "1", "x").id == "1"


def test_mentions_are_sent_in_order(site: InProcess) -> None:
    """Users, groups, departments, guests, suspended users; one may stand twice."""
    mentions = [
        Mention("suzuki"),
        Mention("sales", "ORGANIZATION"),
        Mention("managers", "GROUP"),
        Mention("guest/mika@example.com"),
        Mention("yamada"),
        Mention("suzuki"),
    ]
    add_comment(site.client, site.app, "1", "見てください", mentions)

    (comment,) = site.kintone.comments(site.app, 1)
    assert comment["mentions"] == [{"code": each.code, "type": each.type} for each in mentions]


def complaining(site: InProcess, *places: str) -> None:
    """Have kintone refuse the next comment because of these places."""
    errors = {place: {"messages": ["Enter between 1 and 65,535 characters."]} for place in places}
    body = json.dumps({"code": "CB_VA01", "id": "1", "message": "Missing or invalid input.", "errors": errors})
    site.kintone.fail(api="record/comment", status=400, body=body, content_type="application/json")


# Refused before anything is sent


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u3000"])
def test_blank_text_is_not_sent(site: InProcess, text: str) -> None:
    """A text of blanks says nothing."""
    error = refusal(site, text)

    assert isinstance(error, InvalidParameterError)
    assert "comment_text" in str(error)
    assert site.asked == []


@pytest.mark.parametrize("character", ["x", "あ", "🌻"])
def test_longest_text(site: InProcess, character: str) -> None:
    """65,535 characters are sent, one more is not."""
    error = refusal(site, character * (MAX_COMMENT_LENGTH + 1))
    assert isinstance(error, InvalidParameterError)
    assert "65,536" in str(error)
    assert site.asked == []

    add_comment(site.client, site.app, "1", character * MAX_COMMENT_LENGTH)
    assert stored(site) == [character * MAX_COMMENT_LENGTH + " "]


def test_text_that_kintone_counts_longer(site: InProcess) -> None:
    """Its page does not say how it counts emoji: they are sent, and its refusal is explained."""
    complaining(site, "comment.text")
    error = refusal(site, "🌻" * 40_000)

    assert error.code == "CB_VA01"
    assert list(error.field_errors) == ["comment_text"]
    assert "80,000" in str(error)
    assert "nothing is saved" in str(error)


def test_eleven_mentions_are_not_sent(site: InProcess) -> None:
    """Ten are."""
    error = refusal(site, "x", *[Mention("sato")] * 11)
    assert isinstance(error, InvalidParameterError)
    assert "mentions" in str(error)
    assert site.asked == []

    add_comment(site.client, site.app, "1", "x", [Mention("sato")] * 10)
    assert len(stored(site)) == 1


# kintone's refusals


@pytest.mark.parametrize(
    ("mention", "code"),
    [
        (Mention("nobody"), "GAIA_IL26"),
        (Mention("sato", "GROUP"), "GAIA_IL27"),
        (Mention("sato", "ORGANIZATION"), "GAIA_IL28"),
        (Mention("guest/invited@example.com"), "GAIA_IL26"),
    ],
)
def test_unknown_mention(site: InProcess, mention: Mention, code: str) -> None:
    """The advice is about mentions, kintone's words name the code, and nothing is stored."""
    error = refusal(site, "x", mention)

    assert (error.code, isinstance(error, InvalidRequestError)) == (code, True)
    assert "mentions" in str(error.remedy)
    assert mention.code in str(error)
    assert "nothing is saved" in str(error)
    assert (stored(site), site.calls) == ([], {ADD: 1})


@pytest.mark.parametrize("sign", ["@", "＠"])
def test_at_sign_is_left_out_where_nobody_has_the_code_with_it(site: InProcess, sign: str) -> None:
    """Kintone has refused the code before, so nothing was saved; the comment is there once and mentions each once."""
    mentions = [Mention(f"{sign}sato"), Mention("sato"), Mention(f"{sign}suzuki")]
    added = add_comment(site.client, site.app, "1", "x", mentions)

    assert added.mentions == [Mention("sato"), Mention("suzuki")]
    assert [asked.parameters["comment"]["mentions"][0]["code"] for asked in site.asked] == [
        f"{sign}sato",
        "sato",
        "sato",
    ]
    assert len(stored(site)) == 1


def test_login_name_that_begins_with_an_at_sign_is_mentioned(site: InProcess) -> None:
    """Nothing says that there is none; the user without the sign is somebody else."""
    site.kintone.site.settings.users["@sato"] = "At Sato"
    added = add_comment(site.client, site.app, "1", "x", [Mention("@sato")])

    assert added.mentions == [Mention("@sato")]
    assert site.calls == {ADD: 1}


@pytest.mark.parametrize("code", ["@nobody", "@", "@@sato"])
def test_unknown_code_without_the_at_sign_is_refused(site: InProcess, code: str) -> None:
    """One sign is left out, and nothing is stored."""
    error = refusal(site, "x", Mention(code))

    assert error.code == "GAIA_IL26"
    assert "without @" in str(error.remedy)
    assert (stored(site), site.calls[ADD]) == ([], 1 + code.startswith("@n"))


def test_lost_answer_to_a_mention_with_an_at_sign_is_not_sent_again(site: InProcess) -> None:
    """It may have been saved."""
    site.kintone.fail(api="record/comment", applied=True, times=5, status=500, code="GAIA_IL26", message="@sato")
    assert refusal(site, "x", Mention("@sato")).maybe_saved
    assert site.calls == {ADD: 1}


def test_place_of_a_mention_counts_from_one(site: InProcess) -> None:
    """``comment.mentions[1].code`` is the second entry of the parameter."""
    complaining(site, "comment.mentions", "comment.mentions[1].code", "comment.new.thing")

    assert set(refusal(site).field_errors) == {"mentions", "mentions, entry 2", "comment.new.thing"}


def test_missing_record(site: InProcess) -> None:
    """Nothing is saved."""
    with pytest.raises(NotFoundError) as missing:
        add_comment(site.client, site.app, "9", "x")

    assert missing.value.code == "GAIA_RE01"
    assert "nothing is saved" in str(missing.value)


# Lost answers


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"status": 500}, {"cut": "answer"}, {"cut_after_bytes": 1}, {"hang": 100.0}]
)
def test_lost_answer_is_not_sent_again(site: InProcess, fault: dict[str, Any], *, applied: bool) -> None:
    """Whether it was saved is unknown: once sent, told as such, with the warning that a retry adds it twice."""
    site.kintone.fail(api="record/comment", applied=applied, times=5, **fault)
    error = refusal(site, "一度だけ")

    assert error.maybe_saved
    assert "it may have been saved" in str(error)
    assert "comments" in str(error.remedy)
    assert error.notes[-1] is RETRY_WRITES_TWICE
    assert "try again" not in str(error)
    assert site.calls == {ADD: 1}
    assert len(stored(site)) == int(applied)


def test_answer_without_an_id_proves_nothing(site: InProcess) -> None:
    """It is not sent again, and may have been saved."""
    site.change = lambda _asked, _answer: {"ok": True}
    error = refusal(site)

    assert error.maybe_saved
    assert (site.calls, len(stored(site))) == ({ADD: 1}, 1)


@pytest.mark.parametrize(
    "fault", [{"status": 429}, {"status": 429, "code": "GAIA_TO04"}, {"status": 400, "code": "GAIA_DA02"}]
)
def test_refusal_that_proves_nothing_was_saved_is_repeated(site: InProcess, fault: dict[str, Any]) -> None:
    """A busy kintone and a lock saved nothing; the second try is stored once."""
    site.kintone.fail(api="record/comment", times=1, **fault)

    assert add_comment(site.client, site.app, "1", "x").id == "1"
    assert (site.calls, stored(site)) == ({ADD: 2}, ["x "])
