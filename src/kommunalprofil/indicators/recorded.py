"""Results that remember how each number came about: the same formulas over the same cells, with trails."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kommunalprofil.cells import Panel, Quantity
from kommunalprofil.errors import TilingError
from kommunalprofil.indicators.answers import Answer, Question, Tables
from kommunalprofil.indicators.compute import Results, count_of, member_of, question_of
from kommunalprofil.indicators.context import Context, Intervals
from kommunalprofil.indicators.declare import Parts
from kommunalprofil.indicators.series import Selection, Series
from kommunalprofil.indicators.traced import Codes
from kommunalprofil.trail import NO_TRAIL, NOTHING, Count, Term, Trail, counts, published


class How(NamedTuple):
    """How one value came about, with numerator and denominator where the formula has them.

    `value` is `trail.NOTHING` where no table was read.
    """

    value: Term = NOTHING
    numerator: Term | None = None
    denominator: Term | None = None

    @property
    def plain(self) -> bool:
        """Whether the value is a count or a sum of counts, without numerator and denominator."""
        return self.numerator is None and self.denominator is None

    @property
    def further(self) -> tuple[Count, ...]:
        """The counts the value rests on beside those of numerator and denominator, each once."""
        shown = {count for part in (self.numerator, self.denominator) if part for _, count in counts(part)}
        return tuple(dict.fromkeys(count for _, count in counts(self.value) if count not in shown))

    @property
    def counts(self) -> Iterator[Count]:
        """All counts the value rests on."""
        for part in (self.numerator, self.denominator, self.value):
            yield from (count for _, count in counts(part or NOTHING))


class Recorded(Results):
    """Results that can say of every value how it came about; meant for a few regions."""

    def panels_of(self, table: str) -> list[Panel]:
        """The panels of one table, of the regions asked for, with the trails of what it prints."""
        found = super().panels_of(table)
        for panel in found:
            for member, block in panel.blocks.items():
                block.trail = published(panel, member, block)
        return found

    def counted(self, measure: str, selection: Selection, intervals: Intervals) -> Answer:
        """What all tables together say of a count, with the trail of each number."""
        answer = super().counted(measure, selection, intervals)
        if answer.trail is NO_TRAIL:
            told = self._told(measure, count_of(member_of(measure, selection), intervals), answer.source)
            answer.trail = Trail(lambda r, t: told(r, t).value)
        return answer

    def how(self, series: Series, region: str, t: int) -> How:
        """How the value of a series of these results came about, of a region of it at one of its points."""
        declaration, r = series.indicator, series.regions.index(region)
        way = declaration.variant(series.variant)
        if way.formula is not None:
            question = question_of(declaration, way.formula, series.selection, self.inner)
            return self._told(declaration.measure, question, series.source)(r, t)
        assert way.derived is not None
        return _how(way.derived(Context(self, declaration, series.selection)), r, t)

    def refusals(self, series: Series, region: str, t: int) -> dict[str, str]:
        """The tables that list a region at a point of a series from one table each, and why they cannot tell its value.

        None of a series over several tables: its gaps say what is missing.
        """
        declaration, point, found = series.indicator, series.points[t], {}
        formula = declaration.variant(series.variant).formula
        for panel in self.tables_of(declaration.measure).panels if formula else ():
            if region not in panel.regions or point not in panel.points:
                continue
            r, own = panel.regions.index(region), panel.points.index(point)
            if formula and panel.present[r, own]:
                try:
                    question_of(declaration, formula, series.selection, self.inner)(panel)
                except TilingError as error:
                    found[panel.table] = str(error)
        return found

    def _told(self, measure: str, question: Question, source: Codes) -> _Told:
        return _Told(self.tables_of(measure), question, source, self.ledger.tables)


class _Told:
    """How a question was answered at a place: by the table whose number comes first among the sources."""

    def __init__(self, tables: Tables, question: Question, source: Codes, names: list[str]) -> None:
        self._tables, self._source, self._names = tables, source, names
        self._panels = {panel.table: panel for panel in tables.panels}
        self._parts = cache(lambda table: question(self._panels[table]))

    def __call__(self, r: int, t: int) -> How:
        """How the value at a place of the grid of all tables came about."""
        table = self._names[self._source[r, t]].split("|")[0]
        if not table:
            return How()
        panel = self._panels[table]
        place = panel.regions.index(self._tables.regions[r]), panel.points.index(self._tables.points[t])
        return _how(self._parts(table), *place)


def _how(parts: Parts, r: int, t: int) -> How:
    def term(quantity: Quantity | None) -> Term | None:
        return None if quantity is None else quantity.trail.at(r, t)

    return How(parts.value.trail.at(r, t), term(parts.numerator), term(parts.denominator))
