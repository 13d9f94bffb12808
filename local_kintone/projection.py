"""Records cut down to the fields that a call asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.record_text import FieldReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local_kintone.forms import Form


def projected(texts: list[bytes], codes: Iterable[str] | None, form: Form) -> list[bytes]:
    """Return stored JSON texts with only these fields, all of them with None.

    They stand in the order of the record, whatever that of the codes. A column of a table cannot be named; like an
    unknown code it adds nothing.
    """
    if codes is None:
        return texts
    reader = FieldReader([code for code in codes if code not in form.columns])
    return [reader.cut(text.decode()).encode() for text in texts]
