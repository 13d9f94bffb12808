"""What a caller says about a file of records."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kintone.forms.fields import Form
from kintone.record_files.encodings import FileEncoding


def _unknown() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """The app and the settings of one import.

    ``form`` has the app's number precision where it has number fields (``FormsApi.with_precision``). ``host`` is that
    of the kintone site and decides between encodings, ``zone`` is that of dates and times without an offset.
    ``update_key`` is the code of the field by which records are found: a field that prohibits duplicates, ``$id`` or
    the record number; None where the file names none. Records before ``first_entry``, counted from 1, are passed over.
    With ``rules`` values must keep to the form: required, lengths, ranges, links. ``app_code`` tells the app's own code
    and is asked at the first record number that has a code (``APP-3``); ``""`` means that the app has none.
    """

    form: Form
    zone: ZoneInfo
    host: str = ""
    update_key: str | None = None
    encoding: FileEncoding = FileEncoding.AUTO
    skip_unknown_columns: bool = False
    first_entry: int = 1
    rules: bool = True
    app_code: Callable[[], str] = _unknown
