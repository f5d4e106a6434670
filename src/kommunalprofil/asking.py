"""What people ask of the indicators, in their words, made into a request: places, dates, indicators, dimensions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches

from kommunalprofil.crosswalk import GEMEINDE, Crosswalk
from kommunalprofil.errors import UsageError
from kommunalprofil.formatting import date as printed
from kommunalprofil.formatting import list_and
from kommunalprofil.indicators import declared
from kommunalprofil.indicators.tabulate import Request, date_filter
from kommunalprofil.regions import Region, Register
from kommunalprofil.states import State
from kommunalprofil.store import Store
from kommunalprofil.territory import FORMER_CITIES, FORMER_KREISE, lived, region_level, successor
from kommunalprofil.vocabulary import LEVEL

USUAL = ("bund", "land", "kreis")
"""The levels meant where no place is named."""
GEMEINDE_KEY = re.compile(r"[01]\d{7}", re.ASCII)
MOST_FAULTS = 20
"""So many doubtful names are told."""
DIMENSIONS = ("sex", "nationality", "age", "migration", "household")


def request(
    store: Store,
    register: Register,
    *,
    regions: Iterable[str] = (),
    indicators: Iterable[str] = (),
    by: Iterable[str] = (),
    dates: str = "",
    variant: str = "",
    territory: str = "",
) -> Request:
    """The request for indicators (all if none is named) of places or levels (Germany, Länder, Kreise if none is named).

    Raises UsageError for a word that means nothing, UnknownRegionError or AmbiguousRegionError for a place.
    """
    chosen = chosen_indicators(indicators)
    known = declared()
    variants = {name for i in chosen for name in known[i].variants}
    if variant and variant not in variants:
        allowed = ", ".join(sorted(variants)) or "keine"
        raise UsageError(f"Die Variante „{variant}“ gibt es hier nicht. Vorhanden: {allowed}.")
    asked = date_filter(dates)
    dimensions = tuple(by)
    for dimension in dimensions:
        if dimension not in DIMENSIONS:
            raise UsageError(f"Das Merkmal „{dimension}“ gibt es nicht. Erlaubt sind: {', '.join(DIMENSIONS)}.")
    day = gebietsstand(territory, register)
    places = chosen_regions(store, register, tuple(regions), day)
    names = dict(zip(register.column("ags"), register.column("name"), strict=True))
    titles = {ags: (FORMER_KREISE | names).get(ags, "") for ags in places}
    named = frozenset(ags for ags, by_name in places.items() if by_name)
    return Request(chosen, titles, dimensions, variant or None, asked, day, named)


def chosen_indicators(wanted: Iterable[str]) -> list[str]:
    """The ids of indicators, all of them if none is named. Raises UsageError for an unknown one, with near ones."""
    known = declared()
    found = list(dict.fromkeys(wanted))
    for name in found:
        if name not in known:
            near = get_close_matches(name, known, n=3)
            hint = f" Gemeint sein könnte: {', '.join(near)}." if near else ""
            raise UsageError(
                f"Den Indikator „{name}“ gibt es nicht.{hint} Alle zeigt: kommunalprofil indicators --list"
            )
    return found or list(known)


def gebietsstand(text: str, register: Register) -> str:
    """The day (ISO) a Gebietsstand is of, '' for values as reported. Raises UsageError."""
    if text == "heute":
        return register.gebietsstand
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError(f"„{text}“ ist kein Gebietsstand. Erlaubt: heute oder ein Tag (2021-12-31).") from None


def chosen_regions(store: Store, register: Register, wanted: Sequence[str], day: str = "") -> dict[str, bool]:
    """The keys of the regions asked for, each with whether it was named itself.

    A level means every region of it at any time, also those that are gone: their keys stand in the tables; on the
    Gebietsstand of a `day` only those there are then. Raises UsageError.
    """
    if day:
        there = Crosswalk.load(store.state)
        there.check_target(day)
    keys = register.column("ags")
    known = FORMER_KREISE | dict(zip(keys, register.column("name"), strict=True))
    aliases = {ags for ags, same in zip(keys, register.column("same_as"), strict=True) if same}
    named: dict[str, bool] = {}
    for text in wanted or USUAL:
        if text in LEVEL:
            level = {ags for ags in known if region_level(ags) == text} | store.regions(text)
            level = there.existing(level, day) if day else level
            named |= {ags: named.get(ags, False) for ags in sorted(level - aliases)}
        else:
            key = "".join(text.split())
            there_once = key in FORMER_KREISE or (key not in register and key in _gemeinden(store, key))
            ags = key if there_once else find_place(store.state, register, text).ags
            if day and not there.existing({ags}, day):
                now = _now(store.state, register, ags)
                raise UsageError(f"{known.get(ags) or 'Die Gemeinde'} ({ags}) gibt es am {printed(day)} nicht{now}.")
            named[ags] = True
    return named


def find_place(state: State, register: Register, text: str) -> Region:
    """The place meant. Raises UsageError for a Kreis or a Gemeinde that has ended, with what it belongs to now."""
    key = "".join(text.split())
    if key in register or not (key in FORMER_KREISE or GEMEINDE_KEY.fullmatch(key)):
        return register.find(text)
    now = _now(state, register, key)
    if key in FORMER_KREISE:
        raise UsageError(f"{FORMER_KREISE[key]} ({key}) gibt es seit dem {lived(key)[1]:%d.%m.%Y} nicht mehr{now}.")
    if now:
        raise UsageError(f"Eine Gemeinde mit dem Schlüssel {key} gibt es nicht mehr{now}.")
    return register.find(text)


def place_of(state: State, register: Register, text: str) -> Region:
    """The place meant, if documents can tell of it. Raises UsageError also for one without people."""
    place = find_place(state, register, text)
    if refused := register.refusal(place):
        raise UsageError(refused)
    return place


def find_places(state: State, register: Register, names: Iterable[tuple[str, str]]) -> list[Region]:
    """The places of these names or keys, each with where it was named ('' or 'orte.txt, Zeile 3').

    Raises UsageError that tells of names that are doubtful, unknown or of a place without people, of the first twenty:
    to look for names that are nearly right takes time.
    """
    places: list[Region] = []
    faults: dict[str, None] = {}
    for name, where in names:
        if len(faults) == MOST_FAULTS:
            raise UsageError("\n".join([*faults, "Was danach kommt, wurde nicht mehr geprüft."]))
        try:
            places.append(place_of(state, register, name))
        except UsageError as error:
            faults[f"{where}: {error}" if where else str(error)] = None
    if faults:
        raise UsageError("\n".join(faults))
    return places


def _gemeinden(store: Store, key: str) -> set[str]:
    """All Gemeinden of any table, if the key may be that of one."""
    return store.regions("gemeinde") if GEMEINDE_KEY.fullmatch(key) else set()


def _now(state: State, register: Register, key: str) -> str:
    """What the area of a key that has ended belongs to now, as the end of a sentence; empty if nobody knows."""
    if key in FORMER_KREISE:
        home = successor(key, date.max)
        inside = register.children(home, "gemeinde") if key in FORMER_CITIES and home else []
        homes = [*(town.ags for town in inside if town.name == FORMER_KREISE[key] and not town.same_as), home]
    else:
        crosswalk = Crosswalk.load(state, [key[:2]])
        start = max((day for day in crosswalk.days(GEMEINDE) if key in crosswalk.keys(GEMEINDE, day)), default="")
        way = crosswalk.way(GEMEINDE, start, register.gebietsstand) if start else None
        homes = [share.to for share in way.route(key)] if way else []
    told = list_and(f"{register.get(home).title} ({home})" for home in homes if home in register and home != key)
    return f"; das Gebiet gehört jetzt zu: {told}" if told else ""
