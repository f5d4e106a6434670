"""Then and now: changes beside those of other places, the age pyramid with that of then, households in two censuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import DotRow, dots, pyramid
from kommunalprofil.figures.compared import cell, sources, undrawn
from kommunalprofil.figures.structure import people
from kommunalprofil.review import CHANGING
from kommunalprofil.review.pairs import SMALL, year_or_day
from kommunalprofil.sentences import LEVELS
from kommunalprofil.synopsis import AGES

if TYPE_CHECKING:
    from kommunalprofil.figures import Declaration
    from kommunalprofil.profile import Value
    from kommunalprofil.review import Review, Row
    from kommunalprofil.review.pairs import Change
    from kommunalprofil.synopsis import Section

POINTS = "Veränderung in Prozentpunkten"
CHANCE = "Bereich, in den der Zufall führt (95 %)"
NOT_COMPARED = "x"
THEN_AND_NOW = "Eine Alterspyramide von damals und heute ist"


def changed(change: Change, interval: bool = False) -> str:
    """A change as a cell: '+1,2', '+1,2 (−0,4 bis +2,8)', of people '+1,2 %'; 'x' where both ends do not compare."""
    if change.then is None or change.now is None:
        return "."
    if change.value is None or change.decimals is None:
        return NOT_COMPARED
    amount = 0 if change.still else change.value
    text = fmt.with_unit(fmt.change(amount, change.decimals), "%" if change.counted else "")
    if interval and change.interval:
        low, high = (fmt.change(x, change.decimals) for x in (change.interval.low, change.interval.high))
        text += f" ({low} bis {high})"
    return text


def alike(p: Review) -> str:
    """How the places most like it are called: 'ähnliche Gemeinden'."""
    return f"ähnliche {LEVELS[p.region.level][0]}"


def _digits(row: Row) -> int:
    return row.own.decimals if row.own.decimals is not None else 1


def table(p: Review, section: Section, rows: Sequence[Row]) -> Table:
    """A row a key figure: then, now, the change, that of Land, Germany and the places most like it, the difference."""
    years = p.years
    head = [Column("Kennzahl", align="left"), Column(str(years.then)), Column(str(years.now)), Column("Veränderung")]
    head += [Column({"land": "Land", "bund": "Bund"}[region.level]) for region in p.around]
    head += [Column("ähnliche Orte"), Column("Abstand zu diesen")]
    body, every = [], []
    for row in rows:
        own = row.own
        ends = [dated(v, year) for v, year in ((own.then, years.then), (own.now, years.now))]
        around = [changed(row.around[r.level]) if r.level in row.around else "." for r in p.around]
        middle = [fmt.change(x, _digits(row)) if x is not None and own.value is not None else "." for x in
                  (row.alike, row.apart)]  # fmt: skip
        if own.counted and row.alike is not None:
            middle[0] = fmt.with_unit(middle[0], "%")
        body.append((own.measure.labelled(own.measured_in), *ends, changed(own, interval=True), *around, *middle))
        every += [v for c in (own, *row.around.values()) for v in (c.then, c.now) if v is not None]
    return Table(
        f"{section.title}: {years.then} und {years.now}", tuple(head), tuple(body), sources(every), _note(rows)
    )


def dated(value: Value | None, year: int) -> str:
    """A cell, with the date behind it where it is not the end of the year: '6,0 (2019)', '6,7 (15.05.2022)'."""
    if value is None:
        return "."
    when = year_or_day(value.date)
    return cell(value) if when == str(year) else f"{cell(value)} ({fmt.date(when)})"


def _note(rows: Sequence[Row]) -> str:
    """Units, dates, what the signs mean."""
    said = []
    if any(row.own.unit == "Prozentpunkte" and row.own.value is not None for row in rows):
        said.append("Veränderungen von Anteilen in Prozentpunkten.")
    if any(row.own.counted and row.apart is not None for row in rows):
        said.append("Abstand bei der Bevölkerung in Prozentpunkten.")
    if any(row.own.interval for row in rows):
        said.append(
            "In Klammern hinter Veränderungen: Bereich, in den bei kleinen Zahlen schon der Zufall führt (95 %)."
        )
    if any(row.own.why for row in rows):
        said.append(f"{NOT_COMPARED}: nicht vergleichbar, die Gründe stehen im Kapitel „Was sich vergleichen lässt“.")
    return " ".join(said)


def spanned(p: Review, rows: Sequence[Row]) -> str:
    """Between what the changes lie: 'zwischen 2015 und 2020', or 'zwischen den Jahren in der Tabelle'."""
    exact = all(dated(v, year) == cell(v) for row in rows
                for v, year in ((row.own.then, p.years.then), (row.own.now, p.years.now)) if v)  # fmt: skip
    return f"zwischen {p.years.then} und {p.years.now}" if exact else "zwischen den Zeitpunkten, die die Tabelle nennt"


def _declare(section: Section) -> Declaration:
    figure_id = f"review_{section.id}"

    @figure(figure_id)
    def draw(p: Review) -> Figure | Gap:
        rows = p.of(section)
        drawn = [row for row in rows if row.own.unit == "Prozentpunkte" and row.own.told]
        if len(drawn) < 2:
            why = "weil es dazu keine zwei Anteile an vergleichbaren Stichtagen gibt"
            return undrawn(p.place, figure_id, f"Veränderungen zu „{section.title}“ sind", why)
        most = max(drawn, key=lambda row: abs(row.own.value or 0))
        listed = table(p, section, rows)
        labels = {"place": p.region.title} | {r.level: r.title for r in p.around}
        if any(row.alike is not None for row in drawn):
            labels["alike"] = f"{alike(p)} (Median)"
        return Figure(
            id=figure_id,
            title=f"{most.own.measure.label}: {changed(most.own)} Prozentpunkte",
            subtitle=f"{POINTS} {spanned(p, drawn)}, {p.region.title}",
            svg=dots([_dot(row.own.measure.label, row, _chance(row)) for row in drawn], labels, unit=POINTS,
                     zero=True, interval_label=CHANCE if any(row.own.interval for row in drawn) else ""),
            alt=f"Punktdiagramm, {p.region.title}, {POINTS} {spanned(p, drawn)}: "
            + "; ".join(f"{row.own.measure.label} {changed(row.own)}" for row in drawn) + ".",
            table=listed,
            sources=listed.sources,
        )  # fmt: skip

    return draw


def _chance(row: Row) -> tuple[float, float] | None:
    """How far chance may carry the change of a place."""
    return (row.own.interval.low, row.own.interval.high) if row.own.interval else None


def _dot(label: str, row: Row, interval: tuple[float, float] | None = None) -> DotRow:
    values = {"place": row.own.value} | {level: change.value for level, change in row.around.items()}
    return DotRow(label, values | {"alike": row.alike}, changed(row.own), interval)


@figure("review_pyramid")
def then_and_now(p: Review) -> Figure | Gap:
    """Men and women by age now, with then as an outline."""
    own = p.change(AGES)
    if own.then is None or own.now is None or own.why:
        why = "weil es zu beiden Zeiten keine vergleichbaren Zahlen nach Alter und Geschlecht gibt"
        return undrawn(p.place, "review_pyramid", THEN_AND_NOW, why)
    now, then = people(p.place, own.now.date), people(p.before, own.then.date)
    if now is None or then is None or sum(b.men + b.women for b in now.bands) < SMALL:
        why = "weil die amtlichen Tabellen Alter und Geschlecht hier nicht zusammen nennen"
        return undrawn(p.place, "review_pyramid", THEN_AND_NOW, why)
    ages = {"0-19": "unter 20", "20-39": "20 bis 39", "40-64": "40 bis 64", "65+": "65 und älter"}
    early, late = ([q.get("population", date=d, age=age) for age in ages]
                   for q, d in ((p.before, then.date), (p.place, now.date)))  # fmt: skip
    rows = tuple(
        (
            name,
            cell(a),
            cell(b),
            fmt.change((b.value or 0) - (a.value or 0)) if not a.missing and not b.missing else ".",
        )
        for name, a, b in zip(ages.values(), early, late, strict=True)
    )
    head = (
        Column("Alter", align="left"),
        Column(fmt.date(then.date)),
        Column(fmt.date(now.date)),
        Column("Veränderung"),
    )
    tables = sources([*now.values, *then.values, *early, *late])
    return Figure(
        id="review_pyramid",
        title="Wie sich der Altersaufbau verschoben hat",
        subtitle=f"Bevölkerung nach Alter und Geschlecht, {p.region.title}, {fmt.date(now.date)}, als Linie "
        f"{fmt.date(then.date)}",
        svg=pyramid(now.bands, year=fmt.year(now.date), earlier=then.bands, surplus=False,
                    earlier_label=f"Linie: {fmt.date(then.date)}"),
        alt=f"Bevölkerungspyramide, {p.region.title}, {fmt.date(then.date)} und {fmt.date(now.date)}: "
        + "; ".join(f"{row[0]} {row[3]}" for row in rows) + " Menschen.",
        table=Table("Menschen nach Alter", head, rows, tables),
        sources=tables,
    )  # fmt: skip


@figure("review_census_types")
def households(p: Review) -> Figure | Gap:
    """The types of households in the censuses of 2011 and 2022."""
    rows = [row for row in p.households if row.own.measure.indicator == "household_share"]
    if not all(row.own.told for row in rows):
        return undrawn(
            p.place, "review_census_types", "Die Formen des Zusammenlebens 2011 und 2022 sind", _undrawn(rows)
        )
    most = max(rows, key=lambda row: abs(row.own.value or 0))
    when = " und ".join(_days(rows))
    labels = {"place": p.region.title} | {r.level: r.title for r in p.around}
    labels |= {"alike": f"{alike(p)} (Median)"} if any(row.alike is not None for row in rows) else {}
    listed = household_table(p)
    return Figure(
        id="review_census_types",
        title=f"{most.own.measure.label}: {changed(most.own)} Prozentpunkte",
        subtitle=f"Veränderung des Anteils an allen Haushalten in Prozentpunkten, {p.region.title}, {when}",
        svg=dots([_dot(row.own.measure.label, row) for row in rows], labels, unit=POINTS),
        alt=f"Punktdiagramm, {p.region.title}, {when}: "
        + "; ".join(f"{row.own.measure.label} {changed(row.own)}" for row in rows) + " Prozentpunkte.",
        table=listed,
        sources=listed.sources,
    )  # fmt: skip


def _undrawn(rows: Sequence[Row]) -> str:
    """Why types of households are not drawn."""
    if why := next((row.own.why for row in rows if row.own.why), ""):
        return f"weil {why}"
    year = next((2011 if row.own.then is None else 2022 for row in rows if not (row.own.then and row.own.now)), None)
    return f"weil der Zensus {year} sie hier nicht nennt" if year else "weil es hier zu wenige Haushalte sind"


def _days(rows: Sequence[Row]) -> list[str]:
    """The days of the censuses, as they are printed."""
    own = next(row.own for row in rows if row.own.then and row.own.now)
    return [fmt.date(v.date) for v in (own.then, own.now) if v is not None]


def household_table(p: Review) -> Table:
    """A row a key figure of households: both censuses, the change, that of Land, Germany and the places most like it.

    There must be one with values at both ends.
    """
    rows = [row for row in p.households if row.own.then and row.own.now]
    when = _days(rows)
    head = [Column("Haushalte", align="left"), *(Column(day, "%") for day in when), Column("Veränderung")]
    head += [Column(region.title) for region in p.around]
    beside = any(row.alike is not None for row in rows)
    head += [Column(alike(p))] if beside else []
    body = tuple(
        (row.own.measure.label, *(cell(v) for v in (row.own.then, row.own.now) if v is not None), changed(row.own),
         *(changed(row.around[r.level]) if r.level in row.around else "." for r in p.around),
         *([fmt.change(row.alike, 1)] if beside else []))
        for row in rows
    )  # fmt: skip
    every = [v for row in rows for c in (row.own, *row.around.values()) for v in (c.then, c.now) if v is not None]
    note = (
        "Veränderungen in Prozentpunkten. Beide Zählungen verändern Zahlen zum Schutz der Befragten leicht und bilden "
        "Haushalte auf verschiedene Weise; kleine Unterschiede bedeuten nichts."
    )
    whys = dict.fromkeys(row.own.why for row in rows if row.own.why)
    note += "".join(f" {NOT_COMPARED}: nicht verglichen, weil {why}." for why in whys)
    return Table(f"Haushalte, {' und '.join(when)}", tuple(head), body, sources(every), note)


DRAWN = [_declare(section) for section in CHANGING]
"""One figure for each chapter over the years of the document."""
