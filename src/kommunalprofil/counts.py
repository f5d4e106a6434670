"""Counts of a data set by region, date and base, as one column: what checks compute with beside the indicators."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kommunalprofil.ages import AgeGroup
from kommunalprofil.cells import Member, Panel
from kommunalprofil.errors import TilingError
from kommunalprofil.indicators import Results, Selection
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import NOT_APPLICABLE

if TYPE_CHECKING:
    import pandas as pd


class Counts:
    """Reads the tables of a data set panel by panel, each when it is first needed. Raises DataError for damage.

    `gemeinden` says whether Gemeinden are asked for: of their tables, or of all the others.
    """

    def __init__(self, store: Store, gemeinden: bool = False) -> None:
        self.store = store
        self._results = Results(store, newest_base=False)
        self._gemeinden = gemeinden
        self._panels: dict[str, list[Panel]] = {}
        self._known: dict[tuple[object, ...], pd.Series] = {}

    @cached_property
    def _tables(self) -> dict[str, list[str]]:
        """The tables of each measure, in the order in which they are asked."""
        found: dict[str, list[str]] = {}
        for table, declared in self._results.tables.items():
            if table in self.store.tables and (declared.level == "gemeinde") == self._gemeinden:
                for measure in self.store.contents(table)[0]:
                    found.setdefault(measure, []).append(table)
        return found

    def tables(self, measure: str) -> list[str]:
        """The tables that hold a measure."""
        return self._tables.get(measure, [])

    def panels(self, measure: str, tables: tuple[str, ...] = ()) -> list[Panel]:
        """The panels of a measure, of all tables that hold it or of those named."""
        found = []
        for table in tables or self.tables(measure):
            if table not in self.store.tables:
                continue
            if table not in self._panels:
                self._panels[table] = self._results.panels_of(table)
            found += [p for p in self._panels[table] if p.measure == measure]
        return found

    def of(
        self, measure: str, ages: tuple[int, int] = (0, 200), tables: tuple[str, ...] = (), **codes: str
    ) -> pd.Series:
        """Persons (or households) of an age interval, by region, date and base; the first table that has them answers.

        `codes` are those of sex, nationality, migration, household that are not the total.
        """
        key = (measure, ages, tables, *sorted(codes.items()))
        if key not in self._known:
            self._known[key] = self._column(measure, AgeGroup(*ages), tables, codes)
        return self._known[key]

    def _column(self, measure: str, ages: AgeGroup, tables: tuple[str, ...], codes: dict[str, str]) -> pd.Series:
        member = Member(**codes)
        if measure == "households":
            member = Member(NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, codes.get("household", "_T"))
        parts = []
        for panel in self.panels(measure, tables):
            try:
                parts.append(_long(panel.regions, panel.points, panel.cells(member).group(ages).value))
            except TilingError:  # this table does not carry the member or cannot make up the ages
                continue
        return _first(parts)

    def indicator(self, name: str, sex: str = "T", tables: tuple[str, ...] = ()) -> pd.Series:
        """The values of a declared indicator by region, date and base."""
        results = Results(self.store, newest_base=False)
        measure = results.indicators[name].measure
        results.panels = {measure: self.panels(measure, tables)}
        series = results.series(name, Selection(sex=sex))
        return _long(series.regions, series.points, np.where(series.there, series.value, np.nan))


def _long(regions: Any, points: Any, values: Any) -> pd.Series:
    import pandas as pd

    r, t = np.nonzero(np.isfinite(values))
    names = np.array([*regions, ""], dtype=object)
    dates, bases = (np.array([*(p[i] for p in points), ""], dtype=object) for i in (0, 1))
    index = pd.MultiIndex.from_arrays([names[r], dates[t], bases[t]], names=["region", "date", "base"])
    return pd.Series(np.asarray(values)[r, t], index=index, dtype=float)


def _first(parts: list[pd.Series]) -> pd.Series:
    """The columns put together; where several have a value, the first."""
    import pandas as pd

    if not parts:
        return _long([], [], np.empty((0, 0)))
    joined: pd.Series = pd.concat(parts)
    first: pd.Series = joined[~joined.index.duplicated()]
    return first
