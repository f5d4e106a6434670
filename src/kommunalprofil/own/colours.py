"""The accent colour of a Kommune: checked on white, and the shades of it that the document needs beside it."""

from __future__ import annotations

import re

from kommunalprofil.figures.style import WHITE, contrast
from kommunalprofil.own.reading import OwnError

LEAST = 4.5
"""The contrast of text that WCAG 2.2 asks for (1.4.3)."""
DARK_PANEL = "#1A252B"
"""The lighter of the two dark grounds of the page."""
COMFORT = 7.0


def accent(text: str, where: str, line: int | None) -> str:
    """The colour as '#RRGGBB'. Raises OwnError for anything else and for colours that are too pale on white."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise OwnError(where, f"„{text}“ ist keine Farbe. Erwartet wird # mit sechs Ziffern wie #0B6E6E.", line)
    colour = text.upper()
    if (ratio := contrast(colour, WHITE)) < LEAST:
        found = f"{ratio:.1f}".replace(".", ",")
        raise OwnError(
            where,
            f"Die Farbe {colour} ist auf Weiß zu blass: Der Kontrast ist {found} : 1, nötig sind 4,5 : 1. "
            "Einen dunkleren Ton wählen.",
            line,
        )
    return colour


def mixed(one: str, other: str, share: float) -> str:
    """A colour with so much (0 to 1) of another in it."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def tint(colour: str) -> str:
    """The palest ground in the colour, white with at most 7 % of it, on which text in the colour can be read."""
    grounds = (mixed(WHITE, colour, percent / 100) for percent in range(7, 0, -1))
    return next((ground for ground in grounds if contrast(colour, ground) >= LEAST), WHITE)


def light(colour: str) -> str:
    """The colour lightened until it can be read with ease in dark mode."""
    shades = (mixed(colour, WHITE, percent / 100) for percent in range(0, 100, 2))
    return next((one for one in shades if contrast(one, DARK_PANEL) >= COMFORT), WHITE)
