"""In which encoding a file of records is read, and where its bytes break it."""

import pytest

from kintone.record_files import FileEncoding
from tests.unit.record_file_samples import in_chunks, read, refusal

JAPANESE = "商品コード,品名\r\na,①髙\r\n"
# Chinese words whose bytes in GBK are all characters of code page 932 too.
CHINESE = "商品名称"


def test_code_page_932_is_told_by_its_header() -> None:
    """Excel's CSV of Japan is read without a word about its encoding, with ① and 髙, which Shift_JIS itself lacks."""
    outcome = read(JAPANESE.encode("cp932"))

    assert outcome.error == ""
    assert outcome.values == [{"sku": "a", "name": "①髙"}]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932"])
@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1000])
def test_chunks_may_end_inside_a_character(codec: str, chunk: int) -> None:
    """The same records come out however the bytes arrive."""
    text = "sku,商品コード2,品名\r\na,,品\u0085\r\n".replace("商品コード2", "メモ")
    data = text.replace("\u0085", "目").encode(codec)

    assert read(data, chunk=chunk).values == [{"sku": "a", "memo": "", "name": "品目"}]


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff"])
def test_byte_order_mark_before_a_quoted_header_belongs_to_nothing(mark: str) -> None:
    """It is part neither of the name nor of the quotes."""
    assert read(f'{mark}"sku","品名"\r\n"a","b"\r\n').values == [{"sku": "a", "name": "b"}]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_and_tabs(codec: str) -> None:
    """Excel's "Unicode text" is UTF-16 with tabs."""
    data = "\ufeffsku\t品名\r\na\t東京, 大阪\r\n".encode(codec)

    assert read(data).values == [{"sku": "a", "name": "東京, 大阪"}]


def test_utf_16_may_be_named() -> None:
    """A file without mark whose beginning has no ASCII is read as what the caller says."""
    data = "品名\n東京\n".encode("utf-16-le")

    assert read(data, encoding=FileEncoding.UTF_16).values == [{"name": "東京"}]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("a.cybozu.cn", CHINESE), ("a.cybozu.com", None), ("a.s.cybozu.com", None)],
)
def test_site_decides_where_both_old_encodings_serve(host: str, expected: str | None) -> None:
    """With an ASCII header the bytes may be Japanese or Chinese: a Chinese site has GB18030, a Japanese 932."""
    data = f"sku,name\na,{CHINESE}\n".encode("gb18030")
    wanted = expected or data.split(b",")[-1].strip().decode("cp932")

    assert read(data, host=host).values == [{"sku": "a", "name": wanted}]


@pytest.mark.parametrize("host", ["a.kintone.com", "127.0.0.1", "cybozu.cn.example.com"])
def test_nothing_is_guessed_on_other_sites(host: str) -> None:
    """Where both serve and the site does not tell, the call asks for file_encoding."""
    data = f"sku,name\na,{CHINESE}\n".encode("gb18030")

    assert "file_encoding" in refusal(data, host=host)
    assert read(data, encoding=FileEncoding.GB18030, host=host).values == [{"sku": "a", "name": CHINESE}]


def test_header_in_chinese_is_told_from_japanese_on_any_site() -> None:
    """Bytes of GB18030 that code page 932 has too are read as what the form's labels are."""
    data = "商品コード,品名\na,数量\n".encode("gb18030")

    assert read(data, host="a.cybozu.com").values == [{"sku": "a", "name": "数量"}]


def test_encoding_stays_open_as_long_as_all_is_ascii() -> None:
    """The first Japanese line may come after any number of ASCII lines, and is then read by what it is."""
    lines = b"sku,name\n" + b"".join(b"k%d,x\n" % number for number in range(30_000))

    outcome = read(in_chunks(lines + "z,東京\n".encode("cp932"), 4096), host="a.cybozu.com")

    assert (outcome.values[-1], len(outcome.records)) == ({"sku": "z", "name": "東京"}, 30_001)


@pytest.mark.parametrize("chunk", [1, 11, 1000])
def test_encoding_is_not_decided_by_the_first_two_bytes(chunk: int) -> None:
    """Half-width katakana in Shift_JIS may look like UTF-8 as long as nothing else follows."""
    data = "sku,name\na,\uff83\uff61\nb,東京\n".encode("cp932")

    assert [each["name"] for each in read(data, chunk=chunk, host="a.cybozu.com").values] == ["\uff83\uff61", "東京"]


def test_header_of_no_encoding_is_refused_with_both_named() -> None:
    """Bytes that are not UTF-8, and whose header is no field's in any encoding, are refused in one sentence."""
    error = refusal("担当部署,所在地\na,b\n".encode("cp932"))

    assert "Shift_JIS" in error
    assert "GB18030" in error


def test_bytes_of_no_encoding_are_refused() -> None:
    """Bytes that none of the encodings has are no text."""
    assert "UTF-8" in refusal(b"sku,name\na,\xff\xff\x80\xff\n")


@pytest.mark.parametrize("kept", [1, 2])
def test_utf_8_that_was_cut_inside_a_character_is_cut(kept: int) -> None:
    """It is not taken for another encoding, and the line is named."""
    data = "sku,name\na,東\nb,".encode() + "京".encode()[:kept]

    error = refusal(data)

    assert "line 3" in error
    assert "cut" in error


def test_other_encodings_that_were_cut_inside_a_character_are_cut_too() -> None:
    """The header tells the encoding, so that the cut can be told."""
    error = refusal("商品コード,品名\na,東".encode("cp932")[:-1])

    assert "line 2" in error
    assert "cut" in error


def test_byte_that_breaks_the_encoding_later_names_its_line() -> None:
    """What was read before it comes out; lines inside quotes count."""
    good = '"a","1\r\n2"\r\n' * 20_000
    data = f"sku,memo\r\n\u6771,x\r\n{good}".encode() + b"b,\xfa\r\n"

    outcome = read(in_chunks(data, 8192))

    assert "line 40003 " in outcome.error
    assert "UTF-8" in outcome.error
    assert outcome.lines[:3] == [2, 3, 5]


@pytest.mark.parametrize("undefined", [b"\x80", b"\xa0", b"\xfd", b"\xff"])
def test_bytes_that_python_alone_reads_as_code_page_932_are_refused(undefined: bytes) -> None:
    """Python's cp932 turns bytes that the code page lacks into other characters; they break the file."""
    data = "商品コード,品名\na,x\nb,".encode("cp932") + undefined + b"\n"

    assert "line 3" in read(data, encoding=FileEncoding.SHIFT_JIS).error


@pytest.mark.parametrize("host", ["a.kintone.com", "127.0.0.1", "a.cybozu.com"])
@pytest.mark.parametrize("name", ["Müller Straße", "Größe", "Höß"])
def test_header_in_ascii_proves_no_encoding(host: str, name: str) -> None:
    """Latin-1 often passes as GB18030 alone: its letters are not stored as Chinese."""
    data = f"sku,name\na,x\nb,{name}\n".encode("latin-1")

    error = refusal(data, host=host)

    assert "line 3" in error
    assert "file_encoding" in error


def test_column_that_is_skipped_proves_no_encoding() -> None:
    """Nor does a header that no encoding turns into a field."""
    data = "sku,name,Größe\na,Müller,Straße\n".encode("latin-1")

    assert "file_encoding" in refusal(data, host="a.kintone.com", skip_unknown_columns=True)


@pytest.mark.parametrize("header", ["sku,name", "sku,品名"])
@pytest.mark.parametrize("host", ["a.cybozu.com", "a.cybozu.cn", "a.kintone.com"])
def test_damaged_utf_8_is_not_taken_for_another_encoding(header: str, host: str) -> None:
    """Many of its characters are some of code page 932 too; the line of the byte that breaks it is named."""
    data = f"{header}\na,あいうえ\nb,".encode() + "髙橋\n".encode("cp932")

    error = refusal(data, host=host, skip_unknown_columns=True)

    assert "line 3" in error
    assert "UTF-8" in error


def test_byte_that_breaks_every_encoding_names_its_line() -> None:
    """The first lines of the file tell which encoding was meant."""
    good = "".join(f"k{number},東京\n" for number in range(100))

    for codec in ("utf-8", "cp932", "gb18030"):
        assert "line 102 " in refusal(f"sku,name\n{good}".encode(codec) + b"x,\xff\xfe\n", host="a.cybozu.com")


def test_named_encoding_counts_and_a_mark_counts_more() -> None:
    """A caller's word is followed, except against a byte order mark."""
    assert "line 2" in read(b"sku,name\na,\x93\x8c\x8b\x9e\n", encoding=FileEncoding.UTF_8).error
    marked = read("\ufeffsku,name\na,東京\n".encode(), encoding=FileEncoding.SHIFT_JIS)
    assert marked.values == [{"sku": "a", "name": "東京"}]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
        (b"\n  <HTML>\n", "HTML"),
        (b'<?xml version="1.0"?>', "HTML"),
        (b"PK\x03\x04\x14\x00\x06\x00", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00" * 9, "zero bytes"),
    ],
)
def test_what_is_no_file_of_records_is_refused_as_what_it_is(data: bytes, word: str) -> None:
    """A web page, a ZIP file or nothing, called .csv, is named."""
    assert word in refusal(data)


@pytest.mark.parametrize("start", ["[必須]品名", "{品名}"])
def test_header_that_begins_with_a_bracket_is_no_json(start: str) -> None:
    """A label may begin with a bracket; the columns are then looked up."""
    assert "header" in refusal(f"{start},sku\na,b\n")


@pytest.mark.parametrize("named", [FileEncoding.AUTO, FileEncoding.UTF_8, FileEncoding.SHIFT_JIS])
def test_iso_2022_jp_is_refused_by_line(named: FileEncoding) -> None:
    """All its bytes are ASCII, so that every encoding reads them, as other letters (RFC 1468)."""
    data = "sku,name\r\na,x\r\nb,東京\r\n".encode("iso2022_jp")

    assert "line 3 " in read(data, encoding=named).error
    assert "ISO-2022-JP" in refusal('[{"sku": "東京"}]'.encode("iso2022_jp"), encoding=named)


@pytest.mark.parametrize("named", [FileEncoding.SHIFT_JIS, FileEncoding.GB18030])
@pytest.mark.parametrize("lines", [0, 10_000])
def test_utf_8_is_not_read_as_the_old_encoding_that_is_named(named: FileEncoding, lines: int) -> None:
    """Its bytes often pass as that too, as other letters: 東京 is 譚ｱ莠ｬ in code page 932."""
    data = ("sku,name\n" + "a,x\n" * lines + "b,東京\n").encode()
    data.decode({FileEncoding.SHIFT_JIS: "cp932", FileEncoding.GB18030: "gb18030"}[named])
    outcome = read(data, encoding=named, chunk=10_000)

    assert "UTF-8" in outcome.error
    assert "auto" in outcome.error
    assert not any(record["name"] != "x" for record in outcome.values)


@pytest.mark.parametrize(("text", "codec"), [("ﾄ｡x", "cp932"), ("①髙", "cp932"), ("漢字", "gb18030")])
def test_old_encoding_that_is_named_is_taken(text: str, codec: str) -> None:
    """Also where few of its bytes happen to be UTF-8, in which ﾄ｡ is a letter."""
    named = FileEncoding.SHIFT_JIS if codec == "cp932" else FileEncoding.GB18030

    assert read(f"name\n{text}\n".encode(codec), encoding=named).values == [{"name": text}]


def test_escape_character_alone_is_text() -> None:
    """Only the sequences that begin Japanese characters are meant."""
    assert read("sku,name\na,\x1b[0m $B\n").values == [{"sku": "a", "name": "\x1b[0m $B"}]
