"""Ceilings that kintone publishes, each with its page, and a few of our own where kintone names none."""

READ_PAGE = 500
"""Records in one answer of GET records; https://cybozu.dev/ja/kintone/docs/overview/query"""

MAX_OFFSET = 10_000
"""Largest ``offset``; https://cybozu.dev/ja/kintone/docs/overview/query"""

WRITE_BATCH = 100
"""Records in one POST or PUT; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records"""

BULK_CALLS = 20
"""Calls in one bulkRequest; https://cybozu.dev/ja/kintone/docs/rest-api/records/bulk-request"""

TOKENS_PER_REQUEST = 9
"""API tokens in one header; https://cybozu.dev/ja/kintone/docs/rest-api/overview/authentication"""

FIELDS_IN_URL = 100
"""Entries of ``fields`` in an address, indexes 0 to 99; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records"""

FIELDS_IN_BODY = 1_000
"""Entries of ``fields`` in a JSON body; https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records"""

TEXT_LENGTH = 200_000
"""Characters of a text that is no data; ours: 1,000 field codes fit, and so does a query that takes a second to read.
kintone documents no length of a query, https://github.com/kintone-labs/kintone-js-sdk/issues/77 had 48,986."""

NAME_LENGTH = 128
"""Characters of a field code, a label or an option; https://github.com/kintone/rest-api-spec"""

FORM_FIELDS = 5_000
"""Fields, columns of tables among them, of what is still taken for a form; ours, ten times the 500 that kintone allows:
https://jp.cybozu.help/k/ja/admin/limitation/limit.html"""

FIELD_OPTIONS = 10_000
"""Options of one field of what is still taken for a form; ours, ten times the 1,000 that kintone allows:
https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html"""

LONGEST_URL = 4_096
"""Characters before a GET travels as POST; kintone refuses 8 KB, its own JavaScript client switches here."""

ANSWER_BYTES = 64 * 1024 * 1024
"""Largest JSON answer that is read; ours, so that a compressed bomb cannot fill the memory."""

MOST_NUMBER_DIGITS, MOST_NUMBER_DECIMALS = 30, 10
"""Digits, and decimals among them, that an app can be set to keep of a number;
https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html"""

DEFAULT_NUMBER_DIGITS, DEFAULT_NUMBER_DECIMALS = 16, 4
"""What an app keeps until it is set otherwise, the rest rounded half to even; https://github.com/kintone/rest-api-spec"""

UNIQUE_LENGTH = 64
"""Characters of a value whose duplicates are prohibited;
https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html"""
