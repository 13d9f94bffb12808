"""The field and value by which an upsert finds its record."""

from kintone.forms.field_definitions import Form
from kintone.forms.near_matches import nearest
from kintone.normalization.cells import given_value
from kintone.normalization.values import is_empty, read_value
from kintone.validation.problems import Findings, Place, Problem, ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt, excerpts

LONGEST_KEY = 64
"""Characters of a value whose duplicates are prohibited, https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html."""


def normalize_update_key(field: object, value: object, form: Form) -> tuple[str, Problem | None]:
    """Return the key's value as text and None, or ``""`` and what is wrong with the field or the value.

    kintone finds records by SINGLE_LINE_TEXT and NUMBER fields that prohibit duplicates, and by no others,
    https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records.
    """
    findings = Findings()
    place = Place(field if isinstance(field, str) else excerpt(field))
    definition = form.fields.get(field) if isinstance(field, str) else None
    if definition is None:
        near = nearest(place.field, form.names())
        advice = f"did you mean {excerpt(near)}?" if near else _usable(form)
        complaint = f"app {form.app} has no field of this code to find records by"
        findings.problem(place, ProblemCode.UNKNOWN_FIELD, complaint, advice)
    elif not definition.usable_as_update_key:
        complaint = "only a text (one line) or number field that prohibits duplicate values can be the update key"
        findings.problem(place, ProblemCode.WRONG_TYPE, complaint, _usable(form))
    elif is_empty(given_value(value)):
        complaint = "the update key has no value"
        findings.problem(place, ProblemCode.REQUIRED, complaint, "give it one, or leave updateKey out to insert")
    else:
        try:
            key = str(read_value(given_value(value), definition))
        except UnusableValueError as error:
            findings.unusable(place, error)
        else:
            if len(key) <= LONGEST_KEY:
                return key, None
            complaint = f"{excerpt(key)} is longer than the {LONGEST_KEY} characters of an update key"
            findings.problem(place, ProblemCode.TOO_LONG, complaint)
    return "", findings.problems[0]


def _usable(form: Form) -> str:
    codes = form.update_key_codes()
    return f"this app offers {excerpts(codes)}" if codes else "this app has no such field; prohibit duplicates in one"
