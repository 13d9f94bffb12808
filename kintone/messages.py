"""Sentences as data: an English text with names in braces, and the values that belong there.

Nothing is put together before it leaves the plugin, so that a sentence can be read in another language and asked what
it says. ``render`` is the one place that makes text of it. Texts are literals beside their use, which is what a
catalogue is collected from; a value may be a message itself.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

type Translate = Callable[[str], str]
type Value = object


class Message:
    """One sentence or part of one; ``text`` is the English msgid, written for ``str.format``, ``values`` fill it."""

    __slots__ = ("text", "values")

    text: str
    values: Mapping[str, Value]

    def __init__(self, text: str, /, **values: Value) -> None:
        """Keep text and values; braces that are meant to be read are doubled in ``text``."""
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a message is never changed after it was made."""
        raise AttributeError(f"a message is not changed after it was made ({name})")

    def copy_with(self, **values: Value) -> "Message":
        """Return the same sentence with other values."""
        return Message(self.text, **{**self.values, **values})

    def __str__(self) -> str:
        """Return the English sentence."""
        return render(self)

    def __repr__(self) -> str:
        """Show the text and the names of the values; a value may be anything that a caller sent."""
        return f"Message({self.text!r}, {', '.join(self.values)})"

    def __bool__(self) -> bool:
        """Tell whether it says anything."""
        return bool(self.text)

    def __eq__(self, other: object) -> bool:
        """Compare text and values."""
        return isinstance(other, Message) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        """Agree with equality; values may be unhashable."""
        return hash(self.text)


class Joined(Message):
    """Messages or texts one behind the other, such as the members of a list."""

    __slots__ = ("parts",)

    parts: tuple[Value, ...]

    def __init__(self, parts: Iterable[Value], separator: str = "; ") -> None:
        """Keep the parts; those that say nothing are left out."""
        super().__init__(separator)
        object.__setattr__(self, "parts", tuple(part for part in parts if part or part == 0))

    def __bool__(self) -> bool:
        """Tell whether there is any part."""
        return bool(self.parts)

    def __eq__(self, other: object) -> bool:
        """Compare separator and parts."""
        return isinstance(other, Joined) and (self.text, self.parts) == (other.text, other.parts)

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash((self.text, len(self.parts)))


NOTHING: Final = Message("")
"""A message that says nothing."""


def verbatim(text: str) -> Message:
    """Return a message that says a text which is nobody's sentence, such as kintone's own words."""
    return Message("{verbatim}", verbatim=text)


def counted(number: int, one: Message, many: Message) -> Message:
    """Return the message for this number; both hold the number where they need it."""
    return one if number == 1 else many


def render(message: Message, translate: Translate = str) -> str:
    """Return the sentence in the language of ``translate``, which is given a msgid and returns its text."""
    if isinstance(message, Joined):
        return translate(message.text).join(_shown(part, translate) for part in message.parts)
    text = translate(message.text)
    return text.format_map({name: _formatted(value, translate) for name, value in message.values.items()})


def _formatted(value: Value, translate: Translate) -> Value:
    """Leave numbers as they are: the text says how they are written."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else _shown(value, translate)


def _shown(value: Value, translate: Translate) -> str:
    return render(value, translate) if isinstance(value, Message) else str(value)
