"""Files: upload keys and record keys, names, replacement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.local_kintone_tests.api import SECONDS, Api, code_of, keys_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone

NAME = '見積書 "最終" 🍎.txt'


def _uploaded(client: Api, name: str = NAME, content: bytes = b"\x00\xffdata") -> str:
    answer = client.session.post(
        client.url + "/k/v1/file.json", files={"file": (name, content, "text/plain")}, timeout=SECONDS
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["fileKey"])


def _attach(client: Api, *keys: str, number: int = 2) -> requests.Response:
    files = [{"fileKey": key} for key in keys]
    return client.send("PUT", "record", {"app": 1, "id": number, "record": {"attachment": {"value": files}}})


def _attached(client: Api, number: int = 2) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = client.get("record", app=1, id=number).json()["record"]["attachment"]["value"]
    return files


def test_uploaded_file_is_attached_under_another_key(orders: Api) -> None:
    """The upload key is a UUID, the record key is long and hexadecimal and comes with name, type and size."""
    upload = _uploaded(orders)
    assert re.fullmatch(r"[0-9a-f-]{36}", upload)
    assert _attach(orders, upload).ok
    (file,) = _attached(orders)
    assert re.fullmatch(r"[0-9a-f]{40,50}", file.pop("fileKey"))
    assert file == {"name": NAME, "contentType": "text/plain", "size": "6"}


def test_download_needs_the_record_key(orders: Api) -> None:
    """The record key returns the bytes; the upload key is GAIA_BL01, before and after attaching."""
    upload = _uploaded(orders)
    assert code_of(orders.get("file", fileKey=upload)) == (404, "GAIA_BL01")
    assert _attach(orders, upload).ok
    assert code_of(orders.get("file", fileKey=upload)) == (404, "GAIA_BL01")
    answer = orders.get("file", fileKey=_attached(orders)[0]["fileKey"])
    assert answer.content == b"\x00\xffdata"
    assert answer.headers["Content-Type"] == "text/plain"
    assert keys_of(orders.get("file")) == {"fileKey"}


def test_upload_key_works_once(orders: Api) -> None:
    """A second record requires a second upload."""
    upload = _uploaded(orders)
    assert _attach(orders, upload).ok
    assert code_of(_attach(orders, upload, number=3)) == (404, "GAIA_BL01")


def test_list_of_files_is_replaced(orders: Api) -> None:
    """Sent record keys keep their files, omitted files are removed, [] removes all."""
    assert _attach(orders, _uploaded(orders, "a.txt"), _uploaded(orders, "b.txt")).ok
    first, second = _attached(orders)
    assert _attach(orders, second["fileKey"], _uploaded(orders, "c.txt")).ok
    assert [file["name"] for file in _attached(orders)] == ["b.txt", "c.txt"]
    assert _attached(orders)[0]["fileKey"] == second["fileKey"]
    assert code_of(_attach(orders, first["fileKey"])) == (404, "GAIA_BL01")
    assert _attach(orders).ok
    assert _attached(orders) == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("raw", 'attachment; filename="a b.txt"'),
        ("encoded", "attachment; filename*=UTF-8''a%20b.txt"),
        ("both", "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt"),
        ("none", None),
    ],
)
def test_content_disposition_takes_the_chosen_form(
    orders: Api, kintone: LocalKintone, form: str, expected: str | None
) -> None:
    """The header is not documented, so a client must handle each format."""
    kintone.settings.disposition = form
    assert _attach(orders, _uploaded(orders, "a b.txt")).ok
    answer = orders.get("file", fileKey=_attached(orders)[0]["fileKey"])
    assert answer.headers.get("Content-Disposition") == expected


def test_name_must_come_in_the_plain_parameter(orders: Api) -> None:
    """`filename*=` alone and a body without a file are refused."""
    head = {"Content-Type": "multipart/form-data; boundary=xx"}
    disposition = "Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''a.txt"
    url = orders.url + "/k/v1/file.json"
    body = f"--xx\r\n{disposition}\r\n\r\ndata\r\n--xx--\r\n".encode()
    assert code_of(orders.session.post(url, data=body, headers=head, timeout=SECONDS)) == (400, "CB_IL02")
    empty = b'--xx\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--xx--\r\n'
    assert keys_of(orders.session.post(url, data=empty, headers=head, timeout=SECONDS)) == {"file"}


def test_file_of_another_app_needs_its_token(kintone: LocalKintone, orders: Api) -> None:
    """Downloading a file requires the permission to view the app of its record."""
    (file,) = _attached(orders, 1)
    assert code_of(Api(kintone.url, kintone.token(3)).get("file", fileKey=file["fileKey"])) == (400, "GAIA_IA02")
    add_only = Api(kintone.url, kintone.token(1, "add"))
    assert code_of(add_only.get("file", fileKey=file["fileKey"])) == (403, "GAIA_NO01")
    assert "りんご,12" in orders.get("file", fileKey=file["fileKey"]).content.decode()


def test_file_in_a_table_row_is_kept(every: Api) -> None:
    """The files of a table row follow the same rules."""
    rows = [{"value": {"cell_files": {"value": [{"fileKey": _uploaded(every)}]}}}]
    assert every.send("PUT", "record", {"app": 3, "id": 1, "record": {"table": {"value": rows}}}).ok
    record = every.get("record", app=3, id=1).json()["record"]
    again = {"table": {"value": record["table"]["value"]}}
    assert every.send("PUT", "record", {"app": 3, "id": 1, "record": again}).ok
    kept = every.get("record", app=3, id=1).json()["record"]["table"]["value"]
    assert kept[0]["value"]["cell_files"] == record["table"]["value"][0]["value"]["cell_files"]
