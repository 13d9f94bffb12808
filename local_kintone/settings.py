"""The settings of a running server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta, timezone


def _people() -> dict[str, str]:
    return {
        "Administrator": "Administrator",
        "sato": "佐藤 昇",
        "suzuki": "鈴木 花子",
        "tanaka": "田中 一郎",
        "guest/mika@example.com": "Mika",
    }


def _members() -> dict[str, list[str]]:
    return {
        "sales": ["sato", "tanaka"],
        "support": ["suzuki"],
        "everyone": ["Administrator", "sato", "suzuki", "tanaka"],
        "managers": ["suzuki"],
    }


@dataclass(slots=True)
class Settings:
    """Limits and configurable behaviour of the server; each may be changed while it runs.

    Attributes:
        concurrency_limit: maximum number of concurrent requests; one more is answered with 429 GAIA_TO04.
        cursor_limit: maximum number of live cursors of the server; one more is answered with 429 GAIA_TM12.
        cursor_seconds: lifetime of a cursor, renewed by each read.
        like_limit: number of matches after which a `like` search stops with X-Cybozu-Warning.
        limit_zero: answer to `limit 0`. kintone documents it as out of range but not the error code:
            "GAIA_QU01", "CB_VA01", or "empty" for an answer without records.
        new_fields: how a record that is older than a field shows that field until it is saved again: "absent" or
            "blank". kintone documents neither.
        unwrapped_rows: how a new table row whose cells are not under `value` is handled: "blank" (kintone ignores
            unknown keys and stores a blank row) or "refused" under the key of `value`.
        unsent_columns: how the columns that are missing from a sent row are handled: "kept" (as newer measurements
            show) or "blanked" (as older ones show).
        manage_reads_forms: whether a token with the permission "manage" alone can read an app's name, form and
            settings. kintone's pages differ: the older ones list only viewing and adding.
        foreign_token_code: answer to a token of another app, GAIA_IA02 or GAIA_AP15 (reports differ).
        write_batch: maximum number of records per POST, PUT and DELETE of records.
        bulk_calls: maximum number of calls per bulkRequest.
        gzip: whether answers over 1 KiB are compressed for clients that accept it.
        disposition: format of Content-Disposition in downloads, which kintone does not document:
            "both" (ASCII fallback and RFC 5987), "encoded" (RFC 5987 alone), "raw" (UTF-8 bytes in quotes), "none".
        utc_offset_hours: the acting user's time zone, used for default dates and times and for dates in queries.
        status_permissions: the permissions that a token needs to change a status. kintone's page names viewing
            alone, other sources editing; the default is both.
        waiting_revisions: by how much an action raises the revision that does not move the record yet because all
            assignees must act. kintone documents 2 for one that moves it: one for the action, one for the status.
        after_mentions: what stands between the names of the mentioned and a comment's text. The samples on kintone's
            pages have a blank, and a blank with a line end.
        comment_ids: type of a new comment's id in the answer: "text" (as in measurements and kintone's clients) or
            "number" (as on kintone's page).
        users: login code to name of every existing user.
        organizations: code to name.
        groups: code to name.
        members: login codes of the members, by the code of an organization or group.
        basic_auth: user and password of the Basic authentication, which is asked of addresses that are not allowed;
            None for no Basic authentication.
        allowed_addresses: addresses and networks ("203.0.113.0/24") that the site is limited to; an empty list allows
            none. None is no limit, or with Basic authentication none that need not give it.
        maintenance: whether the site is under maintenance: 503 with a page.
        certificate_refusal: what answers a request whose connection presented no or a wrong client certificate, if
            they are asked for: "nginx" (its 400) or "page" (403). How cybozu.com answers is not documented.
        inactive: code to name of users, organizations and groups that are suspended or deleted. A comment may mention
            them; nothing else knows them.
    """

    concurrency_limit: int = 100
    cursor_limit: int = 10
    cursor_seconds: float = 600.0
    like_limit: int = 100_000
    limit_zero: str = "GAIA_QU01"
    new_fields: str = "absent"
    unwrapped_rows: str = "blank"
    unsent_columns: str = "kept"
    manage_reads_forms: bool = False
    foreign_token_code: str = "GAIA_IA02"  # noqa: S105 - an error code, not a secret
    write_batch: int = 100
    bulk_calls: int = 20
    gzip: bool = True
    disposition: str = "both"
    utc_offset_hours: float = 0.0
    status_permissions: tuple[str, ...] = ("view", "edit")
    waiting_revisions: int = 1
    after_mentions: str = " "
    comment_ids: str = "text"
    basic_auth: tuple[str, str] | None = None
    allowed_addresses: list[str] | None = None
    maintenance: bool = False
    certificate_refusal: str = "nginx"
    users: dict[str, str] = field(default_factory=_people)
    organizations: dict[str, str] = field(default_factory=lambda: {"sales": "営業部", "support": "サポート"})
    groups: dict[str, str] = field(default_factory=lambda: {"everyone": "Everyone", "managers": "Managers"})
    members: dict[str, list[str]] = field(default_factory=_members)
    inactive: dict[str, str] = field(default_factory=lambda: {"yamada": "山田 太郎"})

    @property
    def time_zone(self) -> timezone:
        """The acting user's time zone."""
        return timezone(timedelta(hours=self.utc_offset_hours))
