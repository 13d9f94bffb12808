"""What the code takes from a tool's YAML."""

from pathlib import Path

import pytest

from kintone.errors import InvalidParameterError
from tests.contract.agreed_names import TOOLS
from tools.declarations import FOLDER, NETWORK_PARAMETERS, SYNONYMS, declaration_of


def test_parameters_when_looked_for_in_the_code() -> None:
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
    """A value under a name that the tool does not have is refused, with the name that was probably meant."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of(tool).refuse_unknown({written: "x"})

    told = str(refused.value)
    assert f"no parameter {written}" in told
    assert told.endswith(f'"{meant}"?')


@pytest.mark.parametrize(
    ("tool", "written", "meant"),
    [
        ("kintone_query", "mode", ["output_mode"]),
        ("kintone_validate_record_data", "api_token", ["kintone_api_token"]),
        ("kintone_validate_record_data", "mode", ["operation"]),
        ("kintone_upsert_records", "mode", ["table_mode", "file_mode"]),
        ("kintone_upsert_records", "all_or_nothing", ["atomic"]),
        ("kintone_upload_file", "mode", ["file_mode"]),
        ("kintone_add_record", "timeout", ["request_timeout"]),
    ],
)
def test_unknown_parameter_when_a_setting_was_meant(tool: str, written: str, meant: list[str]) -> None:
    """A model is not asked to fill in what its author sets, a token least of all."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of(tool).refuse_unknown({written: "x"})

    told = str(refused.value)
    assert "leave it out" in told
    assert "did you mean" not in told
    assert [name for name in declaration_of(tool).parameters if f'"{name}"' in told] == meant


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
    """A model that left out which record to change would add another one."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of(tool).refuse_unknown({written: "7"})

    told = str(refused.value)
    assert "kintone_upsert_records" in told
    assert "leave it out" not in told
    assert "did you mean" not in told


def test_unknown_parameter_when_nothing_like_it_exists() -> None:
    """What the tool has is listed; a name without end is not repeated."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of("kintone_download_file").refuse_unknown({"zzzzzzzz": 0, "w" * 10**6: [1], "vvvvvvvv": False})

    told = str(refused.value)
    assert all(name in told for name in ("zzzzzzzz", "www", "vvvvvvvv", "attachment_field", "kintone_app_id"))
    assert "kintone_api_token" not in told
    assert len(told) < 1_000


@pytest.mark.parametrize("value", [None, "", " \n", [], [None], {}, ["", None]])
def test_unknown_parameter_when_it_carries_nothing(value: object) -> None:
    """A workflow's node sends null for what its tool does not have any more."""
    declaration_of("kintone_query").refuse_unknown({"condition": value, "query": "x"})


def test_meant_names_when_compared_with_the_parameters() -> None:
    """Each name that is proposed is a parameter of some tool."""
    parameters = {name: frozenset(declaration_of(name).parameters) for name in TOOLS}

    assert set(SYNONYMS) <= frozenset().union(*parameters.values())
