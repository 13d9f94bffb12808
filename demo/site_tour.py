"""The tour with your own kintone site; it only uses tools that read."""

import json
from typing import Any

from demo import screen
from demo.session import DemoSession, check

SHOWN = 12
NEWEST = f"limit {SHOWN}"


def tour(session: DemoSession) -> None:
    """Verify the credential, read some records and a file, check a record against the form; write nothing."""
    screen.heading("1. The credential is verified")
    check("the credential is accepted", holds=session.host.validate(session.credentials))
    screen.heading("2. The fields of the app")
    described = session.run("kintone_get_fields", {})
    check("the app has fields", holds=bool(described.variables["field_codes"]))
    screen.heading("3. The newest records")
    outcome = session.run("kintone_query", {"query": NEWEST})
    check("not more records than requested are returned", holds=outcome.variables["record_count"] <= SHOWN)
    _file(session, outcome.variables["records"])
    screen.heading("5. A record is checked against the form; nothing is written")
    outcome = session.run("kintone_validate_record_data", {"record_data": json.dumps({"no such field": 1})})
    check("the unknown field is found", holds=outcome.variables["valid"] is False)


def _file(session: DemoSession, records: list[dict[str, Any]]) -> None:
    screen.heading("4. A file of one of these records")
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
