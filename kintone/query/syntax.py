"""Sentences about the first place where a query cannot be read: what stands there, and what to write."""

import re
from collections.abc import Iterator

from kintone.field_types import RECORD_ID
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import nearest_codes
from kintone.forms.unknown_codes import unknown_code
from kintone.messages import NOTHING, Joined, Message
from kintone.operators import EMPTINESS, EQUALITY, LISTS, ORDER, SEARCH
from kintone.query.comparisons import Break, Reason
from kintone.query.foreign import foreign_problem, place_of, token_before
from kintone.query.literals import value_sentence
from kintone.query.proposals import write
from kintone.query.rewriting import BLANK, EMPTY_WORDS, condition_for, is_empty_word
from kintone.query.tokens import OPERATOR_WORDS, Token, TokenKind, tokens_of
from kintone.query.written_values import condition_meant, quoted_word, values_of
from kintone.texts import printable

MAX_SHOWN = 40
MAX_TEXTS = 1_000
SEARCH_WORDS = ("contains", "contain", "includes", "include", "ilike", "match", "matches", "has")
SYMBOL_WORDS = {"eq": "=", "equals": "=", "equal": "=", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
BETWEEN = "between"
_RAW = re.compile(r"[\t\r\n]")
_UNKNOWN_ESCAPE = re.compile(r'\\(?!["\\tnr])')


def condition_problem(broken: Break, condition: str, form: Form, *, counts: bool = False) -> Message:
    """Return a sentence about the first place where a condition cannot be read.

    ``counts`` tells that the query is one of an aggregation.
    """
    foreign = foreign_problem(broken, condition, form, counts=counts)
    return foreign or _SENTENCES[broken.reason](broken, condition, form)


def order_problem(order_by: str, form: Form) -> Message:
    """Return a sentence about an order that is not a list of field codes with directions."""
    example = next((field.code for field in form.fields.values() if field.query.sortable), RECORD_ID)
    return Message(
        "query: order by {order} cannot be read; write field codes without quotes, each followed by asc or desc, with "
        "commas between them: order by {code} desc, $id asc",
        order=printable(order_by, MAX_SHOWN),
        code=printable(example),
    )


def text_problems(condition: str) -> Iterator[Message]:
    """Yield a sentence for each text in double quotes that kintone cannot read, one of each kind."""
    texts = [token for token in tokens_of(condition) if token.kind is TokenKind.TEXT][:MAX_TEXTS]
    for token in texts:
        if _RAW.search(token.text):
            yield Message(
                "query: the text {place} holds a line end or a tab; write \\n or \\t in its place",
                place=place_of(token, condition),
            )
            break
    for token in texts:
        if _UNKNOWN_ESCAPE.search(re.sub(r"\\\\", "", token.text)):
            yield Message(
                "query: the text {place} holds a backslash that kintone cannot read; write \\\\ for a backslash",
                place=place_of(token, condition),
            )
            break


# Where a field code must stand


def _no_code(broken: Break, condition: str, form: Form) -> Message:
    token = broken.token
    if token is None:
        return Message("query: a condition is missing at the end, behind {last}", last=_last_word(condition))
    place = place_of(token, condition)
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
            place=place_of(token_before(token, condition), condition),
        )
    if field is None:
        return _code_of_several_words(broken, token, condition, form)
    if not field.operators:
        return Message(
            "query: {code} ({words}) cannot stand in a condition", code=printable(broken.code), words=field.type.words
        )
    return Joined(
        [
            Message(
                "query: {place} an operator must follow {code}; its operators are {operators}",
                place=place_of(token, condition),
                code=printable(broken.code),
                operators=", ".join(field.operators),
            ),
            _instead_of_word(token, field, condition, form),
        ]
    )


def _instead_of_word(token: Token, field: FieldDefinition, condition: str, form: Form) -> Message:
    """Return what to write for an operator of another language; nothing where that is not certain."""
    word = token.text.lower()
    behind = [each for each in tokens_of(condition) if each.start >= token.end]
    if word == "is":
        return write(_instead_of_is(behind, field, condition), form)
    if word == BETWEEN:
        return write(_between(behind, field, condition), form)
    if word in SYMBOL_WORDS:
        return write(_with_operator(SYMBOL_WORDS[word], behind, field, condition), form)
    if word in SEARCH_WORDS and SEARCH[0] in field.operators:
        found = write(_with_operator(SEARCH[0], behind, field, condition), form)
        return Message("{advice}, which finds words", advice=found) if found else NOTHING
    return write(_with_operator(LISTS[0], behind, field, condition), form) if word in SEARCH_WORDS else NOTHING


def _instead_of_is(behind: list[Token], field: FieldDefinition, condition: str) -> str:
    is_negative = bool(behind) and behind[0].is_word("not")
    words = behind[is_negative:]
    if words and words[0].is_word(*EMPTY_WORDS):
        return condition_for(field, EMPTINESS[is_negative], ())
    return _with_operator(EQUALITY[is_negative], words, field, condition)


def _with_operator(operator: str, behind: list[Token], field: FieldDefinition, condition: str) -> str:
    values = values_of(behind, condition, field)
    is_single = len(values) == 1 or (operator in LISTS and values)
    return condition_for(field, operator, values) if is_single and all(values) else ""


def _between(behind: list[Token], field: FieldDefinition, condition: str) -> str:
    place = next((number for number, each in enumerate(behind) if each.is_word("and")), len(behind))
    lowest, highest = values_of(behind[:place], condition, field), values_of(behind[place + 1 :], condition, field)
    if ">=" not in field.operators or len(lowest) != 1 or len(highest) != 1 or not (lowest[0] and highest[0]):
        return ""
    return f"{field.code} >= {lowest[0]} and {field.code} <= {highest[0]}"


def _code_of_several_words(broken: Break, token: Token, condition: str, form: Form) -> Message:
    """Return a sentence about a label with blanks in place of a code, or about an unknown code without operator."""
    first = token_before(token, condition)
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
            Message("an operator must follow {place}", place=place_of(token, condition)),
        ]
    )


# Where a value must stand


def _no_value(broken: Break, condition: str, form: Form) -> Message:
    token = broken.token
    before = printable(f"{broken.code} {broken.operator}")
    if token is None:
        return Message("query: a value is missing at the end, behind {before}", before=before)
    place = place_of(token, condition)
    field = form.find(broken.code)
    if token.text in (*EQUALITY, *ORDER) or _is_sign(token):
        return _two_operators(broken, place, field)
    if token.kind is TokenKind.SYMBOL or token.is_word("and", "or"):
        return _missing_value(broken, condition, place, field, form)
    if is_empty_word(token.text):
        return _no_null(token, place, field, broken, form)
    return _needs_quotes(broken, condition, place, field, form)


def _is_sign(token: Token) -> bool:
    return token.kind is TokenKind.WORD and not any(character.isalnum() for character in token.text)


def _two_operators(broken: Break, place: Message, field: FieldDefinition | None) -> Message:
    operators = ", ".join(field.operators if field else (*EQUALITY, *ORDER))
    return Message(
        "query: {place} a second operator follows {operator}; write one of {operators}",
        place=place,
        operator=broken.operator,
        operators=operators,
    )


def _missing_value(broken: Break, condition: str, place: Message, field: FieldDefinition | None, form: Form) -> Message:
    missing = Message(
        "query: {place} a value must follow {before}", place=place, before=printable(f"{broken.code} {broken.operator}")
    )
    if field is None:
        return missing
    meant = write(condition_meant(broken, condition, field), form)
    empty = field.empty_condition if broken.operator in (EQUALITY[0], LISTS[0]) else ""
    return Joined([missing, meant or (Message("for no value write {empty}", empty=printable(empty)) if empty else "")])


def _no_null(token: Token, place: Message, field: FieldDefinition | None, broken: Break, form: Form) -> Message:
    is_asked = broken.operator in (*EQUALITY, *LISTS)
    instead = write(condition_for(field, broken.operator, [BLANK]), form) if field and is_asked else NOTHING
    if not instead and is_asked:
        return Message(
            "query: {place} stands {word}, which kintone does not have, and {code} cannot be searched for no value",
            place=place,
            word=token.text,
            code=printable(broken.code),
        )
    stands = Message("query: {place} stands {word}, which kintone does not have", place=place, word=token.text)
    return Joined([stands, instead])


def _needs_quotes(broken: Break, condition: str, place: Message, field: FieldDefinition | None, form: Form) -> Message:
    sentence = Message("query: {place} a value stands without straight double quotes", place=place)
    if field is None:
        return sentence
    token = broken.token
    meant = condition_meant(broken, condition, field)
    if not meant and token and _is_alone(token, condition) and (value := quoted_word(token.text)):
        return value_sentence(value[1:-1], field, broken.operator) or sentence
    if meant.endswith(("()", "())")):
        sentence = Message("query: {place} a function needs parentheses", place=place)
    return Joined([sentence, write(meant, form)])


def _is_alone(token: Token, condition: str) -> bool:
    """Tell whether the value is one word."""
    following = next((each for each in tokens_of(condition) if each.start >= token.end), None)
    return following is None or following.text in (",", ")") or following.is_word("and", "or")


# Lists and parentheses


def _no_list(broken: Break, condition: str, form: Form) -> Message:
    sentence = Message(
        "query: {place} a list in parentheses must follow {operator}",
        place=_place_or_end(broken, condition),
        operator=broken.operator,
    )
    return _with_what_was_meant(sentence, broken, condition, form)


def _list_not_allowed(broken: Break, condition: str, form: Form) -> Message:
    sentence = Message(
        "query: {place} {operator} takes one value without parentheses",
        place=place_of(broken.token, condition) if broken.token is not None else NOTHING,
        operator=broken.operator,
    )
    return _with_what_was_meant(sentence, broken, condition, form)


def _list_goes_on(broken: Break, condition: str, form: Form) -> Message:
    sentence = Message(
        "query: {place} a comma or a closing parenthesis must stand", place=_place_or_end(broken, condition)
    )
    return _with_what_was_meant(sentence, broken, condition, form)


def _place_or_end(broken: Break, condition: str) -> Message:
    return place_of(broken.token, condition) if broken.token is not None else Message("at its end")


def _with_what_was_meant(sentence: Message, broken: Break, condition: str, form: Form) -> Message:
    """Return the sentence with the condition that was probably meant, if the field is known and one is certain."""
    field = form.find(broken.code)
    return Joined([sentence, write(condition_meant(broken, condition, field) if field else "", form)])


def _no_connector(broken: Break, condition: str, _form: Form) -> Message:
    token = broken.token
    if token is None:
        return Message("query: and or or is missing")
    return Message(
        "query: {place} a condition is complete, and only and, or, order by, limit or offset may follow",
        place=place_of(token, condition),
    )


def _not_closed(broken: Break, condition: str, _form: Form) -> Message:
    if broken.token is not None:
        return Message(
            "query: {place} a parenthesis opens within those of a function, which takes only words and numbers",
            place=place_of(broken.token, condition),
        )
    return Message("query: a parenthesis that is opened is not closed; add ) where its conditions end")


def _not_opened(broken: Break, condition: str, _form: Form) -> Message:
    token = broken.token
    place = place_of(token, condition) if token is not None else NOTHING
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
