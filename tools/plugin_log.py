"""Handing our loggers to Dify's log; stdout itself belongs to the protocol."""

import logging

from dify_plugin.config.logger_format import plugin_logger_handler

OUR_LOGGERS = ("kintone", "tools", "provider")
LIBRARY_LOGGERS = ("urllib3", "requests")


def connect_loggers() -> None:
    """Send what our loggers say, from INFO on, through the SDK's handler."""
    for name in OUR_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        if plugin_logger_handler not in logger.handlers:
            logger.addHandler(plugin_logger_handler)
        logger.propagate = False
    for name in LIBRARY_LOGGERS:
        # At DEBUG level they write whole addresses: queries, and the signatures of Dify's file links.
        logging.getLogger(name).setLevel(logging.INFO)
