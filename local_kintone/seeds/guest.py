"""The demo's fourth app, which lives in a guest space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.loading import load_records

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.site import Site

GUEST_SPACE = 3


def plant_guest_app(site: Site) -> App:
    """Add the app with two records."""
    fields: dict[str, dict[str, Any]] = {
        "code": {"type": "SINGLE_LINE_TEXT", "label": "コード", "unique": True},
        "note": {"type": "SINGLE_LINE_TEXT", "label": "連絡", "required": True},
        "files": {"type": "FILE", "label": "資料"},
    }
    app = site.apps.create("Guest notes", fields, guest_space=GUEST_SPACE)
    load_records(site, app, [{"code": "N-1", "note": "ゲストへの連絡"}, {"code": "N-2", "note": "資料を共有しました"}])
    return app
