"""Value cases of USER_SELECT, ORGANIZATION_SELECT, GROUP_SELECT and FILE."""

from dataclasses import replace

from tests.facts import documented_facts as facts
from tests.facts.case_types import (
    REFUSED,
    SAVED_FILE,
    UPLOADED,
    Case,
    Form,
    cases,
    either,
    refused,
    stored,
)
from tests.facts.common_cases import common_cases


def people(one: str, other: str, name: str) -> list[Case]:
    """Return the cases of a field of users, departments or groups, for two codes and the name of the first."""
    return [
        *common_cases([]),
        stored([{"code": one}], [one], facts.USERS),
        stored([{"code": one, "name": name}, {"code": other}], [one, other], facts.USERS),
        either([{"code": one, "type": "USER"}], [one], fact=facts.USERS),
        stored([one], [one], facts.CONVERTED),
        stored(one, [one], facts.CONVERTED),
        stored({"code": one}, [one], facts.CONVERTED),
        either([one, other], [one, other], fact=facts.CONVERTED),
        either([{"code": one}, {"code": one}], [one], [one, one], fact=facts.USERS),
        either(f"{one}、{other}", [one, other], fact=facts.MEANING_KEPT),
        either(f"{one},{other}", [one, other], fact=facts.MEANING_KEPT),
        either(f"{one}\n{other}", [one, other], fact=facts.MEANING_KEPT),
        either(f"{name} ({one})", [one], fact=facts.MEANING_KEPT),
        either(f"[{{'code': '{one}', 'name': '{name}'}}]", [one], fact=facts.PLAIN_VALUES),
        either(f'[{{"code": "{one}"}}]', [one], fact=facts.PLAIN_VALUES),
        either(f"['{one}']", [one], fact=facts.PLAIN_VALUES),
        either(f" {one} ", [one], fact=facts.MEANING_KEPT),
        either([{"value": one}], [one], fact=facts.MEANING_KEPT),
        either(" ", [], fact=facts.BLANK),
        refused("a、b", facts.USER_UNKNOWN),
        refused("nobody", facts.USER_UNKNOWN),
        refused([{"code": "nobody"}], facts.USER_UNKNOWN),
        refused([{"code": one}, {"code": "nobody"}], facts.USER_UNKNOWN),
        refused(f"{name}様", facts.USER_UNKNOWN),
        refused("LOGINUSER()", facts.USER_UNKNOWN),
        refused([{"name": name}], facts.USERS),
        refused({"name": name}, facts.USERS),
        refused([{"code": ""}], facts.USERS),
        refused([{"code": None}], facts.USERS),
        refused({"code": None}, facts.USERS),
        refused({"code": {}}, facts.USERS),
        refused([""], facts.USERS),
        refused([one, {}], facts.USERS),
        refused({one: True}, facts.USERS),
        refused(0, facts.USER_UNKNOWN),
        refused(5, facts.USER_UNKNOWN),
        refused(True, facts.NOT_CONVERTED),
        refused(False, facts.NOT_CONVERTED),
        refused({"value": {"value": 1}}, facts.NOT_CONVERTED),
    ]


USERS = Form("USER_SELECT", {"type": "USER_SELECT"}, [{"code": "tanaka", "name": "田中 一郎"}], in_tables=True)
TEAMS = Form("ORGANIZATION_SELECT", {"type": "ORGANIZATION_SELECT"}, [{"code": "sales", "name": "営業部"}])
GROUPS = Form("GROUP_SELECT", {"type": "GROUP_SELECT"}, [{"code": "everyone", "name": "Everyone"}])
PEOPLE_CASES = [
    *cases(
        USERS,
        [
            *people("sato", "suzuki", "佐藤 昇"),
            stored("guest/mika@example.com", ["guest/mika@example.com"], facts.CONVERTED),
            stored([{"code": "guest/mika@example.com"}], ["guest/mika@example.com"], facts.USERS),
        ],
    ),
    *cases(TEAMS, people("support", "sales", "サポート")),
    *cases(GROUPS, people("managers", "everyone", "Managers")),
]

SAVED = [{"fileKey": SAVED_FILE, "name": "before.txt", "contentType": "text/plain", "size": "6"}]
FILES = Form("FILE", {"type": "FILE"}, SAVED, in_tables=True)
NEW_FILE = ["new.txt"]
FILE_CASES = cases(
    FILES,
    [
        *common_cases([]),
        stored([{"fileKey": UPLOADED}], NEW_FILE, facts.FILES),
        stored([{"fileKey": UPLOADED, "file_name": "x", "size": 3, "mime_type": "a/b"}], NEW_FILE, facts.FILES),
        stored([UPLOADED], NEW_FILE, facts.CONVERTED),
        stored(UPLOADED, NEW_FILE, facts.CONVERTED),
        either({"fileKey": UPLOADED}, NEW_FILE, fact=facts.MEANING_KEPT),
        either(f"['{UPLOADED}']", NEW_FILE, fact=facts.PLAIN_VALUES),
        either(f'["{UPLOADED}"]', NEW_FILE, fact=facts.PLAIN_VALUES),
        either(f"[{{'fileKey': '{UPLOADED}'}}]", NEW_FILE, fact=facts.PLAIN_VALUES),
        either(f" {UPLOADED} ", NEW_FILE, fact=facts.MEANING_KEPT),
        either([{"value": UPLOADED}], NEW_FILE, fact=facts.MEANING_KEPT),
        either(" ", [], fact=facts.BLANK),
        refused("見積.pdf", facts.FILE_UNKNOWN),
        refused("a.pdf、b.pdf", facts.FILE_UNKNOWN),
        refused("['見積.pdf', 'b.pdf']", facts.FILE_UNKNOWN),
        refused("https://example.com/a.pdf", facts.FILE_UNKNOWN),
        refused([{"name": "見積.pdf"}], facts.FILES),
        refused({"name": "見積.pdf"}, facts.FILES),
        refused([{"url": "https://example.com/a.pdf", "filename": "a.pdf"}], facts.FILES),
        refused([{"fileKey": None}], facts.FILES),
        refused([{"fileKey": ""}], facts.FILES),
        refused([{"fileKey": 5}], facts.FILES),
        refused([{"fileKey": {}}], facts.FILES),
        refused({"fileKey": None}, facts.FILES),
        refused([UPLOADED, {}], facts.FILES),
        refused([""], facts.FILES),
        refused(5, facts.FILES),
        refused([5], facts.FILES),
        refused("5", facts.FILE_UNKNOWN),
        refused(0, facts.FILES),
        refused(True, facts.NOT_CONVERTED),
        refused(False, facts.NOT_CONVERTED),
        refused({"value": {"value": 1}}, facts.NOT_CONVERTED),
    ],
)
SAVED_FILE_CASES = cases(
    replace(FILES, name="FILE that a record has", in_tables=False),
    [
        # A new record cannot have it: its key is not one of an upload.
        stored(SAVED, ["before.txt"], facts.FILES, added=REFUSED),
        stored([{"fileKey": SAVED_FILE}], ["before.txt"], facts.FILES, added=REFUSED),
        stored([{"fileKey": SAVED_FILE}, {"fileKey": UPLOADED}], ["before.txt", "new.txt"], facts.FILES, added=REFUSED),
    ],
)
