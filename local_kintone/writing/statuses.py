"""Changing the status and the assignees of one record inside the call's database transaction.

https://cybozu.dev/ja/kintone/docs/rest-api/records/update-status/ and …/update-assignees/. What an API token does is
done by Administrator. Codes and texts of the errors are those of live servers; the order of the checks is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.dates import format_datetime
from local_kintone.numbers import is_digits
from local_kintone.refusals import RefusedError, no_person, no_process, wrong_shape
from local_kintone.storage.record_store import serialised
from local_kintone.storage.write_log import without_app
from local_kintone.writing.assignees import ADMINISTRATOR, candidates, people
from local_kintone.writing.rules import acting_user
from local_kintone.writing.saving import stored_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.process import Action, Process, Status
    from local_kintone.site import Site
    from local_kintone.storage.write_log import Action as Kind
    from local_kintone.writing.saving import WriteContext
    from local_kintone.writing.values import Problems

# "The action and the change of the status are two operations, so the revision rises by two" (update-status).
MOVED_REVISIONS = 2
NOT_AN_INTEGER = "Enter an integer value."


def check_target(given: Mapping[str, Any], required: tuple[str, ...], prefix: str, problems: Problems) -> None:
    """Add a problem for each required parameter that is missing, and for an id or a revision that is no integer."""
    for name in required:
        if given.get(name) in (None, ""):
            problems.add(f"{prefix}{name}", "Required field.")
    number, revision = given.get("id"), given.get("revision")
    if number not in (None, "") and not (_is_integer(number) and int(number) > 0):
        problems.add(f"{prefix}id", NOT_AN_INTEGER)
    if revision is not None and not _is_integer(revision):
        problems.add(f"{prefix}revision", NOT_AN_INTEGER)


def _is_integer(value: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(value, (int, str)) and is_digits(str(value).removeprefix("-"))


def act(context: WriteContext, given: Mapping[str, Any]) -> tuple[str, str]:
    """Carry out the `action` on the record `id` of a checked target; return its id and its new revision.

    Raises:
        RefusedError: GAIA_ST02 process management is off, GAIA_RE01 unknown record, GAIA_CO02 outdated revision,
            GAIA_IL03 the action is not possible from the record's status, GAIA_NT01 others have to act, GAIA_SA01,
            GAIA_SA04 or GAIA_IL26 the assignee is missing, not permitted or unknown.
    """
    process = _running(context)
    number = int(given["id"])
    stored, record = stored_record(context, number, given.get("revision"))
    form = context.app.form
    status, assigned = form.first_of_type("STATUS").code, form.first_of_type("STATUS_ASSIGNEE").code
    action = _action(context, process, record[status]["value"], number, given["action"])
    acting = [person["code"] for person in record[assigned]["value"]]
    if acting and ADMINISTRATOR not in acting:
        raise RefusedError(403, "GAIA_NT01", "Only Assignee can change the status.")
    chosen = _chosen(context, process.status(action.after), record, given.get("assignee"))
    others = [code for code in acting if code != ADMINISTRATOR]
    if process.status(action.before).assignee_type == "ALL" and others:
        record[assigned]["value"] = people(context.site.settings, others)
        steps = context.site.settings.waiting_revisions
    else:
        record[status]["value"] = action.after
        record[assigned]["value"] = people(context.site.settings, chosen)
        steps = MOVED_REVISIONS
    return _saved(context, "status", record, steps, sent=given, before=stored)


def _running(context: WriteContext) -> Process:
    process = context.app.running_process
    if process is None:
        raise no_process()
    return process


def _action(context: WriteContext, process: Process, status: str, number: int, name: object) -> Action:
    if not isinstance(name, str):
        raise wrong_shape()
    found = process.actions_from(status, name)
    # Two actions of one name in a status are an error whose code is not documented.
    if len(found) != 1 or not _suits(context, found[0], number):
        raise RefusedError(
            400,
            "GAIA_IL03",
            "Failed to update the status. The settings or the status itself may have been changed by someone.",
        )
    return found[0]


def _suits(context: WriteContext, action: Action, number: int) -> bool:
    return not action.condition or context.site.finder.matches(context.app, action.condition, number)


def _chosen(context: WriteContext, after: Status, record: dict[str, Any], given: object) -> list[str]:
    """Return the login names of the assignees in the next status.

    An assignee must be given exactly if one of several candidates is to be chosen.
    """
    if given is not None and not isinstance(given, str):
        raise wrong_shape()
    settings = context.site.settings
    possible = candidates(settings, after, record)
    if given and given not in settings.users:
        raise no_person("USER", given)
    if after.assignee_type == "ONE" and possible:
        if not given:
            raise RefusedError(400, "GAIA_SA01", "Assignee is required.")
        possible = [code for code in possible if code == given]
        given = None if possible else given
    if given:
        raise RefusedError(400, "GAIA_SA04", "Failed to update status. Assignee cannot be specified by the action.")
    return possible


def assign(context: WriteContext, given: Mapping[str, Any]) -> str:
    """Replace the assignees of the record `id` by the login names of a checked target; return its new revision.

    Raises:
        RefusedError: GAIA_ST02, GAIA_RE01 and GAIA_CO02 as for an action, GAIA_IL26 an unknown user, GAIA_TO02 several
            assignees in a status that has one.
    """
    process = _running(context)
    stored, record = stored_record(context, int(given["id"]), given.get("revision"))
    settings = context.site.settings
    if not all(isinstance(code, str) for code in given["assignees"]):
        raise wrong_shape()
    codes = list(dict.fromkeys(given["assignees"]))
    for code in codes:
        if code not in settings.users:
            raise no_person("USER", code)
    form = context.app.form
    status = process.status(record[form.first_of_type("STATUS").code]["value"])
    if status.assignee_type == "ONE" and len(codes) > 1:
        raise RefusedError(400, "GAIA_TO02", f'Only one assignee can be set to "{status.name}".')
    record[form.first_of_type("STATUS_ASSIGNEE").code]["value"] = people(settings, codes)
    return _saved(context, "assignees", record, 1, sent=given, before=stored)[1]


def _saved(  # noqa: PLR0913 - the parts of a log entry
    context: WriteContext, kind: Kind, record: dict[str, Any], steps: int, *, sent: Mapping[str, Any], before: str
) -> tuple[str, str]:
    form, site = context.app.form, context.site
    record[form.first_of_type("MODIFIER").code]["value"] = acting_user(site.settings)
    record[form.first_of_type("UPDATED_TIME").code]["value"] = format_datetime(site.clock.now())
    number, revision = int(record["$id"]["value"]), int(record["$revision"]["value"]) + steps
    record["$revision"]["value"] = str(revision)
    text = serialised(record)
    site.records.write(context.app.number, number, revision, text)
    context.note(kind, number, revision, sent=without_app(sent), texts=(before, text))
    return str(number), str(revision)


def force_status(site: Site, app: App, number: int, status: str, assignees: Iterable[str]) -> None:
    """Give a record a status and assignees as if others had acted; the revision rises as by an action.

    Raises:
        ValueError: there is no such status or record, or process management is off.
    """
    process, record = app.running_process, site.records.get(app.number, number)
    if process is None or record is None or status not in process.names:
        raise ValueError(f"record {number} of app {app.number} cannot have the status {status!r}")
    record[app.form.first_of_type("STATUS").code]["value"] = status
    record[app.form.first_of_type("STATUS_ASSIGNEE").code]["value"] = people(site.settings, assignees)
    revision = int(record["$revision"]["value"]) + MOVED_REVISIONS
    record["$revision"]["value"] = str(revision)
    site.records.write(app.number, number, revision, serialised(record))
