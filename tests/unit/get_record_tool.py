"""Calls ``kintone_get_record`` in this process, on an app with five unique fields."""

from collections.abc import Callable
from typing import Any

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tools.kintone_get_record import GetRecord
from tools.results import Result

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "label": "品番", "unique": True},
    "number": {"type": "NUMBER", "unique": True},
    "day": {"type": "DATE", "unique": True},
    "moment": {"type": "DATETIME", "unique": True},
    "page": {"type": "LINK", "unique": True, "protocol": "WEB"},
    "owner": {"type": "SINGLE_LINE_TEXT", "label": "担当者"},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}}},
}
READ, SEARCH, FORM_READ, APP_READ = "GET record", "GET records", "GET app/form/fields", "GET app"


def result_of(site: InProcess, **parameters: object) -> Result:
    """Run the tool on the app of a kintone."""
    return run_tool(site, GetRecord, parameters)


def refusal(site: InProcess, **parameters: object) -> str:
    """Return the line of the refusal of a call."""
    with pytest.raises(InvalidParameterError) as refused:
        result_of(site, **parameters)
    return str(refused.value)


def calls(site: InProcess) -> list[str]:
    """Return the requests in order."""
    return [asked.call for asked in site.asked]


def changing(site: InProcess, call: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change the answers to one kind of request."""
    site.change = lambda asked, answer: change(answer) if asked.call == call else answer
