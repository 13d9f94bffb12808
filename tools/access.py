"""From the stored credential and a call's overrides to the site, tokens and app that are asked."""

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

MAY_HOLD_SECRETS = frozenset({"kintone_api_token", "record_data", "records_data", "records_mapping"})
"""Where a token belongs, and parameters whose texts are values of records, of any kind."""
CREDENTIALS = parameters_named(NETWORK_PARAMETERS)
OWN_SPACE = Message("3, 0 for no guest space, or be left blank")
STORED_SPACE = Message("3, or be left blank")


def refuse_misplaced_secrets(given: Mapping[str, object], redactor: Redactor) -> None:
    """Raise ``InvalidParameterError`` for a token of this call in another parameter, which may travel in an address.

    Lists and objects are looked into, those of files too: their address is asked, and their name is sent.
    """
    for name, value in given.items():
        if name not in MAY_HOLD_SECRETS and redactor.occurs_in_data(value):
            raise _misplaced(name)


def _misplaced(name: str) -> InvalidParameterError:
    return InvalidParameterError(
        "{name} holds an API token, which belongs into kintone_api_token alone; write there what {name} is for",
        name=name,
    )


def read_access(credentials: Mapping[str, Any], parameters: Parameters, settings: OperatorSettings) -> Access:
    """Return who asks what; the credential's token and guest space are for the credential's own site only."""
    stored = Parameters(credentials, CREDENTIALS)
    origins = settings.allowed_origins
    given = parameters.text("kintone_domain")
    site = read_site(given or stored.text("kintone_domain"), origins)
    own_token = parameters.text("kintone_api_token")
    at_home = not given or site == _home(stored, settings)
    if not at_home and not own_token:
        raise InvalidParameterError(
            "kintone_domain names {host}, another site than the stored credential's, whose API token is not sent "
            "there; fill in kintone_api_token with a token of that site, or leave kintone_domain blank",
            host=shown_host(site.host),
        )
    tokens = Tokens(own_token or stored.text("kintone_api_token"))
    if Redactor((*tokens.secrets(), *secrets_in(stored.raw("kintone_api_token")))).occurs_in(str(site)):
        raise _misplaced("kintone_domain")
    return Access(site, tokens, _guest_space(parameters, stored, at_home=at_home))


def read_app(credentials: Mapping[str, Any], parameters: Parameters) -> int:
    """Return the app of this call, the credential's when it names none."""
    stored = Parameters(credentials, CREDENTIALS)
    given = parameters.raw("kintone_app_id")
    return read_positive_number(stored.raw("kintone_app_id") if given is None else given, "kintone_app_id")


def _home(stored: Parameters, settings: OperatorSettings) -> Site | None:
    """Return the credential's own site, None where it names none that may be asked."""
    try:
        return read_site(stored.text("kintone_domain"), settings.allowed_origins)
    except InvalidParameterError:
        return None


def _guest_space(parameters: Parameters, stored: Parameters, *, at_home: bool) -> int | None:
    """Return the guest space: the call's, where 0 stands for none, else at home the credential's."""
    given, example = parameters.raw("kintone_guest_space_id"), OWN_SPACE
    if given is None and at_home:
        given, example = stored.raw("kintone_guest_space_id"), STORED_SPACE
    elif whole_number(given) == 0:
        given = None
    return None if given is None else read_positive_number(given, "kintone_guest_space_id", example)
