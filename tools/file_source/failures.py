"""What can be wrong with a file that Dify hands over, one sentence each with its remedy.

No sentence holds the query string of a URL: it is the signature that opens the file.
"""

from kintone.errors import InvalidParameterError
from kintone.files.names import shown_name

LONGEST_HOST = 100
NOT_ALLOWED = (401, 403, 404, 410)
UNREACHABLE = {
    "dns": "there is no such host (DNS)",
    "refused": "the connection was refused",
    "connect": "no connection was made in time",
    "timeout": "it did not answer in time",
    "tls": "the TLS connection was refused (certificate or handshake)",
    "proxy": "the proxy could not be used (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)",
}


def no_scheme() -> InvalidParameterError:
    """Return the error for the URL that Dify builds when it does not know its own address."""
    return InvalidParameterError(
        "upload_file: the address of the file starts without http:// or https://, because Dify does not know its own "
        "address; set FILES_URL (with Docker also INTERNAL_FILES_URL, such as http://api:5001) in Dify's environment "
        "file and restart Dify"
    )


def bad_url(what: str) -> InvalidParameterError:
    """Return the error for a URL that is not fetched at all."""
    return InvalidParameterError(
        f"upload_file: the address of the file {what}; pass a file variable of the workflow, "
        "or a file whose address starts with https://"
    )


def refused_address(host: str, what: str) -> InvalidParameterError:
    """Return the error for an address that must not be asked."""
    return InvalidParameterError(
        f"upload_file: the file lies on {host[:LONGEST_HOST]}, {what}; upload the file to Dify itself and pass that, "
        "or, if this is Dify's own file store, set FILES_URL or INTERNAL_FILES_URL to it in Dify's environment file"
    )


def unreachable(host: str, kind: str) -> InvalidParameterError:
    """Return the error for a file store that cannot be reached; ``kind`` is the transport's word for why."""
    return InvalidParameterError(
        f"upload_file: the file could not be fetched from {host[:LONGEST_HOST]}: "
        f"{UNREACHABLE.get(kind, 'the connection broke')}; if that is Dify's own file store, the plugin cannot reach "
        "what FILES_URL or INTERNAL_FILES_URL says in Dify's environment file: inside containers localhost is the "
        "container itself, so use the service's name, such as http://api:5001"
    )


def refused_by_store(host: str, status: int) -> InvalidParameterError:
    """Return the error for an answer that is not the file."""
    where = f"{host[:LONGEST_HOST]} answered HTTP {status}"
    if status in NOT_ALLOWED:
        return InvalidParameterError(
            f"upload_file: the link to the file is no longer good, or never was ({where}); Dify's links live 300 "
            "seconds (FILES_ACCESS_TIMEOUT), so run the workflow again, upload the file anew, or raise that setting"
        )
    return InvalidParameterError(
        f"upload_file: the file could not be fetched ({where}); try again, and look at the log of the file store"
    )


def refused_redirect(host: str) -> InvalidParameterError:
    """Return the error for a redirect that leaves the host."""
    return InvalidParameterError(
        f"upload_file: {host[:LONGEST_HOST]} redirects to another place, which is not followed; "
        "upload the file to Dify itself and pass that, or pass the final address"
    )


def broken(name: str, what: str) -> InvalidParameterError:
    """Return the error for a transfer from Dify that did not come to its end."""
    return InvalidParameterError(
        f"upload_file: reading {shown_name(name)} from Dify broke off: {what}; nothing of it was kept in kintone, "
        "so run it again"
    )


def too_slow(name: str) -> InvalidParameterError:
    """Return the error for a source that sends nothing for too long."""
    return InvalidParameterError(
        f"upload_file: {shown_name(name)} did not arrive from Dify within the time for one request; nothing of it was "
        "kept in kintone; raise request_timeout and run it again"
    )


def empty(name: str) -> InvalidParameterError:
    """Return the error for a file without content."""
    return InvalidParameterError(
        f"upload_file: {shown_name(name)} is empty (0 bytes), and an empty file is not uploaded; "
        "check the step that made it"
    )


def too_large(name: str, size: int | None, most: int) -> InvalidParameterError:
    """Return the error for a file over the limit."""
    told = "more" if size is None else f"{size:,} bytes"
    return InvalidParameterError(
        f"upload_file: {shown_name(name)} has {told}, and at most {most:,} bytes are uploaded; make it smaller or "
        "split it, or let the operator raise KINTONE_MAX_FILE_BYTES"
    )


def wrong_length(name: str, told: int, *, is_short: bool) -> InvalidParameterError:
    """Return the error for a source of another length than announced."""
    what = "fewer" if is_short else "more"
    return InvalidParameterError(
        f"upload_file: {shown_name(name)} has {what} than the {told:,} bytes that were announced for it; nothing of it "
        "was kept in kintone; upload the file to Dify anew and run it again"
    )
