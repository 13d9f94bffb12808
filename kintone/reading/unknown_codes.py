"""Which words of a query can be no field codes of an app, and what was probably meant."""

from collections.abc import Iterable
from itertools import pairwise

from kintone.forms.field_definitions import Form
from kintone.forms.near_matches import either, nearest_codes
from kintone.messages import Message
from kintone.reading.query_tokens import Kind, Token, tokens_of

FOLLOWED_BY = ("=", "!=", "<", ">", "<=", ">=")
OPERATOR_WORDS = ("in", "not", "like", "is", "asc", "desc")
ALWAYS_KNOWN = ("$id",)
MOST_NAMED = 10


def near_codes(query: str, fields: Iterable[str], form: Form) -> list[Message]:
    """Return hints such as ``did you mean "name" instead of "nmae"?`` for codes that the form does not have.

    Where several fields share the label that was written, all their codes are named.
    """
    known = {*form.fields, *form.tables_by_column, *ALWAYS_KNOWN}
    names = [*form.names(), *((column, column) for column in form.tables_by_column)]
    unknown = dict.fromkeys(code for code in (*_codes(tokens_of(query)), *fields) if code not in known)
    hints = ((code, nearest_codes(code, names)) for code in list(unknown)[:MOST_NAMED])
    return [
        Message('did you mean {near} instead of "{code}"?', near=either(near), code=code)
        for code, near in hints
        if near
    ]


def _codes(tokens: list[Token]) -> Iterable[str]:
    """Yield the words that an operator or a direction follows: where field codes stand."""
    for token, follower in pairwise(tokens):
        if token.kind is Kind.WORD and (follower.text in FOLLOWED_BY or follower.is_word(*OPERATOR_WORDS)):
            yield token.text
