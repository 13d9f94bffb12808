"""Checking a new comment and putting it into the shape in which it is read back.

https://cybozu.dev/ja/kintone/docs/rest-api/records/add-comment/ and …/get-comments
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from local_kintone.refusals import no_person, wrong_shape
from local_kintone.writing.values import Problems

if TYPE_CHECKING:
    from datetime import datetime

    from local_kintone.settings import Settings

MAX_LENGTH = 65_535
MAX_MENTIONS = 10

type Mentions = list[dict[str, str]]


def read_comment(settings: Settings, given: object) -> tuple[str, Mentions]:
    """Return the text and the mentions of a `comment` parameter.

    Raises:
        RefusedError: CB_VA01 for a missing or too long text, too many mentions or an unknown type, CB_IJ01 for a
            wrong shape or none, GAIA_IL26, IL27 or IL28 for an unknown user, group or organization.
    """
    if not isinstance(given, dict):
        # A missing object as well (measured: https://github.com/SonicGarden/kintone-emulator).
        raise wrong_shape()
    problems = Problems()
    text = given.get("text")
    if text is None:
        text = ""
    if not isinstance(text, str):
        raise wrong_shape()
    if not 0 < len(text) <= MAX_LENGTH:
        problems.add("comment.text", f"Enter between 1 and {MAX_LENGTH:,} characters.")
    if not text:
        problems.add("comment.text", "Required field.")
    mentions = _mentions(given.get("mentions"), problems)
    problems.raise_any()
    for mention in mentions:
        _name(settings, mention)
    return text, mentions


def _mentions(given: object, problems: Problems) -> Mentions:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(mention, dict) for mention in given):
        raise wrong_shape()
    if len(given) > MAX_MENTIONS:
        problems.add("comment.mentions", f"The size must be between 0 and {MAX_MENTIONS}.")
    mentions = []
    for index, mention in enumerate(given):
        code, kind = mention.get("code"), mention.get("type")
        # Live servers ignore a mention without code and type.
        if code is None and kind is None:
            continue
        if kind not in ("USER", "GROUP", "ORGANIZATION"):
            problems.add(f"comment.mentions[{index}].type", "must be one of the enum value")
        if not code:
            problems.add(f"comment.mentions[{index}].code", "Required field.")
        mentions.append({"code": str(code), "type": str(kind)})
    return mentions


def _name(settings: Settings, mention: dict[str, str]) -> str:
    known = {"USER": settings.users, "GROUP": settings.groups, "ORGANIZATION": settings.organizations}
    code, kind = mention["code"], mention["type"]
    if code in settings.inactive:
        return settings.inactive[code]
    if code not in known[kind]:
        raise no_person(kind, code)
    return known[kind][code]


def composed(settings: Settings, creator: str, moment: datetime, text: str, mentions: Mentions) -> dict[str, Any]:
    """Return a comment without its id as GET comments.json shows it.

    The names of the mentioned stand before the text, without "@"; a blank is added at the end (measured:
    https://github.com/SonicGarden/kintone-emulator doc/real-kintone-dual-mode-followup.md).
    """
    names = " ".join(_name(settings, mention) for mention in mentions)
    before = f"{names}{settings.after_mentions}" if names else ""
    return {
        "text": f"{before}{text} ",
        "createdAt": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "creator": {"code": creator, "name": settings.users.get(creator, creator)},
        "mentions": mentions,
    }
