"""Where the place lies: the locator map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure, maps
from kommunalprofil.figures.compared import surroundings

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile

GEOMETRY = "VG5000"


@figure("locator_map")
def locator_map(p: Profile) -> Figure | Gap:
    """The place in its Kreis or Land, and in Germany."""
    region = p.region
    if region.level == "bund":
        return Gap("locator_map", "Eine Lagekarte gibt es nur für Länder, Kreise und Gemeinden.")
    try:
        svg = maps.locator(p.store.state, region.ags, figure_id="locator_map", names=_names(p), width="half")
    except KeyError:
        text = f"Für {region.accusative} gibt es keine Karte, weil die amtlichen Umrisse den Ort nicht enthalten."
        return Gap("locator_map", text)
    within = [parent.dative_in for role, parent in surroundings(p).items() if role in ("kreis", "land")]
    where = " ".join(within) or "in Deutschland"
    table = _table(p)
    return Figure(
        id="locator_map",
        title=f"{region.title} {where}",
        subtitle=f"Grenzen vom {_boundaries(p)}",
        svg=svg,
        alt=f"Karte, {region.title}: {_position(p, where)}",
        table=table,
        sources=(GEOMETRY,),
        width="half",
    )


def _names(p: Profile) -> dict[str, str]:
    """Labels by key: the place, its Land, then its siblings by population, those with the most people first."""
    region = p.region
    names = {region.ags: region.title} | {parent.ags: parent.name for parent in p.parents if parent.level == "land"}
    inside = region.parents[0] if region.level != "kreis" or p.land is None else p.land.ags
    level = region.level
    if level == "kreis" and len(p.register.children(inside, "kreis")) == 1:
        inside, level = "DE", "land"  # Berlin, Hamburg: drawn among the Länder
    siblings = sorted(p.register.children(inside, level), key=lambda r: -(r.population or 0))
    return names | {r.ags: r.name for r in siblings if r.ags != region.ags and r.inhabited}


def _boundaries(p: Profile) -> str:
    return fmt.date(p.origin(GEOMETRY).gebietsstand)


def _table(p: Profile) -> Table:
    """Area, people and density of the place and what surrounds it, all at the newest date of the place."""
    rows, tables = [], []
    date = p.get("population_density").date or None
    for region in surroundings(p).values():
        density = p.get("population_density", region=region.ags, date=date)
        people = p.get("population", region=region.ags, date=date)
        tables += [*density.sources, *people.sources]
        area = fmt.number(region.area_km2, 1)
        rows.append((region.name, area, fmt.number(people.value), fmt.number(density.value)))
    head = (Column("Gebiet", align="left"), Column("Fläche", "km²"), Column("Bevölkerung", "Personen"),
            Column("Dichte", "je km²"))  # fmt: skip
    day = f", Bevölkerung am {fmt.date(date)}" if date else " und Bevölkerung"
    return Table(f"Fläche{day}", head, tuple(rows), tuple(dict.fromkeys(tables)))


def _position(p: Profile, where: str) -> str:
    """The finding for people who do not see the map."""
    region = p.region
    size = f"{fmt.number(region.area_km2, 1)} km² groß" if region.area_km2 else "als Fläche hervorgehoben"
    if not region.inhabited:
        return f"Das Gebiet liegt {where} und ist {size}, dort wohnt niemand."
    people = f" mit {fmt.number(region.population)} Einwohnerinnen und Einwohnern" if region.population else ""
    return f"Das Gebiet liegt {where} und ist {size}{people}."
