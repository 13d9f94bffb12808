"""From bytes to text, piece by piece: which encoding a file has, and where its bytes break it.

A byte order mark decides, then whether the bytes are valid UTF-8, then under which of the old encodings (code page
932 of Japan, GB18030 of China) the header is one of the form's, then the site.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.record_files.contents import HEAD_BYTES, PARAMETER, marked_encoding, unmarked_utf_16

type Fit = Callable[[str], int]
"""Counts how many columns of a header are fields of the form; the text is the beginning of a file."""


class FileEncoding(StrEnum):
    """What the caller says about the encoding of a file."""

    AUTO = "auto"
    UTF_8 = "utf-8"
    SHIFT_JIS = "shift_jis"
    GB18030 = "gb18030"
    UTF_16 = "utf-16"


FEW = 10
"""A file in which fewer than one in so many bytes is zero is not UTF-16."""
CP932, GB18030 = "cp932", "gb18030"
"""Code page 932 is what Windows and kintone call Shift_JIS; it has ① and 髙, which Shift_JIS itself lacks."""
_CODECS = {FileEncoding.UTF_8: "utf-8", FileEncoding.SHIFT_JIS: CP932, FileEncoding.GB18030: GB18030}
_OLD = (CP932, GB18030)
_WORDS = {
    "utf-8": "UTF-8", CP932: "Shift_JIS (code page 932)", GB18030: "GB18030", "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}  # fmt: skip
_BY_SITE = {".cybozu.com": CP932, ".cybozu.cn": GB18030}
# Python decodes these single bytes, which code page 932 does not define.
_UNDEFINED_IN_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_LONG_IN_UTF_8 = re.compile("[\u0800-\U0010ffff]")
FEW_CHARACTERS = 2
"""So many characters of three or four bytes in a row of valid UTF-8 are no accident."""
# Characters of no font: bytes of Western letters often come out as these.
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# How ISO-2022-JP begins Japanese characters (RFC 1468); all its bytes are ASCII, so that every encoding reads them.
_ISO_2022_JP = re.compile("\x1b\\$[@B(]")
_SAVE_OR_NAME = Message("save the file as UTF-8, or name its encoding in file_encoding")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


def _ignore(_name: str) -> None:
    """Do nothing."""


def text_pieces(
    chunks: Iterator[bytes],
    encoding: FileEncoding,
    host: str,
    fit: Fit | None,
    told: Callable[[str], object] = _ignore,
) -> Iterator[str]:
    """Yield the text of a file, without its byte order mark.

    ``host`` is that of the kintone site. ``fit`` is None for a file without a header (JSON), which is UTF-8 or UTF-16
    unless ``encoding`` says otherwise. As long as all is ASCII the encoding stays open. ``told`` is called with its
    name, again where another one is found. Raises ``InvalidParameterError`` where it cannot be told, and for bytes that
    break it, with the physical line.
    """
    first = next(chunks, b"")
    head = first
    marked, length = marked_encoding(head)
    if not marked and encoding is FileEncoding.UTF_16:
        marked = unmarked_utf_16(head) or "utf-16-le"
    if not marked and encoding is FileEncoding.AUTO and b"\x00" in head:
        marked = _without_mark(head)
    known = marked or _CODECS.get(encoding, "")
    told(_WORDS[known or "utf-8"])
    if known:
        rest = _with_first(head[length:], chunks)
        yield from _Decoding(known).pieces(_no_utf_8(rest, known) if known in _OLD else rest)
        return
    yield from _undecided(head, chunks, _Choice(host, fit), told)


def _without_mark(head: bytes) -> str:
    """Return the encoding of a file with zero bytes, blank where there are so few that it may be text with a slip."""
    if head.count(0) * FEW < len(head):
        return ""
    found = unmarked_utf_16(head)
    if not found or "\x00" in codecs.decode(head, found, "replace"):
        raise InvalidParameterError(
            "{parameter}: the file holds zero bytes, so it is no text; send a CSV or JSON file", parameter=PARAMETER
        )
    return found


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _no_utf_8(chunks: Iterator[bytes], named: str) -> Iterator[bytes]:
    """Yield the bytes of a file that is said to have an old encoding; raise ``InvalidParameterError`` for UTF-8.

    Bytes of UTF-8 often pass as these encodings, as other letters.
    """
    is_ascii = True
    for chunk in chunks:
        if is_ascii and not chunk.isascii():
            is_ascii = False
            text = _decodes(chunk, "utf-8")
            if text is not None and len(_LONG_IN_UTF_8.findall(text)) >= FEW_CHARACTERS:
                raise InvalidParameterError(
                    "{parameter}: the file is UTF-8, and file_encoding says {encoding}; set file_encoding to auto",
                    parameter=PARAMETER,
                    encoding=_WORDS[named],
                )
        yield chunk


def _undecided(
    first: bytes, chunks: Iterator[bytes], choice: "_Choice", told: Callable[[str], object]
) -> Iterator[str]:
    """Yield text while it is ASCII, and decide with the first other byte and the 64 KiB behind it."""
    decoding = _Decoding("ascii")
    for chunk in _with_first(first, chunks):
        if chunk.isascii():
            text = decoding.next_piece(chunk)
            choice.see(text)
            yield text
            continue
        found = _NOT_ASCII.search(chunk)
        begin = found.start() if found else len(chunk)
        text = decoding.next_piece(chunk[:begin])
        choice.see(text)
        yield text
        rest = bytearray(chunk[begin:])
        for more in chunks:
            rest += more
            if len(rest) >= HEAD_BYTES:
                break
        name = choice.encoding(bytes(rest), decoding)
        told(_WORDS[name])
        yield from decoding.continued(name).pieces(_with_first(bytes(rest), chunks))
        return


class _Choice:
    """Decides between encodings by what was seen of the header."""

    def __init__(self, host: str, fit: Fit | None) -> None:
        self._host = host
        self._fit = fit
        self._seen: list[str] = []
        self._length = 0

    def see(self, text: str) -> None:
        """Keep the beginning of the file."""
        if self._length < HEAD_BYTES:
            self._seen.append(text)
            self._length += len(text)

    def encoding(self, rest: bytes, decoding: "_Decoding") -> str:
        """Return the encoding of ``rest``, which begins with the first byte that is not ASCII."""
        if self._fit is None or _decodes(rest, "utf-8") is not None:
            return "utf-8"
        beginning = "".join(self._seen)
        plain = self._fit(beginning + rest.decode("ascii", "replace"))
        texts = {name: text for name in _OLD if (text := _decodes(rest, name)) is not None}
        fits = {name: self._fit(beginning + text) for name, text in texts.items()}
        best = max(fits.values(), default=0)
        if not fits or _is_damaged_utf_8(rest, proven=best > plain):
            raise _broken_at(rest, "" if not fits else "utf-8", decoding)
        if not best:
            raise _none_serves(fits)
        serving = [name for name, count in fits.items() if count == best]
        if best > plain and len(serving) == 1:
            return serving[0]
        by_site = next((name for end, name in _BY_SITE.items() if self._host.endswith(end)), "")
        if not by_site or _PRIVATE.search(texts.get(by_site, "")):
            raise InvalidParameterError(
                "{parameter}: from line {line} on the file may be Japanese (Shift_JIS) or Chinese (GB18030); choose "
                "shift_jis or gb18030 in file_encoding, or save it as UTF-8",
                parameter=PARAMETER,
                line=decoding.line,
            )
        if by_site not in fits:
            raise _broken_at(rest, by_site, decoding)
        return by_site


def _is_damaged_utf_8(data: bytes, *, proven: bool) -> bool:
    """Return whether bytes that break UTF-8 begin with two of its longer characters.

    They seldom mean anything else, but code page 932 may decode them too. A header that tells the encoding is
    stronger.
    """
    return not proven and len(_LONG_IN_UTF_8.findall(data[: _valid_bytes(data, "utf-8")].decode())) >= FEW_CHARACTERS


def _broken_at(data: bytes, name: str, decoding: "_Decoding") -> InvalidParameterError:
    """Return the error of bytes that break an encoding, of the one that they keep to longest if ``name`` is blank."""
    name = name or max(("utf-8", *_OLD), key=lambda each: _valid_bytes(data, each))
    counting = decoding.continued("latin-1")
    counting.next_piece(data[: _valid_bytes(data, name)])
    return _broken(counting.line, _WORDS[name], _SAVE_OR_NAME)


def _none_serves(fits: Mapping[str, int]) -> InvalidParameterError:
    return InvalidParameterError(
        "{parameter}: the file is not UTF-8, and read as {encodings} its first line holds no field of the app; "
        "save it as UTF-8, or name its encoding in file_encoding",
        parameter=PARAMETER,
        encodings=" / ".join(_WORDS[name] for name in fits),
    )


def _valid_bytes(data: bytes, name: str) -> int:
    """Return how many bytes precede the first one that breaks an encoding."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(data)
    except UnicodeDecodeError as error:
        data, text = data[: error.start], data[: error.start].decode(name)
    undefined = _UNDEFINED_IN_CP932.search(text) if name == CP932 else None
    return len(text[: undefined.start()].encode(name)) if undefined else len(data)


def _decodes(data: bytes, name: str) -> str | None:
    """Return the text of bytes, None where they break the encoding; the last character may be cut."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(data)
    except UnicodeDecodeError:
        return None
    return None if name == CP932 and _UNDEFINED_IN_CP932.search(text) else text


class _Decoding:
    """Decodes chunk after chunk and counts the physical lines."""

    def __init__(self, name: str, line: int = 1, *, after_return: bool = False) -> None:
        self.line: int = line
        self._name: Final = name
        self._decoder = codecs.getincrementaldecoder(name)()
        self._after_return = after_return
        self._begun = line > 1

    def continued(self, name: str) -> "_Decoding":
        """Return a decoding of what follows in another encoding; all before was ASCII."""
        return _Decoding(name, self.line, after_return=self._after_return)

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[str]:
        """Yield the text of chunks; raises ``InvalidParameterError`` for bytes that break the encoding."""
        for chunk in chunks:
            text, error = self._decode(chunk)
            if text:
                yield text
            if error is not None:
                raise error
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise InvalidParameterError(
                "{parameter}: line {line}: the file was cut inside its last character ({encoding}); it is not whole, "
                "or it has another encoding: then name that in file_encoding",
                parameter=PARAMETER,
                line=self.line,
                encoding=_WORDS[self._name],
            ) from None

    def next_piece(self, chunk: bytes) -> str:
        """Return the text of a chunk that is known to be valid."""
        return self._counted(self._decoder.decode(chunk))

    def _decode(self, chunk: bytes) -> tuple[str, InvalidParameterError | None]:
        """Return the text of a chunk, or what precedes the byte that breaks the encoding and the error."""
        try:
            text = self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._name, "replace")
            return self._counted(before), self._broken()
        if self._name == CP932 and (undefined := _UNDEFINED_IN_CP932.search(text)):
            return self._counted(text[: undefined.start()]), self._broken()
        return self._counted(text), None

    def _broken(self) -> InvalidParameterError:
        return _broken(self.line, _WORDS[self._name], _SAVE_OR_NAME)

    def _counted(self, text: str) -> str:
        """Count the line ends of a text, and return it without the byte order marks at the beginning of the file."""
        if not self._begun and text:
            text = text.lstrip("\ufeff")
            self._begun = True
        if "\x1b" in text and (found := _ISO_2022_JP.search(text)):
            self._count(text[: found.start()])
            raise InvalidParameterError(
                "{parameter}: line {line} is written in ISO-2022-JP (JIS), which is not read; save the file as UTF-8",
                parameter=PARAMETER,
                line=self.line,
            )
        self._count(text)
        return text

    def _count(self, text: str) -> None:
        if text:
            self.line += text.count("\n") + text.count("\r") - text.count("\r\n")
            if self._after_return and text[0] == "\n":
                self.line -= 1
            self._after_return = text[-1] == "\r"


def _broken(line: int, encoding: str, advice: Message) -> InvalidParameterError:
    return InvalidParameterError(
        "{parameter}: line {line} holds bytes that are not {encoding}; {advice}",
        parameter=PARAMETER,
        line=line,
        encoding=encoding,
        advice=advice,
    )
