"""People and attachments: what may become of odd values of USER_SELECT and its like, and of FILE."""

from dataclasses import replace

from tests.facts import reasons as why
from tests.facts.odd_rows import (
    REFUSED,
    SAVED_FILE,
    UPLOADED,
    Form,
    Row,
    either,
    refused,
    rows,
    stored,
)
from tests.facts.odd_shapes import shapes


def people(one: str, other: str, name: str) -> list[Row]:
    """Return the rows of a field that holds people, departments or groups, by two codes and the name of the first."""
    return [
        *shapes([]),
        stored([{"code": one}], [one], why.USERS),
        stored([{"code": one, "name": name}, {"code": other}], [one, other], why.USERS),
        either([{"code": one, "type": "USER"}], [one], because=why.USERS),
        stored([one], [one], why.CERTAIN),
        stored(one, [one], why.CERTAIN),
        stored({"code": one}, [one], why.CERTAIN),
        either([one, other], [one, other], because=why.CERTAIN),
        either([{"code": one}, {"code": one}], [one], [one, one], because=why.USERS),
        either(f"{one}、{other}", [one, other], because=why.MEANING_KEPT),
        either(f"{one},{other}", [one, other], because=why.MEANING_KEPT),
        either(f"{one}\n{other}", [one, other], because=why.MEANING_KEPT),
        either(f"{name} ({one})", [one], because=why.MEANING_KEPT),
        either(f"[{{'code': '{one}', 'name': '{name}'}}]", [one], because=why.PLAIN_ROWS),
        either(f'[{{"code": "{one}"}}]', [one], because=why.PLAIN_ROWS),
        either(f"['{one}']", [one], because=why.PLAIN_ROWS),
        either(f" {one} ", [one], because=why.MEANING_KEPT),
        either([{"value": one}], [one], because=why.MEANING_KEPT),
        either(" ", [], because=why.BLANK),
        refused("a、b", why.USER_UNKNOWN),
        refused("nobody", why.USER_UNKNOWN),
        refused([{"code": "nobody"}], why.USER_UNKNOWN),
        refused([{"code": one}, {"code": "nobody"}], why.USER_UNKNOWN),
        refused(f"{name}様", why.USER_UNKNOWN),
        refused("LOGINUSER()", why.USER_UNKNOWN),
        refused([{"name": name}], why.USERS),
        refused({"name": name}, why.USERS),
        refused([{"code": ""}], why.USERS),
        refused([{"code": None}], why.USERS),
        refused({"code": None}, why.USERS),
        refused({"code": {}}, why.USERS),
        refused([""], why.USERS),
        refused([one, {}], why.USERS),
        refused({one: True}, why.USERS),
        refused(0, why.USER_UNKNOWN),
        refused(5, why.USER_UNKNOWN),
        refused(True, why.REST),
        refused(False, why.REST),
        refused({"value": {"value": 1}}, why.REST),
    ]


USERS = Form("USER_SELECT", {"type": "USER_SELECT"}, [{"code": "tanaka", "name": "田中 一郎"}], in_tables=True)
TEAMS = Form("ORGANIZATION_SELECT", {"type": "ORGANIZATION_SELECT"}, [{"code": "sales", "name": "営業部"}])
GROUPS = Form("GROUP_SELECT", {"type": "GROUP_SELECT"}, [{"code": "everyone", "name": "Everyone"}])
PEOPLE_ROWS = [
    *rows(
        USERS,
        [
            *people("sato", "suzuki", "佐藤 昇"),
            stored("guest/mika@example.com", ["guest/mika@example.com"], why.CERTAIN),
            stored([{"code": "guest/mika@example.com"}], ["guest/mika@example.com"], why.USERS),
        ],
    ),
    *rows(TEAMS, people("support", "sales", "サポート")),
    *rows(GROUPS, people("managers", "everyone", "Managers")),
]

SAVED = [{"fileKey": SAVED_FILE, "name": "before.txt", "contentType": "text/plain", "size": "6"}]
FILES = Form("FILE", {"type": "FILE"}, SAVED, in_tables=True)
NEW_FILE = ["new.txt"]
FILE_ROWS = rows(
    FILES,
    [
        *shapes([]),
        stored([{"fileKey": UPLOADED}], NEW_FILE, why.FILES),
        stored([{"fileKey": UPLOADED, "file_name": "x", "size": 3, "mime_type": "a/b"}], NEW_FILE, why.FILES),
        stored([UPLOADED], NEW_FILE, why.CERTAIN),
        stored(UPLOADED, NEW_FILE, why.CERTAIN),
        either({"fileKey": UPLOADED}, NEW_FILE, because=why.MEANING_KEPT),
        either(f"['{UPLOADED}']", NEW_FILE, because=why.PLAIN_ROWS),
        either(f'["{UPLOADED}"]', NEW_FILE, because=why.PLAIN_ROWS),
        either(f"[{{'fileKey': '{UPLOADED}'}}]", NEW_FILE, because=why.PLAIN_ROWS),
        either(f" {UPLOADED} ", NEW_FILE, because=why.MEANING_KEPT),
        either([{"value": UPLOADED}], NEW_FILE, because=why.MEANING_KEPT),
        either(" ", [], because=why.BLANK),
        refused("見積.pdf", why.FILE_UNKNOWN),
        refused("a.pdf、b.pdf", why.FILE_UNKNOWN),
        refused("['見積.pdf', 'b.pdf']", why.FILE_UNKNOWN),
        refused("https://example.com/a.pdf", why.FILE_UNKNOWN),
        refused([{"name": "見積.pdf"}], why.FILES),
        refused({"name": "見積.pdf"}, why.FILES),
        refused([{"url": "https://example.com/a.pdf", "filename": "a.pdf"}], why.FILES),
        refused([{"fileKey": None}], why.FILES),
        refused([{"fileKey": ""}], why.FILES),
        refused([{"fileKey": 5}], why.FILES),
        refused([{"fileKey": {}}], why.FILES),
        refused({"fileKey": None}, why.FILES),
        refused([UPLOADED, {}], why.FILES),
        refused([""], why.FILES),
        refused(5, why.FILES),
        refused([5], why.FILES),
        refused("5", why.FILE_UNKNOWN),
        refused(0, why.FILES),
        refused(True, why.REST),
        refused(False, why.REST),
        refused({"value": {"value": 1}}, why.REST),
    ],
)
SAVED_FILE_ROWS = rows(
    replace(FILES, name="FILE that a record has", in_tables=False),
    [
        # Another record cannot take it over: its key is no upload.
        stored(SAVED, ["before.txt"], why.FILES, added=REFUSED),
        stored([{"fileKey": SAVED_FILE}], ["before.txt"], why.FILES, added=REFUSED),
        stored([{"fileKey": SAVED_FILE}, {"fileKey": UPLOADED}], ["before.txt", "new.txt"], why.FILES, added=REFUSED),
    ],
)
