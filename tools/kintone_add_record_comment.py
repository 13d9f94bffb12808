"""The tool ``kintone_add_record_comment``."""

import re
from collections.abc import Sequence

from kintone.comments import AddedComment, Mention, add_comment
from kintone.errors import InvalidParameterError
from kintone.messages import Message
from tools import base
from tools.mentions import read_mentions, shown_mention
from tools.parameters import Parameters
from tools.record_choice import read_record_id_alone
from tools.record_inputs import explain_missing_record
from tools.results import MAX_MESSAGE_BYTES, Result, size_of
from tools.structured_text import read_structure

MENTIONS_NOBODY = Message(
    "Warning: the text has a name behind @, but the comment mentions nobody; only the parameter mentions does that, "
    "with login names."
)
_AT_SOMEBODY = re.compile("(?<![A-Za-z0-9._%+-])[@\uff20][^\\W\\d_]")
"""Not the @ of an e-mail address."""
COMMENT_KEYS = frozenset({"comment", "comment_text", "text", "mentions"})
"""The keys of a comment in kintone's API and in this tool's own parameters."""


class AddRecordComment(base.KintoneTool):
    """Adds a comment to a record."""

    tool_name = "kintone_add_record_comment"

    def run(self, call: base.Call) -> Result:
        """Add the comment and return its ID."""
        with base.nothing_saved_yet():
            record_id = read_record_id_alone(call)
            text = _comment_text(call.parameters)
            mentions = read_mentions(call.parameters.raw("mentions"))
            with explain_missing_record():
                added = add_comment(call.client, call.app, record_id, text, mentions)
        # The comment is saved, so a response that is too large for Dify is left out instead of failing the call.
        response = added.response if size_of(added.response) <= MAX_MESSAGE_BYTES // 2 else {}
        variables = {"comment_id": added.id, "response": response}
        url = call.client.record_url(call.app, record_id)
        lines = _lines(added, call.app, record_id, url, added.mentions)
        if not mentions and _AT_SOMEBODY.search(text):
            lines.append(MENTIONS_NOBODY)
        return Result(lines, variables, variables)


def _comment_text(parameters: Parameters) -> str:
    """Return the text as it was given, with the blanks and line ends around it.

    Refuses the object of kintone's own API, ``{"text", "mentions"}``: as a text it would be shown with its braces, and
    nobody would be mentioned. Dify passes an object as its text, in JSON or in Python's spelling.
    """
    text = parameters.text("comment_text")
    if _is_comment_object(text):
        raise InvalidParameterError(
            "comment_text holds an object, and the comment would show its braces and mention nobody; write the text "
            "alone in comment_text, and whom it mentions in mentions"
        )
    given = parameters.raw("comment_text")
    return given if isinstance(given, str) else text


def _is_comment_object(text: str) -> bool:
    if not text.startswith(("{", "```")):
        return False
    try:
        structure = read_structure("comment_text", text)
    except InvalidParameterError:
        return False
    return isinstance(structure, dict) and bool(structure) and COMMENT_KEYS.issuperset(structure)


def _lines(added: AddedComment, app: int, record_id: str, url: str, mentions: Sequence[Mention]) -> list[Message]:
    lines = [
        Message(
            "Added comment {comment} to record {record} of app {app}; kintone shows Administrator as its writer: {url}",
            comment=added.id,
            record=record_id,
            app=app,
            url=url,
        )
    ]
    if mentions:
        mentioned = ", ".join(shown_mention(each.code, each.type) for each in mentions)
        lines.append(Message("It mentions {mentioned}.", mentioned=mentioned))
    return lines
