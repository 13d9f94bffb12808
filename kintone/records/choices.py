"""Reading the options of radio buttons, drop-downs, check boxes and multiple choices, by their exact names."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from kintone import limits
from kintone.forms.fields import FieldDefinition
from kintone.forms.near_matches import folded
from kintone.messages import NOTHING, Joined, Message, counted
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview, previews
from kintone.values.json_texts import read_rendered

_MAX_LIST_LENGTH = limits.MAX_OPTIONS * (limits.MAX_NAME_LENGTH + 2)
_SEPARATOR = re.compile("[,\n\r\u3001\uff0c]")
_WIDE_SEPARATOR = re.compile(rf"\s*{_SEPARATOR.pattern}\s*")
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
    if isinstance(value, bool) and definition.type.accepts_booleans and len(definition.options) == 1:
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
    """Map option names without leading and trailing blanks to the options; kintone allows such blanks in names.

    A name that belongs to several options in that way means none of them.
    """
    counts = Counter(option.strip() for option in options)
    stripped = {option.strip(): option for option in options if counts[option.strip()] == 1}
    return stripped | {option: option for option in options}


def _split(text: str, options: Mapping[str, str]) -> list[str]:
    """Split a text into options, which may hold commas themselves; without a way to do so, longest option first."""
    known = _without_blanks(options)
    if text in options or text.strip() in known:
        return [text if text in options else known[text.strip()]]
    if len(text) > _MAX_LIST_LENGTH:
        raise _too_many(text.count(",") + 1)
    ends = [match.start() for match in _SEPARATOR.finditer(text)] + [len(text)]
    max_parts = 1 + max((len(_SEPARATOR.findall(option)) for option in options), default=0)
    only = _only_split(text, ends, max_parts, known)
    if only is not None:
        return only
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


def _only_split(text: str, ends: list[int], max_parts: int, known: Mapping[str, str]) -> list[str] | None:
    """Return the only way to split a text into options, None where there is none; raises for several ways.

    ``ends`` are the ends of the parts between separators; an option has at most ``max_parts`` of them. ``counts[n]`` is
    the number of ways for the first ``n`` parts, two at most, ``before[n]`` where the last option of one begins.
    """
    starts = [0, *(end + 1 for end in ends)]
    counts, before = [1] + [0] * len(ends), [0] * (len(ends) + 1)
    for last in range(1, len(ends) + 1):
        for first in range(max(0, last - max_parts), last):
            if counts[first] and text[starts[first] : ends[last - 1]].strip() in known:
                counts[last] = min(2, counts[last] + counts[first])
                before[last] = first
    if counts[-1] > 1:
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} can be split into options in several ways", value=preview(text)),
            Message("write a list of the names"),
        )
    if not counts[-1]:
        return None
    _refuse_similar(text, starts, ends, max_parts, known)
    names: list[str] = []
    last = len(ends)
    while last:
        names.append(known[text[starts[before[last]] : ends[last - 1]].strip()])
        last = before[last]
    return names[::-1]


def _refuse_similar(
    text: str, starts: Sequence[int], ends: Sequence[int], max_parts: int, known: Mapping[str, str]
) -> None:
    """Raise for parts that differ from the name of one option only in the blanks around its separators."""
    similar = {_with_commas(option): option for option in known.values() if _SEPARATOR.search(option)}
    for first in range(len(ends)) if similar else ():
        for last in range(first + 1, min(first + max_parts, len(ends))):
            part = text[starts[first] : ends[last]].strip()
            option = similar.get(_with_commas(part))
            if option is not None and part not in known:
                raise UnusableValueError(
                    ProblemCode.AMBIGUOUS,
                    Message(
                        "{value} may be the option {option} or several options",
                        value=preview(text),
                        option=preview(option),
                    ),
                    Message("write a list of the names"),
                )


def _with_commas(text: str) -> str:
    return folded(_WIDE_SEPARATOR.sub(",", text.strip()))


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
