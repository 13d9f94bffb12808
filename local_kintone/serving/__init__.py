"""Serving requests over sockets and in process: answers, injected failures, the request log, control paths."""
