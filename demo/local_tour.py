"""The tour against the local kintone: credential, query, validation, writing, files."""

import json

from demo import screen
from demo.stage import Stage, check, is_bare

REPORT_NAME = "見積書_株式会社青空.txt"
REPORT = ("見積書\n" + "商品 1 点 1,000 円 🍣\n" * 2_000).encode()
MISTAKEN = {"sku": "", "nmae": "Tea", "stock": "many", "rank": "Highest", "due": "2026-02-30"}
CORRECTED = {"sku": "TEA-01", "name": "煎茶 🍵", "stock": 40, "rank": "High", "due": "2026/4/1"}


def tour(stage: Stage) -> None:
    """Show every tool at work on real records and files."""
    _credential(stage)
    _query(stage)
    _validate(stage)
    _failure(stage)
    _add(stage)
    _upsert(stage)
    _files(stage)
    _aggregate(stage)


def _credential(stage: Stage) -> None:
    screen.heading("1. The credential is proved when it is saved")
    check("the credential is accepted", holds=stage.host.validate(stage.credentials))
    failure = stage.refusal({**stage.credentials, "kintone_api_token": "wrong" * 8})
    check("a wrong token is refused and not repeated", holds="wrong" * 8 not in failure.message)
    check("Dify passes the bare line on, behind a code", holds=is_bare(failure.credential_view, failure))


def _query(stage: Stage) -> None:
    screen.heading("2. Records that meet a condition")
    outcome = stage.run(
        "kintone_query", {"query": 'rank in ("High") and stock > 0 order by stock desc', "fields": "sku, name, stock"}
    )
    stocks = [int(record["stock"]["value"]) for record in outcome.variables["records"]]
    check("the records come in the order asked for", holds=bool(stocks) and stocks == sorted(stocks, reverse=True))


def _validate(stage: Stage) -> None:
    screen.heading("3. A record with mistakes is checked before anything is written")
    outcome = stage.run("kintone_validate_record_data", {"record_data": json.dumps(MISTAKEN, ensure_ascii=False)})
    found = {problem["code"] for problem in outcome.variables["errors"]}
    expected = {"required", "unknown_field", "wrong_type", "unknown_option", "bad_format"}
    check(
        "every mistake is found",
        holds=outcome.variables["valid"] is False and len(found & expected) >= len(MISTAKEN) - 1,
    )


def _failure(stage: Stage) -> None:
    screen.heading("4. A step that fails says what to correct, to people and to models")
    failure = stage.failure("kintone_add_record", {"record_data": json.dumps(MISTAKEN, ensure_ascii=False)})
    check("the mistaken field is named", holds="nmae" in failure.message)
    check("Dify passes the bare line on, behind a code", holds=is_bare(failure.workflow_view, failure))
    check("and to an agent too", holds=is_bare(failure.agent_view.removeprefix("tool invoke error: "), failure))


def _add(stage: Stage) -> None:
    screen.heading("5. The corrected record is added")
    outcome = stage.run("kintone_add_record", {"record_data": json.dumps(CORRECTED, ensure_ascii=False)})
    check("kintone gave it a number", holds=outcome.variables["record_id"].isdigit())


def _upsert(stage: Stage) -> None:
    screen.heading("6. Three records are upserted by their key")
    known = stage.run("kintone_query", {"query": "order by $id asc limit 2", "fields": "sku"}, show=False)
    keys = [record["sku"]["value"] for record in known.variables["records"]]
    rows = [{"sku": key, "stock": 7 + number} for number, key in enumerate((*keys, "NEW-01"))]
    outcome = stage.run(
        "kintone_upsert_records", {"records_data": json.dumps(rows, ensure_ascii=False), "update_key": "sku"}
    )
    counts = outcome.variables["upsert_result"]
    check("one record was inserted and two were updated", holds=(counts["add"], counts["updated"]) == (1, 2))


def _files(stage: Stage) -> None:
    screen.heading("7. A file with a Japanese name is uploaded, attached and downloaded again")
    file = stage.host.serve(REPORT_NAME, REPORT, "text/plain")
    mapping = [{"attachment_field": "attachment", "updateKey": {"field": "sku", "value": "TEA-01"}, "record": {}}]
    uploaded = stage.run("kintone_upload_file", {"upload_file": file, "records_mapping": json.dumps(mapping)})
    stage.run("kintone_upsert_records", {"records_data": uploaded.variables["records_data"]})
    found = stage.run("kintone_query", {"query": 'sku = "TEA-01"', "fields": "attachment"}, show=False)
    attached = found.variables["records"][0]["attachment"]["value"][0]
    downloaded = stage.run("kintone_download_file", {"file_key": attached["fileKey"]})
    check("the file came back under its own name", holds=downloaded.files[0].name == REPORT_NAME)
    check("byte for byte", holds=downloaded.files[0].content == REPORT)


def _aggregate(stage: Stage) -> None:
    screen.heading("8. Records are counted and added up by group")
    asked = {"group_by": "rank", "measures": "count, sum(stock)", "order_by": "sum(stock) desc"}
    outcome = stage.run("kintone_aggregate", asked)
    alone = stage.run("kintone_aggregate", {}, show=False)
    counts = [row["count"] for row in outcome.variables["rows"]]
    check("every record is counted once", holds=sum(counts) == alone.variables["record_count"] > 0)
