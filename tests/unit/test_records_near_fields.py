"""Codes that the app does not have: what can be written is proposed first, and what cannot be written is named so."""

from typing import Any

import pytest

from kintone.forms.fields import Form
from kintone.forms.unknown_codes import unknown_codes
from kintone.records import check_record
from tests.unit.form_samples import columns, field, make_form

LOOKUP: dict[str, Any] = {"fieldMappings": [{"field": "customer_name", "relatedField": "x"}]}
FORM: Form = make_form(
    field("SINGLE_LINE_TEXT", "customer", lookup=LOOKUP),
    field("SINGLE_LINE_TEXT", "customer_name", label="顧客名"),
    field("SINGLE_LINE_TEXT", "customer_names"),
    field("CALC", "amount_total", label="合計", expression="1"),
    field("CREATOR", "maker", label="Owner"),
    field("USER_SELECT", "owner_2", label="Owner"),
    field(
        "SUBTABLE",
        "lines",
        fields=columns(field("CALC", "sum_of_row", expression="1"), field("NUMBER", "sum_of_rows_")),
    ),
)


def suggested(record: dict[str, object]) -> str:
    """Return the suggestion about the only problem of a record."""
    (problem,) = check_record(record, FORM, "update").problems
    return str(problem.suggestion).partition("; ")[0]


@pytest.mark.parametrize(
    ("written", "proposed"),
    [("customer_nam", "customer_names"), ("owner", "owner_2"), ("costumer_name", "customer_names")],
)
def test_a_field_that_can_be_written_is_proposed_first(written: str, proposed: str) -> None:
    """Before a copied field that is spelt as similarly, and before a system field of the same label."""
    assert suggested({written: "x"}).startswith(f'did you mean "{proposed}"? ')
    assert "cannot be written" not in suggested({written: "x"})


@pytest.mark.parametrize(
    ("written", "meant", "why"),
    [("合計", "amount_total", "CALC"), ("顧客名", "customer_name", "lookup"), ("MAKER", "maker", "CREATOR")],
)
def test_a_field_that_was_meant_and_cannot_be_written_is_named_so(written: str, meant: str, why: str) -> None:
    """By its label, or by its code in another case: nothing else can be meant."""
    assert f'did you mean "{meant}"?' in suggested({written: "x"})
    assert "cannot be written" in suggested({written: "x"})
    assert why in suggested({written: "x"})


def test_columns_are_proposed_likewise() -> None:
    """In a row, and beside the table."""
    assert '"sum_of_rows_"' in suggested({"lines": [{"id": 1, "sum_of_ro": 1}]})
    assert '"sum_of_rows_"' in suggested({"sum_of_ro": 1})
    assert "CALC" in suggested({"lines": [{"id": 1, "Sum_of_row": 1}]})


def test_columns_of_a_file_are_proposed_likewise() -> None:
    """A query may name what nobody can write."""
    assert '"customer_names"' in str(unknown_codes("column", ["customer_nam"], FORM, are_written=True)[0])
    assert '"customer_name"' in str(unknown_codes("query", ["customer_nam"], FORM)[0])
