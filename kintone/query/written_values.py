"""The values of a comparison that cannot be read, as they were certainly meant: without quotes or commas."""

from collections.abc import Iterator, Sequence

from kintone.forms.fields import FieldDefinition
from kintone.operators import FUNCTIONS, LISTS
from kintone.query.comparisons import CONNECTORS, NUMBER, Break
from kintone.query.functions import function_called
from kintone.query.literals import literal_for
from kintone.query.rewriting import condition_for, is_empty_word
from kintone.query.tokens import OPERATOR_SYMBOLS, OPERATOR_WORDS, Token, TokenKind, quote, tokens_of

_KEY_WORDS = (
    *OPERATOR_WORDS, "between", "group", "order", "by", "having", "asc", "desc", "limit", "offset", "where", "join",
)  # fmt: skip
"""Words that hardly belong to a text of several words without quotes."""
MAX_TOKENS = 200
"""Tokens that are looked at; our own limit, since a longer list would not be proposed."""
_STRANGE_QUOTES = (
    "'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u300c\u300d\u300e\u300f\u00ab\u00bb\uff02\uff07"
)


def condition_meant(broken: Break, condition: str, field: FieldDefinition, operator: str = "") -> str:
    """Return the comparison with its values as the field takes them; blank where it is not certain what was meant.

    ``operator`` stands in place of the one that was written.
    """
    rest = _behind_operator(broken, condition)
    values = [_value(item, condition, field) for item in _items(rest)] if rest else []
    if not values or not all(values):
        return ""
    operator = operator or broken.operator
    if len(values) > 1 and operator not in LISTS:
        operator = {"=": LISTS[0], "!=": LISTS[1]}.get(operator, "")
    return condition_for(field, operator, values) if operator else ""


def values_of(tokens: Sequence[Token], condition: str, field: FieldDefinition) -> list[str]:
    """Return the values of a comparison whose tokens begin behind its operator; blank ones are not certain."""
    return [_value(item, condition, field) for item in _items(_comparison(tokens))]


def _behind_operator(broken: Break, condition: str) -> list[Token]:
    tokens = tokens_of(condition)
    first = next((place for place, token in enumerate(tokens) if token.start >= broken.start), len(tokens))
    return _comparison(tokens[first + 1 + len(broken.operator.split()) :])


def _comparison(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens up to the end of the comparison; none where it is long."""
    found: list[Token] = []
    depth = 0
    for token in tokens[: MAX_TOKENS + 1]:
        if not depth and (token.is_word(*CONNECTORS) or token.text == ")"):
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind is TokenKind.SYMBOL else 0
        found.append(token)
    return found if len(found) <= MAX_TOKENS and not depth else []


def _items(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each value; a list may lack commas between texts, and have one too many at its end."""
    if tokens and tokens[0].text == "(" and tokens[-1].text == ")":
        tokens = tokens[1:-1]
        if len(tokens) > 1 and tokens[-1].text == ",":
            tokens = tokens[:-1]
    item: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind is TokenKind.SYMBOL else 0
        both_texts = bool(item) and token.kind is item[-1].kind is TokenKind.TEXT
        if both_texts or (token.text == "," and not depth):
            yield item
            item = [token] if both_texts else []
        else:
            item.append(token)
    yield item


def _value(item: list[Token], condition: str, field: FieldDefinition) -> str:
    """Return a value as a query holds it, blank where it is not certain which one was meant."""
    text = condition[item[0].start : item[-1].end] if item else ""
    if len(item) == 1 and (item[0].kind is TokenKind.TEXT or NUMBER.fullmatch(text)):
        return text
    if len(item) > 1 and item[1].text == "(" and item[-1].text == ")":
        return text
    if not item or not all(_is_plain(token) for token in item) or is_empty_word(text):
        return ""
    if len(item) == 1 and (name := _function(text, field)):
        return name
    is_sentence = len(item) > 1 and any(token.is_word(*_KEY_WORDS) for token in item)
    value = "" if is_sentence else _unquoted(text)
    return literal_for(value, field) if value else ""


def _is_plain(token: Token) -> bool:
    has_letter = any(character.isalnum() for character in token.text)
    return token.kind is TokenKind.WORD and has_letter and token.text not in OPERATOR_SYMBOLS


def _function(word: str, field: FieldDefinition) -> str:
    name = function_called(word) if word.isascii() else ""
    return f"{name}()" if name in field.query.functions and name in FUNCTIONS and name != "FROM_TODAY" else ""


def _unquoted(text: str) -> str:
    """Return a text without the quotes of another kind around it; blank for half a text."""
    opens, closes = text[:1] in _STRANGE_QUOTES, text[-1:] in _STRANGE_QUOTES
    if opens != closes:
        return ""
    value = (text[1:-1] if opens else text).replace("\\'", "'")
    return "" if "\\" in value or '"' in value else value


def quoted_word(text: str) -> str:
    """Return a word in quotes, blank where it is not certain what was meant."""
    value = _unquoted(text)
    return quote(value) if value else ""
