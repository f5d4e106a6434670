"""Where the borders of an area moved while its key stayed: values before and after, as reported, are of two areas.

The crosswalk has Gebietsstände; between two of them an area gave or got a part, or it did not. Trifles do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Point
from kommunalprofil.continuity import SURVEY, TRIFLE
from kommunalprofil.crosswalk import Crosswalk, Share, Step, Way

Changes = Mapping[str, Sequence[tuple[str, str]]]
"""For each area the days between which its borders moved, from old to new."""


def changes(crosswalk: Crosswalk, levels: Sequence[int]) -> Changes:
    """All areas whose borders moved."""
    found: dict[str, list[tuple[str, str]]] = {}
    for level in levels:
        days = crosswalk.days(level)
        for day, later in pairwise(days):
            for region in _moved(crosswalk, level, day, later):
                found.setdefault(region, []).append((day, later))
    return found


def _moved(crosswalk: Crosswalk, level: int, day: str, later: str) -> Iterator[str]:
    """The areas that there are at both days with other borders."""
    step = crosswalk.steps[level].get(day)
    if step is None:
        return
    both = crosswalk.keys(level, day) & crosswalk.keys(level, later)
    way, onward = (crosswalk.way(level, d, step.end) for d in (day, later))
    if way is None or onward is None:
        return
    touched = _touched(way) | _touched(onward)
    for region in sorted(touched & both):
        if step.end == later:
            if not _trifle(region, way, step):
                yield region
        elif _shape(region, way) != _shape(region, onward):
            yield region


def _touched(way: Way) -> set[str]:
    return way.routes.keys() | {share.to for route in way.routes.values() for share in route}


def _trifle(region: str, way: Way, step: Step) -> bool:
    """Whether all that an area gave and got in a step is too little to speak of."""
    if region in step.changed:
        return abs(step.changed[region] - 1) < SURVEY
    kept = sum(share.people for share in way.route(region) if share.to == region)
    return kept >= 1 - TRIFLE and not any(True for _ in _others(region, region, way))


def _others(region: str, to: str, way: Way) -> Iterator[tuple[str, Share]]:
    """What other areas than a region gave to one at the end."""
    for key in way.sources(to):
        if key != region:
            yield from ((key, s) for s in way.route(key) if s.to == to and s.people >= TRIFLE)


def _shape(region: str, way: Way) -> tuple[object, ...]:
    """Where an area lies at a later day, and who lies there with it if it goes on itself."""
    route = tuple(sorted((s.to, round(s.area, 2)) for s in way.route(region) if s.area >= TRIFLE))
    return route, frozenset(key for key, _ in _others(region, region, way))


def numbers(found: Changes, regions: Sequence[str], points: Sequence[Point]) -> NDArray[np.int16]:
    """For each region and point the number of its borders: 0 the newest; below −1, each another, where nobody knows.

    That is between two Gebietsstände that lie more than a year apart.
    """
    result = np.zeros((len(regions), len(points)), dtype=np.int16)
    for r, region in enumerate(regions):
        for day, later in found.get(region, ()):
            for t, point in enumerate(points):
                if point.date <= day or (point.date < later and int(later[:4]) - int(day[:4]) < 2):
                    result[r, t] += result[r, t] >= 0
                elif point.date < later:
                    result[r, t] = -2 - t
    return result
