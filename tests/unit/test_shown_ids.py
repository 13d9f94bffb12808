"""Ids of records in a text."""

import pytest

from tools.shown_ids import shown_ids


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        ([7], "7"),
        ([13, 14, 15], "13, 14, 15"),
        (range(13, 2013), "13 to 2012"),
        ([4, *range(8, 12), 2, 3], "4, 8 to 11, 2, 3"),
        ([5, 4, 3, 2, 1], "5, 4, 3, 2, 1"),
        (range(1, 401, 2), ", ".join(map(str, range(1, 201, 2))) + " and 100 more"),
        ([*range(1, 199, 2), *range(300, 303), 400], ", ".join(map(str, range(1, 199, 2))) + " and 4 more"),
    ],
)
def test_ids(ids: list[int], shown: str) -> None:
    """Four in a row are a range; the order is that of the entries, and what is left out is counted."""
    assert str(shown_ids([str(each) for each in ids])) == shown
