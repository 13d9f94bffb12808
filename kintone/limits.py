"""Maxima that kintone documents, each with its page, and some of our own where kintone documents none."""

# Records in one answer of GET records; https://cybozu.dev/ja/kintone/docs/overview/query
MAX_RECORDS_PER_READ = 500

# Largest ``offset``; https://cybozu.dev/ja/kintone/docs/overview/query
MAX_OFFSET = 10_000

# Records in one POST, PUT or DELETE; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records
MAX_RECORDS_PER_WRITE = 100

# Records in one change of status; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-statuses/
MAX_RECORDS_PER_ACTION = 100

# Comments in one answer; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-comments
MAX_COMMENTS_PER_READ = 10

# Characters and mentions of a comment; https://cybozu.dev/ja/kintone/docs/rest-api/records/add-comment
MAX_COMMENT_LENGTH, MAX_MENTIONS = 65_535, 10

# Calls in one bulkRequest; https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request
MAX_BULK_REQUESTS = 20

# API tokens in one header; https://cybozu.dev/ja/kintone/docs/rest-api/overview/authentication
MAX_TOKENS = 9

# Entries of ``fields`` in an address, indexes 0 to 99; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records
MAX_FIELDS_IN_URL = 100

# Entries of ``fields`` in a JSON body; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records
MAX_FIELDS_IN_BODY = 1_000

# Characters of a text that holds no record data, such as a query; our own: 1,000 field codes fit, and a query of this
# length takes about a second to parse. kintone documents no maximum for a query;
# https://github.com/kintone-labs/kintone-js-sdk/issues/77 had 48,986.
MAX_TEXT_LENGTH = 200_000

# Characters of a field code, a label or an option; https://github.com/kintone/rest-api-spec
MAX_NAME_LENGTH = 128

# Fields of a form in an answer, including columns of tables; our own, ten times what kintone allows:
# https://jp.cybozu.help/k/ja/admin/limitation/limit.html
MAX_FORM_FIELDS = 5_000

# Options that a field can have; https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html
MAX_OPTIONS = 1_000

# Options of one field in an answer; our own.
MAX_FIELD_OPTIONS = 10 * MAX_OPTIONS

# Characters of the address of a GET; a longer one is sent as POST. kintone refuses 8 KB; its own JavaScript client
# switches at this length.
MAX_URL_LENGTH = 4_096

# Rows of a table, or entries of another list, that are read; our own, since kintone documents no maximum.
MAX_LIST_ENTRIES = 10_000

# Levels of nested objects and lists that are read; our own: a record with a table has eight.
MAX_DEPTH = 64

# Characters of a file key; our own, kintone's have about fifty:
# https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file/
MAX_FILE_KEY_LENGTH = 500

# Bytes of the records in one request body; our own, since kintone documents no maximum and gateways refuse large ones.
MAX_BULK_BYTES = 5_000_000

# Bytes of a JSON answer after decompression; our own, so that a compressed answer cannot fill the memory.
MAX_ANSWER_BYTES = 64 * 1024 * 1024

# Total digits and decimal places that an app can be set to keep of a number;
# https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html
MAX_NUMBER_DIGITS, MAX_NUMBER_DECIMALS = 30, 10

# The same for an app without that setting, which rounds half to even; https://github.com/kintone/rest-api-spec
DEFAULT_NUMBER_DIGITS, DEFAULT_NUMBER_DECIMALS = 16, 4

# Characters of the value of a link; our own, since nobody keeps a longer address.
MAX_LINK_LENGTH = 4_096

# Characters of the code of a user, department or group, and bits of one that is a number; our own, four times those of
# a field code.
MAX_CODE_LENGTH = 512

# Characters of a value in a field that prohibits duplicates;
# https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html
MAX_UNIQUE_LENGTH = 64

MAX_GROUPS = 100_000
"""Groups of one aggregation; our own limit, to keep memory small."""

MAX_DISTINCT_VALUES = 1_000_000
"""Different values that one aggregation counts in all groups together; our own limit, to keep memory small."""

MAX_GROUP_CHARACTERS = 20_000_000
"""Characters in the names of all groups of one aggregation; our own limit, to keep memory small."""

MAX_ROWS = 10_000
"""Rows that an aggregation returns; our own limit."""
