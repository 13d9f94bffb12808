"""What a tool's YAML says of its parameters; it is what Dify's people read, so the code asks it and repeats nothing.

Dify shows the YAML, casts by it and sends what it likes: neither its defaults nor its options and ranges are applied
when a tool runs, so they are applied here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from kintone.errors import InvalidParameterError
from kintone.forms.near_matches import either, nearest_codes
from kintone.messages import Joined, Message
from kintone.values.excerpts import printable

FOLDER = Path(__file__).resolve().parent
NETWORK_PARAMETERS: Final = (
    "kintone_app_id",
    "kintone_domain",
    "kintone_api_token",
    "kintone_guest_space_id",
    "request_timeout",
)
"""What every tool that asks kintone takes beside its own parameters."""
LISTED = 5
LONGEST_NAME = 40

MEANT: Final[Mapping[str, tuple[str, ...]]] = {
    "kintone_app_id": ("app", "app_id", "appid", "application_id"),
    "kintone_domain": ("domain", "subdomain", "host", "site", "base_url"),
    "kintone_api_token": ("token", "api_token", "api_key", "auth"),
    "kintone_guest_space_id": ("guest_space", "guest_space_id", "space", "space_id"),
    "request_timeout": ("timeout",),
    "query": ("condition", "conditions", "where", "filter", "filters", "search", "q", "order_by", "sort", "offset"),
    "max_records": ("limit", "max", "max_results", "top", "count", "size", "page_size"),
    "fields": ("columns", "field_codes", "select", "properties"),
    "output_mode": ("output", "mode", "format"),
    "record_data": ("record", "data", "values", "fields", "payload"),
    "records_data": ("records", "entries", "rows", "items", "data", "record_data"),
    "update_key": ("key", "key_field", "updateKey", "unique_key", "match_on"),
    "validate_before_write": ("validate", "check"),
    "upload_file": ("file", "files", "attachment", "attachments"),
    "file_names": ("names", "filenames"),
    "records_mapping": ("mapping",),
    "record_id": ("id", "record", "record_ids"),
    "attachment_field": ("field", "field_code"),
    "file_key": ("key", "fileKey", "file"),
    "file_name": ("name", "filename"),
}
"""Names that models and people write instead of a parameter's own, where the spelling does not tell."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, the options of a select, its default, and the range of a number."""

    name: str
    options: tuple[str, ...] = ()
    default: object = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A tool as its YAML declares it: parameters and result variables by name."""

    tool: str
    parameters: Mapping[str, Parameter]
    variables: frozenset[str]

    def refuse_unknown(self, given: Mapping[str, object]) -> None:
        """Raise ``InvalidParameterError`` for a value that no parameter of the tool would take.

        A model that invents a condition and gets every record instead believes that all of them meet it.
        """
        unknown = [name for name, value in given.items() if name not in self.parameters and _says_something(value)]
        if unknown:
            told = [self._unknown(str(name)) for name in unknown[:LISTED]]
            raise InvalidParameterError(Joined(told))

    def _unknown(self, name: str) -> Message:
        shown = printable(name, LONGEST_NAME)
        meant = self._meant(name)
        if meant:
            return Message(
                "{tool} has no parameter {name}; did you mean {meant}?", tool=self.tool, name=shown, meant=either(meant)
            )
        return Message(
            "{tool} has no parameter {name}; leave it out, or use one of {names}",
            tool=self.tool,
            name=shown,
            names=", ".join(self.parameters),
        )

    def _meant(self, name: str) -> tuple[str, ...]:
        written = name.strip().lower()
        for parameter in self.parameters:
            if written in map(str.lower, MEANT.get(parameter, ())):
                return (parameter,)
        return nearest_codes(name[:LONGEST_NAME], ((each, each) for each in self.parameters))


def parameters_named(names: Iterable[str]) -> Mapping[str, Parameter]:
    """Return parameters of which nothing is known but their names, such as the values of a stored credential."""
    return {name: Parameter(name) for name in names}


@cache
def declaration_of(tool: str) -> Declaration:
    """Read the YAML of a tool; raises what a missing or broken file raises."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{tool}.yaml").read_text(encoding="utf-8"))
    parameters = {entry["name"]: _parameter(entry) for entry in content["parameters"]}
    return Declaration(tool, parameters, frozenset(content["output_schema"]["properties"]))


def _parameter(entry: Mapping[str, Any]) -> Parameter:
    options = tuple(option["value"] for option in entry.get("options", ()))
    return Parameter(entry["name"], options, entry.get("default"), entry.get("min"), entry.get("max"))


def _says_something(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_says_something, value))
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != {}
