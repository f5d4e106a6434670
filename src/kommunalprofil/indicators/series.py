"""What an indicator comes to: one value with its facts, and the series of many regions and dates it is read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Flags, Point, Values, base_order
from kommunalprofil.indicators.declare import Indicator
from kommunalprofil.vocabulary import COUNTED, GAP, QUALITY, Flag, flag_names

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
TERRITORY = "break:territory"
"""Flag of the first value for other boundaries than those before it."""


class Selection(NamedTuple):
    """The members a series is about, as the export prints them."""

    sex: str = "T"
    nationality: str = "T"
    age: str = "T"
    migration: str = "T"
    household: str = "T"


TOTALS = Selection()


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


@dataclass
class Series:
    """One indicator, variant and selection for many regions (rows) and points (columns).

    `territory` numbers the boundaries of each value, negative where nobody knows them; a series breaks where the number
    changes.
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
    source: NDArray[np.int16]
    sources: Sequence[str]
    reason: NDArray[np.int16]
    reasons: Sequence[str]
    there: NDArray[np.bool_] = field(repr=False)
    territory: NDArray[np.int16] = field(repr=False)

    @cached_property
    def _before(self) -> NDArray[np.intp]:
        """The column of the value before each value, −1 where there is none."""
        valued = np.isfinite(self.value) & self.there
        newest = np.maximum.accumulate(np.where(valued, np.arange(len(self.points)), -1), axis=1)
        before: NDArray[np.intp] = np.concatenate([np.full((len(newest), 1), -1), newest[:, :-1]], axis=1)
        return np.where(valued, before, -1)

    @cached_property
    def moved(self) -> NDArray[np.bool_]:
        """Where a value is for other boundaries than the value before it."""
        if not self.territory.any():
            return np.zeros(self.value.shape, dtype=bool)
        older = np.take_along_axis(self.territory, np.maximum(self._before, 0), axis=1)
        known = (older >= 0) & (self.territory >= 0)
        result: NDArray[np.bool_] = (self._before >= 0) & known & (older != self.territory)
        return result

    @cached_property
    def broken(self) -> NDArray[np.bool_]:
        """Where a value stands on another base than the value before it."""
        family = np.array(base_order([COUNTED.get(p.base, p.base) for p in self.points]), dtype=np.int16)
        if len(set(family.tolist())) < 2:
            return np.zeros(self.value.shape, dtype=bool)
        result: NDArray[np.bool_] = (self._before >= 0) & (family[self._before] != family)
        return result

    def flag(self, r: int, t: int) -> str:
        """The flag text of one value: facts joined by `|`, or the reason of a gap."""
        base = self.points[t].base if self.broken[r, t] else ""
        return flag_text(int(self.flags[r, t]), self.reasons[self.reason[r, t]], base, bool(self.moved[r, t]))

    def row(self, region: str) -> Iterator[Value]:
        """The values and gaps of one region, in order of date and base; nothing for a region that is not there."""
        if region not in self.regions:
            return
        r = self.regions.index(region)
        sources = [tuple(text.split("|")) for text in self.sources] + [()]  # -1 is no source
        columns = (self.there, self.value, self.numerator, self.denominator)
        codes = (self.flags, self.broken, self.moved, self.reason, self.source)
        cells = zip(self.points, *(array[r].tolist() for array in (*columns, *codes)), strict=True)
        head = (region, self.indicator.id, self.variant, self.indicator.unit)
        for point, there, value, numerator, denominator, bits, broken, moved, reason, source in cells:
            if there:
                flag = flag_text(bits, self.reasons[reason], point.base if broken else "", moved)
                numbers = (_number(value), _number(numerator), _number(denominator))
                yield _value(head, point, self.selection, numbers, flag, sources[source])


def _number(x: float) -> float | None:
    return x if x == x else None  # a missing number is the one that differs from itself


def _value(
    head: tuple[str, str, str, str],
    point: Point,
    s: Selection,
    numbers: tuple[float | None, float | None, float | None],
    flag: str,
    sources: tuple[str, ...],
) -> Value:
    region, indicator, variant, unit = head
    return Value(
        region=region,
        date=point.date,
        indicator=indicator,
        variant=variant,
        sex=s.sex,
        age=s.age,
        nationality=s.nationality,
        migration=s.migration,
        household=s.household,
        value=numbers[0],
        unit=unit,
        numerator=numbers[1],
        denominator=numbers[2],
        flag=flag,
        sources=sources,
        base=point.base,
    )


@cache
def flag_text(bits: int, reason: str, broken_to: str, moved: bool = False) -> str:
    """What the export prints of the facts about a value.

    `broken_to` is the base a value after a break stands on; `moved` says that it is for other boundaries than before.
    """
    if bits & GAP.value:
        first = next(f for f in REASONS if f & bits)
        name = str(first.name).lower()
        return f"{name}:{reason}" if reason and first == Flag.NOT_COMPUTABLE else name
    names = flag_names(bits & QUALITY.value)
    if broken_to:
        names.append(f"break:{COUNTED.get(broken_to, broken_to)}")
    if moved:
        names.append(TERRITORY)
    return "|".join(names)
