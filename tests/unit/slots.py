"""How many slots of a limiter are free."""

from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError
from kintone.limiter import Limiter
from kintone.messages import Message
from tests.unit.fake_runtime import FakeRuntime


def free_slots(limiter: Limiter) -> int:
    """Count the slots that can be had right now, and leave them free."""
    runtime = FakeRuntime()
    deadline = Deadline(1, runtime)
    held = []
    while True:
        slot = limiter.slot(99, deadline, Message("counting"))
        try:
            slot.__enter__()
        except BudgetExceededError:
            break
        held.append(slot)
        assert len(held) < 100
    for slot in held:
        slot.__exit__(None, None, None)
    return len(held)
