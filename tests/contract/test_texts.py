"""What people and models read about the tools: languages, lengths, examples, and the way from tool to tool."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.contract.agreed_names import OWN_PARAMETERS, TOOLS
from tests.contract.plugin_files import LANGUAGES, declared_files, load, tool, translations

LONGEST_TEXT = 1_023
# Longer function descriptions are refused by OpenAI's and Azure's interfaces.
LONGEST_FOR_MODELS = 1_024
KANA = re.compile(r"[\u3040-\u30ff]")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
# Texts that are the same in all languages: a name, an example of a value.
UNTRANSLATED = re.compile(r"kintone|[a-z.]*|[0-9]+")

# Which tools a model must hear of to take the next or the right step.
LEADS_TO = {
    "kintone_query": {"kintone_add_record", "kintone_upsert_records", "kintone_download_file", "kintone_aggregate"},
    "kintone_validate_record_data": {"kintone_query", "kintone_add_record", "kintone_upsert_records"},
    "kintone_add_record": {
        "kintone_query",
        "kintone_validate_record_data",
        "kintone_upsert_records",
        "kintone_upload_file",
    },
    "kintone_upsert_records": {"kintone_query"},
    "kintone_upload_file": {
        "kintone_query",
        "kintone_add_record",
        "kintone_upsert_records",
        "kintone_download_file",
    },
    "kintone_download_file": {"kintone_query", "kintone_upload_file"},
    "kintone_aggregate": {"kintone_query"},
}
JSON_PARAMETERS = (
    ("kintone_validate_record_data", "record_data"),
    ("kintone_add_record", "record_data"),
    ("kintone_upsert_records", "records_data"),
    ("kintone_upload_file", "records_mapping"),
)


def _all_translations() -> Iterator[tuple[str, dict[str, str]]]:
    for path in declared_files():
        yield from translations(load(path), path)


def _parameter(name: str, parameter: str) -> dict[str, object]:
    found: list[dict[str, object]] = [entry for entry in tool(name)["parameters"] if entry["name"] == parameter]
    return found[0]


def _first_json(text: object) -> dict[str, object]:
    assert isinstance(text, str)
    value, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    assert isinstance(value, dict)
    return value


def test_texts_when_shown_to_a_person() -> None:
    """Every label, description, help and option exists in all four languages, in one line and not too long."""
    found = list(_all_translations())

    assert found
    for where, texts in found:
        assert tuple(texts) == LANGUAGES, where
        for text in texts.values():
            assert 1 <= len(text) <= LONGEST_TEXT, where
            assert text == " ".join(text.split()), where


def test_texts_when_read_in_their_language() -> None:
    """Each text is written in the language it is filed under."""
    translated = [each for each in _all_translations() if not UNTRANSLATED.fullmatch(each[1]["en_US"])]

    assert translated
    for where, texts in translated:
        assert not CJK.search(texts["en_US"] + texts["pt_BR"]), where
        assert CJK.search(texts["ja_JP"]), where
        assert CJK.search(texts["zh_Hans"]), where
        assert not KANA.search(texts["zh_Hans"]), where
        assert len(set(texts.values())) == len(LANGUAGES), where


@pytest.mark.parametrize("name", TOOLS)
def test_labels_when_listed_in_one_form(name: str) -> None:
    """No two parameters of a tool have the same label, in any language."""
    for language in LANGUAGES:
        labels = [entry["label"][language] for entry in tool(name)["parameters"]]
        assert len(labels) == len(set(labels)), language


@pytest.mark.parametrize("name", TOOLS)
def test_tool_when_a_model_chooses(name: str) -> None:
    """A model is told what comes back, what is not supported, and which tools come before or after."""
    text = tool(name)["description"]["llm"]

    assert 200 <= len(text) <= LONGEST_FOR_MODELS
    assert "returns" in text.lower()
    assert "not supported" in text.lower() or "not checked" in text.lower()
    assert set(re.findall(r"kintone_[a-z_]+", text)) >= LEADS_TO[name]


@pytest.mark.parametrize("name", TOOLS)
def test_tools_when_named_in_texts_for_models(name: str) -> None:
    """Texts for models name no tool that does not exist."""
    texts = [tool(name)["description"]["llm"], *(entry["llm_description"] for entry in tool(name)["parameters"])]

    assert set(re.findall(r"kintone_[a-z_]+", " ".join(texts))) <= set(TOOLS)


@pytest.mark.parametrize(
    "name", [name for name in TOOLS if {"record_data", "records_data"} & OWN_PARAMETERS[name].keys()]
)
def test_writing_when_field_codes_are_unknown(name: str) -> None:
    """Whoever writes is told how to learn the field codes with a single record."""
    assert "max_records 1" in tool(name)["description"]["llm"]


@pytest.mark.parametrize("name", TOOLS)
def test_parameters_when_a_model_fills_them_in(name: str) -> None:
    """Every parameter is explained to a model, briefly enough for any model's interface."""
    for entry in tool(name)["parameters"]:
        assert 20 <= len(entry["llm_description"]) <= LONGEST_FOR_MODELS, entry["name"]


@pytest.mark.parametrize(("name", "parameter"), JSON_PARAMETERS)
def test_json_parameters_when_copied_from_the_example(name: str, parameter: str) -> None:
    """Parameters that take JSON show an example that is valid JSON, to models and to people in all languages."""
    declared = _parameter(name, parameter)

    assert _first_json(declared["llm_description"])
    human = declared["human_description"]
    assert isinstance(human, dict)
    for text in human.values():
        if "{" in text:
            assert _first_json(text)


@pytest.mark.parametrize("name", TOOLS)
def test_results_when_picked_in_a_later_node(name: str) -> None:
    """Every result variable is described."""
    assert all(value["description"] for value in tool(name)["output_schema"]["properties"].values())
