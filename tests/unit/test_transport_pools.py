"""Connections that outlive a call: apart for each access, closed when nobody has used them for a while."""

from kintone.access.credentials import Access, Tokens
from kintone.access.sites import read_site
from kintone.transport import Pools
from tests.unit.still_runtime import StillRuntime

SITE = read_site("example.cybozu.com", frozenset())


def _adapter_of(pools: Pools, access: Access) -> int:
    with pools.adapter(access, 4) as adapter:
        return id(adapter)


def test_session_is_the_same_until_it_has_rested() -> None:
    """It is kept for a next call, and made anew after the time of rest."""
    clock = StillRuntime()
    pools = Pools(clock, idle_seconds=30.0)
    access = Access(SITE, Tokens("a" * 40))
    with pools.adapter(access, 4) as first:
        closed: list[bool] = []
        first.close = lambda: closed.append(True)  # type: ignore[method-assign]

    clock.pass_time(29.0)
    assert _adapter_of(pools, access) == id(first)
    clock.pass_time(29.0)
    assert not closed
    for _ in range(4):
        clock.pass_time(15.0)
    assert closed == [True]


def test_session_when_it_is_in_use() -> None:
    """However long a request takes, its connections are not closed under it."""
    clock = StillRuntime()
    pools = Pools(clock, idle_seconds=30.0)
    access = Access(SITE, Tokens("a" * 40))
    _adapter_of(pools, access)
    with pools.adapter(access, 4) as adapter:
        clock.pass_time(300.0)
        assert _adapter_of(pools, access) == id(adapter)


def test_sessions_of_different_accesses() -> None:
    """Another token or another guest space never uses the connections of the first."""
    pools = Pools(StillRuntime())
    token, other = Tokens("a" * 40), Tokens("b" * 40)
    accesses = [Access(SITE, token), Access(SITE, other), Access(SITE, token, 3)]

    assert len({_adapter_of(pools, access) for access in accesses}) == len(accesses)
