"""Data among sentences: which fence is meant, and where it is not certain."""

import pytest

from kintone.errors import InvalidParameterError
from tools.structured_text import read_structure

PROSE = [
    "Here is the data:\n```json\n{}\n```\nLet me know if it fits.",
    "Here is the data: ```json\n{}\n```",
    "```json\n{}\n```\n\nI left `memo` out.",
    "以下がデータです。\n\n~~~\n{}\n~~~",
    "Use ```{}``` please",
    "Use ```json {} ``` please",
    "First run\n```bash\nmake x\n```\nthen send\n```json\n{}\n```\n",
    "Sent twice:\n```json\n{}\n```\nthat is\n```python\n{}\n```",
    "\ufeff  Sure!\r\n```json\r\n{}\r\n```\r\nDone.",
]
DATA = ['{"a": "x ``` y", "b": [1]}', "{'a': 'x ``` y', 'b': [1]}", '[{"a": {"value": null}}]', "[{'code': 'sato'}]"]


@pytest.mark.parametrize(
    ("prose", "data"), [*((prose, DATA[0]) for prose in PROSE), *((PROSE[0], data) for data in DATA[1:])]
)
def test_data_is_read_when_sentences_stand_around_its_fence(prose: str, data: str) -> None:
    """Models explain what they send; what is in the fence is meant."""
    assert read_structure("record_data", prose.replace("{}", data)) == read_structure("record_data", data)


@pytest.mark.parametrize(
    "data", ['{"memo": "```json\\n{}\\n```"}', '```json\n{"memo": "```json\\n{}\\n```"}\n```', '["]```", "```{}"]']
)
def test_fence_inside_a_text_is_text(data: str) -> None:
    """What stands in quotes is never taken for the data."""
    inner = data.removeprefix("```json\n").removesuffix("\n```")

    assert read_structure("record_data", data) == read_structure("record_data", inner)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a\n```json\n{"a": 1}\n```\nor\n```json\n{"a": 2}\n```', ("2 code fences", "line 7", "differs")),
        ('a\n```json\n{"a": 1}\n```\nor\n```json\n{"a": true}\n```', ("2 code fences", "differs")),
        ('a\n```json\n{"a": 1}\n```\nor\n```json\n{"a": x}\n```', ("line 7, column 7",)),
        ('a\n```json\n{"a": x}\n```\nb', ("line 3, column 7",)),
        ('```json\n{"a": 1}\n```\nor\n```json\n{"a": 2}\n```', ("2 code fences",)),
        ("a\n```bash\nmake\n```", ("none of the code fences",)),
        ('a\n```json\n{"a": 1}', ("fence", "not closed")),
        ('{"a": "\n```json\n{}\n```"', ("line 1, column 8",)),
        ("Here is the data: {}", ("line 1, column 1",)),
        ("```", ("none of the code fences",)),
    ],
)
def test_text_is_refused_when_what_is_meant_is_not_certain(text: str, words: tuple[str, ...]) -> None:
    """Two fences that differ are never guessed at, and a broken one is not passed over."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] record_data ") as refused:
        read_structure("record_data", text)

    assert [word for word in words if word not in str(refused.value)] == []
