"""The form of an app: what its fields are called, and what they take.

``FieldDefinition`` and ``Form`` describe it, ``FormsApi`` reads it and remembers it for a minute.
"""

from collections.abc import Callable

from kintone.errors import InvalidRequestError, NotFoundError, PermissionDeniedError, UnknownResponseError
from kintone.forms.cache import FormCache, FormKey
from kintone.forms.field_definitions import FieldDefinition, Form, Limits, WriteMode
from kintone.forms.parsing import parse_form, parse_precision
from kintone.messages import Message
from kintone.operations import Caller, Operation, Repeat
from kintone.values.numbers import DEFAULT_PRECISION, NumberPrecision

__all__ = [
    "FieldDefinition",
    "Form",
    "FormCache",
    "FormKey",
    "FormsApi",
    "Limits",
    "WriteMode",
    "form_operation",
    "parse_form",
    "read_form",
]


REFUSALS = (PermissionDeniedError, NotFoundError, InvalidRequestError, UnknownResponseError)
"""What kintone, or something in front of it, answers where settings are not to be seen."""


def form_operation(app: int | str) -> Operation:
    """Ask for the published form, https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields."""
    return Operation(
        Message("reading the form of app {app}", app=app), "GET", "app/form/fields", {"app": app}, Repeat.READ
    )


def read_form(caller: Caller, app: int | str) -> Form:
    """Read the form from kintone; raises ``UnknownResponseError`` for an answer that is not kintone's."""
    return parse_form(caller.call(form_operation(app)).body, str(app))


def read_precision(caller: Caller, app: str) -> NumberPrecision:
    """Ask how an app keeps numbers, https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-general-settings.

    Returns kintone's default, marked as not known, where the credential may not see the settings.
    """
    reading = Message("reading the settings of app {app}", app=app)
    try:
        body = caller.call(Operation(reading, "GET", "app/settings", {"app": app}, Repeat.READ)).body
    except REFUSALS:
        return DEFAULT_PRECISION
    return parse_precision(body.get("numberPrecision"), reading)


class FormsApi:
    """Forms for one credential on one site, through a cache that may be shared with others."""

    def __init__(self, caller: Caller, cache: FormCache, key: Callable[[str], FormKey]) -> None:
        """Take who carries out requests, the cache, and how an app id becomes a key of this credential."""
        self._caller = caller
        self._cache = cache
        self._key = key

    def read(self, app: int | str, *, fresh: bool = False) -> Form:
        """Return the form, at most a minute old; ``fresh`` asks kintone in any case."""
        key = self._key(str(app))
        if fresh:
            self._cache.drop(key)
        return self._cache.form(key, lambda: read_form(self._caller, app))

    def with_precision(self, form: Form) -> Form:
        """Return a form that knows how the app keeps numbers; asked once for each form that is remembered.

        Where the app's settings cannot be read kintone's default stands in, and says that it does.
        """
        if form.precision is not None:
            return form
        complete = form.with_precision(read_precision(self._caller, form.app))
        self._cache.complete(self._key(form.app), form, complete)
        return complete

    def holds(self, app: int | str) -> bool:
        """Tell whether the form would be answered from memory, and so may be outdated."""
        return self._cache.holds(self._key(str(app)))

    def drop(self, app: int | str) -> None:
        """Forget the form, after kintone complained about something that the form allows."""
        self._cache.drop(self._key(str(app)))
