"""What figures over time share: a sheet with years below, a value axis at the left, and breaks between the years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.scales import Scale, Ticks, spread, ticks, wrap, year_ticks
from kommunalprofil.figures.sheet import Anchor, Sheet
from kommunalprofil.figures.widths import text_width


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series.

    `x` is a decimal year (a Stichtag 31.12.2015 is 2015), `base` names the population base or table: only points of the
    same base belong together, `hollow` marks provisional or estimated values, `when` is the date in words.
    """

    x: float
    y: float | None
    base: str = ""
    hollow: bool = False
    when: str = ""

    @property
    def date(self) -> str:
        """The date for readers: '31.12.2015'; the year if it has no words."""
        return self.when or f"{self.x:g}"

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not formatting.missing(self.y)


@dataclass(frozen=True, slots=True)
class Break:
    """Where the series is interrupted: decimal year and what happened ('Zensus 2011')."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Labelling:
    """The words around the plot: what is measured (`unit`), a bold `heading` for panels, and the interruptions."""

    unit: str
    decimals: int
    breaks: Sequence[Break] = ()
    heading: str = ""


def value_axis(points: Sequence[Point], decimals: int, count: int, *, zero: bool = False,
               bounds: tuple[float, float] | None = None) -> Ticks:  # fmt: skip
    """Ticks over all values (and `bounds`); zero is included if asked for or near."""
    values = [p.y for p in points if p.y is not None and p.known] + list(bounds or ())
    low, high = min(values), max(values)
    if zero or 0 < low < 0.4 * high:
        low = min(low, 0.0)
    if zero or 0.4 * low < high < 0:
        high = max(high, 0.0)
    return ticks(low, high, count, whole=decimals == 0)


@dataclass(frozen=True, slots=True)
class BreakLabel:
    """A break as it is drawn: its words at `x` in a row above the plot, its line at `line`."""

    x: float
    line: float
    text: str
    row: int
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class TimePlot:
    """A plot over years while it is drawn: `x` and `y` map data to points on the `sheet`."""

    sheet: Sheet
    x: Scale
    y: Scale
    grid: Ticks
    heading: str
    title: tuple[str, ...]
    breaks: tuple[BreakLabel, ...]

    @property
    def top(self) -> float:
        """Lower edge of heading and axis title, and of the words at the breaks."""
        rows = max((one.row + 1 for one in self.breaks), default=0)
        return _head_height(self.heading, self.title) + rows * style.LEADING + 2

    @classmethod
    def lay_out(cls, points: Sequence[Point], words: Labelling, grid: Ticks, width: Width, height: float, *,
                right: float = 0, pad: float = 0) -> TimePlot:  # fmt: skip
        """Fix all positions; `right` points are kept free for labels, `pad` years at both ends of the axis."""
        full = style.WIDTHS[width]
        title = tuple(wrap(_axis_title(words.unit, grid), full, text_width))
        left = max(text_width(formatting.number(v, grid.decimals)) for v in grid.values) + 12
        years = [p.x for p in points if p.known]
        first, last = min(years), max(years)
        if last == first:
            first, last = first - 1, last + 1
        x = Scale(first - pad, last + pad, left, full - max(right, text_width("2000") / 2))
        marked = _break_labels([(x(b.x), b.label) for b in words.breaks if first <= b.x <= last], full)
        rows = max((one.row + 1 for one in marked), default=0)
        top = _head_height(words.heading, title) + rows * style.LEADING + 7
        y = Scale(grid.low, grid.high, height - 19, top)
        return cls(Sheet(width, height), x, y, grid, words.heading, title, marked)

    def draw_frame(self) -> None:
        """Grid, axes, what the vertical axis measures, years, breaks."""
        sheet, x, y = self.sheet, self.x, self.y
        left, right = x.start - 5, x.end + 3
        above = 0.0
        if self.heading:
            sheet.text(0, style.TEXT, self.heading, bold=True)
            above = style.LEADING + 1
        for number, words in enumerate(self.title):
            sheet.text(0, above + style.TEXT + number * style.LEADING, words, colour=style.MUTED)
        sheet.segments([(px, y(v)) for v in self.grid.values for px in (left, right)], style.GRID, width=0.6)
        for value in self.grid.values:
            number_words = formatting.number(value, self.grid.decimals)
            sheet.text(left - 5, y(value) + style.TEXT * style.CAP / 2, number_words, anchor="end", colour=style.MUTED)
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
            baseline = _head_height(self.heading, self.title) + (one.row + 1) * style.LEADING - 1
            self.sheet.text(one.x, baseline, one.text, size=style.SMALL, anchor=one.anchor)
            ends = [(one.line, baseline + 3.5), (one.line, self.y.start)]
            self.sheet.segments(ends, style.INK, width=0.8, dash=(0.9, 2.2))


def head_height(words: Labelling, grid: Ticks, width: Width) -> float:
    """Room for heading and axis title above a plot."""
    return _head_height(words.heading, wrap(_axis_title(words.unit, grid), style.WIDTHS[width], text_width))


def _head_height(heading: str, title: Sequence[str]) -> float:
    return len(title) * style.LEADING + (style.LEADING + 1 if heading else 0)


def _axis_title(unit: str, grid: Ticks) -> str:
    if grid.low <= 0 <= grid.high:
        return unit
    return f"{unit} (Achse beginnt bei {formatting.number(grid.low, grid.decimals)})"


def _cut_axis(sheet: Sheet, x: float, y: float) -> None:
    """The small double stroke that says: this axis does not start at zero."""
    sheet.rects(x - 2, y - 5.2, x + 2, y - 2.8, style.WHITE)
    sheet.segments([(x - 3, y - 1.6), (x + 3, y - 4), (x - 3, y - 4), (x + 3, y - 6.4)], style.INK, width=0.8)


def _break_labels(labels: Sequence[tuple[float, str]], width: float) -> tuple[BreakLabel, ...]:
    """Break labels in one row over their lines if they fit, else stacked beside them so that no line cuts a label."""
    sizes = [text_width(text, style.SMALL) + 6 for _, text in labels]
    centres = spread([x for x, _ in labels], sizes, 0, width)
    if all(abs(centre - x) < size / 2 - 8 for centre, size, (x, _) in zip(centres, sizes, labels, strict=True)):
        return tuple(BreakLabel(c, x, text, 0, "middle") for c, (x, text) in zip(centres, labels, strict=True))
    if all(x >= size for size, (x, _) in zip(sizes, labels, strict=True)):
        ordered = enumerate(sorted(labels))
        return tuple(BreakLabel(x + 1, x, text, len(labels) - 1 - i, "end") for i, (x, text) in ordered)
    return tuple(BreakLabel(x - 1, x, text, i, "start") for i, (x, text) in enumerate(sorted(labels)))
