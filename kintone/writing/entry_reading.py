"""Reading the entries of an upsert from the caller's ``records_data``, with all problems reported at once."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.texts import preview, previews
from kintone.values.numbers import whole_number
from kintone.writing.entries import MAX_PROBLEMS, PARAMETER, Entry, raise_if_any, type_name
from kintone.writing.entry_advice import PLAIN_ADVICE, EntryAdvice
from kintone.writing.entry_keys import ENTRY_KEYS, MAX_KEYS_COMPARED, holds_mistyped_key, unknown_key_problems
from kintone.writing.update_keys import (
    KeyProblemError,
    UpdateKey,
    is_field_code,
    key_text,
    repeated_ids,
    repeated_keys,
    same_key,
)

UPDATE_KEY_KEYS = ("field", "value")
# The revision that turns kintone's check off; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records
ANY_REVISION = -1


# Reading entries


class KeyField(NamedTuple):
    """The code of the field that is the key of plain rows, and the parameter that names it."""

    code: str
    parameter: str


def read_entries(
    structure: object,
    update_key_field: str | None = None,
    *,
    parameter: str = PARAMETER,
    key_parameter: str = "update_key",
    advice: EntryAdvice = PLAIN_ADVICE,
) -> list[Entry]:
    """Read the entries from decoded ``records_data``.

    ``structure`` is ``{"records": […]}`` or the list alone, either of them possibly inside ``{"records_data": …}``.
    With ``update_key_field`` the list may hold plain rows, which must all have that field. Raises one
    ``InvalidParameterError`` that lists the problems of all entries and begins with ``parameter``.
    """
    key_field = _checked_key_field(update_key_field, key_parameter)
    problems: list[Message] = []
    entries: list[Entry] = []
    items = _items(structure, parameter)
    if key_field is None and all(map(_is_plain_row, items)):
        problem = Message("these are plain rows without update_key; {advice}", advice=advice.about_plain_rows(items))
        raise_if_any([problem], parameter)
    for position, item in enumerate(items, start=1):
        found: list[Message] = []
        entry = _entry(position, item, key_field, found, advice)
        problems += [Message("entry {position}: {problem}", position=position, problem=problem) for problem in found]
        if entry is not None and not found:
            entries.append(entry)
        if len(problems) >= MAX_PROBLEMS:
            raise_if_any(problems, parameter)
    problems += repeated_keys([(entry.position, entry.update_key) for entry in entries])
    problems += repeated_ids([(entry.position, entry.id) for entry in entries])
    raise_if_any(problems, parameter)
    return entries


def read_entry(position: int, item: object, update_key_field: str | None) -> tuple[Entry | None, list[Message]]:
    """Return one entry, or None, and what is wrong with it; the entries of a file are read one at a time."""
    problems: list[Message] = []
    key_field = KeyField(update_key_field, "update_key") if update_key_field else None
    return _entry(position, item, key_field, problems, PLAIN_ADVICE), problems


def is_plain_row(item: Mapping[str, object], update_key_field: str | None, codes: Container[str]) -> bool:
    """Tell whether an object holds fields alone; of its names, ``codes`` are field codes and not keys of an entry."""
    if not item or _looks_like_entry(item):
        return False
    if update_key_field is not None and update_key_field in item:
        return True
    others = [key for key in islice(item, MAX_KEYS_COMPARED) if key not in codes]
    return not any(key in ENTRY_KEYS for key in others) and not holds_mistyped_key(dict.fromkeys(others))


def _checked_key_field(update_key_field: str | None, parameter: str) -> KeyField | None:
    code = (update_key_field or "").strip()
    if code and not is_field_code(code):
        raise InvalidParameterError(
            "{parameter}: {code} is not a field code; write the code of one field, as in sku",
            parameter=parameter,
            code=preview(code),
        )
    return KeyField(code, parameter) if code else None


def _items(structure: object, parameter: str) -> Sequence[object]:
    """Return the list inside the wrappers; raises ``InvalidParameterError``."""
    inner = structure
    for wrapper in ("records_data", "records"):
        if isinstance(inner, dict) and wrapper in inner:
            others = [key for key in inner if key != wrapper]
            if others:
                raise InvalidParameterError(
                    '{parameter}: beside "{wrapper}" there is {others}, which has no meaning here; '
                    "leave it out (app, token and options are parameters of their own)",
                    parameter=parameter,
                    wrapper=wrapper,
                    others=previews(others),
                )
            inner = inner[wrapper]
    if isinstance(inner, dict) and inner:
        raise InvalidParameterError(
            "{parameter}: a list of entries is needed, not an object; put the object into a list: [{{…}}]",
            parameter=parameter,
        )
    if not isinstance(inner, list | tuple):
        raise InvalidParameterError(
            '{parameter}: a list of entries is needed, not {kind}; write {{"records": [{{"record": {{…}}}}]}}',
            parameter=parameter,
            kind=type_name(inner),
        )
    if not inner:
        raise InvalidParameterError("{parameter}: the list is empty; give at least one entry", parameter=parameter)
    return inner


def _is_plain_row(item: object) -> bool:
    """Tell whether an item is an object that has no key of an entry, and none that is mistyped."""
    if not isinstance(item, dict) or not item or any(key in ENTRY_KEYS for key in item):
        return False
    return not holds_mistyped_key(item)


def _entry(
    position: int, item: object, key_field: KeyField | None, problems: list[Message], advice: EntryAdvice
) -> Entry | None:
    """Read an entry or, where there is a field for the update key, a plain row."""
    if not isinstance(item, dict):
        problems.append(Message('is {kind}; write an object: {{"record": {{…}}}}', kind=type_name(item)))
        return None
    if key_field is not None and (key_field.code in item or not _looks_like_entry(item)):
        return _with_key_from_record(Entry(position, item), key_field, problems)
    if not item or _is_plain_row(item):
        problems.append(
            Message('has no "record"; write {{"record": {{…}}}} for each entry, or name update_key to send plain rows')
        )
        return None
    entry = _read_entry(position, item, problems, advice)
    if key_field is not None and not problems and entry.update_key is None and entry.id is None:
        return _with_key_from_record(entry, key_field, problems)
    return _without_key_in_record(entry, problems)


def _read_entry(position: int, item: Mapping[str, object], problems: list[Message], advice: EntryAdvice) -> Entry:
    problems += unknown_key_problems(item)
    record: Mapping[str, object] = {}
    if "record" in item:
        record = _read_record(item["record"], problems)
    elif not problems:
        problems.append(Message('has no "record"; write the fields to save as "record": {{"code": {{"value": …}}}}'))
    if "id" in item and "updateKey" in item:
        problems.append(Message("has both id and updateKey; keep the one that finds the record"))
    key = _read_update_key(item, problems)
    return Entry(position, record, key, _read_id(item, problems, advice), read_revision(item.get("revision"), problems))


def _looks_like_entry(item: Mapping[Any, object]) -> bool:
    return isinstance(item.get("record"), dict) and all(key in ENTRY_KEYS for key in item)


def _with_key_from_record(entry: Entry, key_field: KeyField, problems: list[Message]) -> Entry | None:
    """Make a field of the record the update key."""
    code, named_by = key_field
    record = _read_record(entry.record, problems)
    if record.get(code) is None:
        problems.append(
            Message('has no "{code}", which {named_by} names; every row needs it', code=code, named_by=named_by)
        )
        return None
    try:
        text = key_text(_unwrapped(record[code]))
    except KeyProblemError as error:
        problems.append(
            Message('"{code}", which {named_by} names, {problem}', code=code, named_by=named_by, problem=error.problem)
        )
        return None
    return _without_key_in_record(replace(entry, update_key=UpdateKey(code, text)), problems)


def _without_key_in_record(entry: Entry, problems: list[Message]) -> Entry:
    """Remove the key from the record, as kintone requires; another value given for it there is a problem."""
    key = entry.update_key
    if key is None or key.field not in entry.record:
        return entry
    if not same_key(_unwrapped(entry.record[key.field]), key.value):
        problems.append(
            Message(
                'updateKey looks for "{value}" but record gives "{field}" another value; kintone cannot change '
                "the key by which it finds a record: leave it out of record, or use id to change it",
                value=key.value,
                field=key.field,
            )
        )
    return entry.with_record({code: value for code, value in entry.record.items() if code != key.field})


# The parts of an entry


def _read_record(value: object, problems: list[Message]) -> Mapping[str, object]:
    """Return the field map."""
    if not isinstance(value, dict):
        problems.append(
            Message('"record" is {kind}; write an object: {{"code": {{"value": …}}}}', kind=type_name(value))
        )
        return {}
    not_texts = [key for key in value if not isinstance(key, str)]
    if not_texts:
        problems.append(
            Message("has {codes} as a field code; field codes are texts in quotes", codes=previews(not_texts))
        )
    return value


def _read_update_key(item: Mapping[str, object], problems: list[Message]) -> UpdateKey | None:
    """Return the update key; an empty one is a problem, since the entry would be inserted at every call."""
    if "updateKey" not in item:
        return None
    key = item["updateKey"]
    if not isinstance(key, dict) or set(key) != set(UPDATE_KEY_KEYS):
        problems.append(Message('updateKey must be {{"field": "<field code>", "value": "<value>"}} and nothing else'))
        return None
    code = key["field"]
    if not isinstance(code, str) or not is_field_code(code.strip()):
        problems.append(Message("the field of updateKey is {code}; write the code of one field", code=preview(code)))
        return None
    try:
        return UpdateKey(code.strip(), key_text(key["value"]))
    except KeyProblemError as error:
        problems.append(Message("the value of updateKey {problem}", problem=error.problem))
        return None


def _read_id(item: Mapping[str, object], problems: list[Message], advice: EntryAdvice) -> str | None:
    """Return the record id without leading zeros; an empty one is a problem, since the entry would be inserted."""
    if "id" not in item:
        return None
    number = whole_number(item["id"])
    if number is None:
        meant = advice.record_id(item["id"])
        if meant is not None:
            return meant
    if number is None or number <= 0:
        problems.append(Message("id is {id}; {hint}", id=preview(item["id"]), hint=advice.instead_of_id(item["id"])))
        return None
    return str(number)


def read_revision(value: object, problems: list[Message]) -> str | None:
    """Return the revision that the record must have; None where it is absent, null or -1."""
    if value is None:
        return None
    number = whole_number(value)
    if number is None or (number <= 0 and number != ANY_REVISION):
        problems.append(
            Message(
                "revision is {revision}; write the record's revision number, or leave it out", revision=preview(value)
            )
        )
        return None
    return None if number == ANY_REVISION else str(number)


def _unwrapped(value: object) -> object:
    """Return the value of ``{"value": …}``, or the value itself."""
    return value["value"] if isinstance(value, dict) and "value" in value else value
