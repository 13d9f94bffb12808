"""Telling whether a write whose answer was lost left everything as it was, by what the records show now.

That alone can be certain: a record that has changed may have been changed by somebody who wrote the very same. What was
written over a revision, or inserted under a key, can then be sent again: the first try and the second cannot both be
carried out, since one of them meets another revision or the key.
"""

from collections.abc import Mapping, Sequence

from kintone.writing.entries import holds_file_keys
from kintone.writing.saved_records import Saved
from kintone.writing.transactions import Item


def can_be_looked_at(items: Sequence[Item]) -> bool:
    """Tell whether the records would show it, and a second try be refused where the first was carried out.

    The key of a file serves once, whichever try it came with.
    """
    return all(item.plan is not None for item in items) and not holds_file_keys([item.entry for item in items])


def are_untouched(items: Sequence[Item], saved: Mapping[int, Saved]) -> bool:
    """Tell whether every record is as it was read, or still not there."""
    return all(_is_untouched(item, saved.get(item.entry.position)) for item in items)


def _is_untouched(item: Item, saved: Saved | None) -> bool:
    plan = item.plan
    if plan is None:
        return False
    if plan.id is None:
        return saved is None
    return saved is not None and (saved.id, saved.revision) == (plan.id, plan.revision)
