"""Births and deaths: how many, for how many people, mothers and their ages, expectation of life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import Bar, Series, bars, beside, dots, line
from kommunalprofil.figures.compared import (
    ALL_YEARS,
    Row,
    breaks,
    cell,
    comparison_table,
    dot_row,
    known,
    labels,
    milestones,
    names,
    points,
    row,
    sources,
    surroundings,
    undrawn,
    until,
    years_of,
)
from kommunalprofil.sentences import order, shown

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value

PER_1000 = "je 1.000 Einwohnerinnen und Einwohner"
ONLY_KREISE = "weil die vorliegenden amtlichen Tabellen sie nur für Kreise, Länder und Deutschland nennen"
NO_YEARS = "weil die vorliegenden amtlichen Tabellen die Zahlen dafür nicht für das heutige Gebiet nennen"
SEXES = {"F": "Frauen", "M": "Männer"}
LIFE = {"life_expectancy": "bei der Geburt", "life_expectancy_65": "im Alter von 65 Jahren"}


def _absent(p: Profile, figure_id: str, what: str) -> Gap:
    """The gap for what tables name only of Kreise and larger places, or not within the borders of today."""
    why = ONLY_KREISE if p.region.level == "gemeinde" else NO_YEARS
    return undrawn(p, figure_id, what, why)


@figure("births_deaths")
def births_deaths(p: Profile) -> Figure | Gap:
    """Births and deaths year by year."""
    parts = {"Geborene": known(p.series("births")), "Gestorbene": known(p.series("deaths"))}
    if any(len(values) < 2 for values in parts.values()):
        return _absent(p, "births_deaths", "Geborene und Gestorbene sind")
    balance = known(p.series("natural_balance"))
    every = [v for values in parts.values() for v in values]
    years = fmt.span(min(v.date for v in every), max(v.date for v in every))
    lines = [Series(name, points(values), role) for (name, values), role in zip(parts.items(), ROLES, strict=True)]
    ends = "; ".join(
        f"{name} {fmt.number(v[0].value)} im Jahr {v[0].date} und {fmt.number(v[-1].value)} im Jahr {v[-1].date}"
        for name, v in parts.items()
    )
    return Figure(
        id="births_deaths",
        title=_more_deaths(balance),
        subtitle=f"Lebendgeborene und Gestorbene je Jahr, Personen, {p.region.title}, {years}",
        svg=line(lines, unit="Personen", breaks=breaks(every), zero=True, width="wide"),
        alt=f"Liniendiagramm, {p.region.title}, {years}: {ends}.",
        table=_years_table(parts | {"Geborene abzüglich Gestorbene": balance}),
        sources=sources(every),
        note=until(parts),
        width="wide",
    )


ROLES = ("place", "total")


def _more_deaths(balance: Sequence[Value]) -> str:
    """In how many years more people died than were born; the plain measure for less than three years."""
    if len(balance) < 3:
        return "Geborene und Gestorbene"
    found = sum((v.value or 0) < 0 for v in balance)
    return f"Mehr Gestorbene als Geborene {years_of(found, len(balance))}"


def _years_table(parts: dict[str, list[Value]]) -> Table:
    """Selected years in rows, counts in columns; the last column is a balance and has a sign."""
    every = [v for values in parts.values() for v in values]
    dates = sorted(set.union(*(milestones(values) for values in parts.values())))
    by_date = [{v.date: v for v in values} for values in parts.values()]
    write = [fmt.number] * (len(parts) - 1) + [fmt.change]
    rows = tuple(
        (date, *(say(v[date].value) if date in v else "." for say, v in zip(write, by_date, strict=True)))
        for date in dates
    )
    head = (Column("Jahr", align="left"), *(Column(name, "Personen") for name in parts))
    note = ALL_YEARS if len(rows) < len({v.date for v in every}) else ""
    return Table("Geborene und Gestorbene in ausgewählten Jahren", head, rows, sources(every), note)


@figure("vital_rates")
def vital_rates(p: Profile) -> Figure | Gap:
    """Births and deaths per 1,000 people beside Land and Bund, means of four years."""
    born = p.get("birth_rate", variant="four_year_mean")
    newest = p.get("death_rate", variant="four_year_mean")
    if born.missing or newest.missing:
        return _absent(p, "vital_rates", "Geborene und Gestorbene je 1.000 Menschen sind")
    wanted = dict.fromkeys((("birth_rate", born.date), ("death_rate", born.date), ("death_rate", newest.date)))
    rows = [row(p, f"{RATES[rate]} {fmt.date(date)}", rate, date=date, variant="four_year_mean")
            for rate, date in wanted]  # fmt: skip
    every = [v for one in rows for v in one.values.values()]
    said = "; ".join(f"{one.label}: {cell(one.own)} je 1.000" for one in rows)
    return Figure(
        id="vital_rates",
        title=_beside_others(p, rows),
        subtitle=f"Geborene und Gestorbene {PER_1000}, Mittel aus vier Jahren, {names(p)}",
        svg=dots([dot_row(one) for one in rows], labels(p), unit=PER_1000),
        alt=f"Punktdiagramm, {p.region.title}, im Mittel aus vier Jahren: {said}.",
        table=comparison_table(p, "Geborene und Gestorbene, Mittel aus vier Jahren", "Kennzahl", "je 1.000", rows),
        sources=sources(every),
        note="Beide Zahlen hängen auch davon ab, wie viele junge und wie viele alte Menschen an einem Ort leben.",
    )


RATES = {"birth_rate": "Geborene", "death_rate": "Gestorbene"}


def _beside_others(p: Profile, rows: Sequence[Row]) -> str:
    """'Weniger Geborene und mehr Gestorbene je 1.000 Menschen als in Niedersachsen', else the plain measure."""
    role = "land" if "land" in surroundings(p) else "bund"
    words = {1: "mehr", -1: "weniger"}
    found = [
        f"{words[differs]} {what}"
        for one, what in zip(rows, RATES.values(), strict=False)
        if role in one.values and (differs := order(one.own, one.values[role]))
    ]
    if not found:
        return "Geborene und Gestorbene je 1.000 Menschen"
    said = fmt.list_and(found)
    return f"{said[0].upper()}{said[1:]} je 1.000 Menschen als {surroundings(p)[role].dative_in}"


@figure("fertility")
def fertility(p: Profile) -> Figure | Gap:
    """Children per woman beside Land and Bund."""
    one = row(p, "Zusammengefasste Geburtenziffer", "total_fertility_rate")
    if one.own.missing:
        return _absent(p, "fertility", "Kinder je Frau sind")
    words = labels(p)
    year = one.own.date
    values = {role: v for role, v in one.values.items() if not v.missing}
    said = fmt.list_and(f"{words[role]} {shown(v)}" for role, v in values.items())
    return Figure(
        id="fertility",
        title=f"Rechnerisch {shown(one.own)} Kinder je Frau",
        subtitle=f"Zusammengefasste Geburtenziffer, Kinder je Frau, {names(p)}, {year}",
        svg=bars([Bar(words[role], v.value, role) for role, v in values.items()], unit="Kinder je Frau",
                 decimals=2),
        alt=f"Balkendiagramm, {p.region.title}, {year}: Kinder je Frau {said}.",
        table=comparison_table(p, "Kinder je Frau", "Kennzahl", "Kinder je Frau", [one]),
        sources=sources(values.values()),
        note="So viele Kinder bekäme eine Frau, wenn die Geburten eines Jahres ihr Leben lang gälten. Aus den "
        "Altersgruppen der Mütter geschätzt; die amtliche Ziffer rechnet mit einzelnen Altersjahren.",
    )  # fmt: skip


@figure("mothers")
def mothers(p: Profile) -> Figure | Gap:
    """Births by the age of the mother."""
    found = [v for v in p.split("births", "age") if v.value is not None]
    if not found or not any(v.value for v in found):
        return _absent(p, "mothers", "Geborene nach dem Alter der Mutter sind")
    date = found[0].date
    most = max(found, key=lambda v: v.value or 0)
    age = fmt.age_words(most.age)
    return Figure(
        id="mothers",
        title=f"Am häufigsten waren die Mütter {age} alt" if (most.value or 0) >= 100 else "Alter der Mütter",
        subtitle=f"Lebendgeborene nach dem Alter der Mutter in Jahren, Personen, {p.region.title}, {date}",
        svg=bars([Bar(fmt.age(v.age), v.value) for v in found], unit="Lebendgeborene", width="wide"),
        alt=f"Balkendiagramm, {p.region.title}, {date}: Die meisten Kinder, {fmt.number(most.value)}, "
        f"wurden von Müttern geboren, die {age} alt waren.",
        table=Table(
            f"Lebendgeborene nach dem Alter der Mutter {date}",
            (Column("Alter der Mutter", "Jahre", align="left"), Column("Lebendgeborene", "Personen")),
            tuple((fmt.age(v.age), fmt.cell(v.value, 0, v.flag)) for v in found),
            sources(found),
        ),
        sources=sources(found),
        width="wide",
    )  # fmt: skip


@figure("life_expectancy")
def life_expectancy(p: Profile) -> Figure | Gap:
    """Years women and men have before them at birth and at 65, with their interval, beside Land and Bund."""
    rows = {
        (name, sex): row(p, f"{words}, {LIFE[name]}", name, sex=sex) for name in LIFE for sex, words in SEXES.items()
    }
    if any(one.own.missing for one in rows.values()):
        return _absent(p, "life_expectancy", "Lebenserwartungen sind")
    bounds = {
        key: [p.get(key[0], sex=key[1], date=one.own.date, variant=v) for v in BOUNDS] for key, one in rows.items()
    }
    period = fmt.date(rows["life_expectancy", "F"].own.date)
    panels = [_life_panel(p, name, rows, bounds) for name in LIFE]
    every = [v for one in rows.values() for v in one.values.values()]
    born, elder = ([shown(rows[name, sex].own, unit=False) for sex in SEXES] for name in LIFE)
    return Figure(
        id="life_expectancy",
        title=f"Lebenserwartung bei der Geburt: Frauen {born[0]} Jahre, Männer {born[1]} Jahre",
        subtitle=f"Jahre, {names(p)}, Sterblichkeit der Jahre {period} zusammengefasst",
        svg=beside(panels),
        alt=(
            f"Punktdiagramm, {p.region.title}, {period}: Lebenserwartung bei der Geburt {born[0]} Jahre für Frauen "
            f"und {born[1]} Jahre für Männer, im Alter von 65 Jahren noch {elder[0]} und {elder[1]} Jahre."
        ),
        table=_life_table(p, rows, bounds),
        sources=sources(every),
        note="So viele Jahre hätten Menschen im Durchschnitt vor sich, wenn die Sterblichkeit dieser Jahre bliebe, wie "
        "sie war. Der Wert schwankt durch Zufall, in kleinen Orten mehr als in großen; der Unsicherheitsbereich zeigt, "
        "wie stark (95-Prozent-Intervall).",
    )


BOUNDS = ("lower_95", "upper_95")
Life = dict[tuple[str, str], Row]
Bounds = dict[tuple[str, str], list["Value"]]


def _life_panel(p: Profile, name: str, rows: Life, bounds: Bounds) -> str:
    drawn = []
    for sex, words in SEXES.items():
        low, high = (v.value for v in bounds[name, sex])
        interval = None if low is None or high is None else (low, high)
        drawn.append(replace(dot_row(rows[name, sex]), label=words, interval=interval))
    head = LIFE[name]
    return dots(drawn, labels(p), unit="Jahre (Achse beginnt nicht bei null)", zero=False,
                heading=head[0].upper() + head[1:], interval_label="Unsicherheitsbereich", width="half")  # fmt: skip


def _life_table(p: Profile, rows: Life, bounds: Bounds) -> Table:
    words = labels(p)
    others = [role for role in words if role != "place"]
    labelled = (words["place"], "Untere Grenze", "Obere Grenze", *(words[role] for role in others))
    head = (Column("Lebenserwartung", align="left"), *(Column(label, "Jahre") for label in labelled))
    body = tuple(
        (one.label, cell(one.own), *(cell(v) for v in bounds[key]), *(cell(one.values[role]) for role in others))
        for key, one in rows.items()
    )
    every = [v for one in rows.values() for v in one.values.values()]
    return Table("Lebenserwartung mit den Grenzen des Unsicherheitsbereichs", head, body, sources(every))
