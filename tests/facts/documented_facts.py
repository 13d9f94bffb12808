"""The documented facts that determine the outcomes of the value cases.

"Fact sheet" is the collection of facts about kintone's REST API that this plugin was built from; each entry names its
section, quotes it, and gives the page of kintone's documentation if there is one. "Contract" is the description of what
users of the plugin rely on.
"""

from tests.facts.case_types import Fact

TYPES = "https://kintone.dev/en/docs/kintone/overview/field-types/"
LIMITS = "https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html"

NOTHING_ELSE = Fact(
    "contract 5 kintone_add_record",
    "off, values are still brought into kintone's shape or refused: nothing is stored other than what was given",
)
CONVERTED = Fact(
    "contract 5, rule of values",
    "what is certain is converted: ▲ and △ as minus, full width, commas as thousands in threes, currency signs around "
    "a number; a text where kintone takes a list of one",
)
NOT_CONVERTED = Fact(
    "contract 5, rule of values",
    "the rest is refused: nothing that changes sign, size or day, no blank row, no field cleared by {}",
)
MEANING_KEPT = Fact(
    "contract 5 kintone_validate_record_data",
    "nothing ever changes the sign, the size, the day or the meaning of a value: converted faithfully, or refused",
)
NO_NEGATIVE_ZERO = Fact("fact sheet 6.1 NUMBER", "a decimal text; zero has no sign", TYPES)
CLEARED = Fact("fact sheet 6.2", '"", null or [] on PUT: value cleared; on POST: default suppressed, stored empty')
BLANK = Fact("fact sheet 6.2", '"", null or [] clear a value; what a text of blanks does is not said')
VALUE_OBJECT = Fact(
    "fact sheet 6.1", '"code": {"value": V} on write; a "type" in a write is accepted and ignored', TYPES
)
ROUNDED_NUMBER = Fact(
    "contract 4",
    "a whole number of more than 15 digits inside a decoded object was perhaps rounded on its way: refused; inside a "
    "JSON text it is exact, and taken",
)

TEXT = Fact("fact sheet 6.1 SINGLE_LINE_TEXT", "a string is stored as it is", TYPES)
TEXT_FROM_NUMBER = Fact("fact sheet 6.1 SINGLE_LINE_TEXT", "write value: string; of numbers nothing is said", TYPES)
LINE_ENDS = Fact("fact sheet 6.1 MULTI_LINE_TEXT", "string, LF", TYPES)
RICH = Fact("fact sheet 6.1 RICH_TEXT", "HTML; the server sanitises (unsure how)", TYPES)
LENGTHS = Fact("fact sheet 6.6 and 6.2", "minLength and maxLength; minLength is enforced for empty values too")
MAX_UNIQUE_LENGTH = Fact("fact sheet 3", "at most 64 characters where duplicates are prohibited", LIMITS)
AUTOMATIC = Fact(
    "fact sheet 6.1 SINGLE_LINE_TEXT and CALC", "computed by the server; what is sent is silently ignored", TYPES
)
NOT_WRITABLE = Fact("contract 5 kintone_validate_record_data", "code not_writable")
UNKNOWN = Fact("fact sheet 6.2 and contract 5", "kintone silently ignores an unknown code; the check refuses it")

NUMBER = Fact("fact sheet 6.1 NUMBER", "string or JSON number", TYPES)
NUMBER_TEXT = Fact("fact sheet 6.2", 'NUMBER " 42 " is stored as "42", "1.5e1" as "15"')
NOT_A_NUMBER = Fact("fact sheet 6.2", 'NUMBER "abc": 400; inside a table silently stored as empty, so never sent')
DECIMALS = Fact(
    "fact sheet 3, number overflow",
    "surplus decimals are rounded by the app's own setting (default 4, HALF_EVEN), which a client may not know",
    LIMITS,
)
DIGITS = Fact("fact sheet 3, number overflow", "with the default settings 13 digits before the point: 400", LIMITS)
RANGE = Fact("fact sheet 6.6 NUMBER", "minValue, maxValue")

LINK = Fact("fact sheet 6.1 LINK", "string; format checked by protocol WEB, CALL, MAIL", TYPES)

OPTIONS = Fact("fact sheet 6.1 CHECK_BOX", "list of option names", TYPES)
OPTION = Fact("fact sheet 6.1 DROP_DOWN", 'an option name; "" or null clears', TYPES)
RADIO_CLEARING = Fact("fact sheet 6.1 RADIO_BUTTON", 'clearing with "" is not reliable', TYPES)
OPTION_KEYS = Fact("fact sheet 6.6", "records store and accept the key of an option; its label is localised")
OPTION_REFUSED = Fact("fact sheet 4.2", 'bad option: 400 `The value, "X", is not in options.`')
REQUIRED = Fact("fact sheet 6.2", "present but blank: required fails; absent on PUT: value kept, on POST required")

DATE = Fact("fact sheet 6.1 DATE", '"YYYY-MM-DD"; also "2015", "2015-07", "2015-7-5" padded with 01', TYPES)
DATE_RANGE = Fact("fact sheet 3", "1000-01-01 to 9999-12-31", LIMITS)
TIME = Fact("fact sheet 6.1 TIME", '"HH:MM"; seconds unsure', TYPES)
DATETIME = Fact("fact sheet 6.1 DATETIME", '"…Z" or "…+09:00"; stored in UTC, seconds dropped', TYPES)
NO_OFFSET = Fact(
    "contract 5 kintone_query",
    "a text that has no offset, a bare date included, has two readings (kintone would take midnight UTC, nine hours "
    "off in Japan): refused",
)

USERS = Fact("fact sheet 6.1 USER_SELECT", '[{"code": "u1"}]; read as [{"code": "u1", "name": "…"}]', TYPES)
USER_UNKNOWN = Fact("fact sheet 4.3", "GAIA_IL26, GAIA_IL28: a user, group or organisation in a value is not found")
FILES = Fact("fact sheet 6.1 FILE and 6.4", '[{"fileKey": "…"}]; replaces; further keys are tolerated', TYPES)
FILE_UNKNOWN = Fact("fact sheet 4.3", "GAIA_BL01: file key not found")

TABLE = Fact("fact sheet 6.1 SUBTABLE", '[{"id": "381", "value": {"col": {"value": …}}}, {"value": {…}}]', TYPES)
TABLE_CLEARED = Fact("fact sheet 6.3", '"value": [] deletes all rows')
ROW_IDS = Fact(
    "fact sheet 6.3",
    "with an existing id: updated (columns not sent: kept, or blanked by an older note); unknown id: a new row; not "
    "numeric: CB_IJ01; the same twice: GAIA_SI01",
)
PLAIN_VALUES = Fact("contract 4 and 5", "plain values, the Python literal of a template, JSON text: taken or refused")

LOOKUP = Fact("fact sheet 6.5", 'key not found: GAIA_LO04; "" clears the copies')
COPIED = Fact("fact sheet 6.5", "copy targets sent by the client are ignored, not rejected")
SYSTEM = Fact("fact sheet 6.1", "record number, status, assignee, group: GAIA_UN10; category: GA_UO01", TYPES)
MANAGERS_ONLY = Fact(
    "fact sheet 6.1 CREATOR", "POST only, with app management permission (else GAIA_BF02); PUT: GAIA_UN10", TYPES
)
IGNORED_IDS = Fact("fact sheet 6.1", "$id and $revision are ignored inside record")
