"""What all parts of one writing call share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_kintone.values.problems import Problems
from local_kintone.values.reading import Reading

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.site import Site
    from local_kintone.tokens import Credential


@dataclass(frozen=True, slots=True)
class Writing:
    """One call that writes to one app.

    Attributes:
        site: the server's whole state.
        app: the app written to.
        credential: what the request's tokens allow, in this and other apps.
        problems: complaints of the whole call.
    """

    site: Site
    app: App
    credential: Credential
    problems: Problems = field(default_factory=Problems)

    def reading(self, *, in_rows: bool) -> Reading:
        """Return what reading values needs to know."""
        return Reading(self.site.settings, self.site.files, self.app.number, self.problems, in_rows)
