"""From the answer of ``app/form/fields.json`` to a form, without trust in the server.

Property keys: https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import cast

from kintone.errors import UnknownResponseError
from kintone.field_types.table import Shape, kind_of
from kintone.forms.field_definitions import FieldDefinition, Form, Limits
from kintone.messages import Message
from kintone.values.excerpts import excerpt, printable
from kintone.values.numbers import DEFAULT_PRECISION, ROUNDINGS, NumberPrecision

LONGEST_NUMBER = 64


def parse_form(body: Mapping[str, object], app: str) -> Form:
    """Read a form; raises ``UnknownResponseError`` for anything that kintone does not document.

    Unlike the rest of kintone's answers, limits arrive as text, and a limit that is not set as ``""``.
    """
    reader = _Reader(app)
    properties = reader.mapping(body.get("properties"), Message("properties"))
    copied: set[str] = set()
    fields = {code: reader.definition(code, raw, copied) for code, raw in properties.items()}
    fields = {code: _marked(definition, copied) for code, definition in fields.items()}
    tables = {column: code for code, definition in fields.items() for column in definition.columns}
    return Form(app, str(body.get("revision") or ""), fields, tables)


def parse_precision(raw: object) -> NumberPrecision:
    """Read ``numberPrecision`` of ``app/settings.json``, where numbers are texts; else kintone's default."""
    parts = raw if isinstance(raw, Mapping) else {}
    digits, decimals = (_small_number(parts.get(name)) for name in ("digits", "decimalPlaces"))
    rounding = parts.get("roundingMode")
    if digits is None or decimals is None or decimals > digits or rounding not in ROUNDINGS:
        return DEFAULT_PRECISION
    return NumberPrecision(digits, decimals, str(rounding))


def _small_number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and re.fullmatch("[0-9]{1,2}", text) else None


def _marked(definition: FieldDefinition, copied: set[str]) -> FieldDefinition:
    """Mark what lookups fill; that is known only once every field has been read."""
    columns = {code: _marked(column, copied) for code, column in definition.columns.items()}
    return replace(definition, copied=definition.code in copied, columns=columns)


class _Reader:
    """Reads pieces of one answer and names the piece that is not as documented."""

    def __init__(self, app: str) -> None:
        self._app = app

    def unknown(self, what: Message, value: object) -> UnknownResponseError:
        return UnknownResponseError(
            Message(
                "reading the form of app {app}: {part} is {value}, not kintone's answer",
                app=self._app,
                part=what,
                value=excerpt(value),
            ),
            remedy=Message("check that the domain is a kintone site and that no proxy changes its answers"),
        )

    def mapping(self, value: object, what: Message) -> Mapping[str, object]:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise self.unknown(what, value)
        return cast("Mapping[str, object]", value)

    def text(self, value: object, what: Message) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.unknown(what, value)
        return value

    def flag(self, value: object, what: Message) -> bool:
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.unknown(what, value)

    def number(self, value: object, what: Message) -> Decimal | None:
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.unknown(what, value)
        if isinstance(value, str) and len(value) > LONGEST_NUMBER:
            raise self.unknown(what, value)
        try:
            number = Decimal(str(value))
        except (InvalidOperation, ValueError):
            raise self.unknown(what, value) from None
        if not number.is_finite():
            raise self.unknown(what, value)
        return number

    def length(self, value: object, what: Message) -> int | None:
        number = self.number(value, what)
        if number is None:
            return None
        if not 0 <= number <= sys.maxsize or number != number.to_integral_value():
            raise self.unknown(what, value)
        return int(number)

    def definition(self, code: str, raw: object, copied: set[str], *, column: bool = False) -> FieldDefinition:
        shown = printable(code)
        properties = self.mapping(raw, Message("the field {code}", code=shown))
        kind = kind_of(self.text(properties.get("type"), Message("the type of {code}", code=shown)))
        lookup = properties.get("lookup")
        if lookup is not None:
            copied.update(self._copied_codes(lookup, shown))
        nested = properties.get("fields") if kind.shape is Shape.ROWS and not column else None
        columns = {} if nested is None else self.mapping(nested, Message("the columns of {code}", code=shown))
        return FieldDefinition(
            code=code,
            label=self.text(properties.get("label"), Message("the label of {code}", code=shown)) or code,
            kind=kind,
            required=self.flag(properties.get("required"), Message("required of {code}", code=shown)),
            unique=self.flag(properties.get("unique"), Message("unique of {code}", code=shown)) and not column,
            has_default=_has_default(properties),
            default=properties.get("defaultValue") or None,
            computed=kind.on_add and bool(properties.get("expression")),
            lookup=lookup is not None,
            options=self._options(properties.get("options"), shown),
            limits=self._limits(properties, shown),
            columns={name: self.definition(name, entry, copied, column=True) for name, entry in columns.items()},
        )

    def _limits(self, properties: Mapping[str, object], code: str) -> Limits:
        return Limits(
            self.length(properties.get("minLength"), Message("minLength of {code}", code=code)),
            self.length(properties.get("maxLength"), Message("maxLength of {code}", code=code)),
            self.number(properties.get("minValue"), Message("minValue of {code}", code=code)),
            self.number(properties.get("maxValue"), Message("maxValue of {code}", code=code)),
            self.text(properties.get("protocol"), Message("protocol of {code}", code=code)),
        )

    def _options(self, raw: object, code: str) -> dict[str, str]:
        """Return names and labels by the order of ``index``, which arrives as text too."""
        if raw is None:
            return {}
        options = self.mapping(raw, Message("the options of {code}", code=code))
        placed: list[tuple[Decimal, str, str]] = []
        for name, entry in options.items():
            shown = printable(name)
            option = self.mapping(entry, Message("the option {option} of {code}", option=shown, code=code))
            index = self.number(option.get("index"), Message("the index of {option}", option=shown)) or Decimal(0)
            label = self.text(option.get("label"), Message("the label of {option}", option=shown))
            placed.append((index, name, label or name))
        return {name: label for _, name, label in sorted(placed, key=lambda entry: entry[0])}

    def _copied_codes(self, raw: object, code: str) -> list[str]:
        mappings = self.mapping(raw, Message("the lookup of {code}", code=code)).get("fieldMappings")
        what = Message("fieldMappings of {code}", code=code)
        if mappings is None:
            return []
        if not isinstance(mappings, list):
            raise self.unknown(what, mappings)
        return [self.text(self.mapping(entry, what).get("field"), what) for entry in mappings]


def _has_default(properties: Mapping[str, object]) -> bool:
    """Tell whether kintone fills the field of a new record that does not name it."""
    return bool(properties.get("defaultValue")) or properties.get("defaultNowValue") is True
