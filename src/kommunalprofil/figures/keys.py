"""Keys below or above a figure, for what cannot be labelled where it is drawn: hatching, tones, markers, outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kommunalprofil.figures import style
from kommunalprofil.figures.scales import wrap
from kommunalprofil.figures.sheet import Sheet
from kommunalprofil.figures.widths import text_width

SWATCH = 9.0


@dataclass(frozen=True, slots=True)
class Key:
    """One entry: swatches in `colours` (hatched or outlined) or a marker, and its words."""

    text: str
    colours: tuple[str, ...] = ()
    hatched: bool = False
    outline: bool = False
    marker: style.Marker | None = None
    bold: bool = False

    @property
    def swatch(self) -> float:
        """Width of the sample before the words."""
        return 14.0 if self.outline else SWATCH * max(1, len(self.colours)) if not self.marker else 8.0

    @property
    def width(self) -> float:
        """Width of sample and words in points."""
        return self.swatch + 4 + text_width(self.text, style.SMALL, bold=self.bold)


def key_rows(keys: Sequence[Key], room: float) -> list[list[Key]]:
    """Keys side by side as they fit into `room`; one that is too long alone is wrapped and continues below."""
    rows: list[list[Key]] = []
    for key in keys:
        if rows and sum(k.width + 14 for k in rows[-1]) + key.width <= room:
            rows[-1].append(key)
        else:
            rows.append([key])
    return rows


def draw_keys(sheet: Sheet, rows: Sequence[Sequence[Key]], top: float, left: float = 0) -> None:
    """Draw the rows, the first below `top`; words that do not fit the sheet are shortened by a line break."""
    for number, row in enumerate(rows):
        x, baseline = left, top + (number + 1) * (style.LEADING + 2) - 3
        for key in row:
            _draw_sample(sheet, key, x, baseline)
            room = sheet.width - x - key.swatch - 4
            words = wrap(key.text, room, lambda text: text_width(text, style.SMALL))
            sheet.text(x + key.swatch + 4, baseline, words[0], size=style.SMALL, bold=key.bold)
            x += key.width + 14


def _draw_sample(sheet: Sheet, key: Key, x: float, baseline: float) -> None:
    top, bottom = baseline - 6.5, baseline + 0.8
    if key.marker:
        # Marks that hang above or stand below their value are centred on the words here.
        shift = {"above": 4.6, "below": -4.6}.get(key.marker, 0)
        size = 4.5 if key.marker == "tick" else 6.5
        sheet.marks([(x + 4, baseline - 2.7 + shift)], key.marker, key.colours[0], size=size)
    if key.outline:
        middle = (top + bottom) / 2
        sheet.line([(x, bottom), (x + 5, bottom), (x + 5, middle), (x + 10, middle), (x + 10, top), (x + 14, top)],
                   style.INK, width=0.9)  # fmt: skip
    for i, colour in enumerate(() if key.marker else key.colours):
        start = x + i * SWATCH
        edge = {"edge": style.MAP_BORDER, "width": 0.5} if style.contrast(colour, style.WHITE) < 1.8 else {}
        sheet.rects(start, top, start + SWATCH, bottom, colour, **edge)
        if key.hatched:
            sheet.hatch(start, top, start + SWATCH, bottom, style.text_on(colour), gap=3.5, width=0.9)
