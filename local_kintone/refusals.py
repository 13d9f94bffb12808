"""Error responses: kintone's codes and error bodies."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOGGER = logging.getLogger(__name__)

ID_LENGTH = 20


class RefusedError(Exception):
    """A call is answered with an error; `body` is kintone's flat error object."""

    def __init__(self, status: int, code: str, message: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take the HTTP status, kintone's code and message, and the messages per parameter or field."""
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: dict[str, Any] = {"code": code, "id": uuid.uuid4().hex[:ID_LENGTH], "message": message}
        if errors:
            self.body["errors"] = {key: {"messages": list(texts)} for key, texts in errors.items()}


class BulkRefusedError(RefusedError):
    """A bulk request failed: its body has no code of its own, but one entry per inner call."""

    def __init__(self, cause: RefusedError, index: int, count: int) -> None:
        """Take the inner error, its position from 0 and the number of inner calls."""
        super().__init__(cause.status, cause.body["code"], cause.body["message"])
        results: list[dict[str, Any]] = [{} for _ in range(count)]
        results[index] = cause.body
        self.body = {"results": results}


def invalid_input(errors: Mapping[str, Sequence[str]]) -> RefusedError:
    """Return CB_VA01 with its messages per parameter or field."""
    return RefusedError(400, "CB_VA01", "Missing or invalid input.", errors)


def invalid_parameter(name: str, message: str = "Required field.") -> RefusedError:
    """Return CB_VA01 about one parameter."""
    return invalid_input({name: [message]})


def wrong_shape() -> RefusedError:
    """Return CB_IJ01: invalid JSON, or JSON of a wrong shape."""
    return RefusedError(400, "CB_IJ01", "Invalid JSON string.")


def illegal_request(why: str) -> RefusedError:
    """Return CB_IL02 with a reason; kintone itself returns none."""
    return RefusedError(400, "CB_IL02", f"Illegal request. ({why})")


def no_record(record: object) -> RefusedError:
    """Return GAIA_RE01."""
    return RefusedError(404, "GAIA_RE01", f"The specified record (ID: {record}) is not found.")


def no_file(key: object) -> RefusedError:
    """Return GAIA_BL01."""
    return RefusedError(404, "GAIA_BL01", f"The specified file (id: {key}) is not found.")


def stale_revision() -> RefusedError:
    """Return GAIA_CO02."""
    return RefusedError(
        409,
        "GAIA_CO02",
        "The revision is not the latest. Someone may update a record.",
    )


def no_process() -> RefusedError:
    """Return GAIA_ST02: the app has no process management, or it is switched off."""
    return RefusedError(400, "GAIA_ST02", "Your request failed. The process management feature has been disabled.")


def no_person(kind: str, code: str) -> RefusedError:
    """Return the error about an unknown code of a USER, a GROUP or an ORGANIZATION."""
    number = {"USER": "GAIA_IL26", "GROUP": "GAIA_IL27", "ORGANIZATION": "GAIA_IL28"}[kind]
    return RefusedError(400, number, f"The specified {kind.lower()} (code: {code}) not found.")


def unknown_call(method: str, path: str) -> RefusedError:
    """Log a call that this server does not support, and return the error for it."""
    LOGGER.error("the local kintone does not support the call %s %s", method, path)
    return RefusedError(501, "LOCAL_UNKNOWN_CALL", f"The local kintone does not support the call {method} {path}.")
