"""What has to be true of a file as a whole: layers of one sum, ages that neither overlap nor leave anybody out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kommunalprofil import formatting as fmt
from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.melderegister.model import TOTAL, UNKNOWN, Counts, Unit
from kommunalprofil.names import fold

NAMES = {
    "sex": "Geschlecht",
    "age": "Alter",
    "nationality": "Staatsangehörigkeit",
    "household": "Haushaltstyp",
    "district": "Ortsteil",
}
UNITS: tuple[Unit, ...] = ("people", "homes")
NEARLY_ALL = 90
"""From this age on a year without people is nothing unusual."""
LEAST_DISTRICTS = 3
MANY = 5
"""Up to so many days are listed."""
_SUMS = ("summe", "gesamt", "insgesamt", "zusammen")
"""Words in the name of a district that is rather a sum."""


def faults(counts: Counts) -> list[str]:
    """What makes sums wrong, in sentences."""
    return [
        one
        for date in counts.dates
        for unit in UNITS
        for one in (*_sums(counts, unit, date), *_overlaps(counts, unit, date))
    ]


def notices(counts: Counts) -> list[str]:
    """What may be meant so but is worth a look."""
    found = [one for date in counts.dates for one in (*_holes(counts, date), *_sum_as_district(counts, date))]
    if len(counts.dates) > 1:
        days = days_of(counts.dates[:-1])
        found.append(
            f"Die Datei hat {len(counts.dates)} Stichtage. Ausführlich verglichen ist der {fmt.date(counts.newest)}, "
            f"in der Summe auch {days}."
        )
    return found


def days_of(dates: Sequence[str]) -> str:
    """Days as a sentence lists them; of many the first, the last and how many they are."""
    if len(dates) <= MANY:
        return fmt.list_and(map(fmt.date, dates))
    return f"{len(dates)} Tage vom {fmt.date(dates[0])} bis zum {fmt.date(dates[-1])}"


def told(layer: tuple[str, ...]) -> str:
    """'nach Geschlecht und Alter', 'insgesamt'."""
    return f"nach {fmt.list_and(NAMES[name] for name in layer)}" if layer else "insgesamt"


def _sums(counts: Counts, unit: Unit, date: str) -> Iterator[str]:
    """Every layer counts everybody: their sums are one. Those by household may leave out institutions."""
    layers = counts.layers(unit, date)
    whole = [layer for layer in layers if unit == "homes" or "household" not in layer]
    sums = [(layer, sum(counts.sums(unit, date, layer, ()).values())) for layer in whole or layers[:1]]
    known = [(layer, number) for layer, number in sums if not math.isnan(number)]
    for layer, number in known[1:]:
        first, whole_sum = known[0]
        if number != whole_sum:
            yield (
                f"Am {fmt.date(date)} ergeben die Zeilen {told(first)} {fmt.number(whole_sum)}, die {told(layer)} "
                f"{fmt.number(number)}. Beides muss gleich sein; eine leere Zelle bedeutet „insgesamt“, wer unbekannt "
                "ist, "
                "steht unter „ohne Angabe“."
            )


def _ages(counts: Counts, unit: Unit, date: str) -> Iterator[list[AgeGroup]]:
    """The age groups of each layer, ascending."""
    for layer in counts.layers(unit, date):
        if "age" in layer:
            codes = {code for (code,) in counts.sums(unit, date, layer, ("age",))}
            yield sorted(AgeGroup.parse(code) for code in codes - {TOTAL, UNKNOWN})


def _overlaps(counts: Counts, unit: Unit, date: str) -> Iterator[str]:
    for groups in _ages(counts, unit, date):
        for one, other in pairwise(groups):
            if other.lo < one.hi:
                pair = f"„{fmt.age(str(one))}“ und „{fmt.age(str(other))}“"
                yield f"Am {fmt.date(date)} überschneiden sich die Altersgruppen {pair}; niemand darf doppelt zählen."
                break


def holes(groups: Sequence[AgeGroup]) -> list[AgeGroup]:
    """The ages that none of some groups covers; none where every year stands alone: one without people has no row.

    `groups` ascend and do not overlap.
    """
    if not groups or all(one.hi - one.lo == 1 for one in groups):
        return []
    edges = [(0, groups[0].lo), *((one.hi, other.lo) for one, other in pairwise(groups)), (groups[-1].hi, OPEN)]
    return [AgeGroup(low, high) for low, high in edges if low < high and low < NEARLY_ALL]


def partial(counts: Counts) -> Iterator[tuple[Unit, str, tuple[str, ...]]]:
    """The layers, with unit and date, whose age groups leave somebody out."""
    for unit in UNITS if not counts.every_person else ():
        for date in counts.dates:
            with_age = [layer for layer in counts.layers(unit, date) if "age" in layer]
            for layer, groups in zip(with_age, _ages(counts, unit, date), strict=True):
                if holes(groups):
                    yield unit, date, layer


def _holes(counts: Counts, date: str) -> Iterator[str]:
    for groups in _ages(counts, "people", date) if not counts.every_person else ():
        for hole in holes(groups):
            group = fmt.age(str(hole))
            yield f"Am {fmt.date(date)} fehlt die Altersgruppe „{group}“. Was sie enthielte, bleibt offen."


def _sum_as_district(counts: Counts, date: str) -> Iterator[str]:
    """A district with as many people as all others together is the sum of them, most likely."""
    table = counts.table("people", date, ("district",)) or {}
    whole = sum(table.values())
    for (name,), number in table.items():
        if any(word in _SUMS for word in fold(name).split("-")):
            yield f"„{name}“ klingt nach einer Summe. Ist es eine, die Zeilen weglassen."
        elif name != UNKNOWN and len(table) > LEAST_DISTRICTS and number * 2 == whole:
            yield (
                f"„{name}“ zählt so viele Menschen wie alle anderen Ortsteile zusammen. Ist das ihre Summe, muss dort "
                "„insgesamt“ stehen."
            )
