"""The body of an upload: one file, read from its source while it is sent, never kept."""

from collections.abc import Callable, Iterator

from requests_toolbelt.multipart.encoder import MultipartEncoder

PART_NAME = "file"
"""https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file/"""

type WrongLength = Callable[[bool], Exception]
"""Makes the error for a source that ends too early (True) or goes on too long (False)."""


class MeasuredSource:
    """Bytes that arrive in pieces and of which the number is known; ``len`` counts what is still to come.

    The last bytes are handed out only after the source has proved to end there, so that whoever announced the length
    never completes a file that is longer or shorter than told.
    """

    def __init__(self, pieces: Iterator[bytes], length: int, wrong_length: WrongLength) -> None:
        """Read from the pieces."""
        self.len = length
        self._pieces = pieces
        self._buffer = bytearray()
        self._wrong_length = wrong_length

    def read(self, size: int = -1) -> bytes:
        """Return as many bytes as asked for, all that are left for -1; raises what ``wrong_length`` makes."""
        wanted = self.len if size < 0 else min(size, self.len)
        while len(self._buffer) < wanted:
            piece = next(self._pieces, None)
            if piece is None:
                raise self._wrong_length(True)  # noqa: FBT003 - the one question the callback answers
            self._buffer += piece
        if wanted == self.len and (len(self._buffer) > wanted or any(self._pieces)):
            raise self._wrong_length(False)  # noqa: FBT003 - likewise
        taken = bytes(self._buffer[:wanted])
        del self._buffer[:wanted]
        self.len -= wanted
        return taken


class FileBody:
    """A multipart body with one part named ``file``; the name goes as raw UTF-8 in plain ``filename="…"``."""

    def __init__(self, source: MeasuredSource, name: str, mime_type: str) -> None:
        """Wrap a source."""
        self._encoder = MultipartEncoder(fields={PART_NAME: (name, source, mime_type)})
        self.len: int = self._encoder.len
        self.content_type: str = self._encoder.content_type

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the body."""
        content: bytes = self._encoder.read(size)
        return content
