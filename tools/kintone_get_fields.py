"""Describing the fields of an app, and its process management."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from kintone.app_overview import read_overview
from kintone.errors import InvalidParameterError
from kintone.field_types import PSEUDO_FIELDS
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import listed, nearest_codes
from kintone.messages import Joined, Message
from kintone.texts import printable
from tools import base
from tools.field_descriptions import data_codes, described, described_process
from tools.field_texts import AND_ALL_BEHIND, FieldsText, in_text_order
from tools.name_lists import read_fields
from tools.results import Result

MAX_NAMED = 10
FEWER_FIELDS = Message("name fewer fields in the parameter fields")


class GetFields(base.KintoneTool):
    """Describes what queries and records of an app can contain, from one reading of its form and settings."""

    tool_name = "kintone_get_fields"

    def run(self, call: base.Call) -> Result:
        """Read the app and describe all its fields, or those that were named."""
        codes = read_fields(call.parameters.raw("fields"))
        app, forms = call.app, call.client.forms
        # The remembered form may be a minute old, and this tool is called to learn how the app is now.
        overview = read_overview(call.client, app, lambda: forms.read(app, fresh=True))
        fields = list(_selected(overview.form, codes) if codes else overview.form.fields.values())
        text = FieldsText(app, overview, fields, all_asked=not codes)
        variables = {
            "fields": [described(field) for field in fields],
            "field_codes": data_codes(fields),
            "app": {"id": str(app), "name": overview.name if isinstance(overview.name, str) else ""},
            "process": described_process(overview.process, overview.form),
        }
        return Result(text.lines(), variables, variables, FEWER_FIELDS)


def _selected(form: Form, codes: Iterable[str]) -> Iterator[FieldDefinition]:
    """Yield the named fields in the order of the names, each once; a table has only its named columns, if there are.

    Raises ``InvalidParameterError`` for codes that the form does not have.
    """
    wanted = dict.fromkeys(_with_all_behind(form, list(codes)))
    unknown = [code for code in wanted if code not in form.fields and code not in form.tables_by_column]
    unknown = [code for code in unknown if code not in PSEUDO_FIELDS]
    if unknown:
        complaints = Joined([_complaint(form, code) for code in unknown[:MAX_NAMED]])
        raise InvalidParameterError("fields: {complaints}", complaints=complaints)
    for code in dict.fromkeys(form.tables_by_column.get(code, code) for code in wanted):
        if code in PSEUDO_FIELDS:
            yield FieldDefinition(code, code, PSEUDO_FIELDS[code])
            continue
        field = form.fields[code]
        columns = {name: column for name, column in field.columns.items() if name in wanted}
        yield replace(field, columns=columns) if columns and code not in wanted else field


def _with_all_behind(form: Form, codes: list[str]) -> Iterator[str]:
    """Yield the codes; an ellipsis after one stands for all fields that the text of the whole app has behind it."""
    in_order = [field.code for field in in_text_order(form.fields.values())]
    for before, code in pairwise(["", *codes]):
        first = form.tables_by_column.get(before, before)
        if code in (AND_ALL_BEHIND, "…") and first in in_order:
            yield from in_order[in_order.index(first) :]
        else:
            yield code


def _complaint(form: Form, code: str) -> Message:
    """Return the sentence about an unknown code, with the nearest fields by code and label."""
    names = [*form.names(), *form.column_names()]
    labels = dict(names)
    near = [_named(each, labels[each]) for each in nearest_codes(code, names)]
    complaint = Message('app {app} has no field "{code}"', app=form.app, code=printable(code))
    if not near:
        return Message("{complaint}; leave fields blank to see all", complaint=complaint)
    return Message("{complaint}; did you mean {near}?", complaint=complaint, near=listed(near, " or "))


def _named(code: str, label: str) -> Message:
    code, label = printable(code), printable(label)
    if code == label:
        return Message('"{code}"', code=code)
    return Message('"{code}" (label: {label})', code=code, label=label)
