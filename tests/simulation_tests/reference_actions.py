"""What the reference client does to comment on records, to delete them and to move them to another status."""

import json
from itertools import groupby
from typing import Any

from simulation.scenario import COMMENT, READ_COMMENTS, REMOVE
from simulation.statements import SAVED, UNKNOWN, UNSAVED
from simulation.tool_parameters import COMMENT_TEXT, MATCHING
from simulation.trace import Outcome
from simulation.world import ACTIONS, OPEN, STATUS_FIELD
from tests.simulation_tests.reference_answers import FailedError
from tests.simulation_tests.reference_requests import Requests

COMMENT_PAGE = 10
CALLS = 20
OUTCOMES = {SAVED: "deleted", UNKNOWN: "may have been deleted", UNSAVED: "not deleted by this call"}


class Actions(Requests):
    """The calls that act on records without writing fields."""

    def act(self) -> Outcome:
        """Make the call of the scenario."""
        try:
            if self.scenario.tool == READ_COMMENTS:
                return self._read_comments()
            if self.scenario.tool == REMOVE:
                return self._remove()
            return self._comment() if self.scenario.tool == COMMENT else self._move()
        except FailedError as failed:
            return self.failed_one(failed)

    def failed_one(self, failed: FailedError) -> Outcome:
        """Return the outcome of a call that writes as a whole or not at all."""
        return Outcome(f"{failed} · {'may have been saved' if failed.is_open else 'nothing is saved'}")

    def _comment(self) -> Outcome:
        answer = self.json(
            "POST", "record/comment", {"record": self.scenario.record, "comment": {"text": COMMENT_TEXT}}
        )
        return Outcome(text="added", variables={"comment_id": answer["id"]})

    def _read_comments(self) -> Outcome:
        """Read pages that overlap; if one begins behind the last known comment, go back."""
        order, sign = ("desc", -1) if self.scenario.descending else ("asc", 1)
        known: list[dict[str, Any]] = []
        offset = 0
        while True:
            asked = {"record": self.scenario.record, "order": order, "offset": offset, "limit": COMMENT_PAGE}
            page = self.json("GET", "record/comments", asked)
            last = sign * int(known[-1]["id"]) if known else None
            fresh = [each for each in page["comments"] if last is None or sign * int(each["id"]) > last]
            skips = len(fresh) == len(page["comments"]) and bool(known) and offset > 0
            if skips and "loses comments" not in self.mistakes:
                offset = max(0, offset - COMMENT_PAGE + 1)
                continue
            known += [{**each, "text": each["text"][:-1]} for each in fresh]
            if not page["newer" if sign > 0 else "older"]:
                return Outcome(text="read", variables={"comments": known, "comment_count": len(known)})
            offset += len(page["comments"]) - (0 if "loses comments" in self.mistakes else 1)

    def _remove(self) -> Outcome:
        ids, total = sorted(self.scenario.chosen), len(self.scenario.chosen)
        if self.scenario.by_query:
            try:
                ids, total = self._matching()
            except FailedError as failed:
                return Outcome(f"{failed} · nothing was deleted")
        confirmed = len(self.scenario.chosen) + self.scenario.miscount
        counted = total if "counts the total" in self.mistakes else len(ids)
        if self.scenario.by_query and counted != confirmed and "deletes whatever is found" not in self.mistakes:
            return Outcome(f"[INVALID_INPUT] {counted} are found and {confirmed} expected, so nothing was deleted")
        states = dict.fromkeys(ids, UNSAVED)
        for start in range(0, len(ids), CALLS * self.scenario.batch):
            part = ids[start : start + CALLS * self.scenario.batch]
            try:
                self._delete(part)
            except FailedError as failed:
                is_open = failed.is_open and "calls unknown deletions unsaved" not in self.mistakes
                states.update(dict.fromkeys(part, UNKNOWN if is_open else UNSAVED))
                return Outcome(f"{failed} · {self._deletions(states)}")
            states.update(dict.fromkeys(part, SAVED))
        return Outcome(text="deleted", variables={"deleted_count": len(ids), "record_ids": [str(each) for each in ids]})

    def _matching(self) -> tuple[list[int], int]:
        """Return the ids of the records that the query finds, page by page, and the total of the first page."""
        ids: list[int] = []
        total = 0
        while True:
            query = f"({MATCHING}) and $id > {ids[-1] if ids else 0} order by $id asc limit {self.scenario.page}"
            page = self.json("GET", "records", {"query": query, "totalCount": True, "fields": ["$id"]})
            total = total or int(page["totalCount"])
            ids += [int(record["$id"]["value"]) for record in page["records"]]
            if len(page["records"]) < self.scenario.page:
                return ids, total

    def _delete(self, ids: list[int]) -> None:
        size = self.scenario.batch
        payloads = [
            {"app": self.network.world.app, "ids": ids[start : start + size]} for start in range(0, len(ids), size)
        ]
        if len(payloads) == 1:
            self.json("DELETE", "records", payloads[0])
            return
        requests = [{"method": "DELETE", "api": "/k/v1/records.json", "payload": payload} for payload in payloads]
        self.ask("POST", "bulkRequest", json.dumps({"requests": requests}).encode(), "application/json")

    def _deletions(self, states: dict[int, str]) -> str:
        if set(states.values()) == {UNSAVED}:
            return "nothing was deleted"
        grouped = groupby(states.items(), key=lambda item: item[1])
        return "; ".join(
            f"{OUTCOMES[state]}: records {', '.join(str(each) for each, _ in part)}" for state, part in grouped
        )

    def _move(self) -> Outcome:
        assignee = {"assignee": self.scenario.assignee} if self.scenario.assignee else {}
        rows = [{"id": number, "action": self.scenario.action, **assignee} for number in self.scenario.chosen]
        if "moves one by one" in self.mistakes:
            for row in rows:
                moved = self.json("PUT", "records/status", {"records": [row]})["records"]
        else:
            moved = self.json("PUT", "records/status", {"records": rows})["records"]
        ids = ", ".join(str(number) for number in self.scenario.chosen)
        try:
            found = self.json("GET", "records", {"query": f"$id in ({ids}) limit 500"})["records"]
        except FailedError:
            found = []
        statuses = {record["$id"]["value"]: record[STATUS_FIELD]["value"] for record in found}
        if "guesses the status" in self.mistakes:
            before = self.scenario.records[self.scenario.chosen[0] - 1].status
            statuses = dict.fromkeys(map(str, self.scenario.chosen), ACTIONS.get((before, self.scenario.action), OPEN))
        results = [{**each, "status": statuses.get(each["id"], "")} for each in moved]
        return Outcome(text="moved", variables={"results": results})
