"""Proving that site, app and token belong together, with one cheap read."""

from kintone.errors import PermissionDeniedError
from kintone.messages import Message
from kintone.operations import Caller, Operation, Repeat

TOKEN_WITHOUT_PERMISSION = "GAIA_NO01"  # noqa: S105 - kintone's error code, not a token


def prove(caller: Caller, app: int) -> None:
    """Ask for the app's own description, which a token with view or add permission may read.

    A token that kintone knows but that has neither permission is proved as well. Raises a ``KintoneError`` otherwise.
    https://cybozu.dev/ja/kintone/docs/rest-api/apps/get-app
    """
    operation = Operation(Message("checking the credential"), "GET", "app", {"id": app}, Repeat.READ)
    try:
        caller.call(operation)
    except PermissionDeniedError as error:
        if error.code != TOKEN_WITHOUT_PERMISSION:
            raise
