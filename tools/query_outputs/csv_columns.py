"""Which columns a CSV file of records has: none that a record shows is ever left out in silence."""

from collections.abc import Iterable, Sequence

from kintone.errors import InvalidParameterError
from kintone.field_types.table import RECORD_ID, REVISION
from kintone.forms.field_definitions import Form
from kintone.messages import Message
from kintone.reading.pages import Record
from kintone.values.excerpts import printable

LISTED = 10


class CsvColumns:
    """The codes of one file's columns, in order.

    They are the fields asked for; when all were asked for, those of the form in its order, ``$id`` first and without
    ``$revision``, so that a field which only later records show has its column too. Without a form they are those of
    the first records, and a later record that has another field is refused.
    """

    def __init__(self, fields: Sequence[str], form: Form | None = None) -> None:
        """Take the fields asked for, none meaning all, and the form where it could be read."""
        self.codes = list(fields)
        self._form = form
        self._all = not fields
        self._known: frozenset[str] = frozenset()

    def begin(self, records: Sequence[Record]) -> None:
        """Settle the columns by the first records, of which there may be none."""
        if not self._all:
            return
        shown = dict.fromkeys(code for record in records for code in record)
        fields = self._form.fields.values() if self._form else ()
        formed = [field.code for field in fields if field.code in shown or field.kind.always_shown]
        self.codes = [code for code in dict.fromkeys([RECORD_ID, *formed, *shown]) if code != REVISION]
        self._known = frozenset([*self.codes, REVISION])

    def check(self, records: Iterable[Record]) -> None:
        """Raise ``InvalidParameterError`` for a record with a field that has no column."""
        if not self._all:
            return
        for record in records:
            if not record.keys() <= self._known:
                raise self._without_column(record)

    def _without_column(self, record: Record) -> InvalidParameterError:
        codes = [printable(code) for code in record if code not in self._known]
        return InvalidParameterError(
            "fields is blank, and a record has fields that the file has no column for ({codes}), because {reason}; "
            "name all field codes that are needed in fields",
            codes=", ".join(codes[:LISTED]),
            reason=Message("the app's form changed meanwhile")
            if self._form
            else Message("the app's form could not be read, and the first records do not have them"),
        )
