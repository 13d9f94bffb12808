"""What happens while a file is imported: broken transfers, a changed form, several calls, memory."""

from collections.abc import Iterator

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from local_kintone.serving.messages import ReceivedRequest
from tests.wire.file_imports import FORM, MIB, Imports
from tests.wire.plugin import running_plugin


@pytest.fixture
def imports(host: DifyHost, site: LocalKintone) -> Imports:
    """Return an empty app to import into."""
    site.clear_failures()
    site.reset()
    return Imports(host, site)


@pytest.mark.parametrize("check", [True, False])
def test_transfer_that_breaks_while_records_are_written_goes_on(imports: Imports, *, check: bool) -> None:
    """Each record is written once; of a checked file the connection breaks that waited for the check."""
    content = b"sku,name\n" + b"".join(b"A-%d,name of this record\n" % number for number in range(1, 8001))
    deliveries: list[int] = []

    def pieces() -> Iterator[bytes]:
        deliveries.append(0)
        whole = len(deliveries) > 1
        yield content if whole else content[:120_000]
        if not whole:
            raise ConnectionError

    outcome = imports.run(imports.file(pieces, length=len(content)), validate_before_write=check)

    assert outcome.variables["upsert_result"]["add"] == 8000
    assert imports.values("sku") == [f"A-{number}" for number in range(1, 8001)]
    assert len(deliveries) == (3 if check else 2)


def test_file_that_breaks_off_is_not_called_wrong(imports: Imports) -> None:
    """It has to be passed again, from where it broke off; a file with a mistake has to be corrected."""
    content = "sku,name\n" + "".join(f"A-{number},{'x' * 40}\n" for number in range(1, 6001))
    cut = imports.refused(imports.file(content, cut_after=len(content) - 20), validate_before_write=False)
    saved = len(imports.records)
    wrong = imports.refused(imports.file(content + "B,x,y\n"), validate_before_write=False, update_key="sku")

    assert saved in (2000, 4000)
    assert f"first_entry {saved + 1} " in cut
    assert ("correct the file" in cut, "again" in cut) == (False, True)
    assert "correct the file" in wrong


@pytest.mark.parametrize("lost", [True, False])
def test_field_that_the_form_loses_meanwhile_is_told(imports: Imports, *, lost: bool) -> None:
    """The app drops values of a field that it does not have, without a word."""

    def change_after_a_batch(_: ReceivedRequest) -> None:
        if imports.records:
            imports.site.before_request.remove(change_after_a_batch)
            imports.site.change_form(imports.app, {code: FORM[code] for code in FORM if code != "memo" or not lost})

    lines = "".join(f"A-{number},note\n" for number in range(1, 2_002))
    imports.site.before_request.append(change_after_a_batch)
    outcome = imports.run(imports.file(f"sku,memo\n{lines}"), update_key="sku")

    assert not imports.site.before_request
    assert outcome.variables["upsert_result"]["add"] == 2_001
    assert ("no field memo any more" in outcome.text) is lost


# Several calls

WIDE = "い" * 50_000
"""As many bytes of a text as make a batch of a few dozen records."""


def wide_file(count: int) -> Iterator[bytes]:
    """Yield a file of records that fill a batch of kintone with a few dozen."""
    yield b"sku,memo\n"
    for number in range(1, count + 1):
        yield f"A-{number},{WIDE}\n".encode()


@pytest.mark.time_limit(120)
def test_calls_one_after_the_other_write_a_large_file_once(site: LocalKintone) -> None:
    """As a Loop node does with stop_early; a call that has time for one batch makes progress."""
    site.clear_failures()
    site.reset()
    with running_plugin(site.origin, KINTONE_CALL_BUDGET="4") as host:
        imports = Imports(host, site)
        following, firsts = 1, []
        while following:
            firsts.append(following)
            file = imports.file(lambda: wide_file(100), with_length=False, with_size=False)
            outcome = imports.run(
                file, update_key="sku", stop_early=True, first_entry=following, validate_before_write=False
            )
            following = outcome.variables["next_entry"]
            assert not following or f"first_entry {following}" in outcome.text

    assert imports.values("sku") == [f"A-{number}" for number in range(1, 101)]
    assert firsts == sorted(set(firsts))


# Memory


def many_lines(count: int) -> Iterator[bytes]:
    """Yield a file whose last line has a mistake."""
    yield b"sku,name,moment\n"
    for start in range(0, count, 1000):
        lines = (f"A-{number},text {number},2026-11-25T10:00:00Z\n" for number in range(start, start + 1000))
        yield "".join(lines).encode()
    yield b"A-7,again,\n"


@pytest.mark.time_limit(180)
def test_memory_does_not_grow_with_a_file(host: DifyHost, site: LocalKintone) -> None:
    """The whole of it is read before a mistake on its last line is told; only keys are kept."""
    imports = Imports(host, site)
    imports.run(imports.file("sku,name\nA-1,x\n"), update_key="sku")
    before = host.resources.memory_bytes
    assert before is not None
    host.resources.reset_peak()
    count = 300_000
    file = imports.file(lambda: many_lines(count), with_length=False, with_size=False)
    message = imports.refused(file, update_key="sku")
    peak = host.resources.peak_memory_bytes

    assert f"line {count + 2}" in message
    assert "line 9" in message
    assert peak is not None
    assert peak - before < 32 * MIB
    assert len(imports.records) == 1
