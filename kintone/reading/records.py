"""Records as kintone gives them out."""

from kintone.answer_models import misshapen
from kintone.messages import Message
from kintone.operations import Caller, Operation, Repeat
from kintone.reading.pages import Record, checked_id
from kintone.reading.reader import Progress, Reading, ReadRequest, read


class RecordsApi:
    """Reads records: one, or all that a query matches."""

    def __init__(self, caller: Caller) -> None:
        """Read through a caller."""
        self._caller = caller

    def read(
        self,
        request: ReadRequest,
        progress: Progress | None = None,
    ) -> Reading:
        """Plan the reading of a query; its ``pages`` do it. Raises ``InvalidParameterError``."""
        return read(self._caller, request, progress)

    def get(self, app: int, record_id: int | str) -> Record:
        """Return one record as kintone shows it: ``{"code": {"type": …, "value": …}}``; raises ``NotFoundError``.

        Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/get-record.
        """
        reading = Message("reading record {record} of app {app}", record=record_id, app=app)
        operation = Operation(reading, "GET", "record", {"app": app, "id": record_id}, Repeat.READ)
        record: Record = self._caller.call(operation).body.get("record", {})
        found = checked_id(record, Message("the record"), reading)
        if str(found) != str(record_id):
            raise misshapen(reading, Message("the id of the record"), Message("that of another record"))
        return record
