"""A simple HTTP client for the tests; it does not check the responses."""

from __future__ import annotations

import json
from typing import Any

import requests

SECONDS = 10


class Api:
    """Calls one server with one token header."""

    def __init__(self, url: str, *tokens: str, guest: int | None = None) -> None:
        """Take the server's address and the tokens to send."""
        self.url = url
        self.session = requests.Session()
        # The system's proxies and certificate authorities are not used.
        self.session.trust_env = False
        self.session.headers["X-Cybozu-API-Token"] = ",".join(tokens)
        self.prefix = "/k/v1/" if guest is None else f"/k/guest/{guest}/v1/"

    def path(self, api: str) -> str:
        """Return the path of an API."""
        return f"{self.prefix}{api}.json"

    def get(self, api: str, **parameters: Any) -> requests.Response:  # noqa: ANN401 - any URL parameter
        """Send a GET with its parameters in the URL; lists become name[0], name[1]."""
        flat: dict[str, str] = {}
        for name, value in parameters.items():
            if isinstance(value, list):
                flat |= {f"{name}[{index}]": str(item) for index, item in enumerate(value)}
            else:
                flat[name] = str(value)
        return self.session.get(self.url + self.path(api), params=flat, timeout=SECONDS)

    def send(self, method: str, api: str, body: object, **headers: str) -> requests.Response:
        """Send a JSON body."""
        data = json.dumps(body).encode()
        merged = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.session.request(method, self.url + self.path(api), data=data, headers=merged, timeout=SECONDS)

    def found(self, query: str, app: int = 1) -> list[int]:
        """Return the ids of a query's records, in its order."""
        answer = self.get("records", app=app, query=query, fields=["$id"])
        assert answer.status_code == 200, answer.text
        return [int(record["$id"]["value"]) for record in answer.json()["records"]]

    def refused(self, query: str, app: int = 1) -> str:
        """Return the error code of a refused query."""
        answer = self.get("records", app=app, query=query)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["code"])


def code_of(answer: requests.Response) -> tuple[int, str]:
    """Return an answer's HTTP status and kintone's code."""
    return answer.status_code, str(answer.json().get("code"))


def keys_of(answer: requests.Response) -> set[str]:
    """Return the keys of `errors` in a CB_VA01."""
    assert code_of(answer) == (400, "CB_VA01"), answer.text
    return set(answer.json()["errors"])
