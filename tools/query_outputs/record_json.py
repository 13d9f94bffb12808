"""Records as JSON, without what Dify cannot carry and what must not be read."""

from collections.abc import Sequence

from pydantic_core import to_json

from kintone.access.redaction import Redactor
from kintone.messages import Message
from kintone.reading.pages import Record
from tools.exact_numbers import holds_long_numbers, with_exact_numbers
from tools.results import NEXT_LINE, next_lines_told

NEXT_LINE_IN_JSON = NEXT_LINE.encode()
MASKED = Message("the records hold an API token of this call, which is shown as ***")


class RecordJson:
    """Writes records as JSON and knows what it had to replace in them."""

    def __init__(self, redactor: Redactor) -> None:
        """Start with nothing replaced; ``redactor`` knows the secrets of the call."""
        self._redactor = redactor
        self._next_lines = 0
        self._masked = False

    def write(self, records: Sequence[Record]) -> bytes:
        """Return the JSON of a list of records in UTF-8, on one line."""
        written = to_json(records)
        if self._redactor.may_occur_in(written):
            masked = self._redactor.mask_data(records)
            self._masked = self._masked or masked is not records
            records, written = masked, to_json(masked)
        if holds_long_numbers(written):
            written = to_json(with_exact_numbers(records))
        count = written.count(NEXT_LINE_IN_JSON)
        self._next_lines += count
        return written.replace(NEXT_LINE_IN_JSON, rb"\n") if count else written

    @property
    def warnings(self) -> Sequence[Message]:
        """Say what was replaced."""
        told = [next_lines_told(self._next_lines)] if self._next_lines else []
        return [*told, MASKED] if self._masked else told
