"""Unexpected failures of the provider's credential check."""

import pytest
from dify_plugin.errors.tool import ToolProviderCredentialValidationError

from provider.kintone import KintoneProvider

TOKEN = "t0ken" * 8
CREDENTIALS = {"kintone_domain": "example.cybozu.com", "kintone_app_id": "1", "kintone_api_token": TOKEN}


@pytest.mark.parametrize("error", [ValueError(f"refused {TOKEN}"), KeyError(TOKEN), RuntimeError(f"x {TOKEN} y")])
def test_unexpected_error_shows_its_class_only(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The error's own text may contain the token."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("provider.kintone.verify_credentials", fail)

    with pytest.raises(ToolProviderCredentialValidationError) as refused:
        KintoneProvider().validate_credentials(dict(CREDENTIALS))

    assert str(refused.value).startswith("[INTERNAL] ")
    assert type(error).__name__ in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert refused.value.__cause__ is None
