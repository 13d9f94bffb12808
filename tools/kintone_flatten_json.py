"""The tool ``kintone_flatten_json``: records of kintone's shape as plain objects, without asking kintone."""

from collections.abc import Sequence

from kintone.messages import Message, counted
from kintone.texts import printable
from tools import base
from tools.flat_records import Flattener, Plain, Source, read_records, table_rows, unknown_fields_warning
from tools.name_lists import ALL_FIELDS, read_list
from tools.object_lines import object_lines
from tools.parameters import Parameters
from tools.record_formats import hidden_ids_warning
from tools.results import Result

LESS = Message("name only the fields that are needed in fields, or hand over fewer records at once")


class FlattenJson(base.OfflineTool):
    """Converts records, or the rows of one of their tables, to plain objects."""

    tool_name = "kintone_flatten_json"

    def answer(self, parameters: Parameters) -> Result:
        """Convert the records; the text has one object a line."""
        records = read_records("records_json", parameters.raw("records_json"))
        fields = list(dict.fromkeys(read_list("fields", parameters.raw("fields"))))
        table = parameters.text("subtable_field_code")
        flattener = Flattener()
        warnings: list[Message | None] = []
        if table:
            objects, warning = _rows_of(records, table, fields, flattener)
            warnings.append(warning)
        else:
            objects = [_selected(flattener.record(record), fields) for record in records]
        columns = {code for plain in objects for code in plain} if table else ()
        named = [code for code in fields if code != ALL_FIELDS]
        warnings += [unknown_fields_warning(named, records, columns), *map(hidden_ids_warning, flattener.hidden_ids)]
        lines = [
            *(Message("Warning: {warning}", warning=warning) for warning in warnings if warning),
            _headline(len(objects), len(records), table),
            *object_lines(objects, "records"),
        ]
        return Result(lines, {"records": objects}, {"records": objects, "record_count": len(objects)}, LESS)


def _selected(plain: Plain, fields: Sequence[str]) -> Plain:
    """Return the fields that are named, in this order; all of them if none is named or ``*`` is."""
    if not fields or ALL_FIELDS in fields:
        return plain
    return {code: plain[code] for code in fields if code in plain}


def _rows_of(
    records: Sequence[Source], table: str, fields: Sequence[str], flattener: Flattener
) -> tuple[list[Plain], Message | None]:
    """Return the rows of the table in all records, each with the fields of its record that are named beside it."""
    contents = table_rows(records, table)
    objects: list[Plain] = []
    for record, content in zip(records, contents, strict=True):
        others = {code: value for code, value in record.items() if code != table} if fields else {}
        beside = _selected(flattener.record(others), fields)
        for row in flattener.rows(table, content):
            if "id" in row and "id" in beside:
                flattener.hidden_ids[table] = None
            objects.append({**row, **beside})
    missing = sum(content is None for content in contents)
    warning = counted(
        missing,
        Message("1 record does not have the table {table}", table=printable(table)),
        Message("{count:,} records do not have the table {table}", count=missing, table=printable(table)),
    )
    return objects, warning if missing else None


# The text


def _headline(count: int, records: int, table: str) -> Message:
    source = counted(records, Message("1 record"), Message("{count:,} records", count=records))
    if table:
        return counted(
            count,
            Message("1 row of {table} from {records}:", table=printable(table), records=source),
            Message("{count:,} rows of {table} from {records}:", count=count, table=printable(table), records=source),
        )
    return Message("{records} as plain objects:", records=source) if count else Message("No records.")
