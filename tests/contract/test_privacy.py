"""Each sentence of PRIVACY.md has a row in docs/reliability.md that says what holds it, and its numbers are true."""

import re

import pytest

from kintone.forms import reading
from kintone.transport import IDLE_SECONDS
from tests.contract.agreed_names import TOOLS
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
    """Return paragraphs and entries of lists, each on one line; headings stand for themselves and hold no promise."""
    blocks = re.split(r"\n\n|\n(?=- )", privacy())
    return [" ".join(block.split()) for block in blocks if block.strip() and not block.lstrip().startswith("#")]


def rows() -> dict[str, str]:
    """Return what holds each sentence, by the sentence's key."""
    _, _, rest = reliability().partition("\n## What PRIVACY.md says\n")
    return dict(ROW.findall(rest.partition("\n## ")[0]))


def test_sentences_have_keys() -> None:
    """A key stands behind each sentence, and none stands behind two."""
    for paragraph in paragraphs():
        *sentences, rest = (part.strip() for part in KEY.split(paragraph)[::2])

        assert sentences, paragraph
        assert not rest, paragraph
        assert [sentence for sentence in sentences if not sentence or SENTENCE_END.search(sentence)] == []


def test_sentences_are_held() -> None:
    """The keys of PRIVACY.md are those of the table, each once."""
    keys = KEY.findall(privacy())

    assert len(set(keys)) == len(keys)
    assert rows().keys() == set(keys)


def test_row_names_a_test_or_a_design() -> None:
    """Whatever no test holds says that it is a design, and whose."""
    assert [key for key, held in rows().items() if not TEST.search(held) and not held.startswith("design")] == []


def test_tests_named_in_reliability_exist() -> None:
    """A test that is renamed is renamed there, too."""
    named = set(TEST.findall(reliability()))

    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_times_in_the_privacy_notice_are_those_of_the_code() -> None:
    """How long and how many forms are held, and how long a connection rests, stand there in figures."""
    told = {
        key: sentence
        for paragraph in paragraphs()
        for sentence, key in re.findall(r"(.*?)<!-- ([\w-]+) -->", paragraph)
    }

    assert re.findall(r"\d+", told["forms-cached"]) == [f"{reading.TIME_TO_LIVE:.0f}", str(reading.CAPACITY)]
    assert re.findall(r"\d+", told["connections-kept"]) == [f"{IDLE_SECONDS:.0f}"]


@pytest.mark.parametrize("name", TOOLS)
def test_help_of_a_typed_token_says_where_it_ends_up(name: str) -> None:
    """Whoever types a token into a step reads there, in every language, how to keep it out of the export."""
    entry = next(parameter for parameter in tool(name)["parameters"] if parameter["name"] == TYPED_TOKEN)

    assert [language for language in LANGUAGES if SECRET_VARIABLE not in entry["human_description"][language]] == []
