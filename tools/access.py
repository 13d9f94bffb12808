"""The site, tokens, app and guest space of a call, from the stored credential and the call's own parameters."""

from collections.abc import Mapping
from typing import Any

from kintone.access.credentials import Tokens, read_positive_number, secrets_in
from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.access.sites import Site, read_site, shown_host
from kintone.client import Access
from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.values.numbers import whole_number
from tools.declarations import NETWORK_PARAMETERS, parameters_named
from tools.parameters import Parameters

MAY_HOLD_SECRETS = frozenset(
    {
        "kintone_api_token",
        "record_data",
        "records_data",
        "records_json",
        "records_source",
        "subtable_source",
        "records_mapping",
    }
)
"""The parameter for tokens, and the parameters that hold record values, which may be any text."""
CREDENTIALS = parameters_named(NETWORK_PARAMETERS)
CALL_SPACE_EXAMPLE = Message("3, 0 for no guest space, or be left blank")
STORED_SPACE_EXAMPLE = Message("3, or be left blank")


def refuse_misplaced_secrets(given: Mapping[str, object], redactor: Redactor) -> None:
    """Raise ``InvalidParameterError`` if another parameter holds a token of this call, since it may be sent in a URL.

    Lists and objects are searched too. This includes file objects: their address is requested and their name is sent.
    """
    for name, value in given.items():
        if name not in MAY_HOLD_SECRETS and redactor.occurs_in_data(value):
            raise _misplaced_token(name)


def _misplaced_token(name: str) -> InvalidParameterError:
    return InvalidParameterError(
        "{name} holds an API token, which belongs in kintone_api_token only; write in {name} what it is for",
        name=name,
    )


def read_access(credentials: Mapping[str, Any], parameters: Parameters, settings: OperatorSettings) -> Access:
    """Return site, tokens and guest space; the credential's token and guest space are used for its own site only."""
    stored = Parameters(credentials, CREDENTIALS)
    origins = settings.allowed_origins
    given = parameters.text("kintone_domain")
    site = read_site(given or stored.text("kintone_domain"), origins)
    own_token = parameters.text("kintone_api_token")
    is_stored_site = site == _stored_site(stored, settings)
    if not is_stored_site and not own_token:
        raise InvalidParameterError(
            "kintone_domain names {host}, which is not the site of the stored credential, and the credential's API "
            "token is not sent there; write a token of that site in kintone_api_token, or leave kintone_domain blank",
            host=shown_host(site.host),
        )
    tokens = Tokens(own_token or stored.text("kintone_api_token"))
    if Redactor((*tokens.secrets(), *secrets_in(stored.raw("kintone_api_token")))).occurs_in(str(site)):
        raise _misplaced_token("kintone_domain")
    space = _guest_space(parameters, stored, is_stored_site=is_stored_site)
    return Access(site, tokens, space, is_other_site=not is_stored_site)


def read_app(credentials: Mapping[str, Any], parameters: Parameters) -> int:
    """Return the app ID of this call; the credential's if the call names none."""
    stored = Parameters(credentials, CREDENTIALS)
    given = parameters.raw("kintone_app_id")
    return read_positive_number(stored.raw("kintone_app_id") if given is None else given, "kintone_app_id")


def _stored_site(stored: Parameters, settings: OperatorSettings) -> Site | None:
    """Return the credential's own site; None if its domain is not allowed."""
    try:
        return read_site(stored.text("kintone_domain"), settings.allowed_origins)
    except InvalidParameterError:
        return None


def _guest_space(parameters: Parameters, stored: Parameters, *, is_stored_site: bool) -> int | None:
    """Return the call's guest space, 0 meaning none; if the call names none, the credential's, on its own site only."""
    given, example = parameters.raw("kintone_guest_space_id"), CALL_SPACE_EXAMPLE
    if given is None and is_stored_site:
        given, example = stored.raw("kintone_guest_space_id"), STORED_SPACE_EXAMPLE
    elif whole_number(given) == 0:
        given = None
    return None if given is None else read_positive_number(given, "kintone_guest_space_id", example)
