"""The parts of one entry of an upsert, each read alone; what is wrong is added to the entry's problems."""

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches

from kintone.values.excerpts import excerpt, excerpts
from kintone.writing.update_keys import KeyProblemError, UpdateKey, is_field_code, key_text

ENTRY_KEYS = ("updateKey", "id", "revision", "record")
KEY_KEYS = ("field", "value")
LONGEST_ID = 18
LONGEST_TYPO = 20
MOST_STRANGERS = 50
NO_CHECK = -1
"""kintone's own word for "whatever the revision is"; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records"""


def stranger_problems(item: Mapping[str, object]) -> list[str]:
    """Return a problem for every key that an entry does not have, the first fifty of them."""
    problems: list[str] = []
    for key in item:
        if len(problems) == MOST_STRANGERS:
            break
        if key not in ENTRY_KEYS:
            near = near_key(key)
            hint = f'did you mean "{near}"?' if near else "an entry has updateKey or id, revision and record only"
            problems.append(f"has {excerpt(key)}, which has no meaning here; {hint}")
    return problems


def near_key(key: object) -> str | None:
    """Return the key of an entry that was probably meant, as by "updatekey" or "update_key"."""
    if not isinstance(key, str) or len(key) > LONGEST_TYPO:
        return None
    plain = {known.casefold(): known for known in ENTRY_KEYS}
    matches = get_close_matches(key.replace("_", "").replace("-", "").strip().casefold(), plain, n=1, cutoff=0.75)
    return plain[matches[0]] if matches else None


def read_record(value: object, problems: list[str]) -> Mapping[str, object]:
    """Return the field map."""
    if not isinstance(value, dict):
        problems.append(f'"record" is {kind(value)}; write an object: {{"code": {{"value": …}}}}')
        return {}
    strange = [key for key in value if not isinstance(key, str)]
    if strange:
        problems.append(f"has {excerpts(strange)} as a field code; field codes are texts in quotes")
    return value


def read_update_key(item: Mapping[str, object], problems: list[str]) -> UpdateKey | None:
    """Return the key to match on; an empty one is a problem, since the entry would be inserted again and again."""
    if "updateKey" not in item:
        return None
    key = item["updateKey"]
    if not isinstance(key, dict) or set(key) != set(KEY_KEYS):
        problems.append('updateKey must be {"field": "<field code>", "value": "<value>"} and nothing else')
        return None
    code = key["field"]
    if not isinstance(code, str) or not is_field_code(code.strip()):
        problems.append(f"the field of updateKey is {excerpt(code)}; write the code of one field")
        return None
    try:
        return UpdateKey(code.strip(), key_text(key["value"]))
    except KeyProblemError as problem:
        problems.append(f"the value of updateKey {problem}")
        return None


def read_id(item: Mapping[str, object], problems: list[str]) -> str | None:
    """Return the record id without leading zeros; an empty one is a problem, since the entry would be inserted."""
    if "id" not in item:
        return None
    number = _whole(item["id"])
    if number is None or number <= 0:
        problems.append(f"id is {excerpt(item['id'])}; write the record's number, or leave id out to insert")
        return None
    return str(number)


def read_revision(item: Mapping[str, object], problems: list[str]) -> str | None:
    """Return the revision that the caller insists on; absent, null and -1 mean none."""
    value = item.get("revision")
    if value is None:
        return None
    number = _whole(value)
    if number is None or (number <= 0 and number != NO_CHECK):
        problems.append(f"revision is {excerpt(value)}; write the record's revision number, or leave it out")
        return None
    return None if number == NO_CHECK else str(number)


def unwrapped(value: object) -> object:
    """Return the value of ``{"value": …}``, or the value itself."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


def kind(value: object) -> str:
    """Name the type of a decoded value in words."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "something else")


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, str):
        text = value.strip()
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_ID else None
    if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() > LONGEST_ID):
        # Arithmetic with an exponent of seven digits raises.
        return None
    return int(value) if abs(value) < 10**LONGEST_ID and value == int(value) else None
