"""Run the tests in another order with `--shuffle SEED`; the same seed gives the same order."""

from random import Random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--shuffle`."""
    parser.addoption(
        "--shuffle", type=int, metavar="SEED", help="run the tests in another order, the one of this number"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Change the order of the tests if a seed is given."""
    seed = config.getoption("shuffle")
    if seed is not None:
        order = {nodeid: position for position, nodeid in enumerate(shuffled([item.nodeid for item in items], seed))}
        items.sort(key=lambda item: order[item.nodeid])


def shuffled(nodeids: list[str], seed: int) -> list[str]:
    """Return the tests with the files shuffled, and the tests within each file, since fixtures live per file."""
    random = Random(seed)  # noqa: S311 - an order, no secret
    files: dict[str, list[str]] = {}
    for nodeid in nodeids:
        files.setdefault(nodeid.partition("::")[0], []).append(nodeid)
    names = random.sample(sorted(files), len(files))
    return [nodeid for name in names for nodeid in random.sample(files[name], len(files[name]))]
