"""Hypothesis strategies for written values, each with its meaning.

The meaning is drawn first and then formatted in one of many ways, so that the tests need no parser of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.facts.case_types import Value

PRECISE = Context(prec=700)
FULL_WIDTH = str.maketrans("0123456789-.,:/", "０１２３４５６７８９－．，：／")
REIWA = date(2019, 5, 1)


@dataclass(frozen=True, slots=True)
class Example:
    """A value and its meaning.

    Attributes:
        value: the written value.
        meanings: the values that may be stored, in the short form; none: it must be refused.
        certain: whether it must be accepted; otherwise it may be refused too.
    """

    value: Value
    meanings: tuple[Value, ...] = ()
    certain: bool = False


def accepted(value: Value, meaning: Value) -> Example:
    """Return a value that must be accepted, with its meaning."""
    return Example(value, (meaning,), certain=True)


type Examples = SearchStrategy[Example]


def _formatted(
    meanings: SearchStrategy[Any], ways: dict[Callable[[Any], Value], bool], short: Callable[[Any], Value]
) -> Examples:
    """Format meanings in different ways; each says whether its values must be accepted."""
    return st.builds(
        lambda meaning, way: Example(way[0](meaning), (short(meaning),), way[1]),
        meanings,
        st.sampled_from(list(ways.items())),
    )


# ---------------------------------------------------------------------------------------------------------------------
# Values of the wrong type

NAMES = st.sampled_from(["amount", "name", "unit", "items"])
NO_VALUES: Examples = st.one_of(
    st.dictionaries(NAMES, st.one_of(st.none(), st.integers(), st.text()), max_size=3),
    st.lists(st.one_of(st.just({}), st.lists(st.none(), max_size=2), st.dictionaries(NAMES, st.none())), min_size=1),
    st.just({"value": {}}),
).map(Example)
BOOLEANS: Examples = st.booleans().map(Example)
WORDS: Examples = st.text("xyzあいう々-#_?!", min_size=1, max_size=8).filter(str.strip).map(Example)


def blanks(empty: Value) -> Examples:
    """Return the ways to clear a field."""
    return st.one_of(
        st.sampled_from([None, "", {"value": None}, {"value": ""}]).map(lambda value: accepted(value, empty)),
        st.sampled_from([[], " ", "\u3000"]).map(lambda value: Example(value, (empty,))),
    )


# ---------------------------------------------------------------------------------------------------------------------
# Numbers


def number_text(number: Decimal) -> str:
    """Return a number in the short form: no exponent, no trailing zeros, no negative zero."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def rounded(number: Decimal) -> tuple[str, ...]:
    """Return a number as an app of 16 digits, 4 of them decimals, rounds it; nothing where it has too many digits."""
    if number and number.adjusted() > 30:
        return ()
    kept = number if not number else number.quantize(Decimal("0.0001"), ROUND_HALF_EVEN, PRECISE)
    return () if abs(kept) >= Decimal("1e12") else (number_text(kept),)


APP_NUMBERS = st.decimals(min_value=-999_999_999_999, max_value=999_999_999_999, places=4).map(
    # Adding 0 turns a negative zero into zero.
    lambda number: number + 0
)
WHOLE_NUMBERS = st.integers(-999_999_999_999, 999_999_999_999).map(Decimal)


def _minus(sign: str, text: str) -> str:
    return sign + text.removeprefix("-") if text.startswith("-") else text


def _currency(text: str, before: str, after: str) -> str:
    return f"{before}{text}{after}" if not text.startswith("-") else text


NUMBER_FORMATS: dict[Callable[[Decimal], Value], bool] = {
    number_text: True,
    lambda n: f"{n:f}": True,
    lambda n: f"  {n:f} ": True,
    lambda n: f"{n:,f}": True,
    lambda n: f"{n:f}".translate(FULL_WIDTH): True,
    lambda n: f"{n:,f}".translate(FULL_WIDTH): True,
    lambda n: _minus("▲", f"{n:f}"): True,
    lambda n: _minus("△", f"{n:,f}"): True,
    lambda n: _currency(f"{n:,f}", "¥", ""): True,
    lambda n: _currency(f"{n:f}", "", "円"): True,
    lambda n: _currency(f"{n:,f}", "$", ""): True,
    lambda n: {"value": f"{n:f}"}: True,
    lambda n: f"{n:E}": True,
    lambda n: _minus("−", f"{n:f}"): False,
    lambda n: f"({f'{n:f}'.removeprefix('-')})" if n < 0 else f"+{n:f}": False,
    lambda n: _minus("▲ ", f"{n:,f}"): False,
    lambda n: [f"{n:f}"]: False,
    lambda n: f"{n:,f}".replace(",", " "): False,
    lambda n: _minus("-", f"{n:,f}").replace(",", "'"): False,
}
INVALID_NUMBERS: dict[Callable[[Decimal], Value], bool] = {
    lambda n: f"{n:f}%": False,
    lambda n: f"{n:,f}".replace(",", ";").replace(".", ",").replace(";", "."): False,
    lambda n: f"{n:f}〜{n:f}": False,
    lambda n: f"約{n:f}": False,
    lambda n: f"SRC-{n:f}": False,
    lambda n: f"{n:f}_0": False,
    lambda n: f"▲-{abs(n):f}": False,
    lambda n: f"{n:f} {n:f}": False,
    lambda n: [f"{n:f}", f"{n:f}"]: False,
}
WITH_DECIMALS = APP_NUMBERS.filter(lambda number: number != number.to_integral_value())
NUMBERS: Examples = st.one_of(
    _formatted(st.one_of(APP_NUMBERS, WHOLE_NUMBERS), NUMBER_FORMATS, number_text),
    st.integers(-999_999_999_999, 999_999_999_999).map(lambda n: accepted(n, str(n))),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda f: Example(f, rounded(Decimal(repr(f))))),
    st.floats(-1e6, 1e6).map(lambda f: Example(f, rounded(Decimal(repr(f))))),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20).map(
        lambda n: Example(f"{n}", rounded(n))
    ),
    st.builds(lambda n, way: Example(way(n)), WITH_DECIMALS, st.sampled_from(list(INVALID_NUMBERS))),
    BOOLEANS,
    WORDS,
)

# ---------------------------------------------------------------------------------------------------------------------
# Texts

LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
TEXTS: Examples = st.one_of(
    st.text(LETTERS, min_size=1).filter(str.strip).map(lambda text: accepted(text, text)),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda text: Example(text, _line_ends(text))),
    st.integers(-(10**15) + 1, 10**15 - 1).map(lambda n: accepted(n, str(n))),
    st.booleans().map(lambda truth: Example(truth, (str(truth).lower(),))),
)


def _line_ends(text: str) -> tuple[str, ...]:
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(dict.fromkeys([text, unified] if text.strip() else [text, unified, ""]))


PATHS = st.text(st.characters(categories=["L", "N"], exclude_characters="\u00ad"), max_size=12)
LINKS: Examples = st.one_of(
    st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9_~%/?=&.-]{0,20}", fullmatch=True).map(
        lambda url: accepted(url, url)
    ),
    PATHS.map(lambda path: Example(f"https://example.com/{path}", (f"https://example.com/{path}",))),
    WORDS,
    BOOLEANS,
)

# ---------------------------------------------------------------------------------------------------------------------
# Choices and people

OPTIONS = ["A", "B", "C、D", "E,F", " G ", "h", "H", "10"]
LISTS = st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True)
PLAIN_LISTS = st.lists(st.sampled_from(["A", "B", "h"]), min_size=1, unique=True)
CHOICES: Examples = st.one_of(
    LISTS.map(lambda names: accepted(names, names)),
    st.sampled_from(OPTIONS).map(lambda name: accepted(name, [name])),
    PLAIN_LISTS.map(lambda names: Example(", ".join(names), (names,))),
    PLAIN_LISTS.map(lambda names: Example("、".join(names), (names,))),
    PLAIN_LISTS.map(lambda names: Example(repr(names), (names,))),
    LISTS.map(lambda names: Example([*names, "not an option"])),
    WORDS,
)
SINGLE_CHOICES: Examples = st.one_of(
    st.sampled_from(OPTIONS).map(lambda name: accepted(name, name)),
    st.sampled_from(OPTIONS).map(lambda name: Example([name], (name,))),
    st.lists(st.sampled_from(OPTIONS), min_size=2, max_size=3, unique=True).map(Example),
    WORDS,
    BOOLEANS,
)


def people(*known: str) -> Examples:
    """Return ways to name existing users, departments or groups."""
    codes = st.lists(st.sampled_from(known), min_size=1, unique=True)
    return st.one_of(
        codes.map(lambda own: accepted([{"code": code} for code in own], own)),
        codes.map(lambda own: accepted([{"code": code, "name": "x"} for code in own], own)),
        codes.map(lambda own: Example(own, (own,))),
        codes.map(lambda own: Example(repr([{"code": code, "name": "x"} for code in own]), (own,))),
        codes.map(lambda own: Example("、".join(own), (own,))),
        codes.map(lambda own: Example([*own, {}])),
        st.sampled_from(known).map(lambda code: Example([{"name": code}])),
        BOOLEANS,
    )


# ---------------------------------------------------------------------------------------------------------------------
# Dates and times

DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 31))
RECENT_DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))


def _era(day: date) -> str:
    return f"令和{day.year - 2018}年{day.month}月{day.day}日" if day >= REIWA else f"{day:%Y年%m月%d日}"


DATE_FORMATS: dict[Callable[[date], Value], bool] = {
    lambda day: day.isoformat(): True,
    lambda day: f"{day.year}/{day.month}/{day.day}": True,
    lambda day: f"{day.year}-{day.month}-{day.day}": True,
    lambda day: f"{day.year}年{day.month}月{day.day}日": True,
    lambda day: {"value": day.isoformat()}: True,
    lambda day: day.isoformat().translate(FULL_WIDTH): False,
    _era: False,
    lambda day: f"{day.year}.{day.month:02}.{day.day:02}": False,
    lambda day: f"{day.isoformat()}T00:00:00+09:00": False,
    lambda day: f"{day.isoformat()}T23:59:59+09:00": False,
    lambda day: f"{day.isoformat()} 00:00:00": False,
    lambda day: [day.isoformat()]: False,
}
INVALID_DATES: dict[Callable[[date], Value], bool] = {
    lambda day: f"{(day - timedelta(1)).isoformat()}T15:00:00Z": False,
    lambda day: f"{day.year}-{day.month:02}-32": False,
    lambda day: f"{day.year}-13-{day.day:02}": False,
    lambda day: f"{day.isoformat()}/{day.isoformat()}": False,
    lambda day: day.toordinal(): False,
    lambda day: f"{day.year:04}-02-30": False,
}
DATES: Examples = st.one_of(
    _formatted(DAYS, DATE_FORMATS, date.isoformat),
    _formatted(RECENT_DAYS, DATE_FORMATS, date.isoformat),
    st.builds(lambda day, way: Example(way(day)), RECENT_DAYS, st.sampled_from(list(INVALID_DATES))),
    BOOLEANS,
    WORDS,
)

TIME_FORMATS: dict[Callable[[time], Value], bool] = {
    lambda t: f"{t:%H:%M}": True,
    lambda t: f"{t.hour}:{t.minute:02}": True,
    lambda t: {"value": f"{t:%H:%M}"}: True,
    lambda t: f"{t:%H:%M:%S}": False,
    lambda t: f"{t:%H:%M}".translate(FULL_WIDTH): False,
    lambda t: f"{t.hour}時{t.minute}分": False,
    lambda t: f"{t:%I:%M %p}": False,
    lambda t: f"午{'前' if t.hour < 12 else '後'}{t.hour % 12}時{t.minute}分": False,
}
TIMES: Examples = st.one_of(
    _formatted(st.times(), TIME_FORMATS, lambda t: f"{t:%H:%M}"),
    st.times().map(lambda t: Example(f"{t.hour + 24}:{t.minute:02}")),
    st.times().map(lambda t: Example(f"{t.hour:02}:{t.minute + 60}")),
    st.times().map(lambda t: Example(t.hour * 100 + t.minute)),
    st.floats(0, 1).map(Example),
    BOOLEANS,
    WORDS,
)

OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DATETIME_VALUES = st.builds(
    lambda moment, zone: moment.replace(tzinfo=zone),
    st.datetimes(datetime(1001, 1, 1), datetime(9998, 12, 31)),  # noqa: DTZ001 - the zone is drawn beside it
    OFFSETS,
)


def in_utc(moment: datetime) -> str:
    """Return a date and time as kintone shows it: in UTC, without seconds."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}-{utc:%m-%dT%H:%M}:00Z"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


DATETIME_FORMATS: dict[Callable[[datetime], Value], bool] = {
    _iso: True,
    in_utc: True,
    lambda moment: {"value": _iso(moment)}: True,
    lambda moment: _iso(moment).replace("T", " "): False,
    lambda moment: moment.isoformat(timespec="minutes"): False,
    lambda moment: moment.isoformat(timespec="milliseconds"): False,
    lambda moment: _iso(moment).translate(FULL_WIDTH): False,
    lambda moment: _iso(moment).replace("-", "/", 2).replace("T", " "): False,
}
INVALID_DATETIMES: list[Callable[[datetime], Value]] = [
    lambda moment: _iso(moment.replace(tzinfo=None)),
    lambda moment: moment.date().isoformat(),
    lambda moment: f"{moment:%Y/%m/%d %H:%M}",
    lambda moment: f"{_iso(moment.replace(tzinfo=None))}+25:00",
    lambda moment: f"{moment.date().isoformat()}T25:00:00Z",
    lambda moment: int(moment.timestamp()),
]
DATETIMES: Examples = st.one_of(
    _formatted(DATETIME_VALUES, DATETIME_FORMATS, in_utc),
    st.builds(lambda moment, way: Example(way(moment)), DATETIME_VALUES, st.sampled_from(INVALID_DATETIMES)),
    BOOLEANS,
    WORDS,
)

# ---------------------------------------------------------------------------------------------------------------------
# All types

TYPES: dict[str, tuple[dict[str, Any], Examples]] = {
    "NUMBER": ({"type": "NUMBER"}, st.one_of(NUMBERS, blanks(""), NO_VALUES)),
    "SINGLE_LINE_TEXT": ({"type": "SINGLE_LINE_TEXT"}, st.one_of(TEXTS, NO_VALUES)),
    "MULTI_LINE_TEXT": ({"type": "MULTI_LINE_TEXT"}, st.one_of(TEXTS, NO_VALUES)),
    "RICH_TEXT": ({"type": "RICH_TEXT"}, st.one_of(TEXTS, NO_VALUES)),
    "LINK": ({"type": "LINK", "protocol": "WEB"}, st.one_of(LINKS, blanks(""), NO_VALUES)),
    "CHECK_BOX": ({"type": "CHECK_BOX", "options": OPTIONS}, st.one_of(CHOICES, blanks([]), NO_VALUES)),
    "MULTI_SELECT": ({"type": "MULTI_SELECT", "options": OPTIONS}, st.one_of(CHOICES, blanks([]), NO_VALUES)),
    "DROP_DOWN": ({"type": "DROP_DOWN", "options": OPTIONS}, st.one_of(SINGLE_CHOICES, blanks(""), NO_VALUES)),
    "RADIO_BUTTON": ({"type": "RADIO_BUTTON", "options": OPTIONS}, st.one_of(SINGLE_CHOICES, NO_VALUES)),
    "DATE": ({"type": "DATE"}, st.one_of(DATES, blanks(""), NO_VALUES)),
    "TIME": ({"type": "TIME"}, st.one_of(TIMES, blanks(""), NO_VALUES)),
    "DATETIME": ({"type": "DATETIME"}, st.one_of(DATETIMES, blanks(""), NO_VALUES)),
    "USER_SELECT": ({"type": "USER_SELECT"}, st.one_of(people("sato", "suzuki", "tanaka"), blanks([]), NO_VALUES)),
    "ORGANIZATION_SELECT": (
        {"type": "ORGANIZATION_SELECT"},
        st.one_of(people("sales", "support"), blanks([]), NO_VALUES),
    ),
    "GROUP_SELECT": ({"type": "GROUP_SELECT"}, st.one_of(people("everyone", "managers"), blanks([]), NO_VALUES)),
}
"""Each writable type: properties of a field, and the strategy for its values."""
