"""Colours, sizes and line styles of every figure, in one place (house style: contrast on white is tested)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kommunalprofil.document import Width

# Ground and text
WHITE = "#FFFFFF"
INK = "#1B2A33"
MUTED = "#4F5E68"  # axis labels and remarks
GRID = "#D5DCE0"  # decoration only: nothing has to be read from it
PALE = "#EEF2F3"

# People
MEN, MEN_SURPLUS, MEN_PALE = "#1D5A73", "#0D2F40", "#C9DCE4"
WOMEN, WOMEN_SURPLUS, WOMEN_PALE = "#C4592F", "#7F3414", "#F2D6C8"
WOMEN_TEXT = "#A9481F"
GERMAN, FOREIGN = "#2F5D50", "#8A6A00"

# Places
PLACE, COMPARED = "#0B6E6E", "#6B7780"
PLACE_PALE = "#CFE5E4"

MAP_CLASSES = ("#E8F1F2", "#B7D5DA", "#7FB3BE", "#3F879A", "#0E5468")
MAP_LAND = "#DDE5E8"
MAP_BORDER = "#93A1A9"

# Sizes in points (1 pt = 1/72 inch); a figure is drawn at the size it is printed
TEXT = 8.5
SMALL = 8.0
LEADING = 10.5
CAP = 0.66  # height of capitals and digits, as a part of the size: centres a line of text on a mark
WIDTHS: dict[Width, float] = {
    "full": 162 / 25.4 * 72,
    "wide": 106 / 25.4 * 72,
    "half": 78 / 25.4 * 72,
    "third": 50 / 25.4 * 72,
}

Marker = Literal["circle", "ring", "diamond", "square", "tick", "above", "below"]


@dataclass(frozen=True, slots=True)
class Look:
    """How one role is drawn: never told by colour alone, so width, dash, marker or hatch differ as well.

    `dash` is on/off lengths in points, `hatch` the spacing in points of diagonal lines over a fill (0: none), `marker`
    stands for a point of a line. `dot` is the mark in a dot plot, where places that nearly agree must not hide each
    other: the place on the line, the Land below it, the Bund above it.
    """

    colour: str
    text: str
    width: float = 1.4
    dash: tuple[float, ...] = ()
    marker: Marker = "circle"
    dot: Marker = "circle"
    hatch: float = 0
    strong: bool = False


LOOKS: dict[str, Look] = {
    "place": Look(PLACE, PLACE, width=2.2, strong=True),
    "kreis": Look(INK, INK, width=1.1, dash=(5, 2, 1.2, 2), marker="square", dot="tick"),
    "alike": Look(INK, INK, width=1.1, dash=(1.5, 1.5), marker="square", dot="tick"),
    "land": Look(COMPARED, MUTED, marker="diamond", dot="below"),
    "bund": Look(COMPARED, MUTED, dash=(4, 2.4), dot="above"),
    "men": Look(MEN, MEN, width=1.8, marker="square", dot="below", strong=True),
    "women": Look(WOMEN, WOMEN_TEXT, width=1.8, dot="above", strong=True),
    "german": Look(GERMAN, GERMAN, width=1.8, dot="above", strong=True),
    "foreign": Look(FOREIGN, FOREIGN, width=1.8, dash=(5, 2), marker="diamond", dot="below", hatch=4, strong=True),
    "total": Look(INK, INK, width=1.8, dot="circle", strong=True),
}
"""Looks by role: the place and what it is compared with, groups of people."""


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two '#RRGGBB' colours, 1 to 21 (WCAG 2.2, success criterion 1.4.3)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(ground: str) -> str:
    """The colour for text on `ground`: white or ink, whichever is easier to read; black where neither reaches 4.5."""
    best = max((WHITE, INK), key=lambda colour: contrast(colour, ground))
    return best if contrast(best, ground) >= 4.5 else "#000000"
