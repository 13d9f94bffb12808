"""An app with a field of every type in a local kintone, asked as its token may."""

import json
from urllib.parse import urlencode

from kintone.field_types import PSEUDO_FIELDS
from kintone.forms.answers import parse_form
from kintone.forms.fields import FieldDefinition, Form
from local_kintone import LocalKintone

EVERY_FIELD = 3


class EveryField:
    """The app: its form, the definitions of all fields, columns and pseudo fields, and its answers to queries."""

    def __init__(self, kintone: LocalKintone) -> None:
        """Read the form."""
        self._kintone = kintone
        tokens = ",".join([kintone.token(EVERY_FIELD), kintone.token(2, "view")])
        self._headers = {"X-Cybozu-API-Token": tokens, "User-Agent": "test"}
        self.form: Form = parse_form(self._get("app/form/fields", app=EVERY_FIELD)[1], str(EVERY_FIELD))
        columns = [column for field in self.form.fields.values() for column in field.columns.values()]
        pseudo = [FieldDefinition(code, code, kind) for code, kind in PSEUDO_FIELDS.items()]
        self.fields = [*self.form.fields.values(), *columns, *pseudo]

    def _get(self, api: str, **parameters: object) -> tuple[int, dict[str, object]]:
        answer = self._kintone.exchange("GET", f"/k/v1/{api}.json?{urlencode(parameters)}", self._headers, b"")
        body = json.loads(answer.body.decode())
        assert isinstance(body, dict)
        return answer.status, body

    def refusal(self, query: str) -> str:
        """Return kintone's code for a query, blank where it is accepted."""
        status, body = self._get("records", app=EVERY_FIELD, query=query)
        return "" if status == 200 else str(body["code"])
