"""What is wrong with a query that kintone refused, found by comparing it with the app's form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import listed, nearest_codes
from kintone.forms.unknown_codes import only_near_field, unknown_code, unknown_codes
from kintone.messages import Joined, Message
from kintone.operators import ASSIGNEES, EMPTINESS, EQUALITY, LISTS, SEARCH, STATUSES
from kintone.query.comparisons import NUMBER, Comparison, Condition, OperandKind, Reason, read_condition
from kintone.query.functions import function_mistake
from kintone.query.literals import calculated_date_sentence, is_calculated_date, value_sentence
from kintone.query.parts import Query
from kintone.query.proposals import write
from kintone.query.rewriting import BLANK, rewritten
from kintone.query.syntax import condition_problem, order_problem, text_problems
from kintone.query.tokens import tokens_of
from kintone.texts import preview, previews, printable

MANY_PARENTHESES = 100
"""More than a person writes; how many kintone reads is not documented."""
MAX_TOLD, MAX_FOUND, MAX_CHECKED = 5, 20, 1_000
"""Mistakes that are told and looked for, and comparisons that are checked; our own limits, so that it takes no time."""
_USER_SHAPES = (Shape.CODES, Shape.PERSON)

SYNTAX, UNKNOWN_FIELD, WRONG_OPERATOR, IN_ROWS = "CB_VA01", "GAIA_IQ11", "GAIA_IQ03", "GAIA_IQ07"
UNKNOWN_OPTION, UNKNOWN_USER, BAD_DOT, PROCESS_OFF = "GAIA_IQ10", "GAIA_IL42", "GAIA_IR02", "GAIA_ST02"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake with kintone's code for it; ``certain`` unless only kintone can know it."""

    code: str
    message: Message
    certain: bool = True


def compares_status(query: Query, form: Form) -> bool:
    """Tell whether a condition names the status of process management."""
    fields = (form.find(each.code) for each in read_condition(query.condition).comparisons[:MAX_CHECKED])
    return any(field is not None and field.type.query is STATUSES for field in fields)


def explain(
    query: Query, form: Form, code: str, *, counts: bool = False, statuses: Sequence[str] = ()
) -> list[Message]:
    """Return a sentence for each mistake that explains kintone's refusal, first those of its own code; at most five.

    ``counts`` tells that the query is one of an aggregation, ``statuses`` are those of process management if known.

    What the form does not tell, such as which users exist, is named only where kintone's code says that it was the
    reason. Empty where nothing is found.
    """
    found = list(islice(_mistakes(query, form, counts=counts, statuses=statuses), MAX_FOUND))
    named = [mistake for mistake in found if mistake.code == code]
    certain = [mistake for mistake in found if mistake.certain and mistake.code != code]
    told = [mistake for mistake in named if mistake.certain] or named
    return list({str(mistake.message): mistake.message for mistake in (*told, *certain)}.values())[:MAX_TOLD]


def _mistakes(query: Query, form: Form, *, counts: bool, statuses: Sequence[str]) -> Iterator[Mistake]:
    condition = read_condition(query.condition)
    yield from _of_syntax(query, condition, form, counts=counts)
    comparisons = [each for each in condition.comparisons[:MAX_CHECKED] if not _goes_on(each, condition)]
    sort_codes = list(dict.fromkeys(code for code, _ in query.sort_keys[:MAX_CHECKED]))
    unknown = [code for code in (*(each.code for each in comparisons), *sort_codes) if _is_unknown(code, form)]
    if unknown:
        yield from (Mistake(UNKNOWN_FIELD, sentence) for sentence in unknown_codes("query", unknown, form))
    for comparison in comparisons:
        yield from _of_comparison(comparison, form, statuses)
    yield from (mistake for code in sort_codes if (mistake := _of_sort_code(code, form)))


def _goes_on(comparison: Comparison, condition: Condition) -> bool:
    """Tell whether more stands behind a comparison than can be read, so that it is not clear what was meant by it."""
    broken = condition.broken
    return broken is not None and broken.reason is Reason.NO_CONNECTOR and broken.start == comparison.start


def _of_syntax(query: Query, condition: Condition, form: Form, *, counts: bool) -> Iterator[Mistake]:
    if condition.broken:
        yield Mistake(SYNTAX, condition_problem(condition.broken, query.condition, form, counts=counts))
    yield from (Mistake(SYNTAX, message) for message in text_problems(query.condition))
    if query.order_by is not None and not query.sort_keys:
        yield Mistake(SYNTAX, order_problem(query.order_by, form))
    deepest = max((token.depth for token in tokens_of(query.condition)), default=0)
    if deepest > MANY_PARENTHESES:
        yield Mistake(SYNTAX, _too_deep(deepest), certain=False)


def _too_deep(deepest: int) -> Message:
    return Message(
        "query: {count} parentheses are open at once, which may be more than kintone reads; leave out those that are "
        "not needed",
        count=deepest,
    )


def _of_comparison(comparison: Comparison, form: Form, statuses: Sequence[str]) -> Iterator[Mistake]:
    field = form.find(comparison.code)
    if field is None and (before_dot := _before_dot(comparison.code, form)):
        yield _wrong_dot(comparison, before_dot, form)
        return
    # What else is wrong is told as well, if it is clear which field is meant.
    field = field or only_near_field(comparison.code, form)
    if field is None:
        return
    if _is_off(field):
        yield _process_off(field)
        return
    if any(operand.kind is OperandKind.WORD for operand in comparison.operands):
        if comparison.operator not in field.operators:
            yield _wrong_operator(comparison, field, form)
        return  # The sentence about the syntax says what is wrong with the value.
    values = [each.value for each in comparison.operands if each.kind is not OperandKind.FUNCTION and each.value]
    if comparison.operator not in field.operators:
        yield _wrong_operator(comparison, field, form)
    else:
        for operand in comparison.operands:
            if operand.kind is OperandKind.FUNCTION and (
                mistake := function_mistake(operand, field, comparison.operator)
            ):
                yield Mistake(*mistake)
    if comparison.operator not in SEARCH:
        yield from _of_values(list(dict.fromkeys(values)), field, comparison.operator, statuses)


def _is_off(field: FieldDefinition) -> bool:
    """Tell whether conditions could name the field if the app's process management were on."""
    return field.switched_off and bool(field.type.query.operators)


def _process_off(field: FieldDefinition) -> Mistake:
    sentence = Message(
        "query: {code} ({words}) holds nothing and cannot be asked for, since the app's process management is off; "
        "leave it out, or have process management switched on in the app's settings",
        code=printable(field.code),
        words=field.type.words,
    )
    return Mistake(PROCESS_OFF, sentence)


# Codes


def _is_unknown(code: str, form: Form) -> bool:
    """Tell whether neither the code nor what stands before its dot is a field; a number is a value in its place."""
    return form.find(code) is None and _before_dot(code, form) is None and not NUMBER.fullmatch(code)


def _before_dot(code: str, form: Form) -> FieldDefinition | None:
    before, dot, _ = code.partition(".")
    return form.find(before) if dot else None


def _wrong_dot(comparison: Comparison, field: FieldDefinition, form: Form) -> Mistake:
    """Return what is wrong with a code such as ``lines.qty``; ``field`` is the one before the dot."""
    code = comparison.code
    before, _, column = code.partition(".")
    if not field.query.dotted:
        return Mistake(BAD_DOT, _dotted(code, column, field, form))
    if comparison.operator in EQUALITY and column != "$id":
        sentence = Message(
            "query: {code} is a column of related records, which does not take {operator}",
            code=printable(code),
            operator=comparison.operator,
        )
        instead = f"{code} {LISTS[comparison.operator == EQUALITY[1]]} ({comparison.operands[0].text})"
        return Mistake(IN_ROWS, Joined([sentence, write(instead, form)]), certain=False)
    sentence = Message(
        'query: "{column}" must be the code of a field of the app whose records {before} shows',
        column=printable(column),
        before=printable(before),
    )
    return Mistake(UNKNOWN_FIELD, sentence, certain=False)


def _dotted(code: str, column: str, field: FieldDefinition, form: Form) -> Message:
    if column in form.tables_by_column:
        return Message(
            'query: write the column "{column}" alone, without "{before}."',
            column=printable(column),
            before=printable(field.code),
        )
    if field.is_table:
        return unknown_code("query", code, form)
    return Message(
        'query: {code} is {words}, and a dot stands only behind related records; write "{code}" alone',
        code=printable(field.code),
        words=field.type.words,
    )


# Operators


def _wrong_operator(comparison: Comparison, field: FieldDefinition, form: Form) -> Mistake:
    code = IN_ROWS if comparison.operator in ("=", "!=") and (field.in_table or field.is_table) else WRONG_OPERATOR
    return Mistake(code, _operator_sentence(comparison, field, form))


def _operator_sentence(comparison: Comparison, field: FieldDefinition, form: Form) -> Message:
    if field.is_table:
        columns = ", ".join(map(printable, field.columns))
        return Message(
            "query: {code} is a table, which a condition cannot compare; name one of its columns: {columns}",
            code=printable(field.code),
            columns=columns,
        )
    if not field.operators:
        return Message(
            "query: {code} ({words}) cannot stand in a condition",
            code=printable(field.code),
            words=field.type.words,
        )
    sentence = Message(
        "query: {code} ({words}) does not take {operator}; its operators are {operators}",
        code=printable(field.code),
        words=_words(field, form),
        operator=comparison.operator,
        operators=", ".join(field.operators),
    )
    return Joined([sentence, _instead(comparison, field, form)])


def _words(field: FieldDefinition, form: Form) -> Message:
    if not field.in_table:
        return field.type.words
    table = printable(form.tables_by_column[field.code])
    return Message("{words} in the table {table}", words=field.type.words, table=table)


def _instead(comparison: Comparison, field: FieldDefinition, form: Form) -> Message:
    instead = rewritten(comparison, field)
    asks_for_empty = comparison.operator in EMPTINESS or [each.text for each in comparison.operands] == [BLANK]
    if not instead and asks_for_empty and field.in_table:
        return Message("kintone cannot search a table for cells of this type that are empty")
    advice = write(instead, form)
    if advice and SEARCH[0] in instead and comparison.operator not in SEARCH:
        return Message("{advice}, which finds words", advice=advice)
    return advice


# Values


def _of_values(
    values: Sequence[str], field: FieldDefinition, operator: str, statuses: Sequence[str]
) -> Iterator[Mistake]:
    """Yield what is wrong with the values that a field is compared with; blank ones ask for "no value"."""
    unknown = [value for value in values if value not in field.options] if field.options else []
    if unknown:
        yield Mistake(UNKNOWN_OPTION, _option_sentence(unknown, field.code, field.options))
    if values and field.type.query is STATUSES:
        wrong = [value for value in values if value not in statuses]
        if not statuses:
            yield Mistake(UNKNOWN_OPTION, _status_sentence(values, field), certain=False)
        elif wrong:
            options = {status: status for status in statuses}
            yield Mistake(UNKNOWN_OPTION, _status_names(wrong, field.code, options))
    if values and (field.type.shape in _USER_SHAPES or field.type.query is ASSIGNEES):
        yield Mistake(UNKNOWN_USER, _user_sentence(values, field), certain=False)
    if is_calculated_date(field):
        dates = [value for value in values if not NUMBER.fullmatch(value)]
        yield from (Mistake(SYNTAX, calculated_date_sentence(date, field), certain=False) for date in dates)
    yield from (Mistake(SYNTAX, sentence) for value in values if (sentence := value_sentence(value, field, operator)))


def _option_sentence(unknown: Sequence[str], code: str, options: Mapping[str, str]) -> Message:
    return Message(
        "query: {code} has no option {unknown}; its options are {options}",
        code=printable(code),
        unknown=previews(unknown),
        options=_nearest_first(unknown, options),
    )


def _status_names(unknown: Sequence[str], code: str, statuses: Mapping[str, str]) -> Message:
    return Message(
        "query: {code} has no status {unknown}; its statuses are {statuses}",
        code=printable(code),
        unknown=previews(unknown),
        statuses=_nearest_first(unknown, statuses),
    )


def _nearest_first(unknown: Sequence[str], options: Mapping[str, str]) -> Message:
    near = [name for value in unknown[:MAX_TOLD] for name in nearest_codes(value, options.items())]
    return listed([Message("{option}", option=preview(name, 130)) for name in dict.fromkeys([*near, *options])])


def _status_sentence(values: Sequence[str], field: FieldDefinition) -> Message:
    return Message(
        "query: {code} is compared with {values}, and only the statuses that the app's process management names are "
        "possible; kintone_get_fields, if you have it, lists them",
        code=printable(field.code),
        values=previews(values),
    )


def _user_sentence(values: Sequence[str], field: FieldDefinition) -> Message:
    if "LOGINUSER" in field.query.functions:
        return Message(
            "query: {code} is compared with {values}; write login names, not names that are shown: records show "
            "both, as Name (login name)",
            code=printable(field.code),
            values=previews(values),
        )
    return Message(
        "query: {code} is compared with {values}; write codes, not names that are shown: records show both, as Name "
        "(code)",
        code=printable(field.code),
        values=previews(values),
    )


# Order


def _is_sortable(field: FieldDefinition) -> bool:
    """Tell whether kintone sorts by the field; that it refuses one that is switched off is not documented."""
    return field.query.sortable or (field.switched_off and field.type.query.sortable)


def _of_sort_code(code: str, form: Form) -> Mistake | None:
    field = form.find(code)
    if field is None and _before_dot(code, form):
        sentence = Message(
            "query: order by does not take {code}, since a dot stands only in conditions; it takes fields of the "
            "record itself",
            code=printable(code),
        )
        return Mistake(SYNTAX, sentence)
    return Mistake(WRONG_OPERATOR, _unsortable(field, form)) if field and not _is_sortable(field) else None


def _unsortable(field: FieldDefinition, form: Form) -> Message:
    return Message(
        "query: order by does not take {code} ({words}); it takes fields of the record with one short value: a line of "
        "text, a number, a date, a time, one option, or $id",
        code=printable(field.code),
        words=_words(field, form),
    )


def unknown_fields(codes: Iterable[str], form: Form) -> Sequence[Message]:
    """Return sentences about the codes in the parameter ``fields`` that are no fields of the app."""
    unknown = [code for code in codes if form.find(code) is None]
    return unknown_codes("fields", unknown, form) if unknown else ()
