"""Nationality and immigration history: who has which passport, and who came or whose parents came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure, style
from kommunalprofil.figures.charts import (
    Bar,
    DotRow,
    Segment,
    StackRow,
    bars,
    beside,
    dots,
    pyramid,
    stacked,
)
from kommunalprofil.figures.compared import (
    CENSUS,
    NATIONALITY,
    Row,
    absent,
    cell,
    census_note,
    comparison_table,
    dot_row,
    labels,
    names,
    row,
    sources,
    surroundings,
    too_few,
    uneven,
    versus_land,
)
from kommunalprofil.figures.structure import people
from kommunalprofil.sentences import places

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value

AGES = ("0-17", "18-24", "25-44", "45-64", "65+")
PARTS = {
    "immigrated": Segment("selbst eingewandert", style.MAP_CLASSES[4]),
    "descendant": Segment("Nachkommen", style.MAP_CLASSES[3]),
    "one_sided": Segment("einseitig", style.MAP_CLASSES[1], hatched=True),
    "without": Segment("ohne Einwanderungsgeschichte", style.MAP_LAND),
}


@figure("foreign_share")
def foreign_share(p: Profile) -> Figure | Gap:
    """The share of foreign nationals beside Land and Bund, at every date there is (the newest three)."""
    dates = p.dates("foreign_share")[-3:]
    if not dates:
        return absent(p, "foreign_share", "Zahlen zu Staatsangehörigkeit und Einwanderungsgeschichte sind", CENSUS)
    rows = [row(p, fmt.date_words(date), "foreign_share", date=date) for date in dates]
    newest = rows[-1]
    if few := too_few(p, "foreign_share", "Der Ausländeranteil ist", newest.own):
        return few
    unit = "Ausländerinnen und Ausländer in % der Bevölkerung"
    if len(rows) == 1:
        chart = [Bar(labels(p)[role], value.value, role, text=_text(value)) for role, value in newest.values.items()]
        svg = bars(chart, unit=unit, decimals=1)
    else:
        svg = dots([dot_row(one) for one in rows], labels(p), unit=unit)
    kind = "Balkendiagramm" if len(rows) == 1 else "Punktdiagramm"
    every = [v for one in rows for v in one.values.values()]
    return Figure(
        id="foreign_share",
        title=versus_land(newest, "Der Ausländeranteil ist", p) or f"Ausländeranteil {p.region.dative_in}",
        subtitle=f"{unit}, {names(p)}, {fmt.list_and(fmt.date(date) for date in dates)}",
        svg=svg,
        alt=f"{kind}, {p.region.title}, {fmt.list_and(one.label for one in rows)}: {_read(p, newest)}",
        table=comparison_table(p, "Ausländeranteil", "Stichtag", "%", rows, census_note(every)),
        sources=sources(every),
        note="Fortschreibung (31.12.) und Zensus zählen verschieden; zwischen ihnen ist kein Verlauf ablesbar."
        if len({v.base for v in every if not v.missing}) > 1
        else "",
    )


def _text(value: Value) -> str | None:
    return None if value.missing or places(value) == 1 else cell(value)


def _read(p: Profile, one: Row) -> str:
    """'Kreis Dithmarschen 6,7 %, Schleswig-Holstein 8,9 %, Deutschland 13,2 %.'"""
    parts = [
        f"{name} {cell(one.values[role])}" + (f"{fmt.NBSP}%" if places(one.values[role]) is not None else "")
        for role, name in labels(p).items()
        if not one.values[role].missing
    ]
    return f"{', '.join(parts)}."


@figure("foreign_share_by_age")
def foreign_share_by_age(p: Profile) -> Figure | Gap:
    """Foreign nationals in the pyramid, and their share by age group and sex."""
    date = next((day for day in reversed(p.dates("foreign_share", age=AGES[0], sex="F")) if _all_ages(p, day)), None)
    if date is None:
        what = "Der Ausländeranteil nach Alter ist"
        if p.region.level != "gemeinde":
            return absent(p, "foreign_share_by_age", what, NATIONALITY)
        text = (
            f"{what} für {p.region.accusative} nicht dargestellt, weil die amtlichen Tabellen die Nationalität nach "
            "Alter nur für Kreise und kreisfreie Städte nennen."
        )
        return Gap("foreign_share_by_age", text)
    values = {(age, sex): p.get("foreign_share", age=age, sex=sex, date=date) for age in AGES for sex in "TFM"}
    rows = [DotRow(fmt.age(age), {"women": values[age, "F"].value, "men": values[age, "M"].value}) for age in AGES]
    shares = dots(rows, {"women": "Frauen", "men": "Männer"}, heading="Anteil",
                  unit="Ausländerinnen und Ausländer in % der Altersgruppe", width="half")  # fmt: skip
    by_age = people(p, date, foreign=True)
    svg = shares
    if by_age:
        tree = pyramid(by_age.bands, surplus=False, width="half", height=165)
        svg = beside([tree, shares])
    highest = max(AGES, key=lambda age: values[age, "T"].value or 0)
    lowest = min(AGES, key=lambda age: values[age, "T"].value or 0)
    return Figure(
        id="foreign_share_by_age",
        title=f"Am höchsten ist der Ausländeranteil bei den {_dative(highest)}",
        subtitle=f"Bevölkerung nach Alter und Geschlecht und Ausländeranteil in %, {p.region.title}, {fmt.date(date)}",
        svg=svg,
        alt=(
            f"Bevölkerungspyramide und Punktdiagramm, {p.region.title}, {fmt.date_words(date)}: Von den "
            f"{_dative(highest)} sind {cell(values[highest, 'T'])} % Ausländerinnen und Ausländer, von den "
            f"{_dative(lowest)} {cell(values[lowest, 'T'])} %."
        ),
        table=_age_table(values),
        sources=sources(values.values()),
        width="full" if by_age else "half",
    )


def _all_ages(p: Profile, date: str) -> bool:
    """Whether the share of every age group is known at a date: the oldest foreigners may be secret."""
    return not any(p.get("foreign_share", age=age, sex=sex, date=date).missing for age in AGES for sex in "TFM")


def _dative(age: str) -> str:
    """'18- bis 24-Jährigen', '65-Jährigen und Älteren'."""
    return fmt.age_people(age).replace("Jährige", "Jährigen").replace("Ältere", "Älteren")


def _age_table(values: dict[tuple[str, str], Value]) -> Table:
    head = (Column("Alter", align="left"), Column("Ausländerinnen und Ausländer", "Personen"),
            Column("Anteil insgesamt", "%"), Column("Frauen", "%"), Column("Männer", "%"))  # fmt: skip
    rows = tuple(
        (fmt.age(age), fmt.number(values[age, "T"].numerator), *(cell(values[age, sex]) for sex in "TFM"))
        for age in AGES
    )
    return Table("Ausländeranteil nach Alter und Geschlecht", head, rows, sources(values.values()))


@figure("immigration_history")
def immigration_history(p: Profile) -> Figure | Gap:
    """People with, with one-sided and without immigration history, beside Land and Bund."""
    parts = {part: row(p, segment.label, "immigration_history_share", migration=part)
             for part, segment in PARTS.items()}  # fmt: skip
    total = row(p, "mit Einwanderungsgeschichte", "immigration_history_share", migration="with")
    missing = next((one.own for one in (*parts.values(), total) if one.own.missing), None)
    if missing is not None:
        what = "Zahlen zu Staatsangehörigkeit und Einwanderungsgeschichte sind"
        return absent(p, "immigration_history", what, CENSUS)
    what = "Anteile nach Einwanderungsgeschichte sind"
    if few := too_few(p, "immigration_history", what, total.own):
        return few
    if noisy := uneven(p, "immigration_history", what, [one.own for one in parts.values()]):
        return noisy
    roles = [role for role in surroundings(p) if not any(one.values[role].missing for one in parts.values())]
    chart = [_bar(role, labels(p)[role], list(parts.values())) for role in roles]
    rows = [total, *(Row(_table_label(part), one.values) for part, one in parts.items())]
    every = [v for one in rows for v in one.values.values()]
    when = fmt.date(total.own.date)
    return Figure(
        id="immigration_history",
        title=_hundred(total.own) or "Bevölkerung nach Einwanderungsgeschichte",
        subtitle=f"Anteil an der Bevölkerung in %, {names(p)}, {when}",
        svg=stacked(chart, list(PARTS.values())),
        alt=f"Gestapelte Balken, {p.region.title}, {when}: Mit Einwanderungsgeschichte {_read(p, total)}",
        table=comparison_table(
            p, "Bevölkerung nach Einwanderungsgeschichte", "Einwanderungsgeschichte", "%", rows, census_note(every)
        ),
        sources=sources(every),
        note="Nachkommen: beide Eltern sind seit 1950 eingewandert; einseitig: nur ein Elternteil ist eingewandert.",
    )


def _bar(role: str, name: str, parts: Sequence[Row]) -> StackRow:
    values = [one.values[role] for one in parts]
    texts = [_share(v) for v in values]
    return StackRow(name, [v.value or 0 for v in values], texts, strong=role == "place")


def _share(value: Value) -> str:
    """'11,8 %', for few people '12 %', for very few the count."""
    digits = places(value)
    return fmt.number(value.numerator) if digits is None else fmt.percent(value.value, digits)


def _table_label(part: str) -> str:
    words = {"immigrated": "davon selbst eingewandert", "descendant": "davon Nachkommen",
             "one_sided": "mit einseitiger Einwanderungsgeschichte"}  # fmt: skip
    return words.get(part, PARTS[part].label)


def _hundred(value: Value) -> str:
    if value.value is None or (value.denominator or 0) < 100:
        return ""
    return f"Rund {fmt.number(value.value)} von 100 Menschen haben eine Einwanderungsgeschichte"
