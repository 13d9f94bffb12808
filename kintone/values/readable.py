"""People and table rows as our ``readable`` CSV shows them: written so that they can only be read in one way.

* A user, department or group is ``Name (code)``, or the code alone where there is no other name. A code with blanks,
  brackets, quotes or separators stands in quotes as in JSON: ``Sales ("sales tokyo")``.
* A row of a table is one line, ``column: value, column: value``, without its empty cells. The values of a list have
  ``" / "`` between them. A value that could be misread stands in quotes as in JSON: one with a comma and a blank, a
  quote or blank at its beginning, a blank at its end, or a line end, and in a list one with a slash between blanks.
  An empty row shows its first column: ``column: ""``.

What is read here may have been written by people too; what could mean two things is refused.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview

# Users, departments and groups

_PLAIN_CODE = r"""[^\s()\uff08\uff09",;\u3001\uff0c\uff1b]+"""
_IS_PLAIN = re.compile(_PLAIN_CODE)
_STRING = r'"(?:[^"\\]|\\.)*"'
_QUOTED = re.compile(rf" \(({_STRING})\)\Z")
_NAMED = re.compile(rf".+\s\(({_PLAIN_CODE})\)|.+\uff08([^\s\uff08\uff09]+)\uff09", re.DOTALL)
_MAY_BE_NAMED = re.compile(r".+(?:\s\(.*\)|\uff08.*\uff09)", re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x1f]+")


def person_text(code: str, name: str) -> str:
    """Return a user, department or group as one line; ``name`` may be blank, and its line ends become blanks."""
    shown = _CONTROLS.sub(" ", name).strip()
    if _IS_PLAIN.fullmatch(code):
        return code if not shown or shown == code else f"{shown} ({code})"
    return f"{shown or _CONTROLS.sub(' ', code)} ({_in_quotes(code)})"


def person_code(line: str) -> Mapping[str, str] | str:
    """Return a code that is in quotes or has a name before it as an object, any other text for ``read_codes``.

    Raises ``UnusableValueError`` for a text that may be a code with brackets, or a name and a code.
    """
    text = line.rstrip()
    if quoted := _QUOTED.search(text):
        return {"code": _out_of_quotes(quoted[1], text)}
    if named := _NAMED.fullmatch(text):
        # Several people may stand in one line.
        return text if re.search("[,;\u3001\uff0c\uff1b\t]", text) else {"code": named[1] or named[2]}
    if _MAY_BE_NAMED.fullmatch(text):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} may be a code, or a name with a code in brackets", value=preview(text)),
            Message("write the code in quotes behind a name, as in {example}", example='Sales ("sales tokyo")'),
        )
    return text


# Rows of tables

ITEM_SEPARATOR = ", "
INNER_SEPARATOR = " / "
_UNCLEAR = re.compile(r'\A["\s]|\s\Z|, |[\x00-\x1f]')
_UNCLEAR_IN_LIST = re.compile(rf"{_UNCLEAR.pattern}|(?:\A| )/(?: |\Z)")
_AT_STRING = re.compile(_STRING)
_USE_COLUMNS = Message(
    "put a value with a comma, a quote or a line end into quotes as in JSON, or give the columns of the table columns "
    "of their own, as csv_format kintone does"
)


def row_text(cells: Mapping[str, str | Sequence[str]]) -> str:
    """Return a row as one line, from a text or a list of texts by the code of each column."""
    shown = {code: _cell_text(value) for code, value in cells.items()}
    filled = [f"{code}: {text}" for code, text in shown.items() if text]
    return ITEM_SEPARATOR.join(filled or [f'{code}: ""' for code in list(shown)[:1]])


def _cell_text(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return _in_quotes(value) if _UNCLEAR.search(value) else value
    return INNER_SEPARATOR.join(_in_quotes(text) if _UNCLEAR_IN_LIST.search(text) else text for text in value if text)


class RowReader:
    """Reads the rows of one table."""

    def __init__(self, columns: Iterable[str], lists: Collection[str]) -> None:
        """Take the codes of the columns, and of those whose values are lists."""
        codes = "|".join(map(re.escape, columns))
        self._begin = re.compile(rf"({codes}): ")
        self._end = re.compile(rf"{ITEM_SEPARATOR}(?:{codes}): ")
        self._end_in_list = re.compile(rf"{self._end.pattern}|{INNER_SEPARATOR}")
        self._lists = lists

    def rows(self, text: str) -> list[dict[str, list[str]]]:
        """Return the texts of each cell by the code of its column, row by row; raises ``UnusableValueError``.

        A column that is no list has one text. Blank lines are no rows.
        """
        return [self._row(line) for line in text.split("\n") if line.strip()]

    def _row(self, line: str) -> dict[str, list[str]]:
        cells: dict[str, list[str]] = {}
        at = 0
        while at < len(line) or not cells:
            begin = self._begin.match(line, at)
            if begin is None or begin[1] in cells:
                raise _unclear(line)
            cells[begin[1]], at = self._values(line, begin.end(), is_list=begin[1] in self._lists)
        return cells

    def _values(self, line: str, at: int, *, is_list: bool) -> tuple[list[str], int]:
        """Return the values that begin here, and where the next column begins."""
        values: list[str] = []
        while True:
            text, at = self._value(line, at, is_list=is_list)
            values.append(text)
            if not is_list or not line.startswith(INNER_SEPARATOR, at):
                break
            at += len(INNER_SEPARATOR)
        if at < len(line) and not self._end.match(line, at):
            raise _unclear(line)
        return values, at + len(ITEM_SEPARATOR)

    def _value(self, line: str, at: int, *, is_list: bool) -> tuple[str, int]:
        """Return the value that begins here, and where it ends."""
        if line.startswith('"', at):
            quoted = _AT_STRING.match(line, at)
            if quoted is None:
                raise _unclear(line)
            return _out_of_quotes(quoted[0], line), quoted.end()
        found = (self._end_in_list if is_list else self._end).search(line, at)
        end = found.start() if found else len(line)
        text = line[at:end]
        comma = text.find(ITEM_SEPARATOR)
        if comma >= 0 and ": " in text[comma:]:
            # Perhaps a column that the form no longer has.
            raise _unclear(line)
        return text, end


def _unclear(line: str) -> UnusableValueError:
    complaint = Message("{value} cannot be told apart into the columns of a row", value=preview(line))
    return UnusableValueError(ProblemCode.AMBIGUOUS, complaint, _USE_COLUMNS)


# Quotes


def _in_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _out_of_quotes(text: str, line: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value}: what stands in quotes there cannot be read as JSON", value=preview(line)),
            Message('write \\" for a quote and \\\\ for a backslash inside quotes'),
        ) from None
