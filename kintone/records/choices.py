"""Options of radio buttons, drop-downs, check boxes and multiple choices, by their exact names."""

import re
from collections.abc import Mapping

from kintone import limits
from kintone.forms.fields import FieldDefinition
from kintone.forms.near_matches import folded
from kintone.messages import NOTHING, Joined, Message, counted
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview, previews
from kintone.values.json_texts import read_rendered

_MAX_LIST = limits.MAX_OPTIONS * (limits.MAX_NAME_LENGTH + 2)
_SEPARATOR = re.compile("[,\n\r\u3001\uff0c]")
NAMED = 3


def read_option(value: object, definition: FieldDefinition) -> str:
    """Return the name of one option; raises ``UnusableValueError``."""
    value = _list_in(value, definition)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("only one option can be chosen, not {value}", value=preview(value)),
            _choose(definition),
        )
    name = _option_name(value, definition)
    if name not in definition.options:
        raise _unknown([name], definition)
    return name


def read_options(value: object, definition: FieldDefinition) -> list[str]:
    """Return the names of options; raises ``UnusableValueError``.

    A text is taken apart at commas and lines, except where an option's own name holds one. True and false stand for the
    only option of a check box and for none.
    """
    if isinstance(value, bool) and definition.type.yes_or_no and len(definition.options) == 1:
        return list(definition.options) if value else []
    value = _list_in(value, definition)
    if isinstance(value, str):
        names = _split(value, definition.options) or [value]
    elif isinstance(value, list):
        if len(value) > limits.MAX_OPTIONS:
            raise _too_many(len(value))
        names = [_option_name(entry, definition) for entry in value]
    else:
        names = [_option_name(value, definition)]
    unknown = [name for name in names if name not in definition.options]
    if unknown:
        raise _unknown(unknown, definition)
    return list(dict.fromkeys(names))


def _option_name(value: object, definition: FieldDefinition) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("the name of an option is needed, not {value}", value=preview(value)),
            _choose(definition),
        )
    if isinstance(value, str):
        name = value.strip()
        return value if value in definition.options else _without_blanks(definition.options).get(name, name)
    return str(value) if value.bit_length() <= limits.MAX_NAME_LENGTH else ""


def _list_in(value: object, definition: FieldDefinition) -> object:
    """Return the list that a text shows, unless an option is called like that text."""
    if not isinstance(value, str) or value in definition.options:
        return value
    shown = read_rendered(value)
    # "[1]" may be the name of an option that is gone.
    return shown if isinstance(shown, list) and all(isinstance(part, str) for part in shown) else value


def _without_blanks(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options by their names without blanks around them; kintone allows names that have some."""
    return {option.strip(): option for option in options} | {option: option for option in options}


def _split(text: str, options: Mapping[str, str]) -> list[str]:
    """Take a text apart, longest option first, so that an option whose name holds a comma stays whole."""
    known = _without_blanks(options)
    if text in options or text.strip() in known:
        return [text if text in options else known[text.strip()]]
    if len(text) > _MAX_LIST:
        raise _too_many(text.count(",") + 1)
    ends = [match.start() for match in _SEPARATOR.finditer(text)] + [len(text)]
    reach = 1 + max((len(_SEPARATOR.findall(option)) for option in options), default=0)
    if reach > 1 and _ways(text, ends, reach, known) > 1:
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} can be taken apart in several ways", value=preview(text)),
            Message("write a list of the names"),
        )
    names: list[str] = []
    start, at = 0, 0
    while at < len(ends):
        taken = next(
            (
                last
                for last in range(min(at + reach, len(ends)) - 1, at, -1)
                if text[start : ends[last]].strip() in known
            ),
            at,
        )
        name = text[start : ends[taken]].strip()
        if name:
            names.append(known.get(name, name))
        start, at = ends[taken] + 1, taken + 1
    return names


def _ways(text: str, ends: list[int], reach: int, known: Mapping[str, str]) -> int:
    """Count the ways in which a text is a row of options, two at most."""
    starts = [0, *(end + 1 for end in ends)]
    ways = [1] + [0] * len(ends)
    for last in range(1, len(ends) + 1):
        for first in range(max(0, last - reach), last):
            if ways[first] and text[starts[first] : ends[last - 1]].strip() in known:
                ways[last] = min(2, ways[last] + ways[first])
    return ways[-1]


def _unknown(names: list[str], definition: FieldDefinition) -> UnusableValueError:
    """Report names that are no options together, with the options that were probably meant."""
    shown = previews(names, NAMED)
    complaint = counted(
        len(names),
        Message("{names} is no option of this field", names=shown),
        Message("{names} are no options of this field", names=shown),
    )
    alike = {folded(option): option for option in definition.options}
    meant = [alike.get(folded(name)) for name in names[:NAMED]]
    found = [preview(option) for option in dict.fromkeys(meant) if option]
    hint = Message("did you mean {options}?", options=Joined(found, " and ")) if found else NOTHING
    return UnusableValueError(ProblemCode.UNKNOWN_OPTION, complaint, Joined([hint, _choose(definition)], " "))


def _too_many(count: int) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.TOO_LONG,
        Message(
            "{count} entries are more than the {most} options a field can have", count=count, most=limits.MAX_OPTIONS
        ),
    )


def _choose(definition: FieldDefinition) -> Message:
    if not definition.options:
        return Message("the field has no options")
    return Message("choose from {options}", options=previews(definition.options, 10))
