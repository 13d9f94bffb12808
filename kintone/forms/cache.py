"""Forms that were read a moment ago, apart by site, guest space, app and credential."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kintone.forms.field_definitions import Form

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
