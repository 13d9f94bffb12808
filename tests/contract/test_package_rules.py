"""Each rule for packages is seen to refuse a broken sample, with the file and the reason."""

import pytest

from scripts.difypkg.file_rules import MAX_BYTES, MAX_FILES
from scripts.difypkg.rules import check
from tests.contract.sample_package import README, good_package, with_change

RANDOM_TEXT = "q7Zr2Xw9" + "Lk4Tn8Vb" + "c1Ms6Yd3" + "Hf5Jg0Pe"
RANDOM_HEX = "9f86d081" + "884c7d65" + "9a2feaa0" + "c55ad015"


def test_good_package_breaks_no_rule() -> None:
    """The sample that the other tests break is good."""
    assert check(good_package()) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", "1.2"),
        ("version", "1.2.12345"),
        ("type", "bundle"),
        ("author", "Somebody"),
        ("author", "the-dify-team"),
        ("author", "langgenius"),
        ("author", "12345678-1234-4234-8234-123456789012"),
        ("name", "Sample"),
        ("repo", "https://example.test/a"),
        ("contact", "somebody"),
        ("privacy", "OTHER.md"),
        ("privacy", None),
        ("created_at", "2026-01-31"),
        ("created_at", "yesterday"),
        ("label.en_US", None),
        ("label.fr_FR", "Exemple"),
        ("description.en_US", "x" * 1024),
        ("icon", "other.svg"),
        ("icon_dark", "dark.svg"),
        ("tags", ["nonsense"]),
        ("resource.memory", 0),
        ("resource.memory", "much"),
        ("plugins.tools", []),
        ("plugins.tools", ["provider/other.yaml"]),
        ("plugins.tools", ["provider/sample.yaml"] * 2),
        ("meta.arch", ["sparc"]),
        ("meta.runner.language", "go"),
        ("meta.runner.entrypoint", "start"),
        ("meta.minimum_dify_version", None),
    ],
)
def test_manifest_is_refused(path: str, value: object) -> None:
    """A manifest with one wrong field is refused for that field."""
    assert any(
        line.startswith(f"manifest.yaml: {path} ") for line in check(with_change(f"manifest.yaml:{path}", value))
    )


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("provider/sample.yaml:identity.icon", "none.svg", "identity.icon"),
        ("provider/sample.yaml:extra.python.source", "provider/none.py", "extra.python.source"),
        ("provider/sample.yaml:credentials_for_provider", [{"name": "key"}], "credentials_for_provider"),
        ("provider/sample.yaml:credentials_for_provider.key.type", "number", "credential key"),
        ("tools/sample.yaml:identity.name", "サンプル", "identity.name"),
        ("tools/sample.yaml:description.llm", None, "description.llm"),
        ("tools/sample.yaml:extra.python.source", "tools/none.py", "extra.python.source"),
        ("tools/sample.yaml:parameters.0.type", "text", "parameter size has the unknown type"),
        ("tools/sample.yaml:parameters.0.form", "model", "parameter size has the unknown form"),
        ("tools/sample.yaml:parameters.0.label", None, "parameter size has no label"),
    ],
)
def test_declaration_is_refused(path: str, value: object, named: str) -> None:
    """Provider and tool are refused for one wrong key."""
    assert check(with_change(path, value))[0].startswith(f"{path.partition(':')[0]}: {named}")


def test_secret_parameter_is_refused_when_the_model_would_fill_it() -> None:
    """A secret belongs to the form, never to the model."""
    parameter = {"name": "t", "type": "secret-input", "form": "llm", "label": {}, "human_description": {"en_US": "t"}}

    assert any("use form: form" in line for line in check(with_change("tools/sample.yaml:parameters", [parameter])))


@pytest.mark.parametrize(
    ("path", "content", "complaint"),
    [
        ("tests/test_a.py", b"", "is not needed by Dify"),
        ("CHANGELOG.md", b"", "is not needed by Dify"),
        ("kintone/../../a.py", b"", "is outside of the package"),
        ("/main.py", b"", "is outside of the package"),
        ("kintone/__pycache__/a.py", b"", "the marketplace refuses __pycache__"),
        ("tools/.DS_Store", b"", "the marketplace refuses .DS_Store"),
        ("kintone/.env", b"", "may contain secrets"),
        ("kintone/.env.local", b"", "may contain secrets"),
        ("kintone/a.pem", b"", "files that end in .pem"),
        ("kintone/a.PYC", b"", "files that end in .PYC"),
        ("kintone/a.so", b"", "files that end in .so"),
        ("kintone/run.sh", b"", "files that end in .sh"),
        ("_assets/icon.png", b"\x7fELF\x02", "is an executable program"),
        ("kintone/data", b"a\0b", "is binary"),
        ("readme/README_de_DE.md", b"", "Dify only finds translations"),
        ("README.md", b"", "is empty"),
        ("README.md", b"# No source", "contains no URL of the source"),
        ("README.md", f"{README}\n~~~\n```\n漢\n~~~\n漢".encode(), "contains the ideograph U+6F22"),
        ("PRIVACY.md", b" \n", "is empty"),
        ("PRIVACY.md", b"Please fill in the privacy policy", "still contains the template"),
        ("requirements.txt", b"dify_plugin>=0.9.0,<1\nrequests", "requests has no lower bound"),
        ("requirements.txt", b"dify_plugin>=0.9.0,<1\nrequests>=2", "requests has no upper bound"),
        ("requirements.txt", b"dify_plugin>=0.9.0,<1\na @ https://x.test/a.zip", "a comes from a URL"),
        ("requirements.txt", b"dify_plugin>=0.9.0,<1\n-r other.txt", "'-r other.txt' is not a plain requirement"),
        ("requirements.txt", b"dify_plugin>=0.8.1,<1", "dify-plugin must be at least 0.9.0"),
        ("requirements.txt", b"requests==2.32.0", "does not name dify-plugin"),
        ("pyproject.toml", b"[tool.ruff]", "has no [project] table"),
        ("pyproject.toml", b"[project]\ndependencies = ['requests']", "names other dependencies"),
        ("tools/sample.py", b"def", "does not compile"),
        ("tools/sample.py", b"return 1", "does not compile"),
        ("tools/sample.py", b"import requests\nrequests.get('')", "a request without a time-out"),
        ("manifest.yaml", b"[", "is not valid YAML"),
        ("manifest.yaml", b"- a", "is not a mapping"),
        ("provider/sample.yaml", b"[", "is not valid YAML"),
        ("tools/sample.yaml", b"[", "is not valid YAML"),
    ],
)
def test_file_is_refused(path: str, content: bytes, complaint: str) -> None:
    """A package with one wrong file is refused in one line that begins with the file."""
    lines = check({**good_package(), path: content})

    assert any(line.startswith(path) and complaint in line for line in lines)


@pytest.mark.parametrize("path", ["manifest.yaml", "main.py", "requirements.txt", "README.md", "PRIVACY.md", "LICENSE"])
def test_missing_file_is_refused(path: str) -> None:
    """What Dify or the marketplace needs must be there."""
    files = good_package()
    del files[path]

    assert f"{path}: is missing from the package" in check(files)


def test_ideograph_is_found_at_its_line() -> None:
    """The line number leads to the character; text inside a fence does not count, kana neither."""
    files = {**good_package(), "README.md": f"{README}かな\n漢字\n".encode()}

    assert check(files) == ["README.md:8: contains the ideograph U+6F22 outside a code fence"]


@pytest.mark.parametrize(
    "line",
    [
        f'API_TOKEN = "{RANDOM_TEXT}"',
        f"'password': '{RANDOM_TEXT}'",
        f'client_secret: "{RANDOM_HEX}"',
        "sk-" + "a1" * 12,
        "ghp_" + "a1" * 18,
        "xoxb-" + "1a" * 8,
        "AKIA" + "A1" * 8,
        ".".join(("eyJ" + "a1" * 5, "a1" * 5, "a1" * 5)),
        "-----BEGIN RSA " + "PRIVATE KEY-----",
    ],
)
def test_secret_is_refused_without_being_shown(line: str) -> None:
    """A line that looks like a secret is named by its place only."""
    lines = check({**good_package(), "kintone/a.txt": f"first\n{line}\n".encode()})

    assert len(lines) == 1
    assert lines[0].startswith("kintone/a.txt:2: may contain ")
    assert line not in lines[0]


@pytest.mark.parametrize(
    "line",
    [
        'token = credentials["kintone_api_token"]',
        'TOKEN_HEADER = "X-Cybozu-API-Token"',
        'api_token = "your-token-here"',
    ],
)
def test_mention_of_a_secret_is_no_secret(line: str) -> None:
    """Names of secrets, headers and placeholders pass."""
    assert check({**good_package(), "kintone/a.txt": line.encode()}) == []


def test_too_many_files_are_refused() -> None:
    """The marketplace counts files."""
    files = {**good_package(), **{f"kintone/{number}.txt": b"" for number in range(MAX_FILES)}}

    assert check(files) == [f"the package: has {len(files)} files; the marketplace accepts at most {MAX_FILES}"]


def test_too_many_bytes_are_refused() -> None:
    """Dify counts the unpacked bytes."""
    lines = check({**good_package(), "_assets/large.png": b"\0" * MAX_BYTES})

    assert len(lines) == 1
    assert "Dify accepts at most 52428800" in lines[0]
