"""Calls ``kintone_delete_records`` in this process, and tells what is stored afterwards."""

import pytest

from kintone.errors import InvalidParameterError, KintoneError
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tools.kintone_delete_records import DeleteRecords
from tools.results import Result

LIST, PLAIN, BULK = "GET records", "DELETE records", "POST bulkRequest"


def delete(site: InProcess, **parameters: object) -> Result:
    """Run the tool on the app of a kintone."""
    return run_tool(site, DeleteRecords, parameters)


def failure(site: InProcess, **parameters: object) -> KintoneError:
    """Return the error of a call that fails."""
    with pytest.raises(KintoneError) as failed:
        delete(site, **parameters)
    return failed.value


def refusal(site: InProcess, **parameters: object) -> str:
    """Return the line of a call that is refused and deletes nothing."""
    before = site.ids()
    error = failure(site, **parameters)
    assert isinstance(error, InvalidParameterError)
    assert site.ids() == before
    assert not site.writes
    return str(error)


def text(result: Result) -> str:
    """Return the text of a result."""
    return "\n".join(map(str, result.lines))


def gone(result: Result) -> list[int]:
    """Return the ids that the result variable has; their number is the other variable."""
    ids = result.variables["record_ids"]
    assert isinstance(ids, list)
    assert result.variables["deleted_count"] == len(ids)
    return [int(each) for each in ids]


def add(site: InProcess, count: int) -> None:
    """Save this many records, from id 1 on in an empty app."""
    site.kintone.add_records(site.app, [{}] * count)
