"""How many people, how their number changes, how densely they live, how many women and men."""

from __future__ import annotations

from kommunalprofil.ages import ALL
from kommunalprofil.cells import Cells
from kommunalprofil.indicators.context import Context
from kommunalprofil.indicators.declare import SAME_DAY, At, Derived, Indicator, Oracle, Parts
from kommunalprofil.indicators.terms import AVERAGE, AVERAGE_TEXT, total

ONLY_PEOPLE = frozenset({"denominator"})
"""Of a difference only the denominator tells how sure it is."""


def _population(cells: Cells, at: At) -> Parts:
    return Parts(cells.group(at.age or ALL))


population = Indicator(
    "population",
    "Bevölkerung",
    "Population",
    "Personen",
    "Zahl der Personen mit Hauptwohnung am Stichtag.",
    "Fortschreibung des Bevölkerungsstandes (12411), Zensus 2011 und 2022",
    formula=_population,
    by=frozenset({"sex", "nationality", "age"}),
    denominator="keiner",
    symbol="P",
    oracle=(Oracle("12411-01-01-4", "population", 0),),
    decimals=0,
)


def _change(context: Context) -> Parts:
    now, before = context.count("population"), context.count("population", back=1)
    average = AVERAGE(context)
    return Parts((now - before) / average * 10_000, now - before, average)


population_change = Indicator(
    "population_change",
    "Bevölkerungsentwicklung",
    "Population change",
    "je 10.000",
    "Veränderung der Bevölkerung gegenüber dem 31.12. des Vorjahres je 10.000 der Durchschnittsbevölkerung; nicht über"
    " einen Wechsel der Basis oder des Gebiets hinweg.",
    "Regionalatlas AI0202",
    derived=_change,
    by=frozenset({"sex", "nationality"}),
    denominator="Durchschnittsbevölkerung des Jahres (12411-05-01-4), sonst das Mittel beider Stichtage",
    symbol="(P(t) − P(t−1)) / P̄ × 10.000",
    few=ONLY_PEOPLE,
)


def _relative(back: int = 0, day: str = "") -> Derived:
    def change(context: Context) -> Parts:
        now, before = context.count("population"), context.count("population", back=back, day=day)
        return Parts((now - before) / before * 100, now - before, before)

    return change


def _since(id: str, de: str, en: str, words: str, derived: Derived, symbol: str) -> Indicator:  # noqa: A002
    return Indicator(
        id,
        de,
        en,
        "%",
        f"Veränderung der Bevölkerung gegenüber {words} in Prozent; nur zwischen Zahlen derselben Basis und desselben"
        " Gebiets.",
        "Wegweiser Kommune, INKAR",
        derived=derived,
        by=frozenset({"sex", "nationality"}),
        denominator="Bevölkerung am früheren Stichtag",
        symbol=symbol,
        few=ONLY_PEOPLE,
    )


population_change_5y = _since(
    "population_change_5y",
    "Bevölkerungsentwicklung in 5 Jahren",
    "Population change over 5 years",
    "demselben Stichtag fünf Jahre davor",
    _relative(5),
    "(P(t) − P(t−5)) / P(t−5) × 100",
)
population_change_10y = _since(
    "population_change_10y",
    "Bevölkerungsentwicklung in 10 Jahren",
    "Population change over 10 years",
    "demselben Stichtag zehn Jahre davor",
    _relative(10),
    "(P(t) − P(t−10)) / P(t−10) × 100",
)
population_change_since_2011 = _since(
    "population_change_since_2011",
    "Bevölkerungsentwicklung seit 2011",
    "Population change since 2011",
    "dem 31.12.2011",
    _relative(day="2011-12-31"),
    "(P(t) − P(2011)) / P(2011) × 100",
)

average_population = Indicator(
    "average_population",
    "Durchschnittsbevölkerung",
    "Average population",
    "Personen",
    "Durchschnittliche Bevölkerung eines Jahres.",
    "Regionaldatenbank 12411-05-01-4",
    derived=total(AVERAGE),
    also=("average_population",),
    against="population",
    period="year",
    by=frozenset({"sex", "nationality"}),
    denominator="keiner",
    symbol="P̄",
    oracle=(Oracle("12411-05-01-4", "average_population", 0),),
    note=f"{AVERAGE_TEXT}. Amtlich bis 2010 das Mittel der zwölf Monatsmittel, 2011 die Bevölkerung am Zensusstichtag"
    " 9.5.2011, ab 2012 das Mittel aus Jahresanfang und Jahresende.",
    decimals=0,
)


def _density(context: Context) -> Parts:
    people, area = context.count("population"), context.nearest("area")
    return Parts(people / area, people, area)


population_density = Indicator(
    "population_density",
    "Einwohner je km²",
    "Inhabitants per km²",
    "je km²",
    "Bevölkerung geteilt durch die amtliche Gebietsfläche des nächstgelegenen Gebietsstands.",
    "Regionalatlas AI0201",
    derived=_density,
    denominator="amtliche Gebietsfläche in km² am selben oder am nächstgelegenen Stichtag",
    symbol="P / Fläche",
    few=frozenset(),
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
    by=frozenset({"age", "nationality"}),
    denominator=SAME_DAY,
    symbol="P(Frauen) / P(Männer) × 100",
)


def _young_men(cells: Cells, at: At) -> Parts:
    men, women = cells.of(sex="M").count(18, 30), cells.of(sex="F").count(18, 30)
    return Parts(men / women * 100, men, women)


young_men_per_100_women = Indicator(
    "young_men_per_100_women",
    "Männer je 100 Frauen, 18–29",
    "Men per 100 women aged 18–29",
    "je 100",
    "Männer von 18 bis 29 Jahren je 100 Frauen desselben Alters.",
    "eigene Festlegung nach INKAR „Geschlechterproportion“",
    formula=_young_men,
    by=frozenset({"nationality"}),
    denominator=SAME_DAY,
    symbol="P(Männer 18–29) / P(Frauen 18–29) × 100",
)
