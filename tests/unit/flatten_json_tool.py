"""Calls ``kintone_flatten_json`` in this process."""

from typing import Any

import pytest

from kintone.access.redaction import Redactor
from kintone.errors import InvalidParameterError
from tests.unit.query_tool import text_field
from tests.unit.tool_runs import new_tool
from tools.base import Call
from tools.kintone_flatten_json import FlattenJson
from tools.parameters import Parameters
from tools.results import Result

TEA = {"$id": {"type": "__ID__", "value": "1"}, "name": text_field("Tea"), "stock": {"type": "NUMBER", "value": "4.50"}}
INK = {"$id": {"type": "__ID__", "value": "2"}, "name": text_field("Ink"), "stock": {"type": "NUMBER", "value": ""}}
PLAIN = [{"$id": "1", "name": "Tea", "stock": "4.50"}, {"$id": "2", "name": "Ink", "stock": ""}]


def order(record_id: str, *quantities: str, table: str = "lines") -> dict[str, Any]:
    """Return a record with a table."""
    rows = [
        {"id": f"{record_id}{place}", "value": {"qty": {"type": "NUMBER", "value": quantity}}}
        for place, quantity in enumerate(quantities, start=1)
    ]
    return {
        "$id": {"type": "__ID__", "value": record_id},
        "name": text_field(f"order {record_id}"),
        table: {"type": "SUBTABLE", "value": rows},
    }


def result_of(records_json: object, **parameters: object) -> Result:
    """Run the tool."""
    given = {"records_json": records_json, **parameters}
    call = Call({}, Parameters(given, FlattenJson.declaration().parameters), Redactor([]))
    return new_tool(FlattenJson).run(call)


def objects(records_json: object, **parameters: object) -> Any:  # noqa: ANN401 - plain objects
    """Run the tool and return its objects."""
    result = result_of(records_json, **parameters)
    assert result.json == {"records": result.variables["records"]}
    return result.variables["records"]


def refusal(records_json: object, **parameters: object) -> str:
    """Return the line of a refusal."""
    with pytest.raises(InvalidParameterError) as refused:
        result_of(records_json, **parameters)
    return str(refused.value)


def warnings(result: Result) -> list[str]:
    """Return the warnings in a result's text."""
    return [str(line) for line in result.lines if "Warning" in str(line)]
