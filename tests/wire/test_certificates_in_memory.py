"""The plugin's own process at a site that demands a client certificate: it presents it, and writes nothing to disk."""

import ssl
from pathlib import Path

import pytest
import trustme

from dify_host import PluginFailure
from tests.network.locked_servers import LockedServer, answer_all, server_context
from tests.unit.certificate_samples import Pair, in_base64
from tests.wire import audit_hook
from tests.wire.plugin import running_plugin

CLIENTS = Pair.made("clients", is_authority=True)
PASSWORD = "hunter2hunter2"
CREDENTIAL = {
    "kintone_app_id": "1",
    "kintone_api_token": "a" * 40,
    "kintone_basic_auth_user": "佐藤",
    "kintone_basic_auth_password": "pässwörd",
    "kintone_client_certificate": in_base64(Pair.made("sato", CLIENTS).pfx(PASSWORD)),
    "kintone_client_certificate_password": PASSWORD,
}


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_certificate_in_the_plugin_process(tmp_path: Path, version: str) -> None:
    """Saving the credential and running a tool present it, and the only file that was opened is the control file."""
    authority = trustme.CA()
    bundle, clients, hook, scratch, home = (
        tmp_path / name for name in ("bundle", "clients", "hook", "scratch", "home")
    )
    authority.cert_pem.write_to_path(str(bundle))
    clients.write_text(CLIENTS.pem())
    for folder in (hook, scratch, home):
        folder.mkdir()
    (hook / "sitecustomize.py").write_bytes(Path(audit_hook.__file__).read_bytes())
    environment = {
        "PYTHONPATH": str(hook),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "TMPDIR": str(scratch),
        "REQUESTS_CA_BUNDLE": str(bundle),
    }
    context = server_context(authority, "127.0.0.1", clients, ssl.CERT_REQUIRED, version)
    with LockedServer(context, answer_all) as site:
        origin = f"https://127.0.0.1:{site.port}"
        with running_plugin(origin, **environment) as host:
            stored = {"kintone_domain": origin, **CREDENTIAL}
            # The site is no kintone: its answers are not kintone's.
            with pytest.raises(PluginFailure):
                host.validate(stored, timeout=60)
            with pytest.raises(PluginFailure):
                host.invoke("kintone_query", {}, stored, timeout=60)
            events = [line for line in host.stderr if line.startswith(f"{audit_hook.MARK}")]

    assert {seen.client for seen in site.seen} == {"sato"}
    assert sum(seen.received.count(b"Authorization: Basic 5L2Q6JekOnDDpHNzd8O2cmQ=\r\n") for seen in site.seen) >= 2
    opened = [event for event in events if "socket.connect" not in event]
    assert opened == [f"{audit_hook.MARK}open {str(scratch / audit_hook.CONTROL_FILE)!r}"]
    assert [path.name for folder in (scratch, home) for path in folder.rglob("*")] == [audit_hook.CONTROL_FILE]
