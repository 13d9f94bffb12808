"""Parameters that carry data, in every form that Dify, people and models hand them over."""

from decimal import Decimal

import pytest

from kintone.errors import InvalidParameterError
from tools.structured_text import is_absent, read_structure, unwrap

WANTED = {"name": "東京", "n": [1, None, True]}


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "東京", "n": [1, null, true]}',
        '\ufeff  {"name": "東京", "n": [1, null, true]}\n',
        '```json\n{"name": "東京", "n": [1, null, true]}\n```',
        '\n```\n{"name": "東京", "n": [1, null, true]}\n```\n',
        '~~~JSON\n{"name": "東京", "n": [1, null, true]}\n~~~',
        '```json {"name": "東京", "n": [1, null, true]} ```',
        "{'name': '東京', 'n': [1, None, True]}",
        "```python\n{'name': '東京', 'n': [1, None, True]}\n```",
        r"{'name': '\u6771\u4eac', 'n': [1, None, True]}",
        '{"name": "\\u6771\\u4eac", "n": [1, null, true]}',
        {"name": "東京", "n": [1, None, True]},
    ],
)
def test_one_record_is_read_from_every_form(text: object) -> None:
    """JSON, decoded objects, code fences and Python literals mean the same."""
    assert read_structure("record_data", text) == WANTED


@pytest.mark.parametrize(
    "value",
    [
        "it's",
        'say "hi"',
        "both ' and \"",
        "back\\slash",
        "line\nend\ttab\r",
        "\x7f\x00\x1f",
        "\u200b\u3000",
        "𠮷野家 😀",
        "[[[{'",
        "None True",
        "\\'",
        "```",
        "{'a': 1}",
        "",
    ],
)
def test_what_repr_writes_is_read_back(value: str) -> None:
    """Dify renders a list of objects with repr; every text survives that, whatever quotes repr chooses."""
    data: list[object] = [{"k": value, value: [None, True, False, -1, 1.5, {}]}]
    assert read_structure("records_data", repr(data)) == data


def test_decimal_numbers_keep_every_digit() -> None:
    """A number with a decimal point never passes through a binary float."""
    read = read_structure("record_data", '{"a": 12345678901234567890.12, "b": 0.1, "c": 123456789012345678901}')
    assert read == {"a": Decimal("12345678901234567890.12"), "b": Decimal("0.1"), "c": 123456789012345678901}


@pytest.mark.parametrize("value", [None, "", "  \n", "\ufeff", "\u3000"])
def test_blank_is_absent(value: object) -> None:
    """Nothing, None, empty and blank mean the same."""
    assert is_absent(value)


@pytest.mark.parametrize("value", ["{}", {}, [], 0, False, "x"])
def test_anything_else_is_not_absent(value: object) -> None:
    """An empty object is something, and so are zero and false."""
    assert not is_absent(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1,}', ("line 1, column 8", "comma")),
        ('{\n  "a": 1\n  "b": 2\n}', ("line 3, column 3", "comma", '\\"b')),
        ("[{'a': 1},\n]", ("line 1, column 10", "comma")),
        ('{"a": }', ("line 1, column 7", "a value is needed")),
        ('{"a" 1}', ("line 1, column 6", "colon")),
        ("{a: 1}", ("line 1, column 2", "double quotes")),
        ('{"a": "x', ("line 1, column 7", "closing quote")),
        ('{"a": "x\ny"}', ("line 1, column 9", "\\n")),
        ('{"a": "\\q"}', ("line 1, column 8", "backslash")),
        ('{"a": "\\u12"}', ("line 1, column 9", "hexadecimal")),
        ('{"a": 1} and more', ("line 1, column 10", "more text follows")),
        ("\ufeffx", ("line 1, column 1",)),
        ('{"a\x85": "\x85", "b": x}', ("line 1, column 18",)),
        ('{"a\u2028": "\u2029",\n "b": x}', ("line 2, column 7",)),
        ("{'a\x85': '\u2028', 'b': x}", ("line 1, column 18",)),
        ('```json\n{"\u2028": x}\n```', ("line 2, column 7",)),
        ('```json\n{\n"a": x\n}\n```', ("line 3, column 6",)),
        ("```json\n{}", ("fence", "not closed")),
        ("{'a': 1, 'b': x}", ("line 1, column 15",)),
        ("[{'a': 'x'}\n {'b': 'y'}]", ("line 2, column 2", "comma")),
        ("{'a': b'x'}", ("line 1, column 7",)),
        ("{'a': {1, 2}}", ("line 1, column 8",)),
        ("{'a': (1, 2)}", ("line 1, column 7",)),
        ("{'a': 1j}", ("line 1, column 8",)),
        ("{1: 'a'}", ("line 1, column 2", "double quotes")),
        ("{'a': __import__('os')}", ("line 1, column 7",)),
        ("{'a': '\\N{DIGIT ONE}'}", ("line 1, column 8",)),
        ("{'a': 'x\\U99999999'}", ("line 1, column 9", "no character")),
        ("{'a': nan}", ("line 1, column 7",)),
        ('{"a": NaN}', ("line 1, column 7", "NaN")),
        ('{"a": -Infinity}', ("line 1, column 7", "Infinity")),
        ('{"a": 1e99999999999999999999}', ("line 1, column 7", "range")),
        ('{"a": ' + "9" * 4301 + "}", ("line 1, column 7", "4300 digits")),
        ('{"a": 1.' + "9" * 4301 + "}", ("line 1, column 7", "4300 digits")),
        ('{"a": 1, "b": 2, "a": 3}', ('"a"', "twice")),
        ("[{'x': {'k': 1, 'k': 2}}]", ('"k"', "twice")),
        ('{"a": "\ud800"}', ("line 1, column 8", "surrogate")),
        ('{"a": "\\ud800"}', ("surrogate",)),
        ('{"\\udfff": 1}', ("surrogate",)),
        ("['\\ud800']", ("surrogate",)),
        ('"text"', ("object or a list", "line 1, column 1")),
        ("5", ("object or a list",)),
        ("null", ("object or a list",)),
        ("hello", ("line 1, column 1",)),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(text: str, words: tuple[str, ...]) -> None:
    """The sentence names the parameter, line and column, what is wrong, and what to write."""
    with pytest.raises(InvalidParameterError) as caught:
        read_structure("record_data", text)
    sentence = str(caught.value.problem)
    assert sentence.startswith("record_data cannot be read")
    assert all(word in sentence for word in words), sentence
    assert '{"field code": "value"}' in sentence


def _nested(levels: int) -> object:
    nested: object = []
    for _ in range(levels):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    "value",
    [
        5, 1.5, True, b"{}", ("a",), {1, 2}, object(), [b"x"], {"a": ("x",)}, {1: 2}, {"a": float("nan")},
        [Decimal("sNaN")], ["\udc00"], {"\udc00": 1}, _nested(100_000),
    ],
    ids=range(15),
)  # fmt: skip
def test_decoded_data_that_json_cannot_carry_is_refused(value: object) -> None:
    """What Dify hands over decoded is checked as a text is."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] record_data cannot be read"):
        read_structure("record_data", value)


@pytest.mark.parametrize("text", ["[" * 65, '{"a":' * 100_000, "[" * 100 + "]" * 100, "[{'a': " * 1_000])
def test_deep_nesting_is_refused_before_it_is_parsed(text: str) -> None:
    """No parser descends into what is nested too deeply."""
    with pytest.raises(InvalidParameterError, match="64 levels"):
        read_structure("records_data", text)


def test_brackets_inside_text_are_no_nesting() -> None:
    """Only structure counts, in either kind of quotes."""
    assert read_structure("records_data", '["' + "[{" * 100 + '"]') == ["[{" * 100]
    assert read_structure("records_data", "['" + "[{" * 100 + "']") == ["[{" * 100]
    assert read_structure("records_data", "[" * 64 + "]" * 64)


def test_a_very_long_python_literal_must_be_json() -> None:
    """Literals are bounded, JSON of the same length is read."""
    assert len(read_structure("records_data", '["' + "x" * 4_000_000 + '"]')) == 1
    with pytest.raises(InvalidParameterError, match="must be JSON"):
        read_structure("records_data", "['" + "x" * 4_000_000 + "']")


def test_a_text_beyond_every_use_is_refused() -> None:
    """Thirty-two million characters are the end."""
    with pytest.raises(InvalidParameterError, match="longer than"):
        read_structure("record_data", " " * 40_000_000 + "{}")


@pytest.mark.parametrize(
    ("structure", "wanted"),
    [
        ({"record_data": {"a": 1}}, {"a": 1}),
        ({"record_data": '{"a": 1}'}, {"a": 1}),
        ({"record_data": [1]}, [1]),
        ({"record_data": {"a": 1}, "b": 2}, {"record_data": {"a": 1}, "b": 2}),
        ({"a": 1}, {"a": 1}),
        ([1], [1]),
    ],
)
def test_a_wrapper_of_the_parameters_name_is_taken_off(structure: object, wanted: object) -> None:
    """Only a sole key of that name is a wrapper; what is in it may be a text again."""
    assert isinstance(structure, dict | list)
    assert unwrap(structure, "record_data") == wanted


def test_a_wrapper_around_nothing_is_refused() -> None:
    """The wrapper must hold an object or a list."""
    with pytest.raises(InvalidParameterError, match="record_data"):
        unwrap({"record_data": None}, "record_data")


@pytest.mark.parametrize("number", [12345678901234567, -(10**15), 1e20, 10**400])
def test_a_whole_number_that_was_perhaps_rounded_is_refused_where_it_came_decoded(number: float) -> None:
    """Whoever decoded it may hold numbers as binary floats; inside a text it is exact."""
    with pytest.raises(InvalidParameterError) as failed:
        read_structure("records_data", [{"record": {"a": {"value": [number]}}}])
    assert "records_data" in str(failed.value)
    assert "as text" in str(failed.value)
    assert read_structure("records_data", "[12345678901234567]") == [12345678901234567]


@pytest.mark.parametrize("number", ["12345678901234567", "1.2345678901234567e+20", "1e+20", "1e400", "-1" + "0" * 15])
def test_long_number_is_refused_when_dify_made_a_literal_of_it(number: str) -> None:
    """An object bound to a text arrives as Python writes it, made of numbers that were binary floats on their way."""
    with pytest.raises(InvalidParameterError, match=r"record_data .*in quotes"):
        read_structure("record_data", f"{{'a': [None, {number}]}}")
    assert read_structure("record_data", f"{{'a': '{number}', 'b': 123456789012345}}")["a"] == number  # type: ignore[call-overload]


@pytest.mark.parametrize("number", [10**15 - 1, 0.1 + 0.2, True, 123456789012345.5])
def test_numbers_of_fifteen_digits_and_fractions_are_taken_decoded(number: float) -> None:
    """A binary float keeps them."""
    assert read_structure("record_data", {"a": number}) == {"a": number}
