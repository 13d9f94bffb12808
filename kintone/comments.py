"""The comments of a record: adding one, and reading any number of them.

https://cybozu.dev/ja/kintone/docs/rest-api/records/add-comment and …/get-comments
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import pairwise
from typing import Any, Final

from kintone import api, limits
from kintone.api import Answer, RequestSender
from kintone.error_codes import UNKNOWN_USER
from kintone.errors import BudgetExceededError, InvalidParameterError, InvalidRequestError, KintoneError
from kintone.ledger import ONE_ENTRY, WriteLedger
from kintone.messages import Joined, Message
from kintone.remedies import RETRY_WRITES_TWICE, for_maybe_saved
from kintone.replies import AnswerModel, PositiveNumber, misshapen, read_answer

# Adding a comment


class MentionType(Enum):
    """Whom a comment can mention; kintone has the names."""

    USER = auto()
    GROUP = auto()
    ORGANIZATION = auto()


USER: Final = MentionType.USER.name
MENTION_TYPES: Final = tuple(MentionType.__members__)
CHECK_FIRST: Final = Message("wait a minute and read the comments of the record before this is tried again")
MENTION_CODES: Final = Message(
    "in mentions write login names as kintone's user administration shows them, without @ and not display names, "
    'separated by commas; a department or a group needs code and type, {{"code": "sales", "type": "ORGANIZATION"}}; '
    "a guest is guest/ and the e-mail address, and must have accepted the invitation"
)
_AT_FIRST = re.compile("[@\uff20][^@\uff20]")
_MENTION_PLACE = re.compile(r"comment\.mentions\[(?P<index>[0-9]{1,3})\]")


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody whom a comment mentions: the code of a user (login name), group or organization, and which of them."""

    code: str
    type: str = USER


@dataclass(frozen=True, slots=True)
class AddedComment:
    """A new comment; ``response`` is kintone's whole answer, ``mentions`` are those that kintone took."""

    id: str
    response: dict[str, Any] = field(repr=False)
    mentions: Sequence[Mention] = ()


class _AddedAnswer(AnswerModel):
    id: PositiveNumber


def add_comment(
    caller: RequestSender, app: int, record_id: str, text: str, mentions: Sequence[Mention] = ()
) -> AddedComment:
    """Add a comment; after an unknown outcome it is not sent again, since a second request adds a second comment.

    A code with an @ in front is sent as it is, since a login name may begin with one; where kintone knows nobody of
    that code, and so has saved nothing, it is sent once more without. Raises ``InvalidParameterError`` before anything
    is sent for a text or a number of mentions beyond kintone's limits.
    """
    _check_limits(text, mentions)
    while True:
        try:
            return _send(caller, app, record_id, text, mentions)
        except KintoneError as error:
            plain = _without_at(mentions, error)
            if plain == mentions:
                raise _explained(error, text) from None
            mentions = plain


def _without_at(mentions: Sequence[Mention], error: KintoneError) -> Sequence[Mention]:
    """Return the mentions without the @ in front of the code that kintone does not know, which its words name."""
    if error.maybe_saved or error.remedy is not UNKNOWN_USER.remedy or error.reply is None:
        return mentions
    words = error.reply.message
    named = [each.code for each in mentions if _AT_FIRST.match(each.code) and each.code in words]
    unknown = max(named, key=len, default="")
    plain = (replace(each, code=unknown[1:]) if each.code == unknown else each for each in mentions)
    return list(dict.fromkeys(plain)) if unknown else mentions


def _send(caller: RequestSender, app: int, record_id: str, text: str, mentions: Sequence[Mention]) -> AddedComment:
    adding = Message("adding a comment to record {record} of app {app}", record=record_id, app=app)
    comment: dict[str, object] = {"text": text}
    if mentions:
        comment["mentions"] = [{"code": mention.code, "type": mention.type} for mention in mentions]

    def added(answer: Answer) -> AddedComment:
        return AddedComment(read_answer(_AddedAnswer, answer.body, adding).id, answer.body, mentions)

    request = api.add_comment(adding, app, record_id, comment)
    return caller.write(request, added, WriteLedger(1, numbered=False), ONE_ENTRY)


def _check_limits(text: str, mentions: Sequence[Mention]) -> None:
    """Refuse what kintone refuses for certain: its page does not say how it counts characters beyond U+FFFF."""
    if not text.strip():
        raise InvalidParameterError("comment_text is blank; write the text of the comment")
    if len(text) > limits.MAX_COMMENT_LENGTH:
        raise InvalidParameterError(
            "comment_text has {length:,} characters, and a comment has at most {most:,}; shorten it or write several "
            "comments",
            length=len(text),
            most=limits.MAX_COMMENT_LENGTH,
        )
    if len(mentions) > limits.MAX_MENTIONS:
        raise InvalidParameterError(
            "mentions names {count:,}, and a comment mentions at most {most}; mention a group or a department instead, "
            "or write several comments",
            count=len(mentions),
            most=limits.MAX_MENTIONS,
        )


def _explained(error: KintoneError, text: str) -> KintoneError:
    """Return the error with the parameters that it is about, and with the advice to look first if it may be saved."""
    if error.reply:
        fields = [(_place_in_words(str(place)), words) for place, words in error.reply.fields]
        error = error.copy_with(reply=replace(error.reply, fields=fields))
    if error.maybe_saved:
        remedy = Joined([CHECK_FIRST, for_maybe_saved(error.remedy)])
        return error.copy_with(remedy=remedy, notes=[*error.notes, RETRY_WRITES_TWICE])
    if error.remedy is UNKNOWN_USER.remedy:
        return error.copy_with(remedy=MENTION_CODES)
    length = len(text.encode("utf-16-le")) // 2
    if isinstance(error, InvalidRequestError) and length > limits.MAX_COMMENT_LENGTH:
        note = Message(
            "comment_text has {length:,} characters if an emoji counts as two, as it does in some programs, and a "
            "comment has at most {most:,}; shorten it",
            length=length,
            most=limits.MAX_COMMENT_LENGTH,
        )
        return error.copy_with(notes=[*error.notes, note])
    return error


def _place_in_words(place: str) -> str | Message:
    """Return the parameter that a place of kintone's, such as ``comment.mentions[2].code``, stands for."""
    if place == "comment.text":
        return "comment_text"
    mention = _MENTION_PLACE.match(place)
    if mention:
        return Message("mentions, entry {number}", number=int(mention["index"]) + 1)
    return "mentions" if place == "comment.mentions" else place


# Reading comments

MAX_IDLE_PAGES: Final = 10
"""Pages in a row that bring neither a new comment nor another end; then the server contradicts itself."""


class CommentOrder(Enum):
    """By ascending or descending id, which is the order in which the comments were written."""

    OLDEST_FIRST = "asc"
    NEWEST_FIRST = "desc"

    def key(self, comment_id: str) -> int:
        """Return a number that increases along this order."""
        return int(comment_id) if self is CommentOrder.OLDEST_FIRST else -int(comment_id)


@dataclass(frozen=True, slots=True)
class CommentsRequest:
    """Which comments to read: all but the first ``offset`` ones, and at most ``wanted``; None reads all."""

    app: int
    record_id: str
    order: CommentOrder = CommentOrder.OLDEST_FIRST
    offset: int = 0
    wanted: int | None = None


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Some comments in order, each ``{"id", "text", "created_at", "creator": {"code", "name"}, "mentions"}``.

    ``more`` tells whether further comments follow in this order, ``before`` whether there are comments before them.
    The text is kintone's, with the names of the mentioned in front but without the blank that kintone adds behind.
    """

    comments: list[dict[str, Any]] = field(repr=False)
    more: bool
    before: bool


class _Person(AnswerModel):
    code: str
    name: str


class _Mentioned(AnswerModel):
    code: str
    type: str


class _Comment(AnswerModel):
    id: PositiveNumber
    text: str
    created_at: str
    creator: _Person
    mentions: list[_Mentioned]

    def shown(self) -> dict[str, Any]:
        return {**self.model_dump(), "text": self.text.removesuffix(" ")}


class _CommentsAnswer(AnswerModel):
    comments: list[_Comment]
    older: bool
    newer: bool


def read_comments(caller: RequestSender, request: CommentsRequest) -> Generator[CommentPage]:
    """Yield the comments page by page, at least one page, each comment once, also while others add and delete some.

    A page begins with the last comment of the page before it. If it begins behind that one, comments were deleted
    meanwhile and the pages have moved: then the reading goes back until they meet again. Comments that were added
    meanwhile repeat what is known if the newest come first, and are skipped.
    """
    return _Reader(caller, request).pages()


class _Reader:
    def __init__(self, caller: RequestSender, request: CommentsRequest) -> None:
        self._caller = caller
        self._request = request
        self._description = Message(
            "reading the comments of record {record} of app {app}", record=request.record_id, app=request.app
        )
        self._position = request.offset
        self._count = 0
        self._last: int | None = None
        """The key of the last comment that was yielded."""
        self._end: int | None = None
        """The key with which the page before ended."""
        self._idle = 0

    def pages(self) -> Generator[CommentPage]:
        while True:
            answer = self._fetch()
            keys = self._keys(answer)
            if not self._meets(keys):
                self._position = max(0, self._position - limits.MAX_COMMENTS_PER_READ + 1)
                continue
            follows, before = self._neighbours(answer)
            page = self._new_part(answer, keys, follows=follows, before=before)
            yield page
            if not follows or self._count == self._request.wanted:
                return
            self._require_progress(page, keys)
            self._position += max(0, len(keys) - 1)

    def _fetch(self) -> _CommentsAnswer:
        most = limits.MAX_COMMENTS_PER_READ
        wanted = self._request.wanted
        size = most if wanted is None or self._last is not None else min(most, wanted)
        request = api.get_comments(
            self._description,
            self._request.app,
            self._request.record_id,
            self._request.order.value,
            self._position,
            size,
        )
        try:
            answer = self._caller.call(request)
        except BudgetExceededError as error:
            note = Message("{count:,} comments were read; limit and offset read them in parts", count=self._count)
            raise error.copy_with(notes=[*error.notes, note]) from None
        return read_answer(_CommentsAnswer, answer.body, self._description)

    def _keys(self, answer: _CommentsAnswer) -> list[int]:
        """Return the keys of a page; raises ``UnknownResponseError`` unless they increase."""
        keys = [self._request.order.key(comment.id) for comment in answer.comments]
        if any(key >= following for key, following in pairwise(keys)):
            raise misshapen(self._description, Message("the order of the comments"), Message("not that of their ids"))
        return keys

    def _meets(self, keys: Sequence[int]) -> bool:
        """Tell whether no comment between the known ones and this page can have been missed."""
        return self._last is None or not self._position or (bool(keys) and keys[0] <= self._last)

    def _neighbours(self, answer: _CommentsAnswer) -> tuple[bool, bool]:
        """Return whether comments follow the page in this order, and whether there are some before it."""
        if self._request.order is CommentOrder.OLDEST_FIRST:
            return answer.newer, answer.older
        return answer.older, answer.newer

    def _new_part(self, answer: _CommentsAnswer, keys: Sequence[int], *, follows: bool, before: bool) -> CommentPage:
        """Return the comments that were not yielded yet, as many as are wanted."""
        new = [
            (key, comment)
            for key, comment in zip(keys, answer.comments, strict=True)
            if self._last is None or key > self._last
        ]
        wanted = self._request.wanted
        taken = new if wanted is None else new[: wanted - self._count]
        self._count += len(taken)
        if taken:
            self._last = taken[-1][0]
        return CommentPage(
            [comment.shown() for _, comment in taken], more=follows or len(taken) < len(new), before=before
        )

    def _require_progress(self, page: CommentPage, keys: Sequence[int]) -> None:
        """Raise ``UnknownResponseError`` if page after page promises comments that never come."""
        end = keys[-1] if keys else None
        self._idle = 0 if page.comments or end != self._end else self._idle + 1
        self._end = end
        if self._idle == MAX_IDLE_PAGES:
            raise misshapen(
                self._description,
                Message("what it says of further comments"),
                Message("true for page after page without a new one"),
            )
