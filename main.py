"""Starts the plugin; the SDK is imported first because it patches sockets and threads when it is imported."""

from dify_plugin import DifyPluginEnv, Plugin  # isort: split

import os
import sys

from kintone.access.settings import OperatorSettings
from kintone.access.settings import SettingsError
from tools.process_output import connect_loggers
from tools.process_output import guard_stderr
from tools.process_output import take_over_stdout


def main() -> None:
    """Check what the operator set, connect the log, serve until the process is ended."""
    try:
        OperatorSettings.from_environment(os.environ)
    except SettingsError as error:
        sys.exit(f"kintone_integration does not start: {error}")
    # With it set, OpenSSL writes the keys of every connection into that file: who has them reads tokens and records.
    os.environ.pop("SSLKEYLOGFILE", None)
    connect_loggers()
    guard_stderr()
    take_over_stdout()
    Plugin(DifyPluginEnv(MAX_REQUEST_TIMEOUT=300)).run()


if __name__ == "__main__":
    main()
