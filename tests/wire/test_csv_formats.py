"""CSV files as Dify receives them, beside what cli-kintone writes of the same records."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

OPTIONS = ["りんご", "みかん"]
FORM: dict[str, Any] = {
    "番号": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "memo": {"type": "MULTI_LINE_TEXT"},
    "price": {"type": "NUMBER"},
    "double": {"type": "CALC", "expression": "price * 2"},
    "checks": {"type": "CHECK_BOX", "options": OPTIONS},
    "choice": {"type": "DROP_DOWN", "options": OPTIONS},
    "owner": {"type": "USER_SELECT"},
    "day": {"type": "DATE"},
    "moment": {"type": "DATETIME"},
    "lines": {
        "type": "SUBTABLE",
        "fields": {"item": {"type": "SINGLE_LINE_TEXT"}, "marks": {"type": "CHECK_BOX", "options": OPTIONS}},
    },
    "visits": {"type": "SUBTABLE", "fields": {"on": {"type": "DATE"}, "by": {"type": "USER_SELECT"}}},
    "state": {"type": "SINGLE_LINE_TEXT"},
}
USERS = [{"code": "sato", "name": "佐藤 昇"}, {"code": "tanaka", "name": "田中 一郎"}]
RECORDS: list[dict[str, Any]] = [
    {
        "番号": "①髙",
        "memo": 'one, "two"\n\n三',
        "price": "-1234.50",
        "checks": OPTIONS,
        "choice": "みかん",
        "owner": USERS,
        "day": "2026-04-01",
        "moment": "2026-04-01T00:30:00Z",
        "lines": [{"item": "*", "marks": OPTIONS}, {"item": ""}, {"item": "=1+1"}],
        "visits": [{"on": "2026-01-02", "by": USERS}, {"by": USERS[:1]}],
        "state": "+81312345678",
    },
    {"番号": "二", "visits": [{"on": "2026-01-03"}], "state": "*"},
    {"番号": "三", "memo": "=1+1", "lines": [{"item": "'x"}]},
    {"番号": "四", "state": " x "},
]
FIELDS = "番号, memo, price, double, checks, choice, owner, day, moment, lines, visits, state"
EXPORTED = """*,"番号","memo","price","double","checks","choice","owner","day","moment",\
"lines","item","marks","visits","on","by","state"
*,"①髙","one, ""two""

三","-1234.50","-2469","りんご
みかん","みかん","sato
tanaka","2026-04-01","2026-04-01T00:30:00Z","1",*,"りんご
みかん",,,,"+81312345678"
,"①髙","one, ""two""

三","-1234.50","-2469","りんご
みかん","みかん","sato
tanaka","2026-04-01","2026-04-01T00:30:00Z","2",,,,,,"+81312345678"
,"①髙","one, ""two""

三","-1234.50","-2469","りんご
みかん","みかん","sato
tanaka","2026-04-01","2026-04-01T00:30:00Z","3","=1+1",,,,,"+81312345678"
,"①髙","one, ""two""

三","-1234.50","-2469","りんご
みかん","みかん","sato
tanaka","2026-04-01","2026-04-01T00:30:00Z",,,,"4","2026-01-02","sato
tanaka","+81312345678"
,"①髙","one, ""two""

三","-1234.50","-2469","りんご
みかん","みかん","sato
tanaka","2026-04-01","2026-04-01T00:30:00Z",,,,"5",,"sato","+81312345678"
*,"二",,,"0",,,,,,,,,"6","2026-01-03",,*
*,"三","=1+1",,"0",,,,,,"7","'x",,,,,
*,"四",,,"0",,,,,,,,,,,," x "
"""
"""What cli-kintone 1.19.2 wrote of these records: record export --fields, with FIELDS."""


@pytest.fixture(scope="module")
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone without apps, so that its row IDs begin with 1."""
    with LocalKintone(seed="none", port=ports.take()) as running:
        yield running


@pytest.fixture(scope="module")
def app(site: LocalKintone) -> int:
    """Make an app with two tables and these records."""
    number = site.create_app("CSV", FORM)
    site.add_records(number, RECORDS)
    return number


def file_of(host: DifyHost, site: LocalKintone, app: int, **parameters: object) -> bytes:
    """Return the file of a query with a token that may only view."""
    outcome = host.invoke(
        "kintone_query", {"output_mode": "csv_file", **parameters}, credentials_of(site, "view", app=app)
    )
    (file,) = outcome.files
    assert (file.extension, file.mime_type) == (".csv", "text/csv")
    assert outcome.json[0]["summary"]["warnings"] == []
    return file.content


def rows_of(content: bytes, encoding: str) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def test_kintone_format_is_that_of_cli_kintone(host: DifyHost, site: LocalKintone, app: int) -> None:
    """The file has the very bytes that cli-kintone writes: order of columns, rows, quotes, line ends."""
    parameters = {"csv_format": "kintone", "csv_encoding": "utf-8", "fields": FIELDS}

    assert file_of(host, site, app, **parameters).decode() == EXPORTED


@pytest.mark.parametrize("csv_format", ["readable", "kintone"])
@pytest.mark.parametrize(
    ("option", "mark", "encoding"),
    [
        (None, b"\xef\xbb\xbf", "utf-8"),
        ("", b"\xef\xbb\xbf", "utf-8"),
        ("utf-8-bom", b"\xef\xbb\xbf", "utf-8"),
        ("utf-8", b"", "utf-8"),
        ("shift_jis", b"", "cp932"),
    ],
)
def test_encoding_is_the_chosen_one(  # noqa: PLR0913, PLR0917 - the fixtures and one row of the table
    host: DifyHost, site: LocalKintone, app: int, csv_format: str, option: str | None, mark: bytes, encoding: str
) -> None:
    """Both formats come in each encoding, with one byte order mark where it is wanted; blank means with the mark."""
    parameters = {"csv_format": csv_format, "fields": FIELDS}
    plain = file_of(host, site, app, csv_encoding="utf-8", **parameters)
    content = file_of(host, site, app, csv_encoding=option, **parameters)

    assert content == mark + plain.decode().encode(encoding)
    assert "①髙".encode(encoding) in content


def test_readable_format_is_the_default(host: DifyHost, site: LocalKintone, app: int) -> None:
    """One line per record for people, as before the formats could be chosen."""
    rows = rows_of(file_of(host, site, app, fields=FIELDS), "utf-8-sig")

    assert [row["番号"] for row in rows] == ["①髙", "二", "三", "四"]
    assert rows[0]["owner"] == "佐藤 昇 (sato)\n田中 一郎 (tanaka)"
    assert rows[2]["memo"] == "'=1+1"


def test_lacking_character_is_named_with_record_and_field(host: DifyHost, site: LocalKintone) -> None:
    """A workflow's fail branch sees the code; the sentence names what has to be changed where."""
    app = site.create_app("emoji", FORM)
    site.add_records(app, [{"memo": "x"}] * 600 + [{"lines": [{"item": "ok"}, {"item": "a 😀"}]}])
    parameters = {"output_mode": "csv_file", "csv_encoding": "shift_jis", "csv_format": "kintone"}

    with pytest.raises(PluginFailure, match=r"csv_encoding .*record 601, field item .*😀 \(U\+1F600\)") as caught:
        host.invoke("kintone_query", parameters, credentials_of(site, "view", app=app))
    assert caught.value.code == "INVALID_INPUT"
