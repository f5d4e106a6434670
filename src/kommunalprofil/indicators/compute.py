"""From declarations and tables to values: the first table that carries what is needed answers; gaps keep reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import AgeGroup, partition
from kommunalprofil.cells import Member, Panel, Point, base_order, panels
from kommunalprofil.errors import NotOfferedError, TilingError
from kommunalprofil.indicators.context import derive
from kommunalprofil.indicators.declare import At, Indicator, Parts
from kommunalprofil.indicators.series import TOTALS, Selection, Series
from kommunalprofil.indicators.territory import AsReported, Recalculated, Territory
from kommunalprofil.registry import collect
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL, Flag

if TYPE_CHECKING:
    from kommunalprofil.sources.declare import Table

SPLITS = {"sex": ("T", "M", "F"), "nationality": ("T", "DE", "AUS")}


def declared() -> dict[str, Indicator]:
    """Every declared indicator by its id."""
    return collect("kommunalprofil.indicators", Indicator)


class Results:
    """Everything that can be computed for some regions, each series made when it is first asked for.

    `regions` None means every region there is; `territory` says on which boundaries (default: as reported). Raises
    DataError when the data set is damaged.
    """

    def __init__(
        self,
        store: Store,
        regions: Iterable[str] | None = None,
        newest_base: bool = True,
        territory: Territory | None = None,
    ) -> None:
        from kommunalprofil.sources import declared as declared_tables

        self.store = store
        self.wanted = sorted(set(regions)) if regions is not None else None
        self.territory = territory or AsReported()
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
        rows = self.store.observations(table, self.territory.lands(self.wanted))
        found = panels(rows, table, self.territory.keys(self.wanted))
        return [self.territory.carry(panel, self.wanted) for panel in found]

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
                self._cache[key] = derive(self, declaration, selection)
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
    territory: str = "",
) -> Iterator[Series]:
    """Every series of the indicators, split by the dimensions in `by` each of them may be split by.

    `variant` None gives the default, a name that variant of each indicator that has it; `territory` is the
    Gebietsstand (ISO) to which all counts are carried over, '' leaves them as reported. Raises KeyError for an unknown
    indicator, UsageError for a day to which no key leads.
    """
    results = Results(store, regions, territory=Recalculated(store, territory) if territory else None)
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
        np.zeros(shape, dtype=np.int16),
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
        if panel.territory is not None:
            _put(series.territory, grid, valued, panel.territory)
        for text, mask in panel.reasons.items():
            if text not in reasons:
                reasons.append(text)
            _put(series.reason, grid, valued & mask, np.int16(reasons.index(text)))
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
