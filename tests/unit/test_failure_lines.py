"""Unexpected failures: the user sees the error's class, and the log the call stack."""

import logging

import pytest

from kintone.access.redaction import Redactor
from kintone.errors import InvalidParameterError
from tools.failures import failure_line

TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"


def error_from(depth: int, file: str = "file.py") -> Exception:
    """Return an error raised through this many nested calls in a file of this name."""
    calls = (f"def call{place}():\n    call{place + 1}()\n" for place in range(1, depth))
    source = f"{''.join(calls)}def call{depth}():\n    raise LookupError({TOKEN!r})\n"
    names: dict[str, object] = {}
    exec(compile(source, file, "exec"), names)  # noqa: S102 - the text above
    first = names["call1"]
    assert callable(first)
    with pytest.raises(LookupError) as raised:
        first()
    return raised.value


def logged(error: Exception, caplog: pytest.LogCaptureFixture, secrets: tuple[str, ...] = ()) -> str:
    """Return the only log message of the error."""
    with caplog.at_level(logging.DEBUG, "tools.failures"):
        line = failure_line(error, "SomeTool", Redactor(secrets))

    assert "LookupError" in line
    assert TOKEN not in line
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    return record.getMessage()


def test_log_shows_the_last_six_calls(caplog: pytest.LogCaptureFixture) -> None:
    """The log has class, tool and the innermost calls in order, and not the error's own text."""
    text = logged(error_from(9), caplog)

    head, *frames = text.split("  File ")
    assert head == "LookupError in SomeTool: "
    assert [frame.partition(",")[0] for frame in frames] == ['"file.py"'] * 6
    assert [frame.rpartition(" ")[2] for frame in frames] == [f"call{place}\n" for place in range(4, 10)]
    assert TOKEN not in text


def test_log_shows_all_calls_where_there_are_few(caplog: pytest.LogCaptureFixture) -> None:
    """An error raised in the first call has two frames, the caller's and its own."""
    assert logged(error_from(1), caplog).count("  File ") == 2


def test_log_is_masked_and_then_cut(caplog: pytest.LogCaptureFixture) -> None:
    """The log keeps 4,000 characters without secrets."""
    text = logged(error_from(9, f"{'f' * 700}{TOKEN}"), caplog, (TOKEN,))

    kept, _, size = text.removeprefix("LookupError in SomeTool: ").partition("… (")
    assert len(kept) == 4_000
    assert int(size.split()[0]) > 4_000
    assert "***" in kept
    assert TOKEN[:8] not in kept


def test_line_of_an_expected_failure_is_masked_and_leaves_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Its code and its words are for people, without the secrets that a server may have put into them."""
    with caplog.at_level(logging.DEBUG):
        line = failure_line(InvalidParameterError("query holds {value}", value=TOKEN), "SomeTool", Redactor([TOKEN]))

    assert line.startswith("[INVALID_INPUT] query holds ***")
    assert TOKEN[:8] not in line
    assert not caplog.records
