"""The licences of what the plugin runs on."""

import re

from scripts.licences import documented_licences, installed_licences

FREE_TO_USE = {
    "MIT", "BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0", "PSF-2.0", "ZPL-2.1", "CNRI-Python"
}  # fmt: skip


def test_page_tells_the_licences_of_what_is_installed() -> None:
    """Every package that the requirements bring is on the page, with the licence that it names itself."""
    documented = documented_licences()

    assert {name: documented.get(name) for name in installed_licences()} == installed_licences()


def test_licences_allow_any_use() -> None:
    """No package brings terms that a company could not accept unseen."""
    for name, licence in documented_licences().items():
        assert set(re.split(" AND | OR ", licence)) <= FREE_TO_USE, (name, licence)
