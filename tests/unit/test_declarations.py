"""What the code takes from a tool's YAML."""

from pathlib import Path

import pytest

from kintone.errors import InvalidParameterError
from tests.contract.agreed_names import TOOLS
from tools.declarations import FOLDER, MEANT, NETWORK_PARAMETERS, declaration_of


@pytest.mark.parametrize("name", TOOLS)
def test_parameters_when_looked_for_in_the_code(name: str) -> None:
    """Every parameter that a tool declares is read somewhere in the code."""
    sources = [path for path in Path(FOLDER).rglob("*.py") if path.name != "declarations.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    own = [parameter for parameter in declaration_of(name).parameters if parameter not in NETWORK_PARAMETERS]

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
        ("kintone_validate_record_data", "api_token", "kintone_api_token"),
    ],
)
def test_unknown_parameter_when_another_was_meant(tool: str, written: str, meant: str) -> None:
    """A value under a name that the tool does not have is refused, with the name that was probably meant."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of(tool).refuse_unknown({written: "x"})

    told = str(refused.value)
    assert f"no parameter {written}" in told
    assert told.endswith(f'"{meant}"?')


def test_unknown_parameter_when_nothing_like_it_exists() -> None:
    """What the tool has is listed; a name without end is not repeated."""
    with pytest.raises(InvalidParameterError) as refused:
        declaration_of("kintone_download_file").refuse_unknown({"zzzzzzzz": 0, "w" * 10**6: [1], "vvvvvvvv": False})

    told = str(refused.value)
    assert all(name in told for name in ("zzzzzzzz", "www", "vvvvvvvv", "attachment_field", "request_timeout"))
    assert len(told) < 1_000


@pytest.mark.parametrize("value", [None, "", " \n", [], [None], {}, ["", None]])
def test_unknown_parameter_when_it_carries_nothing(value: object) -> None:
    """A workflow's node sends null for what its tool does not have any more."""
    declaration_of("kintone_query").refuse_unknown({"condition": value, "query": "x"})


def test_meant_names_when_compared_with_the_parameters() -> None:
    """Each name that is proposed is a parameter of some tool."""
    parameters = {name: frozenset(declaration_of(name).parameters) for name in TOOLS}

    assert set(MEANT) <= frozenset().union(*parameters.values())
