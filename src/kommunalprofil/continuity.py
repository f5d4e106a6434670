"""Series of a place: every value for the youngest boundaries it is exact for, and where other boundaries begin.

A place is followed back by the crosswalk: through new keys and through areas that came into it as wholes, whose values
are added up. Where it took or gave a part, or nothing official says what happened, older values stay as reported; they
are of another territory, and a series breaks there unless the part was a trifle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from kommunalprofil.cells import Block, Panel
from kommunalprofil.crosswalk import GEMEINDE, KREIS, Crosswalk, Step, Way
from kommunalprofil.vocabulary import GAP, MEASURE, Flag

TRIFLE = 0.01
"""Share of the people up to which a change of borders is none to speak of: a street, a farm."""
SURVEY = 0.02
"""Change of the area up to which the borders have not moved: surveys alone differ by less."""
UNKNOWN, OTHER = -1, 9999
"""Numbers of boundaries nobody knows, of a day between two lists that differ; and of a rest whose parts are missing."""
TOWN = "000"
"""How the key of a Gemeinde ends that is a Kreis of its own; tables of Kreise list it by the key of the Kreis."""
NOT_ADDITIVE = frozenset({"moves_in", "moves_out", "moves_in_gemeinde", "moves_out_gemeinde"})
"""Counts over a border: the sum of two areas holds the moves between them, which are none of the whole."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What makes up a place at a date: keys whose values are added up, and the number of the boundaries they give."""

    keys: tuple[str, ...]
    territory: int


class Continuity:
    """How places of one Gebietsstand go back in time.

    `made_of` remembers for each region and date the keys its population was put together from, where they were not just
    its own.
    """

    def __init__(self, crosswalk: Crosswalk, to: str) -> None:
        self.crosswalk, self.to = crosswalk, to
        self.made_of: dict[str, dict[str, tuple[str, ...]]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._ancestors: dict[str, frozenset[str]] = {}
        self._found: dict[tuple[str, str, frozenset[str]], Parts | None] = {}

    def ancestors(self, region: str) -> frozenset[str]:
        """Every key a part of the region ever went by, its own included."""
        if region not in self._ancestors:
            found = {region}
            for day in self._stations(region):
                if way := self.crosswalk.way(len(region), day, self.to):
                    found |= set(way.sources(region))
                for later in self._later(region, day):
                    found |= set(self._parts(region, day, later))
            self._ancestors[region] = frozenset(found)
        return self._ancestors[region]

    def _stations(self, region: str) -> list[str]:
        """Every Gebietsstand up to the wanted one, from new to old; none for Länder and Germany."""
        if len(region) not in (KREIS, GEMEINDE):
            return []
        return [day for day in reversed(self.crosswalk.days(len(region))) if day <= self.to]

    def _later(self, region: str, day: str) -> list[str]:
        """The days the steps from a Gebietsstand lead through, from the wanted one back to the day itself."""
        steps, found = self.crosswalk.steps[len(region)], [day]
        while found[-1] in steps and found[-1] < steps[found[-1]].end <= self.to:
            found.append(steps[found[-1]].end)
        return found[::-1]

    def _parts(self, region: str, day: str, later: str) -> tuple[str, ...]:
        way = self.crosswalk.way(len(region), day, later)
        return way.parts(region) if way else ()

    def parts(self, region: str, date: str, listed: frozenset[str]) -> Parts | None:
        """What makes up the region at a date, out of the keys a table lists then; None if it has nothing of it.

        Of a date between two Gebietsstände the keys tell which of them it is; where they do not, the boundaries are
        UNKNOWN. A key listed before its first day was recalculated by the office to the boundaries it began with.
        """
        key = (region, date, listed & self.ancestors(region))  # tables list the same keys again and again
        if key not in self._found:
            self._found[key] = self._made_up(*key)
        return self._found[key]

    def _made_up(self, region: str, date: str, listed: frozenset[str]) -> Parts | None:
        if not self._stations(region):
            return Parts((region,), 0) if region in listed else None
        numbers = self.numbers(region)
        days = self._candidates(region, date, listed)
        unsure = len(days) == 2 and numbers.get(days[0]) != numbers.get(days[1])
        incomplete = False
        for day in days:
            unions = [(self._parts(region, day, later), later) for later in self._later(region, day)]
            for keys, later in unions:
                if keys and listed.issuperset(keys) and later in numbers:
                    incomplete = any(set(union) > set(keys) for union, _ in unions)
                    if not incomplete and not (unsure and keys == (region,)):
                        return Parts(keys, numbers[later])
                    break
        if region not in listed:
            return None
        if unsure or incomplete:
            return Parts((region,), UNKNOWN if unsure else OTHER)
        known = sorted(numbers)
        return Parts((region,), numbers.get(next((day for day in known if day >= date), known[-1] if known else ""), 0))

    def _candidates(self, region: str, date: str, listed: frozenset[str]) -> list[str]:
        """The Gebietsstände next to a date that know all the listed keys, else the first later one that does."""
        level = len(region)
        near = [day for day in dict.fromkeys(self.crosswalk.around(level, date)) if day and day <= self.to]
        known = [day for day in near if listed <= self.crosswalk.keys(level, day)]
        later = (day for day in reversed(self._stations(region)) if day > date)
        return known or [day for day in later if listed <= self.crosswalk.keys(level, day)][:1]

    def numbers(self, region: str) -> dict[str, int]:
        """The number of the region's boundaries at each Gebietsstand where it is known; 0 are the wanted ones."""
        if region not in self._numbers:
            found: dict[str, int] = {}
            newer = ""
            for day in self._stations(region):
                if not any(self._parts(region, day, later) for later in self._later(region, day)):
                    continue
                moved = newer != "" and not self._same(region, day, newer)
                found[day] = found[newer] + moved if newer else 0
                newer = day
            self._numbers[region] = found
        return self._numbers[region]

    def _same(self, region: str, day: str, newer: str) -> bool:
        """Whether the boundaries of a region are the same at two days, apart from trifles."""
        level = len(region)
        way = self.crosswalk.way(level, day, newer)
        if way is not None:
            return bool(way.parts(region)) or self._trifle(region, way, self.crosswalk.steps[level][day])
        end = self.crosswalk.steps[level][day].end  # steps of both days lead to the same later one
        ways = [self.crosswalk.way(level, d, end) for d in (day, newer)]
        if None in ways:
            return False
        exact = [bool(w.parts(region)) for w in ways if w]
        return exact == [True, True] or (exact == [False, False] and len({_shape(region, w) for w in ways if w}) == 1)

    @staticmethod
    def _trifle(region: str, way: Way, step: Step) -> bool:
        """Whether a region gave away and got so little that its numbers may be compared."""
        if region in step.changed:
            return abs(step.changed[region] - 1) < SURVEY
        kept = sum(share.people for share in way.route(region) if share.to == region)
        got = [share.people for key in way.sources(region) if key != region
               for share in way.route(key) if share.to == region]  # fmt: skip
        return kept >= 1 - TRIFLE and all(people < TRIFLE for people in got)


def _shape(region: str, way: Way) -> tuple[tuple[str, str, float], ...]:
    """Which parts of which areas a region gave and got, by share of the area, to the hundredth."""
    pairs = {(key, share) for key in {region, *way.sources(region, by_area=True)} for share in way.route(key)}
    return tuple(sorted((key, s.to, round(s.area, 2)) for key, s in pairs if region in (key, s.to)))


def follow(panel: Panel, continuity: Continuity, regions: Iterable[str]) -> Panel:
    """The panel of the regions, each followed back in time; the panel must carry what they were made of.

    `territory` of the result numbers the boundaries of every value.
    """
    wanted = sorted(set(regions))
    towns = {key + TOWN: number for number, key in enumerate(panel.regions) if len(key) == KREIS}
    additive = MEASURE[panel.measure].kind == "count" and panel.measure not in NOT_ADDITIVE
    size = (len(wanted), len(panel.points))
    present = np.zeros(size, dtype=bool)
    territory = np.zeros(size, dtype=np.int16)
    found: list[tuple[int, int, list[int]]] = []
    for t in range(len(panel.points)):
        row = {town: r for town, r in towns.items() if panel.present[r, t]}
        row |= {panel.regions[r]: r for r in np.flatnonzero(panel.present[:, t]).tolist()}
        listed = frozenset(row)
        for r, region in enumerate(wanted):
            parts = continuity.parts(region, panel.stand(t), listed)
            if parts and len(parts.keys) > 1 and not additive:
                parts = None
            if parts and parts.keys != (region,) and panel.measure == "population":
                continuity.made_of.setdefault(region, {})[panel.points[t].date] = parts.keys
            if parts:
                present[r, t], territory[r, t] = True, parts.territory
                found.append((r, t, [row[key] for key in parts.keys]))
    followed = replace(panel, regions=wanted, present=present, blocks={}, territory=territory)
    for member, block in panel.blocks.items():
        followed.blocks[member] = _added(block, size, found)
    return followed


def _added(block: Block, size: tuple[int, int], found: list[tuple[int, int, list[int]]]) -> Block:
    shape = (*size, len(block.groups))
    values = np.full(shape, np.nan)
    flags = np.full(shape, np.uint16(Flag.REGION_ABSENT))
    same = [(r, t, rows[0]) for r, t, rows in found if len(rows) == 1]
    if same:
        r_, t_, rows_ = np.array(same).T
        flags[r_, t_] = block.flags[rows_, t_]
        values[r_, t_] = np.where(flags[r_, t_] & GAP.value, np.nan, block.values[rows_, t_])
    for r, t, rows in found:
        if len(rows) > 1:
            flags[r, t] = np.bitwise_or.reduce(block.flags[rows, t], axis=0)
            values[r, t] = np.where(flags[r, t] & GAP.value, np.nan, block.values[rows, t].sum(axis=0))
    return Block(block.groups, values, flags, block.tilings)
