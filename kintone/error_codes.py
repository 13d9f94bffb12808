"""The table of kintone's error codes: the class of the error, what failed, and what to do about it.

Codes and statuses are from https://kintone.dev/en/docs/kintone/rest-api/overview/kintone-rest-api-overview/ and from
reports of users of kintone's own clients. Decisions go by the code, never by the message, whose language follows the
kintone user.
"""

from typing import Final, NamedTuple

from kintone.errors import (
    AuthenticationError,
    CursorGoneError,
    CursorLimitError,
    InvalidQueryError,
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    PermissionDeniedError,
    RevisionConflictError,
    UnavailableError,
)
from kintone.messages import Joined, Message
from kintone.remedies import FIND_BY_QUERY


class Meaning(NamedTuple):
    """The meaning of a code: the class of the error, what failed, and what to do about it."""

    error: type[KintoneError]
    problem: Message
    remedy: Message


# Meanings that several codes share, or that other modules use.

TOKEN_UNKNOWN = Meaning(
    AuthenticationError,
    Message("kintone does not know the API token"),
    Message(
        "correct kintone_api_token: copy the token again from the settings of the app, API Token, and publish the app "
        "with Update App, without which a new token does not work"
    ),
)
LOCKED = Meaning(
    UnavailableError, Message("the record was locked by another change"), Message("send it again in a minute")
)
CHANGED_MEANWHILE = Meaning(
    RevisionConflictError,
    Message("the record was changed by somebody else in the meantime"),
    Message("read the record again, decide which values to keep, and send it with the new revision or without one"),
)
BAD_VALUES = Meaning(
    InvalidRequestError,
    Message("kintone refused the values"),
    Message("correct the fields that kintone names and send it again"),
)
NOT_WRITABLE = Meaning(
    InvalidRequestError,
    Message("a field was sent that cannot be written"),
    Message("leave out record number, creator, modifier, times, status, assignee and category"),
)
BAD_QUERY = Meaning(
    InvalidQueryError,
    Message("kintone refused the query"),
    Message(
        "correct the parameter query where kintone's message points: field codes without quotes, texts and dates in "
        'double quotes, as in status in ("Open") and amount >= 100 order by $id asc limit 10'
    ),
)
BAD_OPERATOR = Meaning(
    InvalidQueryError,
    Message("the query uses an operator that this type of field does not have"),
    Message('use in ("A", "B") for choices, users and table columns, like for long text, = < > for numbers and dates'),
)
FIELD_UNKNOWN = Meaning(
    InvalidQueryError,
    Message("the query, the field list or the update key names a field that the app does not have"),
    Message("use the field code (not the label) as the app's form settings show it"),
)
GUEST_SPACE = Meaning(
    InvalidRequestError,
    Message("the app is in a guest space"),
    Message("fill in kintone_guest_space_id: the number after /guest/ in the app's address"),
)
APP_MISSING = Meaning(
    NotFoundError,
    Message("there is no such app"),
    Message("check kintone_app_id: the number after /k/ in the app's address"),
)
RECORD_MISSING = Meaning(
    NotFoundError,
    Message("there is no record with that number"),
    Message("check the record number; it may have been deleted"),
)
COMMENTS_OFF = Meaning(
    InvalidRequestError,
    Message("comments are switched off in the app"),
    Message("switch them on in the app's settings, Settings, Advanced Settings, and publish the app with Update App"),
)
FILE_MISSING = Meaning(
    NotFoundError,
    Message("there is no file with that key"),
    Message(
        "use the fileKey from the record's attachment field as it is now; the key that an upload returned cannot be "
        "downloaded, and keys may change when the record is edited"
    ),
)
FILE_NOT_ATTACHABLE = Meaning(
    NotFoundError,
    Message("a file key is unknown, was attached before or is older than three days"),
    Message("upload the file again and use the new key at once; a key serves for one record"),
)
LOOKUP_MISSING = Meaning(
    InvalidRequestError,
    Message("a lookup field names a value that its source app does not have or that the token may not see"),
    Message(
        "look for the value in the source app, with kintone_query, if you have it; if it is there, a person has to add "
        "an API token of the source app with view permission, joined by a comma"
    ),
)
UNKNOWN_USER = Meaning(
    InvalidRequestError,
    Message("a user, group or organization named in a value or in the query does not exist"),
    Message("use login names and codes, not display names"),
)

# Meanings by code

MEANINGS: dict[str, Meaning] = {
    "GAIA_IA02": TOKEN_UNKNOWN,
    "CB_AU01": Meaning(AuthenticationError, Message("kintone received no credential"), TOKEN_UNKNOWN.remedy),
    "CB_WA01": Meaning(AuthenticationError, Message("kintone refused the credential"), TOKEN_UNKNOWN.remedy),
    "GAIA_AP15": Meaning(
        AuthenticationError,
        Message("the API token belongs to another app"),
        Message("correct kintone_api_token: use a token made in the settings of that app, or change kintone_app_id"),
    ),
    "GAIA_DA03": Meaning(
        AuthenticationError,
        Message("two API tokens of the same app were given"),
        Message("keep one token for each app in kintone_api_token"),
    ),
    "CB_NO02": Meaning(
        PermissionDeniedError,
        Message("this is not permitted"),
        Message("check the token's permissions, and that kintone_guest_space_id is the guest space of the app"),
    ),
    "GAIA_BF02": Meaning(
        PermissionDeniedError,
        Message("creator, modifier and times may only be set by a token with the app management permission"),
        Message("leave these fields out, or tick app management for the token"),
    ),
    "CB_VA01": BAD_VALUES,
    "CB_IJ01": Meaning(
        InvalidRequestError,
        Message("kintone could not read the values"),
        Message("check the shape of tables and lists"),
    ),
    "CB_IL02": Meaning(InvalidRequestError, Message("kintone could not read the request"), BAD_VALUES.remedy),
    "GAIA_UN10": NOT_WRITABLE,
    "GA_UO01": NOT_WRITABLE,
    "GAIA_SI01": Meaning(
        InvalidRequestError, Message("two rows of a table have the same id"), Message("give every row its own id")
    ),
    "GAIA_AP01": APP_MISSING,
    "GAIA_RE01": RECORD_MISSING,
    "GAIA_RE12": COMMENTS_OFF,
    "GAIA_RE20": Meaning(
        NotFoundError,
        Message("there is no record with that update key"),
        Joined([Message("check the value of the update key, which must be whole"), FIND_BY_QUERY]),
    ),
    "GAIA_BL01": FILE_MISSING,
    "GAIA_IL23": GUEST_SPACE,
    "GAIA_CO02": CHANGED_MEANWHILE,
    "GAIA_UN03": CHANGED_MEANWHILE,
    "GAIA_RE18": LOCKED,
    "GAIA_DA02": LOCKED,
    "GAIA_LT01": LOCKED,
    "GAIA_TO04": Meaning(
        UnavailableError,
        Message("kintone has too many requests at once (100 for all integrations of the site together)"),
        Message("run fewer workflows at the same time, or try again in a minute"),
    ),
    "GAIA_TM12": Meaning(
        CursorLimitError,
        Message("all ten cursors of the kintone site are in use"),
        Message("try again in a few minutes, or leave out order by so that no cursor is needed"),
    ),
    "GAIA_CN01": Meaning(
        CursorGoneError,
        Message("the cursor expired before everything was read"),
        Message("run it again, with a narrower condition"),
    ),
    "GAIA_QU01": Meaning(
        InvalidQueryError,
        Message("the limit cannot be used"),
        Message("write limit with a number from 1, or leave it out"),
    ),
    "GAIA_QU02": Meaning(
        InvalidQueryError,
        Message("the offset cannot be used"),
        Message("write offset with a number from 0, or leave it out"),
    ),
    "GAIA_IQ03": BAD_OPERATOR,
    "GAIA_IQ07": BAD_OPERATOR,
    "GAIA_IQ10": Meaning(
        InvalidQueryError,
        Message("the query names an option that the field does not have"),
        Message("use the option's name exactly as the app's form settings show it"),
    ),
    "GAIA_IQ11": FIELD_UNKNOWN,
    "GAIA_IQ23": BAD_QUERY,
    "GAIA_IQ25": BAD_QUERY,
    "GAIA_IL08": BAD_QUERY,
    "GAIA_IR02": Meaning(
        InvalidQueryError,
        Message("the query uses a dot with something that is not a related records field"),
        Message("name a column of a table by its code alone"),
    ),
    "GAIA_ST02": Meaning(
        InvalidQueryError,
        Message("the app's process management is off, so there is no status and no assignee"),
        Message("leave status and assignee out, or have process management switched on in the app's settings"),
    ),
    "GAIA_IL03": Meaning(
        InvalidRequestError,
        Message("the action is not possible from the record's status"),
        Message("look at the record in kintone: its buttons are the possible actions"),
    ),
    "GAIA_NT01": Meaning(
        PermissionDeniedError,
        Message("only an assignee of the record can act, and an API token acts as Administrator"),
        Message(
            "let an assignee act in kintone, or make Administrator an assignee: of the record, or of its status in the "
            "app's settings"
        ),
    ),
    "GAIA_SA01": Meaning(
        InvalidRequestError,
        Message("the next status needs an assignee"),
        Message("give the login name of one of the users whom the app's settings list for that status"),
    ),
    "GAIA_SA04": Meaning(
        InvalidRequestError,
        Message("the next status does not take that assignee"),
        Message(
            "leave the assignee out, or give one of the users whom the app's settings list for that status, if one of "
            "them is to be chosen"
        ),
    ),
    "GAIA_IQ27": Meaning(
        InvalidRequestError,
        Message("the update key is a field that allows duplicates"),
        Message("use a text or number field with 'Prohibit duplicate values' switched on"),
    ),
    "GAIA_IL26": UNKNOWN_USER,
    "GAIA_IL27": UNKNOWN_USER,
    "GAIA_IL28": UNKNOWN_USER,
    "GAIA_IL42": Meaning(InvalidQueryError, UNKNOWN_USER.problem, UNKNOWN_USER.remedy),
    "GAIA_LO03": Meaning(
        InvalidRequestError,
        Message("the key of a lookup is not unique in its source app"),
        Message("make it unique in the source app"),
    ),
    "GAIA_LO04": LOOKUP_MISSING,
}

NO_PERMISSION: Final = frozenset({"GAIA_NO01", "CB_NO01", "GAIA_FU01"})
"""A permission of the token is missing; which one depends on the request, see ``permissions``."""

LOCKS: Final = frozenset(code for code, meaning in MEANINGS.items() if meaning is LOCKED)
"""The record was locked by another change. Nothing was saved, whatever the HTTP status."""
