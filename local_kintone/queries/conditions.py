"""Compiling a condition into a test of records, with the rules for tables and related records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from local_kintone.forms.field_types import PROCESS_TYPES
from local_kintone.queries.operators import check_operator, no_field, unusable
from local_kintone.queries.parser import Comparison, Condition, Function, Junction
from local_kintone.queries.value_tests import NEGATIVE, Test, positive_test
from local_kintone.refusals import RefusedError, no_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_kintone.clock import Clock
    from local_kintone.forms.form import Field, Form
    from local_kintone.settings import Settings

type Values = Mapping[str, Any]
type Matcher = Callable[[int, Values], bool]


@dataclass(slots=True)
class Scope:
    """The context for compiling a condition.

    Attributes:
        form: the app's form.
        settings: contains the existing users, organizations and groups.
        clock: the clock for NOW() and TODAY().
        hits_within_limit: returns the matching ids of a field's `like` search that was stopped at the limit; None
            if it was not stopped.
        related_values: returns the key values of the related records that match a comparison.
        app_code: the optional prefix of a record number.
        codes: top-level codes that the compiled condition reads; filled during compilation.
        aborted: whether a `like` search was stopped at the limit.
    """

    form: Form
    settings: Settings
    clock: Clock
    hits_within_limit: Callable[[Field, Comparison, Test], frozenset[int] | None]
    related_values: Callable[[Field, Comparison], frozenset[str]]
    app_code: str = ""
    codes: set[str] = field(default_factory=set)
    aborted: bool = False


@dataclass(frozen=True, slots=True)
class _Leaf:
    field: Field
    test: Test
    negative: bool
    hits: frozenset[int] | None


def compile_condition(condition: Condition, scope: Scope) -> Matcher:
    """Return a test of records for a condition.

    Raises:
        RefusedError: GAIA_IQ03, IQ07, IQ10, IQ11, IR02, IL42, ST02 …: the condition does not fit the form.
    """
    if isinstance(condition, Comparison):
        return _comparison(condition, scope)
    if condition.operator == "or":
        matchers = [compile_condition(part, scope) for part in condition.parts]
        return lambda number, values: any(matcher(number, values) for matcher in matchers)
    return _conjunction(condition, scope)


def _conjunction(condition: Junction, scope: Scope) -> Matcher:
    matchers: list[Matcher] = []
    by_table: dict[str, list[_Leaf]] = {}
    for part in flattened(condition):
        leaf = _leaf(part, scope) if isinstance(part, Comparison) and _is_plain(part) else None
        if leaf is None:
            matchers.append(compile_condition(part, scope))
        elif leaf.field.table and not leaf.negative:
            # Conditions on columns of one table must be true in the same row.
            by_table.setdefault(leaf.field.table, []).append(leaf)
        else:
            matchers.append(_matcher(leaf))
    matchers += [_same_row(table, leaves) for table, leaves in by_table.items()]
    return lambda number, values: all(matcher(number, values) for matcher in matchers)


def flattened(condition: Condition) -> list[Condition]:
    """Return the parts of nested `and`s as one list."""
    if isinstance(condition, Junction) and condition.operator == "and":
        return [inner for part in condition.parts for inner in flattened(part)]
    return [condition]


def _is_plain(comparison: Comparison) -> bool:
    return comparison.related is None and not _is_dropped(comparison)


def _is_dropped(comparison: Comparison) -> bool:
    # The acting user of a token has no primary organization; kintone ignores such a condition.
    return any(
        isinstance(operand, Function) and operand.name == "PRIMARY_ORGANIZATION" for operand in comparison.operands
    )


def _comparison(comparison: Comparison, scope: Scope) -> Matcher:
    if comparison.related is not None:
        return _related(comparison, scope)
    leaf_field = _found(comparison.field, scope)
    if _is_dropped(comparison):
        check_operator(leaf_field, comparison, in_rows=bool(leaf_field.table))
        return lambda _number, _values: True
    return _matcher(_leaf(comparison, scope))


def _found(code: str, scope: Scope) -> Field:
    found = scope.form.find(code)
    if found is None:
        raise no_field(code)
    return found


def _leaf(comparison: Comparison, scope: Scope) -> _Leaf:
    found = _found(comparison.field, scope)
    if found.type in PROCESS_TYPES and not found.properties["enabled"]:
        raise no_process()
    check_operator(found, comparison, in_rows=bool(found.table))
    scope.codes.add(found.table or found.code)
    test = positive_test(found, comparison, scope.settings, scope.clock.now(), scope.app_code)
    hits = None
    if comparison.operator.endswith("like"):
        hits = scope.hits_within_limit(found, comparison, test)
    return _Leaf(found, test, comparison.operator in NEGATIVE, hits)


def _matcher(leaf: _Leaf) -> Matcher:
    code, table, test, hits, negative = leaf.field.code, leaf.field.table, leaf.test, leaf.hits, leaf.negative
    if hits is not None:
        return lambda number, _values: (number in hits) is not negative
    if table is None:
        if negative:
            return lambda _number, values: not test(values.get(code))
        return lambda _number, values: test(values.get(code))
    if not negative:
        return _same_row(table, [leaf])

    def every_row(_number: int, values: Values) -> bool:
        rows = values.get(table) or []
        return bool(rows) and not any(test(_cell(row, code)) for row in rows)

    return every_row


def _same_row(table: str, leaves: list[_Leaf]) -> Matcher:
    def matches(number: int, values: Values) -> bool:
        if any(leaf.hits is not None and number not in leaf.hits for leaf in leaves):
            return False
        rows = values.get(table) or []
        return any(all(leaf.test(_cell(row, leaf.field.code)) for leaf in leaves) for row in rows)

    return matches


def _cell(row: object, code: str) -> object:
    cells = cast("dict[str, Any]", row)["value"]
    return cells[code]["value"] if code in cells else ""


def _related(comparison: Comparison, scope: Scope) -> Matcher:
    found = _found(comparison.field, scope)
    if found.type != "REFERENCE_TABLE":
        raise RefusedError(400, "GAIA_IR02", f"{found.code} is not a related records field.")
    settings = found.properties["referenceTable"]
    if not settings:
        raise unusable(found, comparison.operator)
    own = str(settings["condition"]["field"])
    related = scope.related_values(found, comparison)
    scope.codes.add(own)
    return lambda _number, values: str(values.get(own) or "") in related
