"""Each sentence of PRIVACY.md has a row in docs/reliability.md that names a test or a design; its numbers are right."""

import re

import pytest

from kintone.forms import reading
from kintone.transport import IDLE_SECONDS
from tests.contract.agreed_names import NETWORKED_TOOLS
from tests.contract.plugin_files import LANGUAGES, ROOT, tool

KEY = re.compile(r"<!-- ([a-z0-9-]+) -->")
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| .+ \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+(?:\.py)?)/?`")
SENTENCE_END = re.compile(r"[.!?][*)]* +(?=[A-Z*`])")
TYPED_TOKEN = "kintone_api_token"
SECRET_VARIABLE = "{{#env.NAME#}}"


def privacy() -> str:
    """Return PRIVACY.md."""
    return (ROOT / "PRIVACY.md").read_text(encoding="utf-8")


def reliability() -> str:
    """Return docs/reliability.md."""
    return (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def paragraphs() -> list[str]:
    """Return paragraphs and list entries of PRIVACY.md without headings, each on one line."""
    blocks = re.split(r"\n\n|\n(?=- )", privacy())
    return [" ".join(block.split()) for block in blocks if block.strip() and not block.lstrip().startswith("#")]


def rows() -> dict[str, str]:
    """Return the test or design for each sentence, by the sentence's key."""
    _, _, rest = reliability().partition("\n## What PRIVACY.md says\n")
    return dict(ROW.findall(rest.partition("\n## ")[0]))


def test_sentences_have_keys() -> None:
    """Each sentence is followed by its own key."""
    for paragraph in paragraphs():
        *sentences, rest = (part.strip() for part in KEY.split(paragraph)[::2])

        assert sentences, paragraph
        assert not rest, paragraph
        assert [sentence for sentence in sentences if not sentence or SENTENCE_END.search(sentence)] == []


def test_sentences_have_rows() -> None:
    """The keys of PRIVACY.md are unique and are those of the table."""
    keys = KEY.findall(privacy())

    assert len(set(keys)) == len(keys)
    assert rows().keys() == set(keys)


def test_row_names_a_test_or_a_design() -> None:
    """Each row names a test or begins with ``design``."""
    assert [
        key for key, evidence in rows().items() if not TEST.search(evidence) and not evidence.startswith("design")
    ] == []


def test_tests_named_in_reliability_exist() -> None:
    """Every test file named in docs/reliability.md exists."""
    named = set(TEST.findall(reliability()))

    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_numbers_in_the_privacy_notice_are_those_of_the_code() -> None:
    """PRIVACY.md states the lifetime and number of cached forms and the idle time of connections as in the code."""
    sentences = {
        key: sentence
        for paragraph in paragraphs()
        for sentence, key in re.findall(r"(.*?)<!-- ([\w-]+) -->", paragraph)
    }

    assert re.findall(r"\d+", sentences["forms-cached"]) == [f"{reading.TIME_TO_LIVE:.0f}", str(reading.CAPACITY)]
    assert re.findall(r"\d+", sentences["connections-kept"]) == [f"{IDLE_SECONDS:.0f}"]


@pytest.mark.parametrize("name", NETWORKED_TOOLS)
def test_help_of_a_typed_token_recommends_a_secret_variable(name: str) -> None:
    """The help of a step's token shows, in every language, the secret variable that keeps it out of exports."""
    entry = next(parameter for parameter in tool(name)["parameters"] if parameter["name"] == TYPED_TOKEN)

    assert [language for language in LANGUAGES if SECRET_VARIABLE not in entry["human_description"][language]] == []
