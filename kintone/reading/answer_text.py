"""The records of an answer as the JSON text they came in, for whoever hands them on as they are.

Writing large pages anew costs as much time as reading them; kintone's own text is JSON already.
"""

import json
import re
from collections.abc import Mapping

BEGINNING = b'{"records":['
END = re.compile(rb'\],"totalCount":(?:null|"[0-9]{1,20}")\}\Z')
LONGEST_END = 64
KEYS = ["records", "totalCount"]

_DECODER = json.JSONDecoder()


def text_of(raw: bytes, body: Mapping[str, object]) -> str | None:
    """Return the text between the brackets of ``records``; None for an answer that is not written as kintone does.

    ``body`` is the answer as it was read: with just these two keys, what stands between them are the records. A text of
    several lines is not handed on, since Dify reads line by line.
    """
    if list(body) != KEYS or not raw.startswith(BEGINNING) or b"\n" in raw or b"\r" in raw:
        return None
    end = END.search(raw, max(0, len(raw) - LONGEST_END))
    return raw[len(BEGINNING) : end.start()].decode() if end else None


def without_first(text: str, count: int) -> str | None:
    """Return the text without the first records; None where it is not written as kintone does."""
    start = 0
    for _ in range(count):
        start = _DECODER.raw_decode(text, start)[1]
        if start == len(text):
            return ""
        if text[start] != ",":
            return None
        start += 1
    return text[start:]
