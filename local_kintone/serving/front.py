"""What stands in front of kintone and answers with pages: client certificates, address limits, Basic authentication.

One of the three lets a client in: an allowed address, the user and password of Basic authentication, or a client
certificate (https://cybozu.dev/ja/kintone/docs/rest-api/overview/authentication/). Basic authentication is asked only
of addresses that are not allowed:
https://jp.cybozu.help/general/ja/admin/list_security/list_access/basic_auth.html
How the pages look is not documented.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from typing import TYPE_CHECKING

from local_kintone.serving.messages import Response, html_response

if TYPE_CHECKING:
    from local_kintone.serving.certificates import Peer
    from local_kintone.serving.messages import Headers
    from local_kintone.settings import Settings
    from local_kintone.site import Site

REALM = "cybozu.com"
PAGE = """\
<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""
# What nginx sends if ssl_verify_client is on:
# https://github.com/nginx/nginx/blob/master/src/http/ngx_http_special_response.c
NGINX_PAGE = (
    "<html>\r\n<head><title>400 {title}</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n"
    "<center>{title}</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
NO_CERTIFICATE = "No required SSL certificate was sent"
WRONG_CERTIFICATE = "The SSL certificate error"


def refusal(site: Site, headers: Headers, peer: Peer) -> Response | None:
    """Return the page that refuses a request before kintone sees it, or None if it may pass."""
    settings = site.settings
    demanded = site.client_authority.demand != "none"
    if demanded and not site.client_authority.accepts(peer):
        return _certificate_page(settings, peer)
    if settings.maintenance:
        return _page(503, "メンテナンス中です", "ただいまメンテナンスのため、サービスを停止しています。")
    if demanded or _is_allowed(settings, peer):
        return None
    if settings.basic_auth is None:
        return _page(
            403, "アクセスが許可されていません", f"IPアドレス {peer.address} からのアクセスは制限されています。"
        )
    if _has_basic_auth(settings.basic_auth, headers):
        return None
    page = _page(401, "認証が必要です", "ユーザー名とパスワードを入力してください。")
    page.headers["WWW-Authenticate"] = f'Basic realm="{REALM}"'
    return page


def _certificate_page(settings: Settings, peer: Peer) -> Response:
    if settings.certificate_refusal == "page":
        return _page(403, "アクセスできません", "有効なクライアント証明書が必要です。")
    title = NO_CERTIFICATE if peer.certificate is None else WRONG_CERTIFICATE
    return Response(400, NGINX_PAGE.format(title=title).encode(), "text/html")


def _is_allowed(settings: Settings, peer: Peer) -> bool:
    if settings.allowed_addresses is None:
        return settings.basic_auth is None
    address = ipaddress.ip_address(peer.address)
    return any(address in ipaddress.ip_network(allowed) for allowed in settings.allowed_addresses)


def _has_basic_auth(expected: tuple[str, str], headers: Headers) -> bool:
    scheme, _, encoded = headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and given == ":".join(expected).encode()


def _page(status: int, title: str, text: str) -> Response:
    return html_response(PAGE.format(title=title, text=text), status)
