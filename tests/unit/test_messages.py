"""Messages joined to one text: what stands between them."""

import pytest

from kintone.messages import NOTHING, Joined, Message, render

QUESTION = Message("did you mean {code}?", code="name")
STATEMENT = Message("no field of app {app}", app=1)
TRANSLATIONS = {"; ": "；", "did you mean {code}?": "{code} ですか？"}


@pytest.mark.parametrize(
    ("parts", "separator", "text"),
    [
        ((STATEMENT, QUESTION), "; ", "no field of app 1; did you mean name?"),
        ((QUESTION, STATEMENT), "; ", "did you mean name? no field of app 1"),
        ((QUESTION, NOTHING, QUESTION, STATEMENT), "; ", "did you mean name? did you mean name? no field of app 1"),
        ((Joined([STATEMENT, QUESTION]), STATEMENT), "; ", "no field of app 1; did you mean name? no field of app 1"),
        ((QUESTION, STATEMENT), " | ", "did you mean name? | no field of app 1"),
        (("Really?", "Yes"), "; ", "Really?; Yes"),
    ],
    ids=["statement first", "question first", "questions", "nested", "another separator", "values, not sentences"],
)  # fmt: skip
def test_no_semicolon_stands_behind_a_question(parts: tuple[Message | str, ...], separator: str, text: str) -> None:
    """A question ends a sentence; values that end with such a mark stay apart as others do."""
    assert render(Joined(parts, separator)) == text


def test_mark_and_separator_may_be_translated() -> None:
    """The rule is for the text as it is read, full-width marks included."""
    joined = Joined([QUESTION, STATEMENT])

    assert render(joined, lambda text: TRANSLATIONS.get(text, text)) == "name ですか？ no field of app 1"
