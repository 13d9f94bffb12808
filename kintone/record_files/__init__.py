"""Reading a file of records as it streams in: CSV, TSV, JSON and JSON Lines become records as kintone takes them.

``RecordFile`` is the one thing that callers need: bytes and options in, one ``FileRecord`` after the other out.
"""

from kintone.record_files.encodings import FileEncoding
from kintone.record_files.file_records import FileRecord
from kintone.record_files.mistakes import FileProblem, Mistakes
from kintone.record_files.options import FileOptions
from kintone.record_files.reading import RecordFile

__all__ = ["FileEncoding", "FileOptions", "FileProblem", "FileRecord", "Mistakes", "RecordFile"]
