"""The real client and the real plugin process, over real sockets."""
