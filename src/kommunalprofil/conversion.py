"""Counts carried over to another Gebietsstand: merged areas exact, divided ones estimated, anything unknown a gap.

A table lists the Kreise and Gemeinden of each date. Of which Gebietsstand they are, the keys tell: offices list the
areas of the date, those of a later reform to which they have recalculated everything, or both. The routes of a
crosswalk then say where each area lies at the wanted Gebietsstand. Nothing gets lost or counted twice: where every
area has a route, the sum before is the sum after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Block, Flags, Panel, Values
from kommunalprofil.crosswalk import GEMEINDE, KREIS, Crosswalk, Route
from kommunalprofil.errors import DataError
from kommunalprofil.vocabulary import GAP, MEASURE, Flag

GROUP = {KREIS: 2, GEMEINDE: 5}
"""Digits of the key by which the listed areas of a level are looked at together: the Land, the Kreis."""
BORDER = {KREIS: frozenset({"moves_in", "moves_out"}),
          GEMEINDE: frozenset({"moves_in", "moves_out", "moves_in_gemeinde", "moves_out_gemeinde"})}  # fmt: skip
"""Counts over the border of the area itself: added up, they hold the moves between the parts. Only the balance is
exact."""
PART_MISSING = "ein Teil des Gebiets fehlt in der Tabelle"
_CONSERVED = 1e-6
"""By how much of itself a sum may differ afterwards: the error of adding floating-point numbers."""


def no_key(to: str) -> str:
    """Why there is no value where no official key leads."""
    return f"kein Umsteigeschlüssel auf den Gebietsstand {to[8:]}.{to[5:7]}.{to[:4]}"


@dataclass(frozen=True)
class _Group:
    """The listed areas of one Land or Kreis at one date: their routes by key, () where none is known.

    `station` is the Gebietsstand an area was found at; `extra` are areas of the wanted Gebietsstand that were found at
    none: rows the office recalculated.
    """

    routes: dict[str, Route]
    station: dict[str, str]
    extra: frozenset[str]


@dataclass
class _Plan:
    """What becomes of all areas at some points: entries (row before, row after, weight) and gaps with reasons."""

    rows: list[int] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)
    lost: int = 0


class _Stations:
    """Which Gebietsstand a group of listed areas is of, and where they go from there."""

    def __init__(self, crosswalk: Crosswalk, panel: Panel, to: str) -> None:
        self.crosswalk, self.to = crosswalk, to
        self.listable: dict[str, set[str]] = {}
        for key in panel.regions:
            if len(key) in GROUP:
                self.listable.setdefault(key[: GROUP[len(key)]], set()).add(key)
        self._keys: dict[tuple[int, str], dict[str, set[str]]] = {}
        self._known: dict[tuple[Any, ...], _Group] = {}

    def keys(self, level: int, station: str, group: str) -> set[str]:
        """The areas of a group at a Gebietsstand."""
        if (level, station) not in self._keys:
            found: dict[str, set[str]] = {}
            for key in self.crosswalk.keys(level, station):
                found.setdefault(key[: GROUP[level]], set()).add(key)
            self._keys[level, station] = found
        return self._keys[level, station].get(group, set())

    def group(self, level: int, group: str, listed: frozenset[str], date: str) -> _Group:
        """The routes of the listed areas of one group at a date."""
        before, after = self.crosswalk.around(level, date)
        known = (level, group, listed, before, after)
        if known not in self._known:
            self._known[known] = self._find(level, group, listed, before, after)
        return self._known[known]

    def _misfit(self, level: int, station: str, group: str, listed: frozenset[str]) -> tuple[int, int, int]:
        """How many listed areas there are not at that Gebietsstand, and how many of it are not listed here.

        First those that the table lists at other dates, then all: some tables leave out towns that are a Kreis.
        """
        there = self.keys(level, station, group)
        return len(listed - there), len((there & self.listable[group]) - listed), len(there - listed)

    def _find(self, level: int, group: str, listed: frozenset[str], before: str, after: str) -> _Group:
        days = self.crosswalk.days(level)
        near = [day for day in dict.fromkeys((after, before)) if day]
        later = [day for day in days if near and day > max(near)]
        fit = {day: self._misfit(level, day, group, listed) for day in near}
        station = min(near, key=lambda day: fit[day], default="")
        if station and fit[station][0]:  # recalculated to later boundaries?
            others = {day: self._misfit(level, day, group, listed) for day in later}
            best = min(others, key=lambda day: others[day], default=station)
            if others.get(best, fit[station])[:2] < fit[station][:2]:
                station, fit = best, others
        unsure = not before and station in fit and fit[station][:2] != (0, 0)
        twin = before if station == after and before not in ("", after) else after if station == before else ""
        tied = bool(twin) and twin != station and fit.get(twin) == fit[station]
        routes: dict[str, Route] = {}
        stations: dict[str, str] = {}
        unknown: set[str] = set()
        for key in listed:
            here = next((day for day in (station, twin) if day and key in self.keys(level, day, group)), "")
            routes[key] = ()
            if not here:
                unknown.add(key)
            elif not (unsure or (tied and not self._unchanged(level, key, before, after))):
                way = self.crosswalk.way(level, here, self.to)
                routes[key], stations[key] = (way.route(key) if way else ()), here
        return _Group(routes, stations, frozenset(unknown & self.keys(level, self.to, group)))

    def _unchanged(self, level: int, key: str, before: str, after: str) -> bool:
        """Whether an area is the same at two Gebietsstände next to each other, whichever of them a table lists."""
        way = self.crosswalk.way(level, before, after)
        if way is not None:
            return way.parts(key) == (key,)
        ways = [self.crosswalk.way(level, day, self.to) for day in (before, after)]
        routes = [way.route(key) if way else () for way in ways]
        first, second = ({share.to: round(share.area, 2) for share in route} for route in routes)
        return first == second


def convert(panel: Panel, crosswalk: Crosswalk, to: str) -> Panel:
    """The panel on the Gebietsstand `to` (ISO): the same points and members, the regions of that day.

    Länder and Germany stay. A region whose parts are all there as wholes is exact, one that took a share of another is
    flagged estimated; what no key leads to, and what lacks a part, is a gap with its reason. A row that the office
    itself recalculated comes before one converted here. Raises DataError for means and ratios, which cannot be added
    up, and if the sum of all areas were another one afterwards.
    """
    measure = MEASURE[panel.measure]
    if measure.kind != "count":
        raise DataError(
            f"„{measure.de}“ lässt sich nicht auf einen anderen Gebietsstand umrechnen: Nur Zählungen addieren sich,"
            " Mittelwerte und Verhältnisse nicht."
        )
    stations = _Stations(crosswalk, panel, to)
    plans = _plans(panel, stations, by_area=panel.measure == "area")
    regions = sorted({key for plan in plans for key in (*plan.targets, *plan.gaps)})
    row = {key: number for number, key in enumerate(regions)}
    present = np.zeros((len(regions), len(panel.points)), dtype=bool)
    reasons: dict[str, NDArray[np.bool_]] = {}
    for t, plan in enumerate(plans):
        present[[row[key] for key in {*plan.targets, *plan.gaps}], t] = True
        for key, reason in plan.gaps.items():
            reasons.setdefault(reason, np.zeros_like(present))[row[key], t] = True
    converted = replace(panel, regions=regions, present=present, blocks={}, reasons=reasons)
    for member, block in panel.blocks.items():
        converted.blocks[member] = _block(panel, block, plans, row, present, reasons)
    return converted


def _plans(panel: Panel, stations: _Stations, by_area: bool) -> list[_Plan]:
    """A plan for each point."""
    plans = []
    for t in range(len(panel.points)):
        rows = np.flatnonzero(panel.present[:, t]).tolist()
        plan = _Plan()
        groups: dict[tuple[int, str], list[int]] = {}
        for r in rows:
            key = panel.regions[r]
            if len(key) in GROUP:
                groups.setdefault((len(key), key[: GROUP[len(key)]]), []).append(r)
            else:
                plan.rows.append(r)
                plan.targets.append(key)
                plan.weights.append(1.0)
        for level in GROUP:
            found = {
                name: stations.group(level, name, frozenset(panel.regions[r] for r in members), panel.stand(t))
                for (own, name), members in groups.items()
                if own == level
            }
            listed = {panel.regions[r]: r for (own, _), members in groups.items() if own == level for r in members}
            _add_level(plan, stations, level, found, listed, by_area)
        plans.append(plan)
    return plans


def _add_level(
    plan: _Plan, stations: _Stations, level: int, groups: dict[str, _Group], listed: dict[str, int], by_area: bool
) -> None:
    """The entries of one level at one point."""
    routes = {key: route for group in groups.values() for key, route in group.routes.items()}
    station = {key: day for group in groups.values() for key, day in group.station.items()}
    into: dict[str, dict[str, float]] = {}
    for key, route in routes.items():
        land = by_area or not any(share.people for share in route)
        for share in route:
            if weight := share.area if land else share.people:
                into.setdefault(share.to, {})[key] = weight
    extra = {key for group in groups.values() for key in group.extra}
    own = _closed(extra, into)
    target = stations.crosswalk.keys(level, stations.to)
    for key, route in routes.items():
        if not (route or key in own or (key in extra and key in into)):
            plan.lost += 1
            if key in target:
                plan.gaps[key] = no_key(stations.to)
    for to, parts in into.items():
        if to in own:
            continue
        if why := _doubt(stations, level, to, parts, station, by_area):
            plan.gaps.setdefault(to, why)
            plan.lost += 1
        elif to not in plan.gaps:
            plan.rows += [listed[key] for key in parts]
            plan.targets += [to] * len(parts)
            plan.weights += parts.values()
    for to in sorted(own):
        plan.gaps.pop(to, None)
        plan.rows.append(listed[to])
        plan.targets.append(to)
        plan.weights.append(1.0)


def _closed(own: set[str], into: dict[str, dict[str, float]]) -> set[str]:
    """The recalculated rows that may stand for converted ones: those whose parts go into such rows only."""
    while True:
        elsewhere = {key for to, parts in into.items() if to not in own for key in parts}
        shared = {to for to in own if elsewhere & into.get(to, {}).keys()}
        if not shared:
            return own
        own = own - shared


def _doubt(
    stations: _Stations, level: int, to: str, parts: dict[str, float], station: dict[str, str], by_area: bool
) -> str:
    """Why the parts are not all of a region; '' if they are: all of one Gebietsstand, none missing, nothing unknown."""
    days = {station[key] for key in parts}
    way = stations.crosswalk.way(level, days.pop(), stations.to)
    if days or way is None or to in way.doubtful:
        return no_key(stations.to)
    return "" if parts.keys() >= set(way.sources(to, by_area)) else PART_MISSING


def _block(
    panel: Panel, block: Block, plans: Sequence[_Plan], row: dict[str, int], present: NDArray[np.bool_],
    reasons: dict[str, NDArray[np.bool_]],
) -> Block:  # fmt: skip
    """One member on the other Gebietsstand."""
    size = (*present.shape, len(block.groups))
    values: Values = np.full(size, np.nan)
    flags: Flags = np.full(size, np.uint16(Flag.REGION_ABSENT))
    border = {level: panel.measure in measures for level, measures in BORDER.items()}
    for t, plan in enumerate(plans):
        if not plan.rows:
            continue
        to, rows = np.array([row[key] for key in plan.targets]), np.array(plan.rows)
        order = np.lexsort((rows, to))  # the last bits of a sum depend on its order, and that of a set is by chance
        source, weight = rows[order], np.array(plan.weights)[order]
        targets, starts, size_of = np.unique(to[order], return_index=True, return_counts=True)
        marks = block.flags[source, t, :]
        there = (marks & GAP.value) == 0
        shared = (weight < 1) | np.repeat(size_of > 1, size_of) & _crossed(plan.targets, order, border)
        marks = marks | np.where(there & shared[:, None], np.uint16(Flag.ESTIMATED), np.uint16(0))
        parts = block.values[source, t, :] * weight[:, None]
        values[targets, t] = np.add.reduceat(parts, starts, axis=0)
        flags[targets, t] = np.bitwise_or.reduceat(marks, starts, axis=0)
        if not plan.lost:
            _check(panel, t, block.values[np.unique(source), t, :], values[targets, t])
    for mask in reasons.values():
        flags[mask] = np.uint16(Flag.NOT_COMPUTABLE)
        values[mask] = np.nan
    return Block(block.groups, values, flags, block.tilings)


def _crossed(targets: Sequence[str], order: NDArray[np.int64], border: dict[int, bool]) -> NDArray[np.bool_]:
    crossed: NDArray[np.bool_] = np.array([border.get(len(key), False) for key in targets], dtype=bool)[order]
    return crossed


def _check(panel: Panel, t: int, before: Values, after: Values) -> None:
    """Raises DataError if the sum over all areas changed, cell by cell."""
    first, second = before.sum(axis=0), after.sum(axis=0)
    wrong = np.abs(first - second) > _CONSERVED * np.maximum(1.0, np.abs(first))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"Tabelle {panel.table}, {panel.points[t].date}: Die Umrechnung auf einen anderen Gebietsstand ändert die"
            f" Summe von {first[at]:.0f} auf {second[at]:.0f}. Das Umsteigeverzeichnis ist beschädigt."
        )
