"""Complaints about a write, gathered so that one answer lists them all."""

from __future__ import annotations

from dataclasses import dataclass, field

from local_kintone.refusals import invalid_input


@dataclass(slots=True)
class Problems:
    """Complaints by kintone's `errors` key."""

    messages: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, message: str) -> None:
        """Note one complaint; the same one about the same key only once."""
        texts = self.messages.setdefault(key, [])
        if message not in texts:
            texts.append(message)

    def raise_any(self) -> None:
        """Refuse the write if anything was noted."""
        if self.messages:
            raise invalid_input(self.messages)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands in the request: "record", "records[3]" or a table row, and the field's code."""

    prefix: str
    code: str

    def key(self, tail: str = "value") -> str:
        """Return the `errors` key, such as `record.name.value`."""
        return f"{self.prefix}.{self.code}.{tail}"

    @property
    def bracketed(self) -> str:
        """Return the key that kintone uses for a NUMBER that is none: `record[price].value`."""
        return f"{self.prefix}[{self.code}].value"
