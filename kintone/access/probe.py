"""Proving that site, app and token belong together, with one cheap read."""

from kintone.answer_models import AnswerModel, PositiveNumber, misshapen, read_answer
from kintone.errors import BudgetExceededError, PermissionDeniedError, TimedOutError
from kintone.messages import Message
from kintone.operations import Caller, Operation, Repeat

TOKEN_WITHOUT_PERMISSION = "GAIA_NO01"  # noqa: S105 - kintone's error code, not a token

SAVE_AGAIN = Message(
    "save the credential again in a minute; if it stays so, check kintone_domain, and that the Dify server and a proxy "
    "in between let requests to it through"
)
"""Who saves a credential sets no request_timeout and cannot ask for less."""


class _App(AnswerModel):
    app_id: PositiveNumber


def prove(caller: Caller, app: int) -> None:
    """Ask for the app's own description, which a token with view or add permission may read.

    A token that kintone knows but that has neither permission is proved as well. Raises a ``KintoneError`` otherwise.
    https://cybozu.dev/ja/kintone/docs/rest-api/apps/get-app
    """
    checking = Message("checking the credential")
    try:
        told = read_answer(
            _App, caller.call(Operation(checking, "GET", "app", {"id": app}, Repeat.READ)).body, checking
        )
    except PermissionDeniedError as error:
        if error.code != TOKEN_WITHOUT_PERMISSION:
            raise
    except (TimedOutError, BudgetExceededError) as error:
        raise error.but(remedy=SAVE_AGAIN) from None
    else:
        if told.app_id != str(app):
            raise misshapen(checking, Message("the number of the app"), Message("that of another app"))
