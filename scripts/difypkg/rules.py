"""All rules for a package."""

from collections.abc import Callable, Iterator

from scripts.difypkg.code_rules import check_code
from scripts.difypkg.dependency_rules import check_dependencies
from scripts.difypkg.file_rules import check_files
from scripts.difypkg.manifest_rules import check_manifest
from scripts.difypkg.provider_rules import check_providers
from scripts.difypkg.secret_rules import check_secrets
from scripts.difypkg.selection import Files
from scripts.difypkg.text_rules import check_texts

RULES: tuple[Callable[[Files], Iterator[str]], ...] = (
    check_files,
    check_manifest,
    check_providers,
    check_texts,
    check_dependencies,
    check_secrets,
    check_code,
)


def check(files: Files) -> list[str]:
    """Return one line for each broken rule: the file and the problem."""
    return [line for rule in RULES for line in rule(files)]
