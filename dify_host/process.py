"""The plugin's process: started, written to, read from and killed."""

import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from dify_host.limits import LINE_BYTES

_BUFFER_BYTES = 1 << 18
_LINES_KEPT = 400
_WORDS_SHOWN = 20
_READ_SECONDS = 5.0


class PluginProcess:
    """`python -m main` in a plugin's folder, with pipes on all three streams."""

    def __init__(self, folder: Path, python: str, environment: Mapping[str, str | None]) -> None:
        """Start the process.

        Args:
            folder: The plugin's root; the working directory of the process, as with Dify's daemon.
            python: The interpreter that has the plugin's requirements.
            environment: Added to this process's own environment; a value of None takes a variable away.
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
        self._stderr: deque[str] = deque(maxlen=_LINES_KEPT)
        self._readers: list[threading.Thread] = []
        self.read_stream(_pipe(self._popen.stderr), self._keep_stderr)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def stdout(self) -> IO[bytes]:
        """The stream that carries the protocol."""
        return _pipe(self._popen.stdout)

    @property
    def stderr(self) -> list[str]:
        """The last lines that the plugin wrote to stderr."""
        return list(self._stderr)

    @property
    def exit_status(self) -> int | None:
        """The exit status; None while the process runs."""
        return self._popen.poll()

    def last_words(self) -> str:
        """Return the end of stderr; of a process that has ended, all of it that is kept has been read by then."""
        if self.exit_status is not None:
            self._readers[0].join(_READ_SECONDS)
        return "\n".join(self.stderr[-_WORDS_SHOWN:]) or "nothing on stderr"

    def read_stream(self, stream: IO[bytes], consume: Callable[[Iterator[bytes]], None]) -> None:
        """Feed the lines of a stream to `consume`, in a thread of their own."""
        reader = threading.Thread(target=consume, args=(_lines(stream),), daemon=True, name=f"plugin-{self.pid}")
        self._readers.append(reader)
        reader.start()

    def send(self, line: bytes) -> None:
        """Write one line to stdin.

        Raises:
            OSError: The process is gone.
        """
        stdin = _pipe(self._popen.stdin)
        with self._write_lock:
            stdin.write(line + b"\n")
            stdin.flush()

    def kill(self) -> None:
        """Kill the process: closing its stdin would only make the SDK spin."""
        self._popen.kill()

    def wait(self, seconds: float) -> int | None:
        """Return the exit status, None if the process still runs after so many seconds."""
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
    # A line over the limit comes in pieces: the first is one byte too long, which is all that the reader needs to know.
    while line := stream.readline(LINE_BYTES + 1):
        yield line


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the stream is no pipe")
    return stream


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:
        # What was still buffered for a dead process is of no use to anybody.
        return
