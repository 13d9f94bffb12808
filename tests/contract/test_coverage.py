"""`make coverage` counts what runs in the plugin's own process."""

from pathlib import Path

import pytest
from coverage import CoverageData

from dify_host.process import PluginProcess
from scripts import coverage, soft_end
from tests.contract.plugin_files import ROOT
from tests.wire.plugin import running_plugin


def test_plugin_process_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that only a plugin's process runs is counted, although the process is killed in the end."""
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
