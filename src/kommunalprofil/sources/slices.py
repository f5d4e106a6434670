"""Selections of a GENESIS table: all of it, a span of years, one Land – the usual escape from the limits of a fetch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kommunalprofil.sources.declare import Table

FIRST_YEAR = "1900"
"""The earliest year the services take; without a year they give the newest date only."""
LAENDER = tuple(f"{n:02d}" for n in range(1, 17))
REGIONAL = {
    "regio": {"land": "DLAND", "kreis": "KREISE", "gemeinde": "GEMEIN"},
    "destatis": {"land": "DLAND", "kreis": "KREISE", "gemeinde": "GEMEIN"},
    "zensus": {"land": "GEOBL1", "kreis": "GEOLK1", "gemeinde": "GEOGM1"},
}
"""The variable of the areas of each level, by database."""
_YEAR = re.compile(r"\b(\d{4})\b")


@dataclass(frozen=True)
class Slice:
    """What is asked of a table: years (empty: no restriction), and the areas of one Land."""

    startyear: str = ""
    endyear: str = ""
    regionalvariable: str = ""
    regionalkey: str = ""
    areas: str = ""

    @classmethod
    def of(cls, table: Table, database: str, since: int | None) -> Slice:
        """All of a table since a year. The Zensus knows one day, and gives Germany unless it is told the level."""
        areas = REGIONAL[database].get(table.level, "")
        if database == "zensus":
            return cls(startyear=str(since or ""), regionalvariable=areas, areas=areas)
        return cls(startyear=str(since or FIRST_YEAR), areas=areas)

    def form(self) -> dict[str, str]:
        """The parameters of the request."""
        names = ("startyear", "endyear", "regionalvariable", "regionalkey")
        return {name: getattr(self, name) for name in names}

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last year, if both are said."""
        return (int(self.startyear), int(self.endyear)) if self.startyear and self.endyear else None

    def __str__(self) -> str:
        years = self.startyear if self.startyear == self.endyear else f"{self.startyear}–{self.endyear}"
        parts = [years] if self.span else []
        parts += [f"Land {self.regionalkey.rstrip('*')}"] if self.regionalkey else []
        return ", ".join(parts) or "alles"


def halves(part: Slice, span: tuple[int, int] | None) -> list[Slice]:
    """The two halves of a span of years; none if it is one year, unknown, or the slice is already one Land."""
    if span is None or span[0] >= span[1] or part.regionalkey:
        return []
    middle = sum(span) // 2
    spans = ((span[0], middle), (middle + 1, span[1]))
    return [replace(part, startyear=str(first), endyear=str(last)) for first, last in spans]


def laender(part: Slice) -> list[Slice]:
    """The slice Land by Land; none if it is one Land already or its table has no areas below."""
    if part.regionalkey or not part.areas:
        return []
    return [replace(part, regionalvariable=part.areas, regionalkey=f"{land}*") for land in LAENDER]


def years_of(metadata: Mapping[str, Any]) -> tuple[int, int] | None:
    """First and last year in the answer of `metadata/table`; None if it does not say."""
    inner = metadata.get("Object")
    time = inner.get("Time") if isinstance(inner, Mapping) else None
    if not isinstance(time, Mapping):
        return None
    found = [_YEAR.search(str(time.get(name, ""))) for name in ("From", "To")]
    years = [int(match[1]) for match in found if match]
    return (years[0], years[1]) if len(years) == 2 and years[0] <= years[1] else None
