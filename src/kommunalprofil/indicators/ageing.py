"""How old the population is: ratios of age groups, mean and median age, shares of age groups."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.cells import Cells, Quantity
from kommunalprofil.errors import TilingError
from kommunalprofil.indicators.declare import At, Indicator, Parts, persons, ratio
from kommunalprofil.vocabulary import GAP, Flag

BY = ("sex", "nationality")
WORKING = persons((20, 65))

youth_ratio = ratio(
    "youth_ratio",
    "Jugendquotient",
    "Youth dependency ratio",
    "je 100",
    persons((0, 20)),
    WORKING,
    definition="Personen unter 20 Jahren je 100 Personen von 20 bis 64 Jahren.",
    reference="Regionaldatenbank 12411-08-01-4, Regionalatlas AI0216",
    variants={
        "0-14_15-64": (persons((0, 15)), persons((15, 65))),
        "0-19_20-59": (persons((0, 20)), persons((20, 60))),
        "0-17_18-64": (persons((0, 18)), persons((18, 65))),
    },
    by=BY,
    oracle=("12411-08-01-4", "official_youth_ratio"),
)

old_age_ratio = ratio(
    "old_age_ratio",
    "Altenquotient",
    "Old-age dependency ratio",
    "je 100",
    persons((65, OPEN)),
    WORKING,
    definition="Personen ab 65 Jahren je 100 Personen von 20 bis 64 Jahren.",
    reference="Regionaldatenbank 12411-08-01-4, Regionalatlas AI0215",
    variants={
        "65_15-64": (persons((65, OPEN)), persons((15, 65))),
        "60_20-59": (persons((60, OPEN)), persons((20, 60))),
        "67_20-66": (persons((67, OPEN)), persons((20, 67))),
        "65_18-64": (persons((65, OPEN)), persons((18, 65))),
    },
    by=BY,
    oracle=("12411-08-01-4", "official_old_age_ratio"),
)

total_dependency_ratio = ratio(
    "total_dependency_ratio",
    "Gesamtquotient",
    "Total dependency ratio",
    "je 100",
    persons((0, 20), (65, OPEN)),
    WORKING,
    definition="Personen unter 20 und ab 65 Jahren je 100 Personen von 20 bis 64 Jahren.",
    reference="Regionalatlas AI0217, AI-N-04",
    by=BY,
)

ageing_index = ratio(
    "ageing_index",
    "Aging-Index",
    "Ageing index",
    "je 100",
    persons((65, OPEN)),
    persons((0, 15)),
    definition="Personen ab 65 Jahren je 100 Kinder unter 15 Jahren.",
    reference="UrbiStat „old-age index“",
    by=BY,
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
)

STATIONARY_MEAN: dict[tuple[int, int], dict[str, float]] = {
    (65, 75): {"M": 69.82, "F": 69.90, "_T": 69.86},
    (75, 80): {"M": 77.42, "F": 77.45, "_T": 77.44},
    (80, 85): {"M": 82.35, "F": 82.40, "_T": 82.38},
    (85, 90): {"M": 87.22, "F": 87.29, "_T": 87.26},
    (67, OPEN): {"M": 77.09, "F": 78.26, "_T": 77.72},
    (75, OPEN): {"M": 82.15, "F": 83.03, "_T": 82.67},
    (80, OPEN): {"M": 85.51, "F": 86.21, "_T": 85.94},
    (85, OPEN): {"M": 89.13, "F": 89.64, "_T": 89.47},
    (90, OPEN): {"M": 93.04, "F": 93.41, "_T": 93.30},
}
"""Mean exact age inside groups of high age, where deaths thin them out: that of the stationary population of the
Destatis life table 2015/17 (12621-0001); for both sexes together weighted by its women and men at equal births."""


WIDEST = 10
"""Years: inside a wider closed group people are too unevenly spread for a mean or median to be had from it."""


def _middle(group: AgeGroup, sex: str) -> float:
    if not group.is_open and group.hi - group.lo > WIDEST:
        raise TilingError(f"die Altersgruppe {group.lo}–{group.hi - 1} ist dafür zu breit")
    means = STATIONARY_MEAN.get((group.lo, group.hi))
    if means is not None:
        return means.get(sex, means["_T"])
    if group.is_open:
        raise TilingError(f"für die offene Altersgruppe {group} ist kein mittleres Alter bekannt")
    return (group.lo + group.hi) / 2


def _mean_age(cells: Cells, at: At) -> Parts:
    groups, values, flags = cells.profile()
    middles = np.array([_middle(g, cells.member.sex) for g in groups])
    years = Quantity((values * middles).sum(axis=2), flags)
    people = Quantity(values.sum(axis=2), flags)
    mean = years / people
    coarse = any((g.hi - g.lo > 5) if not g.is_open else g.lo < 85 for g in groups)
    return Parts(mean.marked(Flag.ESTIMATED) if coarse else mean, years, people)


def _completed(cells: Cells, at: At) -> Parts:
    mean, years, people = _mean_age(cells, at)
    assert years is not None
    assert people is not None
    return Parts(Quantity(mean.value - 0.5, mean.flags), years - people * 0.5, people)


mean_age = Indicator(
    "mean_age",
    "Durchschnittsalter",
    "Mean age",
    "Jahre",
    "Mittleres genaues Alter: Summe aus Altersmitte mal Personen, geteilt durch die Personen; Gruppen ab 65"
    " Jahren, die mehrere Jahre umfassen, mit dem mittleren Alter der Sterbetafel 2015/17.",
    "Regionaldatenbank 12411-07-01-4",
    formula=_mean_age,
    by=frozenset(BY),
    variants={"completed_years": _completed},
    oracle=("12411-07-01-4", "official_mean_age"),
)


def _median(cells: Cells, merge: int = 1) -> Parts:
    groups, values, flags = cells.profile()
    for group in groups:
        if not group.is_open:
            _middle(group, cells.member.sex)
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
    return Parts(Quantity(quantity.value, marked), None, Quantity(total, flags))


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
    variants={"five_year_groups": lambda cells, at: _median(cells, 5)},
)
