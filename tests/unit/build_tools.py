"""Calls ``kintone_build_records_data`` and ``kintone_build_subtable_rows`` in this process."""

import json
from typing import Any

import pytest

from kintone.access.redaction import Redactor
from kintone.errors import InvalidParameterError
from tests.unit.tool_runs import new_tool
from tools.base import Call, OfflineTool
from tools.kintone_build_records_data import BuildRecordsData
from tools.kintone_build_subtable_rows import BuildSubtableRows
from tools.parameters import Parameters
from tools.results import Result


def _result(tool: type[OfflineTool], given: dict[str, object]) -> Result:
    call = Call({}, Parameters(given, tool.declaration().parameters), Redactor([]))
    return new_tool(tool).run(call)


def records_result(records_source: object, update_key: object = "sku") -> Result:
    """Build records data."""
    return _result(BuildRecordsData, {"records_source": records_source, "updateKey": update_key})


def rows_result(subtable_source: object) -> Result:
    """Build rows."""
    return _result(BuildSubtableRows, {"subtable_source": subtable_source})


def entries_of(records_source: object, update_key: object = "sku") -> Any:  # noqa: ANN401 - JSON
    """Return the entries, which the JSON output and the variable hold alike."""
    result = records_result(records_source, update_key)
    assert list(result.variables) == ["records_data"]
    text = result.variables["records_data"]
    assert isinstance(text, str)
    payload = json.loads(text)
    assert result.json == {"records_data": payload}
    return payload["records"]


def rows_of(subtable_source: object) -> Any:  # noqa: ANN401 - JSON
    """Return the rows, which the JSON output and the variable hold alike."""
    result = rows_result(subtable_source)
    assert result.json == {"value": result.variables["rows"]}
    assert list(result.variables) == ["rows"]
    return result.variables["rows"]


def records_refusal(records_source: object, update_key: object = "sku") -> str:
    """Return the line of a refusal."""
    with pytest.raises(InvalidParameterError) as refused:
        records_result(records_source, update_key)
    return str(refused.value)


def rows_refusal(subtable_source: object) -> str:
    """Return the line of a refusal."""
    with pytest.raises(InvalidParameterError) as refused:
        rows_result(subtable_source)
    return str(refused.value)


def text_of(result: Result) -> str:
    """Return the text of a result."""
    return "\n".join(map(str, result.lines))
