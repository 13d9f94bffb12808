"""kintone's URL paths: the API name and the guest space."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATH = re.compile(r"/k(?:/guest/(\d+))?/v1/(.+)\.json")


@dataclass(frozen=True, slots=True)
class ApiPath:
    """The parts of a path such as /k/guest/3/v1/records.json."""

    api: str
    guest_space: int | None


def parse_path(path: str) -> ApiPath | None:
    """Parse a path; None for a path outside kintone's API."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    return ApiPath(match.group(2), int(match.group(1)) if match.group(1) else None)


def api_of(path: str) -> str | None:
    """Return the API name, such as "records/cursor"; None for a path outside kintone's API."""
    parsed = parse_path(path)
    return None if parsed is None else parsed.api
