"""One API call: who asks, for what, in which space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_kintone.calls.parameters import whole_number
from local_kintone.refusals import RefusedError
from local_kintone.tokens import Credential, unknown_token

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.serving.messages import Received
    from local_kintone.site import Site

GUEST_MISMATCH = "You do not have privilege to view or change this."


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose tokens are known to be good.

    Attributes:
        site: the server's whole state.
        method: the effective verb.
        api: name of the API, "records".
        guest_space: the guest space of the path, or None.
        parameters: from the URL or the JSON body.
        credential: what the tokens allow.
        received: the request itself; inner calls of a bulk request share that of the outer one.
    """

    site: Site
    method: str
    api: str
    guest_space: int | None
    parameters: dict[str, Any]
    credential: Credential
    received: Received

    def app(self, *needed: str, any_of: bool = False, name: str = "app") -> App:
        """Return the app that a parameter names, once the tokens are seen to allow it.

        Args:
            needed: permissions, all of them needed, or one of them with `any_of`.
            any_of: whether one is enough.
            name: the parameter.

        Raises:
            RefusedError: GAIA_AP01, GAIA_IL23, CB_NO02, GAIA_IA02 or GAIA_AP15, GAIA_NO01 in this order.
        """
        number = whole_number(self.parameters, name)
        app = self.site.apps.by_number.get(number)
        if app is None:
            raise RefusedError(404, "GAIA_AP01", f"The app (ID: {number}) not found. The app may have been deleted.")
        self.check_space(app)
        if number not in self.credential.grants:
            raise unknown_token(self.site.settings.foreign_token_code)
        enough = any if any_of else all
        if not enough(self.credential.allows(number, permission) for permission in needed):
            raise RefusedError(403, "GAIA_NO01", "Using this API token, you cannot run the specified API.")
        return app

    def check_space(self, app: App) -> None:
        """Refuse an app that lives in another space than the path says."""
        if app.guest_space == self.guest_space:
            return
        if self.guest_space is None:
            raise RefusedError(
                400, "GAIA_IL23", "The app belongs to a guest space. Send the request to the guest space's path."
            )
        raise RefusedError(403, "CB_NO02", GUEST_MISMATCH)
