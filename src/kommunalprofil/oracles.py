"""What offices publish as derived numbers, computed here from their counts: each must come out to the printed digit.

Where it cannot – other age groups, a sample, rounding by the office – the oracle says how far off it may be and why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kommunalprofil.counts import Counts
from kommunalprofil.formatting import date, number
from kommunalprofil.sources import declared
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import MEASURE, TOTAL

if TYPE_CHECKING:
    import pandas as pd

CENSUS_2011 = ("12111-04-01-4",)
SAMPLE_2011 = ("12111-07-01-4",)


@dataclass(frozen=True)
class Asked:
    """The members an official value is of."""

    sex: str = TOTAL
    lo: int = 0
    hi: int = 200


Formula = Callable[[Counts, Asked], "pd.Series"]


@dataclass(frozen=True)
class Oracle:
    """An official derived measure of a table, and how it is computed here.

    `bound` is the largest allowed difference from the printed value, `inexact` how many values may differ from it by
    more than its last printed digit allows (None: any number within the bound), `most` what 95 % of all values must
    stay within; `reason` says why, for users. `needs` are the measures it is computed from.
    """

    table: str
    measure: str
    formula: Formula
    bound: float = 0.0
    inexact: int | None = 0
    reason: str = "auf die gedruckte Stelle genau"
    decimals: int = 1
    most: float | None = None
    needs: frozenset[str] = frozenset({"population"})


@dataclass(frozen=True)
class Verdict:
    """How one oracle came out: values compared, exact ones, what 95 % stay within, the largest difference and where."""

    oracle: Oracle
    compared: int
    exact: int
    largest: float
    usual: float = 0.0
    region: str = ""
    day: str = ""
    ours: float = 0.0
    theirs: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing is off by more than allowed; where the counts are not there, nothing is."""
        allowed = self.oracle.inexact is None or self.compared - self.exact <= self.oracle.inexact
        usual = self.oracle.most is None or self.usual <= self.oracle.most
        return self.largest <= self.oracle.bound + 1e-9 and allowed and usual

    @property
    def name(self) -> str:
        """What was compared, in German."""
        return MEASURE[self.oracle.measure].de

    @property
    def text(self) -> str:
        """The outcome in German."""
        if not self.compared:
            return "nichts zu vergleichen: die Zählungen dazu fehlen im Datenbestand"
        told = f"{number(self.exact)} von {number(self.compared)} auf die gedruckte Stelle gleich"
        if self.exact == self.compared:
            return told
        numbers = f"{number(self.ours, 2)} statt {number(self.theirs, self.oracle.decimals)}"
        told += f", am weitesten bei {self.region} am {date(self.day)}: {numbers}"
        return f"{told} (erlaubt {number(self.oracle.bound, 2)}: {self.oracle.reason})"


def _mean_age(counts: Counts, asked: Asked) -> pd.Series:
    return counts.indicator("mean_age", "T" if asked.sex == TOTAL else asked.sex)


def _census_mean_age(counts: Counts, asked: Asked) -> pd.Series:
    """In completed years, of single years to 99 and the few who are 100 and older."""

    def people(lo: int, hi: int) -> pd.Series:
        return counts.of("population", (lo, hi), CENSUS_2011, sex=asked.sex)

    years = people(100, 200) * 101
    for age in range(100):
        years = years + people(age, age + 1) * age
    return years / people(0, 200)


def _ratio(*intervals: tuple[int, int]) -> Formula:
    def formula(counts: Counts, asked: Asked) -> pd.Series:
        first, *rest = (counts.of("population", ages, sex=asked.sex) for ages in intervals)
        return sum(rest, first) / counts.of("population", (20, 65), sex=asked.sex) * 100

    return formula


def _any_base(column: pd.Series) -> pd.Series:
    """Without the base, where flows and stocks are divided: of two at a date the later one."""
    plain = column.droplevel("base")
    return plain[~plain.index.duplicated(keep="last")]


def _net_migration(counts: Counts, asked: Asked) -> pd.Series:
    net = counts.of("moves_in") - counts.of("moves_out")
    return _any_base(net) / _any_base(counts.of("average_population")) * 10_000


def _migration_background(counts: Counts, asked: Asked) -> pd.Series:
    def people(**codes: str) -> pd.Series:
        return counts.of("population_private_households", (asked.lo, asked.hi), SAMPLE_2011, **codes)

    return (people() - people(nationality="DE", migration="without")) / people() * 100


def _households(*kinds: str) -> Formula:
    def formula(counts: Counts, asked: Asked) -> pd.Series:
        first, *rest = (counts.of("households", tables=("12111-32-01-4",), household=kind) for kind in kinds)
        return sum(rest, first) / counts.of("households", tables=("12111-32-01-4",)) * 100

    return formula


def _household_size(counts: Counts, asked: Asked) -> pd.Series:
    people = counts.of("population_private_households", tables=SAMPLE_2011)
    return people / counts.of("households", tables=("12111-32-01-4",))


def _care(counts: Counts, asked: Asked) -> pd.Series:
    return _any_base(counts.of("care_recipients")) / _any_base(counts.of("population", (65, 200))) * 1000


_CUT = "einzelne Werte nach Geschlecht sind abgeschnitten statt gerundet"
_CHANGED = "die Zählungen sind zur Geheimhaltung leicht verändert, die amtlichen Anteile nicht"
_HOMES = frozenset({"households", "population_private_households"})
ORACLES = (
    Oracle("12411-07-01-4", "official_mean_age", _mean_age, 0.1, None, "Alter ab 75 nur in Gruppen", most=0.1),
    Oracle("12411-07-01-5", "official_mean_age", _mean_age, 3.0, None,
           "nur 17 Altersgruppen; bis 0,5 bei 95 % der Werte, mehr nur in sehr kleinen Gemeinden", most=0.5),
    Oracle("12411-08-01-4", "official_youth_ratio", _ratio((0, 20)), 0.1, 2, _CUT),
    Oracle("12411-08-01-4", "official_old_age_ratio", _ratio((65, 200)), 0.1, 5, _CUT),
    Oracle("AI-N-03", "official_net_migration_rate", _net_migration, 15.0, 2,
           "Wartburgkreis und Eisenach 1995 rechnet das Amt auf spätere Grenzen um",
           needs=frozenset({"moves_in", "moves_out", "average_population"})),
    Oracle("AI-N-04", "official_youth_ratio", _ratio((0, 20))),
    Oracle("AI-N-04", "official_old_age_ratio", _ratio((65, 200))),
    Oracle("AI-N-04", "official_total_dependency_ratio", _ratio((0, 20), (65, 200))),
    Oracle("AI-Z1-2011", "official_mean_age", _census_mean_age, 0.1, None, _CHANGED, most=0.1),
    Oracle("AI-Z1-2011", "official_migration_background_share", _migration_background, 0.2, None,
           "Stichprobe, auf 10 Personen gerundet", most=0.1, needs=_HOMES),
    Oracle("AI-Z3-2011", "official_household_size", _household_size, 0.2, None,
           "das Amt zählt Personen mit Nebenwohnsitz mit, die Tabellen nur die mit Hauptwohnsitz", needs=_HOMES),
    Oracle("AI-Z3-2011", "official_one_person_share", _households("one_person"), 0.1, None, _CHANGED,
           needs=_HOMES),
    Oracle("AI-Z3-2011", "official_families_share", _households("couple_with_child", "lone_parent"), 0.1, None,
           _CHANGED, needs=_HOMES),
    Oracle("AI014-2", "official_care_need_65", _care, needs=frozenset({"care_recipients", "population"})),
)  # fmt: skip


def compare(store: Store, tables: Collection[str] = (), changed: Collection[str] | None = None) -> Iterator[Verdict]:
    """The verdict on every oracle whose official table the data set holds, or on those of some tables.

    `changed` are measures: oracles that rest on none of them are left out. Raises DataError if the set is damaged.
    """
    counts = {level: Counts(store, level == "gemeinde") for level in ("kreis", "gemeinde")}
    for oracle in ORACLES:
        if changed is not None and not {oracle.measure, *oracle.needs} & set(changed):
            continue
        if oracle.table in store.tables and (not tables or oracle.table in tables):
            verdict = _verdict(oracle, counts[declared()[oracle.table].level])
            if verdict is not None:
                yield verdict


def _verdict(oracle: Oracle, counts: Counts) -> Verdict | None:
    """None if the office's table in this data set does not hold the measure."""
    import pandas as pd

    frame = counts.store.observations(oracle.table).to_pandas()
    frame = frame[(frame["measure"] == oracle.measure) & frame["value"].notna()]
    if frame.empty:
        return None
    pairs = []
    for (sex, lo, hi), rows in frame.groupby(["sex", "age_from", "age_to"], observed=True):
        ours = oracle.formula(counts, Asked(str(sex), int(lo), int(hi)))
        index = [rows["region"].astype(str), rows["date"].astype(str)]
        if ours.index.nlevels == 3:
            index.append(rows["base"].astype(str))
        theirs = pd.Series(rows["value"].to_numpy(), index=pd.MultiIndex.from_arrays(index))
        both = pd.DataFrame({"ours": ours.reindex(theirs.index), "theirs": theirs}).dropna()
        pairs.append(both)
    both = pd.concat(pairs)
    if both.empty:
        return Verdict(oracle, 0, 0, 0.0)
    scale = 10.0**oracle.decimals
    exact = np.abs(np.floor(both["ours"] * scale + 0.5 + 1e-9) / scale - both["theirs"]) < 1e-6
    off = (both["ours"] - both["theirs"]).abs().where(~exact, 0.0)
    worst = int(np.argmax(off.to_numpy()))
    region, day, *_ = both.index[worst]
    one, other = (float(x) for x in both.iloc[worst])
    usual = float(np.percentile((both["ours"] - both["theirs"]).abs(), 95))
    return Verdict(oracle, len(both), int(exact.sum()), float(off.iloc[worst]), usual, region, day, one, other)
