"""kintone's paths: the API's name and the guest space within."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATH = re.compile(r"/k(?:/guest/(\d+))?/v1/(.+)\.json")


@dataclass(frozen=True, slots=True)
class ApiPath:
    """A path such as /k/guest/3/v1/records.json taken apart."""

    api: str
    guest_space: int | None


def parsed_path(path: str) -> ApiPath | None:
    """Take a path apart; None for one that is none of kintone's API."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    return ApiPath(match.group(2), int(match.group(1)) if match.group(1) else None)


def api_of(path: str) -> str | None:
    """Return the API's name, such as "records/cursor"; None for another path."""
    parsed = parsed_path(path)
    return None if parsed is None else parsed.api
