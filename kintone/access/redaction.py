"""Masking what must not be read: the secrets of a call, passwords in addresses, values too large for a log.

A secret is found in any letter case and in the forms in which it travels: percent-encoded, in base64, escaped as in
JSON or HTML. Of a long one the parts are found too, so that a text that was cut before it was masked shows no piece.
"""

import base64
import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple
from urllib.parse import quote, quote_plus

MASK: Final = "***"
MIN_SECRET_LENGTH: Final = 4
SURELY_MASKED: Final = 8
"""Characters from which on a secret can be masked: a shorter one would be found in ordinary words."""
TOKEN_LENGTH: Final = 24
"""Letters and digits in a row that nobody writes but as a key; the tokens of kintone have 40."""
STRIDE: Final = 4
MIN_PIECE: Final = SURELY_MASKED
"""Every piece of so many bytes of a long secret is found, wherever it was cut: parts are looked for at every fourth
byte, short enough for one to be whole in such a piece, and count where the piece around them is long enough."""
MIN_ENCODED_PIECE: Final = 11
"""Characters of base64 for ``MIN_PIECE`` bytes."""
QUICK_PART: Final = 8
BETWEEN_TEXTS: Final = b"\xff"
"""A byte that no text has in UTF-8."""
ROUNDS: Final = 3
"""How often a text may be escaped, one way in the other, for a secret in it to be found."""
MAX_LOGGED_VALUE: Final = 500
LONG_NUMBERS: Final = (10 ** (SURELY_MASKED - 1), 10**300)
"""The numbers whose digits may be a secret; Python refuses to write out some thousand digits."""
USER_INFO: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
ADDRESS_QUERY: Final = re.compile(r"""(://[^\s?"'<>]*)(\?[^\s"'<>]+)?""")
"""From a web address on its query, matched without it too so that no part of an address is looked at twice."""
TOKEN_HEADER: Final = re.compile(r"(?i)(x-cybozu-(?:api-token|authorization)['\"]?\s*[:=]\s*)[^\r\n]+")
SCHEME_HEADER: Final = re.compile(
    r"(?i)(\bauthorization['\"]?\s*[:=]\s*['\"]?)(?:(?:basic|bearer|digest|negotiate|token)\s+\S+|[^\s'\"]{16,})"
)
"""A field may be called Authorization, so what stands behind it is a secret only where it looks like one."""
_TOKEN: Final = re.compile(rf"[A-Za-z0-9]{{{TOKEN_LENGTH},}}", re.ASCII)
_KEY_CHARACTERS: Final = re.compile(rb"[a-z0-9._~+/=-]+")
_ESCAPE: Final = re.compile(
    rb"%([2-9a-f][0-9a-f])|\\(?:u00|x)([2-7][0-9a-f])|\\(ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u[0-9a-f]{4})"
    rb"|\\([\"'/\\])|&((?:#0{0,8}[0-9]{2,7}|#x0{0,8}[0-9a-f]{2,6}|amp|lt|gt|quot|apos);?)"
)
"""A character as an address, JSON, Python or HTML may write it; matched against small letters."""

_ESCAPED_KEY: Final = re.compile(
    rb"%(?:2[356b]|3[0-9bd]|[46][1-9a-f]|[57][0-9a]|5[cf]|7e)|&(?:amp;)*#|\\\\(?:\\\\)*[ux]"
)
"""An escape in JSON, in small letters, that stands for a character of a key or for one that begins another escape."""
_ESCAPE_MARKS: Final = (b"%", b"&", rb"\\")
_KEY_OR_ESCAPE: Final = re.compile(rb"[a-z0-9._~+/=%\\&#;-]{8,}")

type Span = tuple[int, int]


class _Origin(NamedTuple):
    """Where a part that is looked for comes from: the form, its place in it, and the shortest piece that counts."""

    form: bytes
    start: int
    least: int


def looks_like_a_token(text: str) -> bool:
    """Tell whether so many letters and digits stand in a row that the text may be an API token in the wrong place."""
    return _TOKEN.search(text) is not None


class Redactor:
    """Knows the secrets of one call and takes them out of any text; shows none of them itself."""

    __slots__ = ("_needles", "_quick")

    def __init__(self, secrets: Iterable[str]) -> None:
        """Keep what is looked for: each form of each secret, of a long one its parts."""
        secrets = tuple(dict.fromkeys(secrets))
        needles: dict[bytes, list[_Origin]] = {}
        quick: set[bytes] = set()
        for secret in secrets:
            if len(secret) >= MIN_SECRET_LENGTH:
                for form, least in _forms(secret):
                    for start, size in _parts(form, least):
                        needles.setdefault(form[start : start + size], []).append(
                            _Origin(form, start, min(least, len(form)))
                        )
                    quick |= _quick_parts(form, least)
        self._needles = needles
        self._quick = quick

    def mask(self, text: str) -> str:
        """Return the text without the secrets, without tokens in headers, passwords and queries in addresses."""
        hidden = ADDRESS_QUERY.sub(_without_query, USER_INFO.sub(MASK, self._hidden(text)))
        return SCHEME_HEADER.sub(rf"\1{MASK}", TOKEN_HEADER.sub(rf"\1{MASK}", hidden))

    def mask_data[Data](self, data: Data) -> Data:
        """Return what JSON can hold without the secrets, in texts, keys and numbers; the same object if it has none.

        What a server sent is data, so nothing else in it is touched. Keys that become alike are numbered.
        """
        texts = list(_texts_in(data)) if self._needles else []
        masked = {text: self._hidden(text) for text in self._telling(texts)}
        found: Any = _rebuilt(data, masked) if masked else data
        return found  # type: ignore[no-any-return]

    def may_occur_in(self, text: bytes) -> bool:
        """Tell fast whether JSON in UTF-8, such as that of many records, may hold a secret in any of its forms.

        A piece is found that begins or ends where the secret does, and every one of ``2 * QUICK_PART - 1`` bytes.
        """
        lowered = text.lower()
        if any(part in lowered for part in self._quick):
            return True
        if not self._needles or not any(mark in lowered for mark in _ESCAPE_MARKS):
            return False
        if not _ESCAPED_KEY.search(lowered):
            return False
        runs = {run for run in _KEY_OR_ESCAPE.findall(lowered) if _ESCAPED_KEY.search(run)}
        # JSON escapes the backslash of an escape once more.
        return bool(self._found(BETWEEN_TEXTS.join(runs), ROUNDS + 1))

    def occurs_in(self, text: str | bytes) -> bool:
        """Tell whether a secret stands in a text, or in JSON in UTF-8."""
        return bool(self._spans(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text))

    def occurs_in_data(self, data: object) -> bool:
        """Tell whether a secret stands in what JSON can hold, in a text or a key at any depth."""
        return bool(self._needles) and next(self._telling(list(_texts_in(data))), None) is not None

    def _hidden(self, text: str) -> str:
        if not self._needles:
            return text
        encoded = text.encode("utf-8", "surrogatepass")
        spans = self._spans(encoded)
        if not spans:
            return text
        borders = [0, *(border for span in spans for border in span), len(encoded)]
        kept = (encoded[start:end] for start, end in zip(borders[::2], borders[1::2], strict=True))
        return MASK.encode().join(kept).decode("utf-8", "surrogatepass")

    def _telling(self, texts: Sequence[str]) -> Iterator[str]:
        """Yield the texts that hold a secret; all are searched at once, which takes a small part of the time."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        starts = list(accumulate((len(text) + 1 for text in encoded), initial=0))
        told = -1
        for start, _ in self._spans(BETWEEN_TEXTS.join(encoded)):
            place = bisect_right(starts, start) - 1
            if place > told:
                told = place
                yield texts[place]

    def _spans(self, encoded: bytes) -> list[Span]:
        """Return where secrets stand, in order and apart from each other."""
        if not self._needles:
            return []
        merged: list[Span] = []
        for start, end in sorted(self._found(encoded.lower(), ROUNDS)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _found(self, text: bytes, rounds: int) -> set[Span]:
        found = {span for needle, origins in self._needles.items() for span in _places(text, needle, origins)}
        plain = _Unescaped.of(text) if rounds else None
        if plain is not None:
            found |= {plain.span_of(span) for span in self._found(plain.text, rounds - 1)}
        return found

    def __repr__(self) -> str:
        """Show nothing of what is kept."""
        return "Redactor()"

    def __reduce__(self) -> str:
        """Refuse to be pickled, which would write the secrets down."""
        raise TypeError("a Redactor holds secrets and cannot be pickled")


def _texts_in(data: object) -> set[str]:
    """Return all texts, keys and long numbers in what JSON can hold."""
    found: set[str] = set()
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Mapping):
            waiting += value.keys()
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
        elif _is_long(value):
            found.add(str(value))
    return found


def _is_long(value: object) -> bool:
    return isinstance(value, int | float) and LONG_NUMBERS[0] <= abs(value) <= LONG_NUMBERS[1]


def _rebuilt(data: object, masked: Mapping[str, str]) -> object:
    """Return the data with these texts replaced, all that needs no replacement as it is."""
    if isinstance(data, str):
        return masked.get(data, data)
    if isinstance(data, Mapping):
        return _rebuilt_object(data, masked)
    if isinstance(data, list | tuple):
        entries = [_rebuilt(entry, masked) for entry in data]
        return data if all(entry is before for entry, before in zip(entries, data, strict=True)) else entries
    return masked.get(str(data), data) if _is_long(data) else data


def _rebuilt_object(data: Mapping[Any, Any], masked: Mapping[str, str]) -> Mapping[Any, Any]:
    rebuilt: dict[Any, Any] = {}
    for key, value in data.items():
        shown = masked.get(key, key)
        free, number = shown, 1
        while free in rebuilt:
            number += 1
            free = f"{shown} ({number})"
        rebuilt[free] = _rebuilt(value, masked)
    same = all(key in data and value is data[key] for key, value in rebuilt.items())
    return data if same else rebuilt


class _Unescaped:
    """A text with its escapes undone, which knows where each of its bytes came from."""

    def __init__(self, text: bytes, starts: Sequence[int], lags: Sequence[int]) -> None:
        self.text = text
        self._starts = starts
        self._lags = lags

    @classmethod
    def of(cls, text: bytes) -> "_Unescaped | None":
        """Undo the escapes of a text in small letters; None where there are none."""
        pieces: list[bytes] = []
        starts, lags = [0], [0]
        taken = written = 0
        for match in _ESCAPE.finditer(text):
            before = text[taken : match.start()]
            character = _character(match)
            taken = match.end()
            written += len(before) + len(character)
            pieces += (before, character)
            # What follows the escape stands so many bytes further on in the text as it came.
            starts.append(written)
            lags.append(taken - written)
        if not pieces:
            return None
        return cls(b"".join([*pieces, text[taken:]]).lower(), starts, lags)

    def span_of(self, span: Span) -> Span:
        """Return where a span of this text stands in the text as it came, whole escapes included."""
        start, last = span[0], span[1] - 1
        return self._origin(start), self._end(last)

    def _origin(self, place: int) -> int:
        return place + self._lags[bisect_right(self._starts, place) - 1]

    def _end(self, place: int) -> int:
        """Return where the next byte begins, which is behind the whole escape of this one."""
        return self._origin(place + 1)


def _character(match: re.Match[bytes]) -> bytes:
    percent, short, long, escaped, named = match.groups()
    if percent or short:
        return bytes([int(percent or short, 16)])
    if long:
        units = bytes.fromhex(long.decode().replace("\\", "").replace("u", ""))
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    return escaped or html.unescape(f"&{named.decode()}").encode("utf-8", "surrogatepass")


def _places(text: bytes, needle: bytes, origins: Sequence[_Origin]) -> Iterator[Span]:
    """Yield where a part stands, with as much of the secret around it as is there, if that is enough."""
    place = text.find(needle)
    while place >= 0:
        reached = place + 1
        for form, offset, least in origins:
            start, end = _grown(text, place, form, offset, len(needle))
            if end - start >= least:
                reached = max(reached, end)
                yield start, end
        place = text.find(needle, reached)


def _grown(text: bytes, place: int, form: bytes, offset: int, size: int) -> Span:
    whole = place - offset
    if whole >= 0 and text.startswith(form, whole):
        return whole, whole + len(form)
    start, before = place, offset
    while start and before and text[start - 1] == form[before - 1]:
        start, before = start - 1, before - 1
    end, behind = place + size, offset + size
    while end < len(text) and behind < len(form) and text[end] == form[behind]:
        end, behind = end + 1, behind + 1
    return start, end


def _forms(secret: str) -> Iterator[tuple[bytes, int]]:
    """Yield the forms that a secret takes, in small letters, each with the shortest piece of it that is a secret."""
    encoded = secret.encode("utf-8", "surrogatepass")
    plain = {encoded, *(form(secret, safe="", errors="replace").encode() for form in (quote, quote_plus))}
    yield from ((form.lower(), MIN_PIECE) for form in plain)
    if len(secret) >= SURELY_MASKED:
        yield from ((form.lower(), MIN_ENCODED_PIECE) for form in _in_base64(encoded))


def _in_base64(secret: bytes) -> set[bytes]:
    """Return what base64 makes of a secret that begins at each of the three places of a group.

    The characters at both ends that also depend on what stands around the secret are left out.
    """
    forms: set[bytes] = set()
    for before in range(3):
        bits_before, bits = 8 * before, 8 * (before + len(secret))
        text = base64.b64encode(bytes(before) + secret)[-(-bits_before // 6) : bits // 6]
        forms |= {text, text.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms


def _parts(form: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Yield start and size of what is looked for: the whole form, or the parts of what is surely a key."""
    if not _is_key(form):
        yield 0, len(form)
        return
    size = least - STRIDE + 1
    last = len(form) - size
    yield from ((start, size) for start in dict.fromkeys((*range(0, last, STRIDE), last)))


def _quick_parts(form: bytes, least: int) -> set[bytes]:
    """Return what tells that a form may be there: of a key some parts, of its base64 one, which is found faster.

    Of one with a character that JSON may escape nothing tells it fast, so everything has to be searched.
    """
    if not _KEY_CHARACTERS.fullmatch(form):
        return {b""}
    if not _is_key(form):
        return {form}
    if least == MIN_ENCODED_PIECE:
        return {form[: 2 * QUICK_PART]}
    last = len(form) - QUICK_PART
    return {form[start : start + QUICK_PART] for start in (*range(0, last, QUICK_PART), last)}


def _is_key(form: bytes) -> bool:
    return len(form) >= TOKEN_LENGTH and _KEY_CHARACTERS.fullmatch(form) is not None


def _without_query(address: re.Match[str]) -> str:
    return f"{address[1]}?{MASK}" if address[2] else address[0]


def truncate(text: str, longest: int = MAX_LOGGED_VALUE) -> str:
    """Cut a value that is too large for a log and say how large it was."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"
