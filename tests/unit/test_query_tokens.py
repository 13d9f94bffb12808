"""Splitting a query into tokens."""

import pytest

from kintone.errors import InvalidParameterError
from kintone.query.tokens import TokenKind, tokens_of


def test_tokens_are_split_at_symbols_and_white_space_of_any_kind() -> None:
    """Spaces, tabs, line ends and full-width spaces separate tokens, and symbols do so by themselves."""
    tokens = tokens_of('a>=5\tand\n名前\u3000in("x","y")')

    assert [token.text for token in tokens] == ["a", ">=", "5", "and", "名前", "in", "(", '"x"', ",", '"y"', ")"]
    assert [token.depth for token in tokens[6:]] == [0, 1, 1, 1, 0]


def test_quoted_text_is_one_token_when_it_holds_escapes() -> None:
    """An escaped quote or backslash does not end a text."""
    tokens = tokens_of(r'a = "x \" and \\" limit 5')

    assert [token.text for token in tokens] == ["a", "=", r'"x \" and \\"', "limit", "5"]
    assert tokens[2].kind is TokenKind.TEXT


def test_dots_dollars_and_signs_belong_to_words() -> None:
    """``$id``, columns of related records and negative numbers stay whole."""
    assert [token.text for token in tokens_of("$id>-1.5 and Ref.limit=2")] == [
        "$id",
        ">",
        "-1.5",
        "and",
        "Ref.limit",
        "=",
        "2",
    ]


def test_unclosed_quote_is_refused_when_a_text_never_ends() -> None:
    """The message gives the position and explains how to escape quotes."""
    with pytest.raises(
        InvalidParameterError, match=r"^\[INVALID_INPUT\] query: the text that begins at character 5 .*no closing quote"
    ):
        tokens_of('a = "x and b = 5')


def test_unclosed_quote_is_refused_when_a_backslash_escapes_it() -> None:
    """A path that ends with a backslash is the usual cause."""
    with pytest.raises(InvalidParameterError, match="backslash"):
        tokens_of('a = "C:\\"')
