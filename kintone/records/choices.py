"""Reading the options of radio buttons, drop-downs, check boxes and multiple choices, by their exact names."""

import re
from collections.abc import Mapping

from kintone import limits
from kintone.forms.fields import FieldDefinition
from kintone.forms.near_matches import folded
from kintone.messages import NOTHING, Joined, Message, counted
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview, previews
from kintone.values.json_texts import read_rendered

_MAX_LIST_LENGTH = limits.MAX_OPTIONS * (limits.MAX_NAME_LENGTH + 2)
_SEPARATOR = re.compile("[,\n\r\u3001\uff0c]")
MAX_NAMED = 3


def read_option(value: object, definition: FieldDefinition) -> str:
    """Return the name of one option; raises ``UnusableValueError``."""
    value = _list_in_text(value, definition)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("only one option can be chosen, not {value}", value=preview(value)),
            _advice(definition),
        )
    name = _option_name(value, definition)
    if name not in definition.options:
        raise _unknown_options([name], definition)
    return name


def read_options(value: object, definition: FieldDefinition) -> list[str]:
    """Return the names of options; raises ``UnusableValueError``.

    A text is split at commas and line ends, except inside an option's own name. For a check box with a single option,
    true means that option and false means none.
    """
    if isinstance(value, bool) and definition.type.yes_or_no and len(definition.options) == 1:
        return list(definition.options) if value else []
    value = _list_in_text(value, definition)
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
        raise _unknown_options(unknown, definition)
    return list(dict.fromkeys(names))


def _option_name(value: object, definition: FieldDefinition) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("the name of an option is needed, not {value}", value=preview(value)),
            _advice(definition),
        )
    if isinstance(value, str):
        name = value.strip()
        return value if value in definition.options else _without_blanks(definition.options).get(name, name)
    return str(value) if value.bit_length() <= limits.MAX_NAME_LENGTH else ""


def _list_in_text(value: object, definition: FieldDefinition) -> object:
    """Return the list that a text holds, or the value unchanged; an option with that text as its name comes first."""
    if not isinstance(value, str) or value in definition.options:
        return value
    decoded = read_rendered(value)
    # "[1]" may be the name of an option that was removed.
    return decoded if isinstance(decoded, list) and all(isinstance(part, str) for part in decoded) else value


def _without_blanks(options: Mapping[str, str]) -> dict[str, str]:
    """Map option names without leading and trailing blanks to the options; kintone allows such blanks in names."""
    return {option.strip(): option for option in options} | {option: option for option in options}


def _split(text: str, options: Mapping[str, str]) -> list[str]:
    """Split a text, longest option first, so that an option whose name holds a comma is not split."""
    known = _without_blanks(options)
    if text in options or text.strip() in known:
        return [text if text in options else known[text.strip()]]
    if len(text) > _MAX_LIST_LENGTH:
        raise _too_many(text.count(",") + 1)
    ends = [match.start() for match in _SEPARATOR.finditer(text)] + [len(text)]
    max_parts = 1 + max((len(_SEPARATOR.findall(option)) for option in options), default=0)
    if max_parts > 1 and _count_splits(text, ends, max_parts, known) > 1:
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} can be split into options in several ways", value=preview(text)),
            Message("write a list of the names"),
        )
    names: list[str] = []
    start, part = 0, 0
    while part < len(ends):
        last_part = next(
            (
                last
                for last in range(min(part + max_parts, len(ends)) - 1, part, -1)
                if text[start : ends[last]].strip() in known
            ),
            part,
        )
        name = text[start : ends[last_part]].strip()
        if name:
            names.append(known.get(name, name))
        start, part = ends[last_part] + 1, last_part + 1
    return names


def _count_splits(text: str, ends: list[int], max_parts: int, known: Mapping[str, str]) -> int:
    """Count the ways to split a text into options, two at most; ``ends`` are the ends of its parts between separators.

    An option has at most ``max_parts`` parts. ``counts[n]`` is the number of ways for the first ``n`` parts.
    """
    starts = [0, *(end + 1 for end in ends)]
    counts = [1] + [0] * len(ends)
    for last in range(1, len(ends) + 1):
        for first in range(max(0, last - max_parts), last):
            if counts[first] and text[starts[first] : ends[last - 1]].strip() in known:
                counts[last] = min(2, counts[last] + counts[first])
    return counts[-1]


def _unknown_options(names: list[str], definition: FieldDefinition) -> UnusableValueError:
    """Return the error for unknown option names, with the options that were probably meant."""
    shown = previews(names, MAX_NAMED)
    complaint = counted(
        len(names),
        Message("{names} is not an option of this field", names=shown),
        Message("{names} are not options of this field", names=shown),
    )
    by_folded_name = {folded(option): option for option in definition.options}
    similar = [by_folded_name.get(folded(name)) for name in names[:MAX_NAMED]]
    found = [preview(option) for option in dict.fromkeys(similar) if option]
    hint = Message("did you mean {options}?", options=Joined(found, " and ")) if found else NOTHING
    return UnusableValueError(ProblemCode.UNKNOWN_OPTION, complaint, Joined([hint, _advice(definition)], " "))


def _too_many(count: int) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.TOO_LONG,
        Message(
            "{count} entries are more than the {maximum} options a field can have",
            count=count,
            maximum=limits.MAX_OPTIONS,
        ),
    )


def _advice(definition: FieldDefinition) -> Message:
    if not definition.options:
        return Message("the field has no options")
    return Message("choose from {options}", options=previews(definition.options, 10))
