"""The names that users rely on: credentials, parameters and result variables, with their types."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as the YAML must declare it; ``options`` for a select."""

    type: str
    form: str
    required: bool = False
    default: object = None
    options: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


TEXT = Parameter("string", "llm")
NEEDED_TEXT = Parameter("string", "llm", required=True)
SETTING = Parameter("string", "form")

CREDENTIALS = {
    "kintone_domain": ("text-input", True),
    "kintone_app_id": ("text-input", True),
    "kintone_api_token": ("secret-input", True),
    "kintone_guest_space_id": ("text-input", False),
    "kintone_basic_auth_user": ("text-input", False),
    "kintone_basic_auth_password": ("secret-input", False),
    "kintone_client_certificate": ("secret-input", False),
    "kintone_client_certificate_password": ("secret-input", False),
}

NETWORK = {
    "kintone_app_id": TEXT,
    "kintone_domain": SETTING,
    "kintone_api_token": Parameter("secret-input", "form"),
    "kintone_guest_space_id": SETTING,
    "request_timeout": Parameter("number", "form", default=30, least=1, most=300),
}

OFFLINE_TOOLS = frozenset(
    {
        "kintone_flatten_json",
        "kintone_build_records_data",
        "kintone_build_subtable_rows",
        "kintone_query_docs",
        "kintone_record_data_docs",
    }
)
"""The tools that ask kintone nothing and have no shared parameters, whether or not they exist yet."""


def network_parameters_of(tool: str) -> dict[str, Parameter]:
    """Return the parameters that a tool shares with others: those of the network, or none."""
    return {} if tool in OFFLINE_TOOLS else NETWORK


def _select(default: str, *options: str) -> Parameter:
    return Parameter("select", "form", default=default, options=options)


def _flag(*, default: bool) -> Parameter:
    return Parameter("boolean", "form", default=default)


OWN_PARAMETERS: dict[str, dict[str, Parameter]] = {
    "kintone_query": {
        "query": TEXT,
        "fields": TEXT,
        "max_records": Parameter("number", "llm", least=1),
        "output_mode": _select("both", "both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file"),
        "csv_format": _select("readable", "readable", "kintone"),
        "csv_encoding": _select("utf-8-bom", "utf-8-bom", "utf-8", "shift_jis"),
    },
    "kintone_validate_record_data": {
        "record_data": NEEDED_TEXT,
        "operation": Parameter("select", "llm", default="add", options=("add", "update")),
    },
    "kintone_add_record": {
        "record_data": NEEDED_TEXT,
        "validate_before_write": _flag(default=True),
    },
    "kintone_upsert_records": {
        "records_data": TEXT,
        "records_file": Parameter("file", "llm"),
        "update_key": TEXT,
        "first_entry": Parameter("number", "llm"),
        "validate_before_write": _flag(default=True),
        "when_missing": Parameter("select", "llm", default="add", options=("add", "fail")),
        "atomic": _flag(default=False),
        "table_mode": _select("replace", "replace", "append"),
        "file_mode": _select("replace", "replace", "append"),
        "file_encoding": _select("auto", "auto", "utf-8", "shift_jis", "gb18030", "utf-16"),
        "time_zone": Parameter("string", "form"),
        "skip_unknown_columns": _flag(default=False),
        "stop_early": _flag(default=False),
    },
    "kintone_upload_file": {
        "upload_file": Parameter("files", "llm"),
        "file_names": TEXT,
        "record_id": TEXT,
        "attachment_field": TEXT,
        "file_mode": _select("append", "replace", "append"),
        "records_mapping": TEXT,
    },
    "kintone_download_file": {
        "file_key": TEXT,
        "record_id": TEXT,
        "attachment_field": TEXT,
        "file_name": TEXT,
    },
    "kintone_get_record": {
        "record_id": TEXT,
        "update_key": TEXT,
        "update_key_value": TEXT,
        "fields": TEXT,
        "output_mode": _select("both", "both", "flattened_json", "text_only"),
    },
    "kintone_aggregate": {
        "query": TEXT,
        "group_by": TEXT,
        "measures": TEXT,
        "order_by": TEXT,
        "max_rows": Parameter("number", "llm", default=100, least=1, most=10_000),
        "time_zone": SETTING,
    },
    "kintone_query_docs": {},
    "kintone_record_data_docs": {},
    "kintone_get_fields": {"fields": TEXT},
    "kintone_flatten_json": {
        "records_json": Parameter("array", "llm", required=True),
        "fields": TEXT,
        "subtable_field_code": TEXT,
    },
    "kintone_update_record": {
        "record_data": NEEDED_TEXT,
        "record_id": TEXT,
        "update_key": TEXT,
        "update_key_value": TEXT,
        "validate_before_write": _flag(default=True),
        "revision": TEXT,
        "table_mode": Parameter("select", "llm", default="replace", options=("replace", "append")),
        "file_mode": Parameter("select", "llm", default="replace", options=("replace", "append")),
    },
    "kintone_add_record_comment": {"record_id": NEEDED_TEXT, "comment_text": NEEDED_TEXT, "mentions": TEXT},
    "kintone_get_record_comments": {
        "record_id": NEEDED_TEXT,
        "order": Parameter("select", "llm", default="asc", options=("asc", "desc")),
        "offset": Parameter("number", "llm", least=0),
        "limit": Parameter("number", "llm", least=1),
    },
    "kintone_update_status": {"record_ids": NEEDED_TEXT, "action": NEEDED_TEXT, "assignee": TEXT},
    "kintone_delete_records": {
        "record_ids": TEXT,
        "query": TEXT,
        "confirm_count": Parameter("number", "llm", least=0),
    },
    "kintone_build_records_data": {"records_source": NEEDED_TEXT, "updateKey": NEEDED_TEXT},
    "kintone_build_subtable_rows": {"subtable_source": NEEDED_TEXT},
}

TOOLS = tuple(OWN_PARAMETERS)
NETWORKED_TOOLS = tuple(tool for tool in TOOLS if tool not in OFFLINE_TOOLS)

RESULTS: dict[str, dict[str, str]] = {
    "kintone_query": {
        "record_count": "number",
        "total_count": "number",
        "record_ids": "array[string]",
        "records": "array[object]",
    },
    "kintone_validate_record_data": {"valid": "boolean", "errors": "array[object]", "record_data": "object"},
    "kintone_add_record": {
        "record_id": "string",
        "revision": "string",
        "record_url": "string",
        "response": "object",
    },
    "kintone_upsert_records": {
        "upsert_result": "object",
        "results": "array[object]",
        "response": "object",
        "next_entry": "number",
    },
    "kintone_upload_file": {
        "uploaded_files": "array[object]",
        "file_keys": "array[string]",
        "records_data": "string",
    },
    "kintone_download_file": {"file_name": "string", "mime_type": "string", "size": "number"},
    "kintone_get_record": {
        "record": "object",
        "record_id": "string",
        "revision": "string",
        "record_url": "string",
    },
    "kintone_aggregate": {"rows": "array[object]", "row_count": "number", "record_count": "number"},
    "kintone_query_docs": {},
    "kintone_record_data_docs": {},
    "kintone_get_fields": {
        "fields": "array[object]",
        "field_codes": "array[string]",
        "app": "object",
        "process": "object",
    },
    "kintone_flatten_json": {"records": "array[object]", "record_count": "number"},
    "kintone_update_record": {
        "record_id": "string",
        "revision": "string",
        "record_url": "string",
        "response": "object",
    },
    "kintone_add_record_comment": {"comment_id": "string", "response": "object"},
    "kintone_get_record_comments": {"comments": "array[object]", "comment_count": "number"},
    "kintone_update_status": {"results": "array[object]"},
    "kintone_delete_records": {"deleted_count": "number", "record_ids": "array[string]"},
    "kintone_build_records_data": {"records_data": "string"},
    "kintone_build_subtable_rows": {"rows": "array[object]"},
}

ENTRIES: dict[tuple[str, str], tuple[str, ...]] = {
    ("kintone_validate_record_data", "errors"): ("field", "row", "code", "message", "suggestion"),
    ("kintone_upsert_records", "upsert_result"): ("add", "updated", "requested", "with_update_key"),
    ("kintone_upsert_records", "results"): ("id", "revision", "operation"),
    ("kintone_update_status", "results"): ("id", "revision", "status"),
    ("kintone_upload_file", "uploaded_files"): ("fileKey", "file_name", "size", "mime_type"),
    ("kintone_get_fields", "fields"): (
        "code",
        "label",
        "type",
        "required",
        "unique",
        "default",
        "options",
        "limits",
        "unit",
        "lookup",
        "columns",
        "writable",
        "operators",
    ),
    ("kintone_get_fields", "app"): ("id", "name"),
    ("kintone_get_record_comments", "comments"): ("id", "text", "created_at", "creator", "mentions"),
    ("kintone_get_fields", "process"): ("enabled", "statuses", "actions"),
}

VALIDATION_CODES = (
    "unknown_field",
    "unknown_column",
    "not_writable",
    "required",
    "wrong_type",
    "bad_format",
    "unknown_option",
    "too_long",
    "too_short",
    "too_large",
    "too_small",
    "ambiguous",
)
