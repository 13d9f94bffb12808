"""The manifest, and the files beside it that Dify's marketplace asks for."""

import datetime as dt
import re
from importlib.metadata import version
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from dify_plugin.core.entities.plugin.setup import PluginConfiguration
from packaging.requirements import Requirement
from packaging.version import Version

from tests.contract.plugin_files import ROOT, manifest

IDENTITY = {
    "name": "kintone_integration",
    "author": "kintone-integration",
    "contact": "maintainers@users.noreply.r-seed-5f91981d.example",
    "repo": "https://github.com/kintone-integration/kintone_integration",
    "type": "plugin",
}
TAGS = {"productivity", "business", "utilities"}
SOURCE_HOSTS = {"github.com", "gitlab.com", "bitbucket.org", "gitee.com", "codeberg.org", "git.sr.ht"}
LOWEST_SDK = Version("0.9.0")
DEPENDENCIES = {"PyYAML", "dify_plugin", "requests", "urllib3", "pydantic", "requests-toolbelt", "tzdata"}
PEAK_MEMORY = 482 * 1024 * 1024
"""What twenty queries of 20,000 records at once took under Dify's daemon."""


def _requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def test_manifest_when_loaded_by_the_sdk() -> None:
    """The SDK's own model accepts the manifest."""
    assert PluginConfiguration(**manifest()).name == IDENTITY["name"]


def test_identity_when_compared_with_the_agreement() -> None:
    """Name, author, contact and repository are the agreed ones."""
    declared = manifest()

    assert {key: declared[key] for key in IDENTITY} == IDENTITY


def test_identity_when_installed() -> None:
    """Author, name and version are written as Dify's daemon and the marketplace accept them."""
    declared = manifest()

    assert re.fullmatch(r"[a-z0-9_-]{1,64}", declared["author"])
    assert not re.search("langgenius|dify", declared["author"])
    assert re.fullmatch(r"[a-z0-9_-]{1,128}", declared["name"])
    assert re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){2}(-\w{1,16})?", declared["version"])
    assert re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", declared["contact"])
    assert urlsplit(declared["repo"]).hostname in SOURCE_HOSTS
    assert set(declared["tags"]) == TAGS


def test_publisher_when_the_code_is_searched() -> None:
    """Who publishes the plugin stands in the manifest and is repeated nowhere in the code."""
    folders = [ROOT / name for name in ("kintone", "tools", "provider", "local_kintone", "dify_host")]
    sources = [ROOT / "main.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in sources
        if any(IDENTITY[key] in path.read_text(encoding="utf-8") for key in ("author", "contact"))
    ]

    assert naming == []


def test_runner_when_started_by_dify() -> None:
    """Dify finds the entry point, both architectures, a Python and the release the SDK needs."""
    meta = manifest()["meta"]

    assert meta["version"] == "0.0.2"
    assert meta["arch"] == ["amd64", "arm64"]
    assert meta["runner"] == {"language": "python", "version": "3.12", "entrypoint": "main"}
    assert Version(meta["minimum_dify_version"]) >= Version("1.14.2")
    assert (ROOT / "main.py").is_file()


def test_resources_when_permissions_are_granted() -> None:
    """The plugin asks for as much memory as it was seen to take, and for no permission to call back into Dify."""
    declared = manifest()

    assert declared["resource"].keys() == {"memory"}
    assert declared["resource"]["memory"] > PEAK_MEMORY
    assert declared["plugins"] == {"tools": ["provider/kintone.yaml"]}


def test_creation_time_when_read() -> None:
    """The time of creation has a zone, as RFC 3339 asks."""
    created = manifest()["created_at"]

    assert isinstance(created, dt.datetime)
    assert created.tzinfo is not None


def test_version_when_compared_with_the_changelog() -> None:
    """The newest release in the changelog is the version that the manifest declares."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.findall(r"^## \[([0-9][^\]]*)\]", changelog, re.MULTILINE)[0] == manifest()["version"]


@pytest.mark.parametrize("key", ["icon", "icon_dark"])
def test_icons_when_shown(key: str) -> None:
    """Both icons exist, are square drawings and load nothing from elsewhere."""
    text = (ROOT / "_assets" / manifest()[key]).read_text(encoding="utf-8")
    drawing = ET.fromstring(text)  # noqa: S314 - our own file
    _, _, width, height = drawing.attrib["viewBox"].split()

    assert width == height
    assert not re.search("href|<script|<image|<style|url\\(", text)


def test_icons_when_the_theme_changes() -> None:
    """The icons differ, since one is drawn for a dark background."""
    declared = manifest()

    assert declared["icon"] != declared["icon_dark"]
    assert (ROOT / "_assets" / declared["icon"]).read_bytes() != (ROOT / "_assets" / declared["icon_dark"]).read_bytes()


def test_requirements_when_installed_later() -> None:
    """Every dependency has a lower and an upper bound and comes from the package index, as the marketplace asks."""
    requirements = _requirements()

    assert {requirement.name for requirement in requirements} == DEPENDENCIES
    for requirement in requirements:
        assert requirement.url is None
        assert {specifier.operator for specifier in requirement.specifier} == {">=", "<"}


def test_requirements_when_compared_with_what_is_tested() -> None:
    """The tests run with versions that the requirements allow, and the SDK is not older than the marketplace takes."""
    for requirement in _requirements():
        assert requirement.specifier.contains(version(requirement.name)), requirement.name
        if requirement.name == "dify_plugin":
            lowest = next(part.version for part in requirement.specifier if part.operator == ">=")
            assert Version(lowest) >= LOWEST_SDK


@pytest.mark.parametrize("release", ["2.2.3", "2.5.0", "2.6.3", "2.7.0"])
def test_requirements_when_a_release_of_urllib3_is_not_bounded(release: str) -> None:
    """No release is admitted that unpacks nested answers without limit, or reads a chunk's size without end.

    Source: https://urllib3.readthedocs.io/en/stable/changelog.html
    """
    urllib3 = next(requirement for requirement in _requirements() if requirement.name == "urllib3")

    assert not urllib3.specifier.contains(release)


def test_dependency_files_when_dify_installs() -> None:
    """No pyproject.toml stands beside requirements.txt, because Dify would install from it instead."""
    assert not (ROOT / "pyproject.toml").exists()


def test_privacy_when_read_by_a_user() -> None:
    """The privacy notice is the one the manifest names and speaks of hosts, logs, storage and the operator's say."""
    text = (ROOT / manifest()["privacy"]).read_text(encoding="utf-8")
    told = ("cybozu.com", "kintone.com", "cybozu.cn", "KINTONE_ALLOWED_ORIGINS", "masked", "disk", "HTTPS", "issues")

    assert [word for word in told if word not in text] == []
    assert "please fill in" not in text.lower()


def test_licence_when_redistributed() -> None:
    """The licence is MIT."""
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")
