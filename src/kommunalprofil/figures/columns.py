"""Vertical bars over the years from a zero line: changes and balances, with the breaks between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.sheet import Spot
from kommunalprofil.figures.timeplot import Break, Labelling, Point, TimePlot, value_axis
from kommunalprofil.figures.widths import text_width

CLEAR = 6.0
"""So far from the zero line the middle of the last value stands where the line would strike it through."""


def columns(
    points: Sequence[Point],
    *,
    unit: str,
    decimals: int = 0,
    breaks: Sequence[Break] = (),
    heading: str = "",
    years: Sequence[float] = (),
    bounds: tuple[float, float] | None = None,
    signed: bool = True,
    width: Width = "full",
    height: float | None = None,
) -> str:
    """Draw one bar a year as SVG: gains in the colour of the place, losses lighter and outlined.

    Provisional or estimated values are hatched; a missing year stays empty. The last value is printed beside its bar,
    with '+' before a gain if `signed`. The axes reach over `years` and `bounds` (the same for several panels);
    `heading` is the bold title of a panel. Raises ValueError without any value.
    """
    known = sorted((p for p in points if p.known), key=lambda p: p.x)
    if not known:
        raise ValueError("no value to draw")
    grid = value_axis(known, decimals, 5 if width != "half" else 4, zero=True, bounds=bounds)
    words = Labelling(unit, decimals, breaks, heading)
    word = formatting.change if signed else formatting.number
    last = word(known[-1].y, decimals)
    span = [*known, *(Point(year, 0.0) for year in years)]
    plot = TimePlot.lay_out(span, words, grid, width, height or 140,
                            right=text_width(last, bold=True) + 10, pad=0.5)  # fmt: skip
    plot.draw_frame()
    _draw_bars(plot, known)
    y = plot.y(known[-1].y)
    middle = max(plot.top + 6, min(y, plot.sheet.height - 24))
    left = plot.x(known[-1].x + 0.5) + 6
    if left < plot.x.end and abs(middle - plot.y(0)) < CLEAR:  # the years go on, and with them the zero line
        middle = plot.y(0) + (CLEAR if middle > plot.y(0) else -CLEAR)
    plot.sheet.lines_of_text(left, middle, [last], colour=style.PLACE, bold=True)
    spots = (Spot((plot.x(p.x), plot.y(0), plot.x(p.x), plot.y(p.y)), p.date, word(p.y, decimals)) for p in known)
    plot.sheet.spots((heading,), unit, spots)
    return plot.sheet.svg()


def _draw_bars(plot: TimePlot, known: Sequence[Point]) -> None:
    years = np.array([p.x for p in known])
    values = np.array([p.y for p in known], float)
    hollow = np.array([p.hollow for p in known])
    left, right = plot.x(years - 0.36), plot.x(years + 0.36)
    top, bottom = np.minimum(plot.y(values), plot.y(0)), np.maximum(plot.y(values), plot.y(0))
    for chosen, fill, edge, lines in (
        (values > 0, style.PLACE, style.PLACE, style.WHITE),
        (values < 0, style.PLACE_PALE, style.PLACE, style.PLACE),
    ):
        plot.sheet.rects(left[chosen], top[chosen], right[chosen], bottom[chosen], fill, edge=edge, width=0.8)
        marked = chosen & hollow
        if marked.any():
            plot.sheet.hatch(left[marked], top[marked], right[marked], bottom[marked], lines, gap=3, width=0.8)
