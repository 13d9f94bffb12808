"""What all parts of one writing call share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_kintone.values.problems import Problems
from local_kintone.values.reading import Reading
from local_kintone.write_log import Action, Write

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.site import Site
    from local_kintone.tokens import Credential

type Texts = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Writing:
    """One call that writes to one app.

    Attributes:
        site: the server's whole state.
        app: the app written to.
        credential: what the request's tokens allow, in this and other apps.
        request: running number of the API request.
        problems: complaints of the whole call.
    """

    site: Site
    app: App
    credential: Credential
    request: int = 0
    problems: Problems = field(default_factory=Problems)

    def note(self, action: Action, number: int, revision: int, *, sent: object, texts: Texts) -> None:
        """Keep a write in the log, once its transaction is kept; `texts` are the record before and after."""
        author = self.credential.authors.get(self.app.number, "")
        given = sent if isinstance(sent, dict) else None
        self.site.writes.note(Write(0, self.request, author, self.app.number, action, number, revision, given, *texts))

    def reading(self, *, in_rows: bool) -> Reading:
        """Return what reading values needs to know."""
        return Reading(self.site.settings, self.site.files, self.app, self.problems, in_rows)
