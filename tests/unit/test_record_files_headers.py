"""Headers of delimited files: codes, labels, options, keys, and columns that nobody can write."""

import pytest

from tests.unit.form_samples import columns, field, make_form, options
from tests.unit.record_file_samples import labelled, read, refusal


@pytest.mark.parametrize(
    "header", ["sku,name", "商品コード,品名", " sku , 品名\u3000", "\ufeffsku,\ufeffname", "sku,name,,"]
)
def test_header_holds_codes_or_labels(header: str) -> None:
    """Blanks and byte order marks around a name are ignored."""
    assert read(f"{header}\na,b\n").values == [{"sku": "a", "name": "b"}]


@pytest.mark.parametrize(("header", "codes"), [("同じ,sku", ["twin", "twin2"]), ("sku,同じ", ["twin", "twin2"])])
def test_label_of_two_fields_is_refused_with_both_codes(header: str, codes: list[str]) -> None:
    """Whichever was guessed might be the wrong one."""
    error = refusal(f"{header}\na,b\n")

    assert all(code in error for code in codes)


def test_label_of_a_field_and_of_a_column_is_refused_with_both_codes() -> None:
    """Columns of tables count too."""
    form = make_form(
        labelled("SINGLE_LINE_TEXT", "outer", "数量"),
        labelled("SUBTABLE", "rows", "明細", fields={"inner": labelled("NUMBER", "inner", "数量")}),
    )

    error = read("数量\n1\n", form).error

    assert "outer" in error
    assert "inner" in error


def test_group_with_the_label_of_a_field_does_not_make_it_unclear() -> None:
    """A group holds no value, so that the field is meant."""
    assert read("単価\n5\n").values == [{"price": "5"}]


SWAPPED = make_form(
    labelled("NUMBER", "数値", "単価"),
    labelled("NUMBER", "数値_0", "数値"),
    labelled("SINGLE_LINE_TEXT", "other", "品名"),
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("数値,数値_0", {"数値": "1", "数値_0": "2"}),
        ("単価,数値", {"数値": "1", "数値_0": "2"}),
        ("数値,other", {"数値": "1", "other": "2"}),
        ("数値,品名", {"数値_0": "1", "other": "2"}),
    ],
)
def test_code_that_is_the_label_of_another_field_goes_by_the_rest_of_the_header(
    header: str, expected: dict[str, str]
) -> None:
    """Kintone gives such codes by itself; a header has codes or labels."""
    assert read(f"{header}\n1,2\n", SWAPPED).values == [expected]


def test_kintones_own_export_has_labels() -> None:
    """Behind its first column a name that is a code and a label is a label."""
    assert read("レコードの開始行,数値\n*,2\n", SWAPPED).values == [{"数値_0": "2"}]
    assert read("*,数値\n*,2\n", SWAPPED).values == [{"数値": "2"}]


def test_name_that_may_be_a_code_or_a_label_among_both_is_refused() -> None:
    """In a header that mixes codes and labels, nothing tells which is meant."""
    error = read("数値,other,単価\n1,2,3\n", SWAPPED).error

    assert "数値_0" in error


def test_unknown_columns_are_refused_all_at_once_with_the_nearest() -> None:
    """A column that is no field would be lost; its sentence says what there is."""
    error = refusal("sku,nama,prize\na,b,1\n")

    assert all(word in error for word in ("nama", '"name"', "prize", '"price"', "skip_unknown_columns"))


def test_unknown_columns_may_be_skipped() -> None:
    """The caller decides, and gets their names."""
    outcome = read("sku,nama,社内用\na,b,1\n", skip_unknown_columns=True)

    assert (outcome.values, outcome.skipped) == ([{"sku": "a"}], ["nama", "社内用"])


@pytest.mark.parametrize(
    "header", ["sku,sku", "sku,商品コード", "tags,tags[A]", "tags[A],tags", "tags[A],タグ [複数][A]"]
)
def test_field_that_two_columns_hold_is_refused(header: str) -> None:
    """Which of two values counts cannot be told."""
    error = refusal(f"{header}\n1,1\n")

    assert "columns 1" in error
    assert "2" in error


def test_columns_that_nobody_can_write_are_left_out_and_named_once() -> None:
    """Number, creator, times, calculated and copied fields, and columns of tables among them."""
    form = make_form(
        field("SINGLE_LINE_TEXT", "a"),
        field("CALC", "b", expression="1"),
        field("CREATOR", "c"),
        field("UPDATED_TIME", "d"),
        field("RECORD_NUMBER", "e"),
        field("STATUS", "f", enabled=True),
        field("SINGLE_LINE_TEXT", "g", expression="a"),
        field("SINGLE_LINE_TEXT", "h", lookup={"fieldMappings": [{"field": "i", "relatedField": "x"}]}),
        field("SINGLE_LINE_TEXT", "i"),
        field("REFERENCE_TABLE", "j", referenceTable=None),
        field("SUBTABLE", "k", fields={"l": field("CALC", "l", expression="1")}),
    )

    outcome = read("a,b,c,d,e,f,g,h,i,j,l\n" + "1,2,3,4,5,6,7,8,9,10,11\n" * 3, form)

    assert outcome.values == [{"a": "1", "h": "8"}] * 3
    assert outcome.left_out == ["b", "c", "d", "e", "f", "g", "i", "j", "l"]
    assert outcome.problems == []


@pytest.mark.parametrize("header", ["*sku,name", "* 商品コード,name"])
def test_key_that_is_marked_with_an_asterisk_is_refused_with_update_key(header: str) -> None:
    """Older tools mark the key so; here update_key names it."""
    error = refusal(f"{header}\na,b\n")

    assert "update_key" in error


# Options with a column each


def test_options_may_have_a_column_each() -> None:
    """1 means chosen, a blank not; the last bracket is the option, and a label may hold brackets too."""
    outcome = read("sku,タグ [複数][A],タグ [複数][B],タグ [複数][x[1]]\na,1,,1\nb,,,\nc, 1 ,1,\n")

    assert [each["tags"] for each in outcome.values] == [["A", "x[1]"], [], ["A", "B"]]


def test_options_without_a_column_are_those_of_fields_with_option_columns() -> None:
    """In tables too; a field with one column for all of its options lacks none."""
    form = make_form(
        field("CHECK_BOX", "tags", options=options("A", "B", "C")),
        field("MULTI_SELECT", "many", options=options("D", "E")),
        field("SUBTABLE", "rows", fields=columns(field("CHECK_BOX", "done", options=options("F", "G")))),
    )
    outcome = read("*,tags[C],many,done[G]\n*,1,D,1\n", form)

    assert outcome.values == [{"tags": ["C"], "many": ["D"], "rows": [{"done": ["G"]}]}]
    assert outcome.without_column == ["tags[A]", "tags[B]", "done[F]"]


def test_unknown_option_in_a_header_is_refused_at_line_1() -> None:
    """It is named with the options that there are."""
    error = refusal("sku,tags[A],tags[Z]\na,1,\n")

    assert '"Z"' in error
    assert '"B"' in error


@pytest.mark.parametrize("cell", ["0", "x", "true", "○"])
def test_cell_of_an_option_holds_1_or_nothing(cell: str) -> None:
    """Anything else is refused, since it may mean either."""
    assert read(f"sku,tags[A]\na,1\nb,{cell}\n").problems == [(3, "tags", "bad_format")]


def test_header_of_brackets_alone_is_unknown() -> None:
    """However many there are; a search that looks at each pair of them would never end."""
    assert "header" in refusal(f"sku,{'[' * 500_000}]\na,1\n")


def test_option_column_of_a_single_choice_is_no_field() -> None:
    """Kintone gives such columns to check boxes and multiple choices alone."""
    assert "size[S]" in refusal("sku,size[S]\na,1\n")


def test_option_may_be_named_by_its_label() -> None:
    """The label differs from the name where the form is shown in another language."""
    form = make_form(field("CHECK_BOX", "tags", options={"A": {"label": "Ä", "index": "0"}, **options("B")}))

    assert read("tags[Ä],tags[B]\n1,\n", form).values == [{"tags": ["A"]}]


# Keys


def test_update_key_finds_records_and_is_not_written() -> None:
    """Kintone refuses a key inside the record."""
    outcome = read("品名,商品コード\na,k1\nb,k2\n", update_key="sku")

    assert [record.entry.update_key for record in outcome.records] == [("sku", "k1"), ("sku", "k2")]
    assert outcome.values == [{"name": "a"}, {"name": "b"}]


@pytest.mark.parametrize(("key", "word"), [("name", "name"), ("zzz", "zzz"), ("sku", "sku"), ("item", "item")])
def test_update_key_must_be_a_unique_field_that_the_file_has(key: str, word: str) -> None:
    """It is refused before any record."""
    error = refusal("name,price\na,1\n", update_key=key)

    assert "update_key" in error
    assert word in error


@pytest.mark.parametrize("cell", ["", " ", '"\n"'])
def test_empty_key_is_refused_by_line(cell: str) -> None:
    """The record would be added at every import."""
    assert read(f"sku,name\na,b\n{cell},c\n", update_key="sku").problems == [(3, "sku", "required")]


def test_key_that_is_a_number_is_compared_as_kintone_has_it() -> None:
    """Thousands separators come off, a text is refused."""
    form = make_form(field("NUMBER", "no", unique=True), field("SINGLE_LINE_TEXT", "name"))

    outcome = read('no,name\n"1,200",a\nx,b\n', form, update_key="no")

    assert outcome.records[0].entry.update_key == ("no", "1200")
    assert outcome.problems == [(3, "no", "bad_format")]


def test_id_and_revision_of_the_record_have_columns() -> None:
    """Without id the record is new, and a revision means nothing."""
    outcome = read("$id,$revision,name\n5,3,a\n 6 ,,b\n,9,c\n")

    assert [(record.entry.id, record.entry.revision) for record in outcome.records] == [
        ("5", "3"), ("6", None), (None, None),
    ]  # fmt: skip
    assert outcome.values == [{"name": "a"}, {"name": "b"}, {"name": "c"}]


@pytest.mark.parametrize(("cells", "column"), [("x,1", "$id"), ("0,1", "$id"), ("APP-3,1", "$id"), ("1,x", "")])
def test_id_and_revision_must_be_numbers(cells: str, column: str) -> None:
    """They are refused by line."""
    assert read(f"$id,$revision,name\n{cells},a\n").problems == [(2, column, "bad_format")]


def test_id_beside_an_update_key_is_ignored() -> None:
    """The key finds the record; the revision still counts."""
    outcome = read("$id,$revision,sku,name\n5,3,k,a\n", update_key="sku")

    entry = outcome.records[0].entry
    assert (entry.id, entry.update_key, entry.revision) == (None, ("sku", "k"), "3")
    assert outcome.left_out == ["$id"]


@pytest.mark.parametrize(
    ("numbers", "ids", "problems"),
    [
        (["3", "4"], ["3", "4"], []),
        (["APP-3", "APP-4"], ["3", "4"], []),
        (["APP-3", "4"], ["3", None], [(3, "number", "bad_format")]),
        (["3", "APP-4"], ["3", None], [(3, "number", "bad_format")]),
        (["APQ-3", "APP-4"], [None, "4"], [(2, "number", "bad_format")]),
        (["", "APP-4"], [None, "4"], [(2, "number", "required")]),
        (["x", "APP-4"], [None, "4"], [(2, "number", "bad_format")]),
    ],
)
@pytest.mark.parametrize("header", ["number", "レコード番号"])
def test_record_number_is_a_key_with_the_apps_own_code_or_none(
    numbers: list[str], ids: list[str | None], problems: list[tuple[int, str, str]], header: str
) -> None:
    """The two are never mixed, and another app's numbers never find a record."""
    asked = 0

    def app_code() -> str:
        nonlocal asked
        asked += 1
        return "APP"

    text = f"{header},name\n" + "".join(f"{number},x\n" for number in numbers)
    outcome = read(text, update_key="number", app_code=app_code)

    assert [record.entry.id for record in outcome.records] == ids
    assert outcome.problems == problems
    assert asked <= 1


def test_app_without_code_has_no_record_numbers_with_one() -> None:
    """They are another app's."""
    assert read("number,name\nAPP-3,x\n", update_key="number").problems == [(2, "number", "bad_format")]


@pytest.mark.parametrize(("text", "key"), [("sku,name\n'=1,x\n", "=1"), ("*,sku,name\n*,'=1,x\n", "'=1")])
def test_key_loses_its_guard_as_other_cells_do(text: str, key: str) -> None:
    """In files for people alone."""
    assert read(text, update_key="sku").records[0].entry.update_key == ("sku", key)


def test_record_number_is_left_out_where_it_is_not_the_key() -> None:
    """Nobody can write it, and a record without key is new."""
    outcome = read("レコード番号,name\n3,x\n")

    assert (outcome.records[0].entry.id, outcome.left_out) == (None, ["レコード番号"])


def test_id_may_be_the_update_key() -> None:
    """Then each record needs one."""
    outcome = read("$id,name\n3,x\n,y\n", update_key="$id")

    assert outcome.records[0].entry.id == "3"
    assert outcome.problems == [(3, "$id", "required")]


# Columns that must be empty


def test_column_of_attachments_must_be_empty() -> None:
    """A file name is never sent as a key, and a blank cell leaves the attachments of the record alone."""
    outcome = read("sku,添付\na,\nb,見積.pdf\n")

    assert outcome.values == [{"sku": "a"}, {"sku": "b"}]
    assert outcome.problems == [(3, "files", "not_writable")]
    assert "upload" in str(outcome.records[1].problems[0].words)


def test_column_without_header_must_be_empty() -> None:
    """Excel leaves empty columns behind; what stands in one would be lost."""
    outcome = read("sku,,name\na,,b\nc,x,d\n")

    assert outcome.values[0] == {"sku": "a", "name": "b"}
    assert outcome.problems == [(3, "", "unknown_column")]


def test_header_without_records_is_no_mistake() -> None:
    """It holds no record."""
    outcome = read("sku,name\n")

    assert (outcome.records, outcome.error) == ([], "")


def test_field_that_a_new_record_needs_is_told_once_where_the_file_lacks_it() -> None:
    """A record that is updated keeps it."""
    form = make_form(field("SINGLE_LINE_TEXT", "a"), field("SINGLE_LINE_TEXT", "b", required=True))

    assert read("a\nx\ny\n", form).problems == [(2, "b", "required")]
    assert read("a\nx\n", form, rules=False).problems == []
    assert read("$id,a\n1,x\n", form).problems == []


# Keys that stand twice


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("sku,name\na,x\nb,y\na,z\n", "sku"),
        ("$id,name\n5,x\n6,y\n05,z\n", None),
        ('{"sku":"a","name":"x"}\n{"sku":"b","name":"y"}\n\n{"sku":"a","name":"z"}\n', "sku"),
    ],
)
def test_key_that_an_earlier_record_has_is_refused_with_both_lines(text: str, key: str | None) -> None:
    """Which of them counts cannot be told; rows of a table need the column ``*``, which the sentence names."""
    outcome = read(text, update_key=key)
    first, last = outcome.records[0], outcome.records[-1]

    assert outcome.problems == [(last.line, key or "$id", "bad_format")]
    assert f"line {first.line} " in str(last.problems[0].words)
    assert "*" in str(last.problems[0].words)


def test_numbers_that_are_equal_are_the_same_key() -> None:
    """Kintone finds the same record by 1 and 1.0."""
    form = make_form(field("NUMBER", "no", unique=True), field("SINGLE_LINE_TEXT", "name"))

    assert read("no,name\n1,a\n1.0,b\n2,c\n", form, update_key="no").problems == [(3, "no", "bad_format")]


def test_records_without_key_are_never_the_same() -> None:
    """They are all inserted."""
    assert read("$id,name\n,a\n,a\n").problems == []


def test_mistake_in_the_column_of_an_option_names_that_column() -> None:
    """Each option has a column of its own, of which only one has the mistake."""
    (problem,) = read("sku,タグ [複数][A],タグ [複数][B]\na,1,yes\n").records[0].problems

    assert problem.column == "タグ [複数][B]"
