"""The faults of one request: errors of kintone and of networks.

`leaves_unknown` follows the specification, not the plugin's code: it marks the responses after which a client cannot
know whether a write was applied.
"""

from __future__ import annotations

from dataclasses import dataclass

BEFORE, AFTER = "before", "after"
HTML = "text/html;charset=UTF-8"
JSON = "application/json;charset=UTF-8"
LOCKS = ("GAIA_DA02", "GAIA_RE18", "GAIA_LT01")
ENDLESS_DELAY = 100_000.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        name: name in traces and statistics; faults with the same name are counted together.
        when: "before": kintone does not execute the request; "after": the fault occurs after the execution.
        status: HTTP status of the response; 0 if there is no response.
        code: kintone's error code in the response; blank for an HTML page or no body.
        body: the response body if it is not kintone's error object.
        headers: header fields of the response.
        cut_at: "unsent", "sent" or "answer": the connection breaks before the request is sent, after it is sent
            completely, or during the response.
        delay: seconds until the response.
        late: seconds after which kintone executes the request although the client has no answer; 0 for at once.
        leaves_unknown: whether a client cannot know if a write was applied.
    """

    name: str
    when: str = BEFORE
    status: int = 0
    code: str = ""
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cut_at: str = ""
    delay: float = 0.0
    late: float = 0.0
    leaves_unknown: bool = False

    @property
    def applied(self) -> bool:
        """Whether kintone executes the request before the fault occurs."""
        return self.when == AFTER and not self.late

    @property
    def column(self) -> str:
        """The name of the statistics group."""
        return f"{self.name}, {self.when}"

    @property
    def retry_after(self) -> float | None:
        """The seconds of the response's Retry-After; None without the header."""
        return next((float(value) for name, value in self.headers if name == "Retry-After"), None)

    def summary(self) -> str:
        """Return one line for a trace."""
        details = [self.name, *(str(self.status) for _ in range(bool(self.status))), self.code, self.body[:20]]
        details += [f"{name}: {value}" for name, value in self.headers]
        return f"{' '.join(filter(None, details))} ({self.when} it is applied)"


def _page(status: int) -> str:
    return f"<html><body><h1>{status}</h1></body></html>"


def _both(name: str, *, leaves_unknown: bool = True, **details: object) -> list[Fault]:
    return [Fault(name, when, leaves_unknown=leaves_unknown, **details) for when in (BEFORE, AFTER)]  # type: ignore[arg-type]


# A "gate" is Basic authentication in front of kintone or a proxy that requires a password.
def _catalogue() -> dict[str, list[Fault]]:
    """Return all faults, grouped by `Fault.column`."""
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
        Fault("cut unsent", cut_at="unsent"),
    ]
    faults = [
        *busy,
        *locks,
        *final,
        *_both("cut", cut_at="sent"),
        Fault("cut in answer", AFTER, cut_at="answer", leaves_unknown=True),
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
    faults += [Fault("executed late", AFTER, cut_at="sent", late=late, leaves_unknown=True) for late in (0.3, 2.0, 300)]
    faults += _both("slow", delay=ENDLESS_DELAY)
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
POST_COMMENT, GET_COMMENTS = "POST comment", "GET comments"
DELETE_RECORDS, PUT_STATUS = "DELETE records", "PUT status"
OTHER = "other"
REQUEST_KINDS = (
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
    POST_COMMENT,
    GET_COMMENTS,
    DELETE_RECORDS,
    PUT_STATUS,
)
WRITES = frozenset({POST_RECORD, POST_RECORDS, PUT_RECORD, PUT_RECORDS, BULK, POST_COMMENT, DELETE_RECORDS, PUT_STATUS})
_APIS = {
    "app/form/fields": "form",
    "app/form/layout": "form",
    "app/settings": "form",
    "records/cursor": "cursor",
    "bulkRequest": "bulkRequest",
    "record/comment": "comment",
    "record/comments": "comments",
    "record/status": "status",
    "records/status": "status",
    "app/status": "form",
}


REPEATED = (GET_FORM, GET_RECORD, GET_RECORDS, POST_FILE, GET_COMMENTS)
"""Kinds of requests that may be sent again after an unknown outcome."""


def request_kind(method: str, path: str) -> str:
    """Return the kind of a request with a method and a path."""
    api = path.partition("/v1/")[2].removesuffix(".json")
    name = _APIS.get(api, api)
    kind = name if name == BULK else f"{method} {name}"
    return kind if kind in REQUEST_KINDS else OTHER


def is_applicable(kind: str, column: str) -> bool:
    """Tell whether a fault can occur with a kind of request: locks occur only with writes.

    A request that is executed after the connection broke is only judged where a record has no values to compare.
    """
    if column.startswith("executed late"):
        return kind in (POST_COMMENT, DELETE_RECORDS, PUT_STATUS)
    return not column.startswith("lock") or kind in WRITES


def ends_call(kind: str, column: str) -> bool:
    """Tell whether a fault probably ends the call, so no other fault can follow it."""
    name, _, _ = column.partition(",")
    if name in ("429", "429 Retry-After", "lock", "cut unsent"):
        return False
    passing = name in ("cut", "cut in answer", "5xx page", "slow")
    return not (passing and kind in REPEATED)
