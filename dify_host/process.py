"""The plugin's process: start, input, output and end."""

import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from dify_host.limits import LINE_BYTES

_BUFFER_BYTES = 1 << 18
_MAX_STDERR_LINES = 400
_TAIL_LINES = 20
_READ_SECONDS = 5.0


class PluginProcess:
    """`python -m main` in a plugin's folder, with pipes on all three streams."""

    def __init__(self, folder: Path, python: str, environment: Mapping[str, str | None]) -> None:
        """Start the process.

        Args:
            folder: The plugin's root folder; it is the process's working directory, as with Dify's daemon.
            python: The interpreter with the plugin's requirements.
            environment: Variables added to this process's environment; a value of None removes a variable.
        """
        self._popen = subprocess.Popen(  # noqa: S603 - the interpreter is the caller's choice
            [python, "-m", "main"],
            cwd=folder,
            env=_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=_BUFFER_BYTES,
        )
        self._write_lock = threading.Lock()
        self._stderr: deque[str] = deque(maxlen=_MAX_STDERR_LINES)
        self._readers: list[threading.Thread] = []
        self.read_stream(_pipe(self._popen.stderr), self._keep_stderr)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def stdout(self) -> IO[bytes]:
        """The stream of the protocol."""
        return _pipe(self._popen.stdout)

    @property
    def stderr(self) -> list[str]:
        """The last lines of the plugin's stderr."""
        return list(self._stderr)

    @property
    def exit_status(self) -> int | None:
        """The exit status; None while the process is running."""
        return self._popen.poll()

    def stderr_tail(self) -> str:
        """Return the last lines of stderr; if the process has ended, after reading stderr to its end."""
        if self.exit_status is not None:
            self._readers[0].join(_READ_SECONDS)
        return "\n".join(self.stderr[-_TAIL_LINES:]) or "nothing on stderr"

    def read_stream(self, stream: IO[bytes], consume: Callable[[Iterator[bytes]], None]) -> None:
        """Pass the lines of a stream to `consume` in a separate thread."""
        reader = threading.Thread(target=consume, args=(_lines(stream),), daemon=True, name=f"plugin-{self.pid}")
        self._readers.append(reader)
        reader.start()

    def send(self, line: bytes) -> None:
        """Write one line to stdin.

        Raises:
            OSError: The process has ended.
        """
        stdin = _pipe(self._popen.stdin)
        with self._write_lock:
            stdin.write(line + b"\n")
            stdin.flush()

    def kill(self) -> None:
        """Kill the process. Closing its stdin would not end it: the SDK would read in a busy loop."""
        self._popen.kill()

    def wait(self, seconds: float) -> int | None:
        """Return the exit status; None if the process is still running after a number of seconds."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        """Kill the process, wait for its end and close the pipes."""
        self.kill()
        self._popen.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            _close(_pipe(stream))

    def _keep_stderr(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            self._stderr.append(line.decode(errors="replace").rstrip())


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    merged: dict[str, str | None] = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    # A line over the limit is read in pieces; the first is one byte over the limit, so the reader can detect it.
    while line := stream.readline(LINE_BYTES + 1):
        yield line


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the stream is not a pipe")
    return stream


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:
        # Flushing the buffer fails if the process has ended.
        return
