"""Tests in another order, which must not matter: `--shuffle SEED`; the same number gives the same order again."""

from random import Random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the number of an order."""
    parser.addoption(
        "--shuffle", type=int, metavar="SEED", help="run the tests in another order, the one of this number"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Change the order if that is wanted."""
    seed = config.getoption("shuffle")
    if seed is not None:
        order = {nodeid: position for position, nodeid in enumerate(shuffled([item.nodeid for item in items], seed))}
        items.sort(key=lambda item: order[item.nodeid])


def shuffled(nodeids: list[str], seed: int) -> list[str]:
    """Return the tests with files in another order, and within each file its tests: a file's fixtures live once."""
    random = Random(seed)  # noqa: S311 - an order, no secret
    files: dict[str, list[str]] = {}
    for nodeid in nodeids:
        files.setdefault(nodeid.partition("::")[0], []).append(nodeid)
    names = random.sample(sorted(files), len(files))
    return [nodeid for name in names for nodeid in random.sample(files[name], len(files[name]))]
