"""The library that reads certificates is loaded by the first credential that holds one."""

import json
import subprocess
import sys

from tests.unit.certificate_samples import PASSWORD, Pair, in_base64
from tests.wire.plugin import ROOT

CALLS = """
import json, sys
import provider.kintone, tools.kintone_query
from kintone.access.settings import OperatorSettings
from tools.access import CREDENTIALS, read_access
from tools.failures import redactor_of
from tools.parameters import Parameters
for stored in json.load(sys.stdin):
    redactor_of(stored)
    access = read_access(stored, Parameters({}, CREDENTIALS), OperatorSettings.from_environment({}))
    print(access.certificate is not None, "cryptography" in sys.modules)
"""
STORED = {"kintone_domain": "example.s.cybozu.com", "kintone_app_id": "12", "kintone_api_token": "abc1234567890"}
BASIC = {"kintone_basic_auth_user": "sato", "kintone_basic_auth_password": "2026"}


def test_library_is_loaded_for_certificates_only() -> None:
    """It takes 8 MB, which a plugin without a certificate does not need."""
    blank = {**STORED, **BASIC, "kintone_client_certificate": " ", "kintone_client_certificate_password": None}
    pfx = in_base64(Pair.made("sato").pfx(PASSWORD))
    locked = {**STORED, "kintone_client_certificate": pfx, "kintone_client_certificate_password": PASSWORD}
    ran = subprocess.run(  # noqa: S603 - the interpreter of the tests
        [sys.executable, "-c", CALLS],
        cwd=ROOT,
        input=json.dumps([STORED, blank, locked]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.splitlines() == ["False False", "False False", "True True"]
