"""The tour against a site of yours: only tools that read."""

import json
from typing import Any

from demo import screen
from demo.stage import Stage, check

SHOWN = 12
NEWEST = f"limit {SHOWN}"


def tour(stage: Stage) -> None:
    """Prove the credential, read a few records and a file, check a record against the form; write nothing."""
    screen.heading("1. The credential is proved")
    check("the credential is accepted", holds=stage.host.validate(stage.credentials))
    screen.heading("2. The newest records")
    outcome = stage.run("kintone_query", {"query": NEWEST})
    check("no more than asked for came back", holds=outcome.variables["record_count"] <= SHOWN)
    _file(stage, outcome.variables["records"])
    screen.heading("4. A record is checked against the form; nothing is written")
    outcome = stage.run("kintone_validate_record_data", {"record_data": json.dumps({"no such field": 1})})
    check("the unknown field is found", holds=outcome.variables["valid"] is False)


def _file(stage: Stage, records: list[dict[str, Any]]) -> None:
    screen.heading("3. A file that one of them has")
    attached = [
        (record["$id"]["value"], code)
        for record in records
        for code, field in record.items()
        if field["type"] == "FILE" and field["value"]
    ]
    if not attached:
        screen.answered("none of these records has an attachment")
        return
    number, code = attached[0]
    outcome = stage.run("kintone_download_file", {"record_id": number, "attachment_field": code})
    check("the file came whole", holds=len(outcome.files[0].content) == outcome.variables["size"])
