"""The tool ``kintone_get_record_comments``."""

from typing import Any

from kintone.comments import CommentOrder, CommentsRequest, read_comments
from kintone.messages import Message
from tools import base
from tools.comment_texts import comment_lines
from tools.record_choice import read_record_id_alone
from tools.record_inputs import explain_missing_record
from tools.results import Result, refuse_oversize, size_of

IN_PARTS = Message("read them in parts with limit and offset")


class GetRecordComments(base.KintoneTool):
    """Reads the comments of a record, all of them unless a limit is set."""

    tool_name = "kintone_get_record_comments"

    def run(self, call: base.Call) -> Result:
        """Read page after page until all comments that are wanted are there."""
        request = _request(call)
        comments: list[dict[str, Any]] = []
        size = 0
        more = before = False
        with explain_missing_record():
            for page in read_comments(call.client, request):
                before = before or page.before
                more = page.more
                comments += page.comments
                size += size_of(page.comments)
                refuse_oversize(size, Message("the variable {name}", name="comments"), IN_PARTS)
        content = {"comments": comments, "comment_count": len(comments)}
        return Result(comment_lines(request, comments, more=more, before=before), content, content, IN_PARTS)


def _request(call: base.Call) -> CommentsRequest:
    parameters = call.parameters
    return CommentsRequest(
        call.app,
        read_record_id_alone(call),
        CommentOrder(parameters.choice("order")),
        parameters.count("offset", least=0) or 0,
        parameters.count("limit"),
    )
