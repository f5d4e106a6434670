"""Population over the years: how many people, and how much more or fewer than the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import Break, Series, above, columns, line
from kommunalprofil.figures.compared import (
    ALL_YEARS,
    breaks,
    census_note,
    decimal_year,
    known,
    method_note,
    milestones,
    on,
    points,
    sources,
    undrawn,
    until,
)
from kommunalprofil.sentences import stretches
from kommunalprofil.vocabulary import COUNTED

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value

BASES = {
    "volkszaehlung_1987": "Volkszählung 1987",
    "zensus_2011": "Zensus 2011",
    "zensus_2022": "Zensus 2022",
    "census_2011": "Zählung im Zensus 2011",
    "census_2022": "Zählung im Zensus 2022",
}
PER_10000 = "je 10.000 Einwohnerinnen und Einwohner"
CORRECTIONS = (
    "Die Einwohnerzahl ändert sich auch durch Berichtigungen und die neue Zählung bei einem Zensus; beides ist hier "
    "nicht dargestellt."
)
LONG_ENOUGH = 5
"""Years a stretch on one population base must span before it is called a trend."""
SMALL = 1000
"""People below which changes are told in persons, not in percent or per 10,000."""
NOTABLE = 1.0
"""Percent of change over such a stretch that is called growth or decline."""


@figure("population_series")
def population_series(p: Profile) -> Figure | Gap:
    """The number of people since the earliest year there is, interrupted at the censuses."""
    values = [v for v in p.series("population") if not v.missing]
    if not any(v.value for v in values):
        reason = "weil dort niemand wohnt" if values else "weil keine Zahlen veröffentlicht sind"
        return Gap("population_series", f"Die Bevölkerung ist für {p.region.accusative} nicht dargestellt, {reason}.")
    if len(values) < 2:
        text = f"Für {p.region.accusative} ist keine Zeitreihe der Bevölkerung veröffentlicht."
        return Gap("population_series", text)
    first, last = values[0], values[-1]
    years = fmt.span(fmt.year(first.date), fmt.year(last.date))
    low = min(values, key=lambda v: v.value or 0)
    high = max(values, key=lambda v: v.value or 0)
    svg = line([Series("", points(values))], unit="Einwohnerinnen und Einwohner", breaks=breaks(values),
               width="wide")  # fmt: skip
    finding = _trend(values) or f"Bevölkerung {p.region.dative_in}"
    return Figure(
        id="population_series",
        title=finding,
        subtitle=f"Einwohnerinnen und Einwohner, {p.region.title}, {years}, jeweils am 31.12." + _counted(values),
        svg=svg,
        alt=(
            f"Liniendiagramm, {p.region.title}, {years}: {fmt.number(last.value)} Menschen {on(last.date)}, am meisten "
            f"waren es {on(high.date)} ({fmt.number(high.value)}), am wenigsten {on(low.date)} "
            f"({fmt.number(low.value)}); {_interruptions(values)}."
        ),
        table=_table(values),
        sources=sources(values),
        note=" ".join(filter(None, (_note(values), *p.sums()))),
        width="wide",
    )


def _counted(values: Sequence[Value]) -> str:
    """On which other days a census counted: ' (Zensus: 09.05.2011, 15.05.2022)'."""
    days = [fmt.date(v.date) for v in values if v.base in COUNTED]
    return f" (Zensus: {', '.join(dict.fromkeys(days))})" if days else ""


def _note(values: Sequence[Value]) -> str:
    """Why values around a break do not compare, and which of the newest still stand on the base before it."""
    if not breaks(values):
        return ""
    census = "Jeder Zensus stellt die Einwohnerzahl neu fest; " if len({v.base for v in values}) > 1 else ""
    note = f"{census}Werte vor und nach einem Bruch sind nicht vergleichbar."
    note = note[0].upper() + note[1:]
    late = [fmt.date(v.date) for v in values if v.base == "zensus_2011" and fmt.year(v.date) > 2021]
    if not late:
        return note
    return f"{note} Die Zahlen vom {fmt.list_and(late)} beruhen noch auf dem Zensus 2011."


def _interruptions(values: Sequence[Value]) -> str:
    found = list(dict.fromkeys(event.label for event in breaks(values)))
    return f"die Reihe ist unterbrochen ({', '.join(found)})" if found else "die Reihe ist ohne Bruch"


def _trend(values: Sequence[Value]) -> str:
    """What happened in the newest stretch without a break that is long enough; '' if there is none."""
    for stretch in reversed(stretches(values)):
        first, last = stretch[0], stretch[-1]
        begin, end = fmt.year(first.date), fmt.year(last.date)
        if end - begin < LONG_ENOUGH or not first.value or last.value is None:
            continue
        percent = (last.value / first.value - 1) * 100
        when = f"Zwischen {begin} und {end}"
        if first.value < SMALL:
            gained = last.value - first.value
            many = "ein Mensch" if abs(gained) == 1 else f"{fmt.number(abs(gained))} Menschen"
            return f"{when}: {many} {'mehr' if gained > 0 else 'weniger'}" if gained else ""
        if abs(percent) < NOTABLE:
            return f"{when} hat sich die Einwohnerzahl kaum verändert"
        verb = "gewachsen" if percent > 0 else "geschrumpft"
        return f"{when} ist die Bevölkerung um {fmt.percent(abs(percent))} {verb}"
    return ""


def _table(values: Sequence[Value]) -> Table:
    """Every fifth year, the first and last before and after each break, and the newest three."""
    dates = milestones(values)
    rows = tuple(
        (fmt.date(v.date), fmt.cell(v.value, 0, v.flag), BASES.get(v.base, v.base)) for v in values if v.date in dates
    )
    head = (Column("Stichtag", align="left"), Column("Bevölkerung", "Personen"), Column("Grundlage", align="left"))
    note = " ".join(filter(None, (ALL_YEARS if len(rows) < len(values) else "", census_note(values))))
    return Table("Bevölkerung an ausgewählten Stichtagen", head, rows, sources(values), note)


@figure("population_change")
def population_change(p: Profile) -> Figure | Gap:
    """Gains and losses against the year before, per 10,000 people, where both years stand on one base."""
    values = [v for v in p.series("population_change") if not v.missing]
    if len(values) < 3:
        text = (
            f"Die Veränderung von Jahr zu Jahr ist für {p.region.accusative} nicht dargestellt, weil zu wenige "
            "aufeinanderfolgende Jahre auf derselben Grundlage veröffentlicht sind."
        )
        return Gap("population_change", text)
    first, last = fmt.year(values[0].date), fmt.year(values[-1].date)
    best = max(values, key=lambda v: v.value or 0)
    worst = min(values, key=lambda v: v.value or 0)
    small = (p.get("population").value or 0) < SMALL
    unit, places = ("Personen", 0) if small else (PER_10000, 1)
    shown = [replace(v, value=v.numerator) for v in values] if small else values
    chosen = [v for v in values if v.date in milestones(values)]
    rows = [(str(fmt.year(v.date)), fmt.change(v.numerator), fmt.change(v.value, 1)) for v in chosen]
    head = [Column("Jahr", align="left"), Column("Veränderung", "Personen"), Column("Veränderung", "je 10.000")]
    wide = 2 if small else 3  # a rate of few people is a large number that says nothing
    return Figure(
        id="population_change",
        title=_growing(values),
        subtitle=f"Veränderung gegenüber dem Vorjahr, {unit}, {p.region.title}, " + fmt.span(first, last),
        svg=columns(points(shown), unit=unit, decimals=places, breaks=_events(p, values), width="wide",
                    height=150),
        alt=(
            f"Säulendiagramm, {p.region.title}, {fmt.span(first, last)}: Der höchste Wert war "
            f"{fmt.change(best.numerator)} Personen im Jahr {fmt.year(best.date)}, der niedrigste "
            f"{fmt.change(worst.numerator)} im Jahr {fmt.year(worst.date)}."
        ),
        table=Table(
            "Veränderung der Bevölkerung" + (" in ausgewählten Jahren" if len(rows) < len(values) else ""),
            tuple(head[:wide]),
            tuple(row[:wide] for row in rows),
            sources(values),
            ALL_YEARS if len(rows) < len(values) else "",
        ),
        sources=sources(values),
        note="Über den Wechsel der Grundlage bei einem Zensus oder eine Änderung der Grenzen hinweg lässt sich keine "
        "Veränderung berechnen.",
        width="wide",
    )  # fmt: skip


def _events(p: Profile, values: Sequence[Value]) -> list[Break]:
    """What keeps years out of the changes: the censuses and, from the series itself, the changes of borders."""
    years = [fmt.year(v.date) for v in values]
    return [event for event in breaks(p.series("population")) if min(years) < event.x <= max(years)]


def _growing(values: Sequence[Value]) -> str:
    """In how many of the years on the newest long stretch the population grew."""
    since_census = [v for v in values if v.date > "2011"] or list(values)
    grown = sum(v.value is not None and v.value > 0 for v in since_census)
    if len(since_census) < LONG_ENOUGH:
        return "Veränderung der Bevölkerung gegenüber dem Vorjahr"
    first, last = fmt.year(since_census[0].date), fmt.year(since_census[-1].date)
    years = f"Jahre{{n}} mit Angaben zwischen {first} und {last}"
    if grown in (0, len(since_census)):
        return f"{'Wachstum in allen' if grown else 'Kein Wachstum in den'} {len(since_census)} {years.format(n='n')}"
    return f"Wachstum in {grown} der {len(since_census)} {years.format(n='')}"


@figure("population_components")
def population_components(p: Profile) -> Figure | Gap:
    """What the change is made of, year by year: births without deaths, and moves in without moves out."""
    parts = {
        "Geborene abzüglich Gestorbene": known(p.series("natural_balance")),
        "Zuzüge abzüglich Fortzüge": known(p.series("net_migration")),
    }
    natural, moves = parts.values()
    if len(natural) < 2 or len(moves) < 2:
        what = "Woraus sich die Veränderung der Einwohnerzahl zusammensetzt, ist"
        why = "weil die vorliegenden amtlichen Tabellen Geburten, Sterbefälle oder Umzüge dort nicht jährlich nennen"
        return undrawn(p, "population_components", what, why)
    every = [*natural, *moves]
    years = [decimal_year(v.date) for v in every]
    numbers = [v.value or 0 for v in every]
    panels = [
        columns(points(values), unit="Personen", heading=name, height=108, breaks=breaks(values),
                years=(min(years), max(years)), bounds=(min(numbers), max(numbers)), width="wide")
        for name, values in parts.items()
    ]  # fmt: skip
    period = fmt.span(int(min(years)), int(max(years)))
    newest = "; ".join(f"{name} {fmt.change(v[-1].value)} im Jahr {fmt.year(v[-1].date)}" for name, v in parts.items())
    return Figure(
        id="population_components",
        title=_newest_gains(natural, moves),
        subtitle=f"Salden je Jahr, Personen, {p.region.title}, {period}",
        svg=above(panels),
        alt=f"Zwei Säulendiagramme, {p.region.title}, {period}: {newest}.",
        table=_components_table(parts),
        sources=sources(every),
        note=" ".join(filter(None, (CORRECTIONS, until(parts), method_note(every)))),
        width="wide",
    )


def _newest_gains(natural: Sequence[Value], moves: Sequence[Value]) -> str:
    """What births and deaths, and what moves have changed in the newest year that has both; else the plain measure."""
    by_date = {v.date: v for v in natural}
    both = [(by_date[v.date], v) for v in moves if v.date in by_date]
    if not both:
        return "Geburten, Sterbefälle und Umzüge"
    born, moved = both[-1]
    return f"{moved.date}: {_gained(born)} durch Geburten und Sterbefälle, {_gained(moved)} durch Umzüge"


def _gained(balance: Value) -> str:
    """'885 Menschen weniger', '1.082 Menschen mehr', 'niemand mehr oder weniger'."""
    number = balance.value or 0
    if not number:
        return "niemand mehr oder weniger"
    many = "ein Mensch" if abs(number) == 1 else f"{fmt.number(abs(number))} Menschen"
    return f"{many} {'mehr' if number > 0 else 'weniger'}"


def _components_table(parts: dict[str, list[Value]]) -> Table:
    every = [v for values in parts.values() for v in values]
    dates = sorted(set.union(*(milestones(values) for values in parts.values())))
    by_date = [{v.date: v for v in values} for values in parts.values()]
    rows = tuple(
        (date, *(fmt.change(values[date].value) if date in values else "." for values in by_date)) for date in dates
    )
    head = (Column("Jahr", align="left"), *(Column(name, "Personen") for name in parts))
    note = ALL_YEARS if len(rows) < len({v.date for v in every}) else ""
    return Table("Natürlicher Saldo und Wanderungssaldo in ausgewählten Jahren", head, rows, sources(every), note)
