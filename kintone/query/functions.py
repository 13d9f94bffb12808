"""Mistakes in the functions of a condition: names and arguments."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from kintone.forms.fields import FieldDefinition
from kintone.messages import Message
from kintone.operators import FUNCTIONS, LAST_DAY, LISTS, PERIODS, SEARCH, WEEKDAYS
from kintone.query.comparisons import Operand, OperandKind
from kintone.texts import printable

DAYS_OF_LONG_MONTH = 31
SIMILARITY_CUTOFF = 0.8
SYNONYMS = {
    "CURRENT_USER": "LOGINUSER", "LOGIN_USER": "LOGINUSER", "ME": "LOGINUSER", "USER": "LOGINUSER",
    "CURRENT_DATE": "TODAY", "CURDATE": "TODAY", "GETDATE": "TODAY", "CURRENT_TIMESTAMP": "NOW",
    "DATE_SUB": "FROM_TODAY", "DATE_ADD": "FROM_TODAY", "DATEADD": "FROM_TODAY", "INTERVAL": "FROM_TODAY",
}  # fmt: skip
"""What other query languages call the same."""
_WORDS = {
    "TODAY": ("today", "今日", "本日", "きょう", "今天", "hoje"),
    "YESTERDAY": ("yesterday", "昨日", "きのう", "昨天", "ontem"),
    "TOMORROW": ("tomorrow", "明日", "あした", "明天", "amanhã"),
    "NOW": ("now", "現在", "现在", "agora"),
}
_FUNCTIONS_OF_WORDS = {word: name for name, words in _WORDS.items() for word in words}
_DISTANCE = re.compile(r"(LAST|PAST|NEXT)_?([0-9]{1,4})_?(DAY|WEEK|MONTH|YEAR)S?")
"""Names such as ``LAST_7_DAYS``, which other query languages have."""


def function_called(name: str) -> str:
    """Return the name of the function that was meant by another one, blank where none certainly is."""
    upper = name.upper()[:64]
    if upper in FUNCTIONS:
        return upper
    if upper in SYNONYMS:
        return SYNONYMS[upper]
    joined = {known.replace("_", ""): known for known in FUNCTIONS}.get(upper.replace("_", ""))
    return joined or next((known for known in FUNCTIONS if _is_near(upper, known)), "")


def _is_near(name: str, known: str) -> bool:
    """Tell whether each word of two names is spelt similarly; ``THIS_QUARTER`` is not near to ``THIS_YEAR``."""
    words, others = name.split("_"), known.split("_")
    pairs = zip(words, others, strict=False)
    return len(words) == len(others) and all(
        word == other or SequenceMatcher(None, word, other).ratio() >= SIMILARITY_CUTOFF for word, other in pairs
    )


def function_of_word(text: str, field: FieldDefinition, operator: str) -> str:
    """Return the function that a text such as ``last month`` or ``TODAY()`` means, blank for another text.

    Blank also where the field does not take it. Whether a list of dates may hold functions is not documented.
    """
    word = text.strip()
    match = re.fullmatch(r'([A-Za-z_]{1,30})\(([^()"]{0,30})\)', word)
    joined = "_".join(word.upper().split())
    name = match[1].upper() if match else _FUNCTIONS_OF_WORDS.get(word.casefold(), joined)
    arguments = tuple(part.strip() for part in match[2].split(",")) if match and match[2].strip() else ()
    if name not in FUNCTIONS:
        return ""
    operand = _operand(name, arguments)
    return operand.text if is_right_function(operand, field, operator) else ""


def _operand(name: str, arguments: Sequence[str]) -> Operand:
    return Operand(OperandKind.FUNCTION, f"{name}({', '.join(arguments)})", 0, 0, tuple(arguments))


def is_right_function(operand: Operand, field: FieldDefinition, operator: str) -> bool:
    """Tell whether a field takes a function behind this operator."""
    if operator not in field.operators or operator in SEARCH:
        return False
    if operator in LISTS and LISTS[0] not in field.type.query.operators:
        return False
    return operand.value in FUNCTIONS and _mistake(operand, field) is None


def function_mistake(operand: Operand, field: FieldDefinition, operator: str) -> tuple[str, Message, bool] | None:
    """Return kintone's code for a wrong function, a sentence, and whether it is certain; None for a right function.

    Whether kintone tells upper case from lower case in names of functions is not documented.
    """
    name = operand.value
    if name not in FUNCTIONS:
        return "CB_VA01", _unknown(operand, field, operator), name.upper() not in FUNCTIONS
    mistake = _mistake(operand, field)
    return (*mistake, True) if mistake else None


def _mistake(operand: Operand, field: FieldDefinition) -> tuple[str, Message] | None:
    name = operand.value
    if name not in field.query.functions:
        return "GAIA_IQ03", _not_taken(name, field)
    return _wrong_arguments(operand)


def _unknown(operand: Operand, field: FieldDefinition, operator: str) -> Message:
    name = printable(operand.value)
    meant = _operand(function_called(operand.value), operand.arguments)
    if meant.value and is_right_function(meant, field, operator):
        return Message("query: {name}() is no function of kintone; write {meant}", name=name, meant=meant.text)
    distance = _DISTANCE.fullmatch(operand.value.upper())
    if distance and "FROM_TODAY" in field.query.functions:
        return _distance(operand.value, distance, field, operator)
    return Message("query: {name}() is no function of kintone; {taken}", name=name, taken=_taken(field))


def _distance(name: str, match: re.Match[str], field: FieldDefinition, operator: str) -> Message:
    """Return a sentence about days that are counted from today: with ``=`` all of them, else the farthest one."""
    direction, number, unit = match.groups()
    is_before = direction != "NEXT"
    day = f"FROM_TODAY({'-' if is_before else ''}{int(number)}, {unit}S)"
    if operator != "=":
        return Message(
            "query: {name}() is no function of kintone; {day} is the day that far from today",
            name=printable(name),
            day=day,
        )
    first, last = (day, "TODAY()") if is_before else ("TODAY()", day)
    return Message(
        "query: {name}() is no function of kintone; write {condition} for the days up to that one, today included",
        name=printable(name),
        condition=f"{field.code} >= {first} and {field.code} <= {last}",
    )


def _not_taken(name: str, field: FieldDefinition) -> Message:
    return Message(
        "query: {code} ({words}) does not take {name}(); {taken}",
        code=printable(field.code),
        words=field.type.words,
        name=name,
        taken=_taken(field),
    )


def _taken(field: FieldDefinition) -> Message:
    code = printable(field.code)
    if not field.query.functions:
        return Message("{code} takes no function, only values", code=code)
    functions = ", ".join(FUNCTIONS[name] for name in field.query.functions)
    return Message("the functions for {code} are {functions}", code=code, functions=functions)


def _wrong_arguments(operand: Operand) -> tuple[str, Message] | None:
    name, arguments = operand.value, operand.arguments
    unit = name.rpartition("_")[2]
    if any(argument.startswith('"') for argument in arguments):
        return "CB_VA01", _rule(operand, Message("a word or a number without quotes"))
    if name == "FROM_TODAY":
        return _wrong_distance(operand)
    if unit == "WEEK":
        rule = Message("nothing for the whole week, or one of {days}", days=", ".join(WEEKDAYS))
        return _one_argument(operand, rule, is_valid=arguments[:1] == () or arguments[0] in WEEKDAYS)
    if unit == "MONTH":
        rule = Message("nothing for the whole month, or a day from 1 to 31 or LAST")
        return _one_argument(operand, rule, is_valid=arguments[:1] == () or _is_day(arguments[0]))
    return ("GAIA_IL08", _rule(operand, Message("nothing"))) if arguments else None


def _wrong_distance(operand: Operand) -> tuple[str, Message] | None:
    rule = Message("a whole number and one of {units}", units=", ".join(PERIODS))
    if len(operand.arguments) != 2:  # noqa: PLR2004 - number and unit
        return "GAIA_IL08", _rule(operand, rule)
    number, unit = operand.arguments
    if unit not in PERIODS:
        return "GAIA_IQ25", _rule(operand, rule)
    return None if re.fullmatch("[+-]?[0-9]+", number) else ("CB_VA01", _rule(operand, rule))


def _one_argument(operand: Operand, rule: Message, *, is_valid: bool) -> tuple[str, Message] | None:
    if len(operand.arguments) > 1:
        return "GAIA_IL08", _rule(operand, rule)
    return None if is_valid else ("GAIA_IQ23", _rule(operand, rule))


def _is_day(text: str) -> bool:
    is_number = text.isascii() and text.isdigit() and len(text) <= len("31")
    return text == LAST_DAY or (is_number and 1 <= int(text) <= DAYS_OF_LONG_MONTH)


def _rule(operand: Operand, rule: Message) -> Message:
    return Message(
        "query: {written} is not valid; in the parentheses of {name} stands {rule}, as in {example}",
        written=printable(operand.text, 60),
        name=operand.value,
        rule=rule,
        example=FUNCTIONS[operand.value],
    )
