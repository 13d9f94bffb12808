"""Tells what became of an action of process management."""

from collections.abc import Callable, Sequence

from kintone.messages import NOTHING, Joined, Message
from kintone.statuses.changing import Outcome
from kintone.statuses.situation import Place, StatusChange, people_named, records_named
from kintone.texts import printable

type RecordUrl = Callable[[int, str], str]


def status_lines(change: StatusChange, outcome: Outcome, record_url: RecordUrl) -> Sequence[Message]:
    """Return that the action is saved, which status the records have now, and what is unexpected about it."""
    lines = [_headline(change, outcome, record_url)]
    if outcome.unread is not None:
        lines.append(
            Message(
                "The action is saved; which status resulted could not be read: {problem}.",
                problem=outcome.unread.problem,
            )
        )
        return lines
    for place, ids in _groups(change, outcome):
        lines.append(_group_line(place, ids))
        lines.append(_doubt(change, outcome, place))
    left = [each for each in change.ids if each not in outcome.places]
    if left:
        lines.append(
            Message(
                "The action is saved, but these can no longer be read, because they were deleted or are not visible "
                "to the token: {records}.",
                records=records_named(left),
            )
        )
    return [line for line in lines if line]


def _headline(change: StatusChange, outcome: Outcome, record_url: RecordUrl) -> Message:
    values = {"action": printable(change.action), "app": change.app}
    if len(change.ids) > 1:
        return Message('Carried out "{action}" on {count} records of app {app}.', count=len(change.ids), **values)
    (record_id,) = change.ids
    return Message(
        'Carried out "{action}" on record {record} of app {app} (revision {revision}): {url}',
        record=record_id,
        revision=outcome.revisions[record_id],
        url=record_url(change.app, record_id),
        **values,
    )


def _groups(change: StatusChange, outcome: Outcome) -> Sequence[tuple[Place, Sequence[str]]]:
    """Return the records that were read, by status and assignees, in the order of the call."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for each in change.ids:
        if each in outcome.places:
            place = outcome.places[each]
            groups.setdefault((place.status, *place.codes), []).append(each)
    return [(outcome.places[ids[0]], ids) for ids in groups.values()]


def _group_line(place: Place, ids: Sequence[str]) -> Message:
    if not place.status:
        return Message(
            "The action is saved; the status of {records} is not visible to the token.", records=records_named(ids)
        )
    values = {"records": records_named(ids), "status": printable(place.status)}
    if not place.assignees:
        return Message('The status of {records} is now "{status}", with no assignee.', **values)
    return Message(
        'The status of {records} is now "{status}", assigned to {people}.',
        people=people_named(place.assignees),
        **values,
    )


def _doubt(change: StatusChange, outcome: Outcome, place: Place) -> Message:
    """Say what keeps the records in this status, and what a second run of the step would do.

    Whether kintone moves a record before all have acted is not documented, and others may have acted since: what is
    said holds in either case.
    """
    process = outcome.process
    if process is None or not place.status:
        return NOTHING
    named = process.named(change.action)
    onwards = [each for each in named if each.before == place.status]
    values = {"action": printable(change.action), "status": printable(place.status)}
    targets = ", ".join(dict.fromkeys(f'"{printable(each.after)}"' for each in named))
    again = NOTHING
    if onwards:
        again = Message(
            'Running this step again, as a retry of the workflow\'s node does, would carry out "{action}" once more: '
            '"{status}" offers it too.',
            **values,
        )
    moved = any(each.after == place.status for each in named)
    if onwards and process.assignment(place.status).waits_for_all:
        waiting = Message(
            'In "{status}" all assignees have to act before "{action}" leads on to {targets}; a record that waits for '
            "others has not moved.",
            targets=", ".join(dict.fromkeys(f'"{printable(each.after)}"' for each in onwards)),
            **values,
        )
        # Who has just arrived has not acted here yet; who has acted here is refused a second time.
        return Joined([waiting, again if moved and place.is_open else NOTHING], " ")
    unmoved = (
        NOTHING
        if moved or not named
        else Message(
            '"{action}" leads to {targets}: the record has not moved yet, or somebody has moved it since.',
            targets=targets,
            **values,
        )
    )
    return Joined([unmoved, again], " ")
