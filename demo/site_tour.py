"""The tour with your own kintone site; it only uses tools that read."""

import json
from typing import Any

from demo import screen
from demo.session import DemoSession, check, check_guides
from dify_host import Outcome, PluginFailure

SHOWN = 12
COMMENTS_OFF = "GAIA_RE12"
NEWEST = f"limit {SHOWN}"
NO_RECORD = "the app has no record that the token may view"


def tour(session: DemoSession) -> None:
    """Verify the credential, run every tool that reads, check a record against the form; write nothing."""
    screen.heading("1. The credential is verified")
    check("the credential is accepted", holds=session.host.validate(session.credentials))
    screen.heading("2. The fields of the app")
    described = session.run("kintone_get_fields", {})
    check("the app has fields", holds=bool(described.variables["field_codes"]))
    screen.heading("3. The newest records")
    newest = session.run("kintone_query", {"query": NEWEST})
    check("not more records than requested are returned", holds=newest.variables["record_count"] <= SHOWN)
    _one_record(session, newest.variables["record_ids"])
    _count(session)
    _file(session, newest.variables["records"])
    _flatten(session, newest)
    screen.heading("8. A record is checked against the form; nothing is written")
    outcome = session.run("kintone_validate_record_data", {"record_data": json.dumps({"no such field": 1})})
    check("the unknown field is found", holds=outcome.variables["valid"] is False)
    screen.heading("9. An agent reads once how queries and records are written")
    check_guides(session)


def _one_record(session: DemoSession, ids: list[str]) -> None:
    screen.heading("4. The newest record whole, and its comments")
    if not ids:
        screen.print_result(NO_RECORD)
        return
    outcome = session.run("kintone_get_record", {"record_id": ids[0]})
    check("it is the record that was asked for", holds=outcome.variables["record_id"] == ids[0])
    try:
        comments = session.run("kintone_get_record_comments", {"record_id": ids[0], "limit": SHOWN})
        check("not more comments than requested are returned", holds=comments.variables["comment_count"] <= SHOWN)
    except PluginFailure as failure:
        check("the app has no comments", holds=failure.code == COMMENTS_OFF)


def _count(session: DemoSession) -> None:
    screen.heading("5. The number of records")
    outcome = session.run("kintone_aggregate", {"measures": "count"})
    counts = [row["count"] for row in outcome.variables["rows"]]
    check("every record is counted", holds=counts == [outcome.variables["record_count"]])


def _file(session: DemoSession, records: list[dict[str, Any]]) -> None:
    screen.heading("6. A file of one of the newest records")
    attached = [
        (record["$id"]["value"], code)
        for record in records
        for code, field in record.items()
        if field["type"] == "FILE" and field["value"]
    ]
    if not attached:
        screen.print_result("none of these records has an attachment")
        return
    number, code = attached[0]
    outcome = session.run("kintone_download_file", {"record_id": number, "attachment_field": code})
    check("the file is complete", holds=len(outcome.files[0].content) == outcome.variables["size"])


def _flatten(session: DemoSession, newest: Outcome) -> None:
    screen.heading("7. The newest records as plain objects")
    outcome = session.run("kintone_flatten_json", {"records_json": newest.json})
    wanted = newest.variables["record_count"]
    check("there is one object for each record", holds=outcome.variables["record_count"] == wanted)
    source = newest.json if wanted else [{"$id": "1"}]
    built = session.run("kintone_build_records_data", {"records_source": source, "updateKey": "$id"})
    entries = json.loads(built.variables["records_data"])["records"]
    ids = newest.variables["record_ids"] if wanted else ["1"]
    check("each record could be updated by its ID", holds=[entry["id"] for entry in entries] == ids)
    rows = session.run("kintone_build_subtable_rows", {"subtable_source": [{"no such column": 1}]})
    check("an object becomes a row", holds=len(rows.variables["rows"]) == 1)
