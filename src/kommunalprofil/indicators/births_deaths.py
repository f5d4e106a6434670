"""Births and deaths: counts, rates, children per woman, expectation of life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.cells import Values
from kommunalprofil.indicators.context import Context
from kommunalprofil.indicators.declare import Cause, Derived, Indicator, Oracle, Parts, Variant
from kommunalprofil.indicators.lifetable import Z95, expectation
from kommunalprofil.indicators.terms import AVERAGE, AVERAGE_TEXT, Term, counted, per, total
from kommunalprofil.indicators.traced import Traced
from kommunalprofil.vocabulary import Flag

BIRTHS, DEATHS = counted("Geborene", "births"), counted("Gestorbene", "deaths")
BALANCE = BIRTHS - DEATHS
BOTH = BIRTHS + DEATHS
BIRTH_NOTE = (
    "Die Staatsangehörigkeit ist die des Kindes, das Alter das der Mutter. Geborene ohne deutsche Staatsangehörigkeit"
    " sind die Differenz aus allen und deutschen."
)
DEATH_NOTE = "Gestorbene ohne deutsche Staatsangehörigkeit sind die Differenz aus allen und deutschen."
FOUR = "im Mittel der letzten vier Jahre je 1.000 der Durchschnittsbevölkerung derselben Jahre."


def _count(
    id: str,  # noqa: A002
    de: str,
    en: str,
    words: str,
    derived: Derived,
    symbol: str,
    measure: str,
    **more: object,
) -> Indicator:
    return Indicator(
        id,
        de,
        en,
        "Personen",
        f"{words} eines Jahres.",
        "Statistik der Geburten (12612) und der Sterbefälle (12613)",
        derived=derived,
        measure=measure,
        period="year",
        denominator="keiner",
        symbol=symbol,
        decimals=0,
        **more,  # type: ignore[arg-type]
    )


births = _count(
    "births",
    "Lebendgeborene",
    "Live births",
    "Lebendgeborene",
    total(BIRTHS),
    "Geborene",
    "births",
    by=frozenset({"sex", "nationality", "age"}),
    note=BIRTH_NOTE,
)
deaths = _count(
    "deaths",
    "Gestorbene",
    "Deaths",
    "Gestorbene (ohne Totgeborene)",
    total(DEATHS),
    "Gestorbene",
    "deaths",
    by=frozenset({"sex", "nationality", "age"}),
    note=DEATH_NOTE,
)


def _balance(context: Context) -> Parts:
    return Parts(BALANCE(context))


natural_balance = _count(
    "natural_balance",
    "Natürlicher Saldo",
    "Natural balance",
    "Lebendgeborene abzüglich der Gestorbenen",
    _balance,
    BALANCE.symbol,
    "births",
    by=frozenset({"sex", "nationality"}),
    note=f"{BIRTH_NOTE} {DEATH_NOTE}",
)


def _rate(id: str, de: str, en: str, words: str, reference: str, over: Term, cases: Term, measure: str) -> Indicator:  # noqa: A002
    return Indicator(
        id,
        de,
        en,
        "je 10.000",
        f"{words} je 10.000 der Durchschnittsbevölkerung.",
        reference,
        derived=per(over, AVERAGE, 10_000, cases=cases),
        measure=measure,
        against="population",
        period="year",
        by=frozenset({"sex"}),
        variants={
            "four_year_mean": Variant(
                derived=per(over, AVERAGE, 1_000, years=4, cases=cases),
                definition=f"{words} {FOUR}",
                unit="je 1.000",
                years=4,
                symbol=f"Σ ({over.symbol}) / Σ P̄ × 1.000, über vier Jahre",
            )
        },
        denominator=AVERAGE_TEXT,
        symbol=f"({over.symbol}) / P̄ × 10.000",
    )


birth_rate = _rate(
    "birth_rate", "Geborene je 10.000", "Birth rate", "Lebendgeborene", "Regionalatlas AI0209", BIRTHS, BIRTHS, "births"
)
death_rate = _rate(
    "death_rate", "Gestorbene je 10.000", "Death rate", "Gestorbene", "Regionalatlas AI0210", DEATHS, DEATHS, "deaths"
)
natural_balance_rate = _rate(
    "natural_balance_rate",
    "Natürlicher Saldo je 10.000",
    "Natural balance rate",
    "Lebendgeborene abzüglich der Gestorbenen",
    "Regionalatlas AI0211",
    BALANCE,
    BOTH,
    "births",
)


def _women(lo: int, hi: int) -> Term:
    return counted(f"F({lo}–{hi - 1})", "population", (lo, hi), sex="F")


def _fertility(lo: int, hi: int) -> Variant:
    return Variant(
        derived=per(counted("Geborene", "births", (0, OPEN)), _women(lo, hi), 1_000),
        definition=f"Lebendgeborene eines Jahres je 1.000 Frauen von {lo} bis {hi - 1} Jahren am Jahresende.",
        symbol=f"Geborene / F({lo}–{hi - 1}) × 1.000",
    )


general_fertility_rate = Indicator(
    "general_fertility_rate",
    "Allgemeine Geburtenziffer",
    "General fertility rate",
    "je 1.000",
    _fertility(15, 45).definition,
    "Bundesinstitut für Bevölkerungsforschung, Glossar",
    derived=_fertility(15, 45).derived,
    measure="births",
    against="population",
    period="year",
    variants={"15-49": _fertility(15, 50)},
    denominator="Frauen des Alters am 31.12. des Jahres",
    symbol=_fertility(15, 45).symbol,
)

MOTHERS = ((0, 20), (20, 25), (25, 30), (30, 35), (35, 40), (40, OPEN))
WOMEN = ((15, 20), (20, 25), (25, 30), (30, 35), (35, 40), (40, 45))
"""Births by the mothers' age groups and the women they are related to: the open groups to the five years next to them,
in which nearly all of these births happen."""
WIDTH = 5
NOT_BY_MOTHER = "die Geborenen sind nach ihrer eigenen Staatsangehörigkeit gezählt, nicht nach der ihrer Mütter"


def _children_per_woman(context: Context) -> Parts:
    born = [context.count("births", (group,)) for group in MOTHERS]
    women = [context.count("population", (group,), sex="F") for group in WOMEN]
    value, births, mothers = born[0] / women[0], born[0], women[0]
    for some, those in zip(born[1:], women[1:], strict=True):
        value, births, mothers = value + some / those, births + some, mothers + those
    value = (value * WIDTH).marked(Flag.ESTIMATED)
    if context.selection.nationality != "T":
        value = value.gap(np.ones_like(context.axis.there), NOT_BY_MOTHER)
    return Parts(value, births, mothers)


total_fertility_rate = Indicator(
    "total_fertility_rate",
    "Zusammengefasste Geburtenziffer",
    "Total fertility rate",
    "Kinder je Frau",
    "Kinder, die eine Frau bekäme, wenn die Geburtenziffern eines Jahres ihr Leben lang gälten: fünfmal die Summe der"
    " Geborenen je Frau in den Altersgruppen der Mütter.",
    "Statistisches Bundesamt, Geburtenstatistik",
    derived=_children_per_woman,
    measure="births",
    against="population",
    period="year",
    by=frozenset({"nationality"}),
    denominator="Frauen der Altersgruppe am 31.12. des Jahres; Geborene von Müttern unter 20 Jahren auf Frauen von 15"
    " bis 19, ab 40 Jahren auf Frauen von 40 bis 44",
    symbol="5 · Σ Geborene(Altersgruppe der Mütter) / F(Altersgruppe)",
    note="Aus Altersgruppen und der Bevölkerung am Jahresende geschätzt; die amtliche Ziffer rechnet mit Altersjahren"
    " und mittlerer Bevölkerung und lag 2015 um bis zu 0,03 höher. Nach Staatsangehörigkeit nicht berechenbar:"
    f" {NOT_BY_MOTHER}.",
    decimals=2,
)

POOLED = 3
"""Years over which deaths are added up: a life table of one year says little of a Kreis."""
LADDERS = tuple((*(AgeGroup(lo, lo + 5) for lo in range(0, last, 5)), AgeGroup(last, OPEN)) for last in (90, 85))
"""Age groups of a life table, the finer ones where all of them are there."""
FEW_YEARS = 100_000
"""Person-years per sex under which an expectation of life is too unsure for more than a rough idea."""


def _person_years(context: Context, group: AgeGroup) -> Traced:
    """Of each of the years that are pooled the mean of its start and its end, added up."""
    ages = ((group.lo, group.hi),)
    days = [context.count("population", ages, back) for back in range(POOLED + 1)]
    return days[0] * 0.5 + _sum(days[1:-1]) + days[-1] * 0.5


def _sum(parts: Sequence[Traced]) -> Traced:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def _growth(context: Context, group: AgeGroup) -> Values:
    """The rate at which a group has grown in a year, over the years that are pooled; 0 where it cannot be told."""
    ages = ((group.lo, group.hi),)
    start, end = context.count("population", ages, POOLED).value, context.count("population", ages).value
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.log(end / start) / POOLED
    return np.where(np.isfinite(rate), rate, 0.0)


NOBODY = "in einer Altersgruppe lebt oder stirbt niemand"


@dataclass(frozen=True)
class _Table:
    """A life table of one age: its expectation and standard error, deaths and person-years from that age on."""

    left: Traced
    error: Traced
    deaths: Traced
    lived: Traced
    few: NDArray[np.bool_]


@dataclass(frozen=True)
class _Ladder:
    """Deaths and person-years of all age groups of a life table, over the years that are pooled."""

    groups: Sequence[AgeGroup]
    died: list[Traced]
    lived: list[Traced]
    rests_on: Traced
    few: NDArray[np.bool_]
    growth: Values

    @classmethod
    def of(cls, context: Context, groups: Sequence[AgeGroup]) -> _Ladder:
        """Counted once for all ages and bounds."""
        years = range(POOLED)
        died = [_sum([context.count("deaths", ((g.lo, g.hi),), back) for back in years]) for g in groups]
        lived = [_person_years(context, g) for g in groups]
        people = _sum(lived)
        few = people.value < FEW_YEARS * (2 if context.selection.sex == "T" else 1)
        return cls(groups, died, lived, _sum(died) + people, few, _growth(context, groups[-1]))

    def table(self, age: int) -> _Table:
        """The life table from an age on."""
        above = [i for i, g in enumerate(self.groups) if g.lo >= age]
        counts = (np.stack([d.value for d in self.died]), np.stack([p.value for p in self.lived]))
        left, variance = expectation(self.groups, *counts, age, self.growth)
        found = self.rests_on.calculated(left).gap(np.isfinite(self.rests_on.value) & ~np.isfinite(left), NOBODY)
        deaths, people = _sum([self.died[i] for i in above]), _sum([self.lived[i] for i in above])
        return _Table(found, self.rests_on.calculated(np.sqrt(variance)), deaths, people, self.few)


def _table(context: Context, groups: Sequence[AgeGroup], age: int) -> _Table:
    ladder = context.once(("ladder", groups[-1].lo), lambda: _Ladder.of(context, groups))
    return context.once(("life", groups[-1].lo, age), lambda: ladder.table(age))


def _expectancy(age: int, bound: float = 0.0) -> Derived:
    """The expectation of life at an age; with a `bound`, so many standard errors away from it."""

    def derived(context: Context) -> Parts:
        fine, coarse = (_table(context, groups, age) for groups in LADDERS)
        own = np.isfinite(fine.left.value)

        def chosen(one: Traced, other: Traced) -> Traced:
            """Of one ladder all parts of a value, or of the other."""
            return one.gap(~own, NOBODY).otherwise(other)

        left, error = fine.left.otherwise(coarse.left), chosen(fine.error, coarse.error)
        if bound:
            left = left.calculated(left.value + bound * error.value)
        left = left.marked(Flag.LOW_RELIABILITY, np.where(own, fine.few, coarse.few))
        return Parts(left, chosen(fine.deaths, coarse.deaths), chosen(fine.lived, coarse.lived))

    return derived


ABRIDGED = Cause(
    "die Tabellen nennen Gestorbene und Bevölkerung in Fünfjahresgruppen, das Amt rechnet mit Altersjahren und schätzt"
    " die höchsten Alter mit einem Modell"
)


def _life(id: str, de: str, en: str, age: int, words: str) -> Indicator:  # noqa: A002
    how = "Sterbetafel nach Chiang aus Fünfjahresgruppen, drei Jahre zusammengefasst"
    bounds = {
        name: Variant(
            derived=_expectancy(age, sign * Z95),
            definition=f"{side} Grenze des 95-Prozent-Konfidenzintervalls: wie stark die Lebenserwartung durch den"
            " Zufall der Sterbefälle schwanken kann.",
            years=POOLED,
            symbol=f"e({age}) {mark} 1,96 · s(e)",
        )
        for name, sign, side, mark in (("lower_95", -1, "Untere", "−"), ("upper_95", 1, "Obere", "+"))
    }
    return Indicator(
        id,
        de,
        en,
        "Jahre",
        f"{words}, wenn die Sterblichkeit dreier Jahre bliebe, wie sie war: {how}.",
        "Statistisches Bundesamt, Periodensterbetafeln; C. L. Chiang (1984)",
        derived=_expectancy(age),
        measure="deaths",
        against="population",
        period="year",
        years=POOLED,
        by=frozenset({"sex"}),
        variants=bounds,
        oracle=tuple(
            Oracle(table, "official_life_expectancy", 2, age=age, bound=0.1, inexact=None, causes=(ABRIDGED,))
            for table in ("12621-Laender", "12621-Sterbetafel")
        ),
        denominator="Personenjahre: je Jahr das Mittel der Bevölkerung an Jahresanfang und Jahresende auf derselben"
        " Basis",
        symbol=f"e({age}) = T({age}) / l({age})",
        note="Zähler sind die Gestorbenen, Nenner die Personenjahre. Die Grenzen des 95-Prozent-Intervalls sind"
        " Varianten. Nicht unterhalb der Kreise; unter 100.000 Personenjahren je Geschlecht eingeschränkt"
        " aussagekräftig. In der obersten, offenen Altersgruppe ist das Wachstum der Gruppe herausgerechnet (Horiuchi"
        " und Coale 1982). Die amtliche Sterbetafel rechnet mit Altersjahren und schätzt die höchsten Alter mit einem"
        " Modell.",
        levels=frozenset({"bund", "land", "kreis"}),
    )


life_expectancy = _life(
    "life_expectancy", "Lebenserwartung bei Geburt", "Life expectancy at birth", 0,
    "Jahre, die ein neugeborenes Kind im Durchschnitt vor sich hätte",
)  # fmt: skip
life_expectancy_65 = _life(
    "life_expectancy_65", "Lebenserwartung mit 65", "Life expectancy at 65", 65,
    "Jahre, die ein Mensch mit 65 im Durchschnitt noch vor sich hätte",
)  # fmt: skip
