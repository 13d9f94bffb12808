"""The tool ``kintone_query``."""

from collections.abc import Callable
from contextlib import closing

from kintone.errors import InvalidQueryError, KintoneError
from kintone.messages import Message
from kintone.reading.reader import Reading, ReadRequest, RecordsApi
from tools import base
from tools.code_suggestions import current_form
from tools.csv_files import CsvExport, CsvLines
from tools.import_csv import ImportLines
from tools.name_lists import read_fields
from tools.query_mistakes import PreparedQuery, explained, prepared_query
from tools.query_outputs import Output, PageStream, ProgressLog, RecordFile, RecordLines, RecordObjects
from tools.query_summary import MissingFields, QuerySummary
from tools.readable_csv import CsvColumns, ReadableLines
from tools.record_formats import JsonlExport, PlainRecords, RecordJson
from tools.record_texts import FULL_TEXT, SHORT_TEXT, RecordText
from tools.results import Streaming
from tools.structured_text import unfenced

type Fields = tuple[str, ...]
type Warn = Callable[[Message], None]

FORM_NEEDED = Message(
    "csv_format kintone takes the columns of tables from the app's form; csv_format readable works without the form"
)


def _csv_lines(call: base.Call, fields: Fields, warn: Warn) -> CsvLines:
    """Return the lines of a CSV file in the chosen format."""
    if call.parameters.choice("csv_format") == "readable":
        return ReadableLines(_csv_columns(call, fields, warn))
    try:
        form = call.client.forms.read(call.app, fresh=True)
    except KintoneError as error:
        raise error.copy_with(notes=(*error.notes, FORM_NEEDED)) from None
    return ImportLines(fields, form)


def _csv_columns(call: base.Call, fields: Fields, warn: Warn) -> CsvColumns:
    """Return the columns of a CSV file; if all fields are wanted, those of the current form."""
    if fields:
        return CsvColumns(fields)
    try:
        return CsvColumns((), call.client.forms.read(call.app, fresh=True))
    except KintoneError as error:
        warn(
            Message(
                "the app's form could not be read ({problem}), so the columns are those of the first records; "
                "name the field codes in fields to choose the columns",
                problem=error.problem,
            )
        )
        return CsvColumns(())


OUTPUTS: dict[str, Callable[[base.Call, Fields, Warn], Output]] = {
    "both": lambda call, fields, _warn: RecordObjects(RecordText(SHORT_TEXT, fields), RecordJson(call.redactor)),
    "text_only": lambda call, fields, _warn: RecordLines(RecordText(FULL_TEXT, fields), RecordJson(call.redactor)),
    "json_stream": lambda call, fields, _warn: PageStream(RecordText(SHORT_TEXT, fields), RecordJson(call.redactor)),
    "flattened_json": lambda call, fields, _warn: RecordObjects(
        RecordText(SHORT_TEXT, fields), RecordJson(call.redactor), PlainRecords()
    ),
    "csv_file": lambda call, fields, warn: RecordFile(
        CsvExport(_csv_lines(call, fields, warn), call.parameters.choice("csv_encoding")),
        call.app,
        call.settings.max_file_bytes,
    ),
    "jsonl_file": lambda call, _fields, _warn: RecordFile(JsonlExport(), call.app, call.settings.max_file_bytes),
}


class QueryRecords(base.KintoneTool):
    """Reads any number of records and returns them in one of six output modes."""

    tool_name = "kintone_query"

    def run(self, call: base.Call) -> Streaming:
        """Read the records; the error for a query that kintone refused says what is wrong in it."""
        query = prepared_query(call)
        try:
            return (yield from self._read(call, query))
        except InvalidQueryError as error:
            raise explained(call, error, query, read_fields(call.parameters.raw("fields"))) from None

    def _read(self, call: base.Call, query: PreparedQuery) -> Streaming:
        """Read page by page and pass each page to the output of the chosen mode."""
        mode, *_ = map(call.parameters.choice, ("output_mode", "csv_format", "csv_encoding"))
        reading = _reading(call, query)
        warnings = [*query.warnings]
        output = OUTPUTS[mode](call, reading.fields, warnings.append)
        missing = MissingFields(reading.fields)
        records, pages = 0, 0
        with closing(reading.pages()) as received:
            for page in received:
                missing.add(page.records)
                records += len(page.records)
                pages = page.number
                yield from output.take(page, reading.total)
        if warning := missing.warning(lambda: current_form(call)):
            warnings.append(warning)
        yield from output.finish()
        written = call.parameters.text("query")
        summary = QuerySummary.of(
            reading,
            call.app,
            records=records,
            pages=pages,
            requests=call.client.requests_made,
            is_fenced=unfenced(written) != written,
            warnings=tuple(warnings),
        )
        return output.result(summary)


def _reading(call: base.Call, query: PreparedQuery) -> Reading:
    parameters = call.parameters
    request = ReadRequest(
        app=call.app,
        query=query.text,
        fields=read_fields(parameters.raw("fields")),
        max_records=parameters.count("max_records"),
        ranges=call.settings.read_ranges,
        keeps_json=parameters.choice("output_mode") == "json_stream",
    )
    return RecordsApi(call.client).read(request, ProgressLog(call.app))
