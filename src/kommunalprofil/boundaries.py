"""Where the borders of a place moved: numbers before and after are of two territories and must not be compared.

Official keys tell of reforms of Kreise and, since 2020, of Gemeinden; the series break there by themselves. Older lists
only prove that the area of a Gemeinde changed between two days. Then the day shows in the number of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.indicators.series import TERRITORY

if TYPE_CHECKING:
    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region

LEAST_AREA = 0.02
"""Change of the area, as a share, from which on the borders have moved; surveys alone differ by less."""
LEAST_PEOPLE = 0.015
"""Change of the population in one step, apart from its trend, that such a reform must bring to matter."""
STANDS_OUT = 5
"""How often that step must exceed the usual one, if it is in keeping with the change of the area."""
IN_KEEPING = (0.3, 15.0)
"""Change of the population over change of the area: less is a good year for births, more a new camp for refugees."""
STARTLING = 10
"""How often the usual step a step must exceed to be a reform that brought much land and few people."""
YEARS_AROUND = 4
"""How far from the change of the area, which is known for every fourth year or so, the step is looked for."""


@dataclass(frozen=True, slots=True)
class Reform:
    """A change of borders between two days (ISO): the last one with data before and the first one after."""

    before: str
    after: str


def _steps(people: Sequence[Value]) -> list[tuple[Value, Value]]:
    """Neighbouring values on one population base."""
    bases = dict.fromkeys(v.base for v in people)
    return [pair for base in bases for pair in pairwise(v for v in people if v.base == base and v.value)]


def _step(pair: tuple[Value, Value]) -> float:
    return (pair[1].value or 0) / (pair[0].value or 1) - 1


def known(values: Iterable[Value]) -> list[Reform]:
    """The reforms a series says itself that it crosses."""
    there = [v for v in values if not v.missing]
    return [Reform(a.date, b.date) for a, b in pairwise(there) if TERRITORY in b.flag.split("|")]


def find(people: Sequence[Value], density: Sequence[Value]) -> list[Reform]:
    """The reforms of which no key tells that the series of a place crosses, from old to new.

    `people` are its numbers of people, `density` the people per km² with the area as denominator.
    """
    steps = _steps([v for v in people if not v.missing])
    areas = [(v.date, v.denominator) for v in density if v.denominator]
    trend = median_low(map(_step, steps)) if steps else 0.0
    usual = median_low(abs(_step(pair) - trend) for pair in steps) if steps else 0.0
    found: set[Reform] = set()
    for (_, area), (date, later) in pairwise(areas):
        growth = later / area - 1
        if abs(growth) < LEAST_AREA:
            continue
        for before, after in steps:
            near = abs(fmt.year(after.date) - fmt.year(date)) <= YEARS_AROUND
            if near and _by_reform(_step((before, after)) - trend, growth, usual):
                found.add(Reform(before.date, after.date))
    return sorted(found, key=lambda reform: reform.after)


def _by_reform(step: float, growth: float, usual: float) -> bool:
    """Whether a change of the population comes from new borders that changed the area by `growth`."""
    times, ratio = abs(step) / max(usual, 0.001), abs(step / growth)
    if abs(step) < LEAST_PEOPLE or ratio > IN_KEEPING[1]:
        return False
    return times >= STANDS_OUT and (ratio >= IN_KEEPING[0] or times >= STARTLING)


def crossed(values: Sequence[Value], reforms: Sequence[Reform]) -> list[Value]:
    """The series with the first value after every reform flagged as a break.

    Changes over a reform (`population_change`) become gaps: they would count people who did not move.
    """
    marked = list(values)
    for reform in reforms:
        first = next((i for i, v in enumerate(marked) if v.date >= reform.after and not v.missing), None)
        if first is None:
            continue
        one = marked[first]
        if one.indicator == "population_change":
            if one.date == reform.after:
                gap = {"value": None, "numerator": None, "denominator": None, "flag": "not_computable"}
                marked[first] = replace(one, **gap)  # type: ignore[arg-type]
        elif any(v.date < reform.after and not v.missing for v in marked):
            facts = dict.fromkeys((*filter(None, one.flag.split("|")), TERRITORY))  # a value may follow two reforms
            marked[first] = replace(one, flag="|".join(facts))
    return marked


def coincide(kreis: Region, land: Region) -> bool:
    """Whether a Kreis is its whole Land: Hamburg and Berlin have two keys, but are one territory."""
    return kreis.level == "kreis" and land.level == "land" and kreis.area_km2 == land.area_km2


def told(reforms: Sequence[Reform]) -> str:
    """'Zwischen Ende 2020 und Ende 2021 haben sich die Grenzen geändert.'; '' for none."""
    days = fmt.list_and(f"zwischen {_day(r.before)} und {_day(r.after)}" for r in reforms)
    return f"Z{days[1:]} haben sich die Grenzen geändert." if days else ""


def _day(iso: str) -> str:
    """'Ende 2020', 'dem 15. Mai 2022'."""
    words = fmt.date_words(iso)
    return words if words.startswith("Ende") else f"dem {words}"
