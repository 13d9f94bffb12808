"""Reads what an entry's ``id`` may be besides a number, and says what to write instead, in the terms of the app."""

from collections.abc import Mapping, Sequence

from kintone.errors import KintoneError
from kintone.forms.fields import Form
from kintone.forms.near_matches import listed
from kintone.messages import Message
from kintone.reading.found_record import read_app_code
from kintone.texts import preview, printable
from kintone.values.numbers import named_record_id, record_number_parts
from kintone.writing.entry_advice import EntryAdvice
from tools.base import Call
from tools.record_choice import fitting_keys


class AppAdvice(EntryAdvice):
    """Asks kintone for the app's code and form only where an entry cannot be read, and each once."""

    def __init__(self, call: Call) -> None:
        """Advise about the app of a call."""
        self._call = call
        self._code: str | None = None
        self._form: Form | None = None
        self._is_form_read = False

    def record_id(self, value: object) -> str | None:
        """Return the ID in ``#3``, or in a record number with the app's own code."""
        named = named_record_id(value)
        parts = record_number_parts(value)
        return parts[1] if named is None and parts is not None and parts[0] == self._app_code() else named

    def instead_of_id(self, value: object) -> Message:
        """Propose the update key that can hold the value."""
        keys = (
            [key for key in fitting_keys(form, value) if key[0] in form.update_key_codes()]
            if (form := self._read_form())
            else []
        )
        if not keys:
            return super().instead_of_id(value)
        proposals = [
            Message(
                '"updateKey": {{"field": {field}, "value": {value}}}',
                field=preview(field),
                value=preview(text),
            )
            for field, text in keys
        ]
        return Message(
            "an id is the record's number; to find it by another field, write {keys} instead of id",
            keys=listed(proposals, " or "),
        )

    def about_plain_rows(self, rows: Sequence[object]) -> Message:
        """Name the fields of the app that can be the update key; those that every row has, if there are any."""
        form = self._read_form()
        if form is None:
            return super().about_plain_rows(rows)
        codes = form.update_key_codes()
        if not codes:
            return Message(
                "no field of app {app} can be update_key (a text or number field that prohibits duplicates): write "
                '{{"record": {{…}}}} for each row to add it, {{"id": …, "record": {{…}}}} to update a record',
                app=form.app,
            )
        held = [code for code in codes if all(isinstance(row, Mapping) and code in row for row in rows)]
        named = [Message("{code}", code=printable(code)) for code in held or codes]
        if held:
            return Message("set update_key to {codes}", codes=listed(named, " or "))
        return Message(
            'set update_key to {codes} and give every row that field, or write {{"record": {{…}}}} for each entry to '
            "add it",
            codes=listed(named, " or "),
        )

    def _app_code(self) -> str:
        if self._code is None:
            try:
                self._code = read_app_code(self._call.client, self._call.app)
            except KintoneError:
                self._code = ""
        return self._code

    def _read_form(self) -> Form | None:
        if not self._is_form_read:
            self._is_form_read = True
            try:
                self._form = self._call.client.forms.read(self._call.app)
            except KintoneError:
                self._form = None
        return self._form
