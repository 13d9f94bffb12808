"""The documentation tools as Dify runs them: text alone, without kintone, and true of what kintone takes."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

DOCS_TOOLS = ("kintone_query_docs", "kintone_record_data_docs")


@pytest.mark.parametrize("name", DOCS_TOOLS)
def test_documentation_is_text_alone(host: DifyHost, name: str) -> None:
    """Without a credential the tool answers with text, which is what an agent reads, and sends nothing else."""
    outcome = host.invoke(name, {}, {}, given_by="agent")

    assert "kintone_get_fields" in outcome.text
    assert outcome.agent_view.strip() == outcome.text.strip()
    assert (outcome.json_messages, dict(outcome.variables), list(outcome.files)) == (0, {}, [])


@pytest.mark.parametrize("name", DOCS_TOOLS)
def test_documentation_takes_no_parameters(host: DifyHost, name: str) -> None:
    """An invented parameter is refused, and an empty one is as if it were absent."""
    with pytest.raises(PluginFailure) as refused:
        host.invoke(name, {"topic": "dates"}, {})

    assert refused.value.message.startswith("[INVALID_INPUT]")
    assert "topic" in refused.value.message
    assert host.invoke(name, {"topic": ""}, {}).text


# The values that the text about record data shows

OPTIONS = {"options": ["A", "B"]}
COLUMNS = {"item": {"type": "SINGLE_LINE_TEXT"}, "qty": {"type": "NUMBER"}}
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "SINGLE_LINE_TEXT": {}, "MULTI_LINE_TEXT": {}, "RICH_TEXT": {}, "NUMBER": {}, "LINK": {"protocol": "WEB"},
    "CHECK_BOX": OPTIONS, "MULTI_SELECT": OPTIONS, "RADIO_BUTTON": OPTIONS, "DROP_DOWN": OPTIONS, "DATE": {},
    "TIME": {}, "DATETIME": {}, "USER_SELECT": {}, "ORGANIZATION_SELECT": {}, "GROUP_SELECT": {}, "FILE": {},
    "SUBTABLE": {"fields": COLUMNS},
}  # fmt: skip
"""A field of each type that https://cybozu.dev/ja/kintone/docs/overview/field-types lists as writable."""
SHOWN_KEY = re.compile("[0-9a-f]{8}")


class Claim(NamedTuple):
    """A value that the text shows for a type, and whether it says that the value is accepted."""

    type: str
    value: Any
    accepted: bool


def claims_of(text: str) -> Iterator[Claim]:
    """Yield every value of every line about types, for each type that the line names."""
    lines = text.partition("Values by type:\n")[2].splitlines()
    decoder = json.JSONDecoder()
    for line in lines:
        if not (named := re.fullmatch(r"- ([A-Z_]+(?:, [A-Z_]+)*): (.+)", line)):
            continue
        accepted, rest = True, named[2]
        while rest:
            value, end = decoder.raw_decode(rest)
            yield from (Claim(kind, value, accepted) for kind in named[1].split(", "))
            accepted = accepted and not rest[end:].startswith("; refused: ")
            rest = re.sub(r"^(, |; also |; refused: )", "", rest[end:])


def with_key(value: Any, key: str) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with the key of an uploaded file in place of the shown one."""
    return json.loads(SHOWN_KEY.sub(key, json.dumps(value, ensure_ascii=False)))


def test_every_value_shown_is_accepted_or_refused_as_the_text_says(host: DifyHost, site: LocalKintone) -> None:
    """Checking and adding a record take each value that is shown as accepted, for every type of its line, and no other.

    A file key is that of a file uploaded before.
    """
    app = site.create_app("Values", {kind: {"type": kind, **more} for kind, more in FIELDS.items()})
    credentials = credentials_of(site, "view", "add", app=app)
    claims = list(claims_of(host.invoke("kintone_record_data_docs", {}, {}).text))
    untrue: list[tuple[Claim, str]] = []
    for claim in claims:
        value = claim.value
        if claim.type == "FILE" and claim.accepted:
            file = {"upload_file": host.serve("a.txt", b"content", "text/plain")}
            value = with_key(value, host.invoke("kintone_upload_file", file, credentials).variables["file_keys"][0])
        data = {"record_data": {claim.type: value}}
        valid = host.invoke("kintone_validate_record_data", data, credentials).variables["valid"]
        try:
            host.invoke("kintone_add_record", data, credentials)
            reason = "added"
        except PluginFailure as failure:
            reason = failure.message
        if {valid, reason == "added"} != {claim.accepted}:
            untrue.append((claim, reason))

    assert {claim.type for claim in claims if claim.accepted} == FIELDS.keys()
    assert {claim.accepted for claim in claims} == {True, False}
    assert untrue == []


def test_digits_of_a_number_are_as_the_text_says(host: DifyHost, site: LocalKintone) -> None:
    """A number with one digit too many before the point is refused; decimals beyond those named are rounded."""
    whole, decimals = re.findall(r"more than (\d+)", host.invoke("kintone_record_data_docs", {}, {}).text)
    app = site.create_app("Numbers", {"n": {"type": "NUMBER"}})
    credentials = credentials_of(site, "view", "add", app=app)
    fits = "1" * int(whole) + "." + "2" * int(decimals)

    host.invoke("kintone_add_record", {"record_data": {"n": f"{fits}3"}}, credentials)
    with pytest.raises(PluginFailure):
        host.invoke("kintone_add_record", {"record_data": {"n": f"1{fits}"}}, credentials)

    assert [record["n"]["value"] for record in site.records(app)] == [fits]
