"""Files of records as people and programs write them, and what becomes of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kintone.errors import InvalidParameterError
from kintone.forms.fields import Form
from kintone.record_files import FileOptions, FileRecord, RecordFile
from kintone.values.numbers import NumberPrecision
from tests.unit.form_samples import columns, make_form, options
from tests.unit.form_samples import field as form_field

TOKYO = ZoneInfo("Asia/Tokyo")


def labelled(kind: str, code: str, label: str, **properties: object) -> dict[str, object]:
    """Return the properties of a field with a label of its own."""
    return {**form_field(kind, code, **properties), "label": label}


FORM = make_form(
    labelled("SINGLE_LINE_TEXT", "sku", "商品コード", unique=True),
    labelled("SINGLE_LINE_TEXT", "name", "品名", maxLength="20"),
    labelled("MULTI_LINE_TEXT", "memo", "メモ"),
    labelled("NUMBER", "price", "単価", minValue="0"),
    labelled("CHECK_BOX", "tags", "タグ [複数]", options=options("A", "B", "C, D", "x[1]")),
    labelled("DROP_DOWN", "size", "サイズ", options=options("S", "M")),
    labelled("DATE", "due", "期限"),
    labelled("TIME", "at", "時刻"),
    labelled("DATETIME", "moment", "日時"),
    labelled("USER_SELECT", "owner", "担当", entities=[]),
    labelled("FILE", "files", "添付"),
    labelled(
        "SUBTABLE",
        "lines",
        "明細",
        fields=columns(
            labelled("SINGLE_LINE_TEXT", "item", "品目"),
            labelled("NUMBER", "qty", "数量"),
            labelled("USER_SELECT", "who", "人", entities=[]),
            labelled("CALC", "sum", "小計", expression="qty * 2"),
        ),
    ),
    labelled("SUBTABLE", "visits", "訪問", fields=columns(labelled("DATE", "day", "日"))),
    labelled("CALC", "total", "合計", expression="price"),
    labelled("RECORD_NUMBER", "number", "レコード番号"),
    labelled("CREATOR", "maker", "作成者"),
    labelled("CREATED_TIME", "made", "作成日時"),
    labelled("GROUP", "box", "単価", openGroup=True),
    labelled("SINGLE_LINE_TEXT", "twin", "同じ"),
    labelled("SINGLE_LINE_TEXT", "twin2", "同じ"),
).with_precision(NumberPrecision())


@dataclass
class Read:
    """What came out of a file; ``error`` is the sentence that ended it."""

    records: list[FileRecord] = field(default_factory=list)
    error: str = ""
    left_out: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    zone_used: bool = False
    drops: tuple[bool, bool] = (False, False)
    without_column: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)

    @property
    def values(self) -> list[dict[str, object]]:
        """The values of each record by code; rows without their wrappers, with their id where they have one."""
        return [plain(record.entry.record) for record in self.records]

    @property
    def problems(self) -> list[tuple[int, str, str]]:
        """Line, field and code of each problem; all their sentences can be read."""
        found = [problem for record in self.records for problem in record.problems]
        assert all(str(problem.words).startswith("line ") for problem in found)
        return [(each.line, each.problem.field, each.problem.code.value) for each in found]

    @property
    def lines(self) -> list[int]:
        """The physical line of each record."""
        return [record.line for record in self.records]


def plain(record: Mapping[str, Any]) -> dict[str, object]:
    """Return a record without wrappers."""
    return {code: _value(cell["value"]) for code, cell in record.items()}


def _value(value: object) -> object:
    if isinstance(value, list) and value and isinstance(value[0], dict) and "value" in value[0]:
        return [({"id": row["id"]} if "id" in row else {}) | plain(row["value"]) for row in value]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [entry["code"] for entry in value]
    return value


def in_chunks(data: bytes, size: int) -> Iterator[bytes]:
    """Yield the bytes in chunks."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


def read(data: str | bytes | Iterable[bytes], form: Form = FORM, *, chunk: int = 0, **settings: Any) -> Read:  # noqa: ANN401 - FileOptions
    """Return what comes out of a file; a text is one in UTF-8."""
    encoded = data.encode() if isinstance(data, str) else data
    chunks = in_chunks(encoded, chunk or max(1, len(encoded))) if isinstance(encoded, bytes) else encoded
    file = RecordFile(chunks, FileOptions(form, settings.pop("zone", TOKYO), **settings))
    outcome = Read()
    try:
        for record in file:
            outcome.records.append(record)
    except InvalidParameterError as error:
        outcome.error = str(error)
        assert "records_file" in outcome.error
    outcome.left_out, outcome.skipped = list(file.left_out), list(file.skipped)
    outcome.attachments = list(file.attachments)
    outcome.zone_used = file.zone_used
    outcome.drops = (file.drops_seconds, file.drops_times)
    outcome.without_column = list(file.options_without_column)
    return outcome


def refusal(data: str | bytes, **settings: Any) -> str:  # noqa: ANN401 - FileOptions
    """Return the sentence by which a file is refused before any record."""
    outcome = read(data, **settings)
    if not outcome.error or outcome.records:
        pytest.fail(f"read as {outcome.values}")
    return outcome.error
