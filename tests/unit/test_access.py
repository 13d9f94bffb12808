"""From credential and overrides to who asks what."""

from typing import Any

import pytest

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.errors import InvalidParameterError
from tools.access import CREDENTIALS, read_access, read_app, refuse_misplaced_secrets
from tools.failures import redactor_of
from tools.parameters import Parameters

STORED = {
    "kintone_domain": "https://example.cybozu.com/k/12/",
    "kintone_app_id": "12",
    "kintone_api_token": " abc12345 \n",
    "kintone_guest_space_id": "",
}


def parameters(**given: object) -> Parameters:
    """Return the networked parameters of a call."""
    return Parameters(given, CREDENTIALS)


def access(stored: dict[str, Any], **given: object) -> tuple[str, str, int | None]:
    """Return site, token header and guest space of a call."""
    read = read_access(stored, parameters(**given), OperatorSettings())
    return str(read.site), read.tokens.header_value(), read.guest_space


def test_read_access_when_nothing_is_overridden() -> None:
    """The stored credential is normalised and used."""
    assert access(STORED) == ("https://example.cybozu.com", "abc12345", None)
    assert access(STORED, kintone_domain="  ", kintone_api_token=None) == access(STORED)


@pytest.mark.parametrize("space", [3, 3.0, "3", " ３ "])
def test_guest_space_is_a_whole_number_like_others(space: object) -> None:
    """Dify hands numbers over as text, as whole numbers or as decimals."""
    assert access(STORED, kintone_guest_space_id=space)[2] == 3
    assert access(STORED | {"kintone_guest_space_id": space})[2] == 3


def test_read_access_when_all_is_overridden() -> None:
    """A call may name its own site, token and guest space."""
    assert access(
        STORED, kintone_domain="other.kintone.com", kintone_api_token="own12345", kintone_guest_space_id=" 3 "
    ) == ("https://other.kintone.com", "own12345", 3)


def test_read_access_when_the_domain_is_the_stored_one() -> None:
    """Naming the stored site again needs no token, however it is written."""
    assert access(STORED, kintone_domain="EXAMPLE.cybozu.com")[1] == "abc12345"


def test_read_access_when_another_site_would_get_the_stored_token() -> None:
    """The stored token is never sent to another site."""
    with pytest.raises(InvalidParameterError, match="kintone_api_token"):
        access(STORED, kintone_domain="other.cybozu.com")
    with pytest.raises(InvalidParameterError, match="kintone_api_token"):
        access({**STORED, "kintone_domain": ""}, kintone_domain="other.cybozu.com")


@pytest.mark.parametrize("name", ["kintone_domain", "kintone_api_token"])
def test_read_access_when_the_credential_is_incomplete(name: str) -> None:
    """A missing part of the credential is named."""
    with pytest.raises(InvalidParameterError, match=name):
        access({**STORED, name: None})


@pytest.mark.parametrize("space", ["none", "-1", [None]])
def test_guest_space_says_how_to_name_none(space: object) -> None:
    """A call names none by 0, a stored credential by leaving it blank."""
    with pytest.raises(InvalidParameterError, match=r"kintone_guest_space_id .* 0 for no"):
        access(STORED, kintone_guest_space_id=space)
    with pytest.raises(InvalidParameterError, match=r"kintone_guest_space_id .*blank") as stored:
        access(STORED | {"kintone_guest_space_id": space})
    assert " 0 " not in str(stored.value)


@pytest.mark.parametrize("domain", ["other.cybozu.com", "example.kintone.com", "example.s.cybozu.com"])
def test_guest_space_stays_at_the_credentials_own_site(domain: str) -> None:
    """Another site has other guest spaces; a call that asks one names its space itself."""
    stored = STORED | {"kintone_guest_space_id": "3"}

    assert access(stored, kintone_domain=domain, kintone_api_token="own12345")[2] is None
    assert access(stored, kintone_domain=domain, kintone_api_token="own12345", kintone_guest_space_id="7")[2] == 7
    unreadable = stored | {"kintone_domain": "nowhere.example"}
    assert access(unreadable, kintone_domain=domain, kintone_api_token="own12345")[2] is None


@pytest.mark.parametrize("domain", ["EXAMPLE.cybozu.com", "https://example.cybozu.com:443/k/guest/3/12/", "", None])
def test_guest_space_is_kept_when_the_domain_is_the_stored_one(domain: str | None) -> None:
    """The credential's own site in another spelling is no other site, and a token of its own does not change that."""
    stored = STORED | {"kintone_guest_space_id": "3"}

    assert access(stored, kintone_domain=domain)[2] == 3
    assert access(stored, kintone_domain=domain, kintone_api_token="own12345")[2] == 3


@pytest.mark.parametrize("nothing", [0, 0.0, "0.0", "0", " ０ ", "00"])
def test_guest_space_when_the_call_wants_none(nothing: object) -> None:
    """0 stands for the apps outside of guest spaces; in a credential it is no guest space."""
    stored = STORED | {"kintone_guest_space_id": "3"}

    assert access(stored, kintone_guest_space_id=nothing)[2] is None
    with pytest.raises(InvalidParameterError, match="kintone_guest_space_id"):
        access(STORED | {"kintone_guest_space_id": nothing})


@pytest.mark.parametrize("wrong", [-1, "-1", "none", False, "x0", []])
def test_guest_space_when_it_is_no_number(wrong: object) -> None:
    """What is neither a space nor 0 is refused, and never taken for none."""
    with pytest.raises(InvalidParameterError, match="kintone_guest_space_id"):
        access(STORED | {"kintone_guest_space_id": "3"}, kintone_guest_space_id=wrong)


def test_app_of_the_credential_is_asked_on_another_site_too() -> None:
    """A call that names no app asks the credential's, wherever it goes."""
    assert read_app(STORED, parameters(kintone_domain="other.cybozu.com")) == 12


def test_secrets_of_a_call() -> None:
    """Both tokens are masked, in pieces and glued, whatever became of them."""
    redactor = redactor_of(STORED, {"kintone_api_token": "first123;second12\nthird123"})

    for secret in ("abc12345", "first123", "second12", "third123", "first123;second12third123"):
        assert redactor.mask(f"<{secret}>") == "<***>"


def test_read_app_when_overridden_or_not() -> None:
    """The call's app counts, else the credential's; neither is refused by name."""
    assert read_app(STORED, parameters()) == 12
    assert read_app(STORED, parameters(kintone_app_id=7)) == 7
    with pytest.raises(InvalidParameterError, match=r"\bkintone_app_id\b"):
        read_app({}, parameters())
    with pytest.raises(InvalidParameterError, match=r"\bkintone_app_id\b"):
        read_app(STORED, parameters(kintone_app_id="seven"))


@pytest.mark.parametrize(
    "other",
    [
        "http://127.0.0.1:8002",
        "http://127.0.0.1:8002/kintone",
        "https://127.0.0.1:8001",
        "http://localhost:8001/kintone",
        "http://127.0.0.1:8001",
        "http://127.0.0.1:8001/other",
    ],
)
def test_stored_token_stays_on_its_origin_and_path_when_the_operator_allows_several(other: str) -> None:
    """Another port, scheme or path of the same host is another site, which brings its own token."""
    origins = "http://127.0.0.1:8001,http://127.0.0.1:8002,https://127.0.0.1:8001,http://localhost:8001"
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": origins})
    stored = STORED | {"kintone_domain": "http://127.0.0.1:8001/kintone"}

    with pytest.raises(InvalidParameterError, match="kintone_api_token"):
        read_access(stored, parameters(kintone_domain=other), settings)
    own = read_access(stored, parameters(kintone_domain=other, kintone_api_token="own12345"), settings)
    same = read_access(stored, parameters(kintone_domain="http://127.0.0.1:8001/kintone/k/12/"), settings)
    assert (own.tokens.header_value(), same.tokens.header_value()) == ("own12345", "abc12345")


@pytest.mark.parametrize("given", [{}, {"kintone_api_token": "own1234567890"}])
@pytest.mark.parametrize("domain", ["abc1234567890.cybozu.com", "http://127.0.0.1:8001/abc1234567890"])
def test_read_access_when_the_stored_domain_holds_the_token(domain: str, given: dict[str, object]) -> None:
    """It would travel in an address, and to a name server."""
    stored = STORED | {"kintone_domain": domain, "kintone_api_token": "abc1234567890"}
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": "http://127.0.0.1:8001"})

    with pytest.raises(InvalidParameterError, match=r"\bkintone_domain\b"):
        read_access(stored, parameters(**given), settings)


@pytest.mark.parametrize("name", ["kintone_api_token", "record_data", "records_data", "records_mapping"])
def test_token_may_stand_where_it_belongs_and_in_values_of_records(name: str) -> None:
    """A record may hold any text, and a token's own parameter holds it anyway."""
    refuse_misplaced_secrets({name: ["abc1234567890"]}, Redactor(["abc1234567890"]))


@pytest.mark.parametrize("value", ["abc1234567890", ["x", {"y": "abc1234567890"}], {"abc1234567890": 1}])
def test_token_may_stand_nowhere_else(value: object) -> None:
    """In any other parameter, at any depth, it is refused with the name of that parameter, and not shown."""
    with pytest.raises(InvalidParameterError, match=r"\bquery\b") as refused:
        refuse_misplaced_secrets({"fields": "x", "query": value}, Redactor(["abc1234567890"]))

    assert "abc12345" not in str(refused.value)
