"""Time series: at most five lines, labelled where they end, interrupted where the official series is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.scales import spread, wrap
from kommunalprofil.figures.sheet import Spot
from kommunalprofil.figures.timeplot import Break, Labelling, Point, TimePlot, head_height, value_axis
from kommunalprofil.figures.widths import text_width

MOST_LINES = 5
LOW = 120
"""A panel less high than this (points) has fewer values at its axis."""
HEIGHTS: dict[Width, float] = {"full": 200, "wide": 155, "half": 150, "third": 120}


@dataclass(frozen=True, slots=True)
class Series:
    """A line, labelled unless it is the only one; `role` is a key of style.LOOKS."""

    label: str
    points: Sequence[Point]
    role: str = "place"


def line(
    series: Sequence[Series],
    *,
    unit: str,
    decimals: int = 0,
    breaks: Sequence[Break] = (),
    heading: str = "",
    zero: bool = False,
    bounds: tuple[float, float] | None = None,
    step: float = 1,
    width: Width = "full",
    height: float | None = None,
) -> str:
    """Draw the series as SVG; `unit` heads the vertical axis, `decimals` are those of the values at the line ends.

    Points further apart than `step` years are not joined (missing years are gaps); a point without neighbour becomes
    a marker. The axis starts at zero if `zero`, if it lies near or if values have both signs, else it says where it
    starts; it reaches over `bounds` (the same for several panels). `heading` is the bold title of a panel. Raises
    ValueError for more than five lines or none with a value.
    """
    shown = [one for one in series if any(p.known for p in one.points)]
    if not shown or len(series) > MOST_LINES:
        raise ValueError(f"{len(shown)} of {len(series)} lines have values, needed are 1 to 5")
    words = Labelling(unit, decimals, breaks, heading)
    points = [p for one in shown for p in one.points]
    low = height is not None and height < LOW
    grid = value_axis(points, decimals, 5 if width in ("full", "wide") else 2 if low else 4, zero=zero, bounds=bounds)
    room = (0.27 if width == "full" else 0.34) * style.WIDTHS[width]
    labels = [wrap(_end_label(one, decimals), room, _bold_width) for one in shown]
    least = sum(_height(lines) for lines in labels) + head_height(words, grid, width) + 4
    least += len(breaks) * style.LEADING  # as many rows as the words at them may need
    plot = TimePlot.lay_out(points, words, grid, width, max(height or HEIGHTS[width], least),
                            right=max(_bold_width(text) for lines in labels for text in lines) + 12)  # fmt: skip
    plot.draw_frame()
    for one in reversed(shown):  # the first, the place, comes on top
        _draw_series(plot, one, step)
    _draw_labels(plot, shown, labels)
    for one in shown:
        spots = (Spot(_at(plot, p), p.date, formatting.number(p.y, decimals)) for p in one.points if p.known)
        plot.sheet.spots((heading, one.label), unit, spots)
    return plot.sheet.svg()


def _bold_width(text: str) -> float:
    return text_width(text, bold=True)


def _last(one: Series) -> Point:
    return max((p for p in one.points if p.known), key=lambda p: p.x)


def _end_label(one: Series, decimals: int) -> str:
    return f"{one.label} {formatting.number(_last(one).y, decimals)}".lstrip()


def _height(lines: Sequence[str]) -> float:
    """Room a label of so many lines takes among its neighbours."""
    return len(lines) * style.LEADING + 1


def _at(plot: TimePlot, point: Point) -> tuple[float, float]:
    return plot.x(point.x), plot.y(point.y)


def _draw_series(plot: TimePlot, one: Series, step: float) -> None:
    """The line with its gaps, then hollow and isolated points and the end."""
    look = style.LOOKS[one.role]
    points = sorted((p for p in one.points if p.known), key=lambda p: p.x)
    path: list[tuple[float, float]] = []
    alone: list[Point] = []
    for run in runs(points, step):
        path += [_at(plot, p) for p in run] + [(math.nan, math.nan)]
        alone += run if len(run) == 1 else []
    plot.sheet.line(path, look.colour, width=look.width, dash=look.dash)
    solid = {p for p in [*alone, points[-1]] if not p.hollow}
    plot.sheet.marks([_at(plot, p) for p in points if p in solid], look.marker, look.colour, size=5)
    plot.sheet.marks([_at(plot, p) for p in points if p.hollow], "ring", look.colour, size=5)


def _draw_labels(plot: TimePlot, shown: Sequence[Series], labels: Sequence[Sequence[str]]) -> None:
    """Name and last value at the right of each line, moved apart, with a thin line where moved or ended early."""
    ends = [_at(plot, _last(one)) for one in shown]
    middles = spread([end[1] for end in ends], [_height(lines) for lines in labels], plot.top, plot.sheet.height)
    left = plot.x.end + 12
    for one, lines, (x, y), middle in zip(shown, labels, ends, middles, strict=True):
        look = style.LOOKS[one.role]
        if abs(middle - y) > 3 or x < plot.x.end - 1:
            bend = max(x + 4, left - 10)
            plot.sheet.line([(x + 4, y), (bend, y), (left - 2, middle)], look.colour, width=0.5)
        plot.sheet.lines_of_text(left, middle, lines, colour=look.text, bold=look.strong)


def runs(points: Sequence[Point], step: float) -> list[list[Point]]:
    """Points that may be joined: same base and no missing year between them."""
    runs: list[list[Point]] = []
    by_base: dict[str, list[Point]] = {}
    for point in points:
        run = by_base.get(point.base)
        if run and point.x - run[-1].x <= step * 1.05:
            run.append(point)
        else:
            by_base[point.base] = [point]
            runs.append(by_base[point.base])
    return runs
