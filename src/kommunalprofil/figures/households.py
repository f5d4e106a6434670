"""Households: how people live together, how many under one roof, and where older people live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Figure, Gap
from kommunalprofil.figures import figure, style
from kommunalprofil.figures.charts import Segment, StackRow, dots, stacked
from kommunalprofil.figures.compared import (
    CENSUS,
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
)
from kommunalprofil.indicators.households import SIZES, TYPES
from kommunalprofil.sentences import places
from kommunalprofil.vocabulary import HOUSEHOLD

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value

SENIORS = {
    "seniors_only": Segment("nur Seniorinnen und Senioren", style.MAP_CLASSES[4]),
    "seniors_and_younger": Segment("Ältere und Jüngere", style.MAP_CLASSES[2]),
    "no_seniors": Segment("ohne Seniorinnen und Senioren", style.MAP_LAND),
}
UNIT = "Anteil an allen Haushalten in %"


def _rows(p: Profile, members: Sequence[str]) -> list[Row]:
    return [row(p, HOUSEHOLD[member].de, "household_share", household=member) for member in members]


def _gap(p: Profile, figure_id: str, what: str, rows: Sequence[Row]) -> Gap | None:
    missing = next((one.own for one in rows if one.own.missing), None)
    if missing is not None:
        return absent(p, figure_id, "Zahlen zu Haushalten sind", CENSUS)
    subject = f"Anteile der Haushalte nach {what} sind"
    few = too_few(p, figure_id, subject, rows[0].own, "Haushalte")
    return few or uneven(p, figure_id, subject, [one.own for one in rows], "Haushalten")


def _dot_figure(p: Profile, figure_id: str, what: str, rows: Sequence[Row], title: str, read: str) -> Figure:
    own = rows[0].own
    every = [v for one in rows for v in one.values.values()]
    when = fmt.date(own.date)
    return Figure(
        id=figure_id,
        title=title,
        subtitle=f"{UNIT}, {names(p)}, {when}",
        svg=dots([dot_row(one) for one in rows], labels(p), unit=UNIT),
        alt=f"Punktdiagramm, {p.region.title}, {when}: {read}",
        table=comparison_table(p, f"Haushalte nach {what}", what, "%", rows, census_note(every)),
        sources=sources(every),
    )


def _share(value: Value) -> str:
    """'41,6 %', or the counts where there are few."""
    return cell(value) + (f"{fmt.NBSP}%" if places(value) is not None else "")


@figure("household_types")
def household_types(p: Profile) -> Figure | Gap:
    """Living alone, as a couple, with children, as a lone parent, sharing – beside Land and Bund."""
    rows = _rows(p, TYPES)
    if gap := _gap(p, "household_types", "Typ", rows):
        return gap
    alone = rows[0].own
    title = "Haushalte nach Typ"
    if (alone.denominator or 0) >= 100:
        title = f"In rund {fmt.number(alone.value)} von 100 Haushalten lebt ein Mensch allein"
    read = fmt.list_and(f"{_share(rows[n].own)} {rows[n].label}" for n in (0, 2, 3))
    return _dot_figure(p, "household_types", "Typ", rows, title, f"Anteile: {read}.")


@figure("household_sizes")
def household_sizes(p: Profile) -> Figure | Gap:
    """Households by number of people, beside Land and Bund."""
    rows = _rows(p, SIZES)
    if gap := _gap(p, "household_sizes", "Größe", rows):
        return gap
    one, two, large = rows[0].own, rows[1].own, [each.own for each in rows[3:]]
    title = "Haushalte nach Größe"
    if (one.denominator or 0) >= 100:
        together = (one.value or 0) + (two.value or 0)
        title = f"Rund {fmt.number(together)} von 100 Haushalten haben eine oder zwei Personen"
    many = fmt.number(sum(v.numerator or 0 for v in large))
    read = f"{_share(one)} haben eine Person, {_share(two)} zwei; vier und mehr Personen leben in {many} Haushalten."
    return _dot_figure(p, "household_sizes", "Größe", rows, title, read)


@figure("household_seniors")
def household_seniors(p: Profile) -> Figure | Gap:
    """Households with older people only, with older and younger people, without older people."""
    rows = _rows(p, tuple(SENIORS))
    if gap := _gap(p, "household_seniors", "Seniorenstatus", rows):
        return gap
    only, mixed = rows[0].own, rows[1].own
    roles = [role for role in surroundings(p) if not any(one.values[role].missing for one in rows)]
    chart = [_bar(role, labels(p)[role], [one.values[role] for one in rows]) for role in roles]
    every = [v for one in rows for v in one.values.values()]
    title = "Haushalte nach Seniorenstatus"
    if (only.denominator or 0) >= 100:
        title = f"In rund {fmt.number((only.value or 0) + (mixed.value or 0))} von 100 Haushalten leben ältere Menschen"
    when = fmt.date(only.date)
    return Figure(
        id="household_seniors",
        title=title,
        subtitle=f"{UNIT}, {names(p)}, {when}",
        svg=stacked(chart, list(SENIORS.values())),
        alt=(
            f"Gestapelte Balken, {p.region.title}, {when}: {_share(only)} der Haushalte bestehen nur aus Seniorinnen "
            f"und Senioren, in {_share(mixed)} leben Ältere und Jüngere zusammen."
        ),
        table=comparison_table(p, "Haushalte nach Seniorenstatus", "Haushalte", "%", rows, census_note(every)),
        sources=sources(every),
        note="Seniorinnen und Senioren sind Menschen ab 65 Jahren.",
    )


def _bar(role: str, name: str, values: Sequence[Value]) -> StackRow:
    texts = [_share(value) for value in values]
    return StackRow(name, [value.value or 0 for value in values], texts, strong=role == "place")
