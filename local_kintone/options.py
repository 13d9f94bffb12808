"""What LocalKintone takes when it is made and when a failure is switched on."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from local_kintone.clock import Clock
from local_kintone.settings import Settings


class Options(TypedDict, total=False):
    """How a server is started.

    Attributes:
        https: speak TLS with a certificate made for the occasion.
        ca_file: where that certificate's authority is written; a temporary file unless given.
        host: loopback address to listen on.
        port: 0 takes a free one.
        seed: "demo", "orders", "wide" or "none".
        records: how many records "orders" and "wide" make.
        gaps: with "wide", every so-many-th id is left out (0: none).
        database: path of a SQLite file; in memory unless given.
        settings: limits and habits.
        clock: what all times are taken from and all pauses are left to; the machine's own unless given.
    """

    https: bool
    ca_file: Path | None
    host: str
    port: int
    seed: str
    records: int
    gaps: int
    database: str
    settings: Settings | None
    clock: Clock | None


class FailureOptions(TypedDict, total=False):
    """What LocalKintone.fail() takes: the attributes of Failure."""

    method: str | None
    api: str | None
    path: str | None
    nth: int | None
    after: int
    times: int | None
    status: int | None
    code: str | None
    message: str
    body: str | None
    content_type: str
    headers: dict[str, str]
    applied: bool | None
    redirect: str | None
    login_page: bool
    delay: float
    delay_sending: float
    pieces: int
    cut: str | None
    garbage: str | None
    hang: float | None
    drip_head: float | None
    cut_after_bytes: int | None
    reset: bool
    length_offset: int | None
    bomb_bytes: int | None
    endless_bytes: int | None
