"""Header fields whose names are compared without regard to letter case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


class Headers(Mapping[str, str]):
    """Header fields as received; lookup ignores letter case, a repeated field is joined with commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Take (name, value) pairs in the order of the wire."""
        self.pairs: list[tuple[str, str]] = list(pairs)
        self._values: dict[str, str] = {}
        for name, value in self.pairs:
            key = name.lower()
            self._values[key] = f"{self._values[key]},{value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        """Return the value of a field, whatever the letter case of its name."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """Yield the names in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of distinct names."""
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        """Tell whether a field of this name came, whatever its letter case."""
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        """Return the names only: values may be secrets."""
        return f"Headers({sorted(self._values)})"
