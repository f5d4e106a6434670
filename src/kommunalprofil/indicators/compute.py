"""From declarations and tables to values: the first table that carries what is needed answers; gaps keep reasons."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import AgeGroup
from kommunalprofil.cells import Member, Panel, Point, panels
from kommunalprofil.errors import TilingError
from kommunalprofil.indicators.answers import Answer, Question, Tables, ask
from kommunalprofil.indicators.context import Axis, Context, Intervals, axis_of, placed
from kommunalprofil.indicators.declare import At, Formula, Indicator, Parts
from kommunalprofil.indicators.finish import from_answer, from_parts, newest_base
from kommunalprofil.indicators.inner import Inner, finest_first
from kommunalprofil.indicators.series import TOTALS, Selection, Series
from kommunalprofil.indicators.territory import AsReported, Recalculated, Territory
from kommunalprofil.indicators.traced import Ledger
from kommunalprofil.registry import collect
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import MEASURE, NOT_APPLICABLE, TOTAL

if TYPE_CHECKING:
    from kommunalprofil.sources.declare import Table

SPLITS = {"sex": ("T", "M", "F"), "nationality": ("T", "DE", "AUS")}
REMEMBERED = 64_000_000
"""Bytes of counts that are kept to be used again."""
KEPT = 12
"""So many intermediate results outlive the series they were made for."""
Mask = NDArray[np.bool_]
Cells = dict[int, Mask] | Mask
"""Cells of some tables, by their places in the order in which they are asked, or of the axis of a derived indicator."""
GERMANY = "DE"
Key = tuple[str, str, Selection]
"""A series: its indicator, variant and members."""


@cache
def declared() -> dict[str, Indicator]:
    """Every declared indicator by its id; found once."""
    return collect("kommunalprofil.indicators", Indicator)


class Panels(Mapping[str, list[Panel]]):
    """All panels by measure, in the order in which tables are asked; a table is read when a measure of it is needed."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._tables = {name: table for name, table in results.tables.items() if name in results.store.tables}
        self._read: dict[str, list[Panel]] = {}
        self._found: dict[str, list[Panel]] = {}

    def __getitem__(self, measure: str) -> list[Panel]:
        found = self.of(measure)
        if not found:
            raise KeyError(measure)
        return found

    def of(self, measure: str) -> list[Panel]:
        """The panels of a measure, none if no table carries it. Unlike `get` it hides no KeyError of a reader."""
        if measure not in self._found:
            names = [name for name, table in self._tables.items() if measure in measures_of(table)]
            read = [self._panels(name) for name in names]
            self._found[measure] = [panel for some in read for panel in some if panel.measure == measure]
        return self._found[measure]

    def _panels(self, table: str) -> list[Panel]:
        if table not in self._read:
            self._read[table] = self._results.panels_of(table)
        return self._read[table]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(panel.measure for name in self._tables for panel in self._panels(name)))

    def __len__(self) -> int:
        return len(list(iter(self)))


class Made(NamedTuple):
    """Series that were made: with the values of a date on all its bases, and by age."""

    every_base: dict[Key, Series]
    by_age: dict[Key, list[Series]]


class Results:
    """Everything that can be computed for some regions, each series made when it is first asked for.

    `regions` None means every region there is; `territory` says on which boundaries (default: as reported). Raises
    DataError when the data set is damaged.
    """

    def __init__(
        self,
        store: Store,
        regions: Iterable[str] | None = None,
        territory: Territory | None = None,
    ) -> None:
        from kommunalprofil.sources import declared as declared_tables

        self.store = store
        self.wanted = sorted(set(regions)) if regions is not None else None
        self._above = _above(self.wanted or [])
        self._read: dict[str, tuple[list[Panel], list[Panel]]] = {}
        self.territory = territory or AsReported(store)
        self.tables: dict[str, Table] = {k: t for k, t in declared_tables().items() if not t.oracle}
        self.indicators = declared()
        self.ledger = Ledger()
        self.inner = Inner(lambda: self._around().tables_of("population"), self.ledger)
        self.panels: Mapping[str, list[Panel]] = Panels(self)
        self.kept = Made({}, {})
        self.elsewhere: Callable[[], Iterable[Made]] = tuple
        """What another process has made of the same since this was asked last."""
        self._series: dict[Key, Series] = {}
        self._tables: dict[str, Tables] = {}
        self.made: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._some: dict[tuple[str | int, ...], Tables] = {}
        self._axes: dict[tuple[str, ...], Axis] = {}
        self._counted: OrderedDict[tuple[str, Member, Intervals], Answer] = OrderedDict()

    def panels_of(self, table: str) -> list[Panel]:
        """The panels of one table, of the regions asked for."""
        return self._parts(table)[0]

    def _parts(self, table: str) -> tuple[list[Panel], list[Panel]]:
        """The panels of one table, of the regions asked for and of those above them, read at once."""
        if table not in self._read:
            regions = None if self.wanted is None else sorted({*self.wanted, *self._above})
            needed = self.territory.keys(regions)
            found = panels(self.store.observations(table, needed), table, needed)
            found = [self.territory.carry(panel, regions) for panel in found]
            own = _parts_of(found, self.wanted) if self._above else found
            self._read[table] = own, _parts_of(found, self._above) if self._above else []
        return self._read[table]

    def tables_of(self, measure: str) -> Tables:
        """All tables of a measure."""
        if measure not in self._tables:
            of = self.panels.of if isinstance(self.panels, Panels) else lambda m: self.panels.get(m, [])
            self._tables[measure] = Tables(of(measure))
        return self._tables[measure]

    def _around(self) -> Results:
        """Results of everything around the regions asked for: these, if all of that is among them."""
        return _Around(self) if self._above else self

    def regions(self, measure: str) -> list[str]:
        """Every region any table of the measure carries, sorted."""
        return self.tables_of(measure).regions

    def points(self, measure: str) -> list[Point]:
        """Every point any table of the measure carries, from old to new."""
        return self.tables_of(measure).points

    def axis(self, declaration: Indicator) -> Axis:
        """The regions and points of a derived indicator."""
        key = (*declaration.measures, "against", declaration.against)
        if key not in self._axes:
            self._axes[key] = axis_of(self, declaration)
        return self._axes[key]

    def counted(self, measure: str, selection: Selection, intervals: Intervals) -> Answer:
        """What all tables say of the count of a measure in some age intervals."""
        member = member_of(measure, selection)
        key = (measure, member, intervals)
        if key in self._counted:
            self._counted.move_to_end(key)
        else:
            tables = self.tables_of(measure)
            carriers = tables.carriers(member)
            self._counted[key] = ask(tables, count_of(member, intervals), self.ledger, order=carriers)
            size = self._counted[key].value.nbytes * 5
            while len(self._counted) > max(1, REMEMBERED // max(size, 1)):
                self._counted.popitem(last=False)
        return self._counted[key]

    def whole(self, measure: str) -> Answer:
        """What all tables say of the total of a measure."""
        return self.counted(measure, TOTALS, ((0, 200),))

    def series(self, indicator: str, selection: Selection = TOTALS, variant: str = "") -> Series:
        """One series; of two values at a date that on the newer base. Raises KeyError for an unknown name."""
        key = (indicator, variant, selection)
        if key not in self._series:
            self._series[key] = newest_base(self.on_every_base(indicator, selection, variant))
        return self._series[key]

    def on_every_base(self, indicator: str, selection: Selection = TOTALS, variant: str = "") -> Series:
        """One series with the values of a date on all its bases. Raises KeyError for an unknown name."""
        key = (indicator, variant, selection)
        if not self._has(self.kept.every_base, key):
            self.kept.every_base[key] = self._make(self.indicators[indicator], selection, variant)
        return self.kept.every_base[key]

    def _has(self, kept: Mapping[Key, object], key: Key) -> bool:
        """Whether there is a series now, made here or elsewhere; what is there is not replaced, others refer to it."""
        if key not in kept:
            for made in self.elsewhere():
                self.kept.every_base.update(made.every_base | self.kept.every_base)
                self.kept.by_age.update(made.by_age | self.kept.by_age)
        return key in kept

    def _make(self, declaration: Indicator, selection: Selection, variant: str, cells: Cells | None = None) -> Series:
        """A series, of all cells or of some."""
        way = declaration.variant(variant)
        if way.formula is not None:
            tables, masks = self._chosen(declaration.measure, cells)
            question = question_of(declaration, way.formula, selection, self.inner)
            member = _base_member(declaration, selection)
            order = finest_first(tables, member) if declaration.finest else tables.carriers(member)
            answer = ask(tables, question, self.ledger, masks, order)
            there = tables.there
            if masks is not None:
                there = np.logical_or.reduce([tables.whole(i, mask) for i, mask in enumerate(masks)])
            return from_answer(self.ledger, declaration, variant, selection, tables, answer, there)
        assert way.derived is not None
        axis, mask = self.axis(declaration), None
        if isinstance(cells, np.ndarray):
            axis, mask = axis.part(cells)
        parts = way.derived(Context(self, declaration, selection, axis))
        there = axis.there if mask is None else axis.there & mask
        return from_parts(self.ledger, declaration, variant, selection, axis, parts, there)

    def _chosen(self, measure: str, cells: Cells | None) -> tuple[Tables, list[Mask] | None]:
        """All tables of a measure, or those of some cells with the masks of these."""
        if not isinstance(cells, dict):
            return self.tables_of(measure), None
        key: tuple[str | int, ...] = (measure, *cells)
        if key not in self._some:
            self._some[key] = Tables([self.tables_of(measure).panels[i] for i in cells])
        return self._some[key], [*cells.values()]

    def forget(self) -> None:
        """Let go of the series made so far: those of all Gemeinden would fill the memory."""
        self.kept.every_base.clear()
        self.kept.by_age.clear()
        self._series.clear()
        while len(self.made) > KEPT:
            self.made.popitem(last=False)

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
        """One series for each age group, each region and point in the groups of the first table with ages there.

        A series has the regions and points of tables with that group, which are not the same for all groups.
        """
        key = (indicator, variant, selection)
        if not self._has(self.kept.by_age, key):
            declaration = self.indicators[indicator]
            choose = _tables_by_age if declaration.variant(variant).formula else _cells_by_age
            chosen: Mapping[AgeGroup, Cells] = choose(self, declaration, selection, variant)
            self.kept.by_age[key] = [
                newest_base(self._make(declaration, selection._replace(age=str(group)), variant, chosen[group]))
                for group in sorted(chosen)
            ]
        return self.kept.by_age[key]


class _Around(Results):
    """Results of the regions above others, from the same tables, read once for both."""

    def __init__(self, inside: Results) -> None:
        super().__init__(inside.store, inside._above, inside.territory)
        self._inside = inside

    def _parts(self, table: str) -> tuple[list[Panel], list[Panel]]:
        return self._inside._parts(table)[1], []


def _above(regions: Sequence[str]) -> list[str]:
    """Kreise, Länder and Germany above some regions; nothing if all of them are among these."""
    above = {r[:digits] for r in regions for digits in (2, 5) if r != GERMANY and len(r) > digits} | {GERMANY}
    return [] if above <= set(regions) or not regions else sorted(above)


def _parts_of(whole: Sequence[Panel], regions: Iterable[str] | None) -> list[Panel]:
    wanted = frozenset(regions or ())
    return [part for panel in whole if (part := panel.part(wanted)).regions]


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
    results = results_of(store, regions, territory)
    for name in indicators:
        yield from every(results, name, by, variant)


def results_of(store: Store, regions: Iterable[str] | None, territory: str = "") -> Results:
    """The results of some regions, as reported or on a Gebietsstand. Raises UsageError if no key leads to it."""
    return Results(store, regions, territory=Recalculated(store, territory) if territory else None)


def every(results: Results, name: str, by: Iterable[str] = (), variant: str | None = None) -> Iterator[Series]:
    """Every series of one indicator, see `compute`; each is let go of when the next one is asked for."""
    declaration = results.indicators[name]
    if variant and variant not in declaration.variants:
        return
    for selection in results.selections(name, by, variant or ""):
        yield results.series(name, selection, variant or "")
        if "age" in set(by) & declaration.by - declaration.own:
            yield from results.by_age(name, selection, variant or "")
        results.forget()


def measures_of(table: Table) -> frozenset[str]:
    """The counts a declared table may carry."""
    headings = (*table.headings.values(), *table.columns.values())
    said = {codes["measure"] for codes in headings if codes and "measure" in codes}
    if table.base == "as_read":  # the Gemeindeverzeichnis names people and land
        said.add("area")
    if table.period == "years":  # life tables are read as a whole
        said |= {measure.id for measure in MEASURE.values() if measure.kind == "mean"}
    return frozenset({table.measure, *said})


def member_of(measure: str, selection: Selection) -> Member:
    """The codes of a selection in the tables of a measure."""
    if measure == "households":
        household = TOTAL if selection.household == "T" else selection.household
        return Member(NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, household)
    if measure == "area":
        return Member(NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE)
    sex, nationality, _, migration, household = (TOTAL if code == "T" else code for code in selection)
    return Member(sex, nationality, migration, NOT_APPLICABLE if household == TOTAL else household)


def count_of(member: Member, intervals: Intervals) -> Question:
    """The question how many there are of a member in some age intervals."""

    def question(panel: Panel) -> Parts:
        cells = panel.cells(member)
        first, *rest = (cells.count(lo, hi) for lo, hi in intervals)
        for part in rest:
            first = first + part
        return Parts(first)

    return question


def question_of(declaration: Indicator, formula: Formula, selection: Selection, inner: Inner) -> Question:
    """The question what a formula over one table comes to."""
    age = None if selection.age == "T" else AgeGroup.parse(selection.age)
    at = At(age, selection.migration, selection.household, inner)
    member = _base_member(declaration, selection)
    return lambda panel: formula(panel.cells(member), at)


def _base_member(declaration: Indicator, selection: Selection) -> Member:
    """The member whose cells a formula is given; those of the dimensions in `At` it asks of them itself."""
    return member_of(declaration.measure, selection._replace(migration="T", household="T"))


def _groups(panel: Panel, member: Member) -> list[AgeGroup]:
    """The finest age groups of a table, none if it has no ages of the member."""
    try:
        block = panel.cells(member).block
        return [block.groups[g] for g in block.finest()]
    except TilingError:
        return []


def _tables_by_age(
    results: Results, declaration: Indicator, selection: Selection, variant: str
) -> dict[AgeGroup, dict[int, Mask]]:
    """For each age group the tables that answer with it, and their cells: none that an earlier table answers."""
    tables = results.tables_of(declaration.measure)
    formula = declaration.variant(variant).formula
    assert formula is not None
    taken = np.zeros_like(tables.there)
    found: dict[AgeGroup, dict[int, Mask]] = {}
    for i, panel in enumerate(tables.panels):
        groups = _groups(panel, member_of(declaration.measure, selection))
        where = panel.present & ~taken[tables.places[i]]
        if not groups or not where.any():
            continue
        try:
            question_of(declaration, formula, selection._replace(age=str(groups[0])), results.inner)(panel)
        except TilingError:
            continue
        taken |= tables.whole(i, where)
        for group in groups:
            found.setdefault(group, {})[i] = where
    return found


def _cells_by_age(results: Results, declaration: Indicator, selection: Selection, variant: str) -> dict[AgeGroup, Mask]:
    """For each age group of a derived indicator the cells of its axis that the first table with ages has it for."""
    axis = results.axis(declaration)
    found: dict[AgeGroup, Mask] = {}
    for measure in declaration.measures:
        tables = results.tables_of(measure)
        taken = np.zeros_like(tables.there)
        for i, panel in enumerate(tables.panels):
            where = tables.whole(i, panel.present) & ~taken
            groups = _groups(panel, member_of(measure, selection))
            for group in groups:
                mask = found.setdefault(group, np.zeros_like(axis.there))
                mask |= placed(results, declaration, axis, measure, where)
            if groups:
                taken |= where
    return found
