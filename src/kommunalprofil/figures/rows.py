"""What figures of labelled rows share: the column of names at the left, the axis at the foot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kommunalprofil import formatting
from kommunalprofil.figures import style
from kommunalprofil.figures.scales import Scale, Ticks, wrap
from kommunalprofil.figures.sheet import Sheet
from kommunalprofil.figures.widths import text_width


@dataclass(frozen=True, slots=True)
class RowNames:
    """The wrapped names of the rows, the width of their column, the height of each row."""

    lines: tuple[tuple[str, ...], ...]
    width: float
    heights: tuple[float, ...]

    @classmethod
    def lay_out(cls, names: Sequence[str], room: float, least: float, bold: Sequence[bool] = ()) -> RowNames:
        """Wrap names into `room` points; a row is at least `least` points high, and higher for more lines."""
        strong = list(bold) or [False] * len(names)

        measures = [partial(text_width, bold=heavy) for heavy in strong]
        lines = [wrap(name, room, measure) for name, measure in zip(names, measures, strict=True)]
        widths = [measure(text) for measure, parts in zip(measures, lines, strict=True) for text in parts]
        room_between = min(least - style.LEADING, 5)
        heights = [max(least, len(parts) * style.LEADING + room_between) for parts in lines]
        return cls(tuple(map(tuple, lines)), max(widths), tuple(heights))

    def middles(self, top: float) -> list[float]:
        """The middle of each row when the first begins at `top`."""
        result = []
        for height in self.heights:
            result.append(top + height / 2)
            top += height
        return result

    def draw(self, sheet: Sheet, top: float, bold: Sequence[bool] = ()) -> None:
        """Print the names, left aligned, each centred on its row."""
        strong = list(bold) or [False] * len(self.lines)
        for middle, lines, heavy in zip(self.middles(top), self.lines, strong, strict=True):
            sheet.lines_of_text(0, middle, lines, bold=heavy)


def draw_value_axis(sheet: Sheet, scale: Scale, grid: Ticks, top: float, floor: float, title: str) -> None:
    """Vertical grid, numbers below the floor, what is measured below them; zero is drawn in ink."""
    sheet.segments([(scale(v), y) for v in grid.values for y in (top, floor)], style.GRID)
    if grid.low <= 0 <= grid.high:
        sheet.segments([(scale(0), top), (scale(0), floor)], style.INK, width=0.9)
    labels = [formatting.number(value, grid.decimals) for value in grid.values]
    widest = max(map(text_width, labels)) + 4
    apart = abs(scale(grid.values[1]) - scale(grid.values[0])) if len(labels) > 1 else widest
    every = math.ceil(widest / apart)
    first = grid.values.index(0) if 0 in grid.values else 0  # zero keeps its label when others have to go
    for number, (value, words) in enumerate(zip(grid.values, labels, strict=True)):
        if (number - first) % every == 0:
            sheet.text(scale(value), floor + 10, words, anchor="middle", colour=style.MUTED)
    for number, words in enumerate(wrap(title, sheet.width, text_width)):
        half = text_width(words) / 2
        middle = max(half, min((scale.start + scale.end) / 2, sheet.width - half))
        sheet.text(middle, floor + 21 + number * style.LEADING, words, anchor="middle", colour=style.MUTED)


def axis_height(title: str, width: float) -> float:
    """Room below the floor of draw_value_axis."""
    return 14 + len(wrap(title, width, text_width)) * style.LEADING
