"""Files that are broken anywhere are refused in a sentence or by line, never in another way."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.record_files import FileEncoding
from tests.unit.record_file_samples import read

GOOD = (
    (
        "sku,品名,メモ,単価,due,moment,タグ [複数][A],owner\r\n"
        'a,"x, y","1\r\n2","1,200",2026/4/1,2026/4/1 9:30,1,佐藤 (sato)\r\n'
        "b,,,,,,,\r\n"
    ),
    '*,"sku","lines","item","qty","visits","day"\n*,"a","1","x","2",,\n,"a","2","y","3","9","2026-01-01"\n*,"b",,,,,\n',
    'sku,lines\na,"item: x, qty: 2\nitem: y"\nb,\n',
    '{"records": [{"updateKey": {"field": "sku", "value": "a"}, "record": {"name": {"value": "東"}}}, {"price": 1.5}]}',
    '{"$id": "5", "name": "x", "lines": [{"id": "1", "item": "y"}], "moment": "2026-04-01 9:30"}\n{"sku": "b"}\n',
)
CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp932", "gb18030")
PIECES = st.one_of(
    st.binary(max_size=3),
    st.sampled_from(
        [b'"', b",", b"\n", b"\r", b"\x00", b"{", b"[", b"]", b"}", b":", b"\\", b"*", b"\xef\xbb\xbf", b"'="]
    ),
    st.sampled_from([b"NaN", b"1e999", b"null", b"\\ud800", b"[[[[", b'"id"', b"\xff\xfe", b"\x81", b"\xe3\x80"]),
)
SETTINGS = st.fixed_dictionaries(
    {
        "update_key": st.sampled_from([None, "sku", "$id", "number", "zzz"]),
        "skip_unknown_columns": st.booleans(),
        "encoding": st.sampled_from(FileEncoding),
        "host": st.sampled_from(["a.cybozu.com", "a.cybozu.cn", "a.kintone.com"]),
        "rules": st.booleans(),
        "first_entry": st.sampled_from([1, 2]),
    }
)


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    """Return a file with up to three pieces of it replaced, or any bytes."""
    if not draw(st.integers(0, 9)):
        return draw(st.binary(max_size=60))
    data = draw(st.sampled_from(GOOD)).encode(draw(st.sampled_from(CODECS)))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.sampled_from([0, 0, 1, 2, 20]))
        data = data[:start] + draw(PIECES) + data[end:]
    return data[: draw(st.integers(0, len(data)))] if not draw(st.integers(0, 3)) else data


@settings(max_examples=400, deadline=None)
@given(data=broken_files(), chunk=st.sampled_from([1, 7, 1000]), chosen=SETTINGS)
def test_broken_files_are_refused_in_words(data: bytes, chunk: int, chosen: dict[str, Any]) -> None:
    """The sentence begins with the parameter; every problem has a line of the file, and positions count up."""
    outcome = read(data, chunk=chunk, **chosen)

    lines = data.count(b"\n") + data.count(b"\r") + 1
    assert outcome.error.startswith("[INVALID_INPUT] records_file: ") or not outcome.error
    assert all(1 <= line <= lines for line, _, _ in outcome.problems)
    assert outcome.lines == sorted(outcome.lines)
    first = chosen["first_entry"]
    assert [record.position for record in outcome.records] == list(range(first, first + len(outcome.records)))


@settings(max_examples=100, deadline=None)
@given(data=broken_files(), sizes=st.tuples(st.integers(1, 9), st.integers(10, 100)))
def test_how_the_bytes_arrive_changes_nothing(data: bytes, sizes: tuple[int, int]) -> None:
    """Values, problems and lines are those of the file."""
    one, other = (read(data, chunk=size, host="a.cybozu.com") for size in sizes)

    assert (one.values, one.problems, one.lines, one.error) == (other.values, other.problems, other.lines, other.error)
