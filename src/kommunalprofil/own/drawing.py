"""Own figures in the house style: the charts of the profile, drawn from the numbers of the Kommune."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Table
from kommunalprofil.own.model import Chart

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile

ROLES = ("place", "kreis", "land", "bund", "foreign")
"""The looks of up to five lines, told apart by dash and marker as well."""
KINDS = {"linien": "Liniendiagramm", "saeulen": "Säulendiagramm", "balken": "Balkendiagramm"}
PREFIX = "eigene-"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure function for an own chart, as the declared ones."""

    chart: Chart

    def __call__(self, p: Profile) -> Figure:
        """Draw the chart; the place only comes into the alternative text."""
        chart, place = self.chart, p.region
        alt = chart.alt if place.name in chart.alt else f"{KINDS[chart.kind]}, {place.title}: {chart.alt}"
        name = PREFIX + chart.id
        svg = _DRAW[chart.kind](chart)
        return Figure(name, chart.title, chart.subtitle, svg, alt, _table(chart), credit=chart.credit)


def drawings(charts: tuple[Chart, ...]) -> dict[str, Callable[[Any], Figure]]:
    """Figure functions by id; no id of them is one of the profile's own."""
    return {PREFIX + chart.id: Drawing(chart) for chart in charts}


def _table(chart: Chart) -> Table:
    numbers = chart.numbers
    columns = (Column(numbers.label, align="left"), *(Column(name, chart.unit) for name in numbers.columns))
    rows = tuple((label, *(fmt.cell(v, numbers.decimals) for v in values)) for label, values in numbers.rows)
    return Table(chart.subtitle, columns, rows, credit=chart.credit)


def _lines(chart: Chart) -> str:
    from kommunalprofil.figures.charts import Point, Series, line

    rows, names = chart.numbers.rows, chart.numbers.columns
    years = [int(label) for label, _ in rows]
    step = min((later - earlier for earlier, later in pairwise(years)), default=1)
    series = [
        Series(title, [Point(year, values[i]) for year, (_, values) in zip(years, rows, strict=True)], role)
        for i, (title, role) in enumerate(zip(names, ROLES, strict=False))
    ]
    return line(series, unit=chart.unit, decimals=chart.numbers.decimals, step=step)


def _columns(chart: Chart) -> str:
    from kommunalprofil.figures.charts import Point, columns

    points = [Point(int(label), values[0]) for label, values in chart.numbers.rows]
    signed = any((p.y or 0) < 0 for p in points)
    return columns(points, unit=chart.unit, decimals=chart.numbers.decimals, signed=signed)


def _bars(chart: Chart) -> str:
    from kommunalprofil.figures.charts import Bar, bars

    rows = [Bar(label, values[0]) for label, values in chart.numbers.rows]
    return bars(rows, unit=chart.unit, decimals=chart.numbers.decimals)


_DRAW: dict[str, Callable[[Chart], str]] = {"linien": _lines, "saeulen": _columns, "balken": _bars}
