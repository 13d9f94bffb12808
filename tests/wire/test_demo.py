"""``make demo``: what it prints is what the READMEs quote, and on somebody's own site it reads and nothing else."""

import io
import re
from contextlib import redirect_stdout

import pytest

from demo import __main__ as demo
from demo import site_tour
from demo.session import DemoSession
from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.contract.plugin_files import ROOT
from tests.wire.locked_sites import certificate_fields, password_fields
from tests.wire.plugin import credentials_of

READMES = ("README.md", "readme/README_ja_JP.md")
ORDERS, EVERY_FIELD = 1, 3
CHANGING = re.compile(r"127\.0\.0\.1:\d+|\d+\.\d s\b")
"""What differs from run to run: the port and the duration."""


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """Run the demo and return the lines that it prints."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output):
        for name in demo.SITE_VARIABLES:
            patch.delenv(name, raising=False)
        assert demo.main() == 0
    return output.getvalue().splitlines()


def read(path: str) -> str:
    """Return a document."""
    return (ROOT / path).read_text(encoding="utf-8")


def quoted(text: str) -> list[str]:
    """Return the lines that a document shows behind ``$ make demo``; they may end with an ellipsis."""
    lines = text.partition("$ make demo\n")[2].partition("```")[0].splitlines()
    return [line.rstrip("… ") for line in lines if line.strip() != "…"]


def test_readme_quotes_what_the_demo_prints(printed: list[str]) -> None:
    """Each quoted line is one that the demo prints, in the same order, or the beginning of one."""
    lines = [CHANGING.sub("", line) for line in quoted(read("README.md"))]
    remaining = (CHANGING.sub("", line) for line in printed)

    assert len(lines) >= 8
    assert [line for line in lines if not any(each.startswith(line) for each in remaining)] == []


@pytest.mark.parametrize("path", READMES)
def test_readme_tells_how_the_demo_ends(printed: list[str], path: str) -> None:
    """The words by which a reader knows that all went well are those of the last line."""
    row = next(
        line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if line.startswith("| `make demo`")
    )
    words = re.findall("`([^`]+)`", row)[-1]

    assert printed[-1].startswith(f"── {words} (")


def test_demo_reads_from_a_locked_site(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What opens somebody's own site comes from the environment, and goes out with every request."""
    with LocalKintone(seed="demo", https=True, client_certificates="required") as kintone:
        variables = {
            **credentials_of(kintone, "view"),
            **password_fields(),
            **certificate_fields(kintone.client_certificate("me")),
        }
        for name, value in variables.items():
            monkeypatch.setenv(name.upper(), value)
        monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", kintone.origin)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(kintone.ca_file))
        assert demo.main() == 0, capsys.readouterr().err
        requests = kintone.requests

    assert {each.certificate for each in requests} == {"me"}
    assert {each.headers.get("Authorization", "")[:6] for each in requests} == {"Basic "}


def reading_tools() -> set[str]:
    """Return the tools that write nothing, as the first table of the README says."""
    return set(re.findall(r"^\| `(kintone_\w+)` \|.*\| no \|$", read("README.md"), re.MULTILINE))


@pytest.mark.parametrize(
    ("app", "left_out"),
    [
        (ORDERS, set()),
        (EVERY_FIELD, {"kintone_download_file"}),
        (None, {"kintone_download_file", "kintone_get_record", "kintone_get_record_comments"}),
    ],
    ids=["with records and files", "without files", "without records"],
)
def test_tour_of_a_site_runs_every_reading_tool(
    host: DifyHost, site: LocalKintone, capsys: pytest.CaptureFixture[str], app: int | None, left_out: set[str]
) -> None:
    """The tour succeeds with a token that may view, also where there is no record or file, and writes nothing."""
    number = app or site.create_app("Empty", {"note": {"type": "SINGLE_LINE_TEXT"}})
    site_tour.tour(DemoSession(host, credentials_of(site, "view", app=number)))
    lines = capsys.readouterr().out.splitlines()

    assert {name for name in TOOLS if f"   {name}" in lines} == reading_tools() - left_out
    assert any(site_tour.NO_RECORD in line for line in lines) == (app is None)
    assert list(site.writes) == []
    assert {request.method for request in site.requests} == {"GET"}
