"""Where inside an age group people stand: as in the next larger area that has finer ages of the same day.

A table of Gemeinden knows people from 75 on as one group; that of their Kreis splits it further, that of the Land into
single years. Groups nobody splits are evenly spread, from 65 on as in the stationary population of a life table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import AgeGroup
from kommunalprofil.cells import Block, Member, Panel, Values
from kommunalprofil.errors import TilingError
from kommunalprofil.indicators.answers import Tables
from kommunalprofil.indicators.traced import Codes, Ledger

LAST = 100
"""The single years of age end here; whoever is older stands in the last of them."""
OLD = 65
LIVED: dict[str, tuple[int, ...]] = {
    "M": (
        84583, 83232, 81803, 80277, 78662, 76950, 75138, 73231, 71206, 69084, 66841, 64449, 61913, 59213, 56344, 53267,
        49972, 46481, 42829, 39037, 35109, 31131, 27199, 23365, 19715, 16314, 13192, 10387, 7958, 5924, 4263, 2975,
        2019, 1337, 860, 1274,
    ),
    "F": (
        91372, 90608, 89777, 88872, 87905, 86856, 85715, 84499, 83191, 81798, 80303, 78664, 76862, 74864, 72627, 70087,
        67231, 64073, 60620, 56858, 52758, 48380, 43808, 39093, 34304, 29517, 24841, 20422, 16367, 12763, 9650, 7089,
        5077, 3548, 2423, 4091,
    ),
}  # fmt: skip
"""Years lived at each age from 65 to 99 and from 100 on, L(x) and T(100) of the Destatis life table 2015/17 (12621)."""
BOYS_PER_GIRL = 1.055
PAST_HUNDRED = {"M": 1.91, "F": 2.11, "_T": 2.06}
"""Years that people of 100 and more have spent past it on average: e(100) of the same table."""


def _stationary(sex: str) -> Values:
    """Relative numbers of people at each single year of age where nothing better is known."""
    lived = {s: np.array(years, dtype=float) for s, years in LIVED.items()}
    both = lived["M"] * BOYS_PER_GIRL + lived["F"]
    old = lived.get(sex, both)
    return np.concatenate([np.full(OLD, old[0]), old])


def _exact_ages(sex: str) -> Values:
    """The mean exact age of people at each single year of age."""
    return np.append(np.arange(LAST) + 0.5, LAST + PAST_HUNDRED.get(sex, PAST_HUNDRED["_T"]))


def _slots(group: AgeGroup) -> slice:
    return slice(min(group.lo, LAST), min(group.hi, LAST + 1))


def _is_single(group: AgeGroup) -> bool:
    return min(group.hi, LAST + 1) - min(group.lo, LAST) <= 1


def _apart(groups: Sequence[AgeGroup]) -> tuple[list[int], list[int]]:
    """The places of single years of age among some groups, and those of the others."""
    single = [_is_single(group) for group in groups]
    return [g for g, one in enumerate(single) if one], [g for g, one in enumerate(single) if not one]


def _starts(groups: Sequence[AgeGroup], places: Sequence[int]) -> list[int]:
    return [_slots(groups[g]).start for g in places]


@dataclass
class Years:
    """People by single years of age (third axis) of some regions and points, NaN where unknown; tables behind them."""

    row: dict[str, int]
    counts: Values
    source: Codes


class Inner:
    """How people are spread inside the age groups of a member, by what the areas around them say.

    `tables` gives the tables of population of these areas; they are asked for when they are needed.
    """

    def __init__(self, tables: Callable[[], Tables], ledger: Ledger) -> None:
        self._ask, self.ledger = tables, ledger
        self._years: dict[tuple[Member, str], Years] = {}

    @cached_property
    def tables(self) -> Tables:
        """The tables of everything around the regions asked for."""
        return self._ask()

    def means(self, panel: Panel, member: Member, groups: Sequence[AgeGroup]) -> tuple[Values, Codes]:
        """The mean exact age in each group (regions × points × groups), and the tables by which it is known."""
        size, ages = (len(panel.regions), len(panel.points)), _exact_ages(member.sex)
        means, source = np.empty((*size, len(groups))), np.zeros(size, dtype=np.int32)
        single, coarse = _apart(groups)
        means[:, :, single] = ages[_starts(groups, single)]
        if coarse:
            spread, source = self._around(panel, member)
            fallback = _stationary(member.sex)
        for g in coarse:
            slots = _slots(groups[g])
            weights = _weights(spread[:, :, slots], fallback[slots])
            means[:, :, g] = (weights * ages[slots]).sum(axis=2) / weights.sum(axis=2)
        return means, source

    def _around(self, panel: Panel, member: Member) -> tuple[Values, Codes]:
        """For each region and point of a panel the single years of the nearest area around it that knows them."""
        size = (len(panel.regions), len(panel.points))
        spread, source = np.full((*size, LAST + 1), np.nan), np.zeros(size, dtype=np.int32)
        columns = np.array([self.tables.column.get(point, -1) for point in panel.points], dtype=np.intp)
        missing = np.broadcast_to((columns >= 0)[None, :], size).copy()
        for name, digits in (("kreis", 5), ("land", 2), ("bund", 0)):
            inside = [len(r) > digits and r != "DE" for r in panel.regions]
            years = self._of(member, name) if any(inside) else None
            if years is None or not years.row:
                continue
            parents = ["DE" if not digits else r[:digits] for r in panel.regions]
            rows = np.array([years.row.get(p, -1) if i else -1 for p, i in zip(parents, inside, strict=True)], np.intp)
            known = np.isfinite(years.counts[:, :, 0])[rows][:, columns]
            r, t = np.nonzero(missing & (rows >= 0)[:, None] & known)
            spread[r, t], source[r, t] = years.counts[rows[r], columns[t]], years.source[rows[r], columns[t]]
            missing[r, t] = False
        return spread, source

    def _of(self, member: Member, level: str) -> Years:
        """The single years of all regions of a level."""
        key = (member, level)
        if key not in self._years:
            digits = {"bund": "DE", "land": 2, "kreis": 5}[level]
            regions = [
                r for r in self.tables.regions if (r == "DE" if digits == "DE" else len(r) == digits and r != "DE")
            ]
            self._years[key] = self._split(member, regions)
        return self._years[key]

    def _split(self, member: Member, regions: list[str]) -> Years:
        """The finest ages any table has of the regions, split up as in the areas around them."""
        size = (len(regions), len(self.tables.points))
        years = Years(
            {r: i for i, r in enumerate(regions)}, np.full((*size, LAST + 1), np.nan), np.zeros(size, np.int32)
        )
        for i in finest_first(self.tables, member):
            panel = self.tables.panels[i]
            own = [r for r, region in enumerate(panel.regions) if region in years.row]
            if own:
                part = _rows(panel, own)
                grid = np.ix_([years.row[r] for r in part.regions], [self.tables.column[p] for p in part.points])
                self._fill(years, grid, part, member)
        return years

    def _fill(self, years: Years, grid: tuple[NDArray[np.intp], ...], panel: Panel, member: Member) -> None:
        block = panel.cells(member).block
        index = block.finest()
        groups, values = [block.groups[i] for i in index], block.values[:, :, index]
        better = np.isnan(years.counts[grid][:, :, 0]) & np.isfinite(values).all(axis=2)
        if not better.any():
            return
        counts = np.empty((*values.shape[:2], LAST + 1))
        table = np.full(better.shape, self.ledger.table(panel.table), dtype=np.int32)
        single, coarse = _apart(groups)
        counts[:, :, _starts(groups, single)] = values[:, :, single]
        if coarse:
            spread, source = self._around(panel, member)
            table, fallback = self.ledger.join(table, source), _stationary(member.sex)
        for g in coarse:
            slots = _slots(groups[g])
            weights = _weights(spread[:, :, slots], fallback[slots])
            counts[:, :, slots] = values[:, :, g : g + 1] * weights / weights.sum(axis=2, keepdims=True)
        years.counts[grid] = np.where(better[:, :, None], counts, years.counts[grid])
        years.source[grid] = np.where(better, table, years.source[grid])


def _weights(known: Values, otherwise: Values) -> Values:
    """The known spread over the years of a group, the other one where nobody is known to live there."""
    whole = known.sum(axis=2, keepdims=True)
    return np.where(np.isfinite(whole) & (whole > 0), known, otherwise)


def finest_first(tables: Tables, member: Member) -> list[int]:
    """The places of the tables that have ages of a member, those with the most groups first."""
    found: list[tuple[int, int]] = []
    for i, panel in enumerate(tables.panels):
        try:
            found.append((-len(panel.cells(member).block.finest()), i))
        except TilingError:
            continue
    return [i for _, i in sorted(found)]


def _rows(panel: Panel, rows: list[int]) -> Panel:
    """The panel of some of its regions."""
    return replace(
        panel,
        regions=[panel.regions[r] for r in rows],
        present=panel.present[rows],
        blocks={
            member: Block(b.groups, b.values[rows], b.flags[rows], b.tilings) for member, b in panel.blocks.items()
        },
    )


NO_AREAS = Inner(lambda: Tables([]), Ledger())
"""Knows of no area: people are spread evenly, from 65 on as in the life table."""
