"""The pages about tools in one language, made of the tools' YAML, ``tool_facts.yaml`` and ``page_words.yaml``.

The table of conditions comes from the plugin's table of field types.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kintone.field_types import types_by_conditions

type Declared = Mapping[str, Any]
"""A part of a YAML file: a tool, a parameter, a schema."""
type Facts = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows about permissions and about repetition: ``tools``, ``says`` and perhaps ``only``, the last two by language."""

FACT_COLUMNS: Final = {"permissions": "permission_columns", "repetition": "repetition_columns"}


class Pages:
    """Writes the pages in one language; ``words`` are its words of ``page_words.yaml``."""

    def __init__(self, language: str, words: Mapping[str, Any]) -> None:
        """Keep language and words."""
        self._language = language
        self._words = words

    def index(self, tools: Sequence[Declared]) -> str:
        """Return the page that lists all tools."""
        words = self._words
        rows = [
            (f"[`{name}`](tools/{name}.md)", self._text(tool["identity"]["label"]), self._purpose(tool))
            for tool in tools
            for name in [tool["identity"]["name"]]
        ]
        return _page(f"# {words['index']}", words["written"], _table(words["index_columns"], rows), words["links"])

    def page(self, tool: Declared, facts: Facts) -> str:
        """Return the page about one tool."""
        name = tool["identity"]["name"]
        words = self._words
        parameters = [self._parameter_row(entry) for entry in tool["parameters"]]
        results = list(_result_rows(tool["output_schema"]["properties"]))
        own = {kind: [{**row, "tools": [name]} for row in rows if name in row["tools"]] for kind, rows in facts.items()}
        return _page(
            f"# {name}",
            f"{self._text(tool['identity']['label'])}: {self._purpose(tool)}",
            f"## {words['parameters']}",
            _table(words["parameter_columns"], parameters) if parameters else words["no_parameters"],
            f"## {words['results']}",
            _table(words["result_columns"], results) if results else words["no_results"],
            f"## {words['permissions']}",
            self.fact_table("permissions", own),
            f"## {words['repetition']}",
            self.fact_table("repetition", own),
            f"## {words['read_by_models']}",
            f"> {_one_line(tool['description']['llm'])}",
            f"*{words['written']}*",
        )

    def fact_table(self, kind: str, facts: Facts) -> str:
        """Return the table of the permissions or of what happens on repetition."""
        rows = [(self._subject(row), self._text(row["says"])) for row in facts[kind]]
        return _table(self._words[FACT_COLUMNS[kind]], rows)

    def conditions_table(self) -> str:
        """Return the table of what conditions in queries take, by type of field."""
        names: Mapping[str, str] = self._words["field_types"]
        rows = [
            (
                self._words["separator"].join(names[entry.name] for entry in types),
                " ".join(f"`{operator}`" for operator in types[0].query.operators),
                f"`{types[0].query.empty}`" if types[0].query.empty else "",
            )
            for types in types_by_conditions()
        ]
        rows = [(_capitalised(name), operators, empty) for name, operators, empty in rows]
        return _table(self._words["condition_columns"], [*rows, self._words["column_of_table"]])

    def _subject(self, row: Mapping[str, Any]) -> str:
        tools = self._words["separator"].join(f"`{tool}`" for tool in row["tools"])
        return str(self._words["subset"].format(tools=tools, only=self._text(row["only"])) if "only" in row else tools)

    def _text(self, translations: Mapping[str, str]) -> str:
        return translations[self._language]

    def _purpose(self, tool: Declared) -> str:
        return self._text(tool["description"]["human"])

    def _parameter_row(self, entry: Declared) -> tuple[str, ...]:
        filled_by = [self._words["filled_by"][entry["form"]], *([self._words["required"]] if entry["required"] else [])]
        default = entry.get("default")
        return (
            f"`{entry['name']}`",
            self._text(entry["label"]),
            entry["type"],
            self._words["separator"].join(filled_by),
            "" if default is None else f"`{str(default).lower()}`",
            self._range(entry),
            self._text(entry["human_description"]),
        )

    def _range(self, entry: Declared) -> str:
        if "options" in entry:
            shown = [
                self._words["option"].format(value=option["value"], label=self._text(option["label"]))
                for option in entry["options"]
            ]
            return str(self._words["separator"].join(shown))
        least, most = entry.get("min"), entry.get("max")
        if least is None and most is None:
            return ""
        kind = "maximum" if least is None else "minimum" if most is None else "range"
        return str(self._words[kind].format(least=least, most=most))


def _result_rows(properties: Declared, above: str = "") -> Iterator[tuple[str, ...]]:
    """Yield a row for each variable, and one for each key of its entries; without a type where it varies."""
    for name, schema in properties.items():
        entry = schema.get("items", schema)
        is_list = "items" in schema
        path = f"{above}{name}"
        yield f"`{path}`", f"array[{entry['type']}]" if is_list else schema.get("type", ""), schema["description"]
        yield from _result_rows(entry.get("properties", {}), f"{path}[]." if is_list else f"{path}.")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(_one_line(cell).replace('|', '\\|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _page(*parts: str) -> str:
    return "\n\n".join(map(str.strip, parts)) + "\n"
