"""Masking of secrets among many texts of a data structure."""

from typing import Any

import pytest

from kintone.access.redaction import Redactor

TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"


@pytest.mark.parametrize("written", [TOKEN, f"é {TOKEN}", f"{TOKEN} é", TOKEN[3:15]])
def test_mask_data_when_one_of_many_texts_holds_a_secret(written: str) -> None:
    """The secret is found at any position among texts of every length, also empty and multi-byte ones."""
    redactor = Redactor([TOKEN])
    others = ["", *(f"é{'x' * length}{length}" for length in range(40))]

    for place in range(len(others)):
        data = [*others[:place], written, *others[place:]]
        masked = redactor.mask_data(data)

        assert masked[:place] + masked[place + 1 :] == others
        assert masked[place] == redactor.mask(written) != written
        assert redactor.occurs_in_data(data)


def test_mask_data_when_pieces_stand_among_hundreds_of_short_texts() -> None:
    """Each of them is found, and none of the others touched."""
    others = [f"{number}" for number in range(500)]
    pieces = [TOKEN[start : start + 9] for start in range(20)]

    assert Redactor([TOKEN]).mask_data([*others, *pieces]) == [*others, *["***"] * 20]


def test_mask_data_when_every_text_holds_a_secret() -> None:
    """Each text is masked, also one that occurs twice."""
    texts = [f"{place} {TOKEN}" for place in range(20)]

    assert Redactor([TOKEN]).mask_data([*texts, *texts]) == [f"{place} ***" for place in range(20)] * 2


def test_mask_data_when_a_secret_is_shared_by_two_texts() -> None:
    """Two neighbouring texts with half of a secret each contain no secret."""
    data = [TOKEN[:7], TOKEN[7:14], {TOKEN[14:21]: TOKEN[21:28]}]

    assert Redactor([TOKEN]).mask_data(data) is data


def test_mask_when_a_lone_surrogate_is_beside_a_secret() -> None:
    """A lone surrogate is unchanged, although UTF-8 cannot encode it."""
    half = "\ud800"
    redactor = Redactor([TOKEN])

    assert redactor.mask(f"{half}{TOKEN}{half}") == f"{half}***{half}"
    assert redactor.mask_data([f"{half}{TOKEN}", half]) == [f"{half}***", half]
    assert Redactor([f"pw{half}word"]).mask(f"<pw{half}word>") == "<***>"


def test_mask_data_keeps_what_holds_no_secret_as_the_same_object() -> None:
    """Lists, tuples and objects without a secret are not copied, which saves memory."""
    plain = {"a": [1, {"b": ("x", "y")}], "c": {"d": None}}
    data: dict[str, Any] = {"plain": plain, "tuple": ("x", TOKEN), "list": [plain, TOKEN]}
    masked = Redactor([TOKEN]).mask_data(data)

    assert masked["plain"] is plain
    assert masked["list"][0] is plain
    assert masked == {"plain": plain, "tuple": ["x", "***"], "list": [plain, "***"]}


@pytest.mark.parametrize(
    "secrets",
    [
        [TOKEN[:30], TOKEN[20:]],
        [TOKEN, TOKEN[10:30]],
        [TOKEN[:20], TOKEN[20:]],
        [TOKEN, TOKEN[:30], TOKEN[5:]],
    ],
)
def test_mask_when_secrets_overlap_behind_another_one(secrets: list[str]) -> None:
    """Overlapping secrets are masked once, also in the middle of a text."""
    assert Redactor(secrets).mask(f"<{TOKEN}> <{TOKEN}> <{TOKEN}>") == "<***> <***> <***>"
