"""Reading a record as people and models write it into the shape that kintone takes, and checking it by the app's form.

``check_record`` converts plain values by the form. It lists the values that it changed and those that it cannot use
and, with ``rules``, everything else that the form does not allow. ``record_without_form`` accepts only values that need
no form.
"""

from kintone.records.checking import CheckedRecord, check_record, record_without_form
from kintone.records.update_keys import check_update_key

__all__ = ["CheckedRecord", "check_record", "check_update_key", "record_without_form"]
