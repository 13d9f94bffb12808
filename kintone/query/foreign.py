"""Parts of other languages in a query: SQL, comments, and a value in front of its field."""

from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import NOTHING, Joined, Message
from kintone.operators import EQUALITY, ORDER
from kintone.query.comparisons import NUMBER, Break, Reason
from kintone.query.proposals import write
from kintone.query.rewriting import condition_for
from kintone.query.tokens import Token, TokenKind, tokens_of
from kintone.texts import printable

SHOWN = 40
SQL_WORDS = ("select", "from", "where", "delete", "update", "insert", "with")
GROUPING = ("having", "join", "union")
COMMENTS = ("--", "/*", "//")
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


def place_of(token: Token, condition: str) -> Message:
    """Return where a token stands, and how the text goes on."""
    near = printable(condition[token.start : token.start + SHOWN])
    return Message("at character {number} ({near})", number=token.start + 1, near=near)


def token_before(token: Token, condition: str) -> Token:
    """Return the token before another one."""
    tokens = tokens_of(condition[: token.start])
    return tokens[-1] if tokens else token


def foreign_problem(broken: Break, condition: str, form: Form, *, counts: bool) -> Message:
    """Return a sentence about a part of another language where a condition breaks, nothing where there is none.

    ``counts`` tells that the query is one of an aggregation, which has parameters for groups and sums.
    """
    token = broken.token
    if token is None or token.kind is TokenKind.TEXT:
        return _turned(broken, condition, form)
    before = token_before(token, condition)
    return (
        _comment(token, before, condition)
        or _sql(broken, token, before, condition, form, counts=counts)
        or _turned(broken, condition, form)
    )


def _comment(token: Token, before: Token, condition: str) -> Message:
    marked = next((each for each in (token, before) if each.text.startswith(COMMENTS)), None)
    if marked is None:
        return NOTHING
    return Message(
        "query: {place} a comment begins, and a query has none; leave it out", place=place_of(marked, condition)
    )


def _sql(  # noqa: PLR0913 - the place and what is known there
    broken: Break, token: Token, before: Token, condition: str, form: Form, *, counts: bool
) -> Message:
    if (token.is_word("group") and _next_is_by(token, condition)) or (token.is_word("by") and before.is_word("group")):
        return _grouping(token if token.is_word("group") else before, condition, counts=counts)
    if broken.reason is Reason.NO_VALUE and not token.is_word(SQL_WORDS[0]):
        return NOTHING  # The word is a value without quotes.
    word = before if broken.code and before.text == broken.code else token
    if word.is_word(*SQL_WORDS) and form.find(word.text) is None:
        return _not_sql(word, condition, counts=counts)
    is_grouping = token.is_word(*GROUPING) and form.find(token.text) is None
    return _grouping(token, condition, counts=counts) if is_grouping else NOTHING


def _next_is_by(token: Token, condition: str) -> bool:
    return condition[token.end : token.end + SHOWN].lower().split()[:1] == ["by"]


def _not_sql(word: Token, condition: str, *, counts: bool) -> Message:
    place = place_of(word, condition)
    if counts:
        return Message(
            "query: {place} stands {word}, but kintone's query is not SQL; write only what would stand behind WHERE, "
            "groups in the parameter group_by, and counts and sums in measures",
            place=place,
            word=word.text,
        )
    return Message(
        "query: {place} stands {word}, but kintone's query is not SQL; write only what would stand behind WHERE, and "
        "name fields in the parameter fields",
        place=place,
        word=word.text,
    )


def _grouping(word: Token, condition: str, *, counts: bool) -> Message:
    place = place_of(word, condition)
    if counts:
        return Message(
            "query: {place} stands {word}, which a query does not have; name the fields to group by in the parameter "
            "group_by",
            place=place,
            word=word.text,
        )
    return Message(
        "query: {place} stands {word}, which a query does not have; kintone_aggregate, if you have it, counts and "
        "sums by the fields in its parameter group_by",
        place=place,
        word=word.text,
    )


# A value in front of its field


def _turned(broken: Break, condition: str, form: Form) -> Message:
    """Return a sentence about ``5 < n`` or ``"High" = rank``."""
    start = broken.start if broken.code else (broken.token.start if broken.token else 0)
    tokens = [token for token in tokens_of(condition) if token.start >= start][:3]
    if len(tokens) < 3 or tokens[1].text not in (*EQUALITY, *ORDER):  # noqa: PLR2004 - value, operator, code
        return NOTHING
    value, operator, code = tokens
    field = form.find(code.text) if code.kind is TokenKind.WORD else None
    if field is None or not (value.kind is TokenKind.TEXT or NUMBER.fullmatch(value.text)):
        return NOTHING
    return Joined(
        [
            Message(
                "query: {place} a value stands in front of its field; the field comes first",
                place=place_of(value, condition),
            ),
            write(_turned_condition(value, operator, field), form),
        ]
    )


def _turned_condition(value: Token, operator: Token, field: FieldDefinition) -> str:
    return condition_for(field, _TURNED[operator.text], [value.text])
