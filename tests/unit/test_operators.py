"""What queries take for each field, compared with what a kintone with a field of every type accepts."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.unit.every_field import EveryField

OPERATORS = ("=", "!=", ">", "<", ">=", "<=", "in", "not in", "like", "not like", "is empty", "is not empty")
FUNCTIONS = ("LOGINUSER", "PRIMARY_ORGANIZATION", "NOW", "TODAY", "THIS_WEEK", "LAST_MONTH", "NEXT_YEAR")
NOT_IN_CONDITIONS = {"SUBTABLE", "GROUP", "REFERENCE_TABLE", "CATEGORY", "__REVISION__"}


@pytest.fixture(scope="module")
def every() -> Iterator[EveryField]:
    """Run a kintone with an app that has a field of every type."""
    with LocalKintone(seed="demo") as kintone:
        yield EveryField(kintone)


def _condition(code: str, operator: str) -> str:
    operand = {"in": ' ("")', "not in": ' ("")', "is empty": "", "is not empty": ""}.get(operator, ' ""')
    return f"{code} {operator}{operand}"


def test_operators_are_those_that_kintone_accepts(every: EveryField) -> None:
    """Each field has exactly the operators that a condition on it may have."""
    accepted = {
        field.code: [name for name in OPERATORS if not every.refusal(_condition(field.code, name))]
        for field in every.fields
    }

    assert {field.code: sorted(field.operators) for field in every.fields} == {
        code: sorted(names) for code, names in accepted.items()
    }
    assert {field.type.name for field in every.fields if not field.operators} == NOT_IN_CONDITIONS


def test_functions_are_those_that_kintone_accepts(every: EveryField) -> None:
    """Each field has exactly the functions that a condition on it may have."""
    for field in every.fields:
        if not field.operators:
            continue
        form = f"{field.code} in ({{}}())" if "in" in field.operators else f"{field.code} > {{}}()"
        accepted = [name for name in FUNCTIONS if not every.refusal(form.format(name))]

        assert sorted(set(FUNCTIONS) & set(field.query.functions)) == sorted(accepted), field.code


def test_sortable_fields_are_those_that_kintone_sorts_by(every: EveryField) -> None:
    """Exactly the sortable fields may stand in ``order by``."""
    sortable = {field.code for field in every.fields if not every.refusal(f"order by {field.code} asc")}

    assert {field.code for field in every.fields if field.query.sortable} == sortable


def test_conditions_for_no_value_are_accepted(every: EveryField) -> None:
    """The conditions for "no value" and "any value" are accepted wherever there are any."""
    conditions = {field.code: (field.empty_condition, field.filled_condition) for field in every.fields}

    assert {code for code, pair in conditions.items() if any(map(every.refusal, filter(None, pair)))} == set()
    assert conditions["paragraph"] == ("paragraph is empty", "paragraph is not empty")
    assert conditions["text"] == ('text = ""', 'text != ""')
    assert conditions["users"] == ('users in ("")', 'users not in ("")')
    assert conditions["cell_text"] == ("", "")
