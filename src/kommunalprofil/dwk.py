"""The Demografiewerkstatt Kommunen: its model Kommunen and how one of them compares with the others of its level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Table
from kommunalprofil.sentences import LEVELS, decimals

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.regions import Region

MODEL_KOMMUNEN = (
    "01051", "05358", "03454", "03454055", "10041", "14627230", "14523010", "13076050", "05913", "12063",
)  # fmt: skip
"""Keys of the places whose profiles the project made: six Kreise and kreisfreie Städte, four Gemeinden."""


def fellows(p: Evidence) -> list[Region]:
    """All model Kommunen of the level of the place, itself first; none if it is no model Kommune."""
    own = p.region
    if own.ags not in MODEL_KOMMUNEN or not p.comparison:
        return []
    same = [ags for ags in MODEL_KOMMUNEN if ags != own.ags and len(ags) == len(own.ags) and ags in p.register]
    return [own, *map(p.register.get, same)]


def table(p: Evidence) -> Table | None:
    """The measures of the place beside those of the other model Kommunen of its level; None for other places."""
    places = fellows(p)
    if len(places) < 2:
        return None
    rows: list[tuple[str, ...]] = []
    tables: list[str] = []
    for measure, one in p.ranked():
        own = p.measured(measure, one.date)
        known = {own.region: one.value} | p.elsewhere(measure, [region.ags for region in places[1:]])
        cells = (fmt.number(known.get(region.ags), decimals(own.unit)) for region in places)
        rows.append((measure.labelled(own.unit), *cells, fmt.date(one.date)))
        tables += own.sources
    head = (Column("Kennzahl", align="left"), *(Column(region.name) for region in places), Column("Stand"))
    caption = f"{LEVELS[p.region.level][0]} unter den Modellkommunen"
    return Table(caption, head, tuple(rows), tuple(dict.fromkeys(tables)))
