"""Sentences as data: an English text with named placeholders, and their values.

A sentence becomes text only when it leaves the plugin, in ``render``, so that it can be translated. Each English text
is a literal where it is used, from which a catalogue of translations can be collected. A value may itself be a message.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

type Translate = Callable[[str], str]
type Value = object


class Message:
    """A sentence or a part of one; ``text`` is English with placeholders of ``str.format``, ``values`` fill them."""

    __slots__ = ("text", "values")

    text: str
    values: Mapping[str, Value]

    def __init__(self, text: str, /, **values: Value) -> None:
        """Keep text and values; in ``text`` a literal brace is doubled."""
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse; a message never changes."""
        raise AttributeError(f"a message never changes ({name})")

    def copy_with(self, **values: Value) -> "Message":
        """Return the same sentence with other values."""
        return Message(self.text, **{**self.values, **values})

    def __str__(self) -> str:
        """Return the English sentence."""
        return render(self)

    def __repr__(self) -> str:
        """Show the text and the names of the values; a value may be confidential."""
        return f"Message({self.text!r}, {', '.join(self.values)})"

    def __bool__(self) -> bool:
        """Return False for an empty message."""
        return bool(self.text)


class Joined(Message):
    """Messages or texts with a separator between them, such as the items of a list.

    Behind a message that ends with a question mark a blank stands in place of a semicolon.
    """

    __slots__ = ("parts",)

    parts: tuple[Value, ...]

    def __init__(self, parts: Iterable[Value], separator: str = "; ") -> None:
        """Keep the parts except the empty ones."""
        super().__init__(separator)
        object.__setattr__(self, "parts", tuple(part for part in parts if part or part == 0))

    def __bool__(self) -> bool:
        """Return False without parts."""
        return bool(self.parts)


SEMICOLONS: Final = (";", "\uff1b")
QUESTION_MARKS: Final = ("?", "\uff1f")
"""Each also in its full width, as Japanese and Chinese write it."""

NOTHING: Final = Message("")
"""The empty message."""


def verbatim(text: str) -> Message:
    """Return a message for a text that is not translated, such as one of kintone's own."""
    return Message("{verbatim}", verbatim=text)


def counted(number: int, one: Message, many: Message) -> Message:
    """Return the singular or the plural message for a number; both contain the number where they need it."""
    return one if number == 1 else many


def render(message: Message, translate: Translate = str) -> str:
    """Return the sentence as text; ``translate`` maps an English text with placeholders to another language."""
    if isinstance(message, Joined):
        return "".join(_separated(message, translate))
    text = translate(message.text)
    return text.format_map({name: _formatted(value, translate) for name, value in message.values.items()})


def _separated(message: Joined, translate: Translate) -> Iterator[str]:
    """Yield the parts, and what stands between them."""
    separator = translate(message.text)
    is_question = False
    for index, part in enumerate(message.parts):
        text = _shown(part, translate)
        if index:
            yield " " if is_question and separator.startswith(SEMICOLONS) else separator
        yield text
        is_question = isinstance(part, Message) and text.endswith(QUESTION_MARKS)


def _formatted(value: Value, translate: Translate) -> Value:
    """Leave numbers as they are, since the text of the message formats them."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else _shown(value, translate)


def _shown(value: Value, translate: Translate) -> str:
    return render(value, translate) if isinstance(value, Message) else str(value)
