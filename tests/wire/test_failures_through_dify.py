"""The messages of failures as users and models see them through Dify, in the plugin process."""

import re
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

LINE = re.compile(r"\[[A-Z0-9_]+\] \S.*")
WRONG_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("kintone_query", {"query": "stock >"}),
    ("kintone_query", {"max_records": 0}),
    ("kintone_validate_record_data", {"record_data": "no json {"}),
    ("kintone_add_record", {"record_data": {"nmae": "x"}}),
    ("kintone_upsert_records", {"records_data": [{"nmae": "x"}], "update_key": "sku"}),
    ("kintone_upload_file", {"upload_file": None}),
    ("kintone_download_file", {"record_id": "999", "attachment_field": "attachment"}),
]
VALID_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("kintone_query", {}),
    ("kintone_validate_record_data", {"record_data": {"sku": "x"}}),
    ("kintone_add_record", {"record_data": {"sku": "x", "name": "n"}, "validate_before_write": False}),
    ("kintone_upsert_records", {"records_data": [{"record": {"sku": "x"}}], "validate_before_write": False}),
    ("kintone_download_file", {"file_key": "20260101" + "f" * 30}),
]
BAD_ANSWERS: list[dict[str, Any]] = [
    {"status": 403, "code": "GAIA_NO01"},
    {"status": 404, "body": "<html>not found</html>"},
    {"status": 200, "body": "[]"},
    {"login_page": True},
]


@pytest.fixture(autouse=True)
def _reset_site(site: LocalKintone) -> None:
    site.clear_failures()
    site.reset()


def require_only_the_line(failure: PluginFailure) -> None:
    """Check that every view is the plugin's own line, which begins with a code, and nothing else."""
    assert LINE.fullmatch(failure.workflow_view)
    assert failure.workflow_view == failure.credential_view == failure.message
    assert failure.agent_view == f"tool invoke error: {failure.message}"


@pytest.mark.parametrize(("tool", "parameters"), WRONG_CALLS)
def test_refused_parameters_when_dify_shows_them(
    host: DifyHost, site: LocalKintone, tool: str, parameters: dict[str, Any]
) -> None:
    """Users and models see one line that begins with a code for refused parameters."""
    with pytest.raises(PluginFailure) as failed:
        host.invoke(tool, parameters, credentials_of(site), timeout=60)

    require_only_the_line(failed.value)


@pytest.mark.parametrize("answer", BAD_ANSWERS)
@pytest.mark.parametrize(("tool", "parameters"), VALID_CALLS)
def test_bad_answers_when_dify_shows_them(
    host: DifyHost, site: LocalKintone, tool: str, parameters: dict[str, Any], answer: dict[str, Any]
) -> None:
    """Users and models see one line that begins with a code for a bad answer of the server."""
    unknown_form = credentials_of(site, app=site.create_app("New", {"sku": {"type": "SINGLE_LINE_TEXT"}}))
    site.fail(times=None, **answer)

    with pytest.raises(PluginFailure) as failed:
        host.invoke(tool, parameters, unknown_form, timeout=60)

    require_only_the_line(failed.value)


@pytest.mark.parametrize("name", ["kintone_domain", "kintone_app_id", "kintone_api_token"])
@pytest.mark.parametrize("value", ["", "no such thing"])
def test_refused_credential_when_dify_shows_it(host: DifyHost, site: LocalKintone, name: str, value: str) -> None:
    """The credential dialog shows one line that begins with a code."""
    with pytest.raises(PluginFailure) as failed:
        host.validate({**credentials_of(site, "view"), name: value}, timeout=60)

    require_only_the_line(failed.value)
