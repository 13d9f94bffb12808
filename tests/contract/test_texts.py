"""Texts about the tools for people and models: languages, lengths, examples and references to other tools."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.contract.agreed_names import OWN_PARAMETERS, TOOLS
from tests.contract.plugin_files import LANGUAGES, declared_files, load, tool, translations

LONGEST_TEXT = 1_023
# Characters of everything about one tool that a model reads in every turn of a conversation.
MOST_FOR_MODELS = 900
KANA = re.compile(r"[\u3040-\u30ff]")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
JOINED_SCRIPTS = re.compile(r"[\u3400-\u9fff][A-Za-z]|[A-Za-z][\u3400-\u9fff]")
# Texts that are the same in all languages: a name, an example of a value.
UNTRANSLATED = re.compile(r"kintone|[a-z.]*|[0-9]+")

# The tools that each tool's description must name.
RELATED_TOOLS = {
    "kintone_query": {
        "kintone_get_fields",
        "kintone_get_record",
        "kintone_aggregate",
        "kintone_query_docs",
        "kintone_download_file",
        "kintone_add_record",
        "kintone_get_record_comments",
        "kintone_upsert_records",
    },
    "kintone_validate_record_data": {
        "kintone_get_fields",
        "kintone_record_data_docs",
        "kintone_add_record",
        "kintone_upsert_records",
    },
    "kintone_add_record": {
        "kintone_get_fields",
        "kintone_record_data_docs",
        "kintone_query",
        "kintone_upsert_records",
        "kintone_upload_file",
    },
    "kintone_upsert_records": {
        "kintone_get_fields",
        "kintone_record_data_docs",
        "kintone_query",
        "kintone_update_record",
    },
    "kintone_upload_file": {
        "kintone_query",
        "kintone_add_record",
        "kintone_upsert_records",
        "kintone_update_record",
        "kintone_download_file",
    },
    "kintone_download_file": {"kintone_query", "kintone_get_record", "kintone_upload_file"},
    "kintone_aggregate": {"kintone_query", "kintone_get_fields"},
    "kintone_query_docs": {"kintone_query", "kintone_aggregate", "kintone_get_fields"},
    "kintone_record_data_docs": {
        "kintone_get_fields",
        "kintone_validate_record_data",
        "kintone_add_record",
        "kintone_upsert_records",
    },
    "kintone_get_fields": {"kintone_query", "kintone_aggregate", "kintone_add_record", "kintone_upsert_records"},
    "kintone_get_record": {"kintone_query", "kintone_download_file", "kintone_get_record_comments"},
    "kintone_flatten_json": {"kintone_query"},
    "kintone_update_record": {
        "kintone_get_fields",
        "kintone_get_record",
        "kintone_query",
        "kintone_record_data_docs",
        "kintone_upload_file",
    },
    "kintone_add_record_comment": {"kintone_query", "kintone_get_record_comments"},
    "kintone_get_record_comments": {"kintone_query", "kintone_add_record_comment"},
    "kintone_update_status": {"kintone_query", "kintone_get_fields"},
    "kintone_delete_records": {"kintone_aggregate"},
    "kintone_build_records_data": {"kintone_upsert_records"},
    "kintone_build_subtable_rows": set(),
}
JSON_PARAMETERS = (
    ("kintone_validate_record_data", "record_data"),
    ("kintone_add_record", "record_data"),
    ("kintone_update_record", "record_data"),
    ("kintone_upsert_records", "records_data"),
    ("kintone_upload_file", "records_mapping"),
)


def _all_translations() -> Iterator[tuple[str, dict[str, str]]]:
    for path in declared_files():
        yield from translations(load(path), path)


def _parameter(name: str, parameter: str) -> dict[str, object]:
    found: list[dict[str, object]] = [entry for entry in tool(name)["parameters"] if entry["name"] == parameter]
    return found[0]


def _tools_named(text: str) -> set[str]:
    return set(re.findall(r"kintone_[a-z_]+", text))


def _first_json(text: object) -> dict[str, object]:
    assert isinstance(text, str)
    value, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    assert isinstance(value, dict)
    return value


def test_texts_exist_in_all_languages() -> None:
    """Every label, description, help and option exists in all four languages, as one line of limited length."""
    found = list(_all_translations())

    assert found
    for where, texts in found:
        assert tuple(texts) == LANGUAGES, where
        for text in texts.values():
            assert 1 <= len(text) <= LONGEST_TEXT, where
            assert text == " ".join(text.split()), where


def test_texts_are_in_the_declared_language() -> None:
    """Each text has the characters of its declared language, and differs from the other translations."""
    translated = [each for each in _all_translations() if not UNTRANSLATED.fullmatch(each[1]["en_US"])]

    assert translated
    for where, texts in translated:
        assert not CJK.search(texts["en_US"] + texts["pt_BR"]), where
        assert CJK.search(texts["ja_JP"]), where
        assert CJK.search(texts["zh_Hans"]), where
        assert not KANA.search(texts["zh_Hans"]), where
        assert len(set(texts.values())) == len(LANGUAGES), where


def test_chinese_texts_separate_the_two_scripts() -> None:
    """In Chinese texts a blank stands between Latin words and Chinese characters, as in Dify's own."""
    assert [where for where, texts in _all_translations() if JOINED_SCRIPTS.search(texts["zh_Hans"])] == []


@pytest.mark.parametrize("name", TOOLS)
def test_labels_of_a_tool_are_unique(name: str) -> None:
    """No two parameters of a tool have the same label, in any language."""
    for language in LANGUAGES:
        labels = [entry["label"][language] for entry in tool(name)["parameters"]]
        assert len(labels) == len(set(labels)), language


@pytest.mark.parametrize("name", TOOLS)
def test_tool_description_for_models(name: str) -> None:
    """The description for models states what is returned, what is not supported, and the related tools."""
    text = tool(name)["description"]["llm"]

    assert len(text) >= 200
    assert "returns" in text.lower()
    assert "not supported" in text.lower() or "not checked" in text.lower()
    assert _tools_named(text) >= RELATED_TOOLS[name]


@pytest.mark.parametrize("name", TOOLS)
def test_texts_for_models_are_short(name: str) -> None:
    """What a model reads of a tool in every turn, the description and the parameters it fills in, is short."""
    parameters = [entry["llm_description"] for entry in tool(name)["parameters"] if entry["form"] == "llm"]

    assert sum(map(len, [tool(name)["description"]["llm"], *parameters])) <= MOST_FOR_MODELS


@pytest.mark.parametrize("name", TOOLS)
def test_texts_for_models_name_existing_tools(name: str) -> None:
    """Texts for models name only existing tools."""
    texts = [tool(name)["description"]["llm"], *(entry["llm_description"] for entry in tool(name)["parameters"])]

    assert _tools_named(" ".join(texts)) <= set(TOOLS)


@pytest.mark.parametrize(
    "name", [name for name in TOOLS if {"record_data", "records_data"} & OWN_PARAMETERS[name].keys()]
)
def test_writing_tools_explain_how_to_find_field_codes(name: str) -> None:
    """The description of a writing tool names the tools that tell field codes and the shapes of values."""
    assert {"kintone_get_fields", "kintone_record_data_docs"} <= _tools_named(tool(name)["description"]["llm"])


@pytest.mark.parametrize("name", TOOLS)
def test_parameters_are_described_for_models(name: str) -> None:
    """Every parameter has a description for models."""
    assert [entry["name"] for entry in tool(name)["parameters"] if len(entry["llm_description"]) < 20] == []


@pytest.mark.parametrize("name", TOOLS)
def test_defaults_are_told_to_models(name: str) -> None:
    """What a parameter does when a model leaves it out stands in its description, as the name of the default."""
    defaults = [entry for entry in tool(name)["parameters"] if entry["form"] == "llm" and "default" in entry]

    for entry in defaults:
        assert re.search(rf"\b{entry['default']}\b", entry["llm_description"]), entry["name"]
        assert "default" in entry["llm_description"], entry["name"]


@pytest.mark.parametrize(("name", "parameter"), JSON_PARAMETERS)
def test_json_parameters_show_a_valid_example(name: str, parameter: str) -> None:
    """JSON parameters show a valid example, for models and for people in all languages."""
    declared = _parameter(name, parameter)

    assert _first_json(declared["llm_description"])
    human = declared["human_description"]
    assert isinstance(human, dict)
    for text in human.values():
        if "{" in text:
            assert _first_json(text)


@pytest.mark.parametrize("name", TOOLS)
def test_results_are_described(name: str) -> None:
    """Every result variable is described."""
    assert all(value["description"] for value in tool(name)["output_schema"]["properties"].values())
