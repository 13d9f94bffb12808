"""Writes the comments of a record for people and models, one line each."""

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from kintone.comments import CommentOrder, CommentsRequest
from kintone.messages import NOTHING, Joined, Message, counted
from tools.mentions import shown_mention
from tools.record_texts import SHORT_TEXT
from tools.value_texts import ITEM_SEPARATOR, cut, named, on_one_line

CLOSING_CHARACTERS = 500
"""Room for the first line and for what the text does not show."""
ORDERS = {CommentOrder.OLDEST_FIRST: Message("oldest first"), CommentOrder.NEWEST_FIRST: Message("newest first")}
_UTC = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?Z")


def comment_lines(
    request: CommentsRequest, comments: Sequence[Mapping[str, Any]], *, more: bool, before: bool
) -> Sequence[Message | str]:
    """Return how many comments there are and whether more follow, a line for each, and what the text does not show.

    ``more`` tells whether further comments follow in the record, ``before`` whether there are some before the offset.
    """
    if not comments:
        return [_nothing(request, before=before)]
    lines = [comment_line(comment) for comment in comments]
    room = SHORT_TEXT.text - CLOSING_CHARACTERS
    shown = lines[: sum(size <= room for size in accumulate(len(line) + 1 for line in lines))]
    closing: list[Message] = []
    if not shown:
        shown = [cut(lines[0], room)]
        closing.append(
            Message(
                "The text of #{comment} is cut here; the variable comments has it whole.", comment=comments[0]["id"]
            )
        )
    left = len(lines) - len(shown)
    if left:
        closing.append(
            Message(
                "… and {left:,} more, which the variable comments has. To read on here, set offset to {offset}.",
                left=left,
                offset=request.offset + len(shown),
            )
        )
    return [_opening(request, len(comments), more=more, is_cut=bool(left)), *shown, *closing]


def comment_line(comment: Mapping[str, Any]) -> str:
    """Return a comment on one line: id, time in UTC, writer, codes of the mentioned, and the text without line ends."""
    mentioned = ITEM_SEPARATOR.join(shown_mention(each["code"], each["type"]) for each in comment["mentions"])
    time = _UTC.sub(r"\1 \2", comment["created_at"])
    head = f"#{comment['id']} {time} {named(comment['creator'])}{' to ' + mentioned if mentioned else ''}"
    return on_one_line(f"{head}: {comment['text']}")


def _nothing(request: CommentsRequest, *, before: bool) -> Message:
    if not before:
        return Message("Record {record} of app {app} has no comments.", record=request.record_id, app=request.app)
    return Message(
        "Record {record} of app {app} has no comment at offset {offset}, which is behind the last one.",
        record=request.record_id,
        app=request.app,
        offset=request.offset,
    )


def _opening(request: CommentsRequest, count: int, *, more: bool, is_cut: bool) -> Message:
    values = {
        "count": count,
        "record": request.record_id,
        "app": request.app,
        "offset": request.offset,
        "order": ORDERS[request.order],
    }
    if request.offset:
        headline = counted(
            count,
            Message("1 comment of record {record} of app {app} from offset {offset} on (times in UTC):", **values),
            Message(
                "{count:,} comments of record {record} of app {app} from offset {offset} on, {order} (times in UTC):",
                **values,
            ),
        )
    else:
        headline = counted(
            count,
            Message("1 comment of record {record} of app {app} (times in UTC):", **values),
            Message("{count:,} comments of record {record} of app {app}, {order} (times in UTC):", **values),
        )
    return Joined([_stopped(request, count, is_cut=is_cut) if more else NOTHING, headline], " ")


def _stopped(request: CommentsRequest, count: int, *, is_cut: bool) -> Message:
    """Return that limit stopped the reading, and how to read on unless the end of the text says so."""
    if is_cut:
        return Message("The record has more comments than limit {limit} lets through.", limit=request.wanted)
    return Message(
        "The record has more comments: to read on, raise limit or set offset to {offset}.",
        offset=request.offset + count,
    )
