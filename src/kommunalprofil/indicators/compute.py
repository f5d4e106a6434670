"""From declarations and tables to values: the first table that carries what is needed answers; gaps keep reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import AgeGroup, partition
from kommunalprofil.cells import Member, Panel, Point, Quantity, base_order, panels
from kommunalprofil.errors import NotOfferedError, TilingError
from kommunalprofil.indicators.declare import At, Indicator, Parts
from kommunalprofil.indicators.series import TOTALS, Selection, Series
from kommunalprofil.registry import collect
from kommunalprofil.store import Store, land_of
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL, Flag

if TYPE_CHECKING:
    from kommunalprofil.sources.declare import Table

SPLITS = {"sex": ("T", "M", "F"), "nationality": ("T", "DE", "AUS")}


def declared() -> dict[str, Indicator]:
    """Every declared indicator by its id."""
    return collect("kommunalprofil.indicators", Indicator)


class Results:
    """Everything that can be computed for some regions, each series made when it is first asked for.

    `regions` None means every region there is. Raises DataError when the data set is damaged.
    """

    def __init__(self, store: Store, regions: Iterable[str] | None = None, newest_base: bool = True) -> None:
        from kommunalprofil.sources import declared as declared_tables

        self.store = store
        self.wanted = sorted(set(regions)) if regions is not None else None
        self.tables: dict[str, Table] = {k: t for k, t in declared_tables().items() if not t.oracle}
        self.indicators = declared()
        self._cache: dict[tuple[str, str, Selection], Series] = {}
        self._by_age: dict[tuple[str, str, Selection], list[Series]] = {}
        self._regions: dict[str, list[str]] = {}
        self._grids: dict[tuple[str, int], tuple[NDArray[np.intp], ...]] = {}
        self._points: dict[str, list[Point]] = {}
        self._newest_base = newest_base

    @cached_property
    def panels(self) -> dict[str, list[Panel]]:
        """All panels by measure, in the order in which tables are asked."""
        found: dict[str, list[Panel]] = {}
        for name in self.tables:
            if name in self.store.tables:
                for panel in self.panels_of(name):
                    found.setdefault(panel.measure, []).append(panel)
        return found

    def panels_of(self, table: str) -> list[Panel]:
        """The panels of one table, of the regions asked for."""
        lands = None if self.wanted is None else sorted({land_of(r) for r in self.wanted})
        rows = self.store.observations(table, lands)
        return panels(rows, table, None if self.wanted is None else frozenset(self.wanted))

    def regions(self, measure: str) -> list[str]:
        """Every region any table of the measure carries, sorted."""
        if measure not in self._regions:
            self._regions[measure] = sorted({r for p in self.panels.get(measure, []) for r in p.regions})
        return self._regions[measure]

    def points(self, measure: str) -> list[Point]:
        """Every point any table of the measure carries, from old to new."""
        if measure not in self._points:
            found = {p for panel in self.panels.get(measure, []) for p in panel.points}
            self._points[measure] = sorted(found, key=lambda p: (p.date, base_order([p.base])[0]))
        return self._points[measure]

    def grid(self, measure: str, number: int) -> tuple[NDArray[np.intp], ...]:
        """Where the regions and points of panel `number` lie among all regions and points of the measure."""
        key = (measure, number)
        if key not in self._grids:
            panel = self.panels[measure][number]
            row = {r: i for i, r in enumerate(self.regions(measure))}
            column = {p: i for i, p in enumerate(self.points(measure))}
            self._grids[key] = np.ix_([row[r] for r in panel.regions], [column[p] for p in panel.points])
        return self._grids[key]

    def series(self, indicator: str, selection: Selection = TOTALS, variant: str = "") -> Series:
        """One series. Raises KeyError for an unknown indicator or variant."""
        key = (indicator, variant, selection)
        if key not in self._cache:
            declaration = self.indicators[indicator]
            if declaration.derived is not None:
                self._cache[key] = _derive(self, declaration, selection)
            else:
                age = None if selection.age == "T" else AgeGroup.parse(selection.age)
                self._cache[key] = _merge(self, declaration, selection, variant, age, None)
        return self._cache[key]

    def forget(self) -> None:
        """Let go of the series made so far: those of all Gemeinden would fill the memory."""
        self._cache.clear()
        self._by_age.clear()

    def selections(self, indicator: str, by: Iterable[str] = (), variant: str = "") -> list[Selection]:
        """The selections an export of the indicator shows when split by the dimensions in `by`."""
        declaration = self.indicators[indicator]
        asked = set(by) & declaration.by | declaration.own
        rows = [Selection()]
        for dim in ("sex", "nationality", "migration", "household"):
            if dim in asked:
                codes = SPLITS.get(dim) or declaration.members[dim]
                codes = codes if dim in SPLITS or dim in declaration.own else ("T", *codes)
                rows = [row._replace(**{dim: code}) for row in rows for code in codes]
        if "age" in declaration.own:
            rows = [row._replace(age=age) for row in rows for age in declaration.members["age"]]
        return rows

    def by_age(self, indicator: str, selection: Selection, variant: str = "") -> list[Series]:
        """One series for each age group, each region and point in the groups of the first table with ages there."""
        key = (indicator, variant, selection)
        if key not in self._by_age:
            declaration = self.indicators[indicator]
            choice = _age_choice(self, declaration, selection, variant)
            answering: dict[AgeGroup, dict[int, NDArray[np.bool_]]] = {}
            for i, (where, groups) in choice.items():
                for group in groups:
                    answering.setdefault(group, {})[i] = where
            self._by_age[key] = [
                _merge(self, declaration, selection._replace(age=str(group)), variant, group, answering[group])
                for group in sorted(answering)
            ]
        return self._by_age[key]


def compute(
    store: Store,
    regions: Iterable[str] | None,
    indicators: Iterable[str],
    by: Iterable[str] = (),
    variant: str | None = None,
) -> Iterator[Series]:
    """Every series of the indicators, split by the dimensions in `by` each of them may be split by.

    `variant` None gives the default, a name that variant of each indicator that has it. Raises KeyError for an
    unknown indicator.
    """
    results = Results(store, regions)
    for name in indicators:
        declaration = results.indicators[name]
        if variant and variant not in declaration.variants:
            continue
        for selection in results.selections(name, by, variant or ""):
            yield results.series(name, selection, variant or "")
            if "age" in set(by) & declaration.by - declaration.own:
                yield from results.by_age(name, selection, variant or "")
        results.forget()


def _member(declaration: Indicator, selection: Selection) -> Member:
    if declaration.measure == "households":
        return Member(NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, TOTAL)
    codes = {"T": TOTAL}
    return Member(codes.get(selection.sex, selection.sex), codes.get(selection.nationality, selection.nationality))


def _evaluate(
    declaration: Indicator, panel: Panel, selection: Selection, variant: str, age: AgeGroup | None
) -> tuple[Parts | None, Flag, str]:
    """The formula on one panel, or why it cannot be had there."""
    formula = declaration.formula_of(variant)
    try:
        cells = panel.cells(_member(declaration, selection))
        return formula(cells, At(age, selection.migration, selection.household)), Flag.NORMAL, ""
    except NotOfferedError:
        return None, Flag.NOT_PUBLISHED, ""
    except TilingError as error:
        return None, Flag.NOT_COMPUTABLE, str(error)


def _empty(results: Results, declaration: Indicator, selection: Selection, variant: str) -> Series:
    regions, points = results.regions(declaration.measure), results.points(declaration.measure)
    shape = (len(regions), len(points))
    nan = np.full(shape, np.nan)
    return Series(
        declaration,
        variant,
        selection,
        regions,
        points,
        nan,
        nan.copy(),
        nan.copy(),
        np.full(shape, np.uint16(Flag.REGION_ABSENT)),
        np.full(shape, -1, dtype=np.int16),
        [],
        np.zeros(shape, dtype=np.int16),
        [""],
        np.zeros(shape, dtype=bool),
    )


def _merge(
    results: Results,
    declaration: Indicator,
    selection: Selection,
    variant: str,
    age: AgeGroup | None,
    only: dict[int, NDArray[np.bool_]] | None,
) -> Series:
    """One series out of all panels of the measure, in their order; `only` restricts panels to cells of theirs."""
    series = _empty(results, declaration, selection, variant)
    sources: list[str] = []
    reasons: list[str] = [""]
    for i, panel in enumerate(results.panels.get(declaration.measure, [])):
        if only is not None and i not in only:
            continue
        grid = results.grid(declaration.measure, i)
        mine = panel.present if only is None else only[i][grid] & panel.present
        series.there[grid] |= mine
        open_ = np.isnan(series.value[grid]) & mine
        if not open_.any():
            continue
        parts, why, text = _evaluate(declaration, panel, selection, variant, age)
        if parts is None:
            if text and text not in reasons:
                reasons.append(text)
            better = open_ & ((series.flags[grid] & ~_UNSAID) == 0)
            _put(series.flags, grid, better, np.uint16(why))
            _put(series.reason, grid, better, np.int16(reasons.index(text) if text else 0))
            continue
        sources.append(panel.table)
        valued = open_ & (np.isfinite(parts.value.value) | ((series.flags[grid] & ~_WEAK) == 0))
        for array, quantity in (
            (series.value, parts.value),
            (series.numerator, parts.numerator),
            (series.denominator, parts.denominator),
        ):
            if quantity is not None:
                _put(array, grid, valued, quantity.value)
        _put(series.flags, grid, valued, parts.value.flags)
        _put(series.source, grid, valued, np.int16(len(sources) - 1))
    if results._newest_base:
        _keep_newest_base(series)
    return replace(series, sources=sources, reasons=reasons)


_UNSAID = np.uint16(Flag.REGION_ABSENT | Flag.NOT_PUBLISHED)
_WEAK = np.uint16(Flag.REGION_ABSENT | Flag.NOT_PUBLISHED | Flag.NOT_COMPUTABLE)
"""Reasons of a gap that give way to what a later table has to say."""


def _put(array: NDArray[Any], grid: tuple[Any, ...], where: NDArray[np.bool_], values: Any) -> None:
    array[grid] = np.where(where, values, array[grid])


def _keep_newest_base(series: Series) -> None:
    """Of two values at one date, published on two bases, only the one on the newer base stays."""
    for t in range(len(series.points) - 1):
        if series.points[t].date == series.points[t + 1].date:
            series.there[:, t] &= ~series.there[:, t + 1]


def _age_choice(
    results: Results, declaration: Indicator, selection: Selection, variant: str
) -> dict[int, tuple[NDArray[np.bool_], list[AgeGroup]]]:
    """For each panel with ages: the cells it answers (none that an earlier panel answers), and its finest groups."""
    taken = np.zeros((len(results.regions(declaration.measure)), len(results.points(declaration.measure))), dtype=bool)
    choice: dict[int, tuple[NDArray[np.bool_], list[AgeGroup]]] = {}
    for i, panel in enumerate(results.panels.get(declaration.measure, [])):
        try:
            block = panel.cells(_member(declaration, selection)).block
            groups = [block.groups[g] for g in partition(block.groups)]
        except TilingError:
            continue
        if _evaluate(declaration, panel, selection, variant, groups[0])[0] is None:
            continue
        where = np.zeros_like(taken)
        where[results.grid(declaration.measure, i)] = panel.present
        where &= ~taken
        taken |= where
        choice[i] = (where, groups)
    return choice


class Context:
    """What a derived formula may ask for: finished series of the same members, at other dates, of other measures."""

    def __init__(self, results: Results, selection: Selection) -> None:
        self.results, self.selection = results, selection
        self.base: Series = results.series("population", selection)
        self.missing: list[str] = []
        self.asked: list[NDArray[np.object_]] = [_tables(self.base)]

    def series(self, indicator: str) -> Quantity:
        """The values of an indicator for the same members."""
        found = self.results.series(indicator, self.selection)
        return Quantity(found.value, found.flags)

    def shifted(self, now: Quantity, years: int) -> Quantity:
        """The values `years` before, on the same base; a gap where that date was not published on that base."""
        column = {p: i for i, p in enumerate(self.base.points)}
        tables = np.full(now.value.shape, "", dtype=object)
        value = np.full(now.value.shape, np.nan)
        flags = np.full(now.flags.shape, np.uint16(Flag.NOT_COMPUTABLE))
        for t, (date, base) in enumerate(self.base.points):
            before = column.get(Point(f"{int(date[:4]) - years}{date[4:]}", base))
            if before is not None:
                value[:, t], flags[:, t] = now.value[:, before], now.flags[:, before]
                tables[:, t] = self.asked[0][:, before]
        gone = np.isnan(value) & (flags & np.uint16(Flag.REGION_ABSENT) > 0)
        flags[gone] = np.uint16(Flag.NOT_COMPUTABLE)
        self.asked.append(tables)
        self.missing.append("kein Wert des Vorjahres auf derselben Basis" if years == 1 else "kein Vergleichswert")
        return Quantity(value, flags)

    def nearest(self, measure: str) -> Quantity:
        """The values of another measure at the date nearest to each point (the later one of two equally near)."""
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
                        better = off <= distance[r]
                        value[r, better], flags[r, better] = cells.value[i, j], cells.flags[i, j]
                        distance[r, better], tables[r, better] = off[better], panel.table
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


def _derive(results: Results, declaration: Indicator, selection: Selection) -> Series:
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
        reason=np.ones(base.value.shape, dtype=np.int16) * (1 if context.missing else 0),
        reasons=["", *context.missing],
    )
