"""Slips in queries that can only mean one thing: quotes and operators of other keyboards and languages.

kintone refuses a query with any of them (``CB_VA01``), so that mending one never changes a query that works. A field
code holds letters, digits, ``_`` and a few other symbols, none of those below.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kintone.messages import Joined, Message
from kintone.query.comparisons import CONNECTORS, NUMBER
from kintone.query.tokens import OPERATOR_SYMBOLS, OPERATOR_WORDS, quote
from kintone.texts import printable, to_half_width

MAX_TOLD = 10
SHOWN = 40

_OPERATOR_SIGNS = "=!<>\uff1d\uff01\uff1c\uff1e\u2260\u2266\u2267\u2264\u2265"
_MARKS = {"\u2260": "!=", "\u2266": "<=", "\u2267": ">=", "\u2264": "<=", "\u2265": ">="}
_OPERATORS = {"==": "=", "===": "=", "<>": "!=", "!==": "!=", "=>": ">=", "=<": "<=", ">==": ">=", "<==": "<="}
_PUNCTUATION = {"\uff08": "(", "\uff09": ")", "\uff0c": ",", "\u3001": ","}
_CONNECTORS = {"&&": "and", "||": "or"}
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\uff02"
_SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b\uff07"

_PIECE = re.compile(
    rf"""
      (?P<SPACE>\s+)
    | (?P<TEXT>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<UNCLOSED>")
    | (?P<OPERATOR>[{_OPERATOR_SIGNS}]+)
    | (?P<PUNCTUATION>[(),{"".join(_PUNCTUATION)}])
    | (?P<CONNECTOR>&&|\|\|)
    | (?P<WORD>(?:[^\s"(),{"".join(_PUNCTUATION)}{_OPERATOR_SIGNS}&|]|&(?!&)|\|(?!\|))+)
    """,
    re.VERBOSE | re.DOTALL,
)
# What may follow a text. An apostrophe, which is not the end of a text, stands between two letters.
_AFTER_TEXT = r"(?=\s*+(?:$|[),\uff09\uff0c\u3001]|&&|\|\||(?:and|or|order|limit|offset)\b))"
_QUOTED = re.compile(
    rf"""
      [{_DOUBLE_QUOTES}](?P<double>[^{_DOUBLE_QUOTES}"\\]*+)[{_DOUBLE_QUOTES}]{_AFTER_TEXT}
    | [{_SINGLE_QUOTES}](?P<single>(?:[^{_SINGLE_QUOTES}"\\]|(?<=\w)[{_SINGLE_QUOTES}](?=\w))*+)[{_SINGLE_QUOTES}]
      {_AFTER_TEXT}
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a query as it was written and as it is sent."""

    written: str
    sent: str


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    written: str
    sent: str


def mended(query: str) -> tuple[str, Sequence[Change]]:
    """Return the query without slips, and what was changed; the same query where nothing was.

    Texts in double quotes are never changed. Never raises; a second time nothing is left to mend.
    """
    pieces = _without_semicolon(_without_where(_pieces(query)))
    changes = [Change(piece.written, piece.sent) for piece in pieces if piece.sent != piece.written]
    return ("".join(piece.sent for piece in pieces), changes) if changes else (query, ())


def told(changes: Sequence[Change]) -> Message:
    """Return a sentence with each different change, the first ten in words."""
    different = list(dict.fromkeys(changes))
    shown = [_told(change) for change in different[:MAX_TOLD]]
    if left := len(different) - len(shown):
        shown.append(Message("{count} more were mended", count=left))
    return Message("query: {changes}", changes=Joined(shown, ", "))


def _told(change: Change) -> Message:
    written, sent = (printable(text.strip(), SHOWN) for text in (change.written, change.sent))
    if not sent:
        return Message("{written} was left out", written=written)
    return Message("{written} was sent as {sent}", written=written, sent=sent)


# The pieces of a query


def _pieces(query: str) -> list[_Piece]:
    """Split a query into its pieces; everything behind a text that cannot be read with certainty stays as it is."""
    pieces: list[_Piece] = []
    place, before, depth_of_list = 0, "", 0
    while place < len(query):
        wants_value = before in OPERATOR_SYMBOLS or before == "like" or (depth_of_list == 1 and before in ("(", ","))
        if wants_value and query[place] in _DOUBLE_QUOTES + _SINGLE_QUOTES:
            match = _QUOTED.match(query, place)
            piece = _Piece("TEXT", match[0], quote(match["double"] or match["single"] or "")) if match else None
        else:
            match = _PIECE.match(query, place)
            piece = _piece(str(match.lastgroup), match[0], wants_value=wants_value) if match else None
        if piece is None or piece.kind == "UNCLOSED":
            pieces.append(_Piece("REST", query[place:], query[place:]))
            break
        pieces.append(piece)
        place += len(piece.written)
        if piece.kind != "SPACE":
            if piece.sent == "(" and (depth_of_list or before == "in"):
                depth_of_list += 1
            elif piece.sent == ")" and depth_of_list:
                depth_of_list -= 1
            before = piece.sent.lower()
    return _with_spaces(pieces)


def _piece(kind: str, written: str, *, wants_value: bool) -> _Piece:
    sent = written
    if kind == "OPERATOR":
        sent = _operator(written)
    elif kind == "PUNCTUATION":
        sent = _PUNCTUATION.get(written, written)
    elif kind == "CONNECTOR":
        sent = _CONNECTORS[written]
    elif kind == "WORD" and wants_value and NUMBER.fullmatch(to_half_width(written)):
        sent = to_half_width(written)
    return _Piece(kind, written, sent)


def _operator(written: str) -> str:
    """Return the operator that is meant, or the text itself."""
    plain = to_half_width("".join(_MARKS.get(character, character) for character in written))
    meant = _OPERATORS.get(plain, plain)
    return meant if meant in OPERATOR_SYMBOLS else written


def _with_spaces(pieces: list[_Piece]) -> list[_Piece]:
    """Return the pieces with a space on each side of ``and`` and ``or`` that were ``&&`` and ``||``."""
    spaced = list(pieces)
    for place, piece in enumerate(pieces):
        if piece.kind == "CONNECTOR":
            before = "" if place and pieces[place - 1].kind == "SPACE" else " "
            after = "" if place + 1 < len(pieces) and pieces[place + 1].kind == "SPACE" else " "
            spaced[place] = _Piece(piece.kind, piece.written, f"{before}{piece.sent}{after}")
    return spaced


def _without_where(pieces: list[_Piece]) -> list[_Piece]:
    """Leave out a ``where`` in front of a comparison; before an operator it is a field code."""
    places = [place for place, piece in enumerate(pieces[:6]) if piece.kind != "SPACE"]
    words = [pieces[place].sent.lower() for place in places]
    if words[:1] != ["where"] or len(words) < 3:  # noqa: PLR2004 - where, code, operator
        return pieces
    first, second = words[1], words[2]
    is_compared = pieces[places[1]].kind == "WORD" and second in (*OPERATOR_SYMBOLS, *OPERATOR_WORDS)
    if first != "(" and (first in (*OPERATOR_WORDS, *CONNECTORS) or not is_compared):
        return pieces
    return [_Piece("WORD", pieces[places[0]].written, ""), *pieces[places[1] :]]


def _without_semicolon(pieces: list[_Piece]) -> list[_Piece]:
    """Leave out semicolons at the end, which end a statement in other languages."""
    mended_pieces = list(pieces)
    for place in reversed(range(len(pieces))):
        piece = pieces[place]
        if piece.kind == "SPACE":
            continue
        if piece.kind != "WORD" or not piece.sent.endswith(";"):
            break
        sent = _piece("WORD", piece.sent.rstrip(";"), wants_value=True).sent
        mended_pieces[place] = _Piece(piece.kind, piece.written, sent)
        if sent:
            break
    return mended_pieces
