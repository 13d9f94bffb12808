"""Properties of parsing and joining: the meaning of any query is kept."""

from hypothesis import given
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.query import parse, quote
from kintone.query.tokens import tokens_of

KEY_WORDS = ["limit", "OFFSET", "order", "Order by", "by", "asc", "limit 5", "order by x", 'offset 3"', "\\", "“"]

WHITE = st.text(" \t\n\u3000", min_size=1, max_size=3)
CODES = st.sampled_from(["a", "名前", "$id", "limit", "order", "offset", "by", "Ref.limit", "and_1"])
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(KEY_WORDS)).map(" ".join)).map(quote)
NUMBERS = st.integers(-9, 9999).map(str)
TERMS = st.one_of(
    st.builds("{} {} {}".format, CODES, st.sampled_from(["=", "!=", ">", "<="]), st.one_of(TEXTS, NUMBERS)),
    st.builds("{}{}{}".format, CODES, st.sampled_from(["=", ">"]), TEXTS),
    st.builds("{} {}({})".format, CODES, st.sampled_from(["in", "NOT IN"]), st.lists(TEXTS, min_size=1).map(",".join)),
    st.builds("{} {} {}".format, CODES, st.sampled_from(["like", "not like"]), TEXTS),
    st.builds("{} is {}empty".format, CODES, st.sampled_from(["", "not "])),
    st.builds("{} = FROM_TODAY({}, DAYS)".format, CODES, NUMBERS),
)
CONDITIONS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("{}{}{} {}".format, inner, WHITE, st.sampled_from(["and", "or", "AND"]), inner),
    ),
    max_leaves=6,
)
ORDERS = st.lists(st.builds("{}{}".format, CODES, st.sampled_from(["", " asc", " DESC"])), min_size=1, max_size=3)


def _meaning(text: str) -> list[str]:
    words = [token.text for token in tokens_of(text)]
    return [word.lower() if word.lower() in {"order", "by", "limit", "offset"} else word for word in words]


@given(CONDITIONS, st.none() | ORDERS, st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**6), WHITE)
def test_joining_gives_the_same_tokens_when_a_query_was_split(
    condition: str, order: list[str] | None, limit: int | None, offset: int | None, white: str
) -> None:
    """Every part is found again for any condition."""
    order_by = ", ".join(order) if order else None
    parts = [condition]
    parts += [f"Order{white}By {order_by}"] if order_by else []
    parts += [f"LIMIT{white}{limit}"] if limit is not None else []
    parts += [f"offset {offset}"] if offset is not None else []
    text = white.join(parts)

    query = parse(text)

    assert (query.condition, query.order_by, query.limit, query.offset) == (condition, order_by, limit, offset)
    assert _meaning(str(query)) == _meaning(text)
    assert len(query.sort_keys) == len(order or [])


@given(CONDITIONS)
def test_guard_keeps_the_condition_whole_when_it_is_added(condition: str) -> None:
    """The guarded condition holds the caller's own between one pair of parentheses."""
    guarded = _meaning(str(parse(condition).with_condition("$id > 5")))

    assert guarded == ["(", *_meaning(condition), ")", "and", "$id", ">", "5"]


@given(st.text())
def test_quoted_text_is_one_token_when_it_is_any_text(value: str) -> None:
    """No character in a value ends the text early, and parsing leaves it unchanged."""
    condition = f"a = {quote(value)}"

    assert [token.text for token in tokens_of(condition)] == ["a", "=", quote(value)]
    assert parse(condition).condition == condition


@given(st.text(alphabet='ab5"\\(),=<> \u3000\n') | st.lists(st.sampled_from([*KEY_WORDS, "5", "(", ")"])).map(" ".join))
def test_any_text_is_parsed_without_loss_or_refused(text: str) -> None:
    """A text is split without loss, or the refusal names the query."""
    try:
        joined = str(parse(text))
    except InvalidParameterError as error:
        joined, refusal = "", str(error.problem)
    else:
        refusal = ""

    assert refusal.startswith("query: ") if refusal else _meaning(joined) == _meaning(text)
