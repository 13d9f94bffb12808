"""The licences of the plugin's dependencies."""

import re

from scripts.licences import documented_licences, installed_licences

PERMITTED = {
    "MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0", "PSF-2.0", "ZPL-2.1", "CNRI-Python"
}  # fmt: skip


def test_installed_packages_are_documented_with_their_licence() -> None:
    """Every installed requirement is documented with the licence that its metadata states."""
    documented = documented_licences()

    assert {name: documented.get(name) for name in installed_licences()} == installed_licences()


def test_licences_are_permitted() -> None:
    """Every documented licence is one of those that need no review."""
    for name, licence in documented_licences().items():
        assert set(re.split(" AND | OR ", licence)) <= PERMITTED, (name, licence)
