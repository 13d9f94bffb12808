"""The tour against a site of yours: only tools that read."""

import json

from demo import screen
from demo.stage import Stage, check


def tour(stage: Stage) -> None:
    """Prove the credential, read a few records, check an empty record against the form; write nothing."""
    screen.heading("1. The credential is proved")
    check("the credential is accepted", holds=stage.host.validate(stage.credentials))
    screen.heading("2. The newest records")
    outcome = stage.run("kintone_query", {"query": "limit 3"})
    check("no more than three came back", holds=outcome.variables["record_count"] <= 3)  # noqa: PLR2004 - as asked
    screen.heading("3. An empty record is checked against the form; nothing is written")
    outcome = stage.run("kintone_validate_record_data", {"record_data": json.dumps({"no such field": 1})})
    check("the unknown field is found", holds=outcome.variables["valid"] is False)
