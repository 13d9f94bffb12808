"""The tour with the local kintone: credential, query, validation, writing, files, a workflow."""

import json

from demo import screen
from demo.session import DemoSession, check, check_guides, is_plugin_message

INQUIRIES = 5
"""The app of inquiries, with a workflow."""
REPORT_NAME = "見積書_株式会社青空.txt"
REPORT = ("見積書\n" + "商品 1 点 1,000 円 🍣\n" * 2_000).encode()
INVALID_RECORD = {"sku": "", "nmae": "Tea", "stock": "many", "rank": "Highest", "due": "2026-02-30"}
VALID_RECORD = {"sku": "TEA-01", "name": "煎茶 🍵", "stock": 40, "rank": "High", "due": "2026/4/1"}


def tour(session: DemoSession) -> None:
    """Show every tool with records and files."""
    _credential(session)
    _fields(session)
    _query(session)
    _validate(session)
    _failure(session)
    _add(session)
    _upsert(session)
    _files(session)
    _aggregate(session)
    _get_record(session)
    _flatten(session)
    _comments(session)
    _docs(session)
    _update(session)
    _status(session)
    _build(session)
    _import(session)
    _delete(session)


def _credential(session: DemoSession) -> None:
    screen.heading("1. The credential is verified when it is saved")
    check("the credential is accepted", holds=session.host.validate(session.credentials))
    failure = session.rejected_credential({**session.credentials, "kintone_api_token": "wrong" * 8})
    check("a wrong token is refused, and the message does not contain it", holds="wrong" * 8 not in failure.message)
    check("Dify passes the bare line on, behind a code", holds=is_plugin_message(failure.credential_view, failure))


def _fields(session: DemoSession) -> None:
    screen.heading("2. The fields of an app, before anything is asked of it")
    outcome = session.run("kintone_get_fields", {"fields": "sku, rank, lines"})
    options = {field["code"]: field["options"] for field in outcome.variables["fields"]}
    check("the options of a drop-down are named", holds=options["rank"] == ["High", "Middle", "Low"])


def _query(session: DemoSession) -> None:
    screen.heading("3. Records that match a condition")
    outcome = session.run(
        "kintone_query", {"query": 'rank in ("High") and stock > 0 order by stock desc', "fields": "sku, name, stock"}
    )
    stocks = [int(record["stock"]["value"]) for record in outcome.variables["records"]]
    check("the records are in the requested order", holds=bool(stocks) and stocks == sorted(stocks, reverse=True))
    check("the number of all matching records is known", holds=outcome.variables["total_count"] == len(stocks))


def _validate(session: DemoSession) -> None:
    screen.heading("4. An invalid record is checked before anything is written")
    outcome = session.run(
        "kintone_validate_record_data", {"record_data": json.dumps(INVALID_RECORD, ensure_ascii=False)}
    )
    found = {problem["code"] for problem in outcome.variables["errors"]}
    expected = {"required", "unknown_field", "wrong_type", "unknown_option", "bad_format"}
    check(
        "every mistake is found",
        holds=outcome.variables["valid"] is False and len(found & expected) >= len(INVALID_RECORD) - 1,
    )


def _failure(session: DemoSession) -> None:
    screen.heading("5. A failed step explains to people and models what to correct")
    failure = session.failure("kintone_add_record", {"record_data": json.dumps(INVALID_RECORD, ensure_ascii=False)})
    check("the unknown field is named", holds="nmae" in failure.message)
    check("Dify passes the bare line on, behind a code", holds=is_plugin_message(failure.workflow_view, failure))
    check(
        "the same line reaches an agent",
        holds=is_plugin_message(failure.agent_view.removeprefix("tool invoke error: "), failure),
    )


def _add(session: DemoSession) -> None:
    screen.heading("6. The corrected record is added")
    outcome = session.run("kintone_add_record", {"record_data": json.dumps(VALID_RECORD, ensure_ascii=False)})
    check("kintone returned a record id", holds=outcome.variables["record_id"].isdigit())


def _upsert(session: DemoSession) -> None:
    screen.heading("7. Three records are upserted by their key")
    known = session.run("kintone_query", {"query": "order by $id asc limit 2", "fields": "sku"}, show=False)
    keys = [record["sku"]["value"] for record in known.variables["records"]]
    rows = [{"sku": key, "stock": 7 + number} for number, key in enumerate((*keys, "NEW-01"))]
    outcome = session.run(
        "kintone_upsert_records", {"records_data": json.dumps(rows, ensure_ascii=False), "update_key": "sku"}
    )
    counts = outcome.variables["upsert_result"]
    check("one record was inserted and two were updated", holds=(counts["add"], counts["updated"]) == (1, 2))


def _files(session: DemoSession) -> None:
    screen.heading("8. A file with a Japanese name is uploaded, attached and downloaded")
    file = session.host.serve(REPORT_NAME, REPORT, "text/plain")
    mapping = [{"attachment_field": "attachment", "updateKey": {"field": "sku", "value": "TEA-01"}, "record": {}}]
    uploaded = session.run("kintone_upload_file", {"upload_file": file, "records_mapping": json.dumps(mapping)})
    session.run("kintone_upsert_records", {"records_data": uploaded.variables["records_data"]})
    found = session.run("kintone_query", {"query": 'sku = "TEA-01"', "fields": "attachment"}, show=False)
    attached = found.variables["records"][0]["attachment"]["value"][0]
    downloaded = session.run("kintone_download_file", {"file_key": attached["fileKey"]})
    check("the downloaded file has the same name", holds=downloaded.files[0].name == REPORT_NAME)
    check("the downloaded file has the same content", holds=downloaded.files[0].content == REPORT)


def _aggregate(session: DemoSession) -> None:
    screen.heading("9. Records are counted and added up by group")
    parameters = {"group_by": "rank", "measures": "count, sum(stock)", "order_by": "sum(stock) desc"}
    outcome = session.run("kintone_aggregate", parameters)
    total = session.run("kintone_aggregate", {}, show=False)
    counts = [row["count"] for row in outcome.variables["rows"]]
    check("every record is counted once", holds=sum(counts) == total.variables["record_count"] > 0)


def _get_record(session: DemoSession) -> None:
    screen.heading("10. One record is read whole, found by its key")
    outcome = session.run("kintone_get_record", {"update_key": "sku", "update_key_value": "TEA-01"})
    record = outcome.variables["record"]
    check("it is the record that was added", holds=record["name"]["value"] == VALID_RECORD["name"])
    check("its text names the attached file", holds=REPORT_NAME in outcome.text)
    failure = session.failure("kintone_get_record", {"record_id": "TEA-01"})
    check("a key in the place of the ID is explained", holds="sku" in failure.message)


def _flatten(session: DemoSession) -> None:
    screen.heading("11. The rows of a table become plain objects")
    queried = session.run("kintone_query", {"query": 'sku = "B-002"', "fields": "sku, lines"}, show=False)
    parameters = {"records_json": queried.json, "subtable_field_code": "lines", "fields": "sku"}
    outcome = session.run("kintone_flatten_json", parameters)
    (record,) = queried.variables["records"]
    rows = len(record["lines"]["value"])
    check("there is one object for each row", holds=outcome.variables["record_count"] == rows > 0)


def _comments(session: DemoSession) -> None:
    screen.heading("12. A record is commented on, and the discussion is read")
    parameters = {"record_id": "1", "comment_text": "在庫を確認しました。\nご承認ください。", "mentions": "suzuki"}
    added = session.run("kintone_add_record_comment", parameters)
    outcome = session.run("kintone_get_record_comments", {"record_id": "1"})
    (comment,) = outcome.variables["comments"]
    check("the comment is the one that was added", holds=comment["id"] == added.variables["comment_id"])
    check("its text has the name of the mentioned in front", holds=comment["text"].endswith("ご承認ください。"))


def _docs(session: DemoSession) -> None:
    screen.heading("13. An agent reads once how queries and records are written")
    check_guides(session)


def _update(session: DemoSession) -> None:
    screen.heading("14. One record is changed, and a mistyped key adds none")
    data = {"stock": 8, "lines": [{"id": 3, "qty": 2}, {"item": "ペン先 M", "qty": 1}]}
    parameters = {"record_data": json.dumps(data, ensure_ascii=False), "update_key": "sku"}
    outcome = session.run("kintone_update_record", {**parameters, "update_key_value": "B-002"})
    check("the row that went is told", holds="1 removed (id 4)" in outcome.text)
    failure = session.failure("kintone_update_record", {**parameters, "update_key_value": "B-02"})
    check("the mistyped key is named", holds="B-02" in failure.message)
    found = session.run("kintone_aggregate", {"query": 'sku = "B-02"'}, show=False)
    check("no record was added", holds=found.variables["record_count"] == 0)


def _status(session: DemoSession) -> None:
    screen.heading("15. An inquiry is approved, and another one is sent back to somebody")
    app = {"kintone_app_id": str(INQUIRIES)}
    approved = session.run("kintone_update_status", {**app, "record_ids": "3", "action": "承認する"})
    check("the inquiry is done", holds=approved.variables["results"][0]["status"] == "完了")
    parameters = {**app, "record_ids": "9", "action": "差し戻す"}
    failure = session.failure("kintone_update_status", parameters)
    check("those who can be the assignee are named", holds="sato, suzuki, tanaka" in failure.message)
    outcome = session.run("kintone_update_status", {**parameters, "assignee": "sato"})
    check("it is assigned to the one who was chosen", holds="(sato)" in outcome.text)
    failure = session.failure("kintone_update_status", {**app, "record_ids": "7", "action": "承認する"})
    check("who has to act is named", holds="(suzuki)" in failure.message and failure.code == "GAIA_NT01")


def _build(session: DemoSession) -> None:
    screen.heading("16. Plain rows become the entries of an upsert, and the rows of a table")
    parameters = {"records_source": [{"sku": "TEA-01", "stock": 39}, {"sku": "TEA-02", "name": "ほうじ茶"}]}
    built = session.run("kintone_build_records_data", {**parameters, "updateKey": "sku"})
    outcome = session.run("kintone_upsert_records", {"records_data": built.variables["records_data"]})
    counts = outcome.variables["upsert_result"]
    check("one record is updated and one added", holds=(counts["updated"], counts["add"]) == (1, 1))
    rows = session.run("kintone_build_subtable_rows", {"subtable_source": [{"item": "急須", "qty": 2}]})
    data = json.dumps({"lines": rows.variables["rows"]}, ensure_ascii=False)
    written = {"record_data": data, "update_key": "sku", "update_key_value": "TEA-02"}
    outcome = session.run("kintone_update_record", written)
    check("the record has the row", holds="1 row added" in outcome.text)


def _import(session: DemoSession) -> None:
    screen.heading("17. A CSV file, as Excel saves it in Japan, becomes records")
    known = session.run("kintone_query", {"query": "order by $id asc limit 1", "fields": "sku"}, show=False)
    key = known.variables["records"][0]["sku"]["value"]
    content = f"sku,name,stock\r\n{key},煎茶,40\r\nTEA-03,①番茶,12\r\n".encode("cp932")
    file = session.host.serve("在庫.csv", content, "text/csv")
    parameters = {"records_file": file, "update_key": "sku", "file_encoding": "shift_jis"}
    outcome = session.run("kintone_upsert_records", parameters)
    counts = outcome.variables["upsert_result"]
    check("one record is updated and one added", holds=(counts["updated"], counts["add"]) == (1, 1))
    found = session.run("kintone_query", {"query": 'sku = "TEA-03"', "fields": "name"}, show=False)
    check("its letters are those of the file", holds=found.variables["records"][0]["name"]["value"] == "①番茶")


def _delete(session: DemoSession) -> None:
    screen.heading("18. Records are deleted if the number of those that are found is the expected one")
    found = {"query": 'sku in ("NEW-01", "TEA-01")'}
    failure = session.failure("kintone_delete_records", {**found, "confirm_count": 1})
    check("another number deletes nothing, and both are told", holds="finds 2" in failure.message)
    outcome = session.run("kintone_delete_records", {**found, "confirm_count": 2})
    left = session.run("kintone_aggregate", found, show=False)
    counts = outcome.variables["deleted_count"], left.variables["record_count"]
    check("these two records are gone", holds=counts == (2, 0))
