"""The table of odd values: what people, spreadsheets, templates and language models send, field type by field type.

Read a row as: this value, given for this field, is `stored` as that, is `refused` with nothing written, or `either`
where the facts leave both open; the last argument is the fact that says so (`tests/facts/reasons.py`). What is stored
stands in a short form: an empty field is `""` or `[]`, people are their codes, files their names, rows of tables the
columns that were given. A type that stands in tables too is tried there with the same values.

The modules `odd_*.py` hold the types. To add a value, add a line under its type; `tests/facts/test_odd_values.py`
sends it every way there is.
"""

from tests.facts.odd_choices import CHOICE_ROWS, ONE_CHOICE_ROWS
from tests.facts.odd_moments import DATE_ROWS, MOMENT_ROWS, TIME_ROWS
from tests.facts.odd_numbers import MORE_NUMBER_ROWS, NUMBER_ROWS
from tests.facts.odd_people import FILE_ROWS, PEOPLE_ROWS, SAVED_FILE_ROWS
from tests.facts.odd_rows import Row
from tests.facts.odd_system import AUTHORED_ROWS, COMPUTED_ROWS, LOOKUP_ROWS
from tests.facts.odd_tables import AWKWARD_ROWS, NAMED_ROWS, TABLE_ROWS
from tests.facts.odd_texts import LIMITED_ROWS, LINE_ROWS, LINK_ROWS, TEXT_ROWS

ROWS: list[Row] = [
    *TEXT_ROWS,
    *LIMITED_ROWS,
    *LINE_ROWS,
    *LINK_ROWS,
    *NUMBER_ROWS,
    *MORE_NUMBER_ROWS,
    *CHOICE_ROWS,
    *ONE_CHOICE_ROWS,
    *DATE_ROWS,
    *TIME_ROWS,
    *MOMENT_ROWS,
    *PEOPLE_ROWS,
    *FILE_ROWS,
    *SAVED_FILE_ROWS,
    *TABLE_ROWS,
    *AWKWARD_ROWS,
    *NAMED_ROWS,
    *COMPUTED_ROWS,
    *AUTHORED_ROWS,
    *LOOKUP_ROWS,
]
