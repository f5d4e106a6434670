"""The official derived values of a data set beside what is computed here: one verdict a series, for `data check`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from kommunalprofil.formatting import date, number
from kommunalprofil.indicators import Results
from kommunalprofil.indicators.declare import Indicator, Oracle
from kommunalprofil.indicators.oracles import Comparison, comparison
from kommunalprofil.sources import declared
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import MEASURE

ABOVE = ("bund", "land", "kreis")


@dataclass(frozen=True)
class Verdict:
    """How one official series came out."""

    comparison: Comparison

    @property
    def table(self) -> str:
        """The office's table."""
        return self.comparison.oracle.table

    @property
    def name(self) -> str:
        """What was compared, in German."""
        age = self.comparison.oracle.age
        return MEASURE[self.comparison.oracle.measure].de + (f" mit {age} Jahren" if age is not None else "")

    @property
    def ok(self) -> bool:
        """Whether nothing is off by more than allowed; where there is nothing of ours to compare, nothing is."""
        c, oracle = self.comparison, self.comparison.oracle
        if not c.comparable.any():
            return True
        off, inexact = c.off[c.comparable], c.comparable & ~c.exact
        within = float(c.off[inexact].max(initial=0.0)) <= oracle.bound + 1e-9
        usual = oracle.usual is None or float(np.percentile(off, 95)) <= oracle.usual
        most = max(np.unique(c.dates[inexact], return_counts=True)[1], default=0)
        return within and usual and (oracle.inexact is None or bool(most <= oracle.inexact))

    @property
    def text(self) -> str:
        """The outcome in German; of the values that are off it names the one that is most."""
        c, oracle = self.comparison, self.comparison.oracle
        compared, exact = int(c.comparable.sum()), int((c.comparable & c.exact).sum())
        if not compared:
            return "nichts zu vergleichen: die Zählungen dazu fehlen im Datenbestand"
        told = f"{number(exact)} von {number(compared)} auf die gedruckte Stelle gleich"
        if exact == compared:
            return told
        worst = int(np.argmax(np.where(c.comparable & ~c.exact, c.off, -1.0)))
        numbers = f"{number(float(c.ours[worst]), 2)} statt {number(float(c.official[worst]), oracle.decimals)}"
        told += f", am weitesten bei {c.regions[worst]} am {date(c.dates[worst])}: {numbers}"
        return f"{told} (erlaubt {number(oracle.bound, 2)}: {c.why(worst)})"


def verdicts(store: Store, tables: Collection[str] = (), changed: Collection[str] | None = None) -> Iterator[Verdict]:
    """The verdict on every official derived series the data set holds, or on those of some tables.

    `changed` are measures: series that rest on none of them are left out. Raises DataError if the set is damaged.
    """
    for found in comparisons(store, tables, changed):
        if found.oracle.derived:
            yield Verdict(found)


def comparisons(
    store: Store, tables: Collection[str] = (), changed: Collection[str] | None = None
) -> Iterator[Comparison]:
    """Every official series beside ours, of all regions and on the base it stands on; see `verdicts`."""

    @cache
    def results(gemeinden: bool) -> Results:
        wanted = None if gemeinden else {r for level in ABOVE for r in store.regions(level)}
        return Results(store, wanted)

    for indicator, oracle in pairs():
        asked = oracle.table in tables or not tables
        if asked and (changed is None or needs(indicator, oracle) & set(changed)):
            found = comparison(results(declared()[oracle.table].level == "gemeinde"), indicator, oracle)
            if found is not None:
                yield found


def pairs() -> list[tuple[Indicator, Oracle]]:
    """Every indicator with each official series it has to meet, in order of the declarations."""
    from kommunalprofil.indicators import declared as indicators

    return [(indicator, oracle) for indicator in indicators().values() for oracle in indicator.oracle]


def needs(indicator: Indicator, oracle: Oracle) -> frozenset[str]:
    """The measures a comparison rests on."""
    found = {oracle.measure, *indicator.measures, indicator.against, *oracle.needs} - {""}
    assert found <= MEASURE.keys()
    return frozenset(found)
