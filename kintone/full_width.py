"""Full-width forms, as Japanese input methods produce them, of what kintone and this plugin read as ASCII."""

FIRST, LAST, ASCII = 0xFF01, 0xFF5E, 0x21
HALF_WIDTH = {code: code - FIRST + ASCII for code in range(FIRST, LAST + 1)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Return the text with full-width letters, digits, signs and blanks as ASCII; all else stays."""
    return text.translate(HALF_WIDTH)
