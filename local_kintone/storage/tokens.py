"""API tokens: issued per app with permissions, and read from a request's header."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from local_kintone.refusals import RefusedError, illegal_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.storage.database import Database

PERMISSIONS = ("view", "add", "edit", "delete", "manage")
DEFAULT_PERMISSIONS = ("view", "add", "edit", "delete")
TOKEN_LENGTH = 40
MAX_TOKENS = 9
# The author of a token that was issued without an author.
DEFAULT_AUTHOR = "plugin"
AUTHOR_HASH_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Credential:
    """The permissions and the authors of a request's tokens, by app id."""

    grants: Mapping[int, frozenset[str]]
    authors: Mapping[int, str]

    def allows(self, app: int, permission: str) -> bool:
        """Tell whether the tokens grant a permission for an app."""
        return permission in self.grants.get(app, frozenset())


class Tokens:
    """All tokens of the server."""

    def __init__(self, database: Database) -> None:
        """Read the tokens of an open database."""
        self._database = database
        self._grants: dict[str, tuple[int, frozenset[str]]] = {
            token: (app, frozenset(permissions.split()))
            for token, app, permissions in database.rows("SELECT token, app, permissions FROM tokens")
        }
        self._authors: dict[str, str] = dict(database.rows("SELECT token, author FROM token_authors"))

    def issue(self, app: int, permissions: Iterable[str], author: str = DEFAULT_AUTHOR) -> str:
        """Return the app's token with exactly these permissions; the same arguments give the same token.

        Raises:
            ValueError: a permission is not in PERMISSIONS.
        """
        wanted = set(permissions or DEFAULT_PERMISSIONS)
        if unknown := wanted.difference(PERMISSIONS):
            raise ValueError(f"unknown permission: {', '.join(sorted(unknown))}")
        ordered = [name for name in PERMISSIONS if name in wanted]
        mark = "" if author == DEFAULT_AUTHOR else sha256(author.encode()).hexdigest()[:AUTHOR_HASH_LENGTH] + "x"
        word = f"local{app}x{mark}" + "".join(ordered)
        token = (word * TOKEN_LENGTH)[:TOKEN_LENGTH]
        if token in self._grants:
            return token
        self._grants[token] = (app, frozenset(ordered))
        if author != DEFAULT_AUTHOR:
            self._authors[token] = author
            self._database.run("INSERT OR REPLACE INTO token_authors VALUES (?, ?)", (token, author))
        self._database.run("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", (token, app, " ".join(ordered)))
        return token

    def revoke(self, token: str) -> None:
        """Delete a token."""
        self._grants.pop(token, None)
        self._database.run("DELETE FROM tokens WHERE token = ?", (token,))

    def of_app(self, app: int) -> dict[str, list[str]]:
        """Return the app's tokens with their permissions."""
        return {
            token: [name for name in PERMISSIONS if name in permissions]
            for token, (owner, permissions) in self._grants.items()
            if owner == app
        }

    def authenticate(self, header: str | None) -> Credential:
        """Read the X-Cybozu-API-Token header.

        Raises:
            RefusedError: CB_AU01 no token, GAIA_IA02 unknown token, GAIA_DA03 two tokens of one app, CB_IL02 ten
                tokens or more.
        """
        if not header or not header.strip():
            raise RefusedError(401, "CB_AU01", "Please login.")
        texts = [text.strip() for text in header.split(",")]
        if len(texts) > MAX_TOKENS:
            raise illegal_request(f"at most {MAX_TOKENS} API tokens")
        grants: dict[int, frozenset[str]] = {}
        authors: dict[int, str] = {}
        for text in texts:
            if text not in self._grants:
                raise unknown_token()
            app, permissions = self._grants[text]
            if app in grants:
                raise RefusedError(400, "GAIA_DA03", "API tokens of the same app are specified more than once.")
            grants[app] = permissions
            authors[app] = self._authors.get(text, DEFAULT_AUTHOR)
        return Credential(grants, authors)


def unknown_token(code: str = "GAIA_IA02") -> RefusedError:
    """Return the error for a token that is unknown or belongs to another app."""
    return RefusedError(400, code, "The specified API token does not match the API token generated via an app.")
