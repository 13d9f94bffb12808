"""The site, tokens, app and guest space of a call, from the stored credential and the call's own parameters."""

from collections.abc import Mapping
from typing import Any

from kintone.access import basic_auth
from kintone.access.basic_auth import BasicAuth, password_text, read_basic_auth
from kintone.access.client_certificates import CERTIFICATE, PASSWORD, ClientCertificate
from kintone.access.credentials import Tokens, read_positive_number, secrets_in
from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.access.sites import Site, read_site, shown_host
from kintone.client import Access
from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.values.numbers import whole_number
from tools.declarations import LOCK_CREDENTIALS, NETWORK_PARAMETERS, parameters_named
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
CREDENTIALS = parameters_named((*NETWORK_PARAMETERS, *LOCK_CREDENTIALS))
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
        "{name} holds an API token or another secret, which belongs in kintone_api_token or in the credential only; "
        "write in {name} what it is for",
        name=name,
    )


def read_access(credentials: Mapping[str, Any], parameters: Parameters, settings: OperatorSettings) -> Access:
    """Return the access of a call; what the credential holds beside the app is used for its own site only.

    Basic authentication goes with the origin (scheme, host and port), the client certificate with the site alone.
    """
    stored = Parameters(credentials, CREDENTIALS)
    origins = settings.allowed_origins
    given = parameters.text("kintone_domain")
    site = read_site(given or stored.text("kintone_domain"), origins)
    own_token = parameters.text("kintone_api_token")
    stored_site = _stored_site(stored, settings)
    is_stored_site = site == stored_site
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
    if stored_site is None or site.origin != stored_site.origin:
        return Access(site, tokens, space, is_other_site=True)
    certificate = _certificate(credentials, site, settings) if is_stored_site else None
    return Access(site, tokens, space, _basic_auth(credentials), certificate)


def _basic_auth(credentials: Mapping[str, Any]) -> BasicAuth | None:
    return read_basic_auth(credentials.get(basic_auth.USER), credentials.get(basic_auth.PASSWORD))


def _certificate(credentials: Mapping[str, Any], site: Site, settings: OperatorSettings) -> ClientCertificate | None:
    """Return the credential's certificate; refuse it for a host of kintone that asks for none."""
    given, password = credentials.get(CERTIFICATE), credentials.get(PASSWORD)
    if not any(map(password_text, (given, password))):
        return None
    from kintone.access.certificates import read_certificate  # noqa: PLC0415 - takes 30 to 100 ms and 8 MB

    certificate = read_certificate(given, password)
    if certificate is not None and not site.is_secure_access and site.origin not in settings.allowed_origins:
        sub, _, domain = site.host.partition(".")
        raise InvalidParameterError(
            "{parameter} is for the address of Secure Access: write {host} in kintone_domain, or leave {parameter} "
            "blank",
            parameter=CERTIFICATE,
            host=shown_host(f"{sub}.s.{domain}"),
        )
    return certificate


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
