"""What changed data mean for the indicators: every shown value in both states, and those that moved notably."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Panel
from kommunalprofil.difference import Changes
from kommunalprofil.indicators import Indicator, Results, Selection, Series
from kommunalprofil.states import OBSERVATIONS
from kommunalprofil.store import Store

THRESHOLD = 1.0
"""Percent of the old value from which on a change is notable."""
SCALE = {"je 10.000": 1000.0, "je 1.000": 100.0, "je 100": 50.0, "%": 50.0, "Personen": 1000.0}
"""Least value, by unit, that the percentage is taken of: a rate near zero or a hamlet moves much by little."""


@dataclass(frozen=True)
class Shift:
    """One indicator value that moved notably."""

    indicator: str
    members: str
    region: str
    date: str
    old: float
    new: float
    unit: str

    @property
    def share(self) -> float:
        """The change as a share of what it is measured by."""
        return abs(self.new - self.old) / max(abs(self.old), SCALE.get(self.unit, 0.0), 1e-9)


@dataclass
class Effect:
    """One indicator: how many values both states have, how many moved, came, went, and the notable ones."""

    indicator: Indicator
    compared: int = 0
    moved: int = 0
    fresh: int = 0
    gone: int = 0
    shifts: list[Shift] = field(default_factory=list)


def effects(old: Store, new: Store, changes: Changes, threshold: float = THRESHOLD) -> Iterator[Effect]:
    """Every indicator that rests on a changed measure, with what changed in the regions touched; largest shifts first.

    `threshold` is in percent. Raises DataError if a state is damaged.
    """
    if not changes.groups:
        return
    results = Results(old, changes.regions), Results(new, changes.regions)
    _share_panels(*results)
    for name, indicator in results[1].indicators.items():
        if indicator.measure not in changes.measures and indicator.derived is None:
            continue
        effect = Effect(indicator)
        for selection in results[1].selections(name):
            _compare(effect, selection, [r.series(name, selection) for r in results], threshold)
        for result in results:
            result.forget()
        if effect.moved or effect.fresh or effect.gone:
            effect.shifts.sort(key=lambda s: (-s.share, s.region, s.date, s.members))
            yield effect


def _share_panels(old: Results, new: Results) -> None:
    """Tables that are the same in both states are read once."""
    done: dict[str, list[Panel]] = {}
    for results in (old, new):
        found: dict[str, list[Panel]] = {}
        for table in results.tables:
            entry = results.store.state.entries.get(f"{OBSERVATIONS}/{table}")
            if entry is None:
                continue
            if entry.sha256 not in done:
                done[entry.sha256] = results.panels_of(table)
            for panel in done[entry.sha256]:
                found.setdefault(panel.measure, []).append(panel)
        results.panels = found


def _compare(effect: Effect, selection: Selection, pair: list[Series], threshold: float) -> None:
    regions = sorted({r for s in pair for r in s.regions})
    dates = sorted({p.date for s in pair for p in s.points})
    was, now = (_shown(s, {r: i for i, r in enumerate(regions)}, {d: i for i, d in enumerate(dates)}) for s in pair)
    there = np.isfinite(was), np.isfinite(now)
    effect.compared += int((there[0] & there[1]).sum())
    effect.fresh += int((there[1] & ~there[0]).sum())
    effect.gone += int((there[0] & ~there[1]).sum())
    moved = there[0] & there[1] & (np.abs(now - was) > 1e-9 * np.abs(was))
    effect.moved += int(moved.sum())
    unit = effect.indicator.unit
    with np.errstate(invalid="ignore"):
        notable = moved & (np.abs(now - was) > threshold / 100 * np.maximum(np.abs(was), SCALE.get(unit, 0.0)))
    members = " ".join(code for code in selection if code != "T")
    for r, t in zip(*np.nonzero(notable), strict=True):
        shift = (regions[r], dates[t], float(was[r, t]), float(now[r, t]))
        effect.shifts.append(Shift(effect.indicator.id, members, *shift, unit))


def _shown(series: Series, row: Mapping[str, int], column: Mapping[str, int]) -> NDArray[np.float64]:
    """The values that are shown, regions × dates: at a date on two bases the newer one."""
    values = np.full((len(row), len(column)), np.nan)
    rows = np.array([row[r] for r in series.regions], dtype=np.intp)
    for t, point in enumerate(series.points):
        mine = series.there[:, t] & np.isfinite(series.value[:, t])
        values[rows[mine], column[point.date]] = series.value[mine, t]
    return values
