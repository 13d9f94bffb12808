"""The manifest, and other files that Dify's marketplace requires."""

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
DEPENDENCIES = {
    "PyYAML",
    "cryptography",
    "dify_plugin",
    "requests",
    "urllib3",
    "pydantic",
    "requests-toolbelt",
    "tzdata",
}
PEAK_MEMORY = 482 * 1024 * 1024
"""Bytes measured under Dify's daemon for twenty parallel queries of 20,000 records."""


def _requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def test_manifest_when_loaded_by_the_sdk() -> None:
    """The SDK's own model accepts the manifest."""
    assert PluginConfiguration(**manifest()).name == IDENTITY["name"]


def test_identity_is_the_one_agreed() -> None:
    """Name, author, contact and repository are the agreed ones."""
    declared = manifest()

    assert {key: declared[key] for key in IDENTITY} == IDENTITY


def test_identity_has_the_required_format() -> None:
    """Author, name, version, contact and repository have the format that Dify and its marketplace require."""
    declared = manifest()

    assert re.fullmatch(r"[a-z0-9_-]{1,64}", declared["author"])
    assert not re.search("langgenius|dify", declared["author"])
    assert re.fullmatch(r"[a-z0-9_-]{1,128}", declared["name"])
    assert re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){2}(-\w{1,16})?", declared["version"])
    assert re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", declared["contact"])
    assert urlsplit(declared["repo"]).hostname in SOURCE_HOSTS
    assert set(declared["tags"]) == TAGS


def test_code_does_not_name_the_publisher() -> None:
    """Author and contact are named in the manifest and not in the code."""
    folders = [ROOT / name for name in ("kintone", "tools", "provider", "local_kintone", "dify_host")]
    sources = [ROOT / "main.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sources
        if any(IDENTITY[key] in path.read_text(encoding="utf-8") for key in ("author", "contact"))
    ]

    assert found == []


def test_runner_is_declared() -> None:
    """The manifest declares entry point, architectures, Python version and the Dify release that the SDK needs."""
    meta = manifest()["meta"]

    assert meta["version"] == "0.0.2"
    assert meta["arch"] == ["amd64", "arm64"]
    assert meta["runner"] == {"language": "python", "version": "3.12", "entrypoint": "main"}
    assert Version(meta["minimum_dify_version"]) >= Version("1.14.2")
    assert (ROOT / "main.py").is_file()


def test_resources_and_permissions_are_declared() -> None:
    """The plugin requests more memory than its measured peak, and no permission to call Dify."""
    declared = manifest()

    assert declared["resource"].keys() == {"memory"}
    assert declared["resource"]["memory"] > PEAK_MEMORY
    assert declared["plugins"] == {"tools": ["provider/kintone.yaml"]}


def test_creation_time_has_a_zone() -> None:
    """The time of creation has a time zone, as RFC 3339 requires."""
    created = manifest()["created_at"]

    assert isinstance(created, dt.datetime)
    assert created.tzinfo is not None


def test_version_is_the_newest_in_the_changelog() -> None:
    """The newest release in the changelog is the manifest's version."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.findall(r"^## \[([0-9][^\]]*)\]", changelog, re.MULTILINE)[0] == manifest()["version"]


@pytest.mark.parametrize("key", ["icon", "icon_dark"])
def test_icons_are_square_and_self_contained(key: str) -> None:
    """Both icons exist, are square and load nothing."""
    text = (ROOT / "_assets" / manifest()[key]).read_text(encoding="utf-8")
    drawing = ET.fromstring(text)  # noqa: S314 - our own file
    _, _, width, height = drawing.attrib["viewBox"].split()

    assert width == height
    assert not re.search("href|<script|<image|<style|url\\(", text)


def test_icons_differ_between_themes() -> None:
    """The icon for dark backgrounds is a different file with different content."""
    declared = manifest()

    assert declared["icon"] != declared["icon_dark"]
    assert (ROOT / "_assets" / declared["icon"]).read_bytes() != (ROOT / "_assets" / declared["icon_dark"]).read_bytes()


def test_requirements_are_bounded() -> None:
    """Every dependency has a lower and an upper bound and no URL, as the marketplace requires."""
    requirements = _requirements()

    assert {requirement.name for requirement in requirements} == DEPENDENCIES
    for requirement in requirements:
        assert requirement.url is None
        assert {specifier.operator for specifier in requirement.specifier} == {">=", "<"}


def test_installed_versions_meet_the_requirements() -> None:
    """The installed versions are permitted ones, and the SDK's lower bound is one that the marketplace accepts."""
    for requirement in _requirements():
        assert requirement.specifier.contains(version(requirement.name)), requirement.name
        if requirement.name == "dify_plugin":
            lowest = next(part.version for part in requirement.specifier if part.operator == ">=")
            assert Version(lowest) >= LOWEST_SDK


VULNERABLE = [
    # They decompress nested codings, or read a chunk's size, without limit:
    # https://urllib3.readthedocs.io/en/stable/changelog.html
    *(("urllib3", release) for release in ("2.2.3", "2.5.0", "2.6.3", "2.7.0")),
    # CVE-2024-0727, a crash on a PFX file, in 42.0.1; others until 46.0.6: https://cryptography.io/en/latest/changelog/
    *(("cryptography", release) for release in ("42.0.1", "44.0.0", "46.0.6")),
]


@pytest.mark.parametrize(("name", "release"), VULNERABLE)
def test_vulnerable_releases_are_excluded(name: str, release: str) -> None:
    """Releases with known vulnerabilities in what the plugin uses are excluded."""
    found = next(requirement for requirement in _requirements() if requirement.name == name)

    assert not found.specifier.contains(release)


def test_no_pyproject_beside_the_requirements() -> None:
    """There is no pyproject.toml, because Dify would install from it instead of requirements.txt."""
    assert not (ROOT / "pyproject.toml").exists()


def test_privacy_notice_covers_the_required_topics() -> None:
    """The privacy notice that the manifest names covers hosts, logs, storage and the operator's settings."""
    text = (ROOT / manifest()["privacy"]).read_text(encoding="utf-8")
    topics = ("cybozu.com", "kintone.com", "cybozu.cn", "KINTONE_ALLOWED_ORIGINS", "masked", "disk", "HTTPS", "issues")

    assert [word for word in topics if word not in text] == []
    assert "please fill in" not in text.lower()


def test_licence_is_mit() -> None:
    """The licence is MIT."""
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")
