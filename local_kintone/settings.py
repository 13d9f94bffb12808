"""What a person may turn on a running server."""

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


@dataclass(slots=True)
class Settings:
    """Limits and habits of the server; every one may be changed while it runs.

    Attributes:
        concurrency_limit: requests at once; one more is answered with 429 GAIA_TO04.
        cursor_limit: live cursors of the whole server; one more is answered with 429 GAIA_TM12.
        cursor_seconds: life of a cursor, renewed by each read.
        like_limit: hits after which a `like` search stops with X-Cybozu-Warning.
        limit_zero: answer to `limit 0`, which kintone documents as out of range without naming the code:
            "GAIA_QU01", "CB_VA01", or "empty" for an answer without records.
        late_fields: what records from before a form change show of its new fields until they are saved again:
            "absent" or "blank"; kintone documents neither.
        plain_rows: what becomes of a new table row whose cells do not stand under `value`: "blank" (kintone ignores
            keys that it does not know, and keeps a row of blanks) or "refused" under the key of `value`.
        unsent_columns: what becomes of the columns that a saved row was sent without: "kept" as newer measurements
            say, or "blanked" as older ones do.
        manage_reads_forms: whether a token that may only manage an app reads its name, form and settings; kintone's
            pages differ, the older ones know only of viewing and adding.
        foreign_token_code: answer to a token of another app, GAIA_IA02 or GAIA_AP15 (reports differ).
        write_batch: records per POST, PUT and DELETE of records.
        bulk_calls: calls per bulkRequest.
        gzip: compress answers over 1 KiB for clients that accept it.
        disposition: form of Content-Disposition on downloads, which kintone does not document:
            "both" (ASCII fallback and RFC 5987), "encoded" (RFC 5987 alone), "raw" (UTF-8 bytes in quotes), "none".
        utc_offset_hours: the acting user's time zone, by which the dates and times of now and the dates of queries
            are reckoned.
        states: the states of process management, the first one first.
        users: login code to name of every user that may stand in a value.
        organizations: code to name.
        groups: code to name.
    """

    concurrency_limit: int = 100
    cursor_limit: int = 10
    cursor_seconds: float = 600.0
    like_limit: int = 100_000
    limit_zero: str = "GAIA_QU01"
    late_fields: str = "absent"
    plain_rows: str = "blank"
    unsent_columns: str = "kept"
    manage_reads_forms: bool = False
    foreign_token_code: str = "GAIA_IA02"  # noqa: S105 - an error code, no secret
    write_batch: int = 100
    bulk_calls: int = 20
    gzip: bool = True
    disposition: str = "both"
    utc_offset_hours: float = 0.0
    states: list[str] = field(default_factory=lambda: ["未処理", "処理中", "完了"])
    users: dict[str, str] = field(default_factory=_people)
    organizations: dict[str, str] = field(default_factory=lambda: {"sales": "営業部", "support": "サポート"})
    groups: dict[str, str] = field(default_factory=lambda: {"everyone": "Everyone", "managers": "Managers"})

    @property
    def time_zone(self) -> timezone:
        """The acting user's time zone."""
        return timezone(timedelta(hours=self.utc_offset_hours))
