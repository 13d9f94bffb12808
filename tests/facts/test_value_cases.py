"""The value of each case is stored as the facts allow, or refused with nothing written, whichever tool sends it."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.facts.case_runner import CaseRunner
from tests.facts.case_types import Case
from tests.facts.value_cases import CASES


@pytest.fixture(scope="module")
def runner(kintone: LocalKintone) -> CaseRunner:
    """Return a runner for the value cases."""
    return CaseRunner(kintone)


FORMS = sorted({case.form.name for case in CASES})


@pytest.mark.parametrize("name", FORMS)
def test_values_are_stored_as_expected_or_refused(runner: CaseRunner, name: str) -> None:
    """Kintone stores one of the expected values, or the call fails and nothing is written.

    One test runs all cases of a form, of which there are thousands; the failure message names each mistake's case.
    """
    cases = [(number, case) for number, case in enumerate(CASES) if case.form.name == name]
    mistakes = [line for number, case in cases for line in _mistakes(runner, case, number)]

    assert not mistakes, "\n".join(mistakes)


def _mistakes(runner: CaseRunner, case: Case, number: int) -> Iterator[str]:
    for mistake in runner.mistakes(case, number):
        yield f"{mistake}, because of {case.fact.place}: {case.fact.says}"
