"""Where the place lies, and how old the people around it are: two maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.comparison import MEASURES
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure, maps
from kommunalprofil.figures.compared import surroundings, undrawn
from kommunalprofil.sentences import located, outdated

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.regions import Region

GEOMETRY = "VG5000"
AGE = next(measure for measure in MEASURES if measure.indicator == "mean_age")
FEWEST = 4
"""Of fewer areas a map says nothing."""


@figure("locator_map")
def locator_map(p: Evidence) -> Figure | Gap:
    """The place in its Kreis or Land, and in Germany."""
    region = p.region
    if region.level == "bund":
        return Gap("locator_map", "Eine Lagekarte gibt es nur für Länder, Kreise und Gemeinden.")
    try:
        svg = maps.locator(p.store.state, region.ags, names=_names(p), width="half")
    except KeyError:
        text = f"Für {region.accusative} gibt es keine Karte, weil die amtlichen Umrisse den Ort nicht enthalten."
        return Gap("locator_map", text)
    within = [parent.dative_in for role, parent in surroundings(p).items() if role in ("kreis", "land")]
    where = " ".join(within) or "in Deutschland"
    table = _table(p)
    return Figure(
        id="locator_map",
        title=f"{located(region.title, surroundings(p).values())} {where}",
        subtitle=f"Grenzen vom {_boundaries(p)}",
        svg=svg,
        alt=f"Karte, {region.title}: {_position(p, where)}",
        table=table,
        sources=(GEOMETRY,),
        width="half",
    )


@figure("age_map")
def age_map(p: Evidence) -> Figure | Gap:
    """The mean age of the areas around the place, in classes."""
    what = "Die Karte des Durchschnittsalters ist"
    places = _around(p) if p.comparison else []
    values = p.elsewhere(AGE, [region.ags for region in places])
    if len(values) < FEWEST or p.region.ags not in values:
        return undrawn(p, "age_map", what, "weil zu wenige Gebiete in der Umgebung vergleichbare Zahlen haben")
    date = p.comparison.date(AGE)
    name = _told_apart(places)
    where = {r.ags: f"in {r.name}" if name[r.ags] == r.name else r.dative_in for r in places}
    classes = maps.value_classes(values, decimals=1)
    spans = [fmt.span(*(fmt.number(values[one.areas[i]], 1) for i in (0, -1))) for one in classes]
    legend = [f"{span} ({len(one.areas)})" for span, one in zip(spans, classes, strict=True)]
    legend += ["keine Angabe"] if len(values) < len(places) else []
    try:
        svg = maps.choropleth(
            p.store.state, p.region.ags, classes, names=_names(p), legend=legend, unit="Jahre",
            told={ags: fmt.number(value, 1) for ags, value in values.items()},
        )  # fmt: skip
    except KeyError:
        return undrawn(p, "age_map", what, "weil die amtlichen Umrisse den Ort nicht enthalten")
    own = p.get("mean_age", date=date)
    oldest, youngest = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    rows = tuple((span, str(len(one.areas)), ", ".join(name[ags] for ags in one.areas))
                 for span, one in zip(spans, classes, strict=True))  # fmt: skip
    head = (Column("Durchschnittsalter", "Jahre", align="left"), Column("Gebiete"), Column("Namen", align="left"))
    return Figure(
        id="age_map",
        title=f"Am ältesten sind die Menschen {where[oldest]}, am jüngsten {where[youngest]}",
        subtitle=f"Durchschnittsalter in Jahren, {fmt.date(date)}; in Klammern die Zahl der Gebiete",
        svg=svg,
        alt=(
            f"Karte, {p.region.title} und Umgebung, {fmt.date(date)}: Das Durchschnittsalter liegt zwischen "
            f"{fmt.number(values[youngest], 1)} Jahren {where[youngest]} und {fmt.number(values[oldest], 1)} Jahren "
            f"{where[oldest]}, {p.region.dative_in} bei {fmt.number(own.value, 1)} Jahren."
        ),
        table=Table(f"Durchschnittsalter in der Umgebung am {fmt.date(date)}", head, rows, own.sources),
        sources=(*own.sources, GEOMETRY),
    )


def _frame(p: Evidence) -> tuple[str, str]:
    """The area in which a map shows the place, and the level of those it shows there."""
    region = p.region
    inside = region.parents[0] if region.level != "kreis" or p.land is None else p.land.ags
    if region.level == "kreis" and len(p.register.children(inside, "kreis")) == 1:
        return "DE", "land"  # Berlin, Hamburg: drawn among the Länder
    return inside, region.level


def _around(p: Evidence) -> list[Region]:
    """The areas a map of the place can compare it with: none for a Kreis drawn among the Länder."""
    inside, level = _frame(p)
    return [one for one in p.register.children(inside, level) if one.inhabited] if level == p.region.level else []


def _names(p: Evidence) -> dict[str, str]:
    """Labels by key: the place, its Land, then its siblings by population, those with the most people first."""
    region = p.region
    names = {region.ags: region.title} | {parent.ags: parent.name for parent in p.parents if parent.level == "land"}
    siblings = sorted(p.register.children(*_frame(p)), key=lambda r: -(r.population or 0))
    shown = _told_apart(siblings)
    return names | {r.ags: shown[r.ags] for r in siblings if r.ags != region.ags and r.inhabited}


def _told_apart(places: Sequence[Region]) -> dict[str, str]:
    """Their names by key; of two with one name (Stadt and Landkreis Rostock) the official title."""
    often = Counter(region.name for region in places)
    return {region.ags: region.name if often[region.name] == 1 else region.title for region in places}


def _boundaries(p: Evidence) -> str:
    return fmt.date(p.origin(GEOMETRY).gebietsstand)


def _table(p: Evidence) -> Table:
    """Area, people and density of the place and what surrounds it, all at the newest date of the place."""
    rows, tables, old = [], [], False
    date = p.get("population_density").date or None
    for region in surroundings(p).values():
        density = p.get("population_density", region=region.ags, date=date)
        people = p.get("population", region=region.ags, date=date)
        tables += [*density.sources, *people.sources]
        old = old or outdated(people)
        area = fmt.number(region.area_km2, 1)
        rows.append((region.name, area, fmt.number(people.value), fmt.number(density.value)))
    head = (Column("Gebiet", align="left"), Column("Fläche", "km²"), Column("Bevölkerung", "Personen"),
            Column("Dichte", "je km²"))  # fmt: skip
    day = f", Bevölkerung am {fmt.date(date)}" if date else " und Bevölkerung"
    note = "Die Einwohnerzahlen beruhen auf dem Zensus 2011, nicht auf dem von 2022." if old else ""
    return Table(f"Fläche{day}", head, tuple(rows), tuple(dict.fromkeys(tables)), note)


def _position(p: Evidence, where: str) -> str:
    """The finding for people who do not see the map."""
    region = p.region
    size = f"{fmt.number(region.area_km2, 1)} km² groß" if region.area_km2 else "als Fläche hervorgehoben"
    if not region.inhabited:
        return f"Das Gebiet liegt {where} und ist {size}, dort wohnt niemand."
    people = f" mit {fmt.number(region.population)} Einwohnerinnen und Einwohnern" if region.population else ""
    return f"Das Gebiet liegt {where} und ist {size}{people}."
