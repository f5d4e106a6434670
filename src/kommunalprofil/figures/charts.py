"""The kinds of chart there are, on plain data: every one answers with an SVG string of printed size."""

from __future__ import annotations

from kommunalprofil.figures.bars import Bar, bars
from kommunalprofil.figures.columns import columns
from kommunalprofil.figures.dots import DotRow, dots
from kommunalprofil.figures.lines import Series, line
from kommunalprofil.figures.panels import above, apart, beside
from kommunalprofil.figures.pyramid import AgeBand, grouped, pyramid
from kommunalprofil.figures.stacked import Segment, StackRow, stacked
from kommunalprofil.figures.timeplot import Break, Point

__all__ = [
    "AgeBand",
    "Bar",
    "Break",
    "DotRow",
    "Point",
    "Segment",
    "Series",
    "StackRow",
    "above",
    "apart",
    "bars",
    "beside",
    "columns",
    "dots",
    "grouped",
    "line",
    "pyramid",
    "stacked",
]
