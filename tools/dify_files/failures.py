"""The errors for files that Dify passes to a tool, each with a remedy.

They are worded for an upload; ``restated`` makes them errors of another parameter.

No message contains the query string of a URL, since it holds the signature that gives access to the file.
"""

from collections.abc import Mapping

from kintone.access.settings import Origin
from kintone.errors import ChangedFileError, InvalidParameterError
from kintone.file_names import shown_name
from kintone.messages import Joined, Message

MAX_SHOWN_HOST = 100
NO_ACCESS_STATUSES = (401, 403, 404, 410)
UPLOAD = "upload_file"
KEPT_NOTHING = Message("nothing of it was kept in kintone, so run it again")
PASS_AGAIN = Message("pass the file again")
READING = Message("reading the files from Dify")
"""Names this work in the error of a call whose time ends."""


def restated(error: InvalidParameterError, parameter: str) -> InvalidParameterError:
    """Return the error for a file of another parameter, of which a part may be used already."""
    return error.copy_with(problem=_restated(error.problem, {"parameter": parameter, "advice": PASS_AGAIN}))


def _restated(problem: Message, values: Mapping[str, str | Message]) -> Message:
    """Put values into a sentence, or into the one that it holds, as where it tells how often something was tried."""
    inner = problem.values.get("problem")
    if isinstance(inner, Message) and "parameter" not in problem.values:
        return problem.copy_with(problem=_restated(inner, values))
    return problem.copy_with(**values)


def missing_scheme() -> InvalidParameterError:
    """Return the error for the URL that Dify builds when it does not know its own address."""
    return InvalidParameterError(
        "{parameter}: the address of the file starts without http:// or https://, because Dify does not know its own "
        "address; set FILES_URL (with Docker also INTERNAL_FILES_URL, such as http://api:5001) in Dify's environment "
        "file and restart Dify",
        parameter=UPLOAD,
    )


def bad_url(problem: Message) -> InvalidParameterError:
    """Return the error for a URL that cannot be used; ``problem`` continues "the address of the file"."""
    return InvalidParameterError(
        "{parameter}: the address of the file {problem}; pass a file variable of the workflow, "
        "or a file whose address starts with https://",
        problem=problem,
        parameter=UPLOAD,
    )


def forbidden_address(origin: Origin) -> InvalidParameterError:
    """Return the error for an address that is never allowed, whatever the settings are."""
    return InvalidParameterError(
        "{parameter}: the file is on {host}, an address that files are never read from (metadata, link-local or "
        "reserved); upload the file to Dify itself and pass that",
        host=origin.host[:MAX_SHOWN_HOST],
        parameter=UPLOAD,
    )


def private_address(origin: Origin, stores: Mapping[str, Origin | None]) -> InvalidParameterError:
    """Return the error for a private address that no setting names; ``stores`` are the settings that are set."""
    return InvalidParameterError(
        "{parameter}: the file is on {origin}, an address inside the network of the Dify server, which is read "
        "only where FILES_URL or INTERNAL_FILES_URL in the environment of the plugin names the same scheme, host "
        "and port ({found}); upload the file to Dify itself and pass that, or, if this is Dify's own file store, set "
        "FILES_URL to {origin}: in Dify's docker/.env, which reaches the plugin through the plugin daemon, or, when "
        "debugging remotely, in the plugin's own environment",
        origin=str(origin)[:MAX_SHOWN_HOST],
        found=Joined([_found(name, store) for name, store in stores.items()], ", ")
        if stores
        else Message("neither is set there"),
        parameter=UPLOAD,
    )


def _found(name: str, store: Origin | None) -> Message:
    if store is None:
        return Message("{name} is not an address with http:// or https://", name=name)
    return Message("{name} is {origin}", name=name, origin=str(store)[:MAX_SHOWN_HOST])


def unreachable(host: str, reason: Message) -> InvalidParameterError:
    """Return the error for a file store that cannot be reached."""
    return InvalidParameterError(
        "{parameter}: the file could not be fetched from {host}: {reason}; if that is Dify's own file store, the "
        "plugin cannot reach what FILES_URL or INTERNAL_FILES_URL says in Dify's environment file: inside containers "
        "localhost is the container itself, so use the service's name, such as http://api:5001",
        host=host[:MAX_SHOWN_HOST],
        reason=reason,
        parameter=UPLOAD,
    )


def proxy_failed(host: str, proxy: str, variable: str) -> InvalidParameterError:
    """Return the error for a proxy that cannot be used; ``variable`` is the setting it is from, empty if not known."""
    return InvalidParameterError(
        "{parameter}: the file could not be fetched from {host}: the proxy {proxy} could not be used; it was taken "
        "from {variable} in the environment of the plugin: check that it is right, speaks HTTP and runs, or name the "
        "host in NO_PROXY if it can be reached without a proxy",
        host=host[:MAX_SHOWN_HOST],
        proxy=proxy[:MAX_SHOWN_HOST],
        variable=variable or "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
        parameter=UPLOAD,
    )


def proxy_unusable(host: str, problem: Message, remedy: Message) -> InvalidParameterError:
    """Return the error for a proxy that the settings name in a way that cannot work."""
    return InvalidParameterError(
        "{parameter}: the file could not be fetched from {host}: {problem}; {remedy}",
        host=host[:MAX_SHOWN_HOST],
        problem=problem,
        remedy=remedy,
        parameter=UPLOAD,
    )


def refused_by_store(host: str, status: int) -> InvalidParameterError:
    """Return the error for an answer that is not the file."""
    where = Message("{host} answered HTTP {status}", host=host[:MAX_SHOWN_HOST], status=status)
    if status in NO_ACCESS_STATUSES:
        return InvalidParameterError(
            "{parameter}: the link to the file is no longer valid, or never was ({where}); Dify's links are valid "
            "for 300 seconds (FILES_ACCESS_TIMEOUT), so run the workflow again, upload the file again, "
            "or raise that limit",
            where=where,
            parameter=UPLOAD,
        )
    return InvalidParameterError(
        "{parameter}: the file could not be fetched ({where}); try again, and look at the log of the file store",
        where=where,
        parameter=UPLOAD,
    )


def refused_redirect(host: str) -> InvalidParameterError:
    """Return the error for a redirect that leaves the host."""
    return InvalidParameterError(
        "{parameter}: {host} redirects to another place, which is not followed; "
        "upload the file to Dify itself and pass that, or pass the final address",
        host=host[:MAX_SHOWN_HOST],
        parameter=UPLOAD,
    )


def broken(name: str, reason: Message) -> InvalidParameterError:
    """Return the error for a transfer from Dify that ended early."""
    return InvalidParameterError(
        "{parameter}: reading {name} from Dify broke off: {reason}; {advice}",
        name=shown_name(name),
        reason=reason,
        advice=KEPT_NOTHING,
        parameter=UPLOAD,
    )


def changed(name: str) -> ChangedFileError:
    """Return the error for a file that is another one by now, when its transfer goes on after it broke off."""
    return ChangedFileError(
        "{parameter}: reading {name} from Dify broke off: {reason}; {advice}",
        name=shown_name(name),
        reason=Message("the file has another content by now"),
        advice=KEPT_NOTHING,
        parameter=UPLOAD,
    )


def too_slow(name: str) -> InvalidParameterError:
    """Return the error for a source that sends nothing for too long."""
    return InvalidParameterError(
        "{parameter}: {name} did not arrive from Dify within the time for one request; raise request_timeout; {advice}",
        name=shown_name(name),
        advice=KEPT_NOTHING,
        parameter=UPLOAD,
    )


def empty(name: str) -> InvalidParameterError:
    """Return the error for a file without content."""
    return InvalidParameterError(
        "{parameter}: {name} is empty (0 bytes), and an empty file is not uploaded; check the step that made it",
        name=shown_name(name),
        parameter=UPLOAD,
    )


def too_large(name: str, size: int | None, most: int) -> InvalidParameterError:
    """Return the error for a file over the limit."""
    length = Message("more") if size is None else Message("{size:,} bytes", size=size)
    return InvalidParameterError(
        "{parameter}: {name} has {length}, and at most {most:,} bytes are uploaded; make it smaller or "
        "split it, or let the operator raise KINTONE_MAX_FILE_BYTES",
        name=shown_name(name),
        length=length,
        most=most,
        parameter=UPLOAD,
    )


def wrong_length(name: str, announced: int, *, is_short: bool) -> InvalidParameterError:
    """Return the error for a file that is shorter or longer than announced."""
    comparison = Message("fewer") if is_short else Message("more")
    return InvalidParameterError(
        "{parameter}: {name} has {comparison} than the {announced:,} bytes that were announced for it; "
        "upload the file to Dify again; {advice}",
        name=shown_name(name),
        advice=KEPT_NOTHING,
        comparison=comparison,
        announced=announced,
        parameter=UPLOAD,
    )
