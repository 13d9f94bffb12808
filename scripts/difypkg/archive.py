"""The package as a file: a zip of the same bytes for the same files."""

import zipfile
from pathlib import Path

from scripts.difypkg.selection import Files

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE_0644 = 0o100644 << 16


def write_archive(files: Files, target: Path) -> None:
    """Write the files, sorted, with one date, one permission and one owner system.

    Nothing is compressed: the bytes of a compressed file differ between builds of zlib, and the package is small.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _FIRST_DAY)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE_0644
            archive.writestr(entry, files[path])


def unpack(package: Path, folder: Path) -> None:
    """Unpack a package into a folder."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
