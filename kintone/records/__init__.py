"""From what people and models write to the record that kintone takes: one path, with or without the form's rules.

``check_record`` resolves plain values by the form, lists what it changed and what it could not use, and where it is
asked to, everything that the form does not allow. ``record_without_form`` takes only what cannot be misread.
"""

from kintone.records.checking import CheckedRecord, check_record, record_without_form
from kintone.records.update_keys import check_update_key

__all__ = ["CheckedRecord", "check_record", "check_update_key", "record_without_form"]
