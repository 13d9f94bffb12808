"""`make test`: runs all tests in three parallel pytest processes.

Further arguments are passed to both: `.venv/bin/python -m scripts.test -k quote`, or `--shuffle 7` for another order
of the tests. For a single file use pytest.
"""

import os
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
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Dozens of processes run the same code; each would compile it, and pytest rewrite every test, anew."""
PROCESSES = 3
"""One more than two cores: a third of the tests' time is waiting."""
NO_TESTS = 5
"""pytest's exit status if it found no test."""
GRACE_SECONDS = 10.0
DEFAULT_SECONDS = 0.3
"""The seconds of a file that is not listed below."""
SECONDS: dict[str, float] = {
    "tests/wire/test_no_leaks.py": 16,
    "tests/hostile/test_huge_parameters.py": 12.5,
    "tests/facts/test_value_cases.py": 10.5,
    "tests/hostile/test_unusual_parameters.py": 10,
    "tests/contract/test_time_limit.py": 9.5,
    "tests/hostile/test_hostile_answers.py": 9.5,
    "tests/hostile/test_malformed_answers.py": 8,
    "tests/network/test_budget.py": 8,
    "tests/wire/test_download_files.py": 6.5,
    "tests/facts/test_value_properties.py": 5.5,
    "tests/wire/test_upload_failures.py": 5.5,
    "tests/wire/test_client_retries.py": 5,
    "tests/hostile/test_process_input.py": 4.5,
    "tests/hostile/test_process_rules.py": 4.5,
    "tests/hostile/test_write_faults.py": 4.5,
    "tests/network/test_failures_before_sending.py": 4.5,
    "tests/simulation_tests/test_plugin.py": 4.5,
    "tests/unit/test_aggregation_properties.py": 4.5,
    "tests/hostile/test_fuzz.py": 4,
    "tests/wire/test_concurrency.py": 4,
    "tests/wire/test_upload_load.py": 4,
    "tests/network/test_lost_answers.py": 3.5,
    "tests/network/test_reading_failures.py": 3.5,
    "tests/unit/test_tool_query_limits.py": 3.5,
    "tests/wire/test_no_leaks_of_data.py": 3.5,
    "tests/wire/test_privacy.py": 3.5,
    "tests/unit/test_periods.py": 3,
    "tests/unit/test_reading_by_cursor.py": 2,
    "tests/unit/test_reading_properties.py": 3,
    "tests/unit/test_redaction.py": 3,
    "tests/wire/test_file_stores.py": 3,
    "tests/wire/test_query_tool.py": 3,
    "tests/wire/test_upload_round_trips.py": 3,
    "tests/contract/test_mutation.py": 2.5,
    "tests/dify_host_tests/test_host.py": 2.5,
    "tests/network/test_answers_to_writes.py": 2.5,
    "tests/network/test_blocked_output.py": 2.5,
    "tests/unit/test_benchmarks.py": 2.5,
    "tests/unit/test_records_rules.py": 2.5,
    "tests/unit/test_structured_text_properties.py": 2.5,
    "tests/wire/test_package_trial.py": 2.5,
    "tests/wire/test_provider.py": 2.5,
    "tests/wire/test_remedies.py": 2.5,
    "tests/dify_host_tests/test_sdk.py": 2,
    "tests/dify_host_tests/test_violations.py": 2,
    "tests/hostile/test_compressed_answers.py": 2,
    "tests/network/test_redirected_writes.py": 2,
    "tests/unit/test_reading_by_id.py": 2,
    "tests/wire/test_token_scope.py": 2,
    "tests/contract/test_coverage.py": 1.5,
    "tests/contract/test_declarations.py": 1.5,
    "tests/contract/test_layers.py": 1.5,
    "tests/contract/test_texts.py": 1.5,
    "tests/facts/test_validation_of_value_cases.py": 1.5,
    "tests/network/test_connections.py": 1.5,
    "tests/network/test_tls.py": 1.5,
    "tests/simulation_tests/test_oracle.py": 1.5,
    "tests/unit/test_appending.py": 1.5,
    "tests/unit/test_reading.py": 1.5,
    "tests/unit/test_tool_query.py": 1.5,
    "tests/unit/test_writing.py": 1.5,
    "tests/wire/test_client_bad_answers.py": 1.5,
    "tests/wire/test_output_through_dify.py": 1.5,
    "tests/contract/test_commands.py": 1,
    "tests/contract/test_package.py": 1,
    "tests/contract/test_package_rules.py": 1,
    "tests/dify_host_tests/test_blobs.py": 1,
    "tests/dify_host_tests/test_outcome.py": 1,
    "tests/unit/test_aggregation.py": 1,
    "tests/unit/test_process_output_log.py": 1,
    "tests/unit/test_reading_wrong_counts.py": 1,
    "tests/wire/test_aggregate_tool.py": 1,
    "tests/wire/test_get_fields_tool.py": 1,
    "tests/wire/test_reading_properties.py": 1,
    "tests/wire/test_upload_addresses.py": 1,
}
"""Files that take longer and their seconds, used to balance the processes."""


class Counts(NamedTuple):
    """The numbers of passed, failed and skipped tests."""

    passed: int
    failed: int
    skipped: int

    @classmethod
    def read(cls, report: Path) -> Self:
        """Read the counts of pytest's report; zeros if pytest ended before writing it."""
        if not report.exists():
            return cls(0, 0, 0)
        suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 - written by pytest
        suite = {name: int(value) for each in suites for name, value in each.items() if value.isdigit()}
        failed = suite["failures"] + suite["errors"]
        return cls(suite["tests"] - failed - suite["skipped"], failed, suite["skipped"])


class PytestProcess:
    """One pytest process with its part of the files."""

    def __init__(
        self, number: int, files: Iterable[str], arguments: Iterable[str], folder: Path, *, live: bool
    ) -> None:
        """Start the process; its output is printed immediately (`live`) or stored."""
        self._report = folder / f"{number}.xml"
        self._kept: list[bytes] = []
        color = "yes" if sys.stdout.isatty() else "no"
        own = ["-o", f"cache_dir=.pytest_cache/{number}", f"--color={color}", f"--junitxml={self._report}"]
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter and this repository's tests
            [sys.executable, "-m", "pytest", *files, *arguments, *own],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            # Only this process receives Ctrl-C and forwards it once: a second SIGINT would interrupt pytest's cleanup.
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
        """Print the stored output."""
        _print(b"".join(self._kept))

    def stop(self) -> None:
        """Interrupt the process, and kill it if it does not end soon."""
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
    """Split the files into shares of about the same duration: the slowest first, each to the shortest share."""
    shares: list[list[str]] = [[] for _ in range(PROCESSES)]
    loads = [0.0] * PROCESSES
    for file in sorted(files, key=lambda file: (-SECONDS.get(file, DEFAULT_SECONDS), file)):
        least = loads.index(min(loads))
        shares[least].append(file)
        loads[least] += SECONDS.get(file, DEFAULT_SECONDS)
    return [sorted(share) for share in shares]


def files_of_tests() -> list[str]:
    """Return the test files that pytest would find."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))


def verdict(statuses: Iterable[int], counts: Counts, *, are_chosen: bool) -> int:
    """Combine the exit statuses of the processes; one without tests is allowed only if tests were selected."""
    allowed = {0, NO_TESTS} if are_chosen and counts.passed + counts.skipped else {0}
    return 0 if set(statuses) <= allowed else 1


def main(arguments: list[str]) -> int:
    """Run the tests; return the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    processes: list[PytestProcess] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for number, files in enumerate(share_out(files_of_tests())):
                processes.append(PytestProcess(number, files, arguments, Path(folder), live=number == 0))
            ended = []
            for process in processes:
                ended.append(process.finish())
                process.show()
        except KeyboardInterrupt:
            sys.stdout.write("\ninterrupted\n")
            return 130
        finally:
            for process in processes:
                process.stop()
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
