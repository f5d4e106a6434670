"""What own numbers are shown by: sex, age groups, nationality, types of household – of the Kommune and of districts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kommunalprofil import formatting as fmt
from kommunalprofil import vocabulary
from kommunalprofil.ages import AgeGroup
from kommunalprofil.indicators.households import TYPES
from kommunalprofil.melderegister.consistency import holes
from kommunalprofil.melderegister.model import TOTAL, UNKNOWN, Counts, Unit

Numbers = Mapping[str, Mapping[str, float]]
"""Counts by district (`T`: the Kommune) and member of a topic; NaN where the file does not tell one."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A dimension with its members: code and how tables call it. `indicator` holds the official counts."""

    id: str
    title: str
    members: Mapping[str, str]
    indicator: str = "population"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimension of the file it is counted by; none for all people."""
        return (self.id,) if self.id != "total" else ()


TOTALS = Topic("total", "Einwohnerzahl", {TOTAL: "Menschen insgesamt"})
SEX = Topic("sex", "Frauen und Männer", {"F": "Frauen", "M": "Männer", UNKNOWN: "divers oder ohne Angabe"})
NATIONALITY = Topic(
    "nationality",
    "Staatsangehörigkeit",
    {"DE": "Deutsche", "AUS": "Ausländerinnen und Ausländer", UNKNOWN: "ohne Angabe"},
)
HOUSEHOLD = Topic(
    "household",
    "Haushalte",
    {kind: vocabulary.HOUSEHOLD[kind].de for kind in TYPES} | {UNKNOWN: "ohne Angabe"},
    "households",
)
BANDS = (
    ("0-17", "18-24", "25-44", "45-64", "65-79", "80+"),
    ("0-17", "18-24", "25-44", "45-64", "65-74", "75+"),
    ("0-17", "18-24", "25-44", "45-64", "65+"),
    ("0-17", "18-64", "65+"),
    ("0-5", "6-18", "19-24", "25-39", "40-59", "60-74", "75+"),
)
"""Age groups that official tables can be asked for: those of the profile, coarser ones, those of the Zensus 2022."""


def ages(bands: tuple[str, ...]) -> Topic:
    """The topic of some age groups."""
    names = {band: fmt.age(band) for band in bands}
    return Topic("age", "Alter", names | {UNKNOWN: "Alter ohne Angabe"})


def _unit(counts: Counts, topic: Topic, date: str) -> Unit:
    """Households are counted as such where the file does so, else by the people in them."""
    return "homes" if topic is HOUSEHOLD and counts.table("homes", date, topic.dimensions) is not None else "people"


def _members(topic: Topic, code: str) -> list[str]:
    """The members a code of the file belongs to: one, or all that an age group lies across; none outside the topic."""
    if topic.id == "age" and code not in (UNKNOWN, TOTAL):
        one = AgeGroup.parse(code)
        groups = {AgeGroup.parse(band): band for band in topic.members if band != UNKNOWN}
        return [band for group, band in groups.items() if one.lo < group.hi and group.lo < one.hi]
    return [code] if code in topic.members else []


def _told(counts: Counts, topic: Topic, codes: Iterable[str]) -> set[str]:
    """The members that some codes of the file tell whole; of people every row tells, all members."""
    if counts.every_person or not topic.dimensions:
        return set(topic.members)
    known = set(codes) - {UNKNOWN, TOTAL}
    found = {UNKNOWN} | {member for code in known for member in _members(topic, code)}
    if topic.id != "age":
        return found
    gaps = holes(sorted(map(AgeGroup.parse, known)))
    return found - {member for gap in gaps for member in _members(topic, str(gap))}


def numbers(counts: Counts, topic: Topic, date: str, *, by_district: bool = False) -> Numbers | None:
    """The own counts of a topic; None if the file does not tell them.

    A member that no row of the file counts is not known; one that only a district has no row of is zero there.
    """
    unit = _unit(counts, topic, date)
    dimensions = (*(("district",) if by_district else ()), *topic.dimensions)
    table = counts.table(unit, date, dimensions)
    if table is None:
        return None
    places = [*counts.districts(date), UNKNOWN] if by_district else [TOTAL]
    told = _told(counts, topic, {codes[-1] for codes in table if codes})
    found = {place: {m: 0.0 if m in told else math.nan for m in topic.members} for place in places}
    across: dict[str, list[str]] = {}
    for codes, number in table.items():
        place = codes[0] if by_district else TOTAL
        code = codes[-1] if topic.dimensions else TOTAL
        if code not in across:
            across[code] = _members(topic, code)
        for member in across[code]:
            found[place][member] += number if len(across[code]) == 1 else math.nan
    if topic is HOUSEHOLD and unit == "people":  # of people only those who live alone tell how many households they are
        found = {p: {m: n if m == "one_person" else math.nan for m, n in row.items()} for p, row in found.items()}
    return found


def whole(row: Mapping[str, float]) -> float:
    """The sum of the members; NaN if one is not known."""
    return sum(row.values())


def tellable(counts: Counts, topic: Topic, date: str) -> bool:
    """Whether the file tells every member."""
    found = numbers(counts, topic, date)
    return found is not None and not math.isnan(whole(found[TOTAL]))


_NOT_THERE = {
    "total": "die Datei zählt nur Haushalte, keine Menschen",
    "sex": "die Datei nennt kein Geschlecht",
    "age": "die Datei nennt kein Alter",
    "nationality": "die Datei nennt keine Staatsangehörigkeit",
    "household": "die Datei nennt keine Haushaltstypen",
}
LEFT_OUT = "die Altersgruppen der Datei lassen Menschen aus"


def missing(counts: Counts, topic: Topic, date: str) -> str:
    """Why there are no own numbers of a topic at all."""
    if any(set(topic.dimensions) <= set(layer) for layer in counts.layers("people", date)):
        reason = LEFT_OUT
    elif topic.id == "age" and date in counts.ageless:
        reason = "aus dem Geburtsjahr folgt es an diesem Tag nicht"
    else:
        reason = _NOT_THERE[topic.id]
    return f"{topic.title}: keine eigenen Zahlen, denn {reason} (Stichtag {fmt.date(date)})."


def untold(counts: Counts, topic: Topic, date: str) -> str:
    """Why a topic cannot be told by district."""
    unit = _unit(counts, topic, date)
    table = counts.table(unit, date, ("district", *topic.dimensions))
    if table is None:
        layers = [layer for layer in counts.layers(unit, date) if {"district", *topic.dimensions} <= set(layer)]
        if layers:
            return "die Altersgruppen der Datei Menschen auslassen"
        ageless = topic.id == "age" and date in counts.ageless
        return "sie an diesem Tag nicht aus dem Geburtsjahr folgen" if ageless else "die Datei es so nicht nennt"
    if topic is HOUSEHOLD and unit == "people":
        return "die Datei Menschen statt Haushalten zählt"
    if any(map(math.isnan, table.values())):
        return "die Datei dazu Zahlen geheim hält"
    if topic.id == "age":
        return "die Datei anders geschnittene hat oder eine auslässt"
    return "die Datei eine Gruppe nicht nennt"


def unknown(counts: Counts, topic: Topic, date: str) -> str:
    """Why some own number of a topic is not known."""
    if topic is HOUSEHOLD and _unit(counts, topic, date) == "people":
        return (
            "Die Datei zählt Menschen nach dem Typ ihres Haushalts, der Zensus zählt Haushalte. Vergleichbar ist nur, "
            "wer "
            "allein lebt; die übrigen Typen brauchen eine Spalte „Haushalte“."
        )
    if topic.id == "age":
        return "Ein Punkt steht, wo die Datei andere Altersgruppen hat, eine nicht nennt oder geheim hält."
    return "Ein Punkt steht, wo die Datei eine Zahl nicht nennt oder geheim hält."
