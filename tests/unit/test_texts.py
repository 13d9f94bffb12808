"""Pieces of what was brought, as sentences show them."""

import json

import pytest

from kintone.texts import preview, printable


@pytest.mark.parametrize("character", ["\x85", "\x00", "\n", "\u2028", "\u200b", "\U000e0001", "\ud800", "😀", '"'])
def test_text_when_it_is_copied_from_a_sentence_into_json(character: str) -> None:
    """What is shown is printable JSON that means the same, so that a model may copy what a suggestion names."""
    shown = preview(f"o{character}p")

    assert shown.isprintable()
    assert json.loads(shown) == f"o{character}p"


def test_name_when_it_holds_characters_that_cannot_be_shown() -> None:
    """They are escaped as JSON does it, the others stand as they are."""
    assert printable("a\x85b\U000e0001名") == r"a\u0085b\udb40\udc01名"
