"""The CSV settings of ``kintone_query``, from its parameters to its file."""

import pytest

from kintone.errors import InvalidParameterError, PermissionDeniedError
from tests.unit.in_process import InProcess
from tests.unit.query_tool import Message, full_record, hold, running, sent
from tests.unit.reading_samples import add

IMPORT = {"output_mode": "csv_file", "csv_format": "kintone", "csv_encoding": "utf-8"}


@pytest.mark.parametrize("mode", ["", "both", "jsonl_file", "csv_file"])
@pytest.mark.parametrize("setting", [{"csv_format": "excel"}, {"csv_encoding": "utf-16"}])
def test_setting_is_refused_when_it_makes_no_sense(site: InProcess, mode: str, setting: dict[str, str]) -> None:
    """In the other modes too, where it does nothing; no request is sent."""
    add(site, [1])
    (name,) = setting

    with pytest.raises(InvalidParameterError, match=rf"^\[INVALID_INPUT\] {name} "):
        sent(site, None, output_mode=mode, **setting)
    assert not site.asked


@pytest.mark.parametrize("mode", ["both", "text_only", "json_stream", "flattened_json", "jsonl_file"])
def test_settings_do_nothing_in_other_modes(site: InProcess, mode: str) -> None:
    """Dify's form keeps them when another mode is chosen; a character that Shift_JIS lacks is no trouble there."""
    hold(site, full_record(1) | {"name": {"type": "SINGLE_LINE_TEXT", "value": "😀"}})
    plain = sent(site, output_mode=mode)
    result = sent(site, output_mode=mode, csv_format="kintone", csv_encoding="shift_jis")

    assert (result.text, result.file) == (plain.text, plain.file)
    assert [*result.variables.items()] == [*plain.variables.items()]
    assert "😀" in (result.file.decode() or result.text)


@pytest.mark.parametrize("csv_format", ["readable", "kintone"])
def test_nothing_is_sent_when_shift_jis_lacks_a_character(site: InProcess, csv_format: str) -> None:
    """The character stands on the second of three pages; its record is named though ``$id`` is not among the fields."""
    texts = [
        {"name": {"type": "SINGLE_LINE_TEXT", "value": "😀" if number == 700 else "x"}} for number in range(1, 1301)
    ]
    hold(site, *texts)
    arrived: list[Message] = []

    with pytest.raises(InvalidParameterError, match=r"record 700, field name .*U\+1F600"):
        arrived.extend(
            running(site, None, output_mode="csv_file", csv_format=csv_format, csv_encoding="shift_jis", fields="name")
        )
    assert arrived == []


def test_form_is_read_once_when_fields_are_named(site: InProcess) -> None:
    """The columns of a table come from the form, so that a file without rows has them too."""
    hold(site, full_record(1))
    result = sent(site, None, query='name = "nobody"', fields="name,lines", **IMPORT)

    assert result.file.decode() == '*,"name","lines","item","qty"\n'
    assert site.calls["GET app/form/fields"] == 1


def test_new_field_has_its_column_at_once(site: InProcess) -> None:
    """The form that was remembered a moment ago may lack it."""
    add(site, [1])
    before = sent(site, None, **IMPORT).file.decode()
    fields = {code: dict(field) for code, field in site.kintone.apps[site.app].form.properties.items()}
    site.kintone.change_form(site.app, fields | {"added": {"type": "NUMBER"}})
    site.kintone.add_records(site.app, [{"added": "5"}])

    assert '"added"' not in before
    assert '"added"' in sent(site, None, **IMPORT).file.decode()


def test_error_says_what_works_when_the_form_may_not_be_read(site: InProcess) -> None:
    """Without the form nobody knows the columns of tables; the other format needs none."""
    add(site, [1])
    site.kintone.fail(api="app/form/fields", times=None, status=403, code="CB_NO02", message="No privilege.")

    with pytest.raises(PermissionDeniedError, match=r"^\[CB_NO02\].*csv_format readable"):
        sent(site, None, fields="name", **IMPORT)


def test_code_that_is_no_field_is_told_and_has_no_column(site: InProcess) -> None:
    """An import would refuse the column; the warning is that of every mode."""
    hold(site, full_record(1))
    result = sent(site, None, fields="name,qty,nmae", **IMPORT)
    (warning,) = result.json[0]["summary"]["warnings"]

    assert result.file.decode() == '"name"\n"Alice, ""A"""\n'
    assert all(word in warning for word in ('"qty"', '"lines"', "nmae"))


def test_attachments_are_told_when_they_are_left_out(site: InProcess) -> None:
    """The text and the summary name the field; named, its column has the names of the files."""
    hold(site, full_record(1))
    result = sent(site, None, **IMPORT)
    (warning,) = result.json[0]["summary"]["warnings"]

    assert "files" in warning
    assert warning in result.text
    assert "files" not in result.file.decode()
    assert sent(site, None, fields="files", **IMPORT).file.decode() == '"files"\n"見積.pdf"\n'


def test_file_of_many_records_has_each_once(site: InProcess) -> None:
    """Pages follow each other without a second header."""
    add(site, range(1, 1301))
    lines = sent(site, None, fields="$id", **IMPORT).file.decode().splitlines()

    assert lines == ['"$id"', *(f'"{number}"' for number in range(1, 1301))]
