"""The places most like this one: who they are, what sets the nearest apart, and the table of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.comparison import Measure
from kommunalprofil.document import Column, Gap, Table
from kommunalprofil.sentences import LEVELS, capital, decimals, located

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.regions import Region
    from kommunalprofil.similar import Alike

COLUMNS = {
    "population": "Bevölkerung",
    "population_change_5y": "Entwicklung in 5 Jahren",
    "age_share:age=65+": "Menschen ab 65",
    "foreign_share": "Ohne deutschen Pass",
    "household_share:household=one_person": "Haushalte mit 1 Person",
}
"""The measures of the table and what they are called there."""
ONE = {"land": "Land", "kreis": "Kreis", "gemeinde": "Gemeinde"}


def _measures() -> list[Measure]:
    from kommunalprofil.similar import BY_ID

    return [BY_ID[name] for name in COLUMNS]


def _found(p: Evidence) -> Alike | None:
    """The places most like this one; None where there are none to tell."""
    found: Alike | None = p.alike
    return found if found is not None and found.neighbours else None


def lead(p: Evidence) -> list[str]:
    """Among which places the nearest were looked for, and in what."""
    from kommunalprofil.similar import THEME

    found = _found(p)
    if found is None:
        return []
    level = LEVELS[p.region.level][0]
    begin = f"Unter den {fmt.number(found.others)} anderen {found.size.words}"
    said = [f"{begin} sind {p.region.dative} die {level} der Tabelle am ähnlichsten."]
    if found.size.widened:
        said.append("Ihre Größenklasse allein hat wenige Orte, darum zählen benachbarte Klassen mit.")
    themes = fmt.list_and(dict.fromkeys(THEME[measure.id].name for measure in found.measures))
    said.append(f"Verglichen sind {themes}; jedes Thema zählt gleich viel.")
    said.append("Je kleiner der Abstand, desto ähnlicher; 0 hieße gleich.")
    return said


def nearest(p: Evidence) -> list[str]:
    """Which place is nearest, and the number in which both differ most."""
    found = _found(p)
    if found is None:
        return []
    first = found.neighbours[0]
    region = p.register.get(first.ags)
    said = [f"Den kleinsten Abstand hat {_placed(p, region)}."]
    for part in first.apart:
        one = p.standing(part.measure)
        known = p.elsewhere(part.measure, [first.ags])
        if one is None or not part.share or first.ags not in known:
            continue
        unit = p.measured(part.measure, one.date).unit
        own, other = (fmt.number(value, decimals(unit)) for value in (one.value, known[first.ags]))
        if own == other:
            continue
        said.append(f"Am meisten unterscheidet beide: {part.measure.label}, {between(own, other, unit)}.")
        break
    return said


def between(own: str, other: str, unit: str) -> str:
    """'494,4 gegenüber 691,2 je km²', '26,3 % gegenüber 31,6 %', '133.460 gegenüber 170.029'."""
    if unit == "%":
        return f"{fmt.with_unit(own, unit)} gegenüber {fmt.with_unit(other, unit)}"
    behind = f" {fmt.counted_or(unit)}".rstrip().replace(" ", fmt.NBSP)
    return f"{own} gegenüber {other}{behind}"


def _placed(p: Evidence, region: Region) -> str:
    """'die Stadt Altenburg im Landkreis Altenburger Land (Thüringen)', 'der Kreis Steinburg in Schleswig-Holstein'."""
    around = [p.register.get(ags) for ags in region.parents[:-1] if ags in p.register]
    name = located(region.nominative, around)
    around = [one for one in around if one.name != region.name]  # not „Berlin in Berlin“
    if not around:
        return name
    land = f" ({around[1].name})" if len(around) > 1 else ""
    return f"{name} {around[0].dative_in}{land}"


def table(p: Evidence) -> Table | None:
    """The place and those most like it, with some measures of each; None if none is known."""
    found = _found(p)
    if found is None:
        return None
    places = [p.region, *(p.register.get(one.ags) for one in found.neighbours)]
    others = [region.ags for region in places[1:]]
    ranked = p.ranked(_measures())
    head = [Column(ONE[p.region.level], align="left")]
    columns = [[_name(p, region) for region in places]]
    if p.region.level != "land":
        head.append(Column("Land", align="left"))
        columns.append([p.register.get(region.ags[:2]).name for region in places])
    head.append(Column("Abstand"))
    columns.append([fmt.DASH, *(fmt.number(one.distance, 2) for one in found.neighbours)])
    tables: list[str] = []
    dates: dict[str, list[str]] = {}
    for measure, one in ranked:
        own = p.measured(measure, one.date)
        known = {own.region: one.value} | p.elsewhere(measure, others)
        unit = "" if own.unit == "Personen" else own.unit
        head.append(Column(COLUMNS[measure.id], unit))
        columns.append([fmt.number(known.get(region.ags), decimals(own.unit)) for region in places])
        dates.setdefault(fmt.date(one.date), []).append(COLUMNS[measure.id])
        tables += own.sources
    days = "; ".join(f"{', '.join(labels)}: {day}" for day, labels in dates.items())
    caption = capital(f"{LEVELS[p.region.level][0]}, die {p.region.dative} am ähnlichsten sind")
    rows = tuple(zip(*columns, strict=True))
    note = f"Stand: {days}." if days else ""
    return Table(caption, tuple(head), rows, tuple(dict.fromkeys(tables)), note=note, total_rows=(0,))


def _name(p: Evidence, region: Region) -> str:
    return located(region.name, [p.register.get(ags) for ags in region.parents if ags in p.register])


def missing(p: Evidence) -> Gap | None:
    """Why there are no places to compare with, where there are none."""
    if _found(p) is not None:
        return None
    why = "weil zu wenige der Zahlen vorliegen, in denen verglichen wird"
    level = LEVELS[p.region.level][0]
    return Gap("similar", f"Für {p.region.accusative} stehen hier keine ähnlichen {level}, {why}.")
