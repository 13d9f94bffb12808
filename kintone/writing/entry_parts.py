"""The parts of one entry of an upsert, each read alone; what is wrong is added to the entry's problems."""

from collections.abc import Mapping
from difflib import get_close_matches

from kintone.messages import Message
from kintone.values.excerpts import excerpt, excerpts
from kintone.values.whole_numbers import record_id_hint, whole_number
from kintone.writing.update_keys import KeyProblemError, UpdateKey, is_field_code, key_text

ENTRY_KEYS = ("updateKey", "id", "revision", "record")
KEY_KEYS = ("field", "value")
LONGEST_TYPO = 20
MOST_STRANGERS = 50
NO_CHECK = -1
"""kintone's own word for "whatever the revision is"; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records"""

_KINDS: Mapping[type, Message] = {
    dict: Message("an object"),
    list: Message("a list"),
    str: Message("a text"),
    bool: Message("true or false"),
    type(None): Message("null"),
}


def stranger_problems(item: Mapping[str, object]) -> list[Message]:
    """Return a problem for every key that an entry does not have, the first fifty of them."""
    problems: list[Message] = []
    for key in item:
        if len(problems) == MOST_STRANGERS:
            break
        if key not in ENTRY_KEYS:
            near = near_key(key)
            hint = (
                Message('did you mean "{key}"?', key=near)
                if near
                else Message("an entry has updateKey or id, revision and record only")
            )
            problems.append(Message("has {key}, which has no meaning here; {hint}", key=excerpt(key), hint=hint))
    return problems


def near_key(key: object) -> str | None:
    """Return the key of an entry that was probably meant, as by "updatekey" or "update_key"."""
    if not isinstance(key, str) or len(key) > LONGEST_TYPO:
        return None
    plain = {known.casefold(): known for known in ENTRY_KEYS}
    matches = get_close_matches(key.replace("_", "").replace("-", "").strip().casefold(), plain, n=1, cutoff=0.75)
    return plain[matches[0]] if matches else None


def read_record(value: object, problems: list[Message]) -> Mapping[str, object]:
    """Return the field map."""
    if not isinstance(value, dict):
        problems.append(Message('"record" is {kind}; write an object: {{"code": {{"value": …}}}}', kind=kind(value)))
        return {}
    strange = [key for key in value if not isinstance(key, str)]
    if strange:
        problems.append(
            Message("has {codes} as a field code; field codes are texts in quotes", codes=excerpts(strange))
        )
    return value


def read_update_key(item: Mapping[str, object], problems: list[Message]) -> UpdateKey | None:
    """Return the key to match on; an empty one is a problem, since the entry would be inserted again and again."""
    if "updateKey" not in item:
        return None
    key = item["updateKey"]
    if not isinstance(key, dict) or set(key) != set(KEY_KEYS):
        problems.append(Message('updateKey must be {{"field": "<field code>", "value": "<value>"}} and nothing else'))
        return None
    code = key["field"]
    if not isinstance(code, str) or not is_field_code(code.strip()):
        problems.append(Message("the field of updateKey is {code}; write the code of one field", code=excerpt(code)))
        return None
    try:
        return UpdateKey(code.strip(), key_text(key["value"]))
    except KeyProblemError as error:
        problems.append(Message("the value of updateKey {problem}", problem=error.problem))
        return None


def read_id(item: Mapping[str, object], problems: list[Message]) -> str | None:
    """Return the record id without leading zeros; an empty one is a problem, since the entry would be inserted."""
    if "id" not in item:
        return None
    number = whole_number(item["id"])
    if number is None or number <= 0:
        hint = record_id_hint(item["id"]) or Message("write the record's number, or leave id out to insert")
        problems.append(Message("id is {id}; {hint}", id=excerpt(item["id"]), hint=hint))
        return None
    return str(number)


def read_revision(item: Mapping[str, object], problems: list[Message]) -> str | None:
    """Return the revision that the caller insists on; absent, null and -1 mean none."""
    value = item.get("revision")
    if value is None:
        return None
    number = whole_number(value)
    if number is None or (number <= 0 and number != NO_CHECK):
        problems.append(
            Message(
                "revision is {revision}; write the record's revision number, or leave it out", revision=excerpt(value)
            )
        )
        return None
    return None if number == NO_CHECK else str(number)


def unwrapped(value: object) -> object:
    """Return the value of ``{"value": …}``, or the value itself."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


def kind(value: object) -> Message:
    """Name the type of a decoded value in words."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    return Message("a number") if isinstance(value, int | float) else Message("something else")
