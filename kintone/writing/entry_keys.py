"""The keys of an entry of an upsert, and what is said of other ones."""

from collections.abc import Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any

from kintone.messages import NOTHING, Message
from kintone.texts import preview, previews

ENTRY_KEYS = ("updateKey", "id", "revision", "record")
MAX_TYPO_LENGTH = 20
MAX_UNKNOWN_KEYS = 50
MAX_KEYS_COMPARED = 50


def unknown_key_problems(item: Mapping[str, object]) -> list[Message]:
    """Return the problems of the keys that have no meaning in an entry, fifty at most."""
    if beside := _fields_beside(item):
        return [beside]
    problems: list[Message] = []
    for key in islice((key for key in item if key not in ENTRY_KEYS), MAX_UNKNOWN_KEYS):
        nearest = _nearest_key(key)
        hint = (
            Message('did you mean "{key}"?', key=nearest)
            if nearest
            else Message("an entry has updateKey or id, revision and record only")
        )
        problems.append(Message("has {key}, which has no meaning here; {hint}", key=preview(key), hint=hint))
    return problems


def holds_mistyped_key(item: Mapping[Any, object]) -> bool:
    """Tell whether one of the first keys is nearly one of an entry, such as "update_key"."""
    return any(map(_nearest_key, islice((key for key in item if key not in ENTRY_KEYS), MAX_KEYS_COMPARED)))


def _fields_beside(item: Mapping[str, object]) -> Message:
    """Say of an entry whose fields stand beside its id or key, ``{"id": 5, "stock": 3}``, how it is written."""
    others = [key for key in islice(item, MAX_KEYS_COMPARED) if key not in ENTRY_KEYS]
    if "record" in item or not others or holds_mistyped_key(item):
        return NOTHING
    found_by = "id" if "id" in item else "updateKey"
    if found_by not in item:
        return NOTHING
    return Message(
        'has {keys} beside {found_by}; write the fields inside record: {{"{found_by}": …, "record": {{{first}: …}}}}',
        keys=previews(others),
        found_by=found_by,
        first=preview(others[0]),
    )


def _nearest_key(key: object) -> str | None:
    """Return the key of an entry that a mistyped key such as "update_key" probably stands for, None for no such key."""
    if not isinstance(key, str) or len(key) > MAX_TYPO_LENGTH:
        return None
    folded = {known.casefold(): known for known in ENTRY_KEYS}
    matches = get_close_matches(key.replace("_", "").replace("-", "").strip().casefold(), folded, n=1, cutoff=0.75)
    return folded[matches[0]] if matches else None
