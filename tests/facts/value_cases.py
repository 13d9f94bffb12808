"""All value cases: values as people, spreadsheets, templates and language models send them, by field type.

A case says that a value given for a field is `stored` as another, is `refused` with nothing written, or `either` of
both; its last argument is the fact that determines this (`tests/facts/documented_facts.py`). Stored values have a short
form: `""` or `[]` for an empty field, codes for people, names for files, the given columns for rows of tables. The
cases of some types are repeated in a table.

The modules `*_cases.py` hold the cases of each type. To add a value, add a line there;
`tests/facts/test_value_cases.py` sends it with each tool and setting.
"""

from tests.facts.case_types import Case
from tests.facts.choice_cases import CHOICE_CASES, ONE_CHOICE_CASES
from tests.facts.date_time_cases import DATE_CASES, DATETIME_CASES, TIME_CASES
from tests.facts.number_cases import MORE_NUMBER_CASES, NUMBER_CASES
from tests.facts.people_and_file_cases import FILE_CASES, PEOPLE_CASES, SAVED_FILE_CASES
from tests.facts.system_field_cases import COMPUTED_CASES, CREATOR_AND_TIME_CASES, LOOKUP_CASES
from tests.facts.table_cases import RESERVED_CODE_CASES, RESERVED_COLUMN_CASES, TABLE_CASES
from tests.facts.text_cases import LIMITED_CASES, LINE_CASES, LINK_CASES, TEXT_CASES

CASES: list[Case] = [
    *TEXT_CASES,
    *LIMITED_CASES,
    *LINE_CASES,
    *LINK_CASES,
    *NUMBER_CASES,
    *MORE_NUMBER_CASES,
    *CHOICE_CASES,
    *ONE_CHOICE_CASES,
    *DATE_CASES,
    *TIME_CASES,
    *DATETIME_CASES,
    *PEOPLE_CASES,
    *FILE_CASES,
    *SAVED_FILE_CASES,
    *TABLE_CASES,
    *RESERVED_COLUMN_CASES,
    *RESERVED_CODE_CASES,
    *COMPUTED_CASES,
    *CREATOR_AND_TIME_CASES,
    *LOOKUP_CASES,
]
