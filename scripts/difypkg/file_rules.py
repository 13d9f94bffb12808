"""Rules for the package's files: names, content, number and size."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from scripts.difypkg.selection import IGNORE_FILE, Files

NEEDED = ("manifest.yaml", "main.py", "requirements.txt", "README.md", "PRIVACY.md", "LICENSE")
ALLOWED = frozenset({*NEEDED, "readme", "_assets", "provider", "tools", "kintone", "pyproject.toml", "uv.lock"})
BLOCKED_NAMES = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        "env",
        "__pycache__",
        ".pytest_cache",
        ".ruff_cache",
        ".mypy_cache",
        ".tox",
        ".nox",
        ".idea",
        ".vscode",
        "node_modules",
        "build",
        "dist",
        ".DS_Store",
        ".gitconfig",
        "Thumbs.db",
        "desktop.ini",
        "id_rsa",
    ]
)
BLOCKED_SUFFIXES = frozenset(
    [
        ".key",
        ".pem",
        ".p12",
        ".pfx",
        ".pyc",
        ".pyo",
        ".log",
        ".tmp",
        ".swp",
        ".swo",
        ".bak",
        ".so",
        ".dll",
        ".dylib",
        ".exe",
        ".pyd",
        ".node",
        ".bin",
        ".app",
        ".sh",
        ".command",
        ".run",
        ".zip",
        ".tar",
        ".gz",
        ".tgz",
        ".bz2",
        ".xz",
        ".7z",
        ".rar",
        ".whl",
        ".difypkg",
    ]
)
ENVIRONMENT_TEMPLATES = frozenset({".env.example", ".env.sample", ".env.template"})
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
EXECUTABLE_STARTS = (b"\x7fELF", b"MZ", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba")
MAX_BYTES = 50 * 1024 * 1024
MAX_FILES = 5000


def check_files(files: Files) -> Iterator[str]:
    """Yield one line for each forbidden or missing file, and for too many or too large files."""
    for path in NEEDED:
        if path not in files:
            yield f"{path}: is missing from the package"
    for path, content in files.items():
        reason = _blocked_name(PurePosixPath(path)) or _blocked_content(PurePosixPath(path), content)
        if reason:
            yield f"{path}: {reason}"
    size = sum(map(len, files.values()))
    if size > MAX_BYTES:
        yield f"the package: has {size} bytes; Dify accepts at most {MAX_BYTES}"
    if len(files) > MAX_FILES:
        yield f"the package: has {len(files)} files; the marketplace accepts at most {MAX_FILES}"


def check_ignore_file(lines: str) -> Iterator[str]:
    """Yield one line for each pattern of .difyignore that Dify's own tool does not support."""
    for number, line in enumerate(lines.splitlines(), start=1):
        if line.startswith("!"):
            yield f"{IGNORE_FILE}:{number}: a negated pattern has no effect in Dify"


def _blocked_name(path: PurePosixPath) -> str:
    if path.is_absolute() or ".." in path.parts:
        return "is outside of the package"
    if path.parts[0] not in ALLOWED:
        return f"is not needed by Dify; add it to {IGNORE_FILE}"
    for part in path.parts:
        if part in BLOCKED_NAMES:
            return f"the marketplace refuses {part}"
    if path.name.startswith(".env") and path.name not in ENVIRONMENT_TEMPLATES:
        return "may contain secrets"
    if path.suffix.lower() in BLOCKED_SUFFIXES:
        return f"the marketplace refuses files that end in {path.suffix}"
    return ""


def _blocked_content(path: PurePosixPath, content: bytes) -> str:
    if content.startswith(EXECUTABLE_STARTS):
        return "is an executable program"
    if b"\0" in content and path.suffix.lower() not in IMAGE_SUFFIXES:
        return "is binary"
    return ""
