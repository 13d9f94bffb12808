"""The marketplace's rules for README and PRIVACY."""

import re
from collections.abc import Iterator

from scripts.difypkg.manifest_rules import SOURCE_HOSTS, SOURCE_URL
from scripts.difypkg.selection import Files

CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
TRANSLATION = re.compile(r"readme/README_(ja_JP|zh_Hans|pt_BR)\.md")
TEMPLATE = re.compile(r"please fill in", re.IGNORECASE)


def check_texts(files: Files) -> Iterator[str]:
    """Yield one line for each rule that README.md, its translations or PRIVACY.md break."""
    if "README.md" in files:
        yield from _check_readme(files["README.md"].decode())
    for path in files:
        if path.startswith("readme/") and not TRANSLATION.fullmatch(path):
            yield f"{path}: Dify only finds translations with names such as readme/README_ja_JP.md"
    privacy = files.get("PRIVACY.md", b"-").decode()
    if not privacy.strip():
        yield "PRIVACY.md: is empty"
    if TEMPLATE.search(privacy):
        yield "PRIVACY.md: still contains the template's sentence"


def _check_readme(text: str) -> Iterator[str]:
    if not text.strip():
        yield "README.md: is empty"
    elif not SOURCE_URL.search(text):
        yield f"README.md: contains no URL of the source at {', '.join(SOURCE_HOSTS)}"
    for number, line in _outside_fences(text):
        if match := CJK.search(line):
            yield f"README.md:{number}: contains the ideograph U+{ord(match.group()):04X} outside a code fence"


def _outside_fences(text: str) -> Iterator[tuple[int, str]]:
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        match = FENCE.match(line)
        if fence:
            if match and match.group(1).startswith(fence):
                fence = ""
        elif match:
            fence = match.group(1)
        else:
            yield number, line
