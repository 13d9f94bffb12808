"""Routes the plugin's lines to the sessions that they belong to."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from dify_host.failures import HostViolation
from dify_host.frames import Frame, frame_without_json, read_frame, session_of_large_json
from dify_host.sessions import Session


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the plugin's log."""

    level: str
    message: str
    timestamp: float


class SessionRouter:
    """Routes each line of the plugin to its session; stores the manifest, the log, heartbeats and violations."""

    def __init__(self) -> None:
        """Start without sessions."""
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._closed: set[str] = set()
        self._end: Exception | None = None
        self.ready = threading.Event()
        self.manifest: dict[str, Any] | None = None
        self.logs: list[LogLine] = []
        self.heartbeats: list[float] = []
        self.violations: list[HostViolation] = []
        self.unassigned: list[HostViolation] = []

    def open(self, *, skips_json: bool = False) -> Session:
        """Return a new session.

        Raises:
            HostViolation, PluginStopped: The plugin has ended, for this reason.
        """
        session = Session(skips_json)
        with self._lock:
            self.raise_if_ended()
            self._sessions[session.id] = session
        return session

    def close(self, session: Session) -> None:
        """Remove a session; later frames for it are dropped, as in Dify."""
        with self._lock:
            self._sessions.pop(session.id, None)
            self._closed.add(session.id)

    def end(self, reason: Exception) -> None:
        """Fail every current and later session, because the process has ended."""
        with self._lock:
            if self._end is not None:
                return
            self._end = reason
            sessions = list(self._sessions.values())
        if isinstance(reason, HostViolation):
            self.violations.append(reason)
        for session in sessions:
            session.deliver(reason)
        self.ready.set()

    def raise_if_ended(self) -> None:
        """Raise the reason why the process has ended, if it has."""
        if self._end is not None:
            raise self._end

    def take(self, line: bytes) -> None:
        """Route one line, without its line end."""
        session_id = session_of_large_json(line)
        session = self._sessions.get(session_id) if session_id else None
        if session is not None and session.skips_json:
            session.deliver(frame_without_json(session.id, line))
            return
        try:
            self._dispatch(read_frame(line))
        except HostViolation as violation:
            self._report(violation)

    def _dispatch(self, frame: Frame) -> None:
        if frame.event == "session":
            self._deliver(frame)
        elif self.manifest is None and not frame.event:
            self.manifest = frame.data
        elif self.manifest is None and frame.event != "log":
            raise HostViolation(f"the first frame is not the manifest but {frame.event!r}")
        elif frame.event == "heartbeat":
            self.heartbeats.append(time.monotonic())
            self.ready.set()
        elif frame.event == "log":
            self.logs.append(_log_line(frame.data))
        else:
            raise HostViolation(f"an unknown frame: {frame.event or 'no event'!r} {str(frame.data)[:200]}")

    def _deliver(self, frame: Frame) -> None:
        with self._lock:
            session = self._sessions.get(str(frame.session_id))
            known = session is not None or frame.session_id in self._closed
        if session is not None:
            session.deliver(frame)
        elif not known:
            raise HostViolation(f"a frame for the unknown session {frame.session_id!r}")

    def _report(self, violation: HostViolation) -> None:
        # It is unknown which call wrote the line, so it is reported to every running call.
        with self._lock:
            sessions = list(self._sessions.values())
        self.violations.append(violation)
        if not sessions:
            self.unassigned.append(violation)
        for session in sessions:
            session.deliver(violation)


def _log_line(data: dict[str, Any]) -> LogLine:
    return LogLine(str(data.get("level", "")), str(data.get("message", "")), float(data.get("timestamp") or 0.0))
