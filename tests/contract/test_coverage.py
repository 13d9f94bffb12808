"""`make coverage` includes lines that run in the plugin's process."""

from pathlib import Path

import pytest
from coverage import CoverageData

from dify_host.process import PluginProcess
from scripts import coverage, soft_end
from tests.contract.plugin_files import ROOT
from tests.wire.plugin import running_plugin


def test_lines_of_the_plugin_process_are_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that runs only in a plugin's process counts as covered, although the process is killed."""
    for name, value in coverage.measuring(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(PluginProcess, "kill", soft_end.kill)

    with running_plugin():
        pass

    (file,) = tmp_path.iterdir()
    data = CoverageData(str(file))
    data.read()
    main = ROOT / "main.py"
    texts = main.read_text(encoding="utf-8").splitlines()
    assert any(texts[number - 1].endswith(".run()") for number in data.lines(str(main)) or [])
