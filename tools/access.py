"""From the stored credential and a call's overrides to the site, tokens and app that are asked."""

from collections.abc import Mapping
from typing import Any

from kintone.access.credentials import Tokens, read_positive_number
from kintone.access.settings import OperatorSettings
from kintone.access.sites import Site, read_site
from kintone.client import Access
from kintone.errors import InvalidParameterError
from tools.declarations import NETWORK_PARAMETERS, parameters_named
from tools.parameters import Parameters

CREDENTIALS = parameters_named(NETWORK_PARAMETERS)


def read_access(credentials: Mapping[str, Any], parameters: Parameters, settings: OperatorSettings) -> Access:
    """Return who asks what; the credential's token goes to the credential's own site only."""
    stored = Parameters(credentials, CREDENTIALS)
    origins = settings.allowed_origins
    site = read_site(parameters.text("kintone_domain") or stored.text("kintone_domain"), origins)
    own_token = parameters.text("kintone_api_token")
    if not own_token and parameters.text("kintone_domain"):
        _refuse_foreign_site(site, stored, settings)
    tokens = Tokens(own_token or stored.text("kintone_api_token"))
    given = parameters.raw("kintone_guest_space_id")
    guest_space = stored.raw("kintone_guest_space_id") if given is None else given
    space = None if guest_space is None else read_positive_number(guest_space, "kintone_guest_space_id", "3")
    return Access(site, tokens, space)


def read_app(credentials: Mapping[str, Any], parameters: Parameters) -> int:
    """Return the app of this call, the credential's when it names none."""
    stored = Parameters(credentials, CREDENTIALS)
    given = parameters.raw("kintone_app_id")
    return read_positive_number(stored.raw("kintone_app_id") if given is None else given, "kintone_app_id")


def _refuse_foreign_site(site: Site, stored: Parameters, settings: OperatorSettings) -> None:
    home = stored.text("kintone_domain")
    if not home or read_site(home, settings.allowed_origins) != site:
        raise InvalidParameterError(
            "kintone_domain names {host}, another site than the stored credential's, whose API token is not sent "
            "there; fill in kintone_api_token with a token of that site, or leave kintone_domain blank",
            host=site.host,
        )
