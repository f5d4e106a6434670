"""How old the population is: ratios of age groups, mean and median age, shares of age groups."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.cells import Cells, Quantity
from kommunalprofil.errors import TilingError
from kommunalprofil.indicators.declare import SAME_DAY, At, Cause, Indicator, Oracle, Parts, Variant, persons, ratio
from kommunalprofil.vocabulary import GAP, Flag

BY = ("sex", "nationality")
WORKING = persons((20, 65))
BY_SEX = (
    Cause(
        "einzelne Werte für Männer druckt das Amt eine Stelle niedriger, wie abgeschnitten statt gerundet",
        ("07",),
        "M",
        ("2015",),
    ),
    Cause(
        "das Amt druckt für Frauen die nächsthöhere Stelle; ein Grund ist nicht zu erkennen", ("02",), "F", ("2015",)
    ),
)
PERTURBED = "die Zählungen sind zur Geheimhaltung leicht verändert, der amtliche Wert nicht"
"""Of the tables of the census 2011."""
AGES = (
    Cause(
        "die höchsten Alter stehen nur in Gruppen (Länder ab 90, Kreise ab 75 Jahren), und in Nordrhein-Westfalen"
        " druckt das Amt im Mittel um gut 0,01 Jahre höhere Werte, als seine Altersjahre ergeben; ein Grund ist nicht"
        " zu erkennen",
        ("05",),
        dates=("2015",),
    ),
    Cause(
        "die höchsten Alter stehen nur in Gruppen (Länder ab 90, Kreise ab 75 Jahren), die Verteilung darin ist"
        " geschätzt"
    ),
)
GEMEINDE_AGES = (
    Cause("die Tabellen der Gemeinden haben nur 17 Altersgruppen; die Verteilung darin ist die des Kreises",
          level="gemeinde"),
    *AGES,
)  # fmt: skip

youth_ratio = ratio(
    "youth_ratio",
    "Jugendquotient",
    "Youth dependency ratio",
    persons((0, 20)),
    WORKING,
    reference="Regionaldatenbank 12411-08-01-4, Regionalatlas AI0216",
    variants={
        "0-14_15-64": (persons((0, 15)), persons((15, 65))),
        "0-19_20-59": (persons((0, 20)), persons((20, 60))),
        "0-17_18-64": (persons((0, 18)), persons((18, 65))),
    },
    oracle=(
        Oracle("12411-08-01-4", "official_youth_ratio", bound=0.1, inexact=2, causes=BY_SEX),
        Oracle("AI-N-04", "official_youth_ratio"),
    ),
)

old_age_ratio = ratio(
    "old_age_ratio",
    "Altenquotient",
    "Old-age dependency ratio",
    persons((65, OPEN)),
    WORKING,
    reference="Regionaldatenbank 12411-08-01-4, Regionalatlas AI0215",
    variants={
        "65_15-64": (persons((65, OPEN)), persons((15, 65))),
        "60_20-59": (persons((60, OPEN)), persons((20, 60))),
        "67_20-66": (persons((67, OPEN)), persons((20, 67))),
        "65_18-64": (persons((65, OPEN)), persons((18, 65))),
    },
    oracle=(
        Oracle("12411-08-01-4", "official_old_age_ratio", bound=0.1, inexact=5, causes=BY_SEX),
        Oracle("AI-N-04", "official_old_age_ratio"),
    ),
)

total_dependency_ratio = ratio(
    "total_dependency_ratio",
    "Gesamtquotient",
    "Total dependency ratio",
    persons((0, 20), (65, OPEN)),
    WORKING,
    reference="Regionalatlas AI0217, AI-N-04",
    oracle=(Oracle("AI-N-04", "official_total_dependency_ratio"),),
    note="Aus ungerundeten Teilen; die Summe der gerundeten Quotienten kann um 0,1 abweichen.",
)

ageing_index = ratio(
    "ageing_index",
    "Aging-Index",
    "Ageing index",
    persons((65, OPEN)),
    persons((0, 15)),
    definition="Personen ab 65 Jahren je 100 Kinder unter 15 Jahren.",
    reference="UrbiStat „old-age index“",
)

greying_index = ratio(
    "greying_index",
    "Greying-Index",
    "Greying index",
    persons((80, OPEN)),
    persons((60, 80)),
    reference="in der Sozialberichterstattung üblich, zum Beispiel Stadt Augsburg",
    variants={"80_65-79": (persons((80, OPEN)), persons((65, 80)))},
)

parent_support_ratio = ratio(
    "parent_support_ratio",
    "Unterstützungskoeffizient",
    "Parent support ratio",
    persons((80, OPEN)),
    persons((50, 65)),
    reference="Vereinte Nationen „parent support ratio“, mit der Altersgrenze 80 statt 85",
)

working_age_replacement = ratio(
    "working_age_replacement",
    "Nachwuchs je 100 Ausscheidende",
    "Working-age replacement",
    persons((20, 25)),
    persons((60, 65)),
    reference="eigene Festlegung: Jahrgänge vor dem Eintritt in das Erwerbsleben zu Jahrgängen vor dem Austritt",
)


def _billeter(cells: Cells, at: At) -> Parts:
    difference, between = cells.count(0, 15) - cells.count(50, OPEN), cells.count(15, 50)
    return Parts(difference / between, difference, between)


billeter = Indicator(
    "billeter",
    "Billeter-Maß",
    "Billeter measure",
    "Zahl",
    "Personen unter 15 Jahren abzüglich der Personen ab 50 Jahren, geteilt durch die Personen von 15 bis 49 Jahren.",
    "Stadt Dortmund, Glossar zum Bevölkerungsbericht",
    formula=_billeter,
    by=frozenset(BY),
    denominator=SAME_DAY,
    symbol="(P(0–14) − P(50+)) / P(15–49)",
    few=frozenset({"denominator"}),
    decimals=2,
)

SHARE_GROUPS = (
    "0-17",
    "18-24",
    "25-44",
    "45-64",
    "65+",
    "80+",
    "0-2",
    "3-5",
    "6-9",
    "10-15",
    "16-18",
    "19-24",
    "65-79",
)


def _age_share(cells: Cells, at: At) -> Parts:
    assert at.age is not None
    part, whole = cells.group(at.age), cells.count()
    return Parts(part / whole * 100, part, whole)


age_share = Indicator(
    "age_share",
    "Anteil der Altersgruppe",
    "Share of the age group",
    "%",
    "Personen der Altersgruppe in Prozent der Bevölkerung.",
    "Regionalatlas AI002-2, Wegweiser Kommune (zehn Lebensphasen)",
    formula=_age_share,
    by=frozenset({*BY, "age"}),
    members={"age": SHARE_GROUPS},
    own=frozenset({"age"}),
    denominator=SAME_DAY,
    symbol="P(Altersgruppe) / P × 100",
)

WIDEST = 10
"""Years: inside a wider closed group people are too unevenly spread for a mean or median to be had from it."""


def _check_width(group: AgeGroup) -> None:
    if not group.is_open and group.hi - group.lo > WIDEST:
        raise TilingError(f"die Altersgruppe {group.lo}–{group.hi - 1} ist dafür zu breit")


def _mean_age(cells: Cells, at: At) -> Parts:
    profile = cells.profile()
    for group in profile.groups:
        _check_width(group)
    ages, source = at.inner.means(cells.panel, cells.member, profile.groups)
    years, people = profile.times(ages), profile.people()
    mean = years / people
    coarse = any((g.hi - g.lo > 5) if not g.is_open else g.lo < 85 for g in profile.groups)
    return Parts(mean.marked(Flag.ESTIMATED) if coarse else mean, years, people, source=source)


def _completed(cells: Cells, at: At) -> Parts:
    exact = _mean_age(cells, at)
    assert exact.numerator is not None
    assert exact.denominator is not None
    years = exact.numerator - exact.denominator * 0.5
    trail = years.trail / exact.denominator.trail
    return exact._replace(value=replace(exact.value, value=exact.value.value - 0.5, trail=trail), numerator=years)


mean_age = Indicator(
    "mean_age",
    "Durchschnittsalter",
    "Mean age",
    "Jahre",
    "Mittleres genaues Alter: Summe aus mittlerem Alter mal Personen über die feinsten Altersgruppen, geteilt durch die"
    " Personen.",
    "Regionaldatenbank 12411-07-01-4",
    formula=_mean_age,
    finest=True,
    by=frozenset(BY),
    variants={
        "completed_years": Variant(
            _completed,
            definition="Mittleres Alter in vollendeten Jahren: ein halbes Jahr weniger als das mittlere genaue Alter.",
            symbol="Σ (mittleres Alter − 0,5) · P(Altersgruppe) / P",
        )
    },
    oracle=(
        Oracle("12411-07-01-4", "official_mean_age", bound=0.1, inexact=None, usual=0.1, causes=AGES),
        Oracle("12411-07-01-5", "official_mean_age", bound=3.0, inexact=None, usual=0.5, causes=GEMEINDE_AGES),
        Oracle(
            "AI-Z1-2011",
            "official_mean_age",
            variant="completed_years",
            via=2,
            bound=0.1,
            inexact=None,
            usual=0.1,
            causes=(Cause(PERTURBED),),
        ),
    ),
    denominator=SAME_DAY,
    symbol="Σ mittleres Alter · P(Altersgruppe) / P",
    note="In einer Gruppe aus mehreren Altersjahren sind die Personen verteilt wie im nächstgrößeren Gebiet, dessen"
    " Tabellen sie am selben Stichtag feiner gliedern (Kreis, Land, Deutschland); sonst gleichmäßig, ab 65 Jahren wie"
    " in der Sterbetafel 2015/17 (12621).",
    few=frozenset({"denominator"}),
)


IN_OPEN_GROUP = "das Medianalter liegt in der obersten, offenen Altersgruppe"


def _median(cells: Cells, merge: int = 1) -> Parts:
    groups, values, flags, _ = profile = cells.profile()
    for group in groups:
        _check_width(group)
    if merge > 1:
        values, groups = _merged(values, groups, merge)
    total = values.sum(axis=2)
    running = np.cumsum(values, axis=2)
    half = total[:, :, None] / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        at = np.argmax(running >= half, axis=2)
        upto = np.take_along_axis(running, at[:, :, None], axis=2)[:, :, 0]
        inside = np.take_along_axis(values, at[:, :, None], axis=2)[:, :, 0]
        lows, highs = np.array([g.lo for g in groups], float), np.array([g.hi for g in groups], float)
        part = (total / 2 - (upto - inside)) / inside
        median = lows[at] + part * (highs[at] - lows[at])
    flags = flags.copy()
    alive = (flags & GAP.value) == 0
    flags[alive & (total == 0)] |= np.uint16(Flag.ZERO_DENOMINATOR)
    flags[alive & (total > 0) & np.array([g.is_open for g in groups])[at]] |= np.uint16(Flag.NOT_COMPUTABLE)
    quantity = Quantity(np.where(flags & GAP.value, np.nan, median), flags)
    coarse = np.array([g.hi - g.lo > 5 for g in groups])[at] & ((flags & GAP.value) == 0)
    marked = flags | np.where(coarse, np.uint16(Flag.ESTIMATED), np.uint16(0))
    trail = profile.people().trail
    people = Quantity(total, flags, trail=trail)
    return Parts(Quantity(quantity.value, marked, trail=trail.made()), None, people, reason=IN_OPEN_GROUP)


def _merged(values: np.ndarray, groups: list[AgeGroup], width: int) -> tuple[np.ndarray, list[AgeGroup]]:
    """The groups put together to classes of `width` years below the open group. Raises TilingError if they straddle."""
    last = groups[-1].lo
    bounds = [*range(0, last, width), last, OPEN]
    sums, merged = [], []
    for lo, hi in pairwise(bounds):
        inside = [i for i, g in enumerate(groups) if lo <= g.lo and g.hi <= hi]
        if not inside or groups[inside[0]].lo != lo or groups[inside[-1]].hi != hi:
            raise TilingError(f"Fünfjahresgruppen sind nicht bildbar: keine Grenze bei {lo} oder {hi}")
        sums.append(values[:, :, inside].sum(axis=2))
        merged.append(AgeGroup(lo, hi))
    return np.stack(sums, axis=2), merged


median_age = Indicator(
    "median_age",
    "Medianalter",
    "Median age",
    "Jahre",
    "Alter, das die Bevölkerung in eine jüngere und eine ältere Hälfte teilt; innerhalb der Altersgruppe linear.",
    "Wegweiser Kommune, Eurostat MEDAGEPOP",
    formula=lambda cells, at: _median(cells),
    by=frozenset(BY),
    variants={
        "five_year_groups": Variant(
            lambda cells, at: _median(cells, 5),
            definition="Medianalter wie bei Eurostat: linear innerhalb von Fünfjahresgruppen.",
            symbol="Alter, bei dem Σ P = P / 2, in Fünfjahresgruppen",
        )
    },
    denominator=SAME_DAY,
    symbol="Alter, bei dem Σ P = P / 2",
    few=frozenset({"denominator"}),
)
