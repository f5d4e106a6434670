"""Formulas over finished series: what they may ask for, and the series they come to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Point, Quantity
from kommunalprofil.indicators.declare import Indicator
from kommunalprofil.indicators.series import Selection, Series
from kommunalprofil.vocabulary import Flag

if TYPE_CHECKING:
    from kommunalprofil.indicators.compute import Results

MOVED = "das Gebiet war ein anderes"
FAR = 1_000_000
"""Days by which a value on other boundaries is further away than any on the same."""


class Context:
    """What a derived formula may ask for: finished series of the same members, at other dates, of other measures."""

    def __init__(self, results: Results, selection: Selection) -> None:
        self.results, self.selection = results, selection
        self.base: Series = results.series("population", selection)
        self.reasons = list(self.base.reasons)
        self.reason: NDArray[np.int16] = self.base.reason.copy()
        self.asked: list[NDArray[np.object_]] = [_tables(self.base)]

    def series(self, indicator: str) -> Quantity:
        """The values of an indicator for the same members."""
        found = self.results.series(indicator, self.selection)
        return Quantity(found.value, found.flags)

    def shifted(self, now: Quantity, years: int) -> Quantity:
        """The values `years` before, on the same base and boundaries; a gap where there are none of that date."""
        column = {p: i for i, p in enumerate(self.base.points)}
        tables = np.full(now.value.shape, "", dtype=object)
        value = np.full(now.value.shape, np.nan)
        flags = np.full(now.flags.shape, np.uint16(Flag.NOT_COMPUTABLE))
        self.reasons += ["kein Wert des Vorjahres auf derselben Basis" if years == 1 else "kein Vergleichswert", MOVED]
        self.reason[np.isfinite(now.value)] = len(self.reasons) - 2
        for t, (date, base) in enumerate(self.base.points):
            before = column.get(Point(f"{int(date[:4]) - years}{date[4:]}", base))
            if before is not None:
                value[:, t], flags[:, t] = now.value[:, before], now.flags[:, before]
                tables[:, t] = self.asked[0][:, before]
                moved = self.base.territory[:, t] != self.base.territory[:, before]
                value[moved, t], flags[moved, t] = np.nan, np.uint16(Flag.NOT_COMPUTABLE)
                self.reason[moved, t] = len(self.reasons) - 1
        gone = np.isnan(value) & (flags & np.uint16(Flag.REGION_ABSENT) > 0)
        flags[gone] = np.uint16(Flag.NOT_COMPUTABLE)
        self.asked.append(tables)
        return Quantity(value, flags)

    def nearest(self, measure: str) -> Quantity:
        """The values of another measure at the date nearest to each point (the later one of two equally near).

        Of values on several boundaries those on the same as the population come first.
        """
        shape = self.base.value.shape
        value, flags = np.full(shape, np.nan), np.full(shape, np.uint16(Flag.NOT_PUBLISHED))
        distance = np.full(shape, np.inf)
        tables = np.full(shape, "", dtype=object)
        row = {r: i for i, r in enumerate(self.base.regions)}
        days = np.array([np.datetime64(p.date) for p in self.base.points]).astype("datetime64[D]").astype(np.int64)
        for panel in self.results.panels.get(measure, []):
            cells = panel.cells(next(iter(panel.blocks))).count()
            here = [(i, row[r]) for i, r in enumerate(panel.regions) if r in row]
            for j, point in enumerate(panel.points):
                off = np.abs(days - np.datetime64(point.date).astype("datetime64[D]").astype(np.int64))
                for i, r in here:
                    if np.isfinite(cells.value[i, j]):
                        number = 0 if panel.territory is None else panel.territory[i, j]
                        away = off + FAR * (self.base.territory[r] != number)
                        better = away <= distance[r]
                        value[r, better], flags[r, better] = cells.value[i, j], cells.flags[i, j]
                        distance[r, better], tables[r, better] = away[better], panel.table
        self.asked.append(tables)
        return Quantity(value, flags)

    def sources(self) -> tuple[list[str], NDArray[np.int16]]:
        """The tables that every value rests on, joined by `|`, as a list and the place of each value in it."""
        joined = np.frompyfunc(lambda *names: "|".join(dict.fromkeys(filter(None, names))), len(self.asked), 1)
        names, place = np.unique(joined(*self.asked).astype(str), return_inverse=True)
        return names.tolist(), place.reshape(self.base.value.shape).astype(np.int16)


def _tables(series: Series) -> NDArray[np.object_]:
    """The table of each value of a series, empty where there is none."""
    texts: NDArray[np.object_] = np.array([*series.sources, ""], dtype=object)[series.source]
    return texts


def derive(results: Results, declaration: Indicator, selection: Selection) -> Series:
    """The series of a derived indicator."""
    assert declaration.derived is not None
    context = Context(results, selection)
    parts = declaration.derived(context)
    base = context.base
    sources, source = context.sources()
    return replace(
        base,
        indicator=declaration,
        sources=sources,
        source=source,
        value=parts.value.value,
        numerator=parts.numerator.value if parts.numerator else base.numerator,
        denominator=parts.denominator.value if parts.denominator else base.denominator,
        flags=parts.value.flags,
        reason=context.reason,
        reasons=context.reasons,
    )
