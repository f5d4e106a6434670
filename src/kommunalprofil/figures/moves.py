"""Moves in and out: over the years, by age and sex, in phases of life, by nationality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import Bar, DotRow, Series, above, bars, beside, dots, line
from kommunalprofil.figures.compared import (
    ALL_YEARS,
    Row,
    breaks,
    dot_row,
    known,
    labels,
    method_note,
    milestones,
    names,
    points,
    row,
    sources,
    surroundings,
    undrawn,
    years_of,
)
from kommunalprofil.sentences import decimals, missing_years, stretches

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value

AGES = ("0-17", "18-24", "25-29", "30-49", "50-64", "65+")
PER_1000 = "je 1.000 Menschen desselben Alters"
SEXES = {"women": ("Frauen", "F"), "men": ("Männer", "M")}
PHASES = {
    "education_migration": "Bildungswanderung (18 bis 24 Jahre)",
    "family_migration": "Familienwanderung (unter 18 und 30 bis 49 Jahre)",
    "midlife_migration": "Wanderung in der Lebensmitte (50 bis 64 Jahre)",
    "old_age_migration": "Alterswanderung (ab 65 Jahren)",
}
NOTABLE = 1.0
"""Moves for 1,000 people from which on a balance is called one of more moves in or out."""
POOLED = "Mittel aus vier Jahren"


def _absent(p: Profile, figure_id: str, what: str) -> Gap:
    why = "weil die vorliegenden amtlichen Tabellen die Zahlen dafür nicht nennen"
    return undrawn(p, figure_id, what, why)


@figure("moves_series")
def moves_series(p: Profile) -> Figure | Gap:
    """Moves in and moves out year by year."""
    come, leave, net = (known(p.series(name)) for name in ("moves_in", "moves_out", "net_migration"))
    if len(come) < 2 or len(leave) < 2:
        if not come:
            return _absent(p, "moves_series", "Zuzüge und Fortzüge sind")
        why = f"weil die vorliegenden amtlichen Tabellen nur das Jahr {come[0].date} nennen"
        return undrawn(p, "moves_series", "Eine Zeitreihe der Zuzüge und Fortzüge ist", why)
    every = [*come, *leave]
    years = fmt.span(come[0].date, come[-1].date)
    gained = sum((v.value or 0) > 0 for v in net)
    return Figure(
        id="moves_series",
        title=f"Mehr Zuzüge als Fortzüge {years_of(gained, len(net))}" if len(net) > 2 else "Zuzüge und Fortzüge",
        subtitle=f"Zuzüge und Fortzüge je Jahr, {p.region.title}, {years}",
        svg=line([Series("Zuzüge", points(come)), Series("Fortzüge", points(leave), "total")], unit="Umzüge",
                 breaks=breaks(come), zero=True, width="wide"),
        alt=(
            f"Liniendiagramm, {p.region.title}, {years}: {fmt.number(come[0].value)} Zuzüge und "
            f"{fmt.number(leave[0].value)} Fortzüge im Jahr {come[0].date}, {fmt.number(come[-1].value)} Zuzüge und "
            f"{fmt.number(leave[-1].value)} Fortzüge im Jahr {come[-1].date}."
        ),
        table=_moves_table(come, leave, net),
        sources=sources([*every, *net]),
        note=" ".join(filter(None, (method_note(come), missing_years(come)))),
        width="wide",
    )  # fmt: skip


def _moves_table(come: Sequence[Value], leave: Sequence[Value], net: Sequence[Value]) -> Table:
    dates = sorted(milestones(come))
    by_date = [{v.date: v for v in values} for values in (come, leave, net)]
    write = (fmt.number, fmt.number, fmt.change)
    rows = tuple(
        (date, *(say(v[date].value) if date in v else "." for say, v in zip(write, by_date, strict=True)))
        for date in dates
    )
    head = (Column("Jahr", align="left"), Column("Zuzüge"), Column("Fortzüge"), Column("Zuzüge abzüglich Fortzüge"))
    note = ALL_YEARS if len(rows) < len(come) else ""
    return Table("Zuzüge und Fortzüge in ausgewählten Jahren", head, rows, sources([*come, *leave, *net]), note)


@figure("moves_by_age")
def moves_by_age(p: Profile) -> Figure | Gap:
    """The balance of moves by age and sex: per 1,000 people of the age where years can be pooled, else in persons."""
    rows = [row(p, fmt.age(age), "net_migration_age_rate", age=age, variant="four_year_mean") for age in AGES]
    if any(one.own.missing for one in rows) or len({one.own.date for one in rows}) > 1:
        return _counts_by_age(p)
    date = rows[0].own.date
    parts = _sexes(p, date)
    title = _extremes([one.own for one in rows])
    every = [v for one in rows for v in one.values.values()] + [v for values in parts.values() for v in values]
    numbers = [v.value for v in every if v.value is not None]

    def panel(drawn: Sequence[DotRow], words: Mapping[str, str], heading: str) -> str:
        return dots(drawn, words, unit=PER_1000, heading=heading if parts else "",
                    bounds=(min(numbers), max(numbers)), width="half" if parts else "full")  # fmt: skip

    panels = [panel([dot_row(one) for one in rows], labels(p), "Im Vergleich")]
    if parts:
        drawn = [DotRow(fmt.age(age), {role: values[i].value for role, values in parts.items()})
                 for i, age in enumerate(AGES)]  # fmt: skip
        panels.append(panel(drawn, {role: name for role, (name, _) in SEXES.items()}, "Frauen und Männer"))
    said = "; ".join(f"{fmt.age_words(v.age)} {_signed(v)}" for v in (rows[1].own, rows[3].own, rows[5].own))
    return Figure(
        id="moves_by_age",
        title=title,
        subtitle=f"Zuzüge abzüglich Fortzüge {PER_1000}, {names(p)}, {POOLED} {fmt.date(date)}",
        svg=beside(panels) if parts else panels[0],
        alt=f"Punktdiagramm, {p.region.title}, {fmt.date(date)}, Wanderungssaldo {PER_1000}: {said}.",
        table=_rates_table(p, rows, parts),
        sources=sources(every),
    )


def _signed(value: Value) -> str:
    return fmt.change(value.value, decimals(value.unit))


def _sexes(p: Profile, date: str) -> dict[str, list[Value]]:
    """The rates of women and men at a date, {} unless all are there."""
    found = {
        role: [p.get("net_migration_age_rate", age=age, sex=sex, date=date, variant="four_year_mean") for age in AGES]
        for role, (_, sex) in SEXES.items()
    }
    return {} if any(v.missing for values in found.values() for v in values) else found


def _extremes(values: Sequence[Value]) -> str:
    """Which ages gain and which lose most; the plain measure where none stands out."""
    high, low = (pick(values, key=lambda v: v.value or 0) for pick in (max, min))
    if _signed(high) == _signed(low):
        return "Zuzüge abzüglich Fortzüge nach Alter"
    most, least = (f"{fmt.age_people(v.age)} ({_signed(v)})" for v in (high, low))
    return f"Höchster Saldo: {most}, niedrigster: {least}"


def _rates_table(p: Profile, rows: Sequence[Row], parts: dict[str, list[Value]]) -> Table:
    words = labels(p)
    head = [Column("Alter", "Jahre", align="left"), *(Column(name, "je 1.000") for name in words.values())]
    head += [Column(SEXES[role][0], "je 1.000") for role in parts]
    body = tuple(
        (one.label, *(_signed(one.values[role]) for role in words), *(_signed(values[i]) for values in parts.values()))
        for i, one in enumerate(rows)
    )
    every = [v for one in rows for v in one.values.values()] + [v for values in parts.values() for v in values]
    note = f"Die Spalten Frauen und Männer gelten für {p.region.accusative}." if parts else ""
    return Table(f"Wanderungssaldo nach Alter, {POOLED}", tuple(head), body, sources(every), note)


def _counts_by_age(p: Profile) -> Figure | Gap:
    """The balances in persons: a rate of one year says little of few people."""
    net = [v for v in p.split("net_migration", "age") if v.value is not None]
    if not net:
        return _absent(p, "moves_by_age", "Zuzüge und Fortzüge nach Alter sind")
    date = net[0].date
    columns = {
        "Zuzüge": [p.get("moves_in", age=v.age, date=date) for v in net],
        "Fortzüge": [p.get("moves_out", age=v.age, date=date) for v in net],
    }
    balances = {"Saldo": net} | {
        f"Saldo {name}": [p.get("net_migration", age=v.age, sex=sex, date=date) for v in net]
        for name, sex in SEXES.values()
    }
    every = [v for values in (columns | balances).values() for v in values]
    body = tuple(
        (fmt.age(v.age), *(fmt.cell(values[i].value, 0, values[i].flag) for values in columns.values()),
         *(fmt.change(values[i].value) for values in balances.values()))
        for i, v in enumerate(net)
    )  # fmt: skip
    head = (Column("Alter", "Jahre", align="left"), *(Column(name, "Personen") for name in columns | balances))
    most = max(net, key=lambda v: abs(v.value or 0))
    return Figure(
        id="moves_by_age",
        title="Zuzüge abzüglich Fortzüge nach Alter",
        subtitle=f"Personen nach Alter in Jahren, {p.region.title}, {date}",
        svg=bars([Bar(fmt.age(v.age), v.value) for v in net], unit="Personen", signed=True),
        alt=f"Balkendiagramm, {p.region.title}, {date}, Zuzüge abzüglich Fortzüge, am weitesten von null "
        f"{fmt.age_words(most.age)}: {fmt.change(most.value)}.",
        table=Table(f"Zuzüge und Fortzüge nach Alter {date}", head, body, sources(every)),
        sources=sources(every),
    )


@figure("migration_phases")
def migration_phases(p: Profile) -> Figure | Gap:
    """The balances of four phases of life over the years, beside Land and Bund, on one scale."""
    roles = surroundings(p)
    series = {phase: {role: known(p.series(phase, region=region.ags)) for role, region in roles.items()}
              for phase in PHASES}  # fmt: skip
    if any(not one["place"] for one in series.values()):
        why = (
            "weil die vorliegenden amtlichen Tabellen Umzüge nach Alter dort nicht für vier Jahre hintereinander nennen"
        )
        return undrawn(p, "migration_phases", "Wanderungen in Lebensphasen sind", why)
    every = [v for one in series.values() for values in one.values() for v in values]
    numbers = [v.value or 0 for v in every]
    panels = [_phase_panel(p, PHASES[phase], one, (min(numbers), max(numbers))) for phase, one in series.items()]
    newest = [one["place"][-1] for one in series.values()]
    own = series["education_migration"]["place"]
    years = fmt.span(own[0].date.split("/")[0], fmt.year(own[-1].date))
    said = "; ".join(f"{PHASES[v.indicator]} {_signed(v)}" for v in newest)
    return Figure(
        id="migration_phases",
        title=_phase_title(newest),
        subtitle=f"Zuzüge abzüglich Fortzüge {PER_1000}, {names(p)}, {POOLED}, {years}",
        svg=above([beside(panels[:2]), beside(panels[2:])]),
        alt=f"Vier Liniendiagramme, {p.region.title}, {years}, zuletzt {fmt.date(newest[0].date)}: {said}.",
        table=_phases_table(p, series),
        sources=sources(every),
        note=" ".join(filter(None, ("Jeder Punkt steht für das letzte der vier Jahre.", method_note(own)))),
    )


def _phase_panel(p: Profile, name: str, series: dict[str, list[Value]], bounds: tuple[float, float]) -> str:
    words = labels(p)
    lines = [Series(words[role], points(values), role) for role, values in series.items() if values]
    return line(lines, heading=name, unit="je 1.000", decimals=1,
                breaks=breaks(series["place"]), bounds=bounds, zero=True, width="half", height=118)  # fmt: skip


def _phase_title(newest: Sequence[Value]) -> str:
    """Whether the young and families came or left in the newest years; the plain measure where neither prevails."""
    young, families = newest[:2]
    if min(abs(v.value or 0) for v in (young, families)) < NOTABLE:
        return "Wanderungen in Lebensphasen"
    words = [("mehr Zuzüge" if (v.value or 0) > 0 else "mehr Fortzüge") for v in (young, families)]
    when = fmt.date(young.date)
    if words[0] == words[1]:
        return f"{when}: {words[0]} bei jungen Menschen und Familien"
    return f"{when}: {words[0]} junger Menschen, {words[1]} von Familien"


def _phases_table(p: Profile, series: dict[str, dict[str, list[Value]]]) -> Table:
    """The place in selected periods, what surrounds it in the newest."""
    own = series["education_migration"]["place"]
    edges = {v.date for stretch in stretches(own) for v in (stretch[0], stretch[-1])}
    dates = [v.date for v in own if v.date in edges]
    others = [role for role in labels(p) if role != "place"]
    asked = [(date, "place", fmt.date(date)) for date in dates]
    asked += [(dates[-1], role, f"{fmt.date(dates[-1])}, {labels(p)[role]}") for role in others]
    body = []
    for date, role, label in asked:
        found = [{v.date: v for v in one[role]} for one in series.values()]
        body.append((label, *(_signed(values[date]) if date in values else "." for values in found)))
    head = (Column("Zeitraum", align="left"), *(Column(name, "je 1.000") for name in PHASES.values()))
    every = [v for one in series.values() for values in one.values() for v in values]
    return Table(f"Wanderungssaldo in Lebensphasen, {POOLED}", head, tuple(body), sources(every), ALL_YEARS)


@figure("moves_by_nationality")
def moves_by_nationality(p: Profile) -> Figure | Gap:
    """The balance of Germans and of foreigners year by year."""
    parts = {
        "Ausländerinnen und Ausländer": known(p.series("net_migration", nationality="AUS")),
        "Deutsche": known(p.series("net_migration", nationality="DE")),
    }
    foreign, german = parts.values()
    if len(foreign) < 2 or len(german) < 2:
        return _absent(p, "moves_by_nationality", "Zuzüge und Fortzüge nach Nationalität sind")
    years = fmt.span(foreign[0].date, foreign[-1].date)
    newest = foreign[-1].date
    lines = [
        Series(name, points(values), role)
        for (name, values), role in zip(parts.items(), ("foreign", "german"), strict=True)
    ]
    by_date = [{v.date: v for v in values} for values in (german, foreign)]
    dates = sorted(milestones(foreign))
    body = tuple((date, *(fmt.change(v[date].value) if date in v else "." for v in by_date)) for date in dates)
    said = f"Deutsche {fmt.change(german[-1].value)}, Ausländerinnen und Ausländer {fmt.change(foreign[-1].value)}"
    every = [*german, *foreign]
    return Figure(
        id="moves_by_nationality",
        title=f"{newest}: {said}",
        subtitle=f"Zuzüge abzüglich Fortzüge je Jahr, Personen nach Nationalität, {p.region.title}, {years}",
        svg=line(lines, unit="Personen", breaks=breaks(foreign), zero=True, width="wide"),
        alt=f"Liniendiagramm, {p.region.title}, {years}: Saldo aus Zuzügen und Fortzügen {newest} {said}.",
        table=Table(
            "Zuzüge abzüglich Fortzüge nach Nationalität in ausgewählten Jahren",
            (
                Column("Jahr", align="left"),
                Column("Deutsche", "Personen"),
                Column("Ausländerinnen und Ausländer", "Personen"),
            ),
            body,
            sources(every),
            ALL_YEARS if len(body) < len(foreign) else "",
        ),
        sources=sources(every),
        width="wide",
    )  # fmt: skip
