"""Our values beside those the offices print: every cell of an official series that has a counterpart here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kommunalprofil.ages import AgeGroup
from kommunalprofil.cells import Member, Panel, Point, panels
from kommunalprofil.indicators.declare import Indicator, Oracle
from kommunalprofil.indicators.series import Selection, Series
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL

if TYPE_CHECKING:
    from kommunalprofil.indicators.compute import Results

ROUNDING = 1e-9
"""Share by which a number that ends in 5 may miss it in floating point."""


@dataclass(frozen=True)
class Compared:
    """One official value and ours; `ours` is None for a gap, whose reason is `flag`."""

    indicator: str
    table: str
    region: str
    date: str
    sex: str
    nationality: str
    age: str
    official: float
    ours: float | None
    flag: str
    decimals: int

    @property
    def exact(self) -> bool:
        """Whether our value, rounded half up as offices do, is the printed one to its last digit."""
        if self.ours is None:
            return False
        return abs(rounded(self.ours, self.decimals) - self.official) < 0.1**self.decimals / 2

    @property
    def off(self) -> float:
        """By how much our unrounded value misses the printed one."""
        return abs(self.ours - self.official) if self.ours is not None else float("nan")


def rounded(value: float, decimals: int) -> float:
    """A number rounded half away from zero."""
    scaled = abs(value) * 10**decimals
    whole = np.floor(scaled * (1 + ROUNDING) + 0.5)
    return float(np.copysign(whole / 10**decimals, value))


def compare(results: Results, declaration: Indicator, oracle: Oracle) -> Iterator[Compared]:
    """Every value of an official series that is one of this indicator, in order of region and date."""
    if oracle.table not in results.store.tables:
        return
    rows = results.store.observations(oracle.table, results.territory.lands(results.wanted))
    for panel in panels(rows, oracle.table, results.territory.keys(results.wanted)):
        if panel.measure != oracle.measure:
            continue
        for member, block in panel.blocks.items():
            for g, group in enumerate(block.groups):
                selection = _selection(declaration, oracle, member, group)
                if selection is not None:
                    series = results.series(declaration.id, selection, oracle.variant)
                    yield from _cells(series, oracle, panel, block.values[:, :, g])


def _selection(declaration: Indicator, oracle: Oracle, member: Member, group: AgeGroup) -> Selection | None:
    """Which members of ours an official value is about; None if it is about something else."""
    if oracle.age is not None:
        if group.lo != oracle.age:
            return None
        group = AgeGroup(0, 200)
    codes = ["T" if code in (TOTAL, NOT_APPLICABLE) else code for code in (member.sex, member.nationality)]
    return Selection(codes[0], codes[1], str(group), household=oracle.household)


def _cells(series: Series, oracle: Oracle, panel: Panel, official: np.ndarray) -> Iterator[Compared]:
    row = {region: i for i, region in enumerate(series.regions)}
    column = _columns(series)
    for r, region in enumerate(panel.regions):
        for t, point in enumerate(panel.points):
            if region not in row or not np.isfinite(official[r, t]):
                continue
            i, j = row[region], column.get(point, column.get(Point(point.date, ""), -1))
            value = series.value[i, j] if j >= 0 else np.nan
            flag = series.flag(i, j) if j >= 0 else "not_published"
            s = series.selection
            yield Compared(
                series.indicator.id, oracle.table, region, point.date, s.sex, s.nationality, s.age,
                float(official[r, t]), float(value) if np.isfinite(value) else None, flag, oracle.decimals,
            )  # fmt: skip


def _columns(series: Series) -> dict[Point, int]:
    """The column of each point, and of each date alone (the newest base)."""
    found = {point: t for t, point in enumerate(series.points)}
    return found | {Point(point.date, ""): t for t, point in enumerate(series.points)}
