"""What can go wrong with one request, and what that leaves open, in kintone's words and those of networks.

The last column is the specification's, not the code's: after which answers nobody can know whether a write was applied.
"""

from __future__ import annotations

from dataclasses import dataclass

BEFORE, AFTER = "before", "after"
HTML = "text/html;charset=UTF-8"
JSON = "application/json;charset=UTF-8"
LOCKS = ("GAIA_DA02", "GAIA_RE18", "GAIA_LT01")
FOR_EVER = 100_000.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        name: what it is called in traces and statistics; all that share it count as one.
        when: "before": kintone does not do what was asked; "after": it does, and then it goes wrong.
        status: HTTP status of the answer; 0 where there is none.
        code: kintone's code in the answer; blank: a page or nothing.
        body: the body of the answer where it is not kintone's error object.
        headers: header fields of the answer.
        breaks: "unsent", "sent" or "answer": the connection breaks before a byte of the request has left, after all
            have, or within the answer.
        delay: seconds that the answer takes.
        opens: whether it leaves open what became of a write.
    """

    name: str
    when: str = BEFORE
    status: int = 0
    code: str = ""
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    breaks: str = ""
    delay: float = 0.0
    opens: bool = False

    @property
    def applied(self) -> bool:
        """Whether kintone does what was asked."""
        return self.when == AFTER

    @property
    def column(self) -> str:
        """The column of the statistics that it counts in."""
        return f"{self.name}, {self.when}"

    @property
    def retry_after(self) -> float | None:
        """The seconds that the answer asks to wait."""
        return next((float(value) for name, value in self.headers if name == "Retry-After"), None)

    def short(self) -> str:
        """Return one line for a trace."""
        details = [self.name, *(str(self.status) for _ in range(bool(self.status))), self.code, self.body[:20]]
        details += [f"{name}: {value}" for name, value in self.headers]
        return f"{' '.join(filter(None, details))} ({self.when} it is applied)"


def _page(status: int) -> str:
    return f"<html><body><h1>{status}</h1></body></html>"


def _both(name: str, *, opens: bool = True, **details: object) -> list[Fault]:
    return [Fault(name, when, opens=opens, **details) for when in (BEFORE, AFTER)]  # type: ignore[arg-type]


# A "gate" is what stands before kintone: Basic authentication, or a proxy that wants a password.
def _catalogue() -> dict[str, list[Fault]]:
    """Return all faults, grouped by the column of the statistics."""
    busy = [
        Fault("429", status=429, code="GAIA_TO04"),
        Fault("429", status=429, body=_page(429)),
        Fault("429 Retry-After", status=429, code="GAIA_TO04", headers=(("Retry-After", "7"),)),
        Fault("429 Retry-After", status=429, body=_page(429), headers=(("Retry-After", "2"),)),
        Fault("429 too long", status=429, code="GAIA_TO04", headers=(("Retry-After", "3600"),)),
    ]
    locks = [Fault("lock", status=status, code=code) for status in (400, 520) for code in LOCKS]
    final = [
        Fault("refused", status=404, code="GAIA_AP01"),
        Fault("gate", status=401, body=_page(401), headers=(("WWW-Authenticate", 'Basic realm="kintone"'),)),
        Fault("gate", status=407, body=_page(407), headers=(("Proxy-Authenticate", "Basic"),)),
        Fault("cut unsent", breaks="unsent"),
    ]
    faults = [
        *busy,
        *locks,
        *final,
        *_both("cut", breaks="sent"),
        Fault("cut in answer", AFTER, breaks="answer", opens=True),
    ]
    for status in (500, 502, 503, 504):
        faults += _both("5xx page", status=status, body=_page(status))
    for status, code in (
        (500, "CB_FAULT"),
        (502, "CB_FAULT"),
        (503, "GAIA_MA01"),
        (504, "CB_FAULT"),
        (520, "GAIA_ER99"),
    ):
        faults += _both("5xx code", status=status, code=code)
    for status in (401, 403, 404):
        faults += _both("foreign page", status=status, body=_page(status))
    faults += _both("foreign page", status=302, body=_page(302), headers=(("Location", "https://login.example/"),))
    faults += _both("garbage", status=200, body="<!DOCTYPE html><html><body>Log in</body></html>")
    faults += _both("garbage", status=200, body='{"ids":["1","re')
    faults += _both("garbage", status=200, body="{}")
    faults += _both("slow", delay=FOR_EVER)
    columns: dict[str, list[Fault]] = {}
    for fault in faults:
        columns.setdefault(fault.column, []).append(fault)
    return columns


CATALOGUE = _catalogue()
NO_CURSOR = Fault("429", status=429, code="GAIA_TM12")

GET_FORM, GET_RECORD, GET_RECORDS = "GET form", "GET record", "GET records"
POST_RECORD, POST_RECORDS, PUT_RECORD, PUT_RECORDS = "POST record", "POST records", "PUT record", "PUT records"
BULK, POST_FILE = "bulkRequest", "POST file"
POST_CURSOR, GET_CURSOR, DELETE_CURSOR = "POST cursor", "GET cursor", "DELETE cursor"
OTHER = "other"
KINDS = (
    GET_FORM,
    GET_RECORD,
    GET_RECORDS,
    POST_RECORD,
    POST_RECORDS,
    PUT_RECORD,
    PUT_RECORDS,
    BULK,
    POST_FILE,
    POST_CURSOR,
    GET_CURSOR,
    DELETE_CURSOR,
)
WRITES = frozenset({POST_RECORD, POST_RECORDS, PUT_RECORD, PUT_RECORDS, BULK})
_APIS = {
    "app/form/fields": "form",
    "app/form/layout": "form",
    "app/settings": "form",
    "records/cursor": "cursor",
    "bulkRequest": "bulkRequest",
}


def field_type(method: str, path: str) -> str:
    """Return the kind of request that a method and a path make."""
    api = path.partition("/v1/")[2].removesuffix(".json")
    name = _APIS.get(api, api)
    kind = name if name == BULK else f"{method} {name}"
    return kind if kind in KINDS else OTHER


def is_sensible(kind: str, column: str) -> bool:
    """Tell whether a fault can meet a kind of request in the real world: locks are for writes."""
    return not column.startswith("lock") or kind in WRITES


def ends_call(kind: str, column: str) -> bool:
    """Tell whether a fault most likely ends the call, so that nothing else can be met after it."""
    name, _, _ = column.partition(",")
    if name in ("429", "429 Retry-After", "lock", "cut unsent"):
        return False
    passing = name in ("cut", "cut in answer", "5xx page", "slow")
    return not (passing and kind in (GET_FORM, GET_RECORD, GET_RECORDS, POST_FILE))
