"""Reads the parameter that names whom a comment mentions."""

import re
from collections.abc import Sequence
from decimal import Decimal

from kintone import limits
from kintone.comments import MENTION_TYPES, USER, Mention
from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.texts import preview
from tools.name_lists import names_in_text
from tools.record_inputs import shown_value
from tools.structured_text import is_absent, read_structure, unwrap

PARAMETER = "mentions"
OWN_KEYS = frozenset({"code", "type", "name"})
"""What an entry may hold; kintone shows people with their ``name``, which is not needed to mention them."""
_UNENCODABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def read_mentions(value: object) -> list[Mention]:
    """Return whom ``mentions`` names, in order and each once; raises ``InvalidParameterError``.

    The value is a text of login names, or a list or JSON list of login names and of ``{"code", "type"}``. An entry
    without ``type`` is a user. Empty entries are left out.
    """
    if is_absent(value):
        return []
    if isinstance(value, int) and not isinstance(value, bool):
        value = preview(value)
    mentions = [_mention(entry, number) for number, entry in enumerate(_entries(value), start=1)]
    return list(dict.fromkeys(mention for mention in mentions if mention.code))


def shown_mention(code: str, kind: str) -> str:
    """Return the code of whom a comment mentions, with the type of a group or an organization."""
    return code if kind == USER else f"{code} ({kind})"


def _entries(value: object) -> Sequence[object]:
    names = names_in_text(value)
    if names is not None:
        return names
    structure = unwrap(read_structure(PARAMETER, value), PARAMETER)
    return structure if isinstance(structure, list) else [structure]


def _mention(entry: object, number: int) -> Mention:
    if isinstance(entry, str):
        return Mention(_code(entry, number))
    if isinstance(entry, int | Decimal) and not isinstance(entry, bool):
        return Mention(_code(preview(entry), number))
    if not isinstance(entry, dict) or not OWN_KEYS.issuperset(entry) or not _is_code(entry.get("code")):
        raise _refused(number, entry, Message('a login name or {{"code": "sales", "type": "ORGANIZATION"}}'))
    return Mention(_code(str(entry["code"]), number), _type(entry.get("type"), number))


def _is_code(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else isinstance(value, int) and not isinstance(value, bool)


def _code(text: str, number: int) -> str:
    code = text.strip()
    if len(code) > limits.MAX_CODE_LENGTH or _UNENCODABLE.search(code):
        raise _refused(number, code, Message("a code as kintone's user administration shows it"))
    return code


def _type(value: object, number: int) -> str:
    if is_absent(value):
        return USER
    written = value.strip().upper() if isinstance(value, str) else ""
    if written not in MENTION_TYPES:
        raise InvalidParameterError(
            "mentions, entry {number}: type must be one of {types}, not {given}",
            number=number,
            types=", ".join(MENTION_TYPES),
            given=shown_value(value),
        )
    return written


def _refused(number: int, entry: object, instead: Message) -> InvalidParameterError:
    return InvalidParameterError(
        "mentions, entry {number} must be {instead}, not {given}",
        number=number,
        instead=instead,
        given=shown_value(entry),
    )
