"""The declaration of a tool: its parameters and result variables, read from the tool's YAML and stated nowhere else.

Dify shows the YAML to people and casts values by it, but does not apply its defaults, options and ranges when a tool
runs. ``tools.parameters`` applies them, from what is read here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from kintone.errors import InvalidParameterError
from kintone.forms.near_matches import nearest_codes, one_of
from kintone.messages import Joined, Message
from kintone.texts import printable

FOLDER = Path(__file__).resolve().parent
NETWORK_PARAMETERS: Final = (
    "kintone_app_id",
    "kintone_domain",
    "kintone_api_token",
    "kintone_guest_space_id",
    "request_timeout",
)
"""The parameters that every networked tool has in addition to its own; a ``base.OfflineTool`` has none of them."""
LOCK_CREDENTIALS: Final = (
    "kintone_basic_auth_user",
    "kintone_basic_auth_password",
    "kintone_client_certificate",
    "kintone_client_certificate_password",
)
"""The values of a stored credential that open a locked site; no tool has a parameter for them."""
MAX_NAMES_SHOWN = 5
MAX_NAME_LENGTH = 40

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "kintone_app_id": ("app", "app_id", "application_id"),
    "kintone_domain": ("domain", "subdomain", "host", "site", "base_url"),
    "kintone_api_token": ("token", "api_token", "api_key", "auth"),
    "kintone_guest_space_id": ("guest_space", "guest_space_id", "space", "space_id"),
    "request_timeout": ("timeout",),
    "query": (
        "condition", "conditions", "where", "filter", "filters", "search", "q", "sql", "order", "order_by", "sort",
        "sort_by", "offset", "skip", "page", "record_id", "record_ids", "id", "ids",
    ),
    "max_records": ("limit", "max", "max_results", "top", "count", "size", "page_size", "per_page"),
    "fields": ("columns", "field_codes", "select", "properties", "field", "codes", "field_code", "code", "labels"),
    "group_by": ("group", "groups", "groupby", "by", "dimensions", "dimension"),
    "measures": ("measure", "metrics", "metric", "aggregate", "aggregates", "aggregation", "aggregations"),
    "max_rows": ("limit", "top", "max", "max_records", "max_results", "rows"),
    "time_zone": ("timezone", "tz", "zone"),
    "output_mode": ("output", "mode", "format", "output_format"),
    "csv_format": ("csv",),
    "csv_encoding": ("encoding", "charset", "character_encoding"),
    "record_data": ("record", "records", "data", "values", "fields", "payload", "json"),
    "operation": ("action", "mode", "method"),
    "records_json": ("records", "record", "json", "data", "rows", "items", "records_data"),
    "subtable_field_code": ("subtable", "table", "table_code", "subtable_code"),
    "records_source": (
        "records", "rows", "items", "data", "source", "json", "records_json", "records_data", "subtable_source",
    ),
    "updateKey": ("key", "key_field", "unique_key", "match_on", "field", "field_code"),
    "subtable_source": ("rows", "subtable", "table", "items", "data", "source", "json", "records_source"),
    "records_data": ("records", "record", "entries", "rows", "items", "data", "record_data", "json", "record_id", "id"),
    "records_file": ("file", "files", "csv", "csv_file", "data_file", "upload_file", "file_url", "url", "path"),
    "first_entry": ("start", "offset", "skip", "from", "next_entry", "first_record", "first_line", "start_line"),
    "stop_early": ("stop", "partial"),
    "file_encoding": ("encoding", "charset"),
    "skip_unknown_columns": ("skip_unknown", "ignore_unknown", "ignore_unknown_columns"),
    "update_key": ("key", "key_field", "unique_key", "match_on", "field", "field_code"),
    "update_key_value": ("value", "key_value", "unique_value"),
    "revision": ("version", "rev", "etag"),
    "when_missing": ("if_missing", "on_missing", "missing", "upsert", "must_exist", "create", "insert"),
    "validate_before_write": ("validate", "check"),
    "atomic": ("all_or_nothing", "all_at_once"),
    "table_mode": ("mode",),
    "file_mode": ("mode",),
    "upload_file": ("file", "files", "attachment", "attachments", "url", "path", "file_path", "content"),
    "file_names": ("name", "names", "file_name", "filenames"),
    "records_mapping": ("mapping",),
    "record_id": ("id", "record", "record_ids", "record_number", "number"),
    "record_ids": ("ids", "id", "record_id", "records", "record", "record_numbers", "numbers", "query"),
    "confirm_count": ("count", "confirm", "confirmation", "expected_count", "expected", "number_of_records"),
    "attachment_field": ("field", "field_code", "attachment"),
    "file_key": ("key", "file", "file_id"),
    "file_name": ("name", "filename", "save_as"),
    "comment_text": ("comment", "text", "message", "body", "content"),
    "mentions": ("mention", "users", "user", "to", "recipients", "cc"),
    "action": ("action_name", "status", "new_status", "transition", "operation", "command", "button"),
    "assignee": ("assignees", "user", "next_assignee", "assign_to", "assigned_to", "to", "owner"),
    "order": ("order_by", "sort", "sort_by", "sort_order", "direction"),
    "offset": ("skip", "start", "from"),
    "limit": ("max", "max_results", "max_records", "max_comments", "top", "count", "size", "page_size", "per_page"),
}  # fmt: skip
"""Names that models and people write instead of a parameter's name and that are not spelled like it."""
OTHER_TOOLS: Final[Mapping[str, tuple[tuple[str, ...], Message]]] = {
    "record_data": (
        ("record_id", "id", "update_key", "key"),
        Message("it looks for no record; to change one that is there, use kintone_update_record, if you have it"),
    ),
    "update_key_value": (
        ("query", "condition", "where", "filter", "search", "limit", "max_records"),
        Message("it works on one record; to find records by a condition, use kintone_query, if you have it"),
    ),
    "confirm_count": (
        (
            "limit", "max_records", "max", "max_results", "top", "size", "page_size", "per_page", "order", "order_by",
            "sort", "sort_by", "offset", "skip", "page",
        ),
        Message("all records that query finds are deleted; narrow it, or name the records in record_ids"),
    ),
    "upload_file": (
        ("file_key", "file_keys"),
        Message("it makes new keys; to attach a file by its key, use kintone_upsert_records, if you have it"),
    ),
}  # fmt: skip
"""By a parameter of a tool: names of parameters that belong to other tools, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; ``is_setting`` means that the author of the workflow sets it, never a model."""

    name: str
    options: tuple[str, ...] = ()
    default: object = None
    minimum: float | None = None
    maximum: float | None = None
    is_setting: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declaration of a tool: its parameters by name, and the names of its result variables."""

    tool: str
    parameters: Mapping[str, Parameter]
    variables: frozenset[str]

    def refuse_unknown(self, given: Mapping[str, object]) -> None:
        """Raise ``InvalidParameterError`` for a name that the tool does not declare, if it has a value.

        Ignoring it could mislead: a model that invents a parameter for a condition, and gets every record, believes
        that all of them meet the condition.
        """
        unknown = [name for name, value in given.items() if name not in self.parameters and _has_value(value)]
        if unknown:
            raise InvalidParameterError(Joined([self._unknown(str(name)) for name in unknown[:MAX_NAMES_SHOWN]]))

    def _unknown(self, name: str) -> Message:
        shown = printable(name, MAX_NAME_LENGTH)
        for parameter, (names, advice) in OTHER_TOOLS.items():
            is_theirs = parameter in self.parameters and self.parameters.keys().isdisjoint(names)
            if is_theirs and _is_among(name, names):
                return Message("{tool} has no parameter {name}: {advice}", tool=self.tool, name=shown, advice=advice)
        meant = self._intended(name)
        if meant and all(self.parameters[each].is_setting for each in meant):
            return Message(
                "{tool} has no parameter {name}; leave it out, {meant} is for the author of the workflow to set",
                tool=self.tool,
                name=shown,
                meant=one_of(meant),
            )
        if meant:
            return Message(
                "{tool} has no parameter {name}; did you mean {meant}?",
                tool=self.tool,
                name=shown,
                meant=one_of(meant),
            )
        own = ", ".join(each.name for each in self.parameters.values() if not each.is_setting)
        if not own:
            return Message(
                "{tool} has no parameter {name}; leave it out, since it takes no parameters", tool=self.tool, name=shown
            )
        return Message(
            "{tool} has no parameter {name}; leave it out, or use one of {names}",
            tool=self.tool,
            name=shown,
            names=own,
        )

    def _intended(self, name: str) -> tuple[str, ...]:
        meant = tuple(each for each in self.parameters if _is_among(name, (each, *SYNONYMS.get(each, ()))))
        return meant or nearest_codes(name[:MAX_NAME_LENGTH], ((each, each) for each in self.parameters))


def parameters_named(names: Iterable[str]) -> Mapping[str, Parameter]:
    """Return parameters that have a name and nothing else, such as the values of a stored credential."""
    return {name: Parameter(name) for name in names}


@cache
def declaration_of(tool: str) -> Declaration:
    """Read the YAML of a tool; raises ``OSError`` or ``YAMLError`` for a missing or broken file."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{tool}.yaml").read_text(encoding="utf-8"))
    parameters = {entry["name"]: _parameter(entry) for entry in content["parameters"]}
    return Declaration(tool, parameters, frozenset(content["output_schema"]["properties"]))


def _parameter(entry: Mapping[str, Any]) -> Parameter:
    options = tuple(option["value"] for option in entry.get("options", ()))
    return Parameter(
        entry["name"],
        options,
        entry.get("default"),
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        is_setting=entry["form"] == "form",
    )


def _is_among(name: str, names: Iterable[str]) -> bool:
    """Tell whether a name is one of the others; ``orderBy``, ``order_by`` and ``Order-By`` count as the same name."""
    return _normalized(name) in map(_normalized, names)


def _normalized(name: str) -> str:
    return "".join(filter(str.isalnum, name[:MAX_NAME_LENGTH].lower()))


def _has_value(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_value, value))
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != {}
