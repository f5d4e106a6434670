"""From facts about areas to steps of a crosswalk: official keys first, then lists of changes, then what lists prove.

What cannot be proved gets no step but the reason why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kommunalprofil.crosswalk import COLUMNS, MERGED, RENAMED, SAME, SPLIT, UNPROVED
from kommunalprofil.errors import DataError
from kommunalprofil.sources import proofs
from kommunalprofil.sources.facts import KEY, LISTED, MOVED, PARTED
from kommunalprofil.sources.proofs import CHANGED, Interval, Place, Share, Shares

if TYPE_CHECKING:
    import pandas as pd

KREIS_TOLERANCE = 0.002
"""By how much the area of a Kreis may differ in two lists and still be the same: surveys alone move it so far."""


@dataclass
class _Facts:
    """The facts of one level, sorted out."""

    lists: dict[str, dict[str, Place]] = field(default_factory=dict)
    keys: dict[str, Interval] = field(default_factory=dict)
    moves: dict[tuple[str, str], list[Any]] = field(default_factory=dict)


def build(facts: Iterable[pd.DataFrame], old: pd.DataFrame | None = None) -> pd.DataFrame:
    """All steps, in the columns of a crosswalk; `old` steps stay where the facts say nothing of the day they start at.

    The order of the facts makes no difference. Raises DataError where a list of changes contradicts itself.
    """
    import pandas as pd

    gemeinden, kreise = _sorted_out(pd.concat(list(facts), ignore_index=True))
    chain = _chain(gemeinden)
    above = [kreise.keys[start] for start in sorted(kreise.keys)]
    newest = max((interval.end for interval in above), default="")
    known = {share.to for interval in above if interval.end == newest for s in interval.shares.values() for share in s}
    for interval in chain:
        if newest and interval.start >= newest:
            above.append(_of_kreise(interval, gemeinden.lists, known))
            known = {share.to for shares in above[-1].shares.values() for share in shares}
    chain += _last_lists(chain, gemeinden.lists)
    rows = [row for interval in (*above, *chain) for row in _rows(interval)]
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    if old is not None:
        new = set(zip(found["from_region"].str.len(), found["from_date"], strict=True))
        stays = [pair not in new for pair in zip(old["from_region"].str.len(), old["from_date"], strict=True)]
        found = pd.concat([old[stays], found], ignore_index=True)
    return found.sort_values(["from_region", "from_date", "to_region"], ignore_index=True)


class _Fact(NamedTuple):
    """One row of facts, see facts.COLUMNS."""

    kind: str
    from_region: str
    from_date: str
    to_region: str
    to_gebietsstand: str
    weight_area: float
    weight_population: float
    name: str
    area: float
    people: float
    source: str
    since: str
    above: str


def _sorted_out(facts: pd.DataFrame) -> tuple[_Facts, _Facts]:
    """Facts of Gemeinden and of Kreise. Told twice, they count once; of two keys of one day the shorter one stands."""
    levels = {8: _Facts(), 5: _Facts()}
    rows = sorted({_Fact(*row) for row in zip(*(facts[name].tolist() for name in _Fact._fields), strict=True)})
    nearest: dict[tuple[int, str], str] = {}
    for row in rows:
        if row.kind == KEY:
            start = (len(row.from_region), row.from_date)
            nearest[start] = min(nearest.get(start, row.to_gebietsstand), row.to_gebietsstand)
    for row in rows:
        mine = levels[len(row.from_region)]
        if row.kind == KEY and row.to_gebietsstand == nearest[len(row.from_region), row.from_date]:
            _add_piece(mine, row)
        elif row.kind in (MOVED, PARTED):
            mine.moves.setdefault((row.from_date, row.to_gebietsstand), []).append(row)
    for row in rows:
        if row.kind == LISTED:
            there = levels[len(row.from_region)].lists.setdefault(row.from_date, {})
            there[row.from_region] = Place(row.name, row.area, row.people, row.above)
    return levels[8], levels[5]


def _add_piece(facts: _Facts, row: _Fact) -> None:
    start = row.from_date
    interval = facts.keys.setdefault(start, Interval(start, row.to_gebietsstand, row.source, defaultdict(list)))
    interval.names[row.from_region] = row.name
    if any(share.to == row.to_region for share in interval.shares[row.from_region]):
        return
    interval.shares[row.from_region].append(Share(row.to_region, row.weight_area, row.weight_population))
    there = facts.lists.setdefault(start, {})
    before = there.get(row.from_region, Place(row.name, 0.0, 0.0))
    there[row.from_region] = Place(row.name, before.area + row.area, before.people + row.people)


def _chain(facts: _Facts) -> list[Interval]:
    """One interval after the other from the oldest day on; the surest source of each first."""
    starts = {*facts.lists, *facts.keys}
    found: list[Interval] = []
    place = min(starts, default="")
    while place:
        listed = facts.lists.get(place, {})
        later = min((day for day in facts.lists if day > place), default="")
        period = next((p for p in sorted(facts.moves) if p[0] == place), None)
        if place in facts.keys:
            found.append(facts.keys[place])
        elif period and listed:
            found.append(_moved(period, listed, facts.moves[period]))
        elif later and listed:
            found.append(proofs.compare(place, listed, later, facts.lists[later]))
        if found and found[-1].start == place:
            _leave_out_nobody(found[-1], listed)
            found[-1].names |= {key: place.name for key, place in listed.items()}
            place = found[-1].end
            if place not in facts.lists:
                facts.lists[place] = _after(found[-1], listed)
        else:
            place = min((day for day in starts if day > place), default="")
    return found


def _last_lists(chain: Iterable[Interval], lists: Mapping[str, Mapping[str, Place]]) -> list[Interval]:
    """A step on the spot where nothing leads on: it names the Gemeinden there are then, also those nothing led to."""
    ends, starts = {interval.end: interval.source for interval in chain}, {interval.start for interval in chain}
    return [
        Interval(end, end, source, {key: [Share(key, 1.0, 1.0)] for key in lists[end]})
        for end, source in ends.items()
        if end not in starts and end in lists
    ]


def _leave_out_nobody(interval: Interval, listed: Mapping[str, Place]) -> None:
    """Forests and lakes that went into a Gemeinde brought it land but no people; tables of people do not list them."""
    for key, shares in interval.shares.items():
        if key in listed and not listed[key].people:
            interval.shares[key] = [share if share.to == key else share._replace(people=0.0) for share in shares]


def _after(interval: Interval, listed: Mapping[str, Place]) -> dict[str, Place]:
    """The areas at the end of an interval, added up from those at its start."""
    there: dict[str, Place] = {}
    for key, shares in interval.shares.items():
        place = listed[key]
        for share in shares:
            name, area, people, _ = there.get(share.to, Place(place.name, 0.0, 0.0))
            there[share.to] = Place(name, area + place.area * share.area, people + place.people * share.people)
    return there


def _moved(period: tuple[str, str], listed: Mapping[str, Place], rows: Iterable[Any]) -> Interval:
    """An interval from a list of changes: day after day, every Gemeinde that gave something away passes on its shares.

    Moves of a Gemeinde that the list at the start does not know are left out.
    """
    shares: Shares = {key: [Share(key, 1.0, 1.0)] for key in listed}
    days: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    source = ""
    for row in rows:
        days[row.since][row.from_region].append(row)
        source = row.source
    for day in sorted(days):
        parts = {key: _parts(key, moves, listed.get(key)) for key, moves in days[day].items()}
        for key, held in shares.items():
            if any(share.to in parts for share in held):
                shares[key] = _passed_on(held, parts)
    return Interval(*period, source, shares)


def _parts(key: str, moves: list[Any], place: Place | None) -> list[Share]:
    """The shares of a Gemeinde that the moves of one day give away or keep."""
    pieces = [(m.to_region, m.area, m.people) for m in moves]
    goes_on = any(m.kind == PARTED for m in moves)
    if goes_on and place and not any(to == key for to, _, _ in pieces):
        kept = place.area - sum(m.area for m in moves), place.people - sum(m.people for m in moves)
        pieces.append((key, *(max(n, 0.0) for n in kept)))
    if len(pieces) == 1:
        return [Share(pieces[0][0], 1.0, 1.0)]
    area, people = (sum(piece[n] for piece in pieces) for n in (1, 2))
    if not area:
        raise DataError(f"Gebietsänderungen: Für die Teile von {key} ist keine Fläche genannt.")
    found = []
    for to, own_area, own_people in pieces:
        # nobody moved: all people stay where the Gemeinde goes on, else they follow the land
        unpeopled = float(to == key) if goes_on else own_area / area
        found.append(Share(to, own_area / area, own_people / people if people else unpeopled))
    return found


def _passed_on(held: Iterable[Share], parts: Mapping[str, list[Share]]) -> list[Share]:
    sums: dict[str, tuple[float, float]] = {}
    for share in held:
        for part in parts.get(share.to, [Share(share.to, 1.0, 1.0)]):
            area, people = sums.get(part.to, (0.0, 0.0))
            sums[part.to] = (area + share.area * part.area, people + share.people * part.people)
    return [Share(to, *both) for to, both in sums.items()]


def _of_kreise(interval: Interval, lists: Mapping[str, Mapping[str, Place]], known: set[str]) -> Interval:
    """The interval of the Kreise that follows from that of their Gemeinden: shares by their area and people.

    Where one Gemeinde of a Kreis is unproved, the Kreis is the same if both lists give it one area, else unproved.
    """
    listed, later = lists[interval.start], lists.get(interval.end, {})
    sums: dict[str, dict[str, tuple[float, float]]] = {kreis: {} for kreis in sorted(known)}
    for key, shares in interval.shares.items():
        into = sums.get(key[:5])
        if into is None:
            continue  # waters and a condominium that belong to no Kreis
        for share in shares:
            area, people = into.get(share.to[:5], (0.0, 0.0))
            place = listed[key]
            into[share.to[:5]] = (area + place.area * share.area, people + place.people * share.people)
    found = Interval(interval.start, interval.end, interval.source, {})
    doubtful = {key[:5] for key in interval.unproved} | {kreis for kreis in sums if not sums[kreis]}
    for kreis, parts in sums.items():
        area, people = (sum(part[n] for part in parts.values()) for n in (0, 1))
        if kreis not in doubtful:
            found.shares[kreis] = [
                Share(to, _share(a, area), _share(p, people)) for to, (a, p) in parts.items() if a or p
            ]
            continue
        old, new = (sum(p.area for key, p in where.items() if key[:5] == kreis) for where in (listed, later))
        if old and abs(new - old) <= KREIS_TOLERANCE * old:
            found.shares[kreis] = [Share(kreis, 1.0, 1.0)]
        else:
            found.unproved[kreis] = (CHANGED, new / old if old else 0.0)
    return found


def _share(part: float, whole: float) -> float:
    share = part / whole if whole else 0.0
    return round(share, 12)


def _rows(interval: Interval) -> Iterable[tuple[Any, ...]]:
    """The rows of an interval, each with its kind."""
    into: dict[str, int] = defaultdict(int)
    for shares in interval.shares.values():
        for share in shares:
            into[share.to] += share.people > 0
    for key, shares in sorted(interval.shares.items()):
        for share in sorted(shares):
            kind = MERGED if into[share.to] > 1 else SAME if share.to == key else RENAMED
            if sum(s.people > 0 for s in shares) > 1 or (not share.people and share.area < 1):
                kind = SPLIT
            name = "" if kind == SAME else interval.names.get(key, "")
            yield (key, interval.start, share.to, interval.end, share.area, share.people, kind, interval.source, name)
    for key, (reason, ratio) in sorted(interval.unproved.items()):
        source, name = f"{interval.source}: {reason}", interval.names.get(key, "")
        yield (key, interval.start, "", interval.end, ratio, 0.0, UNPROVED, source, name)
