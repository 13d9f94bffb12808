"""Full-width forms, as Japanese input methods produce them, of what kintone and this plugin read as ASCII."""

_FIRST_WIDE, _LAST_WIDE, _WIDE_DISTANCE = 0xFF01, 0xFF5E, 0xFEE0
_NARROW = {code: code - _WIDE_DISTANCE for code in range(_FIRST_WIDE, _LAST_WIDE + 1)} | {
    0x3000: " ",  # ideographic space
    0x2212: "-",  # minus sign, which Japanese keyboards give for a full-width hyphen
}


def narrow(text: str) -> str:
    """Return a text with full-width letters, digits and signs as their ASCII twins, and no blanks around it.

    Only those: a compatibility normalisation would also turn ``5²`` into ``52``.
    """
    return text.strip().translate(_NARROW).strip()
