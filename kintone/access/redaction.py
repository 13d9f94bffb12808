"""Masking of secrets in texts and data: tokens, passwords in addresses, headers.

A secret is found in any letter case and encoding: percent-encoded, base64, hexadecimal, or escaped as in JSON or HTML.
Parts of a long secret are found as well, so that a text that was cut before it was masked shows no part of it.
"""

import base64
import html
import operator
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, batched
from typing import Any, Final, NamedTuple

from kintone.access import key_texts

MASK: Final = "***"
MIN_SECRET_LENGTH: Final = 4
"""Shorter secrets are not masked."""
MIN_TOKEN_LENGTH: Final = 8
"""Tokens must have at least this length: shorter ones occur in ordinary words and cannot be masked reliably."""
MIN_KEY_LENGTH: Final = 24
"""A row of this many letters and digits is taken for a key; the tokens of kintone have 40."""
PART_STEP: Final = 4
MIN_PIECE: Final = MIN_TOKEN_LENGTH
"""Every piece of this many bytes of a long secret is found, wherever it was cut. The parts searched for start every
``PART_STEP`` bytes and are short enough that any such piece contains one; a part counts if the piece around it is long
enough."""
MIN_ENCODED_PIECE: Final = 11
"""Characters of base64 for ``MIN_PIECE`` bytes."""
MIN_HEX_PIECE: Final = 2 * MIN_PIECE
"""Hexadecimal digits for ``MIN_PIECE`` bytes."""
QUICK_PART_LENGTH: Final = 8
TEXT_SEPARATOR: Final = b"\xff"
"""A byte that does not occur in UTF-8."""
MAX_ESCAPES: Final = 3
"""A secret is found in a text that was escaped up to this many times."""
MAX_LOGGED_VALUE: Final = 500
USER_INFO: Final = re.compile(r"(?<=://)[^/?#\s]+(?=@)")
"""User name and password in a web address; a password may hold an ``@``, so they end at the last one."""
ADDRESS_QUERY: Final = re.compile(r"""(://[^\s?"'<>]*)(\?[^\s"'<>]+)?""")
"""A web address with its query string. It also matches without one, so that no part is searched twice."""
TOKEN_HEADER: Final = re.compile(r"(?i)(x-cybozu-(?:api-token|authorization)['\"]?\s*[:=]\s*)[^\r\n]+")
SCHEME_HEADER: Final = re.compile(
    r"(?i)(\bauthorization['\"]?\s*[:=]\s*['\"]?)(?:(?:basic|bearer|digest|negotiate|token)\s+\S+|[^\s'\"]{16,})"
)
"""A field may be called Authorization, so the text after it is masked only if it looks like a secret."""
_KEY: Final = re.compile(rf"[A-Za-z0-9]{{{MIN_KEY_LENGTH}}}")
_KEY_CHARACTERS: Final = re.compile(rb"[a-z0-9._~+/=-]+")
_PLAIN_CHARACTERS: Final = re.compile(rb"[#-\[\]-~]+")
"""Characters that JSON writes as they are, a slash perhaps excepted, and that end no row of ``_ASCII_RUN``."""
_ESCAPE: Final = re.compile(
    rb"%([0-9a-f]{2})|\\x([0-9a-f]{2})|\\(u[0-9a-f]{4}(?:\\ud[c-f][0-9a-f]{2})?)"
    rb"|\\([\"'/\\])|&((?:#[0-9]+|#x[0-9a-f]+|amp|lt|gt|quot|apos);?)"
)
"""An escaped character of a URL, JSON, Python or HTML; matched against lower case."""
_ESCAPED_ASCII_BY_MARK: Final = {
    b"%": re.compile(rb"%[2-7]"),
    b"&": re.compile(rb"&[#a]"),
    b"\\": re.compile(rb"\\\\[ux/]"),
}
"""The beginning of an escape of an ASCII character in JSON, which writes a backslash as two, by its first byte: a byte
is found in a fraction of the time of a pattern, and the three patterns in a sixth of the time of one for all."""
_ASCII_RUN: Final = re.compile(rb"[#-~]{%d,}" % MIN_PIECE)
"""A row of ASCII characters without quotes, which end every text in JSON."""

type Span = tuple[int, int]


class _PartOrigin(NamedTuple):
    """The origin of a searched part: the encoded secret, the offset in it, and the length of the shortest piece."""

    form: bytes
    start: int
    least: int


def looks_like_a_token(text: str) -> bool:
    """Return whether a text has so many letters and digits in a row that it may be an API token in the wrong field."""
    return _KEY.search(text) is not None


class Redactor:
    """Masks the secrets of one call; its ``repr`` does not show them.

    ``secrets`` are masked everywhere. ``words`` are masked in messages and logs only: a password that is a word or a
    year stands in many records, and masking it there would damage them. ``keys`` are long texts in base64, such as
    private keys; in data pieces of them count from ``key_texts.PIECE_IN_DATA`` characters on.
    """

    __slots__ = ("_keys", "_needles", "_quick_parts", "_words")

    def __init__(self, secrets: Iterable[str], *, words: Iterable[str] = (), keys: Iterable[str] = ()) -> None:
        """Prepare the search for each form of each secret, in parts if it is long."""
        listed = tuple(words)
        self._words = Redactor(listed) if listed else None
        self._keys = key_texts.KeyTexts(keys)
        needles: dict[bytes, list[_PartOrigin]] = {}
        quick: set[bytes] = set()
        for secret in set(secrets):
            if len(secret) >= MIN_SECRET_LENGTH:
                for form, least in _forms(secret):
                    for start, size in _parts(form, least):
                        needles.setdefault(form[start : start + size], []).append(
                            _PartOrigin(form, start, min(least, len(form)))
                        )
                    quick |= _quick_parts(form, least)
        self._needles = needles
        self._quick_parts = quick

    def mask(self, text: str) -> str:
        """Return the text with secrets, words, tokens in headers, passwords and query strings in addresses masked."""
        masked = self._masked(text, key_texts.PIECE)
        if self._words:
            masked = self._words._masked(masked)  # noqa: SLF001 - another redactor
        masked = ADDRESS_QUERY.sub(_without_query, USER_INFO.sub(MASK, masked))
        return SCHEME_HEADER.sub(rf"\1{MASK}", TOKEN_HEADER.sub(rf"\1{MASK}", masked))

    def mask_data[Data](self, data: Data) -> Data:
        """Return JSON data with the secrets masked in texts, keys and numbers; the same object if it holds none.

        Nothing else is masked, since data of a server may hold addresses and headers. Keys that become equal are
        numbered.
        """
        masked = {text: self._masked(text) for text in self._texts_with_secrets(data)}
        result: Any = _replaced(data, masked) if masked else data
        return result  # type: ignore[no-any-return]

    def may_occur_in(self, text: bytes) -> bool:
        """Return whether JSON in UTF-8 may hold a secret in any form; fast enough for many records.

        A piece is found if it contains the beginning or the end of the secret, or has at least
        ``2 * QUICK_PART_LENGTH - 1`` bytes.
        """
        lowered = text.lower()
        return (
            self._holds_key(lowered)
            or any(part in lowered for part in self._quick_parts)
            or (_has_escapes(lowered) and self._occurs_escaped_in(lowered))
        )

    def _holds_key(self, lowered: bytes) -> bool:
        return next(self._keys.spans(lowered, key_texts.PIECE_IN_DATA), None) is not None

    def _occurs_escaped_in(self, lowered: bytes) -> bool:
        runs = {run for run in _ASCII_RUN.findall(lowered) if _has_escapes(run)}
        # In JSON the backslash of an escape is itself escaped.
        return bool(self._find(TEXT_SEPARATOR.join(runs), MAX_ESCAPES + 1, key_texts.PIECE_IN_DATA))

    def occurs_in(self, text: str | bytes) -> bool:
        """Return whether a text, or JSON in UTF-8, holds a secret."""
        return bool(self._spans(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text))

    def occurs_in_data(self, data: object) -> bool:
        """Return whether JSON data hold a secret, in a text, a key or a number at any depth."""
        return bool(self._texts_with_secrets(data))

    def _masked(self, text: str, least: int = key_texts.PIECE_IN_DATA) -> str:
        encoded = text.encode("utf-8", "surrogatepass")
        borders = [0, *(border for span in self._spans(encoded, least) for border in span), len(encoded)]
        kept = (encoded[start:end] for start, end in batched(borders, 2))
        return MASK.encode().join(kept).decode("utf-8", "surrogatepass")

    def _texts_with_secrets(self, data: object) -> set[str]:
        """Return the texts of JSON data that hold a secret; they are joined and searched at once, which is faster."""
        texts = list(_texts_in(data))
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        next_starts = list(accumulate(len(text) + 1 for text in encoded))
        return {texts[bisect_right(next_starts, start)] for start, _ in self._spans(TEXT_SEPARATOR.join(encoded))}

    def _spans(self, encoded: bytes, least: int = key_texts.PIECE_IN_DATA) -> list[Span]:
        """Return the spans of secrets, in order and without overlaps; ``least`` is that of ``KeyTexts.spans``."""
        merged: list[Span] = []
        for start, end in sorted(self._find(encoded.lower(), MAX_ESCAPES, least)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _find(self, text: bytes, max_escapes: int, least: int) -> set[Span]:
        """Return the spans of secrets in a lower-case text, also in what is left when its escapes are undone."""
        found = {span for needle, origins in self._needles.items() for span in _pieces(text, needle, origins)}
        found.update(self._keys.spans(text, least))
        unescaped = _Unescaped.of(text) if max_escapes else None
        if unescaped is not None:
            found |= {unescaped.original_span(span) for span in self._find(unescaped.text, max_escapes - 1, least)}
        return found

    def __repr__(self) -> str:
        """Show no secret."""
        return "Redactor()"

    def __reduce__(self) -> str:
        """Refuse pickling, since it would store the secrets."""
        raise TypeError("a Redactor holds secrets and cannot be pickled")


# Texts inside JSON data


def _texts_in(data: object) -> set[str]:
    """Return all texts, keys and numbers of JSON data."""
    found: set[str] = set()
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Mapping):
            pending += value.keys()
            pending += value.values()
        elif isinstance(value, list | tuple):
            pending += value
        else:
            found.add(_shown(value))
    return found


def _shown(value: object) -> str:
    """Return the digits of a number, or how another value is shown; blank for a number too long for Python."""
    try:
        return str(value)
    except ValueError:
        return ""


def _replaced(data: object, masked: Mapping[str, str]) -> object:
    """Return the data with these texts replaced; parts without them are the same objects."""
    if isinstance(data, str):
        return masked.get(data, data)
    if isinstance(data, Mapping):
        return _replaced_object(data, masked)
    if isinstance(data, list | tuple):
        entries = [_replaced(entry, masked) for entry in data]
        return data if all(map(operator.is_, entries, data)) else entries
    return masked.get(_shown(data), data)


def _replaced_object(data: Mapping[Any, Any], masked: Mapping[str, str]) -> Mapping[Any, Any]:
    replaced: dict[Any, Any] = {}
    for key, value in data.items():
        masked_key = masked.get(key, key)
        unused_key, number = masked_key, 1
        while unused_key in replaced:
            number += 1
            unused_key = f"{masked_key} ({number})"
        replaced[unused_key] = _replaced(value, masked)
    is_same = all(key in data and value is data[key] for key, value in replaced.items())
    return data if is_same else replaced


# Escapes


def _has_escapes(lowered: bytes) -> bool:
    """Return whether JSON in lower case holds the escape of an ASCII character."""
    return any(mark in lowered and pattern.search(lowered) for mark, pattern in _ESCAPED_ASCII_BY_MARK.items())


class _Unescaped:
    """A text with its escapes undone, and the positions of its bytes in the original text.

    Behind ``i`` of the ``starts``, a position in the original text is larger by ``shifts[i]``.
    """

    def __init__(self, text: bytes, starts: Sequence[int], shifts: Sequence[int]) -> None:
        self.text = text
        self._starts = starts
        self._shifts = shifts

    @classmethod
    def of(cls, text: bytes) -> "_Unescaped | None":
        """Undo the escapes of a lower-case text once; None if it has none."""
        parts: list[bytes] = []
        starts: list[int] = []
        shifts = [0]
        read = written = 0
        for match in _ESCAPE.finditer(text):
            before = text[read : match.start()]
            character = _character(match)
            read = match.end()
            written += len(before) + len(character)
            parts += (before, character)
            starts.append(written)
            shifts.append(read - written)
        if not parts:
            return None
        return cls(b"".join([*parts, text[read:]]).lower(), starts, shifts)

    def original_span(self, span: Span) -> Span:
        """Return the span in the original text, with whole escapes: it ends where the next byte begins."""
        return self._original(span[0]), self._original(span[1])

    def _original(self, position: int) -> int:
        return position + self._shifts[bisect_right(self._starts, position)]


def _character(match: re.Match[bytes]) -> bytes:
    percent, short, long, escaped, named = match.groups()
    if percent or short:
        return bytes.fromhex((percent or short).decode())
    if long:
        units = bytes.fromhex(long.decode().replace("\\", "").replace("u", ""))
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    try:
        return escaped or html.unescape(f"&{named.decode()}").encode()
    except ValueError:  # Python refuses to convert a number of some thousand digits
        return match[0]


# The search for the parts of a secret


def _pieces(text: bytes, needle: bytes, origins: Sequence[_PartOrigin]) -> Iterator[Span]:
    """Yield the pieces of secrets around each occurrence of a part, if they are long enough."""
    position = text.find(needle)
    while position >= 0:
        next_position = position + 1
        for form, offset, least in origins:
            start, end = _extended(text, position, form, offset, len(needle))
            if end - start >= least:
                next_position = max(next_position, end)
                yield start, end
        position = text.find(needle, next_position)


def _extended(text: bytes, position: int, form: bytes, offset: int, size: int) -> Span:
    """Return the longest piece of a form around its part of ``size`` bytes at ``position`` in the text."""
    start, form_start = position, offset
    while start and form_start and text[start - 1] == form[form_start - 1]:
        start, form_start = start - 1, form_start - 1
    end, form_end = position + size, offset + size
    while end < len(text) and form_end < len(form) and text[end] == form[form_end]:
        end, form_end = end + 1, form_end + 1
    return start, end


# The forms of a secret, and the parts of a form


def _forms(secret: str) -> Iterator[tuple[bytes, int]]:
    """Yield the encoded forms of a secret, in lower case, each with the length of the shortest piece to mask."""
    encoded = secret.encode("utf-8", "surrogatepass")
    in_query = encoded.replace(b" ", b"+")
    yield from ((form.lower(), MIN_PIECE) for form in {encoded, in_query})
    if len(secret) >= MIN_TOKEN_LENGTH:
        yield from ((form.lower(), MIN_ENCODED_PIECE) for form in _in_base64(encoded))
        yield encoded.hex().encode(), MIN_HEX_PIECE


def _in_base64(secret: bytes) -> set[bytes]:
    """Return the base64 forms of a secret, for each of the three positions in a group where it can begin.

    The characters at both ends that also depend on neighbouring bytes are left out: the first two or three behind one
    or two other bytes, and the last one unless it ends a byte.
    """
    forms: set[bytes] = set()
    for before, left_out in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(bytes(before) + secret)[left_out : 8 * (before + len(secret)) // 6]
        forms |= {text, text.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms


def _parts(form: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Yield start and size of the parts to search: the whole form, or short parts of it if it is a key."""
    if not _is_key(form):
        yield 0, len(form)
        return
    size = least - PART_STEP + 1
    last = len(form) - size
    yield from ((start, size) for start in (*range(0, last, PART_STEP), last))


def _quick_parts(form: bytes, least: int) -> set[bytes]:
    """Return the parts that ``may_occur_in`` searches: several of a secret, a single one of each encoded form.

    For a form with a character that JSON may escape it is the empty part, which every text contains.
    """
    if not _PLAIN_CHARACTERS.fullmatch(form):
        return {b""}
    if least in (MIN_ENCODED_PIECE, MIN_HEX_PIECE):
        return {form[: 2 * QUICK_PART_LENGTH]}
    last = len(form) - QUICK_PART_LENGTH
    return {form[start : start + QUICK_PART_LENGTH] for start in (*range(0, last, QUICK_PART_LENGTH), last)}


def _is_key(form: bytes) -> bool:
    return len(form) >= MIN_KEY_LENGTH and _KEY_CHARACTERS.fullmatch(form) is not None


def _without_query(address: re.Match[str]) -> str:
    return address[1] + (f"?{MASK}" if address[2] else "")


def truncate(text: str, longest: int = MAX_LOGGED_VALUE) -> str:
    """Cut a value that is too long for a log, and add its length."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"
