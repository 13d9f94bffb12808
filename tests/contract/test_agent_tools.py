"""The tools that the READMEs choose for an agent: four that only read, and ten that also write."""

import re

import pytest

from tests.contract.agreed_names import TOOLS
from tests.contract.test_documents import READMES, section

HEADINGS = dict(zip(READMES, ("## Which tools to give an agent", "## エージェントに渡すツールの選び方"), strict=True))
MOST_IN_THE_EDITOR = 10
DANGEROUS = {"kintone_delete_records", "kintone_update_status"}
WRITING = {
    "kintone_add_record",
    "kintone_update_record",
    "kintone_upsert_records",
    "kintone_add_record_comment",
    "kintone_upload_file",
    *DANGEROUS,
}
_ROW = re.compile(r"^\| `(kintone_\w+)` \|(?: `(kintone_\w+)` \|)?", re.MULTILINE)


def _tables(path: str) -> list[list[tuple[str, str]]]:
    """Return the tools in the rows of each table of the section: the one of the first column, and of the second."""
    blocks = section(path, HEADINGS[path]).split("\n\n")
    return [found for block in blocks if (found := _ROW.findall(block))]


@pytest.mark.parametrize("path", READMES)
def test_four_tools_answer_and_ten_also_write(path: str) -> None:
    """Each exists and stands once; none of the four writes, and none of the ten deletes or changes the status."""
    answering, writing, _ = _tables(path)
    four, ten = ([name for name, _ in table] for table in (answering, writing))

    assert (len(set(four)), len(four)) == (4, 4)
    assert (len(set(ten)), len(ten)) == (MOST_IN_THE_EDITOR, MOST_IN_THE_EDITOR)
    assert set(ten) <= set(TOOLS)
    assert set(four) <= set(ten) - WRITING
    assert not set(ten) & DANGEROUS


@pytest.mark.parametrize("path", READMES)
def test_swaps_keep_the_number_and_cost_no_other_swap(path: str) -> None:
    """What is added is not among the ten, and what it replaces is, each once; both dangerous tools can be had."""
    _, writing, swaps = _tables(path)
    ten = {name for name, _ in writing}
    added, removed = (list(names) for names in zip(*swaps, strict=True))

    assert not set(added) & ten
    assert len(set(removed) & ten) == len(removed)
    assert set(added) >= DANGEROUS
    assert set(added) - set(TOOLS) <= DANGEROUS


def test_both_languages_choose_the_same() -> None:
    """The tables name the same tools in the same order."""
    english, japanese = map(_tables, READMES)

    assert english == japanese
