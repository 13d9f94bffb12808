"""The operators and functions of kintone's query language, and which of them the fields of a type take.

Source: https://cybozu.dev/ja/kintone/docs/overview/query. The rows that use these rules are in ``field_types``.
"""

from dataclasses import dataclass, replace
from typing import Final

EQUALITY: Final = ("=", "!=")
ORDER: Final = (">", "<", ">=", "<=")
LISTS: Final = ("in", "not in")
SEARCH: Final = ("like", "not like")
EMPTINESS: Final = ("is empty", "is not empty")

DATE_FUNCTIONS: Final = (
    "TODAY", "YESTERDAY", "TOMORROW", "FROM_TODAY", "THIS_WEEK", "LAST_WEEK", "NEXT_WEEK", "THIS_MONTH", "LAST_MONTH",
    "NEXT_MONTH", "THIS_YEAR", "LAST_YEAR", "NEXT_YEAR",
)  # fmt: skip
FUNCTIONS: Final = {
    "LOGINUSER": "LOGINUSER()", "PRIMARY_ORGANIZATION": "PRIMARY_ORGANIZATION()", "NOW": "NOW()", "TODAY": "TODAY()",
    "YESTERDAY": "YESTERDAY()", "TOMORROW": "TOMORROW()", "FROM_TODAY": "FROM_TODAY(-7, DAYS)",
    "THIS_WEEK": "THIS_WEEK(MONDAY)", "LAST_WEEK": "LAST_WEEK(MONDAY)", "NEXT_WEEK": "NEXT_WEEK(MONDAY)",
    "THIS_MONTH": "THIS_MONTH(LAST)", "LAST_MONTH": "LAST_MONTH(LAST)", "NEXT_MONTH": "NEXT_MONTH(LAST)",
    "THIS_YEAR": "THIS_YEAR()", "LAST_YEAR": "LAST_YEAR()", "NEXT_YEAR": "NEXT_YEAR()",
}  # fmt: skip
"""Every function, with an example of its arguments."""
PERIODS: Final = ("DAYS", "WEEKS", "MONTHS", "YEARS")
WEEKDAYS: Final = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
LAST_DAY: Final = "LAST"


@dataclass(frozen=True, slots=True)
class QueryRules:
    """How the fields of a type are used in queries.

    ``operators`` are those in conditions, ``functions`` the names of those that may stand in place of a value.
    ``empty`` and ``filled`` follow the code in a condition for "no value" and "any value"; blank where kintone
    documents none, or where a value is never missing. ``sortable`` tells whether ``order by`` takes the field,
    ``dotted`` whether conditions name columns of it behind a dot, as in ``related.name``.
    """

    operators: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    empty: str = ""
    filled: str = ""
    sortable: bool = False
    dotted: bool = False

    @property
    def in_rows(self) -> "QueryRules":
        """The rules for a column of a table or related records: ``in`` and ``not in`` replace ``=`` and ``!=``.

        Such a column cannot be sorted by, and ``= ""`` does not ask for an empty one.
        """
        equality = [operator for operator in self.operators if operator in EQUALITY]
        others = [operator for operator in self.operators if operator not in (*EQUALITY, *LISTS)]
        lists = LISTS if equality or LISTS[0] in self.operators else ()
        blank = self.empty.startswith(EQUALITY)
        return replace(
            self,
            operators=(*lists, *others),
            empty="" if blank else self.empty,
            filled="" if blank else self.filled,
            sortable=False,
        )


def _rules(
    *operators: str, empty: tuple[str, str] = ("", ""), functions: tuple[str, ...] = (), sortable: bool = True
) -> QueryRules:
    return QueryRules(operators, functions, *empty, sortable)


_BLANK: Final = ('= ""', '!= ""')
_NO_ENTRY: Final = ('in ("")', 'not in ("")')

NO_RULES: Final = QueryRules()
IDS: Final = _rules(*EQUALITY, *ORDER, *LISTS)
CALCULATED: Final = IDS
NUMBERS: Final = _rules(*EQUALITY, *ORDER, *LISTS, empty=_BLANK)
LINES: Final = _rules(*EQUALITY, *LISTS, *SEARCH, empty=_BLANK)
LONG_TEXTS: Final = _rules(*SEARCH, *EMPTINESS, empty=EMPTINESS, sortable=False)
RICH_TEXTS: Final = _rules(*SEARCH, sortable=False)
FILES: Final = LONG_TEXTS
ONE_OPTION: Final = _rules(*LISTS, empty=_NO_ENTRY)
OPTIONS: Final = _rules(*LISTS, empty=_NO_ENTRY, sortable=False)
DATES: Final = _rules(*EQUALITY, *ORDER, empty=_BLANK, functions=DATE_FUNCTIONS)
TIMES: Final = _rules(*EQUALITY, *ORDER, empty=_BLANK)
MOMENTS: Final = _rules(*EQUALITY, *ORDER, empty=_BLANK, functions=("NOW", *DATE_FUNCTIONS))
MOMENTS_OF_KINTONE: Final = _rules(*EQUALITY, *ORDER, functions=("NOW", *DATE_FUNCTIONS))
USERS: Final = _rules(*LISTS, empty=_NO_ENTRY, functions=("LOGINUSER",), sortable=False)
ONE_USER: Final = _rules(*LISTS, functions=("LOGINUSER",))
ASSIGNEES: Final = _rules(*LISTS, functions=("LOGINUSER",), sortable=False)
ORGANIZATIONS: Final = _rules(*LISTS, empty=_NO_ENTRY, functions=("PRIMARY_ORGANIZATION",), sortable=False)
STATUSES: Final = _rules(*EQUALITY, *LISTS)
RELATED: Final = QueryRules(dotted=True)
