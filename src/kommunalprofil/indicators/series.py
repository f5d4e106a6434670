"""What an indicator comes to: one value with its facts, and the series of many regions and dates it is read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import blake2b
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Flags, Point, Values, base_order
from kommunalprofil.indicators.declare import Indicator
from kommunalprofil.indicators.traced import Codes
from kommunalprofil.vocabulary import GAP, QUALITY, Flag, census_of, flag_names

REASONS = (
    Flag.SECRET,
    Flag.UNRELIABLE,
    Flag.LATER,
    Flag.BLOCKED,
    Flag.ZERO_DENOMINATOR,
    Flag.NOT_COMPUTABLE,
    Flag.NOT_PUBLISHED,
    Flag.REGION_ABSENT,
)
REMEMBERED = 200
"""So many arrays of breaks are kept for the next series."""
TERRITORY = "break:territory"
UNKNOWN = -1
"""The number of boundaries nobody knows; what lies below it are boundaries between two known Gebietsstände."""
BROKEN_BASE, MOVED, REDEFINED = 1, 2, 4
"""What may lie between a value and the one before it: another base, other boundaries, another definition."""


class Selection(NamedTuple):
    """The members a series is about, as the export prints them."""

    sex: str = "T"
    nationality: str = "T"
    age: str = "T"
    migration: str = "T"
    household: str = "T"


TOTALS = Selection()
CELL = ("date", "value", "numerator", "denominator", "flag", "sources", "base")
"""What differs between the values of one region in a series."""
Cell = tuple[str, float | None, float | None, float | None, str, tuple[str, ...], str]


@dataclass(frozen=True)
class Value:
    """One value of one region at one date with what it was made of; `value` is None for a gap and `flag` says why."""

    region: str
    date: str
    indicator: str
    variant: str
    sex: str
    age: str
    nationality: str
    migration: str
    household: str
    value: float | None
    unit: str
    numerator: float | None
    denominator: float | None
    flag: str
    sources: tuple[str, ...]
    base: str

    @property
    def missing(self) -> bool:
        """Whether there is no value."""
        return self.value is None

    @property
    def reason(self) -> str:
        """Why there is no value, in German; empty if there is one."""
        from kommunalprofil.vocabulary import FLAG_TEXT

        if self.value is not None:
            return ""
        name, _, text = self.flag.partition(":")
        return text or FLAG_TEXT.get(name, name)


def family(point: Point) -> str:
    """The base a point stands on; the count of a census makes one series with the Fortschreibung built on it."""
    return census_of(point.base)


def printed_date(point: Point, period: str, years: int) -> str:
    """A point as the export prints it: ISO day of a stock, year of a flow, `2012/2015` over several years."""
    year = point.date[:4]
    if years > 1:
        return f"{int(year) - years + 1}/{year}"
    return point.date if period == "stock" else year


@dataclass
class Series:
    """One indicator, variant and selection for many regions (rows) and points (columns).

    `source` and `reason` are places in `sources` and `reasons`, 0 for none; `territory` numbers the boundaries of each
    value (−1: unknown); a series breaks where the number changes. `mixed` marks points whose values rest on two
    population bases.
    """

    indicator: Indicator
    variant: str
    selection: Selection
    regions: Sequence[str]
    points: Sequence[Point]
    value: Values
    numerator: Values
    denominator: Values
    flags: Flags
    source: Codes
    sources: Sequence[str]
    reason: Codes
    reasons: Sequence[str]
    there: NDArray[np.bool_] = field(repr=False)
    territory: NDArray[np.int16] = field(repr=False)
    mixed: NDArray[np.bool_] | None = field(default=None, repr=False)
    same: dict[tuple[Any, ...], NDArray[np.uint8]] = field(default_factory=dict, repr=False)
    """What breaks series with values at the same places, found once for all of them."""

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: the indicator, which holds functions, by its id."""
        return vars(self) | {"indicator": self.indicator.id, "same": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from kommunalprofil.indicators.compute import declared

        vars(self).update(state, indicator=declared()[state["indicator"]])

    @cached_property
    def unit(self) -> str:
        """The unit of the values."""
        return self.indicator.variant(self.variant).unit

    @cached_property
    def years(self) -> int:
        """Over how many years each value is pooled."""
        return self.indicator.variant(self.variant).years

    @cached_property
    def dates(self) -> list[str]:
        """The date of each point as the export prints it."""
        return [printed_date(point, self.indicator.period, self.years) for point in self.points]

    @cached_property
    def bases(self) -> list[str]:
        """The base of each point."""
        return [point.base for point in self.points]

    @cached_property
    def broken(self) -> NDArray[np.uint8]:
        """What lies between each value and the value before it: BROKEN_BASE, MOVED, REDEFINED."""
        valued = np.isfinite(self.value) & self.there
        moves = self.territory if self.territory.any() else None
        mixed = self.mixed if self.mixed is not None and self.mixed.any() else None
        arrays = (None if x is None else blake2b(x.tobytes()).digest() for x in (np.packbits(valued), moves, mixed))
        key = (id(self.points), valued.shape, tuple(self.indicator.breaks), *arrays)
        if key not in self.same:
            if len(self.same) >= REMEMBERED:
                self.same.clear()
            self.same[key] = self._broken(valued, moves, mixed)
        return self.same[key]

    def _broken(
        self, valued: NDArray[np.bool_], moves: NDArray[np.int16] | None, mixed: NDArray[np.bool_] | None
    ) -> NDArray[np.uint8]:
        result = np.zeros(valued.shape, dtype=np.uint8)
        columns = np.flatnonzero(valued.any(axis=0))
        if len(columns) < 2:
            if mixed is not None:
                result[valued & mixed] = BROKEN_BASE
            return result
        points, valued = [self.points[t] for t in columns.tolist()], valued[:, columns]
        families = np.array(base_order([family(p) for p in points]), dtype=np.int16)
        days = sorted(self.indicator.breaks)
        since = np.array([sum(day <= p.date for day in days) for p in points], dtype=np.int16)
        newest = np.maximum.accumulate(np.where(valued, np.arange(len(columns), dtype=np.int16), np.int16(-1)), axis=1)
        before = np.concatenate([np.full((len(newest), 1), -1, dtype=np.int16), newest[:, :-1]], axis=1)
        compared, bits = valued & (before >= 0), np.zeros(valued.shape, dtype=np.uint8)
        if families[0] != families[-1] or len(set(families.tolist())) > 1:
            bits[compared & (families[before] != families)] |= BROKEN_BASE
        if mixed is not None:
            bits[valued & mixed[columns]] |= BROKEN_BASE
        if since[0] != since[-1]:
            bits[compared & (since[before] != since)] |= REDEFINED
        if moves is not None:
            rows = np.flatnonzero(moves.any(axis=1))
            moved = _moved(moves[rows][:, columns], before[rows])
            bits[rows] |= np.where(compared[rows] & moved, np.uint8(MOVED), np.uint8(0))
        result[:, columns] = bits
        return result

    def breaks(self, bits: int, t: int) -> str:
        """The texts of a break at a point, joined by `|`."""
        return _breaks(bits, family(self.points[t]), self._definition(t) if bits & REDEFINED else "")

    def _definition(self, t: int) -> str:
        breaks = self.indicator.breaks
        return breaks[max(day for day in breaks if day <= self.points[t].date)]

    def flag(self, r: int, t: int) -> str:
        """The flag text of one value: facts joined by `|`, or the reason of a gap."""
        bits = int(self.broken[r, t])
        return flag_text(int(self.flags[r, t]), self.reasons[self.reason[r, t]], self.breaks(bits, t) if bits else "")

    @cached_property
    def _columns(self) -> dict[str, list[int]]:
        """The columns of each date."""
        found: dict[str, list[int]] = {}
        for t, date in enumerate(self.dates):
            found.setdefault(date, []).append(t)
        return found

    def told(self, region: str) -> Iterator[tuple[str, bool]]:
        """The date of each value and gap of one region and whether it is a value; nothing for an absent region."""
        if region in self.regions:
            r = self.regions.index(region)
            there, valued = self.there[r].tolist(), np.isfinite(self.value[r]).tolist()
            yield from compress(zip(self.dates, valued, strict=True), there)

    def cells(self, region: str, *, gaps: bool = True, date: str | None = None) -> Iterator[Cell]:
        """The values of one region, in order of date and base, of one date if told; nothing for an absent region."""
        if region not in self.regions:
            return iter(())
        r, dates = self.regions.index(region), self.dates
        kept = (self.there[r] if gaps else self.there[r] & np.isfinite(self.value[r])).tolist()
        columns = [t for t in (range(len(dates)) if date is None else self._columns.get(date, ())) if kept[t]]

        def at(array: NDArray[Any]) -> list[Any]:
            row = array[r].tolist()
            return [row[t] for t in columns]

        numbers = (
            [x if x == x else None for x in at(array)]  # only what is no number differs from itself
            for array in (self.value, self.numerator, self.denominator)
        )
        facts = (at(array) for array in (self.flags, self.reason, self.broken))
        flags = [
            flag_text(bits, self.reasons[reason], self.breaks(broken, t) if broken else "")
            for t, bits, reason, broken in zip(columns, *facts, strict=True)
        ]
        sources = [_ids(self.sources[source]) for source in at(self.source)]
        return zip([dates[t] for t in columns], *numbers, flags, sources, [self.bases[t] for t in columns], strict=True)

    def row(self, region: str, date: str | None = None) -> Iterator[Value]:
        """The values and gaps of one region, as `cells`, each saying what it is of."""
        same = {"region": region, "indicator": self.indicator.id, "variant": self.variant, "unit": self.unit}
        same |= self.selection._asdict()
        for cell in self.cells(region, date=date):
            made = object.__new__(Value)  # calling a frozen class takes four times as long
            fields = vars(made)
            fields.update(same)
            fields.update(zip(CELL, cell, strict=True))
            yield made


@cache
def _ids(sources: str) -> tuple[str, ...]:
    return tuple(sources.split("|")) if sources else ()


def _moved(territory: NDArray[np.int16], before: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Where the borders are others than those of the value before; years of which nobody knows are passed over."""
    earlier = np.maximum(before, 0)
    known = np.maximum.accumulate(np.where(territory >= 0, np.arange(territory.shape[1]), -1), axis=1)
    last = np.take_along_axis(territory, earlier, axis=1)
    sure = np.maximum(np.take_along_axis(known, earlier, axis=1), 0)
    older = np.where(last < UNKNOWN, np.take_along_axis(territory, sure, axis=1), last)
    result: NDArray[np.bool_] = (older >= 0) & (territory >= 0) & (older != territory)
    return result


@cache
def _breaks(bits: int, base: str, definition: str) -> str:
    texts = [f"break:{base}" if bits & BROKEN_BASE else "", f"break:{definition}" if bits & REDEFINED else ""]
    return "|".join(filter(None, [*texts, TERRITORY if bits & MOVED else ""]))


@cache
def flag_text(bits: int, reason: str, breaks: str = "") -> str:
    """What the export prints of the facts about a value; `breaks` are the texts of what broke the series before it."""
    if bits & GAP.value:
        first = next(f for f in REASONS if f & bits)
        name = str(first.name).lower()
        return f"{name}:{reason}" if reason and first == Flag.NOT_COMPUTABLE else name
    return "|".join(filter(None, [*flag_names(bits & QUALITY.value), breaks]))
