"""Runs all tests as two pytest processes side by side: `make test`.

More arguments go to both of them: `.venv/bin/python -m scripts.test -k quote`. A single file needs only pytest.
"""

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, NoReturn, Self
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
HALVES = 2
NO_TESTS = 5
"""The exit status of a pytest that found no test."""
GRACE_SECONDS = 10.0
FEW_SECONDS = 0.2
"""What a file takes that is not named below."""
SECONDS: dict[str, float] = {
    "tests/wire/test_package_trial.py": 2,
    "tests/wire/test_whose_token.py": 2,
    "tests/wire/test_file_stores.py": 3,
    "tests/wire/test_privacy.py": 3,
    "tests/hostile/test_misshapen_answers.py": 10,
    "tests/wire/test_no_leaks_of_data.py": 4,
    "tests/hostile/test_hostile_answers.py": 12,
    "tests/hostile/test_write_faults.py": 7,
    "tests/hostile/test_odd_parameters.py": 8,
    "tests/network/test_budget.py": 8,
    "tests/wire/test_upload_failures.py": 6.5,
    "tests/facts/test_value_properties.py": 5,
    "tests/hostile/test_fuzz.py": 6.5,
    "tests/hostile/test_huge_parameters.py": 10,
    "tests/wire/test_download_files.py": 8,
    "tests/facts/test_odd_values.py": 10,
    "tests/wire/test_concurrency.py": 7.5,
    "tests/simulation_tests/test_plugin.py": 5.5,
    "tests/network/test_not_sent.py": 6,
    "tests/wire/test_upload_load.py": 5,
    "tests/wire/test_client_retries.py": 5.5,
    "tests/contract/test_time_limit.py": 7.5,
    "tests/hostile/test_process_rules.py": 4,
    "tests/network/test_lost_answers.py": 4,
    "tests/unit/test_tool_query_limits.py": 4,
    "tests/network/test_reading_failures.py": 3.5,
    "tests/simulation_tests/test_oracle.py": 5,
    "tests/unit/test_reading_by_id.py": 3.5,
    "tests/wire/test_provider.py": 3.5,
    "tests/hostile/test_process_input.py": 3,
    "tests/network/test_answers_to_writes.py": 3,
    "tests/wire/test_query_tool.py": 3,
    "tests/wire/test_remedies.py": 3,
    "tests/dify_host_tests/test_host.py": 2.5,
    "tests/network/test_full_pipe.py": 2.5,
    "tests/network/test_redirected_writes.py": 2.5,
    "tests/unit/test_reading.py": 2.5,
    "tests/unit/test_reading_properties.py": 2.5,
    "tests/unit/test_records_rules.py": 2.5,
    "tests/unit/test_structured_text_properties.py": 2.5,
    "tests/dify_host_tests/test_sdk.py": 2,
    "tests/facts/test_checks_of_odd_values.py": 2,
    "tests/unit/test_reading_by_cursor.py": 2,
    "tests/unit/test_reading_wrong_counts.py": 2,
    "tests/wire/test_upload_round_trips.py": 2,
    "tests/dify_host_tests/test_violations.py": 1.5,
    "tests/network/test_connections.py": 1.5,
    "tests/network/test_dead_proxies.py": 1.5,
    "tests/network/test_tls.py": 1.5,
    "tests/simulation_tests/test_mutants.py": 1.5,
    "tests/unit/test_appending.py": 1.5,
    "tests/unit/test_benchmarks.py": 1.5,
    "tests/unit/test_tool_query.py": 1.5,
    "tests/unit/test_writing.py": 1.5,
    "tests/wire/test_no_leaks.py": 14.5,
    "tests/wire/test_query_characters.py": 1.5,
    "tests/contract/test_declarations.py": 1,
    "tests/contract/test_layers.py": 1,
    "tests/contract/test_package.py": 1,
    "tests/contract/test_package_rules.py": 1,
    "tests/contract/test_texts.py": 1,
    "tests/dify_host_tests/test_outcome.py": 1,
    "tests/local_kintone_tests/test_query_language.py": 1,
    "tests/unit/test_query_properties.py": 1,
    "tests/unit/test_records.py": 1,
    "tests/wire/test_client_hostile.py": 1,
    "tests/wire/test_writing.py": 1,
}
"""Files that take longer, with the seconds they take; other files share themselves out around them."""


class Counts(NamedTuple):
    """How many tests ended how."""

    passed: int
    failed: int
    skipped: int

    @classmethod
    def read(cls, report: Path) -> Self:
        """Return what pytest's own report counts; nothing of a pytest that died before it wrote one."""
        if not report.exists():
            return cls(0, 0, 0)
        suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 - pytest wrote it a moment ago
        suite = {name: int(value) for each in suites for name, value in each.items() if value.isdigit()}
        failed = suite["failures"] + suite["errors"]
        return cls(suite["tests"] - failed - suite["skipped"], failed, suite["skipped"])


class Half:
    """One pytest with its share of the files."""

    def __init__(
        self, number: int, files: Iterable[str], arguments: Iterable[str], folder: Path, *, live: bool
    ) -> None:
        """Start it; what it prints is shown as it comes (`live`) or kept."""
        self._report = folder / f"{number}.xml"
        self._kept: list[bytes] = []
        color = "yes" if sys.stdout.isatty() else "no"
        own = ["-o", f"cache_dir=.pytest_cache/{number}", f"--color={color}", f"--junitxml={self._report}"]
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter and the tests of this repository
            [sys.executable, "-m", "pytest", *files, *arguments, *own],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            # Ctrl-C comes here alone and is handed on once: told twice, pytest would leave its servers behind.
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(live,), daemon=True)
        self._reader.start()

    def finish(self) -> tuple[int, Counts]:
        """Wait for the end; return the exit status and the counts."""
        status = self._process.wait()
        self._reader.join(GRACE_SECONDS)
        return status, Counts.read(self._report)

    def show(self) -> None:
        """Print what was kept."""
        _print(b"".join(self._kept))

    def stop(self) -> None:
        """Interrupt it, and kill it when it does not end soon."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _read(self, live: bool) -> None:  # noqa: FBT001 - the thread's only argument
        stream = self._process.stdout
        while stream is not None and (piece := stream.read(4096)):
            if live:
                _print(piece)
            else:
                self._kept.append(piece)


def share_out(files: Iterable[str]) -> list[list[str]]:
    """Return the files in halves that take about equally long: the slowest first, each to who has least so far."""
    halves: list[list[str]] = [[] for _ in range(HALVES)]
    loads = [0.0] * HALVES
    for file in sorted(files, key=lambda file: (-SECONDS.get(file, FEW_SECONDS), file)):
        least = loads.index(min(loads))
        halves[least].append(file)
        loads[least] += SECONDS.get(file, FEW_SECONDS)
    return [sorted(half) for half in halves]


def files_of_tests() -> list[str]:
    """Return the files that pytest would find."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))


def verdict(statuses: Iterable[int], counts: Counts, *, are_chosen: bool) -> int:
    """Return the exit status for those of the halves; only who chose tests may leave a half without any."""
    allowed = {0, NO_TESTS} if are_chosen and counts.passed + counts.skipped else {0}
    return 0 if set(statuses) <= allowed else 1


def main(arguments: list[str]) -> int:
    """Run the tests; return the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    halves: list[Half] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for number, files in enumerate(share_out(files_of_tests())):
                halves.append(Half(number, files, arguments, Path(folder), live=number == 0))
            ended = []
            for half in halves:
                ended.append(half.finish())
                half.show()
        except KeyboardInterrupt:
            sys.stdout.write("\ninterrupted\n")
            return 130
        finally:
            for half in halves:
                half.stop()
    counts = Counts(*map(sum, zip(*(counts for _, counts in ended), strict=True)))
    status = verdict([status for status, _ in ended], counts, are_chosen=bool(arguments))
    _conclude(counts, status, [status for status, _ in ended])
    return status


def _conclude(counts: Counts, status: int, statuses: list[int]) -> None:
    skipped = f", {counts.skipped} skipped" if counts.skipped else ""
    if status and not counts.failed:
        sys.stdout.write(f"pytest ended with {' and '.join(map(str, statuses))}\n")
    sys.stdout.write(f"{counts.passed} passed, {counts.failed} failed{skipped}\n")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _print(piece: bytes) -> None:
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
