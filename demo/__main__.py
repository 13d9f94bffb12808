"""``make demo``: shows the plugin as a user sees it; no installation and no account are needed."""

import os
import sys
import time
from pathlib import Path

from demo import local_tour, locked_tour, screen, site_tour
from demo.session import DemoError, DemoSession
from dify_host import DifyHost, HostViolation, PluginFailure, PluginStopped, PluginTimedOut
from local_kintone import LocalKintone

PLUGIN = Path(__file__).resolve().parent.parent
# A proxy cannot reach servers that listen on loopback.
NO_PROXY = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
SITE_VARIABLES = ("KINTONE_DOMAIN", "KINTONE_APP_ID", "KINTONE_API_TOKEN")
MORE_SITE_VARIABLES = (
    "KINTONE_GUEST_SPACE_ID",
    "KINTONE_BASIC_AUTH_USER",
    "KINTONE_BASIC_AUTH_PASSWORD",
    "KINTONE_CLIENT_CERTIFICATE",
    "KINTONE_CLIENT_CERTIFICATE_PASSWORD",
)


def main() -> int:
    """Run the tour that the environment selects; the exit status is 0 if all checks passed."""
    try:
        started = time.monotonic()
        if _has_site():
            _run_site_tour()
        else:
            _run_local_tour()
        screen.heading(f"All checks passed ({time.monotonic() - started:.1f} s)")
    except (DemoError, PluginFailure, PluginStopped, PluginTimedOut, HostViolation) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    return 0


def _has_site() -> bool:
    given = [name for name in SITE_VARIABLES if os.environ.get(name)]
    if given and len(given) < len(SITE_VARIABLES):
        raise DemoError(
            f"only {', '.join(given)} is set; reading from your site requires all of {', '.join(SITE_VARIABLES)}"
        )
    return bool(given)


def _run_local_tour() -> None:
    screen.heading("A local kintone with a sample app, and the plugin started as Dify starts it")
    with LocalKintone(seed="demo") as kintone, locked_tour.locked_sites() as locked:
        tokens = (
            kintone.token(1, "view", "add", "edit", "delete"),
            kintone.token(local_tour.INQUIRIES, "view", "edit"),
        )
        token = ",".join(tokens)
        credentials = {"kintone_domain": kintone.url, "kintone_app_id": "1", "kintone_api_token": token}
        origins = {"KINTONE_ALLOWED_ORIGINS": ",".join((kintone.origin, *locked.origins()))}
        with DifyHost(PLUGIN, environment={**origins, **locked.environment(), **NO_PROXY}) as host:
            print(f"   kintone at {kintone.url}, plugin {host.manifest['name']} {host.manifest['version']}")
            local_tour.tour(DemoSession(host, credentials))
            locked_tour.tour(host, locked)


def _run_site_tour() -> None:
    domain, app, token = (os.environ[name] for name in SITE_VARIABLES)
    screen.heading(f"Reading from {domain}, app {app}; nothing is written")
    credentials = {
        "kintone_domain": domain,
        "kintone_app_id": app,
        "kintone_api_token": token,
        **{name.lower(): os.environ.get(name, "") for name in MORE_SITE_VARIABLES},
    }
    with DifyHost(PLUGIN) as host:
        site_tour.tour(DemoSession(host, credentials))


if __name__ == "__main__":
    sys.exit(main())
