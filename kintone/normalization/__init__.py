"""From what people and models write to the record that kintone takes, with the app's form at hand.

``normalize_record`` resolves plain values and lists what it changed and what it could not use; ``wrap_record`` only
gives plain values kintone's outer shape, for when the form is not to be read.
"""

from kintone.normalization.cells import Checks
from kintone.normalization.records import NormalizedRecord, normalize_record
from kintone.normalization.update_keys import normalize_update_key
from kintone.normalization.wrapping import wrap_record

__all__ = ["Checks", "NormalizedRecord", "normalize_record", "normalize_update_key", "wrap_record"]
