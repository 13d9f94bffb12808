"""Reading the form of an app from kintone, with a cache that keeps it for a minute."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kintone import api
from kintone.api import Request, RequestSender, RetrySafety
from kintone.errors import InvalidRequestError, NotFoundError, PermissionDeniedError, UnknownResponseError
from kintone.forms.answers import parse_form, parse_precision
from kintone.forms.fields import Form
from kintone.messages import Message
from kintone.values.numbers import DEFAULT_PRECISION, NumberPrecision

# The cache


TIME_TO_LIVE = 60.0
"""Seconds."""
CAPACITY = 256


@dataclass(frozen=True, slots=True)
class FormKey:
    """The key of a form in the cache; it includes the whole access, since credentials differ in what they may see.

    ``access`` is a salted hash of site, guest space and credential, from which no secret can be recovered.
    """

    app: str
    access: str


class FormCache:
    """Holds at most ``capacity`` forms for ``time_to_live`` seconds each; safe to share between threads."""

    def __init__(
        self,
        time_to_live: float = TIME_TO_LIVE,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty."""
        self._time_to_live = time_to_live
        self._capacity = capacity
        self._clock = clock
        self._forms: OrderedDict[FormKey, tuple[float, Form]] = OrderedDict()
        self._drops = 0
        self._lock = threading.Lock()

    def form(self, key: FormKey, read: Callable[[], Form]) -> Form:
        """Return the cached form, or the one that ``read`` returns; if ``read`` raises, nothing is cached."""
        now = self._clock()
        with self._lock:
            cached = self._forms.get(key)
            if cached is not None and cached[0] > now:
                self._forms.move_to_end(key)
                return cached[1]
            drops = self._drops
        form = read()
        with self._lock:
            # A form that was dropped while it was being read may be outdated.
            if drops == self._drops:
                self._keep(key, form)
        return form

    def replace(self, key: FormKey, form: Form, new: Form) -> None:
        """Replace a cached form by one that holds more, with the same expiry; does nothing if it is cached no more."""
        with self._lock:
            cached = self._forms.get(key)
            if cached is not None and cached[1] is form:
                self._forms[key] = (cached[0], new)

    def holds(self, key: FormKey) -> bool:
        """Tell whether the form is cached and not expired."""
        with self._lock:
            cached = self._forms.get(key)
            return cached is not None and cached[0] > self._clock()

    def drop(self, key: FormKey) -> None:
        """Remove a form that is outdated according to kintone."""
        with self._lock:
            self._drops += 1
            self._forms.pop(key, None)

    def __len__(self) -> int:
        """Return how many forms are cached, expired ones included."""
        with self._lock:
            return len(self._forms)

    def _keep(self, key: FormKey, form: Form) -> None:
        self._forms[key] = (self._clock() + self._time_to_live, form)
        self._forms.move_to_end(key)
        while len(self._forms) > self._capacity:
            self._forms.popitem(last=False)


# Reading from kintone


QUICK_SECONDS = 4.0
"""Longest wait for what only explains or mends something."""
SETTINGS_UNAVAILABLE = (PermissionDeniedError, NotFoundError, InvalidRequestError, UnknownResponseError)
"""The errors where the credential may not see the settings, whether from kintone or from something in front of it."""


def form_request(app: int | str) -> Request:
    """Return the request for the published form, https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields."""
    return api.get_form_fields(Message("reading the form of app {app}", app=app), app)


def call_once(caller: RequestSender, request: Request) -> dict[str, Any]:
    """Return the answer to a request that is sent once and waited for a few seconds; raises ``KintoneError``."""
    with caller.deadline.within(QUICK_SECONDS) as deadline:
        return caller.call(replace(request, retry_safety=RetrySafety.READ_ONCE), deadline).body


def read_form(caller: RequestSender, app: int | str, *, once: bool = False) -> Form:
    """Read the form from kintone; raises ``UnknownResponseError`` for an answer that is not kintone's."""
    request = form_request(app)
    return parse_form(call_once(caller, request) if once else caller.call(request).body, str(app))


def read_precision(caller: RequestSender, app: str) -> NumberPrecision:
    """Read the number precision of an app; kintone's default with ``known=False`` where the settings cannot be read.

    Source: https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-general-settings.
    """
    description = Message("reading the settings of app {app}", app=app)
    try:
        body = caller.call(api.get_app_settings(description, app)).body
    except SETTINGS_UNAVAILABLE:
        return DEFAULT_PRECISION
    return parse_precision(body.get("numberPrecision"), description)


class FormsApi:
    """Reads forms with one credential on one site, through a cache that may be shared with other credentials."""

    def __init__(self, caller: RequestSender, cache: FormCache, key: Callable[[str], FormKey]) -> None:
        """Read through a caller and a cache; ``key`` makes the cache key of an app id for this credential."""
        self._caller = caller
        self._cache = cache
        self._key = key

    def read(self, app: int | str, *, fresh: bool = False, once: bool = False) -> Form:
        """Return the form, at most a minute old; ``fresh`` reads it from kintone in any case.

        With ``once`` it is asked for once, without retries and for a few seconds, since the call can go on without it.
        """
        key = self._key(str(app))
        if fresh:
            self._cache.drop(key)
        return self._cache.form(key, lambda: read_form(self._caller, app, once=once))

    def with_precision(self, form: Form) -> Form:
        """Return the form with the app's number precision, which is read once for each cached form.

        Where the app's settings cannot be read it is kintone's default, marked as not known.
        """
        if form.precision is not None:
            return form
        with_precision = form.with_precision(read_precision(self._caller, form.app))
        self._cache.replace(self._key(form.app), form, with_precision)
        return with_precision

    def holds(self, app: int | str) -> bool:
        """Tell whether the form is cached, so that it may be outdated."""
        return self._cache.holds(self._key(str(app)))

    def drop(self, app: int | str) -> None:
        """Remove the form from the cache, after kintone refused something that the form allows."""
        self._cache.drop(self._key(str(app)))
