"""What two lists of Gemeinden prove of each other: areas that stayed, that got another key, that became one.

An area is the same where its key stands in both, or its name with another key in the same Land and nothing else of that
name; where its area differs by no more than a hundredth; and where nothing that vanished beside it fits into the
difference. A merger is proved where in one association, or else in one Kreis, a single Gemeinde grew or came up and its
area is that of everything that vanished there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kommunalprofil import names
from kommunalprofil.sources.register import bilingual

AREA_TOLERANCE = 0.01
LOST = "der Schlüssel ist entfallen und kein Nachfolger ist belegt"
CHANGED = "die Fläche hat sich zwischen zwei Verzeichnissen geändert, ohne dass ein Schlüssel sagt wie"


class Place(NamedTuple):
    """An area in a list: official name, km², people, key of the association."""

    name: str
    area: float
    people: float
    above: str = ""


class Share(NamedTuple):
    """Where a part of an area goes: the key, its share of the area, its share of the people."""

    to: str
    area: float
    people: float


Shares = dict[str, list[Share]]


@dataclass
class Interval:
    """From one Gebietsstand to the next: where every area goes, or why nobody knows and by what its area changed.

    `names` are those of its start.
    """

    start: str
    end: str
    source: str
    shares: Shares
    unproved: dict[str, tuple[str, float]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def compare(start: str, before: Mapping[str, Place], end: str, after: Mapping[str, Place]) -> Interval:
    """An interval between two lists: only what both prove."""
    partner = {key: key for key in before.keys() & after.keys() if _alike(before[key].area, after[key].area)}
    vanished, new = before.keys() - after.keys(), after.keys() - before.keys()
    partner |= _rekeyed({k: before[k] for k in vanished}, {k: after[k] for k in new})
    partner |= _merged(partner, before, after)
    beside: dict[str, float] = {}
    for key in vanished - partner.keys():
        if before[key].people:
            beside[key[:5]] = min(beside.get(key[:5], before[key].area), before[key].area)
    shares: Shares = {}
    unproved: dict[str, tuple[str, float]] = {}
    for key, place in before.items():
        to = partner.get(key)
        grown = after[to].area - place.area if to == key else 0.0
        if to and (grown < 0.9 * beside.get(key[:5], float("inf")) or not _alike(place.area, after[to].area)):
            shares[key] = [Share(to, 1.0, 1.0)]
        else:
            unproved[key] = (CHANGED, after[key].area / place.area) if key in after and place.area else (LOST, 0.0)
    return Interval(start, end, "Vergleich der Gemeindeverzeichnisse", shares, unproved)


def _merged(partner: Mapping[str, str], before: Mapping[str, Place], after: Mapping[str, Place]) -> dict[str, str]:
    """Old keys → the one Gemeinde they went into, which kept its key or has a new one."""
    found: dict[str, str] = {}
    reached = set(partner.values())
    groups: tuple[Callable[[str, Place], str], ...] = (lambda _, place: place.above, lambda key, _: key[:5])
    for above in groups:
        gone: dict[str, list[str]] = defaultdict(list)
        for key, place in before.items():
            if key not in after and key not in partner and key not in found and place.people:
                gone[above(key, place)].append(key)
        smallest = {where: min(before[key].area for key in keys) for where, keys in gone.items()}
        grown: dict[str, list[str]] = defaultdict(list)
        for key, place in after.items():
            where, there = above(key, before.get(key, place)), before.get(key)
            # what surveys add is far less than the smallest Gemeinde that could have come in
            could = place.area - (there.area if there else 0.0) > smallest.get(where, float("inf")) / 2
            if could and key not in reached and key not in found.values():
                grown[where].append(key)
        for where, keys in gone.items():
            into, *others = grown[where] or [""]
            parts = [*keys, into] if into in before else keys
            if into and where and not others:
                area = sum(before[key].area for key in parts)
                if _alike(after[into].area, area) and abs(after[into].area - area) < smallest[where] / 4:
                    found |= dict.fromkeys(parts, into)
    return found


def _alike(area: float, other: float) -> bool:
    return abs(other - area) <= AREA_TOLERANCE * area


def _plain(ags: str, name: str) -> tuple[str, str]:
    """Land and name without the words behind it: „Grabow, Stadt“ → („13“, „grabow“)."""
    return ags[:2], names.fold(bilingual(name, ags[:5])[0].partition(",")[0])


def _rekeyed(vanished: Mapping[str, Place], new: Mapping[str, Place]) -> dict[str, str]:
    """Old key → new key where Land, name and area are the same and neither side has a second candidate."""
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, place in new.items():
        by_name[_plain(key, place.name)].append(key)
    found: dict[str, str] = {}
    claimed: dict[str, int] = defaultdict(int)
    for key, place in vanished.items():
        candidates = [n for n in by_name[_plain(key, place.name)] if _alike(place.area, new[n].area)]
        for candidate in candidates:
            claimed[candidate] += 1
        if len(candidates) == 1:
            found[key] = candidates[0]
    return {key: to for key, to in found.items() if claimed[to] == 1}
