"""Mistakes in the functions of a condition: names and arguments."""

import re
from difflib import get_close_matches

from kintone.forms.fields import FieldDefinition
from kintone.messages import Message
from kintone.operators import FUNCTIONS, LAST_DAY, PERIODS, WEEKDAYS
from kintone.query.comparisons import Operand
from kintone.texts import printable

DAYS_OF_LONG_MONTH = 31
SIMILARITY_CUTOFF = 0.6
SYNONYMS = {
    "CURRENT_USER": "LOGINUSER", "LOGIN_USER": "LOGINUSER", "ME": "LOGINUSER", "USER": "LOGINUSER",
    "CURRENT_DATE": "TODAY", "CURDATE": "TODAY", "GETDATE": "TODAY", "CURRENT_TIMESTAMP": "NOW",
    "DATE_SUB": "FROM_TODAY", "DATE_ADD": "FROM_TODAY", "DATEADD": "FROM_TODAY", "INTERVAL": "FROM_TODAY",
}  # fmt: skip
"""What other query languages call the same."""


def function_called(name: str) -> str:
    """Return the function that was probably meant by a name, blank where none is near."""
    upper = name.upper()
    if upper in FUNCTIONS:
        return upper
    if upper in SYNONYMS:
        return SYNONYMS[upper]
    near = get_close_matches(upper[:64], FUNCTIONS, n=1, cutoff=SIMILARITY_CUTOFF)
    return near[0] if near else ""


def function_mistake(operand: Operand, field: FieldDefinition) -> tuple[str, Message, bool] | None:
    """Return kintone's code for a wrong function, a sentence, and whether it is certain; None for a right function.

    Whether kintone tells upper case from lower case in names of functions is not documented.
    """
    name = operand.value
    if name not in FUNCTIONS:
        return "CB_VA01", _unknown(name, field), name.upper() not in FUNCTIONS
    mistake = _mistake(operand, field)
    return (*mistake, True) if mistake else None


def _mistake(operand: Operand, field: FieldDefinition) -> tuple[str, Message] | None:
    name = operand.value
    if name not in field.query.functions:
        return "GAIA_IQ03", _not_taken(name, field)
    return _wrong_arguments(operand)


def _unknown(name: str, field: FieldDefinition) -> Message:
    meant = function_called(name)
    if meant in field.query.functions:
        return Message(
            "query: {name}() is no function of kintone; write {meant}", name=printable(name), meant=FUNCTIONS[meant]
        )
    return Message("query: {name}() is no function of kintone; {taken}", name=printable(name), taken=_taken(field))


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
