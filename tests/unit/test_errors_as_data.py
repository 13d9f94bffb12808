"""Errors and messages are data: literal texts with values in the source, and immutable after creation."""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from kintone.access.redaction import Redactor
from kintone.errors import (
    MAX_PROBLEM,
    MAX_SENTENCE,
    ErrorReply,
    InvalidParameterError,
    InvalidRequestError,
    KintoneError,
    line_of,
)
from kintone.messages import Message

ROOT = Path(__file__).parents[2]
PARTS_OF_ERRORS = frozenset(
    {
        "problem",
        "remedy",
        "notes",
        "reply",
        "ledger",
        "failed",
        "field_errors",
        "maybe_saved",
        "complaint",
        "suggestion",
    }
)
TAKES_A_MSGID = frozenset({"Message", "InvalidParameterError", "ChangedFileError", "SettingsError"})
"""Classes that are constructed with a msgid and its values."""


def sources() -> list[Path]:
    """Return the modules to check."""
    return [path for folder in ("kintone", "tools") for path in sorted((ROOT / folder).rglob("*.py"))]


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call in a module that makes a message or an error of ours, with the class's name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            is_ours = name in TAKES_A_MSGID or (name.endswith("Error") and not hasattr(builtins, name))
            if is_ours and node.args:
                yield name, node


def changes(source: str) -> Iterator[int]:
    """Yield the lines that assign to an attribute of an error outside its own class."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store):
            continue
        is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
        if node.attr in PARTS_OF_ERRORS and not is_own:
            yield node.lineno


def is_composed(node: ast.expr) -> bool:
    """Tell whether an expression composes a text, directly or in a branch of a condition."""
    if isinstance(node, ast.IfExp):
        return is_composed(node.body) or is_composed(node.orelse)
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return True
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in {"format", "format_map", "join", "replace"}


def literal(node: ast.expr) -> str | None:
    """Return the text of a string literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def fields(text: str) -> set[str]:
    """Return the names in braces of a msgid; an index of a list is returned unchanged."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def violations(source: str) -> list[str]:
    """Return the violations of the rules for messages as data in a module, each with its line."""
    found = [f"line {line}: an error is changed after it was made" for line in changes(source)]
    for name, call in calls(source):
        first = call.args[0]
        text = literal(first)
        sentences = [first, *(keyword.value for keyword in call.keywords if keyword.arg in {"problem", "remedy"})]
        if any(map(is_composed, sentences)):
            found.append(f"line {call.lineno}: {name} is given a text that was put together")
        if name not in TAKES_A_MSGID:
            if text is not None and _is_an_error_of_ours(name):
                found.append(f"line {call.lineno}: {name} is given a text instead of a message")
            continue
        names = [keyword.arg for keyword in call.keywords]
        if name == "Message" and text is None and None not in names:
            found.append(f"line {call.lineno}: the msgid of a message is no literal")
        if text is not None and None not in names:
            found += [f"line {call.lineno}: {problem}" for problem in _misfits(text, {name for name in names if name})]
    return found


def _is_an_error_of_ours(name: str) -> bool:
    import kintone.errors as ours  # noqa: PLC0415 - only its names are looked up

    kind = getattr(ours, name, None)
    return isinstance(kind, type) and issubclass(kind, KintoneError)


def _misfits(text: str, names: set[str]) -> list[str]:
    try:
        wanted = fields(text)
    except ValueError as error:
        return [f"{text!r} cannot be filled ({error}); braces that are to be read must be doubled"]
    return [] if wanted == names else [f"{text!r} names {sorted(wanted)} and is given {sorted(names)}"]


def test_messages_are_literals_with_their_values() -> None:
    """Message texts are literals, since a composed text cannot be translated."""
    texts = {path: path.read_text(encoding="utf-8") for path in sources()}

    assert [(path, violation) for path, text in texts.items() for violation in violations(text)] == []


def test_messages_are_unchanged_by_masking() -> None:
    """An example address with a password in a message would be shown as ``***``."""
    nodes = [node for path in sources() for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    # Regular expressions for addresses look like addresses, but are not shown.
    literals = [
        text
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) != "re.compile"
        for argument in node.args
        if (text := literal(argument))
    ]

    assert literals
    assert [text for text in literals if Redactor([]).mask(text) != text] == []


@pytest.mark.parametrize(
    "source",
    [
        'raise InvalidParameterError(f"{name} is empty")',
        'raise InvalidParameterError("fields: " + name)',
        'raise InvalidParameterError("fields: %s" % name)',
        'raise InvalidParameterError("{}".format(name))',
        'raise InvalidParameterError("a" if name else f"{name} b")',
        'raise InvalidParameterError("{name} is empty")',
        'raise InvalidParameterError("write {} like {name}", name=name)',
        'raise InvalidParameterError("{name} is empty", name=name, other=name)',
        "raise InvalidParameterError('write {\"a\": 1}')",
        'raise InvalidParameterError("write {a")',
        'raise UnknownResponseError(Message("no list"), remedy=f"ask {name}")',
        'error.remedy = Message("try again")',
        "error.failed += words",
        "Message(text)",
        'Message("a" if name else "b")',
        'Message(f"{name}")',
        'Message("{name}")',
        'raise errors.UnknownResponseError("no list")',
        'raise UnknownResponseError(f"{name}: no list")',
        'raise UnusableValueError(f"{name} is none")',
        'raise UnreadableTextError(", ".join(names))',
    ],
)
def test_scan_reports_violations(source: str) -> None:
    """The scan itself finds each kind of violation."""
    assert violations(source)


@pytest.mark.parametrize(
    "source",
    [
        'raise InvalidParameterError("{name} is empty; write {{…}}", name=name)',
        'raise InvalidParameterError(Message("it is empty"))',
        'raise InvalidParameterError("{size:,} are more " "than {most:>5}", size=size, most=most)',
        'raise UnknownResponseError(Message("{what}: no list", what=what), remedy=Message("try again"))',
        'raise ValueError(f"{name}")',
        "self.complaint: Final = complaint",
        "Message(text, **values)",
    ],
)
def test_scan_accepts_valid_messages(source: str) -> None:
    """Messages that follow the rules are not reported."""
    assert violations(source) == []


@pytest.mark.parametrize("name", ["problem", "remedy", "notes", "code", "reply", "ledger", "failed", "anything"])
def test_an_error_is_not_changed_after_it_was_made(name: str) -> None:
    """An error is immutable; additions make a new error, since the first one may be referenced elsewhere."""
    error = InvalidParameterError("{name} is empty", name="fields")

    with pytest.raises(AttributeError, match="copy_with"):
        setattr(error, name, Message("something else"))

    assert str(error) == "[INVALID_INPUT] fields is empty"


def test_a_message_is_not_changed_after_it_was_made() -> None:
    """The text and the values of a message cannot be assigned to."""
    with pytest.raises(AttributeError, match="text"):
        Message("it is empty").text = "it is full"


def test_copy_with_makes_a_new_error_and_keeps_the_old_one() -> None:
    """Class and all other parts are copied."""
    old = InvalidRequestError(Message("reading failed"), remedy=Message("try again"), code="CB_VA01")

    new = old.copy_with(remedy=Message("correct {field}", field="name"), notes=[Message("nothing was written")])

    assert type(new) is InvalidRequestError
    assert str(old) == "[CB_VA01] reading failed · try again"
    assert str(new) == "[CB_VA01] reading failed · correct name · nothing was written"
    assert old.notes == ()


TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"


@pytest.mark.parametrize("left", [7, 30])
def test_line_is_masked_before_it_is_cut(left: int) -> None:
    """No piece of a token remains where a part of the line is cut."""
    problem, remedy = (Message("{text}", text="x" * (MAX_PROBLEM - left) + TOKEN) for _ in range(2))
    words = "x" * (MAX_SENTENCE - len("kintone says: ") - left) + TOKEN
    reply = ErrorReply(400, code=TOKEN, message=words, error_id=TOKEN)
    error = KintoneError(problem, remedy=remedy, notes=[problem], reply=reply)

    line = line_of(error, mask=Redactor([TOKEN]).mask)

    assert line.startswith("[***] ")
    assert TOKEN[:4] not in line
