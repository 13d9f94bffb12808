"""Imports the file of ``records_file``: its parameters, opening it in Dify's store, and what is told of the import."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from zoneinfo import ZoneInfo

from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError, KintoneError, PermissionDeniedError
from kintone.forms.fields import Form
from kintone.messages import Joined, Message, counted
from kintone.permissions import VIEW_OR_ADD, tick
from kintone.reading.found_record import read_app_code
from kintone.record_files import FileEncoding, FileOptions, RecordFile
from kintone.record_import import ImportReport, RecordImport
from kintone.texts import printable
from kintone.values.periods import default_time_zone, read_time_zone
from kintone.writing.batches import max_entries
from kintone.writing.removals import Removals
from kintone.writing.repeating import repeat_notice, sent_again
from kintone.writing.upserts import UpsertRequest
from tools.base import Call, Result
from tools.dify_files import failures
from tools.dify_files.resumed import resumed
from tools.dify_files.source import DifyFile, FileSource, SourceLimits
from tools.dify_files.values import read_one_file
from tools.list_change_texts import removal_lines
from tools.query_outputs import ProgressLog
from tools.record_checks import CHECK_OFF

PARAMETER = "records_file"
FILE_ADVICE = Message(
    "bind it to a file variable of the workflow (type File); an agent cannot pass files and gives records_data instead"
)
FORM_FOR_FILE = Message(
    "the app's form says which fields the columns of a file are: {permission}", permission=tick(VIEW_OR_ADD)
)
ANY_SIZE = sys.maxsize
MAX_COLUMNS_SHOWN = 50


def read_records_file(call: Call) -> DifyFile | None:
    """Return the file of the call, None where it brings entries instead; raises ``InvalidParameterError`` for both."""
    parameters = call.parameters
    file = read_one_file(PARAMETER, parameters.raw(PARAMETER), FILE_ADVICE)
    if file is not None and parameters.raw("records_data") is not None:
        raise InvalidParameterError(
            "records_data and records_file are both given; keep the one whose records are meant"
        )
    first = parameters.count("first_entry")
    if file is None and first is not None and first > 1:
        raise InvalidParameterError(
            "first_entry counts the records of a file, and no records_file is given; leave it out"
        )
    return file


def form_for_file(call: Call) -> Form:
    """Return the app's form as it is now, with its number settings where it has number fields."""
    forms = call.client.forms
    try:
        form = forms.read(call.app, fresh=True)
    except PermissionDeniedError as error:
        raise error.copy_with(remedy=FORM_FOR_FILE) from None
    columns = (column for field in form.fields.values() for column in (field, *field.columns.values()))
    return forms.with_precision(form) if any(column.is_number for column in columns) else form


class FileImport:
    """The import of one file; settings are read, and the file's address is checked, before anything is connected."""

    def __init__(self, call: Call, file: DifyFile) -> None:
        """Read the parameters; raises ``InvalidParameterError``."""
        parameters = call.parameters
        self._call = call
        self._file = file
        self._encoding = FileEncoding(parameters.choice("file_encoding"))
        self._zone = _zone(call)
        self._skip_unknown = parameters.flag("skip_unknown_columns")
        self._first = parameters.count("first_entry") or 1
        self._stops_early = parameters.flag("stop_early")
        self._checks = parameters.flag("validate_before_write")
        self._gone: list[str] = []

    def run(self, request: UpsertRequest, update_key: str | None, removals: Removals) -> ImportReport:
        """Import the file; ``request`` has the app's form."""
        call = self._call
        if request.form is None:
            raise TypeError("a file is read by the app's form")
        options = FileOptions(
            request.form,
            self._zone,
            host=call.client.access.site.host,
            update_key=update_key,
            encoding=self._encoding,
            skip_unknown_columns=self._skip_unknown,
            first_entry=self._first,
            rules=self._checks,
            app_code=lambda: read_app_code(call.client, call.app),
        )
        log = ProgressLog(call.app, "written")
        report = RecordImport(call.client, request, options, self._open).run(
            removals,
            checks_first=self._checks,
            stops_early=self._stops_early,
            progress=log,
        )
        if report.written.requested > max_entries():
            self._gone = _gone_meanwhile(call, request.form)
        return report

    def result(self, report: ImportReport, removals: Removals) -> Result:
        """Return text, counts and where to go on; the list of results stays empty, however small the file is."""
        written = report.written
        counts = written.summary()
        following = written.next_entry
        lines = [
            Message(
                "Wrote to app {app} from the file: {requested} requested, {add} added, {updated} updated.",
                app=self._call.app,
                **counts,
            )
        ]
        if following is not None:
            lines.append(
                Message(
                    "Stopped before the time of the call was over. Continue with first_entry {next} (line {line} of "
                    "the file), which next_entry holds.",
                    next=following.position,
                    line=following.line,
                )
            )
        if self._gone:
            lines.append(
                Message(
                    "While the file was written, somebody changed the form of app {app}: it has no field {fields} any "
                    "more, so records that were written after that lack these values.",
                    app=self._call.app,
                    fields=_listed(self._gone),
                )
            )
        lines += [*_how_read(report.file, self._zone), *_checked_and_cleared(report)]
        lines += removal_lines(removals)
        lines += sent_again(written.repeated)
        if written.requested:
            lines.append(repeat_notice(written.traits))
        lines += _notes(report)
        if not self._checks:
            lines.append(CHECK_OFF)
        variables: Mapping[str, object] = {
            "upsert_result": counts,
            "results": [],
            "response": {},
            "next_entry": following.position if following is not None else 0,
        }
        return Result(lines, {"upsert_result": counts, "results": []}, variables)

    @contextmanager
    def _open(self, deadline: Deadline) -> Iterator[Iterator[bytes]]:
        """Open the file from its beginning; its errors name the parameter."""
        call = self._call
        limits = SourceLimits(call.request_timeout, ANY_SIZE, call.client.execution, deadline)
        with ExitStack() as stack:
            with _restated():
                chunks = stack.enter_context(resumed(FileSource(self._file, limits).stream, self._file.name))
            yield _restated_chunks(chunks)


def _gone_meanwhile(call: Call, before: Form) -> list[str]:
    """Return the codes of fields that the form has lost, since kintone drops their values without a word."""
    try:
        now = call.client.forms.read(call.app, fresh=True, once=True)
    except KintoneError:
        return []
    codes = (code for field in before.fields.values() for code in (field.code, *field.columns))
    return [code for code in codes if now.find(code) is None]


@contextmanager
def _restated() -> Iterator[None]:
    try:
        yield
    except InvalidParameterError as error:
        raise failures.restated(error, PARAMETER) from None


def _restated_chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    with _restated():
        yield from chunks


def _zone(call: Call) -> ZoneInfo:
    name = call.parameters.text("time_zone")
    return read_time_zone(name) if name else ZoneInfo(default_time_zone(call.client.access.site.host))


# What is told


SEPARATORS = {
    ",": Message("The file was read as {encoding}, its cells separated by commas.", encoding=""),
    "\t": Message("The file was read as {encoding}, its cells separated by tabs.", encoding=""),
    ";": Message("The file was read as {encoding}, its cells separated by semicolons.", encoding=""),
    "": Message("The file was read as JSON in {encoding}.", encoding=""),
}


def _how_read(file: RecordFile | None, zone: ZoneInfo) -> list[Message]:
    if file is None:
        return []
    lines = [SEPARATORS[file.separator].copy_with(encoding=file.encoding)]
    if file.zone_used:
        lines.append(Message("Times without an offset were read as those of {zone}.", zone=zone.key))
    if file.drops_seconds:
        lines.append(Message("Seconds were left out, since kintone keeps hours and minutes."))
    if file.drops_times:
        lines.append(Message("Times were left out of dates, since a date field keeps the day alone."))
    if file.left_out:
        text = Message("Columns left out, since nobody can write them: {columns}.", columns=_listed(file.left_out))
        lines.append(text)
    if file.attachments:
        text = Message(
            "Attachments stay as they are, since a file of records cannot hold any: {columns}.",
            columns=_listed(file.attachments),
        )
        lines.append(text)
    if file.skipped:
        lines.append(
            Message("Columns skipped, since the app has no such fields: {columns}.", columns=_listed(file.skipped))
        )
    if file.options_without_column:
        text = Message(
            "These options have no column in the file and count as not chosen: {options}.",
            options=_listed(file.options_without_column),
        )
        lines.append(text)
    return lines


def _checked_and_cleared(report: ImportReport) -> list[Message]:
    lines = [report.how_checked] if report.how_checked else []
    if report.cleared and report.written.repeated:
        lines.append(
            counted(
                report.cleared,
                Message(
                    "At most 1 field of an updated record is empty now, since its cell in the file is blank; a record "
                    "that an earlier try added counts too."
                ),
                Message(
                    "At most {count:,} fields of updated records are empty now, since their cells in the file are "
                    "blank; records that an earlier try added count too.",
                    count=report.cleared,
                ),
            )
        )
    elif report.cleared:
        lines.append(
            counted(
                report.cleared,
                Message("1 field of an updated record is empty now, since its cell in the file is blank."),
                Message(
                    "{count:,} fields of updated records are empty now, since their cells in the file are blank.",
                    count=report.cleared,
                ),
            )
        )
    return lines


def _listed(names: Sequence[str]) -> Message:
    left = len(names) - MAX_COLUMNS_SHOWN
    shown = Joined([printable(name) for name in names[:MAX_COLUMNS_SHOWN]], ", ")
    return Message("{columns} and {left} more", columns=shown, left=left) if left > 0 else shown


def _notes(report: ImportReport) -> list[Message]:
    if not report.told:
        return []
    lines = [Message("Values that are stored in another form, or were not used:")]
    lines += [Message("- {note}", note=note) for note in report.told]
    return [*lines, Message("- and {left} more", left=report.unlisted)] if report.unlisted else lines
