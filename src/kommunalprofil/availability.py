"""What there is: for every indicator, level, date and breakdown a table that answers, or the reason for the gap.

A sketch of the data set has one region a level, which holds whatever any region of the level holds; the indicators'
own formulas are asked of it, so that the matrix cannot tell anything but what an export would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Point
from kommunalprofil.indicators import Results, Selection, Series
from kommunalprofil.indicators.series import flag_text
from kommunalprofil.observations import COLUMNS
from kommunalprofil.store import Store
from kommunalprofil.territory import region_level
from kommunalprofil.vocabulary import FLAG_TEXT, GAP, LEVEL, Flag, flag_bits

if TYPE_CHECKING:
    import pyarrow as pa

LEVELS = tuple(LEVEL)
TEXT = ("base", "measure", "sex", "nationality", "migration", "household")
NO_TABLE = "keine Tabelle zu diesem Stichtag"
NO_LEVEL = "keine Tabelle führt diese Angabe für diese Ebene"
WITHOUT = "ohne diese Gliederung"
NO_YEAR = "keine Tabelle aus diesem Jahr"


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; `table` says who answers, else `reason` says why nobody does."""

    indicator: str
    breakdown: str
    member: str
    level: str
    date: str
    base: str
    table: str
    reason: str


class Sketch(Store):
    """A data set in which every level is one region, named by the level."""

    def observations(self, table: str, lands: Iterable[str] | None = None) -> pa.Table:
        """One row for each combination of codes that any region of a level has; a gap only where all have one."""
        import pyarrow as pa

        columns = [c for c in COLUMNS if c not in ("value", "source")]
        rows = self._read(table, None, columns).unify_dictionaries()
        levels, level = _levels(rows.column("region").combine_chunks())
        flags = rows.column("flag").combine_chunks()
        gaps = np.array([bool(flag_bits(f) & GAP) for f in flags.dictionary.to_pylist()] or [False])
        gap = gaps[np.asarray(flags.indices)]
        code = np.asarray(pa.array(_keys(rows, level)).dictionary_encode().indices)
        chosen = np.empty(int(code.max()) + 1 if len(code) else 0, dtype=np.int64)
        chosen[code[::-1]] = np.arange(len(code))[::-1]  # of equal keys the first; then, where there is one, a value
        valued = np.flatnonzero(~gap)[::-1]
        chosen[code[valued]] = valued
        there = ~gap[chosen]
        sketch = rows.take(pa.array(chosen))
        region = pa.DictionaryArray.from_arrays(pa.array(level[chosen].astype(np.int32)), levels)
        sketch = sketch.set_column(0, "region", region)
        return sketch.append_column("value", pa.array(np.where(there, 1.0, np.nan), mask=~there))


def _levels(region: pa.DictionaryArray) -> tuple[list[str], NDArray[np.int64]]:
    place = np.array([LEVELS.index(region_level(r)) for r in region.dictionary.to_pylist()] or [0], dtype=np.int64)
    return list(LEVELS), place[np.asarray(region.indices)]


def _keys(rows: pa.Table, level: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for each combination of level, date, ages and codes."""
    days = np.asarray(rows.column("date").combine_chunks().view("int32")).astype(np.int64)
    days, key = days - days.min() if len(days) else days, level
    size = int(days.max()) + 1 if len(days) else 1
    key = key * size + days
    for name in ("age_from", "age_to"):
        key = key * 256 + np.asarray(rows.column(name).combine_chunks())
    for name in TEXT:
        column = rows.column(name).combine_chunks()
        key = key * (len(column.dictionary) + 1) + np.asarray(column.indices)
    return key


def matrix(store: Store, indicators: Iterable[str] = (), levels: Iterable[str] = ()) -> Iterator[Cell]:
    """Every cell, in order of the declarations; only of some indicators or levels if given. Raises DataError.

    Dates are those of any table of the measure; a year between them without any table is a cell of its own, with the
    year for a date.
    """
    results = Results(Sketch(store.state))
    wanted = tuple(levels) or LEVELS
    offered = {measure: _offered(results, measure) for measure in results.panels}
    for name in tuple(indicators) or tuple(results.indicators):
        tables = offered.get(results.indicators[name].measure, {})
        for breakdown, member, series in _asked(results, name):
            for level in wanted:
                at = _shown(series, level, tables)
                cells = [Cell(name, breakdown, member, level, date, *at[date]) for date in sorted(at)]
                yield from cells or [Cell(name, breakdown, member, level, "", "", "", NO_LEVEL)]


def _offered(results: Results, measure: str) -> dict[tuple[str, Point], list[str]]:
    """The tables that have rows of a level at a point."""
    found: dict[tuple[str, Point], list[str]] = {}
    for panel in results.panels[measure]:
        for r, t in zip(*np.nonzero(panel.present), strict=True):
            found.setdefault((panel.regions[r], panel.points[t]), []).append(panel.table)
    return found


def _asked(results: Results, name: str) -> Iterator[tuple[str, str, list[Series]]]:
    """Each breakdown and member of an indicator, with the series that tell whether there is a value."""
    declaration = results.indicators[name]
    for selection in results.selections(name):
        yield "", _codes(selection), [results.series(name, selection)]
    for dim in sorted(declaration.by - declaration.own):
        if dim == "age":
            selection = results.selections(name)[0]
            yield dim, "", [*results.by_age(name, selection), _hollow(results.series(name, selection))]
            continue
        for selection in results.selections(name, [dim]):
            if getattr(selection, dim) != "T":
                yield dim, _codes(selection), [results.series(name, selection)]


def _hollow(series: Series) -> Series:
    """All dates of a series, none with a value: what tables without ages say of ages."""
    flags = np.full_like(series.flags, Flag.NOT_PUBLISHED)
    return replace(series, value=np.full_like(series.value, np.nan), flags=flags)


def _codes(selection: Selection) -> str:
    return " ".join(code for code in selection if code != "T")


def _shown(
    series: list[Series], level: str, tables: Mapping[tuple[str, Point], list[str]]
) -> dict[str, tuple[str, str, str]]:
    """For each date the base, the table that answers, the reason if none does; {} for a level nobody ever lists."""
    found: dict[str, tuple[str, str, str]] = {}
    for one in series:
        for date, *rest in _points(one, level, tables):
            if date not in found or (rest[1] and not found[date][1]):
                found[date] = (rest[0], rest[1], rest[2])
    if found and any(table or reason != NO_TABLE for _, table, reason in found.values()):
        years = {int(date[:4]) for date in found}
        return found | {str(y): ("", "", NO_YEAR) for y in range(min(years), max(years)) if y not in years}
    return {}


def _points(
    one: Series, level: str, tables: Mapping[tuple[str, Point], list[str]]
) -> Iterator[tuple[str, str, str, str]]:
    if level not in one.regions:
        return
    r = one.regions.index(level)
    for t, point in enumerate(one.points):
        if np.isfinite(one.value[r, t]):
            if one.there[r, t]:
                yield point.date, point.base, one.sources[one.source[r, t]], ""
            continue
        there = ", ".join(tables.get((level, point), ()))
        yield point.date, point.base, "", _reason(one, r, t, there) if there else NO_TABLE


def _reason(one: Series, r: int, t: int, there: str) -> str:
    """Why no table answers though some list the level at that date."""
    code, _, why = flag_text(int(one.flags[r, t]), one.reasons[one.reason[r, t]], "").partition(":")
    if why:
        return why
    return f"{there}: {WITHOUT}" if code in ("not_published", "region_absent") else FLAG_TEXT.get(code, code)
