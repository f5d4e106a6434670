"""Time series: at most five lines, labelled where they end, interrupted where the official series is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.scales import Scale, Ticks, spread, ticks, wrap, year_ticks
from kommunalprofil.figures.sheet import Anchor, Sheet, text_width

MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series.

    `x` is a decimal year (a Stichtag 31.12.2015 is 2015), `base` names the population base or table: the line is only
    joined between points of the same base, `hollow` marks provisional or estimated values.
    """

    x: float
    y: float | None
    base: str = ""
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A labelled line; `role` is a key of style.LOOKS."""

    label: str
    points: Sequence[Point]
    role: str = "place"


@dataclass(frozen=True, slots=True)
class Break:
    """Where the series is interrupted: decimal year and what happened ('Zensus 2011')."""

    x: float
    label: str


def line(
    series: Sequence[Series],
    *,
    figure_id: str,
    unit: str,
    decimals: int = 0,
    breaks: Sequence[Break] = (),
    zero: bool = False,
    step: float = 1,
    width: Width = "full",
    height: float | None = None,
) -> str:
    """Draw the series as SVG; `unit` heads the vertical axis, `decimals` are those of the values at the line ends.

    Points further apart than `step` years are not joined (missing years are gaps); a point without neighbour becomes
    a marker. The axis starts at zero if `zero`, if it lies near or if values have both signs, else it says where it
    starts. Raises ValueError for more than five lines or none with a value.
    """
    shown = [one for one in series if any(_known(p) for p in one.points)]
    if not shown or len(series) > MOST_LINES:
        raise ValueError(f"figure {figure_id}: {len(shown)} of {len(series)} lines have values, needed are 1 to 5")
    plot = _Plot.lay_out(shown, figure_id, unit, decimals, breaks, zero, width, height)
    plot.draw_frame()
    for one in reversed(shown):  # the first, the place, comes on top
        plot.draw_series(one, step)
    plot.draw_labels(shown)
    return plot.sheet.svg()


def _known(point: Point) -> bool:
    return not formatting.missing(point.y)


def _end_label(one: Series, decimals: int) -> str:
    last = [p for p in one.points if _known(p)][-1]
    return f"{one.label} {formatting.number(last.y, decimals)}"


def _value_axis(shown: Sequence[Series], zero: bool, decimals: int, count: int) -> Ticks:
    values = [p.y for one in shown for p in one.points if p.y is not None and _known(p)]
    low, high = min(values), max(values)
    if zero or 0 < low < 0.4 * high:
        low = min(low, 0.0)
    if zero or 0.4 * low < high < 0:
        high = max(high, 0.0)
    return ticks(low, high, count, whole=decimals == 0)


@dataclass(frozen=True, slots=True)
class _BreakLabel:
    x: float
    line: float
    text: str
    row: int
    anchor: Anchor


@dataclass(slots=True)
class _Plot:
    """One chart while it is drawn: the sheet, its two scales and the room at the right for the labels."""

    sheet: Sheet
    x: Scale
    y: Scale
    grid: Ticks
    labels: list[list[str]]
    title: list[str]
    breaks: list[_BreakLabel]

    @property
    def top(self) -> float:
        """Lower edge of the axis title."""
        return len(self.title) * style.LEADING + 2

    @classmethod
    def lay_out(cls, shown: Sequence[Series], figure_id: str, unit: str, decimals: int, breaks: Sequence[Break],
                zero: bool, width: Width, height: float | None) -> _Plot:  # fmt: skip
        full = style.WIDTHS[width]
        grid = _value_axis(shown, zero, decimals, 5 if width == "full" else 4)
        room = (0.27 if width == "full" else 0.34) * full
        labels = [wrap(_end_label(one, decimals), room, lambda text: text_width(text, bold=True)) for one in shown]
        title = wrap(_axis_title(unit, grid), full, text_width)
        names = sum(_height(lines) for lines in labels) + len(title) * style.LEADING + 4
        sheet = Sheet(figure_id, width, max(height or (200 if width == "full" else 150), names))
        right = full - max(text_width(text, bold=True) for lines in labels for text in lines) - 9
        left = max(text_width(formatting.number(v, grid.decimals)) for v in grid.values) + 7
        years = [p.x for one in shown for p in one.points if _known(p)]
        first, last = min(years), max(years)
        if last == first:
            first, last = first - 1, last + 1
        x = Scale(first, last, left + 5, right - 3)
        placed = [b for b in breaks if first <= b.x <= last]
        marked = _break_labels([(x(b.x), b.label) for b in placed], sheet.width)
        top = (len(title) + max((one.row + 1 for one in marked), default=0)) * style.LEADING + 7
        y = Scale(grid.low, grid.high, sheet.height - 19, top)
        return cls(sheet, x, y, grid, labels, title, marked)

    def draw_frame(self) -> None:
        """Grid, axes, what the vertical axis measures, years, breaks."""
        sheet, x, y = self.sheet, self.x, self.y
        left, right = x.start - 5, x.end + 3
        for number, words in enumerate(self.title):
            sheet.text(0, style.TEXT + number * style.LEADING, words, colour=style.MUTED)
        sheet.segments([(px, y(v)) for v in self.grid.values for px in (left, right)], style.GRID, width=0.6)
        for value in self.grid.values:
            words = formatting.number(value, self.grid.decimals)
            sheet.text(left - 5, y(value) + style.TEXT * style.CAP / 2, words, anchor="end", colour=style.MUTED)
        base = 0.0 if self.grid.low <= 0 <= self.grid.high else self.grid.low
        sheet.segments([(left, y(base)), (right, y(base))], style.INK, width=0.9)
        if self.grid.low > 0 or self.grid.high < 0:
            _cut_axis(sheet, left, y(base))
        self._draw_years(sheet.height - 19)
        self._draw_breaks()

    def _draw_years(self, floor: float) -> None:
        x, width = self.x, text_width("2000") + 6
        years = year_ticks(math.ceil(x.low - 1e-6), math.floor(x.high + 1e-6), x.end - x.start, width)
        self.sheet.segments([(x(year), floor + d) for year in years for d in (0, 3.5)], style.INK, width=0.6)
        for year in years:
            self.sheet.text(x(year), floor + 12.5, str(year), anchor="middle", colour=style.MUTED)

    def _draw_breaks(self) -> None:
        for one in self.breaks:
            baseline = (len(self.title) + one.row + 1) * style.LEADING - 1
            self.sheet.text(one.x, baseline, one.text, size=style.SMALL, anchor=one.anchor)
            ends = [(one.line, baseline + 3.5), (one.line, self.y.start)]
            self.sheet.segments(ends, style.INK, width=0.8, dash=(0.9, 2.2))

    def draw_series(self, one: Series, step: float) -> None:
        """The line with its gaps, then hollow and isolated points and the end."""
        look = style.LOOKS[one.role]
        points = sorted((p for p in one.points if _known(p)), key=lambda p: p.x)
        path: list[tuple[float, float]] = []
        alone: list[Point] = []
        for run in _runs(points, step):
            path += [self._at(p) for p in run] + [(math.nan, math.nan)]
            alone += run if len(run) == 1 else []
        self.sheet.line(path, look.colour, width=look.width, dash=look.dash)
        solid = {p for p in [*alone, points[-1]] if not p.hollow}
        self.sheet.marks([self._at(p) for p in points if p in solid], look.marker, look.colour, size=5)
        self.sheet.marks([self._at(p) for p in points if p.hollow], "ring", look.colour, size=5)

    def _at(self, point: Point) -> tuple[float, float]:
        assert point.y is not None
        return self.x(point.x), self.y(point.y)

    def draw_labels(self, shown: Sequence[Series]) -> None:
        """Name and last value at the right of each line, moved apart, with a thin line where moved or ended early."""
        ends = [self._at([p for p in one.points if _known(p)][-1]) for one in shown]
        sizes = [_height(lines) for lines in self.labels]
        middles = spread([end[1] for end in ends], sizes, self.top, self.sheet.height)
        left = self.x.end + 12
        for one, lines, (x, y), middle in zip(shown, self.labels, ends, middles, strict=True):
            look = style.LOOKS[one.role]
            if abs(middle - y) > 3 or x < self.x.end - 1:
                bend = max(x + 4, left - 10)
                self.sheet.line([(x + 4, y), (bend, y), (left - 2, middle)], look.colour, width=0.5)
            self.sheet.lines_of_text(left, middle, lines, colour=look.text, bold=look.strong)


def _height(lines: Sequence[str]) -> float:
    """Room a label of so many lines takes among its neighbours."""
    return len(lines) * style.LEADING + 1


def _axis_title(unit: str, grid: Ticks) -> str:
    if grid.low <= 0 <= grid.high:
        return unit
    return f"{unit} (Achse beginnt bei {formatting.number(grid.low, grid.decimals)})"


def _cut_axis(sheet: Sheet, x: float, y: float) -> None:
    """The small double stroke that says: this axis does not start at zero."""
    sheet.rects(x - 2, y - 5.2, x + 2, y - 2.8, style.WHITE)
    sheet.segments([(x - 3, y - 1.6), (x + 3, y - 4), (x - 3, y - 4), (x + 3, y - 6.4)], style.INK, width=0.8)


def _runs(points: Sequence[Point], step: float) -> list[list[Point]]:
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


def _break_labels(labels: Sequence[tuple[float, str]], width: float) -> list[_BreakLabel]:
    """Break labels in one row over their lines if they fit, else stacked beside them so that no line cuts a label."""
    sizes = [text_width(text, style.SMALL) + 6 for _, text in labels]
    centres = spread([x for x, _ in labels], sizes, 0, width)
    if all(abs(centre - x) < size / 2 - 8 for centre, size, (x, _) in zip(centres, sizes, labels, strict=True)):
        return [_BreakLabel(c, x, text, 0, "middle") for c, (x, text) in zip(centres, labels, strict=True)]
    if all(x >= size for size, (x, _) in zip(sizes, labels, strict=True)):
        return [_BreakLabel(x + 1, x, text, len(labels) - 1 - i, "end") for i, (x, text) in enumerate(sorted(labels))]
    return [_BreakLabel(x - 1, x, text, i, "start") for i, (x, text) in enumerate(sorted(labels))]
