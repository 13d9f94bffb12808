"""The control paths under /_local/, for tests and benchmarks in another process."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local_kintone.forms.process import Process
from local_kintone.loading import load_records
from local_kintone.queries.parser import parse
from local_kintone.refusals import RefusedError
from local_kintone.seeds import create_seed
from local_kintone.serving.failures import Failure
from local_kintone.serving.messages import Response, json_response
from local_kintone.storage.record_store import LAST_ID, Bounds
from local_kintone.storage.tokens import DEFAULT_AUTHOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_kintone.forms.apps import App
    from local_kintone.serving.messages import ReceivedRequest
    from local_kintone.site import Site

PREFIX = "/_local/"

type JsonObject = dict[str, Any]


def answer(site: Site, received: ReceivedRequest) -> Response:
    """Answer one control request; an invalid one is answered with 400 and a message."""
    handler = ROUTES.get((received.method, received.path.removeprefix(PREFIX)))
    if handler is None:
        known = [f"{method} {PREFIX}{name}" for method, name in ROUTES]
        return json_response({"message": "unknown control path", "known": known}, 501)
    try:
        given: JsonObject = dict(parse_qsl(received.query)) | (json.loads(received.body) if received.body else {})
        return json_response(handler(site, given))
    except RefusedError as refusal:
        return json_response(refusal.body, refusal.status)
    except Exception as error:  # noqa: BLE001 - every error is reported to the client
        return json_response({"message": f"{type(error).__name__}: {error}"}, 400)


def _app(site: Site, given: JsonObject) -> App:
    return site.apps.by_number[int(given["app"])]


def _apps(site: Site, _given: JsonObject) -> object:
    return {
        str(app.number): {"name": app.name, "guest_space": app.guest_space, "tokens": site.tokens.of_app(app.number)}
        for app in site.apps.by_number.values()
    }


def _create_app(site: Site, given: JsonObject) -> object:
    process = given.get("process")
    app = site.apps.create(
        given["name"],
        given["properties"],
        guest_space=given.get("guest_space"),
        code=given.get("code", ""),
        description=given.get("description", ""),
        comments=given.get("comments", True),
        process=None if process is None else Process.from_definition(process),
    )
    return {"app": app.number}


def _token(site: Site, given: JsonObject) -> object:
    return {
        "token": site.tokens.issue(
            _app(site, given).number, given.get("permissions", ()), given.get("author", DEFAULT_AUTHOR)
        )
    }


def _certificate(site: Site, given: JsonObject) -> object:
    certificate = site.client_authority.issue(
        given.get("name", "sato"), given.get("state", "valid"), intermediate=given.get("intermediate", False)
    )
    return {"pem": certificate.pem, "pfx": certificate.pfx(given.get("password", ""))}


def _fail(site: Site, given: JsonObject) -> object:
    site.failures.add(Failure.from_json(given))
    return {}


def _failures(site: Site, _given: JsonObject) -> object:
    return {"failures": [asdict(failure) for failure in site.failures.active()]}


def _clear_failures(site: Site, _given: JsonObject) -> object:
    site.failures.clear()
    return {}


def _latency(site: Site, given: JsonObject) -> object:
    site.latency.request = float(given.get("request", site.latency.request))
    site.latency.connect = float(given.get("connect", site.latency.connect))
    return asdict(site.latency)


def _requests(site: Site, _given: JsonObject) -> object:
    return {
        "requests": [
            {
                "method": received.method,
                "path": received.path,
                "query": received.query,
                "headers": dict(received.headers.pairs),
                "body": received.body.decode(errors="replace"),
                "certificate": received.certificate,
            }
            for received in site.traffic.requests()
        ]
    }


def _reset(site: Site, _given: JsonObject) -> object:
    site.traffic.reset()
    site.writes.clear()
    return {}


def _stats(site: Site, _given: JsonObject) -> object:
    return asdict(site.traffic.stats(site.cursors.count()))


def _records(site: Site, given: JsonObject) -> object:
    return {"records": read_records(site, _app(site, given), given.get("query", ""))}


def read_records(site: Site, app: App, query: str = "") -> list[dict[str, Any]]:
    """Return the records of an app that match a query; by ascending id if the query is empty."""
    if parse(query) == parse(""):
        texts = site.records.page(app.number, Bounds(0, LAST_ID), ascending=True, limit=-1)
    else:
        texts = site.records.bodies(app.number, site.finder.selection(app, query).ids())
    return [json.loads(text) for text in texts]


def _add_records(site: Site, given: JsonObject) -> object:
    return {"ids": load_records(site, _app(site, given), given["records"])}


def _seed(site: Site, given: JsonObject) -> object:
    options = {name: given[name] for name in ("records", "gaps") if name in given}
    return {"apps": [app.number for app in create_seed(site, given["seed"], **options)]}


def _settings(site: Site, given: JsonObject) -> object:
    known = {each.name for each in fields(site.settings)}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"unknown setting {name}; the settings are {', '.join(sorted(known))}")
        setattr(site.settings, name, value)
    return asdict(site.settings)


ROUTES: dict[tuple[str, str], Callable[[Site, JsonObject], object]] = {
    ("GET", "apps"): _apps,
    ("POST", "apps"): _create_app,
    ("POST", "tokens"): _token,
    ("POST", "certificates"): _certificate,
    ("GET", "failures"): _failures,
    ("POST", "failures"): _fail,
    ("DELETE", "failures"): _clear_failures,
    ("POST", "latency"): _latency,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _reset,
    ("GET", "stats"): _stats,
    ("GET", "records"): _records,
    ("POST", "records"): _add_records,
    ("POST", "seed"): _seed,
    ("POST", "settings"): _settings,
}
