"""A small reference client that keeps every promise, or makes the given mistakes, to test the oracle."""

import json
import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple

from simulation.network import BrokenError, Network, OutgoingRequest
from simulation.scenario import ADD, APPEND, ATTACH, BY_ID, BY_KEY, NEW, QUERY, Entry, Scenario
from simulation.scheduler import Event, Scheduler
from simulation.statements import SAVED, UNKNOWN, UNSAVED
from simulation.tool_parameters import parameters_of, query_of, wrapped_record_of
from simulation.trace import Outcome
from simulation.world import FILE, Reply, key_text
from tests.simulation_tests.reference_answers import EXPECTED, FailedError, parsed, results_of

LOCKS = ("GAIA_DA02", "GAIA_RE18", "GAIA_LT01")
TRIES = 4
CALLS = 20
BOUNDARY = "simulated"
FORM = "multipart/form-data; boundary=simulated"
STATE_PHRASES = {SAVED: ("is saved", "are saved"), UNSAVED: ("is not saved", "are not saved")}
MAY_BE_SAVED = "may have been saved"


class ReferenceClient:
    """Makes the call of a scenario; `mistakes` names what it does wrong."""

    def __init__(self, *mistakes: str) -> None:
        """Take the mistakes."""
        self.mistakes = frozenset(mistakes)

    def __call__(self, scenario: Scenario, network: Network, scheduler: Scheduler) -> Outcome:
        """Make the call."""
        outcome = _Call(scenario, network, scheduler, self.mistakes).run()
        if outcome.failure:
            return Outcome(self._with_mistakes(outcome.failure, network))
        return outcome

    def _with_mistakes(self, line: str, network: Network) -> str:
        if "says too much" in self.mistakes:
            return line + " " * 20_000
        if "tells its token" in self.mistakes:
            return f"{line} {network.world.token}"
        return line


class _Part(NamedTuple):
    """One call of a bulk request and the positions of its entries."""

    method: str
    payload: dict[str, Any]
    positions: list[int]


class _Call(NamedTuple):
    scenario: Scenario
    network: Network
    scheduler: Scheduler
    mistakes: frozenset[str]

    def run(self) -> Outcome:
        parameters_of(self.scenario)
        if "waits for ever" in self.mistakes:
            Event(self.scheduler).wait()
        if "fails always" in self.mistakes:
            return Outcome("[UNAVAILABLE] no · nothing is saved")
        if self.scenario.tool == QUERY:
            return self._query()
        if self.scenario.tool == ATTACH:
            return self._attach()
        if self.scenario.tool == ADD:
            return self._add()
        return self._upsert()

    def _json(self, method: str, api: str, payload: Mapping[str, Any], *, cleaning: bool = False) -> Any:  # noqa: ANN401 - JSON
        body = json.dumps({"app": self.network.world.app, **payload}).encode()
        return self._ask(method, api, body, "application/json", cleaning=cleaning)

    def _ask(self, method: str, api: str, body: bytes, content_type: str, *, cleaning: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Send a request, repeat it if it was certainly not applied, and return the response."""
        headers = {
            "Content-Type": content_type,
            "X-Cybozu-API-Token": self.network.world.token,
            "User-Agent": "careful",
            "X-HTTP-Method-Override": method,
        }
        if method in ("POST", "PUT"):
            headers.pop("X-HTTP-Method-Override")
        outgoing = OutgoingRequest("PUT" if method == "PUT" else "POST", f"/k/v1/{api}.json", headers, body)
        was_open = False
        for number in range(1, TRIES + 1):
            left = self.scenario.budget - self.scheduler.now()
            try:
                seconds = min(self.scenario.request_timeout, 2.0 if cleaning else max(left, 0.0))
                return self._once(outgoing, seconds, EXPECTED[f"{method} {api}"])
            except FailedError as failed:
                was_open = was_open or (failed.is_open and "forgets open tries" not in self.mistakes)
                safe = method == "GET" and api != "records/cursor"
                was_open = was_open and api in ("record", "records", "bulkRequest") and method != "GET"
                again = self._is_repeated(failed) or (failed.is_open and (safe or "repeats blindly" in self.mistakes))
                wait = self._wait_of(failed, number)
                too_long = wait > self.scenario.budget - self.scheduler.now() and "overruns" not in self.mistakes
                if not again or number == TRIES or too_long or cleaning:
                    raise FailedError(str(failed), is_open=was_open, reply=failed.reply) from None
                self.scheduler.sleep(wait)
        raise AssertionError

    def _is_repeated(self, failed: FailedError) -> bool:
        reply = failed.reply
        if reply is None:
            return not failed.is_open
        if reply.status >= 400 and "repeats refusals" in self.mistakes:
            return True
        return reply.status == 429 or reply.code in LOCKS

    def _wait_of(self, failed: FailedError, number: int) -> float:
        seconds = failed.reply.headers.get("Retry-After") if failed.reply else None
        return float(seconds) if seconds else 0.5 * number

    def _once(self, outgoing: OutgoingRequest, seconds: float, expected: frozenset[str]) -> Any:  # noqa: ANN401 - JSON
        if seconds <= 0 and "overruns" not in self.mistakes:
            raise FailedError("[BUDGET_EXCEEDED] the time of the call is over", is_open=False)
        try:
            reply = self.network.send(outgoing, 1000.0 if "overruns" in self.mistakes else seconds)
        except BrokenError as broken:
            raise FailedError(f"[UNREACHABLE] {broken}", is_open=broken.sent) from None
        answer = parsed(reply)
        if reply.status == 200 and answer is not None and (not expected or answer.keys() & expected):
            return answer
        certain = reply.status in {429, 407} or "WWW-Authenticate" in reply.headers
        certain = certain or (bool(reply.code) and (reply.status < 500 or reply.code in LOCKS))
        if "calls a 5xx unsaved" in self.mistakes and reply.status >= 500:
            certain = True
        raise FailedError(f"[{reply.code or 'UNAVAILABLE'}] status {reply.status}", is_open=not certain, reply=reply)

    def _add(self) -> Outcome:
        record = wrapped_record_of(self.scenario, self.scenario.entries[0])
        try:
            if self.scenario.validated:
                self._json("GET", "app/form/fields", {})
            answer = self._json("POST", "record", {"record": record})
        except FailedError as failed:
            return self._failed_one(failed)
        return Outcome(text="added", variables={"record_id": answer["id"], "revision": answer["revision"]})

    def _failed_one(self, failed: FailedError) -> Outcome:
        return Outcome(f"{failed} · {MAY_BE_SAVED if failed.is_open else 'nothing is saved'}")

    def _attach(self) -> Outcome:
        try:
            keys = [self._upload(f"given{index}.txt") for index in range(1, self.scenario.files + 1)]
            for _ in range(TRIES):
                record = self._json("GET", "record", {"id": self.scenario.record})["record"]
                kept = [{"fileKey": file["fileKey"]} for file in record["files"]["value"]]
                files = [*(kept if self.scenario.file_mode == APPEND else []), *({"fileKey": key} for key in keys)]
                change: dict[str, Any] = {"id": self.scenario.record, "record": {"files": {"value": files}}}
                if self.scenario.file_mode == APPEND and "leaves revision out" not in self.mistakes:
                    change["revision"] = record["$revision"]["value"]
                try:
                    self._json("PUT", "record", change)
                    break
                except FailedError as failed:
                    conflict = failed.reply is not None and failed.reply.code == "GAIA_CO02"
                    if not conflict or failed.is_open:
                        raise
            else:
                return Outcome("[GAIA_CO02] others write all the time · nothing is saved")
        except FailedError as failed:
            return self._failed_one(failed)
        return Outcome(text="attached")

    def _upload(self, name: str) -> str:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{head}Content-Type: text/plain\r\n\r\n".encode() + FILE + f"\r\n--{BOUNDARY}--\r\n".encode()
        return str(self._ask("POST", "file", body, FORM)["fileKey"])

    def _query(self) -> Outcome:
        cursor = ""
        ids: list[str] = []
        try:
            asked = {"query": query_of(self.scenario), "size": self.scenario.page, "fields": ["$id"]}
            cursor = self._json("POST", "records/cursor", asked)["id"]
            going = True
            while going:
                page = self._json("GET", "records/cursor", {"id": cursor})
                ids += [record["$id"]["value"] for record in page["records"]]
                going = page["next"]
        except (FailedError, KeyError) as failed:
            if cursor and "leaves cursors" not in self.mistakes:
                self._delete_cursor(cursor)
            return Outcome(str(failed))
        if "loses a record" in self.mistakes:
            ids = ids[:-1]
        if "tells a record twice" in self.mistakes:
            ids += ids[:1]
        return Outcome(text="read", variables={"record_ids": ids, "record_count": len(ids), "total_count": len(ids)})

    def _delete_cursor(self, cursor: str) -> None:
        try:
            self._json("DELETE", "records/cursor", {"id": cursor}, cleaning=True)
        except FailedError:
            return

    def _upsert(self) -> Outcome:
        states = dict.fromkeys(range(1, len(self.scenario.entries) + 1), UNSAVED)
        results: dict[int, dict[str, str]] = {}
        # Entries of three kinds can leave three calls of a bulk request partly filled.
        window = (CALLS - 3) * self.scenario.batch
        try:
            if self.scenario.validated:
                self._json("GET", "app/form/fields", {})
            for start in range(0, len(states), window):
                positions = list(states)[start : start + window]
                try:
                    written = self._write_with_merge(positions)
                except FailedError as failed:
                    states.update(dict.fromkeys(positions, UNKNOWN if failed.is_open else UNSAVED))
                    if "goes on after failures" not in self.mistakes:
                        raise
                    continue
                states.update(dict.fromkeys(positions, SAVED))
                results |= written
        except FailedError as failed:
            return Outcome(f"{failed} · {self._statements(states)}")
        if UNSAVED in states.values() or UNKNOWN in states.values():
            return Outcome(f"[X] failed · {self._statements(states)}")
        return self._success([results[position] for position in sorted(results)])

    def _write_with_merge(self, positions: list[int]) -> dict[int, dict[str, str]]:
        """Write some entries; after a conflict with another writer read and send them again."""
        for number in range(1, TRIES + 1):
            calls = self._calls(positions)
            try:
                return self._send_parts(calls)
            except FailedError as failed:
                reported = self._blamed(calls, failed.reply)
                entries = [self.scenario.entries[position - 1] for position in positions]
                merges = any(self._appends(entry) and entry.revision is None for entry in entries)
                own = any(entry.revision for entry in entries)
                code = failed.reply.code if failed.reply else ""
                again = (code == "GAIA_CO02" and not own) or (
                    code == "GAIA_RE01" and self._was_deleted(failed, positions)
                )
                again = again or (code == "CB_VA01" and len(reported) == 1 and self._can_be_overtaken(reported[0]))
                if failed.is_open or not merges or not again or number == TRIES or "never merges" in self.mistakes:
                    shift = 1 if "blames the wrong entry" in self.mistakes else 0
                    words = "".join(f" (entry {position + shift}, wrong)" for position in reported)
                    raise FailedError(f"{failed}{words}", is_open=failed.is_open, reply=failed.reply) from None
        raise AssertionError

    def _appends(self, entry: Entry) -> bool:
        return self.scenario.table_mode == APPEND and entry.target != NEW and bool(entry.rows)

    def _can_be_overtaken(self, position: int) -> bool:
        entry = self.scenario.entries[position - 1]
        return entry.target == BY_KEY and self._appends(entry)

    def _was_deleted(self, failed: FailedError, positions: list[int]) -> bool:
        text = failed.reply.body.decode() if failed.reply else ""
        ids = [entry.record for entry in self.scenario.entries if entry.record]
        return any(map(self._can_be_overtaken, positions)) and not any(f"(ID: {number})" in text for number in ids)

    def _calls(self, positions: list[int]) -> list[_Part]:
        """Return the calls for some entries, grouped by kind."""
        entries = {position: self.scenario.entries[position - 1] for position in positions}
        found = self._found([entry for entry in entries.values() if self._appends(entry)])
        rows = {position: self._write_of(entry, found.get(entry.number)) for position, entry in entries.items()}
        parts: list[_Part] = []
        for kind in (BY_KEY, BY_ID, NEW):
            of_kind = [position for position, (target, _) in rows.items() if target == kind]
            for start in range(0, len(of_kind), self.scenario.batch):
                some = of_kind[start : start + self.scenario.batch]
                payload: dict[str, Any] = {
                    "app": self.network.world.app,
                    "records": [rows[position][1] for position in some],
                }
                if kind == BY_KEY or (kind == BY_ID and "upserts by id" in self.mistakes):
                    payload["upsert"] = True
                parts.append(_Part("POST" if kind == NEW else "PUT", payload, some))
        return parts

    def _found(self, entries: list[Entry]) -> dict[int, dict[str, Any]]:
        """Return the existing records of the entries that append, by the number of the entry."""
        found: dict[int, dict[str, Any]] = {}
        for start in range(0, len(entries), 100):
            part = entries[start : start + 100]
            keys = ", ".join(f'"{key_text(self.scenario, entry.key)}"' for entry in part if entry.key)
            ids = ", ".join(str(entry.record) for entry in part if entry.record)
            asked = [f"key in ({keys})"] * bool(keys) + [f"$id in ({ids})"] * bool(ids)
            records = self._json("GET", "records", {"query": f"{' or '.join(asked)} limit 500"})["records"]
            by_key = {record["key"]["value"]: record for record in records}
            by_id = {int(record["$id"]["value"]): record for record in records}
            for entry in part:
                record = by_id.get(entry.record or 0) or by_key.get(key_text(self.scenario, entry.key or 0))
                if record is not None:
                    found[entry.number] = record
        return found

    def _write_of(self, entry: Entry, found: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
        """Return the kind of an entry's write and its element of `records`."""
        record = wrapped_record_of(self.scenario, entry)
        if "writes what nobody asked for" in self.mistakes:
            record["amount"] = {"value": "77"}
        if "empties what is not given" in self.mistakes:
            record.setdefault("rows", {"value": []})
        elif self.scenario.table_mode == APPEND and entry.target != NEW and not entry.rows:
            record.pop("rows", None)
        row: dict[str, Any] = {"record": record}
        if entry.revision is not None and "leaves revision out" not in self.mistakes:
            row["revision"] = entry.revision
        if self._appends(entry) and found is not None:
            kept = (
                [] if "loses saved rows" in self.mistakes else [{"id": each["id"]} for each in found["rows"]["value"]]
            )
            record["rows"]["value"] = [*kept, *record["rows"]["value"]]
            return BY_ID, {"revision": found["$revision"]["value"], **row, "id": found["$id"]["value"]}
        if self._appends(entry) and entry.target == BY_KEY and "inserts by upsert" not in self.mistakes:
            return NEW, {**record, "key": {"value": key_text(self.scenario, entry.key or 0)}}
        if entry.target == NEW:
            return NEW, record
        if entry.target == BY_KEY:
            row["updateKey"] = {"field": "key", "value": key_text(self.scenario, entry.key or 0)}
        else:
            row["id"] = entry.record
        return entry.target, row

    def _statements(self, states: dict[int, str]) -> str:
        if "says nothing" in self.mistakes:
            return "sorry"
        if "says all may have been saved" in self.mistakes:
            states = dict.fromkeys(states, UNKNOWN)
        if set(states.values()) == {UNSAVED}:
            return "nothing is saved"
        shift = 1 if "is off by one" in self.mistakes else 0
        parts = []
        for state, group in groupby(states.items(), key=lambda item: item[1]):
            numbers = [number for number, _ in group]
            one, many = STATE_PHRASES.get(state, (MAY_BE_SAVED, MAY_BE_SAVED))
            first, last = max(1, numbers[0] - shift), numbers[-1] - shift
            if numbers[-1] == len(states):
                last = len(states)
            parts.append(f"entry {first} {one}" if first == last else f"entries {first} to {last} {many}")
        return ", ".join(parts)

    def _send_parts(self, parts: list[_Part]) -> dict[int, dict[str, str]]:
        if len(parts) == 1:
            answers = [self._json(parts[0].method, "records", parts[0].payload)]
        else:
            requests = [{"method": part.method, "api": "/k/v1/records.json", "payload": part.payload} for part in parts]
            body = json.dumps({"requests": requests}).encode()
            answers = self._ask("POST", "bulkRequest", body, "application/json")["results"]
        results: dict[int, dict[str, str]] = {}
        for part, answer in zip(parts, answers, strict=True):
            results.update(zip(part.positions, results_of(answer), strict=True))
        return results

    def _blamed(self, parts: list[_Part], reply: Reply | None) -> list[int]:
        """Return the positions of the entries that kintone's error reports by their indexes."""
        answer = (parsed(reply) if reply else None) or {}
        part = parts[0]
        for index, result in enumerate(answer.get("results", [])):
            if "code" in result:
                part, answer = parts[index], result
        matches = [re.match(r"records\[(\d+)\]", key) for key in answer.get("errors", {})]
        places = {int(match[1]) for match in matches if match}
        return [part.positions[index] for index in sorted(places)]

    def _success(self, results: list[dict[str, str]]) -> Outcome:
        if "counts all as updates" in self.mistakes:
            results = [{**result, "operation": "UPDATE"} for result in results]
        if "tells results backwards" in self.mistakes:
            results = results[::-1]
        added = sum(result["operation"] == "INSERT" for result in results)
        keyed = sum(entry.target == BY_KEY for entry in self.scenario.entries)
        counts = {"add": added, "updated": len(results) - added, "requested": len(results), "with_update_key": keyed}
        return Outcome(text="done", variables={"results": results, "upsert_result": counts})
