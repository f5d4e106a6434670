"""Our values beside those the offices print: every cell of an official series, and what is made of it in German.

A value is exact if it is the printed one to its last digit when it is rounded as the office rounds. Where it cannot
be, the declaration of the indicator says how far off it may be and why (`Oracle`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import AgeGroup
from kommunalprofil.cells import Member, Panel, Point, Values, panels
from kommunalprofil.indicators.context import level
from kommunalprofil.indicators.declare import Indicator, Oracle
from kommunalprofil.indicators.series import Selection, Series
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL, Flag

if TYPE_CHECKING:
    from kommunalprofil.indicators.compute import Results

ROUNDING = 1e-9
"""Share by which a number that ends in 5 may miss it in floating point."""
ABSENT, UNTOLD = "region_absent", "not_published"
"""Why there is no value of ours where no series has the region, or the date."""
UNEXPLAINED = "keine erklärte Ursache"
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Compared:
    """One official value and ours; `ours` is None for a gap, whose reason is `flag`; `cause` says why it is not exact.

    `region` and `date` (ISO) are those of the office's table, the codes of the members as the export prints them.
    """

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
    exact: bool
    cause: str

    @property
    def off(self) -> float:
        """By how much our unrounded value misses the printed one."""
        return abs(self.ours - self.official) if self.ours is not None else float("nan")


def rounded(values: Values, decimals: int) -> Values:
    """Numbers rounded half away from zero, as offices round."""
    whole = np.floor(np.abs(values) * 10**decimals * (1 + ROUNDING) + 0.5)
    result: Values = np.copysign(whole / 10**decimals, values)
    return result


@dataclass(frozen=True)
class Block:
    """The official values of one selection beside the series of ours; all arrays have one entry a value.

    `row` and `column` are the places in the series, −1 where it has no such region or date.
    """

    series: Series
    regions: NDArray[np.object_]
    dates: NDArray[np.object_]
    official: Values
    row: Places
    column: Places

    @property
    def known(self) -> Mask:
        """Which values have a place in the series."""
        return (self.row >= 0) & (self.column >= 0)

    @cached_property
    def ours(self) -> Values:
        """Our values, NaN for gaps."""
        return self._at(self.series.value, np.nan)

    @cached_property
    def flags(self) -> NDArray[np.uint16]:
        """The facts about our values."""
        return self._at(self.series.flags, 0)

    @property
    def reason(self) -> NDArray[np.int32]:
        """The numbers of the reasons of our gaps, −1 where the series has no place for a value."""
        return self._at(self.series.reason, -1)

    def _at(self, array: NDArray[Any], otherwise: float) -> NDArray[Any]:
        found = np.full(len(self.official), otherwise, dtype=array.dtype)
        found[self.known] = array[self.row[self.known], self.column[self.known]]
        return found

    def flag(self, i: int) -> str:
        """The flag text of one value, as the export prints it."""
        if self.row[i] < 0:
            return ABSENT
        return self.series.flag(int(self.row[i]), int(self.column[i])) if self.column[i] >= 0 else UNTOLD


@dataclass(frozen=True)
class Comparison:
    """One official series beside ours: arrays with one entry for each official value, in the order of the blocks."""

    indicator: Indicator
    oracle: Oracle
    blocks: list[Block] = field(repr=False)

    @cached_property
    def official(self) -> Values:
        """The printed values."""
        return np.concatenate([b.official for b in self.blocks])

    @cached_property
    def ours(self) -> Values:
        """Our values, unrounded; NaN for gaps."""
        return np.concatenate([b.ours for b in self.blocks])

    @cached_property
    def regions(self) -> NDArray[np.object_]:
        """The key of the region of each value."""
        return np.concatenate([b.regions for b in self.blocks])

    @cached_property
    def dates(self) -> NDArray[np.object_]:
        """The ISO day of each value."""
        return np.concatenate([b.dates for b in self.blocks])

    @cached_property
    def comparable(self) -> Mask:
        """Where there is a value of ours."""
        return np.isfinite(self.ours)

    @cached_property
    def estimated(self) -> Mask:
        """Where our value itself says that it is estimated."""
        flags = np.concatenate([b.flags for b in self.blocks])
        found: Mask = self.comparable & ((flags & np.uint16(Flag.ESTIMATED)) != 0)
        return found

    @cached_property
    def off(self) -> Values:
        """By how much our unrounded values miss the printed ones; NaN for gaps."""
        return np.abs(self.ours - self.official)

    @cached_property
    def exact(self) -> Mask:
        """Where our value, rounded as the office rounds, is the printed one to its last digit."""
        oracle, values = self.oracle, self.ours
        if oracle.via is not None:
            values = rounded(values, oracle.via)
        with np.errstate(invalid="ignore"):
            near: Mask = np.abs(rounded(values, oracle.decimals) - self.official) < 0.1**oracle.decimals / 2
        return near

    @cached_property
    def cause(self) -> NDArray[np.intp]:
        """Which of the declared causes is true of each value, −1 where none is."""
        found = np.full(len(self.official), -1, dtype=np.intp)
        sexes = np.concatenate([np.full(len(b.official), b.series.selection.sex, dtype=object) for b in self.blocks])
        for number, cause in reversed([*enumerate(self.oracle.causes)]):
            fits = np.ones(len(found), dtype=bool)
            for wanted, texts in ((cause.regions, self.regions), (cause.dates, self.dates)):
                if wanted:
                    fits &= np.fromiter((t.startswith(wanted) for t in texts), bool, len(texts))
            if cause.level:
                fits &= np.fromiter((level(key) == cause.level for key in self.regions), bool, len(found))
            if cause.sex:
                fits &= sexes == cause.sex
            found[fits] = number
        return found

    def why(self, i: int) -> str:
        """Why a value of ours is not the printed one, in German."""
        number = int(self.cause[i])
        return self.oracle.causes[number].text if number >= 0 else UNEXPLAINED

    def gaps(self) -> Counter[str]:
        """How many official values have none of ours, by the reason as the export prints it."""
        found = Counter[str]()
        for block in self.blocks:
            lost = np.flatnonzero(~np.isfinite(block.ours))
            facts = block.reason[lost].astype(np.int64) * 2**16 + block.flags[lost] - 2**40 * (block.row[lost] < 0)
            for first, count in zip(*np.unique(facts, return_index=True, return_counts=True)[1:], strict=True):
                found[block.flag(int(lost[first]))] += int(count)
        return found

    def cells(self, mask: Mask | None = None) -> Iterator[Compared]:
        """Every value, or those where the mask is true, one by one."""
        start = 0
        for block in self.blocks:
            end, s = start + len(block.official), block.series.selection
            for i in range(start, end) if mask is None else (np.flatnonzero(mask[start:end]) + start).tolist():
                there, exact = bool(self.comparable[i]), bool(self.exact[i])
                yield Compared(
                    self.indicator.id, self.oracle.table, self.regions[i], self.dates[i], s.sex, s.nationality, s.age,
                    float(self.official[i]), float(self.ours[i]) if there else None, block.flag(i - start),
                    self.oracle.decimals, exact, "" if exact or not there else self.why(i),
                )  # fmt: skip
            start = end


def compare(results: Results, declaration: Indicator, oracle: Oracle) -> Iterator[Compared]:
    """Every value of an official series that is one of this indicator, of the regions of the results, one by one."""
    found = comparison(results, declaration, oracle)
    yield from found.cells() if found is not None else ()


def comparison(
    results: Results, declaration: Indicator, oracle: Oracle, regions: frozenset[str] | None = None
) -> Comparison | None:
    """An official series beside ours, of some or all regions of the results; None if the data set does not hold it.

    Values are compared on the base that the office's stand on. Raises DataError if the data set is damaged.
    """
    if oracle.table not in results.store.tables:
        return None
    wanted = regions or results.territory.keys(results.wanted)
    rows = results.store.observations(oracle.table, wanted)
    blocks = []
    for panel in panels(rows, oracle.table, wanted) if len(rows) else ():
        if panel.measure != oracle.measure:
            continue
        for member, block in panel.blocks.items():
            for g, group in enumerate(block.groups):
                selection = _selection(oracle, member, group)
                if selection is not None:
                    series = results.on_every_base(declaration.id, selection, oracle.variant)
                    blocks.append(_block(series, panel, block.values[:, :, g]))
    blocks = [b for b in blocks if len(b.official)]
    return Comparison(declaration, oracle, blocks) if blocks else None


def _selection(oracle: Oracle, member: Member, group: AgeGroup) -> Selection | None:
    """Which members of ours an official value is about; None if it is about something else."""
    if oracle.age is not None:
        if group.lo != oracle.age:
            return None
        group = AgeGroup(0, 200)
    codes = ["T" if code in (TOTAL, NOT_APPLICABLE) else code for code in (member.sex, member.nationality)]
    return Selection(codes[0], codes[1], str(group), household=oracle.household)


def _block(series: Series, panel: Panel, official: Values) -> Block:
    rows = {region: i for i, region in enumerate(series.regions)}
    row = np.array([rows.get(region, -1) for region in panel.regions], dtype=np.intp)
    column = np.array(_columns(series, panel.points), dtype=np.intp)
    r, t = np.nonzero(np.isfinite(official))
    regions = np.array([*panel.regions, ""], dtype=object)
    dates = np.array([*(point.date for point in panel.points), ""], dtype=object)
    return Block(series, regions[r], dates[t], official[r, t], row[r], column[t])


def _columns(series: Series, points: list[Point]) -> list[int]:
    """The column of each official point: that on the same base, else, where bases play no part, the newest."""
    exact = {point: t for t, point in enumerate(series.points)}
    any_base = {point.date: t for t, point in enumerate(series.points)}
    return [exact.get(point, any_base.get(point.date, -1)) for point in points]
