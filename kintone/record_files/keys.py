"""How a record of a file is found: by the value of a key field, by its id, or by its record number."""

from collections.abc import Callable

from kintone.field_types import RECORD_ID
from kintone.forms.fields import FieldDefinition, Form
from kintone.messages import Message
from kintone.problems import Problem, ProblemCode
from kintone.record_files.mistakes import a_problem
from kintone.records import check_update_key
from kintone.texts import preview, printable
from kintone.values.numbers import number_in, plain_number, record_id_hint, record_number_parts, whole_number
from kintone.writing.update_keys import UpdateKey


def stored_key(code: str, value: object, form: Form) -> tuple[UpdateKey | None, Problem | None]:
    """Return the key as kintone compares it, so that equal ones are equal texts, or why it cannot be used."""
    text, problem = check_update_key(code, value, form)
    if problem is not None:
        return None, problem
    number = number_in(text) if form.fields[code].is_number else None
    return UpdateKey(code, text if number is None else plain_number(number)), None


class KeyReader:
    """Reads the keys of one file.

    ``required`` says that every record needs one. Record numbers may have the app's own code, but then all of them.
    """

    def __init__(self, definition: FieldDefinition, form: Form, app_code: Callable[[], str], *, required: bool) -> None:
        """Read keys by the field; ``app_code`` is asked once, where a record number has a code."""
        self._code = definition.code
        self._form = form
        self._app_code = app_code
        self._required = required
        self._own_code: str | None = None
        self._with_code: bool | None = None

    def key(self, value: object) -> tuple[UpdateKey | None, Problem | None]:
        """Return the key of a record, or why there is none."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None, self._no_key()
        return stored_key(self._code, value, self._form)

    def record_id(self, value: object) -> tuple[str | None, Problem | None]:
        """Return the id of a record, None where it has none, or why it cannot be used."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None, self._no_key() if self._required else None
        parts = record_number_parts(value) if self._code != RECORD_ID else None
        if parts is not None:
            return self._by_record_number(value, *parts)
        number = whole_number(value)
        if number is None or number <= 0:
            hint = record_id_hint(value) or Message("write the record's number, or leave the cell blank to insert")
            complaint = Message("{value} is not the id of a record", value=preview(value))
            return None, a_problem(self._code, ProblemCode.BAD_FORMAT, complaint, hint)
        return (str(number), None) if self._is_alike(with_code=False) else (None, self._mixed(value))

    def _by_record_number(self, value: object, code: str, record_id: str) -> tuple[str | None, Problem | None]:
        if self._own_code is None:
            self._own_code = self._app_code()
        if code != self._own_code:
            complaint = Message("{value} is not a record number of app {app}", value=preview(value), app=self._form.app)
            advice = (
                Message("record numbers of this app begin with {code}-", code=printable(self._own_code))
                if self._own_code
                else Message("this app has no code: write the number alone")
            )
            return None, a_problem(self._code, ProblemCode.BAD_FORMAT, complaint, advice)
        return (record_id, None) if self._is_alike(with_code=True) else (None, self._mixed(value))

    def _is_alike(self, *, with_code: bool) -> bool:
        if self._with_code is None:
            self._with_code = with_code
        return self._with_code is with_code

    def _mixed(self, value: object) -> Problem:
        complaint = Message("record numbers before {value} are written in another way", value=preview(value))
        advice = Message("write all of them with the app's code, or none")
        return a_problem(self._code, ProblemCode.BAD_FORMAT, complaint, advice)

    def _no_key(self) -> Problem:
        complaint = Message("the field that update_key names has no value")
        advice = Message("give it one, or write records without a key into a file of their own")
        return a_problem(self._code, ProblemCode.REQUIRED, complaint, advice)
