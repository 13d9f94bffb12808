"""A small reference client that keeps every promise, or makes the given mistakes, to test the oracle."""

import json
import re
from itertools import groupby
from typing import Any, NamedTuple

from simulation.entry_evidence import is_read_first, never_adds
from simulation.network import Network
from simulation.scenario import ADD, APPEND, ATTACH, BY_ID, BY_KEY, NEW, QUERY, UPDATE, UPSERT, Entry, Scenario
from simulation.scheduler import Event, Scheduler
from simulation.statements import SAVED, UNKNOWN, UNSAVED
from simulation.tool_parameters import parameters_of, query_of, wrapped_record_of
from simulation.trace import Outcome
from simulation.world import FILE, Reply, key_text
from tests.simulation_tests.reference_actions import Actions
from tests.simulation_tests.reference_answers import FailedError, parsed, results_of
from tests.simulation_tests.reference_requests import TRIES

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


class _Call(Actions):
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
        if self.scenario.tool == UPDATE:
            return self._update()
        return self._upsert() if self.scenario.tool == UPSERT else self.act()

    def _add(self) -> Outcome:
        record = wrapped_record_of(self.scenario, self.scenario.entries[0])
        try:
            if self.scenario.validated:
                self.json("GET", "app/form/fields", {})
            answer = self.json("POST", "record", {"record": record})
        except FailedError as failed:
            return self.failed_one(failed)
        return Outcome(text="added", variables={"record_id": answer["id"], "revision": answer["revision"]})

    def _update(self) -> Outcome:
        entry = self.scenario.entries[0]
        told = ""
        try:
            if self.scenario.validated:
                self.json("GET", "app/form/fields", {})
            for _ in range(TRIES):
                found = self._found([entry]).get(entry.number) if is_read_first(self.scenario, entry) else None
                if is_read_first(self.scenario, entry) and found is None:
                    key = key_text(self.scenario, entry.key or 0)
                    return Outcome(f"[NOT_FOUND] no record has {key} · nothing is saved")
                _, row = self._write_of(entry, found)
                if found is not None:
                    told = self._rows_told(found, row["record"])
                    row |= {"revision": row.get("revision", found["$revision"]["value"])}
                payload = {"records": [row], **({"upsert": True} if "adds what is missing" in self.mistakes else {})}
                try:
                    (saved,) = results_of(self.json("PUT", "records", payload))
                    break
                except FailedError as failed:
                    code = failed.reply.code if failed.reply else ""
                    gone = code == "GAIA_RE01" and entry.target == BY_KEY
                    if failed.is_open or entry.revision or not (gone or code == "GAIA_CO02") or found is None:
                        words = f" · {key_text(self.scenario, entry.key or 0)}"
                        raise FailedError(f"{failed}{words}", is_open=failed.is_open, reply=failed.reply) from None
            else:
                return Outcome("[GAIA_CO02] others write all the time · nothing is saved")
        except FailedError as failed:
            return self.failed_one(failed)
        return Outcome(text=f"updated\n{told}", variables={"record_id": saved["id"], "revision": saved["revision"]})

    def _rows_told(self, found: dict[str, Any], sent: dict[str, Any]) -> str:
        """Tell what becomes of the rows of a record."""
        kept = {row["id"] for row in sent["rows"]["value"] if "id" in row}
        removed = [row["id"] for row in found["rows"]["value"] if row["id"] not in kept]
        if "hides rows that go" in self.mistakes:
            removed = []
        gone = f", {len(removed)} removed (ids {', '.join(removed)})" if removed else ""
        return f"rows: {len(sent['rows']['value']) - len(kept)} rows added, {len(kept)} kept{gone}"

    def _attach(self) -> Outcome:
        try:
            keys = [self._upload(f"given{index}.txt") for index in range(1, self.scenario.files + 1)]
            for _ in range(TRIES):
                record = self.json("GET", "record", {"id": self.scenario.record})["record"]
                kept = [{"fileKey": file["fileKey"]} for file in record["files"]["value"]]
                files = [*(kept if self.scenario.file_mode == APPEND else []), *({"fileKey": key} for key in keys)]
                change: dict[str, Any] = {"id": self.scenario.record, "record": {"files": {"value": files}}}
                if self.scenario.file_mode == APPEND and "leaves revision out" not in self.mistakes:
                    change["revision"] = record["$revision"]["value"]
                try:
                    self.json("PUT", "record", change)
                    break
                except FailedError as failed:
                    conflict = failed.reply is not None and failed.reply.code == "GAIA_CO02"
                    if not conflict or failed.is_open:
                        raise
            else:
                return Outcome("[GAIA_CO02] others write all the time · nothing is saved")
        except FailedError as failed:
            return self.failed_one(failed)
        return Outcome(text="attached")

    def _upload(self, name: str) -> str:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{head}Content-Type: text/plain\r\n\r\n".encode() + FILE + f"\r\n--{BOUNDARY}--\r\n".encode()
        return str(self.ask("POST", "file", body, FORM)["fileKey"])

    def _query(self) -> Outcome:
        cursor = ""
        ids: list[str] = []
        try:
            asked = {"query": query_of(self.scenario), "size": self.scenario.page, "fields": ["$id"]}
            cursor = self.json("POST", "records/cursor", asked)["id"]
            going = True
            while going:
                page = self.json("GET", "records/cursor", {"id": cursor})
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
            self.json("DELETE", "records/cursor", {"id": cursor}, cleaning=True)
        except FailedError:
            return

    def _upsert(self) -> Outcome:
        states = dict.fromkeys(range(1, len(self.scenario.entries) + 1), UNSAVED)
        results: dict[int, dict[str, str]] = {}
        # Entries of three kinds can leave three calls of a bulk request partly filled.
        window = (CALLS - 3) * self.scenario.batch
        try:
            if self.scenario.validated:
                self.json("GET", "app/form/fields", {})
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
                    if code == "GAIA_RE20":
                        words = self._missing_named(positions, failed.reply)
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
                must_exist = kind == BY_ID or any(never_adds(self.scenario, entries[position]) for position in some)
                wrongly = {BY_ID: "upserts by id", BY_KEY: "adds what is missing"}.get(kind, "") in self.mistakes
                if kind != NEW and (wrongly or not must_exist):
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
            records = self.json("GET", "records", {"query": f"{' or '.join(asked)} limit 500"})["records"]
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
        self._add_mistakes(record)
        if self.scenario.table_mode == APPEND and entry.target != NEW and not entry.rows:
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
        if self._appends(entry) and never_adds(self.scenario, entry) and entry.key:
            position = self.scenario.entries.index(entry) + 1
            named = f"entry {position}: no record has {key_text(self.scenario, entry.key)}"
            raise FailedError(f"[NOT_FOUND] {named}", is_open=False)
        if self._appends(entry) and entry.target == BY_KEY and "inserts by upsert" not in self.mistakes:
            return NEW, {**record, "key": {"value": key_text(self.scenario, entry.key or 0)}}
        if entry.target == NEW:
            return NEW, record
        if entry.target == BY_KEY:
            row["updateKey"] = {"field": "key", "value": key_text(self.scenario, entry.key or 0)}
        else:
            row["id"] = entry.record
        return entry.target, row

    def _add_mistakes(self, record: dict[str, Any]) -> None:
        if "writes what nobody asked for" in self.mistakes:
            record["amount"] = {"value": "77"}
        if "empties what is not given" in self.mistakes:
            record.setdefault("rows", {"value": []})

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
            answers = [self.json(parts[0].method, "records", parts[0].payload)]
        else:
            requests = [{"method": part.method, "api": "/k/v1/records.json", "payload": part.payload} for part in parts]
            body = json.dumps({"requests": requests}).encode()
            answers = self.ask("POST", "bulkRequest", body, "application/json")["results"]
        results: dict[int, dict[str, str]] = {}
        for part, answer in zip(parts, answers, strict=True):
            results.update(zip(part.positions, results_of(answer), strict=True))
        return results

    def _missing_named(self, positions: list[int], reply: Reply | None) -> str:
        """Name the entries whose key kintone does not find."""
        text = reply.body.decode() if reply else ""
        keys = {
            position: key_text(self.scenario, self.scenario.entries[position - 1].key or 0) for position in positions
        }
        named = [(position, key) for position, key in keys.items() if re.search(rf"value {re.escape(key)} ", text)]
        return "".join(f" (entry {position}: {key})" for position, key in named)

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
