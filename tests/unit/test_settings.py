"""The operator's settings."""

import pytest

from kintone.access.settings import OperatorSettings, Origin, SettingsError


def test_settings_when_nothing_is_set() -> None:
    """Without settings the documented defaults hold and no further origin is allowed."""
    assert OperatorSettings.from_environment({}) == OperatorSettings(frozenset(), 10, 4, 280.0, 52_428_800)


def test_settings_when_all_are_set() -> None:
    """Every setting is read."""
    settings = OperatorSettings.from_environment(
        {
            "KINTONE_ALLOWED_ORIGINS": "https://proxy.example/",
            "KINTONE_MAX_CONCURRENCY": "20",
            "KINTONE_READ_RANGES": " 2 ",
            "KINTONE_CALL_BUDGET": "60",
            "KINTONE_MAX_FILE_BYTES": "1000",
        }
    )

    assert [str(origin) for origin in settings.allowed_origins] == ["https://proxy.example"]
    assert (settings.max_concurrency, settings.read_ranges) == (20, 2)
    assert (settings.call_budget, settings.max_file_bytes) == (60.0, 1000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KINTONE_MAX_CONCURRENCY", "0"),
        ("KINTONE_MAX_CONCURRENCY", "101"),
        ("KINTONE_READ_RANGES", "four"),
        ("KINTONE_CALL_BUDGET", "-1"),
        ("KINTONE_CALL_BUDGET", "1e9"),
        ("KINTONE_MAX_FILE_BYTES", "50MB"),
        ("KINTONE_ALLOWED_ORIGINS", "http://proxy.example"),
        ("KINTONE_ALLOWED_ORIGINS", "http://proxy.example:8080"),
        ("KINTONE_ALLOWED_ORIGINS", "http://10.0.0.5"),
        ("KINTONE_ALLOWED_ORIGINS", "http://10.0.0.5:8080"),
        ("KINTONE_ALLOWED_ORIGINS", "http://127.0.0.1:8080, http://[fe80::1]:8080"),
        ("KINTONE_ALLOWED_ORIGINS", "http://localhost.example:8080"),
        ("KINTONE_ALLOWED_ORIGINS", "proxy.example"),
        ("KINTONE_ALLOWED_ORIGINS", "https://user:pass@proxy.example"),
        ("KINTONE_ALLOWED_ORIGINS", "https://proxy.example/path"),
        ("KINTONE_ALLOWED_ORIGINS", "https://proxy.example:0"),
        ("KINTONE_ALLOWED_ORIGINS", "https://proxy.example:65536"),
        ("KINTONE_ALLOWED_ORIGINS", "https://proxy.example:"),
        ("KINTONE_ALLOWED_ORIGINS", "https://proxy.example:000443"),
        ("KINTONE_READ_RANGES", "33"),
        ("KINTONE_CALL_BUDGET", "3601"),
        ("KINTONE_MAX_FILE_BYTES", "1073741825"),
    ],
)
def test_settings_when_a_value_is_invalid(name: str, value: str) -> None:
    """An invalid value is refused with the name of its variable, and a password is not shown."""
    with pytest.raises(SettingsError, match=name) as refused:
        OperatorSettings.from_environment({name: value})

    assert "pass" not in str(refused.value)


def test_settings_when_a_token_is_given_for_a_number() -> None:
    """The token is not shown on stderr."""
    token = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
    with pytest.raises(SettingsError, match="KINTONE_CALL_BUDGET") as refused:
        OperatorSettings.from_environment({"KINTONE_CALL_BUDGET": token})

    assert token[:8] not in str(refused.value)


@pytest.mark.parametrize("budget", ["1", "3600"])
def test_settings_at_their_bounds(budget: str) -> None:
    """The documented bounds are accepted."""
    most = {"KINTONE_MAX_CONCURRENCY": "100", "KINTONE_READ_RANGES": "32", "KINTONE_MAX_FILE_BYTES": "1073741824"}
    given = dict.fromkeys(most, "1") if budget == "1" else most
    origins = {"KINTONE_ALLOWED_ORIGINS": f"https://proxy.example:{'1' if budget == '1' else '65535'}"}

    settings = OperatorSettings.from_environment({**given, **origins, "KINTONE_CALL_BUDGET": budget})

    assert {str(settings.max_concurrency), str(settings.read_ranges), str(settings.max_file_bytes)} == {*given.values()}
    assert settings.call_budget == float(budget)
    assert [str(origin) for origin in settings.allowed_origins] == origins["KINTONE_ALLOWED_ORIGINS"].split()


def test_settings_when_a_variable_is_blank() -> None:
    """It counts as not set, and so does a blank between the commas of a list."""
    blank = dict.fromkeys(
        ("KINTONE_ALLOWED_ORIGINS", "KINTONE_MAX_CONCURRENCY", "KINTONE_READ_RANGES", "KINTONE_CALL_BUDGET"), " "
    )
    listed = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": "https://a.example, ,https://b.example ,"})

    assert OperatorSettings.from_environment(blank) == OperatorSettings()
    assert {str(origin) for origin in listed.allowed_origins} == {"https://a.example", "https://b.example"}


def test_origin_is_read_in_any_letter_case() -> None:
    """Scheme and host have none (RFC 9110, 4.2.3)."""
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": "HTTPS://PROXY.EXAMPLEX/"})

    assert settings.allowed_origins == {Origin("https", "proxy.examplex", 443)}


def test_refusal_shows_the_beginning_of_a_long_value() -> None:
    """Up to 40 characters are shown, as Python writes them."""
    text = "0-1-2-3-4-" * 5
    with pytest.raises(SettingsError) as refused:
        OperatorSettings.from_environment({"KINTONE_CALL_BUDGET": text})

    assert repr(text[:40]) in str(refused.value)


@pytest.mark.parametrize("url", ["http:///a", "http://", "https://:443/", "ftp://a.example", "http://me@a.example", ""])
def test_origin_of_what_is_no_web_address(url: str) -> None:
    """One without a host, with a user or with another scheme has none."""
    assert Origin.of(url) is None
