"""Reading and caching the form of an app."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.access.credentials import Access, Tokens
from kintone.access.sites import read_site
from kintone.errors import KintoneError, UnknownResponseError
from kintone.forms.answers import parse_form, parse_precision
from kintone.forms.fields import Entity, Form, Lookup
from kintone.forms.reading import FormCache, FormKey, FormsApi, read_form
from kintone.messages import Message
from kintone.values.numbers import DEFAULT_PRECISION, NumberPrecision
from tests.unit.form_samples import columns, field, make_form, options, rich_form
from tests.unit.in_process import InProcess

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_limits_arrive_as_text_and_absent_ones_as_empty_text() -> None:
    """Numbers in text are converted, and an empty text means no limit."""
    form = make_form(
        field("SINGLE_LINE_TEXT", "a", minLength="2", maxLength=""),
        field("NUMBER", "b", minValue="-1.5", maxValue="99999999999999999999.1"),
    )
    assert (form.fields["a"].limits.min_length, form.fields["a"].limits.max_length) == (2, None)
    assert form.fields["b"].limits.max_value == Decimal("99999999999999999999.1")


def test_options_are_sorted_by_their_index() -> None:
    """Options are sorted by their index, which is a text in kintone's answer."""
    raw = {"B": {"label": "b", "index": "10"}, "A": {"label": "", "index": "9"}}
    assert list(make_form(field("DROP_DOWN", "x", options=raw)).fields["x"].options.items()) == [("A", "A"), ("B", "b")]


def test_what_a_lookup_fills_is_marked_also_inside_tables() -> None:
    """Fields that a lookup fills are not writable, in tables too."""
    lookup = {"fieldMappings": [{"field": "price", "relatedField": "p"}]}
    table = columns(field("NUMBER", "item", lookup=lookup), field("NUMBER", "price"))
    form = make_form(field("SUBTABLE", "lines", fields=table))
    assert form.fields["lines"].columns["item"].lookup
    assert form.fields["lines"].columns["price"].copied
    assert form.tables_by_column == {"item": "lines", "price": "lines"}


def test_a_default_or_now_fills_a_field() -> None:
    """A default of any kind and the current time count as defaults; empty ones do not."""
    form = make_form(
        field("DATE", "a", defaultNowValue=True),
        field("CHECK_BOX", "b", defaultValue=["x"], options=options("x")),
        field("CHECK_BOX", "c", defaultValue=[], options=options("x")),
    )
    assert [form.fields[code].has_default for code in "abc"] == [True, True, False]


def test_update_keys_are_unique_texts_and_numbers() -> None:
    """Only fields of these types that prohibit duplicates can be update keys."""
    assert rich_form().update_key_codes() == ["name", "price"]


@pytest.mark.parametrize(
    "properties",
    [
        None,
        [],
        "x",
        {"a": 1},
        {"a": {"type": 5}},
        {"a": {"type": "DROP_DOWN", "options": ["x"]}},
        {"a": {"type": "DROP_DOWN", "options": {"x": 1}}},
        {"a": {"type": "SUBTABLE", "fields": "x"}},
        {"a": {"type": "NUMBER", "minValue": "abc"}},
        {"a": {"type": "NUMBER", "minValue": "9" * 100}},
        {"a": {"type": "NUMBER", "minValue": float("inf")}},
        {"a": {"type": "SINGLE_LINE_TEXT", "maxLength": "1.5"}},
        {"a": {"type": "SINGLE_LINE_TEXT", "maxLength": True}},
        {"a": {"type": "SINGLE_LINE_TEXT", "required": "yes"}},
        {"a": {"type": "SINGLE_LINE_TEXT", "lookup": {"fieldMappings": "x"}}},
        {"a": {"type": "SINGLE_LINE_TEXT", "label": 7}},
    ],
)
def test_a_form_of_another_shape_is_an_unknown_response(properties: object) -> None:
    """The error names the app."""
    with pytest.raises(UnknownResponseError, match="app 7"):
        parse_form({"properties": properties}, "7")


@settings(deadline=None)
@given(JSON)
def test_any_json_is_a_form_or_an_unknown_response(properties: object) -> None:
    """No answer raises another error."""
    with contextlib.suppress(UnknownResponseError):
        assert isinstance(parse_form({"properties": properties}, "1"), Form)


def test_reading_asks_once_with_the_app(site: InProcess) -> None:
    """The form is one GET with the app's id, repeated while kintone is busy."""
    site.kintone.fail(status=503)
    form = read_form(site.client, site.app)

    assert (form.revision, form.fields["name"].type.name) == ("1", "NUMBER")
    assert [(asked.call, asked.parameters) for asked in site.asked] == [("GET app/form/fields", {"app": "1"})] * 2


def _key(app: str = "1") -> FormKey:
    return FormKey(app, Access(read_site("x.cybozu.com", frozenset()), Tokens("a" * 40)).digest())


def test_a_form_is_read_once_within_its_time(site: InProcess) -> None:
    """Within the time to live a second read sends no request; afterwards it sends one."""
    now = [0.0]
    cache = FormCache(time_to_live=60, clock=lambda: now[0])
    forms = FormsApi(site.client, cache, _key)
    forms.read(1)
    now[0] = 59
    forms.read("1")
    assert len(site.asked) == 1
    now[0] = 61
    forms.read(1)
    assert len(site.asked) == 2


def test_a_dropped_or_refreshed_form_is_read_again(site: InProcess) -> None:
    """Dropping a form, and asking for a fresh one, lead to a request."""
    forms = site.client.forms
    forms.read(1)
    forms.drop(1)
    forms.read(1)
    forms.read(1, fresh=True)
    assert len(site.asked) == 3


def test_the_cache_is_bounded() -> None:
    """The least recently used forms are removed."""
    cache = FormCache(capacity=2)
    form = make_form(field("NUMBER", "a"))
    for app in ("1", "2", "1", "3"):
        cache.form(_key(app), lambda: form)
    newer = make_form(field("NUMBER", "a"), app="newer")
    assert len(cache) == 2
    assert cache.form(_key("1"), lambda: newer) is form
    assert cache.form(_key("2"), lambda: newer) is newer


def test_a_form_dropped_while_it_was_read_is_not_kept() -> None:
    """A form that was read before the drop may be outdated."""
    cache = FormCache()
    key = _key()

    def read() -> Form:
        cache.drop(key)
        return make_form(field("NUMBER", "a"))

    cache.form(key, read)
    assert len(cache) == 0


def test_an_error_while_reading_is_not_kept() -> None:
    """The error is raised, and the next call reads again."""
    cache = FormCache()

    def fail() -> Form:
        raise KintoneError(Message("no"))

    with pytest.raises(KintoneError):
        cache.form(_key(), fail)
    assert cache.form(_key(), lambda: make_form(field("NUMBER", "a"))).app == "12"


def test_the_cache_may_be_used_by_many_threads() -> None:
    """Concurrent reads and drops neither fail nor return another key's form."""
    cache = FormCache(capacity=3)

    def use(number: int) -> bool:
        key = _key(str(number % 5))
        if number % 7 == 0:
            cache.drop(key)
        return cache.form(key, lambda: make_form(field("NUMBER", "a"), app=key.app)).app == key.app

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(500)))
    assert len(cache) <= 3


def test_the_precision_is_kept_with_its_own_form_only() -> None:
    """A form that replaced it is not changed, and the time to live goes on."""
    now = [0.0]
    cache = FormCache(time_to_live=60, clock=lambda: now[0])
    key = _key()
    old, newer = make_form(field("NUMBER", "a")), make_form(field("NUMBER", "b"))
    known = old.with_precision(NumberPrecision(8, 2))
    cache.form(key, lambda: old)
    now[0] = 30.0
    cache.replace(key, old, known)
    assert cache.form(key, lambda: newer) is known
    now[0] = 61.0
    assert cache.form(key, lambda: newer) is newer
    cache.replace(key, old, known)
    assert cache.form(key, lambda: old) is newer


def test_precision_is_asked_for_once(site: InProcess) -> None:
    """A form that has its precision is not read for it again."""
    form = site.client.forms.with_precision(site.client.forms.read(site.app))

    assert site.client.forms.with_precision(form) is form
    assert site.calls["GET app/settings"] == 1


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({"digits": "8", "decimalPlaces": "2", "roundingMode": "UP"}, NumberPrecision(8, 2, "UP")),
        ({"digits": 8, "decimalPlaces": 0, "roundingMode": "DOWN"}, NumberPrecision(8, 0, "DOWN")),
        ({"digits": "2", "decimalPlaces": "8", "roundingMode": "UP"}, DEFAULT_PRECISION),
        ({"digits": "31", "decimalPlaces": "4", "roundingMode": "UP"}, DEFAULT_PRECISION),
        ({"digits": "20", "decimalPlaces": "11", "roundingMode": "UP"}, DEFAULT_PRECISION),
        ({"digits": "8", "decimalPlaces": "2", "roundingMode": "SIDEWAYS"}, DEFAULT_PRECISION),
        (None, DEFAULT_PRECISION),
    ],
)
def test_impossible_precision_is_replaced_by_the_default(raw: object, wanted: NumberPrecision) -> None:
    """Kintone's default is used and marked as such."""
    assert parse_precision(raw, Message("reading")) == wanted


@pytest.mark.parametrize(
    "raw",
    [
        {},
        [],
        "16",
        {"digits": "8", "decimalPlaces": "2"},
        {"digits": "8", "decimalPlaces": "-2", "roundingMode": "UP"},
        {"digits": "1_0", "decimalPlaces": "2", "roundingMode": "UP"},
        {"digits": True, "decimalPlaces": "0", "roundingMode": "UP"},
        {"digits": "8", "decimalPlaces": None, "roundingMode": "UP"},
        {"digits": "8", "decimalPlaces": "2", "roundingMode": ["UP"]},
    ],
)
def test_precision_of_another_shape_is_an_unknown_response(raw: object) -> None:
    """An answer in another shape is not treated as an unknown setting."""
    with pytest.raises(UnknownResponseError):
        parse_precision(raw, Message("reading"))


def test_what_a_model_needs_to_know_of_a_field_is_read() -> None:
    """Unit, decimals, formula, current time as default, whom one may choose, and whether a status is on."""
    form = make_form(
        field("NUMBER", "price", unit="円", unitPosition="AFTER", displayScale="2"),
        field("CALC", "total", expression="price * 2", format="NUMBER_DIGIT", displayScale=""),
        field("DATE", "due", defaultNowValue=True, defaultValue=""),
        field("DATE", "end", defaultNowValue=False, defaultValue="2026-04-01"),
        field("USER_SELECT", "owner", entities=[{"type": "USER", "code": "sato"}, {"type": "GROUP", "code": "all"}]),
        field("STATUS", "状態", enabled=True),
        field("CATEGORY", "分類", enabled=False),
        field("GROUP", "box"),
    )
    fields = form.fields
    assert (fields["price"].unit, fields["price"].shown_decimals) == ("円", 2)
    assert (fields["total"].expression, fields["total"].shown_decimals) == ("price * 2", None)
    assert [fields[code].default_now for code in ("due", "end")] == [True, False]
    assert fields["end"].default == "2026-04-01"
    assert fields["owner"].entities == (Entity("USER", "sato"), Entity("GROUP", "all"))
    assert [code for code, each in fields.items() if each.is_in_records] == [
        "price", "total", "due", "end", "owner", "状態",
    ]  # fmt: skip


def test_lookup_tells_its_source_and_what_it_fills() -> None:
    """App, key field and copied fields are read; a filled field names the lookup that fills it."""
    lookup = {
        "relatedApp": {"app": "8", "code": ""},
        "relatedKeyField": "customer_code",
        "fieldMappings": [{"field": "company", "relatedField": "name"}, {"field": "phone", "relatedField": "tel"}],
    }
    form = make_form(
        field("NUMBER", "customer", lookup=lookup), *(field("LINK", code) for code in ("company", "phone"))
    )
    assert form.fields["customer"].lookup == Lookup("8", "customer_code", {"company": "name", "phone": "tel"})
    assert [form.fields[code].copied_by for code in ("customer", "company", "phone")] == ["", "customer", "customer"]


@pytest.mark.parametrize("related", [None, {}, {"app": None}, {"app": ""}, {"app": "", "code": "customers"}])
def test_lookup_whose_source_is_not_shown(related: object) -> None:
    """A lookup without a source app is read all the same; its app is blank."""
    form = make_form(field("NUMBER", "customer", lookup={"relatedApp": related, "fieldMappings": []}))
    assert form.fields["customer"].lookup == Lookup("", "", {})
