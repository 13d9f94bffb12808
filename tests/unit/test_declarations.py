"""The parameters that a tool's YAML declares, and refusals of others."""

from pathlib import Path

import pytest

from kintone.errors import InvalidParameterError
from tests.contract.agreed_names import TOOLS
from tools.declarations import FOLDER, NETWORK_PARAMETERS, SYNONYMS, Declaration, declaration_of


def test_declared_parameters_are_read_in_the_code() -> None:
    """Every parameter that a tool declares is read somewhere in the code."""
    sources = [path for path in Path(FOLDER).rglob("*.py") if path.name != "declarations.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    own = {parameter for name in TOOLS for parameter in declaration_of(name).parameters} - set(NETWORK_PARAMETERS)

    assert own
    assert [parameter for parameter in own if f'"{parameter}"' not in code] == []


@pytest.mark.parametrize(
    ("tool", "written", "meant"),
    [
        ("kintone_query", "condition", "query"),
        ("kintone_query", "limit", "max_records"),
        ("kintone_query", "App", "kintone_app_id"),
        ("kintone_query", "order_by", "query"),
        ("kintone_query", "feilds", "fields"),
        ("kintone_add_record", "record", "record_data"),
        ("kintone_add_record", "fields", "record_data"),
        ("kintone_upsert_records", "records", "records_data"),
        ("kintone_upsert_records", "record_data", "records_data"),
        ("kintone_upsert_records", "updateKey", "update_key"),
        ("kintone_upload_file", "files", "upload_file"),
        ("kintone_upload_file", "upload_files", "upload_file"),
        ("kintone_download_file", "fileKey", "file_key"),
        ("kintone_query", "orderBy", "query"),
        ("kintone_query", "recordId", "query"),
        ("kintone_query", "id", "query"),
        ("kintone_query", "MaxResults", "max_records"),
        ("kintone_upsert_records", "record_id", "records_data"),
        ("kintone_upload_file", "name", "file_names"),
        ("kintone_upload_file", "url", "upload_file"),
        ("kintone_upload_file", "file_path", "upload_file"),
        ("kintone_download_file", "key", "file_key"),
    ],
)
def test_unknown_parameter_when_another_was_meant(tool: str, written: str, meant: str) -> None:
    """An unknown parameter with a value is refused with the name that was probably meant."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of(tool).refuse_unknown({written: "x"})

    message = str(refused.value)
    assert f"no parameter {written}" in message
    assert message.endswith(f'"{meant}"?')


@pytest.mark.parametrize(
    ("tool", "written", "meant"),
    [
        ("kintone_query", "mode", ["output_mode"]),
        ("kintone_validate_record_data", "api_token", ["kintone_api_token"]),
        ("kintone_upsert_records", "mode", ["table_mode", "file_mode"]),
        ("kintone_upsert_records", "all_or_nothing", ["atomic"]),
        ("kintone_upload_file", "mode", ["file_mode"]),
        ("kintone_add_record", "timeout", ["request_timeout"]),
    ],
)
def test_unknown_parameter_when_a_setting_was_meant(tool: str, written: str, meant: list[str]) -> None:
    """A model is not asked to fill in settings of the workflow's author, such as a token."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of(tool).refuse_unknown({written: "x"})

    message = str(refused.value)
    assert "leave it out" in message
    assert "did you mean" not in message
    assert [name for name in declaration_of(tool).parameters if f'"{name}"' in message] == meant


@pytest.mark.parametrize(
    ("tool", "written"),
    [
        *(
            (tool, name)
            for tool in ("kintone_add_record", "kintone_validate_record_data")
            for name in ("record_id", "id")
        ),
        ("kintone_add_record", "updateKey"),
        ("kintone_upload_file", "fileKey"),
        ("kintone_upload_file", "file_keys"),
    ],
)
def test_unknown_parameter_when_another_tool_does_what_was_meant(tool: str, written: str) -> None:
    """The refusal names the other tool; otherwise a model that omits the record to change would add a record."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of(tool).refuse_unknown({written: "7"})

    message = str(refused.value)
    assert ("kintone_upsert_records" if tool == "kintone_upload_file" else "kintone_update_record") in message


@pytest.mark.parametrize("written", ["limit", "max_records", "top", "order_by", "sort", "offset", "Limit"])
def test_a_part_of_what_a_query_finds_cannot_be_deleted(written: str) -> None:
    """A limit is no count to expect: a model that takes it for one writes 10, where all are deleted."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of("kintone_delete_records").refuse_unknown({"query": "x", "confirm_count": 10, written: "10"})

    message = str(refused.value)
    assert "did you mean" not in message
    assert "all records" in message
    assert "record_ids" in message
    assert "leave it out" not in message
    assert "did you mean" not in message


def test_unknown_parameter_when_nothing_like_it_exists() -> None:
    """The tool's parameters are listed, and a very long name is cut."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of("kintone_download_file").refuse_unknown({"zzzzzzzz": 0, "w" * 10**6: [1], "vvvvvvvv": False})

    message = str(refused.value)
    assert all(name in message for name in ("zzzzzzzz", "www", "vvvvvvvv", "attachment_field", "kintone_app_id"))
    assert "kintone_api_token" not in message
    assert len(message) < 1_000


def test_unknown_parameter_of_a_tool_without_parameters() -> None:
    """The refusal says that the tool takes none, instead of listing nothing."""
    with pytest.raises(InvalidParameterError) as refused:
        Declaration("kintone_docs", {}, frozenset()).refuse_unknown({"kintone_app_id": 1})

    assert "leave it out" in str(refused.value)
    assert "use one of" not in str(refused.value)


@pytest.mark.parametrize("value", [None, "", " \n", [], [None], {}, ["", None]])
def test_unknown_parameter_when_it_is_empty(value: object) -> None:
    """Empty values are ignored, since Dify sends null for parameters that a tool no longer has."""
    declaration_of("kintone_query").refuse_unknown({"condition": value, "query": "x"})


def test_suggested_names_exist() -> None:
    """Each suggested name is a parameter of some tool."""
    parameters = {name: frozenset(declaration_of(name).parameters) for name in TOOLS}

    assert set(SYNONYMS) <= frozenset().union(*parameters.values())
