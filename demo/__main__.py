"""``make demo``: everything a user would see, with nothing to install and no account."""

import os
import sys
import time
from pathlib import Path

from demo import local_tour, screen, site_tour
from demo.stage import DemoError, Stage
from dify_host import DifyHost, HostViolation, PluginFailure, PluginStopped, PluginTimedOut
from local_kintone import LocalKintone

PLUGIN = Path(__file__).resolve().parent.parent
# The machine's proxy cannot reach what listens on this machine only.
NO_PROXY = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
NEEDED = ("KINTONE_DOMAIN", "KINTONE_APP_ID", "KINTONE_API_TOKEN")


def main() -> int:
    """Run the tour that the environment asks for; the exit status is 0 when all of it held."""
    try:
        started = time.monotonic()
        if _names_a_site():
            _visit_site()
        else:
            _stay_local()
        screen.heading(f"All of it held ({time.monotonic() - started:.1f} s)")
    except (DemoError, PluginFailure, PluginStopped, PluginTimedOut, HostViolation) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    return 0


def _names_a_site() -> bool:
    given = [name for name in NEEDED if os.environ.get(name)]
    if given and len(given) < len(NEEDED):
        raise DemoError(f"{', '.join(given)} is set, and all of {', '.join(NEEDED)} are needed to read from your site")
    return bool(given)


def _stay_local() -> None:
    screen.heading("A local kintone with a sample app, and the plugin started as Dify starts it")
    with LocalKintone(seed="demo") as kintone:
        token = kintone.token(1, "view", "add", "edit", "delete")
        credentials = {"kintone_domain": kintone.url, "kintone_app_id": "1", "kintone_api_token": token}
        with DifyHost(PLUGIN, environment={"KINTONE_ALLOWED_ORIGINS": kintone.origin, **NO_PROXY}) as host:
            print(f"   kintone at {kintone.url}, plugin {host.manifest['name']} {host.manifest['version']}")
            local_tour.tour(Stage(host, credentials))


def _visit_site() -> None:
    domain, app, token = (os.environ[name] for name in NEEDED)
    screen.heading(f"Reading from {domain}, app {app}; nothing is written")
    credentials = {
        "kintone_domain": domain,
        "kintone_app_id": app,
        "kintone_api_token": token,
        "kintone_guest_space_id": os.environ.get("KINTONE_GUEST_SPACE_ID", ""),
    }
    with DifyHost(PLUGIN) as host:
        site_tour.tour(Stage(host, credentials))


if __name__ == "__main__":
    sys.exit(main())
