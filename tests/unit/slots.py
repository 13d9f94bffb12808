"""How many slots of a limiter are free."""

from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError
from kintone.limiter import Limiter
from kintone.messages import Message
from tests.unit.still_runtime import StillRuntime


def free_slots(limiter: Limiter) -> int:
    """Count the slots that can be had right now, and leave them free."""
    still = StillRuntime()
    deadline = Deadline(1, still)
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
