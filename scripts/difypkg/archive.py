"""The package as a reproducible zip archive: the same files give the same bytes."""

import zipfile
from pathlib import Path

from scripts.difypkg.selection import Files

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE_0644 = 0o100644 << 16


def write_archive(files: Files, target: Path) -> None:
    """Write the sorted files with a fixed date, fixed permissions and a fixed operating system.

    The files are not compressed: compressed bytes differ between versions of zlib, and the package is small.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _FIXED_DATE)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE_0644
            archive.writestr(entry, files[path])


def unpack(package: Path, folder: Path) -> None:
    """Unpack a package into a folder."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
