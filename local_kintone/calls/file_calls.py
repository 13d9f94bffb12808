"""POST and GET of files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from local_kintone.multipart import file_part
from local_kintone.refusals import RefusedError, invalid_parameter, no_file
from local_kintone.serving.messages import Response, json_response
from local_kintone.tokens import unknown_token

if TYPE_CHECKING:
    from local_kintone.calls.call import Call


def upload_file(call: Call) -> Response:
    """Answer POST file.json: any good token may upload."""
    part = file_part(call.received.headers.get("Content-Type", ""), call.received.body)
    return json_response({"fileKey": call.site.files.upload(part.filename, part.content_type, part.content)})


def download_file(call: Call) -> Response:
    """Answer GET file.json: only for keys that stand in a record."""
    key = call.parameters.get("fileKey")
    if not key:
        raise invalid_parameter("fileKey")
    file = call.site.files.get(str(key))
    if file is None or file.app is None:
        raise no_file(key)
    call.check_space(call.site.apps.by_number[file.app])
    if file.app not in call.credential.grants:
        raise unknown_token(call.site.settings.foreign_token_code)
    if not call.credential.allows(file.app, "view"):
        raise RefusedError(403, "GAIA_NO01", "Using this API token, you cannot run the specified API.")
    response = Response(200, file.content, file.content_type)
    if call.site.settings.disposition != "none":
        response.headers["Content-Disposition"] = _disposition(file.name, call.site.settings.disposition)
    return response


def _disposition(name: str, form: str) -> str:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    if form == "raw":
        return f'attachment; filename="{quoted}"'
    encoded = f"filename*=UTF-8''{quote(name, safe='')}"
    if form == "encoded":
        return f"attachment; {encoded}"
    fallback = quoted.encode("ascii", "replace").decode().replace("?", "_")
    return f'attachment; filename="{fallback}"; {encoded}'
