"""Sentences about the first place where a query cannot be read: what stands there, and what to write."""

import re
from collections.abc import Iterator

from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import nearest_codes
from kintone.forms.unknown_codes import unknown_code
from kintone.messages import NOTHING, Joined, Message
from kintone.operators import EMPTINESS, FUNCTIONS, LISTS, SEARCH
from kintone.query.comparisons import Break, Reason
from kintone.query.functions import function_called
from kintone.query.literals import literal_for, value_sentence
from kintone.query.rewriting import BLANK, condition_for, is_empty_word
from kintone.query.tokens import OPERATOR_WORDS, Token, TokenKind, quote, tokens_of
from kintone.texts import printable

MAX_SHOWN = 40
MAX_TEXTS = 1_000
SQL_WORDS = ("select", "from", "where", "delete", "update", "insert", "with")
SEARCH_WORDS = (
    "contains", "contain", "includes", "include", "ilike", "match", "matches", "has", "startswith", "starts", "begins",
    "endswith", "ends", "regexp", "rlike",
)  # fmt: skip
SYMBOL_WORDS = {"eq": "=", "equals": "=", "equal": "=", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
BETWEEN = "between"
EXAMPLE = '"…"'
_STRANGE_QUOTES = (
    "'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u300c\u300d\u300e\u300f\u00ab\u00bb\uff02\uff07"
)
_RAW = re.compile(r"[\t\r\n]")
_UNKNOWN_ESCAPE = re.compile(r'\\(?!["\\tnr])')


def condition_problem(broken: Break, condition: str, form: Form) -> Message:
    """Return a sentence about the first place where a condition cannot be read."""
    return _SENTENCES[broken.reason](broken, condition, form)


def order_problem(order_by: str) -> Message:
    """Return a sentence about an order that is not a list of field codes with directions."""
    return Message(
        "query: order by {order} cannot be read; write field codes without quotes, each followed by asc or desc, with "
        "commas between them: order by due desc, $id asc",
        order=printable(order_by, MAX_SHOWN),
    )


def text_problems(condition: str) -> Iterator[Message]:
    """Yield a sentence for each text in double quotes that kintone cannot read, one of each kind."""
    texts = [token for token in tokens_of(condition) if token.kind is TokenKind.TEXT][:MAX_TEXTS]
    for token in texts:
        if _RAW.search(token.text):
            yield Message(
                "query: the text {place} holds a line end or a tab; write \\n or \\t in its place",
                place=_place(token, condition),
            )
            break
    for token in texts:
        if _UNKNOWN_ESCAPE.search(re.sub(r"\\\\", "", token.text)):
            yield Message(
                "query: the text {place} holds a backslash that kintone cannot read; write \\\\ for a backslash",
                place=_place(token, condition),
            )
            break


def _place(token: Token, condition: str) -> Message:
    near = printable(condition[token.start : token.start + MAX_SHOWN])
    return Message("at character {number} ({near})", number=token.start + 1, near=near)


# Where a field code must stand


def _no_code(broken: Break, condition: str, form: Form) -> Message:
    token = broken.token
    if token is None:
        return Message("query: a condition is missing at the end, behind {last}", last=_last_word(condition))
    place = _place(token, condition)
    if token.kind is TokenKind.TEXT and form.find(token.text[1:-1]):
        return Message(
            "query: {place} a field code stands in quotes; write {code} without them",
            place=place,
            code=token.text[1:-1],
        )
    return Message(
        "query: {place} a field code must stand, without quotes, then an operator and a value, as in {example}",
        place=place,
        example=_example(form),
    )


def _not_sql(token: Token, place: Message) -> Message:
    return Message(
        "query: {place} stands {word}, but kintone's query is not SQL; write only what would stand behind WHERE, and "
        "name fields in the parameter fields",
        place=place,
        word=token.text,
    )


def _last_word(condition: str) -> str:
    return printable(condition.rstrip().rsplit(maxsplit=1)[-1], MAX_SHOWN)


def _example(form: Form) -> str:
    """Return a condition that works in this app."""
    return next((field.filled_condition for field in form.fields.values() if field.filled_condition), "$id > 0")


# Where an operator must stand


def _no_operator(broken: Break, condition: str, form: Form) -> Message:
    token, field = broken.token, form.find(broken.code)
    if token is None:
        return Message(
            "query: an operator and a value are missing behind {code}",
            code=printable(broken.code, MAX_SHOWN),
        )
    if broken.code.lower() == "not":
        return Message(
            "query: {place} not stands before a condition; write it in the operator instead: not in, not like, != or "
            "is not empty",
            place=_place(_token_before(token, condition), condition),
        )
    if broken.code.lower() in SQL_WORDS:
        return _not_sql(_token_before(token, condition), _place(_token_before(token, condition), condition))
    if field is None:
        return _code_of_several_words(broken, token, condition, form)
    if not field.operators:
        return Message(
            "query: {code} ({words}) cannot stand in a condition", code=printable(broken.code), words=field.type.words
        )
    instead = _instead_of_word(token, field, condition)
    return Joined(
        [
            Message(
                "query: {place} an operator must follow {code}; its operators are {operators}",
                place=_place(token, condition),
                code=printable(broken.code),
                operators=", ".join(field.operators),
            ),
            Message("write {instead}", instead=printable(instead)) if instead else NOTHING,
        ]
    )


def _token_before(token: Token, condition: str) -> Token:
    """Return the token before another one."""
    tokens = tokens_of(condition[: token.start])
    return tokens[-1] if tokens else token


def _instead_of_word(token: Token, field: FieldDefinition, condition: str) -> str:
    """Return what to write for an operator of another language; blank where none is known."""
    word = token.text.lower()
    behind = condition[token.end :].lower().split()[:2]
    if word == "is":
        return condition_for(field, EMPTINESS["not" in behind], ())
    if word in SEARCH_WORDS:
        return condition_for(field, SEARCH[0], [EXAMPLE]) or condition_for(field, LISTS[0], [EXAMPLE])
    if word == BETWEEN and ">=" in field.operators:
        return f"{field.code} >= {EXAMPLE} and {field.code} <= {EXAMPLE}"
    if word in SYMBOL_WORDS:
        return condition_for(field, SYMBOL_WORDS[word], [EXAMPLE])
    return ""


def _code_of_several_words(broken: Break, token: Token, condition: str, form: Form) -> Message:
    """Return a sentence about a label with blanks in place of a code, or about an unknown code without operator."""
    first = _token_before(token, condition)
    words = [first.text]
    for following in tokens_of(condition[token.start :]):
        if following.kind is not TokenKind.WORD or following.is_word(*OPERATOR_WORDS):
            break
        words.append(following.text)
    label = " ".join(words)
    names = [*form.names(), *form.column_names()]
    if len(words) > 1 and nearest_codes(label, names):
        return unknown_code("query", label, form)
    return Joined(
        [
            unknown_code("query", broken.code, form),
            Message("an operator must follow {place}", place=_place(token, condition)),
        ]
    )


# Where a value must stand


def _no_value(broken: Break, condition: str, form: Form) -> Message:
    token = broken.token
    before = printable(f"{broken.code} {broken.operator}")
    if token is None:
        return Message("query: a value is missing at the end, behind {before}", before=before)
    place = _place(token, condition)
    field = form.find(broken.code)
    if token.kind is TokenKind.SYMBOL or token.is_word("and", "or"):
        return _missing_value(before, place, field)
    if is_empty_word(token.text):
        return _no_null(token, place, field, broken)
    function = function_called(token.text) if field and field.query.functions else ""
    if function and token.text.isascii() and field and function in field.query.functions:
        return Message(
            "query: {place} a function needs parentheses; write {instead}",
            place=place,
            instead=printable(condition_for(field, broken.operator, [FUNCTIONS[function]])),
        )
    return _needs_quotes(token, place, broken, field)


def _missing_value(before: str, place: Message, field: FieldDefinition | None) -> Message:
    empty = field.empty_condition if field else ""
    missing = Message("query: {place} a value must follow {before}", place=place, before=before)
    return Joined([missing, Message("for no value write {empty}", empty=printable(empty)) if empty else NOTHING])


def _no_null(token: Token, place: Message, field: FieldDefinition | None, broken: Break) -> Message:
    instead = condition_for(field, broken.operator, [BLANK]) if field else ""
    if not instead:
        return Message(
            "query: {place} stands {word}, which kintone does not have, and {code} cannot be searched for no value",
            place=place,
            word=token.text,
            code=printable(broken.code),
        )
    return Message(
        "query: {place} stands {word}, which kintone does not have; write {instead}",
        place=place,
        word=token.text,
        instead=printable(instead),
    )


def _needs_quotes(token: Token, place: Message, broken: Break, field: FieldDefinition | None) -> Message:
    quoted = _quoted(token.text, field)
    if not quoted and field:
        return value_sentence(token.text, field)
    instead = condition_for(field, broken.operator, [quoted]) if field else ""
    return Message(
        "query: {place} a value stands without straight double quotes; write {instead}",
        place=place,
        instead=printable(instead or _plain(broken, quoted)),
    )


def _quoted(word: str, field: FieldDefinition | None) -> str:
    """Return the value of a word in quotes; an example for half a text, blank for what the field cannot hold."""
    word = word.rstrip(";")
    value = word.strip(_STRANGE_QUOTES).replace("\\'", "'")
    opens, closes = word[:1] in _STRANGE_QUOTES, word[-1:] in _STRANGE_QUOTES
    if not value or opens != closes or "\\" in value:
        return EXAMPLE
    return literal_for(value, field) if field else quote(value)


def _plain(broken: Break, value: str) -> str:
    shown = f"({value})" if broken.operator in LISTS else value
    return f"{broken.code} {broken.operator} {shown}"


# Lists and parentheses


def _no_list(broken: Break, condition: str, _form: Form) -> Message:
    token = broken.token
    value = token.text if token is not None and token.kind is TokenKind.TEXT else EXAMPLE
    place = _place(token, condition) if token is not None else Message("at its end")
    return Message(
        "query: {place} a list in parentheses must follow {operator}; write {instead}",
        place=place,
        operator=broken.operator,
        instead=printable(_plain(broken, value)),
    )


def _list_not_allowed(broken: Break, condition: str, form: Form) -> Message:
    token, field = broken.token, form.find(broken.code)
    place = _place(token, condition) if token is not None else NOTHING
    several = LISTS[broken.operator == "!="]
    instead = f"{broken.code} {broken.operator} {EXAMPLE}"
    if broken.operator in ("=", "!=") and field and several in field.operators:
        instead = f"{broken.code} {several} ({EXAMPLE})"
    return Message(
        "query: {place} {operator} takes one value without parentheses; write {instead}",
        place=place,
        operator=broken.operator,
        instead=printable(instead),
    )


def _list_goes_on(broken: Break, condition: str, _form: Form) -> Message:
    token = broken.token
    return Message(
        "query: {place} a comma or a closing parenthesis must stand; write {instead}",
        place=_place(token, condition) if token is not None else Message("at its end"),
        instead=printable(f'{broken.code} {broken.operator} ("…", "…")'),
    )


def _no_connector(broken: Break, condition: str, _form: Form) -> Message:
    token = broken.token
    if token is None:
        return Message("query: and or or is missing")
    return Message(
        "query: {place} a condition is complete, and only and, or, order by, limit or offset may follow",
        place=_place(token, condition),
    )


def _not_closed(_broken: Break, _condition: str, _form: Form) -> Message:
    return Message("query: a parenthesis that is opened is not closed; add ) where its conditions end")


def _not_opened(broken: Break, condition: str, _form: Form) -> Message:
    token = broken.token
    place = _place(token, condition) if token is not None else NOTHING
    return Message("query: {place} a parenthesis is closed that was not opened; remove it", place=place)


_SENTENCES = {
    Reason.NO_CODE: _no_code,
    Reason.NO_OPERATOR: _no_operator,
    Reason.NO_VALUE: _no_value,
    Reason.NO_LIST: _no_list,
    Reason.LIST_NOT_ALLOWED: _list_not_allowed,
    Reason.LIST_GOES_ON: _list_goes_on,
    Reason.NO_CONNECTOR: _no_connector,
    Reason.NOT_CLOSED: _not_closed,
    Reason.NOT_OPENED: _not_opened,
}
