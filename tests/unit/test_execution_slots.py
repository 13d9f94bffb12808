"""Slots of the site: every request holds one, files leave some to the others, and each is given back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kintone.errors import BudgetExceededError, KintoneError, UnknownResponseError, UnreachableError
from kintone.execution import limiters
from kintone.failure_sentences import NOT_DECODED, TOO_LARGE
from kintone.retry import FailureKind
from kintone.transport import UploadBody
from kintone.transport_failures import TransportError
from tests.unit.scripted_transport import (
    DOWNLOAD,
    ENCODED,
    READ,
    TOKEN,
    UPLOAD,
    Desk,
    Scripted,
    Step,
    lost,
    refused,
    unsent,
    whole,
)
from tests.unit.slots import free_slots


class Body:
    """A body of one byte."""

    len = 1
    content_type = "multipart/form-data"

    def read(self, _size: int = -1) -> bytes:
        """Return it."""
        return b"x"


@contextmanager
def one_byte() -> Iterator[UploadBody]:
    """Open a body."""
    yield Body()


def read(desk: Desk) -> object:
    """Read something."""
    return desk.execution.run(READ, ENCODED, whole)


def upload(desk: Desk) -> object:
    """Upload a file."""
    return desk.execution.run(UPLOAD, ENCODED, whole, open_body=one_byte)


def download(desk: Desk) -> object:
    """Download a file."""
    with desk.execution.stream(DOWNLOAD, ENCODED) as reply:
        return b"".join(reply.chunks(100))


EACH_WAY = pytest.mark.parametrize("work", [read, upload, download])
type Work = Callable[[Desk], object]


def free(desk: Desk) -> int:
    """Count the slots of the desk's site that are free."""
    return free_slots(limiters.limiter(str(desk.access.site.origin), 3))


@EACH_WAY
@pytest.mark.parametrize(
    "step",
    [
        Scripted(200, b"{}"),
        Scripted(200, b"{}", Content_Encoding="br"),
        Scripted(200, b"{}", lost()),
        refused(400, "CB_VA01"),
        refused(404),
        Scripted(404, b"{", TransportError(FailureKind.FINAL, TOO_LARGE, sent=True)),
        TransportError(FailureKind.FINAL, NOT_DECODED, sent=True),
    ],
)
def test_slots_are_free_again_whatever_came(work: Work, step: Step) -> None:
    """The next three requests of each kind find the site as the first did."""
    desk = Desk(*[step] * 6, *[Scripted(200, b"{}")] * 3)
    for _ in range(2):
        try:
            work(desk)
        except KintoneError:
            assert desk.transport.sent
        assert (free(desk), desk.transport.is_open) == (3, 0)
    desk.transport.steps = [Scripted(200, b"{}")] * 3
    for ready in (read, upload, download):
        assert ready(desk) is not None

    assert desk.runtime.now < 1100.0


@EACH_WAY
def test_slots_are_free_while_a_pause_is_waited_for(work: Work) -> None:
    """Whoever waits keeps nobody else out: not for any request, nor for a file."""
    desk = Desk(refused(503), Scripted(200, b"{}"), Scripted(200, b"{}"))
    seen: list[int] = []

    def look() -> None:
        desk.runtime.while_waiting = lambda: None
        seen.append(free(desk))
        download(desk)

    desk.runtime.while_waiting = look
    work(desk)

    assert seen == [3]
    assert desk.times == [0.0, 0.0, 0.5]


@EACH_WAY
def test_a_slot_is_held_while_a_request_is_under_way(work: Work) -> None:
    """One each, of those that the operator allows at once."""
    seen: list[int] = []

    def answer() -> Scripted:
        seen.append(free(desk))
        return Scripted(200, b"{}")

    desk = Desk(answer)
    work(desk)

    assert (seen, free(desk)) == ([2], 3)


@pytest.mark.parametrize("file", [upload, download])
@pytest.mark.parametrize(("slots", "at_once"), [(1, 1), (2, 1), (3, 1), (4, 2), (10, 8)])
def test_files_leave_two_slots_to_others(file: Work, slots: int, at_once: int) -> None:
    """Transfers take long: with three slots or more two are left, and one file may always go."""
    under_way: list[int] = []

    def answer() -> Scripted:
        under_way.append(len(under_way) + 1)
        if len(under_way) <= slots:
            file_of_another = Desk.another(desk)
            desk.execution, before = file_of_another, desk.execution
            try:
                file(desk)
            except BudgetExceededError:
                pass
            finally:
                desk.execution = before
        return Scripted(200, b"{}")

    desk = Desk(*[answer] * 20, slots=slots)
    file(desk)

    assert len(under_way) == at_once


def test_a_read_goes_while_a_file_waits_for_its_turn() -> None:
    """A file that is not under way holds no slot of the site."""
    desk = Desk(Scripted(200, b"a"), Scripted(200, b"{}"))
    desk.runtime.while_waiting = lambda: None
    answered: list[object] = []

    def meanwhile() -> None:
        desk.runtime.while_waiting = lambda: None
        answered.append(read(desk))

    with desk.execution.stream(DOWNLOAD, ENCODED):
        desk.runtime.while_waiting = meanwhile
        with pytest.raises(BudgetExceededError):
            upload(desk)

    assert answered == [{}]


# Streams


def test_a_stream_holds_its_slot_until_its_block_ends() -> None:
    """The body is on its way all that time; afterwards the answer is closed."""
    desk = Desk(Scripted(200, b"abc", b"def", Content_Type="text/csv"))
    with desk.execution.stream(DOWNLOAD, ENCODED) as reply:
        assert (free(desk), desk.transport.is_open) == (2, 1)
        assert (reply.status, reply.headers["Content-Type"]) == (200, "text/csv")
        assert list(reply.chunks(7)) == [b"abc", b"def"]
        assert (free(desk), desk.transport.is_open) == (2, 1)

    assert (free(desk), desk.transport.is_open) == (3, 0)


def test_a_stream_gives_its_slot_back_when_its_block_fails() -> None:
    """Whoever stops in the midst of a file keeps nothing."""
    desk = Desk(Scripted(200, b"abc"))

    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError), desk.execution.stream(DOWNLOAD, ENCODED):
        fail()

    assert (free(desk), desk.transport.is_open) == (3, 0)


def test_a_stream_gives_its_slot_back_when_the_time_is_over() -> None:
    """A file that hangs keeps nobody else out."""
    desk = Desk(Scripted(200, b"abc"), budget=10)
    with desk.execution.stream(DOWNLOAD, ENCODED):
        desk.runtime.pass_time(10)
        assert free(desk) == 3


@pytest.mark.parametrize("step", [refused(503), refused(429), unsent(), lost()])
def test_a_stream_is_opened_again_when_that_does_no_harm(step: Step) -> None:
    """Before its first byte was handed on nothing is lost."""
    assert download(desk := Desk(step, Scripted(200, b"abc"))) == b"abc"
    assert desk.times == [0.0, 0.5]


def test_a_stream_waits_as_long_as_the_server_asks() -> None:
    """``Retry-After`` holds for files as for everything else."""
    desk = Desk(refused(429, Retry_After="7"), Scripted(200, b"abc"))
    download(desk)

    assert desk.times == [0.0, 7.0]


@pytest.mark.parametrize(
    ("status", "code"), [(404, "GAIA_BL01"), (400, "CB_VA01"), (403, "CB_NO02"), (201, "CB_VA01"), (206, "CB_VA01")]
)
def test_a_stream_that_is_refused_raises_what_kintone_says(status: int, code: str) -> None:
    """An error is JSON and no file, as is every status but 200; at most 1 MiB of it is read, the token masked."""
    body = f'{{"code": "{code}", "id": "i", "message": "m {TOKEN}"}}'.encode()
    answer = Scripted(status, body)
    with pytest.raises(KintoneError) as raised:
        download(Desk(answer))

    assert (raised.value.code, raised.value.status) == (code, status)
    assert TOKEN not in str(raised.value)
    assert answer.most == [1024 * 1024]


def test_a_stream_that_is_packed_otherwise_than_asked_for_is_not_kintones() -> None:
    """Nothing of it is handed on."""
    packed = Scripted(200, b"abc", Content_Encoding="br")
    with pytest.raises(UnknownResponseError):
        download(Desk(packed))
    assert packed.most == []


def test_a_stream_that_breaks_is_not_opened_again() -> None:
    """What came is handed on already; the error is one of ours, with advice for a single file."""
    desk = Desk(Scripted(200, b"abc", lost()), Scripted(200, b"abc"))
    came: list[bytes] = []
    with desk.execution.stream(DOWNLOAD, ENCODED) as reply, pytest.raises(UnreachableError) as raised:
        came += reply.chunks(100)

    assert len(desk.transport.sent) == 1
    assert str(DOWNLOAD.description) in str(raised.value)


def test_a_stream_that_is_too_large_cannot_be_asked_for_in_parts() -> None:
    """The limit is the caller's; the advice is that for one file."""
    answer = Scripted(200, TransportError(FailureKind.FINAL, TOO_LARGE, sent=True))
    desk = Desk(answer)
    with desk.execution.stream(DOWNLOAD, ENCODED) as reply, pytest.raises(KintoneError) as raised:
        list(reply.chunks(7))

    assert (answer.most, raised.value.code) == ([7], "TOO_LARGE")
    assert raised.value.remedy == TOO_LARGE.remedy.one  # type: ignore[attr-defined]
