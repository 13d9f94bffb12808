"""Detection of secrets in the package, with rules like the marketplace's."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from scripts.difypkg.selection import Files

VENDOR_TOKENS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an OpenAI key": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9_]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
}
ASSIGNMENT = re.compile(
    r"""(?ix) [\w.-]*(?:api[_-]?key|access[_-]?key|private[_-]?key|password|secret|token)[\w.-]*
    ["']? \s*[:=]\s* (?P<quote>["'])(?P<value>[A-Za-z0-9+/=_.-]{12,})(?P=quote)""",
)
MAX_SCANNED_BYTES = 1024 * 1024
"""Larger files are skipped, as in the marketplace."""

HEX = re.compile(r"[0-9a-fA-F]+")
HEX_ENTROPY = 3.0
TOKEN_ENTROPY = 4.0
"""Bits per character; lower than the marketplace's 4.5, because a short random token may be below that."""


def check_secrets(files: Files) -> Iterator[str]:
    """Yield one line for each line that may contain a secret, without the secret."""
    for path, content in files.items():
        if len(content) > MAX_SCANNED_BYTES:
            continue
        for number, line in enumerate(content.decode(errors="ignore").splitlines(), start=1):
            for what in _found(line):
                yield f"{path}:{number}: may contain {what}"


def _found(line: str) -> Iterator[str]:
    for what, pattern in VENDOR_TOKENS.items():
        if pattern.search(line):
            yield what
            return
    for match in ASSIGNMENT.finditer(line):
        value = match.group("value")
        if _entropy(value) >= (HEX_ENTROPY if HEX.fullmatch(value) else TOKEN_ENTROPY):
            yield "a secret between quotes"


def _entropy(text: str) -> float:
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)
