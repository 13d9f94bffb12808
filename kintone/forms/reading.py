"""Reading the form of an app, and remembering it for a minute."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kintone import api
from kintone.api import Caller, Request
from kintone.errors import InvalidRequestError, NotFoundError, PermissionDeniedError, UnknownResponseError
from kintone.forms.fields import FieldDefinition, Form, Limits, WriteMode, parse_form, parse_precision
from kintone.messages import Message
from kintone.values.numbers import DEFAULT_PRECISION, NumberPrecision

TIME_TO_LIVE = 60.0
CAPACITY = 256


@dataclass(frozen=True, slots=True)
class FormKey:
    """Whose view of which form: what one credential may see another may not, so the credential is part of it.

    ``credential`` is a salted hash; a token cannot be found from it.
    """

    site: str
    guest_space: int | None
    app: str
    credential: str


class FormCache:
    """Holds at most ``capacity`` forms for ``time_to_live`` seconds each; safe to share between threads."""

    def __init__(
        self,
        time_to_live: float = TIME_TO_LIVE,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty, with a salt of its own."""
        self._time_to_live = time_to_live
        self._capacity = capacity
        self._clock = clock
        self._salt = secrets.token_bytes(32)
        self._forms: OrderedDict[FormKey, tuple[float, Form]] = OrderedDict()
        self._drops = 0
        self._lock = threading.Lock()

    def key(self, site: str, guest_space: int | None, app: int | str, tokens: Iterable[str]) -> FormKey:
        """Return the key of a form as the holder of ``tokens`` sees it; the tokens themselves are not kept."""
        digest = hashlib.blake2b(key=self._salt, digest_size=16)
        for token in sorted(tokens):
            digest.update(token.encode("utf-8", "surrogatepass") + b"\n")
        return FormKey(site, guest_space, str(app), digest.hexdigest())

    def form(self, key: FormKey, read: Callable[[], Form]) -> Form:
        """Return the cached form, or what ``read`` brings; its errors pass through and nothing is kept then."""
        now = self._clock()
        with self._lock:
            held = self._forms.get(key)
            if held is not None and held[0] > now:
                self._forms.move_to_end(key)
                return held[1]
            drops = self._drops
        form = read()
        with self._lock:
            # A form read before somebody dropped it may be the outdated one.
            if drops == self._drops:
                self._keep(key, form)
        return form

    def complete(self, key: FormKey, form: Form, complete: Form) -> None:
        """Keep more about a form in its place and for no longer than it, unless another one took the place."""
        with self._lock:
            held = self._forms.get(key)
            if held is not None and held[1] is form:
                self._forms[key] = (held[0], complete)

    def holds(self, key: FormKey) -> bool:
        """Tell whether the form would be answered from memory."""
        with self._lock:
            held = self._forms.get(key)
            return held is not None and held[0] > self._clock()

    def drop(self, key: FormKey) -> None:
        """Forget a form, because kintone said that it is no longer true."""
        with self._lock:
            self._drops += 1
            self._forms.pop(key, None)

    def __len__(self) -> int:
        """Return how many forms are held, outdated ones included."""
        with self._lock:
            return len(self._forms)

    def _keep(self, key: FormKey, form: Form) -> None:
        self._forms[key] = (self._clock() + self._time_to_live, form)
        self._forms.move_to_end(key)
        while len(self._forms) > self._capacity:
            self._forms.popitem(last=False)


__all__ = [
    "FieldDefinition",
    "Form",
    "FormCache",
    "FormKey",
    "FormsApi",
    "Limits",
    "WriteMode",
    "form_request",
    "parse_form",
    "read_form",
]


REFUSALS = (PermissionDeniedError, NotFoundError, InvalidRequestError, UnknownResponseError)
"""What kintone, or something in front of it, answers where settings are not to be seen."""


def form_request(app: int | str) -> Request:
    """Ask for the published form, https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields."""
    return api.get_form_fields(Message("reading the form of app {app}", app=app), app)


def read_form(caller: Caller, app: int | str) -> Form:
    """Read the form from kintone; raises ``UnknownResponseError`` for an answer that is not kintone's."""
    return parse_form(caller.call(form_request(app)).body, str(app))


def read_precision(caller: Caller, app: str) -> NumberPrecision:
    """Ask how an app keeps numbers, https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-general-settings.

    Returns kintone's default, marked as not known, where the credential may not see the settings.
    """
    reading = Message("reading the settings of app {app}", app=app)
    try:
        body = caller.call(api.get_app_settings(reading, app)).body
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
