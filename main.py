"""Starts the plugin. The SDK is imported first because its import patches sockets and threads."""

from dify_plugin import DifyPluginEnv, Plugin  # isort: split

import gc
import os
import sys

from kintone.access.settings import OperatorSettings, SettingsError
from tools.process_output import connect_loggers, hide_exception_texts, unblock_stdout


def main() -> None:
    """Check the operator's settings, connect the log, and serve until the process ends."""
    try:
        OperatorSettings.from_environment(os.environ)
    except SettingsError as error:
        sys.exit(f"kintone_integration does not start: {error}")
    # If this is set, OpenSSL writes the keys of every connection to that file; they decrypt tokens and records.
    os.environ.pop("SSLKEYLOGFILE", None)
    connect_loggers()
    hide_exception_texts()
    unblock_stdout()
    plugin = Plugin(DifyPluginEnv(MAX_REQUEST_TIMEOUT=300))
    # What is loaded by now stays; the garbage collector would look through it many times while records are written.
    gc.collect()
    gc.freeze()
    plugin.run()


if __name__ == "__main__":
    main()
