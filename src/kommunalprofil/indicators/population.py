"""How many people, how their number changes, how densely they live, how many women and men."""

from __future__ import annotations

from kommunalprofil.ages import ALL
from kommunalprofil.cells import Cells
from kommunalprofil.indicators.context import Context
from kommunalprofil.indicators.declare import At, Indicator, Parts


def _population(cells: Cells, at: At) -> Parts:
    return Parts(cells.group(at.age or ALL))


population = Indicator(
    "population",
    "Bevölkerung",
    "Population",
    "Personen",
    "Zahl der Personen mit Hauptwohnung am Stichtag.",
    "Fortschreibung des Bevölkerungsstandes (12411), Zensus 2022",
    formula=_population,
    by=frozenset({"sex", "nationality", "age"}),
    oracle=("12411-01-01-4", "population"),
    decimals=0,
)


def _change(context: Context) -> Parts:
    now = context.series("population")
    before = context.shifted(now, years=1)
    return Parts((now - before) / ((now + before) * 0.5) * 10_000, now - before, (now + before) * 0.5)


population_change = Indicator(
    "population_change",
    "Bevölkerungsentwicklung",
    "Population change",
    "je 10.000",
    "Veränderung der Bevölkerung gegenüber dem 31.12. des Vorjahres je 10.000 der mittleren Bevölkerung beider"
    " Stichtage; nicht über einen Wechsel der Basis hinweg.",
    "Regionalatlas AI0202",
    derived=_change,
    by=frozenset({"sex"}),
)


def _density(context: Context) -> Parts:
    people, area = context.series("population"), context.nearest("area")
    return Parts(people / area, people, area)


population_density = Indicator(
    "population_density",
    "Einwohner je km²",
    "Inhabitants per km²",
    "je km²",
    "Bevölkerung geteilt durch die amtliche Gebietsfläche des nächstgelegenen Gebietsstands.",
    "Regionalatlas AI0201",
    derived=_density,
)


def _women_per_men(cells: Cells, at: At) -> Parts:
    women, men = cells.of(sex="F").group(at.age or ALL), cells.of(sex="M").group(at.age or ALL)
    return Parts(women / men * 100, women, men)


women_per_100_men = Indicator(
    "women_per_100_men",
    "Frauen je 100 Männer",
    "Women per 100 men",
    "je 100",
    "Zahl der Frauen je 100 Männer.",
    "Eurostat PC_FM",
    formula=_women_per_men,
    by=frozenset({"age"}),
)
