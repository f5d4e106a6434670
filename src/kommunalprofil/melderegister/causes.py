"""Why own and official numbers usually differ: a closed list, each cause with the condition under which it is named.

Sources: Statistisches Bundesamt, Qualitätsberichte „Fortschreibung des Bevölkerungsstandes“ and „Zensus 2022“.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.melderegister.model import UNKNOWN

if TYPE_CHECKING:
    from kommunalprofil.melderegister.beside import Pair

USUAL = 3.0
"""Percent by which register and Fortschreibung usually differ at most."""
YEAR = 366
"""Days; numbers further apart differ by what has happened between."""
SMALL = 100
"""People; below that a family is some percent."""
MOBILE = ("18-24", "19-24", "25-44", "25-39", "18-64")
NOISE = 20
"""Households or people by which the Zensus changes a count at most, about."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause, its title and what there is to it, and when it applies to a pair of numbers that differ."""

    id: str
    title: str
    text: str
    applies: Callable[[Pair], bool]


def _base(pair: Pair) -> str:
    return pair.official.base if pair.official else ""


def _flags(pair: Pair) -> list[str]:
    return pair.official.flag.split("|") if pair.official else []


def _people(pair: Pair) -> bool:
    return pair.topic != "household"


def _near(pair: Pair) -> bool:
    return abs(pair.days) <= YEAR


CAUSES = (
    Cause(
        "date",
        "Anderer Tag",
        "Die amtliche Zahl ist nicht vom Stichtag der Datei. Dazwischen liegen Geburten, Sterbefälle, Zu- und "
        "Fortzüge; je weiter die Tage auseinanderliegen, desto weniger sagt der Unterschied.",
        lambda pair: pair.days != 0,
    ),
    Cause(
        "method",
        "Register und Fortschreibung",
        "Das Melderegister zählt, wer gemeldet ist. Die amtliche Zahl wird vom letzten Zensus "
        f"an mit Geburten, Sterbefällen und Wanderungen fortgeschrieben. Ein Unterschied von 1 bis 3{fmt.NBSP}% ist "
        "üblich.",
        lambda pair: _people(pair) and _base(pair).startswith("zensus") and _near(pair) and abs(pair.percent) <= USUAL,
    ),
    Cause(
        "large",
        "Größer als üblich",
        f"Zwischen Register und amtlicher Zahl liegen meist höchstens 3{fmt.NBSP}%. Zu prüfen sind "
        "Gebiet, Stichtag und die Auswahl bei der Ausgabe aus dem Register.",
        lambda pair: pair.topic == "total" and _near(pair) and abs(pair.percent) > USUAL,
    ),
    Cause(
        "second_homes",
        "Nebenwohnungen",
        "Die amtliche Zahl zählt jeden Menschen nur am Ort der Hauptwohnung. Enthält die Datei auch "
        "Nebenwohnungen, ist sie höher.",
        lambda pair: _people(pair) and _near(pair) and pair.difference > 0,
    ),
    Cause(
        "never_left",
        "Nicht abgemeldet",
        "Wer ins Ausland zieht und sich nicht abmeldet, bleibt im Register („Karteileichen“). Der Zensus "
        "rechnet solche Fälle heraus, ins Register wirkt das nicht zurück.",
        lambda pair: (
            pair.difference > 0
            and _near(pair)
            and (pair.topic in ("total", "sex") or pair.code == "AUS" or pair.code in MOBILE)
        ),
    ),
    Cause(
        "late",
        "Spätere Meldungen",
        "Wer nach dem Stichtag umzieht, sich verspätet meldet oder berichtigt wird, steht je nach dem "
        "Tag der Ausgabe noch oder schon im Register.",
        lambda pair: _people(pair) and _near(pair),
    ),
    Cause(
        "base_2011",
        "Zensus 2011",
        "Die amtliche Zahl wird noch vom Zensus 2011 an fortgeschrieben. Über die Jahre hat sie sich vom "
        "Register entfernt; der Zensus 2022 hat sie vielerorts berichtigt.",
        lambda pair: _people(pair) and _base(pair) == "zensus_2011",
    ),
    Cause(
        "base_2022",
        "Zensus 2022",
        "Er hat die Einwohnerzahl neu bestimmt und dabei Über- und Untererfassungen des Registers "
        "herausgerechnet. Das Register selbst wurde nicht geändert.",
        lambda pair: _people(pair) and _base(pair) in ("zensus_2022", "census_2022"),
    ),
    Cause(
        "third_sex",
        "Divers oder ohne Angabe",
        "Die Ämter ordnen diese Menschen Frauen oder Männern zu, im Register stehen sie für sich.",
        lambda pair: pair.topic == "sex" and pair.others > 0,
    ),
    Cause(
        "unknown",
        "Ohne Angabe",
        "Wer in der Datei keiner Gruppe zugeordnet ist, fehlt in den Gruppen; amtlich gehört jeder zu einer.",
        lambda pair: pair.topic in ("age", "nationality") and pair.others > 0,
    ),
    Cause(
        "two_nationalities",
        "Mehrere Staatsangehörigkeiten",
        "Wer auch die deutsche hat, zählt amtlich als deutsch.",
        lambda pair: pair.topic == "nationality",
    ),
    Cause(
        "dwelling",
        "Was ein Haushalt ist",
        "Im Zensus sind alle in einer Wohnung ein Haushalt. Aus dem Melderegister werden Haushalte "
        "aus Adresse, Familienstand, Namen und Zuzug gebildet.",
        lambda pair: pair.topic == "household",
    ),
    Cause(
        "noise",
        "Geheimhaltung",
        "Der Zensus 2022 verändert jede Zahl zum Schutz der Befragten ein wenig (Cell-Key-Verfahren).",
        lambda pair: "cell_key" in _flags(pair) and abs(pair.difference) <= NOISE,
    ),
    Cause(
        "small",
        "Kleine Zahl",
        f"Unter {SMALL} Menschen oder Haushalten machen schon wenige mehrere Prozent aus.",
        lambda pair: pair.official is not None and 0 < (pair.official.value or 0) < SMALL,
    ),
)
"""In the order they are told."""


def of(pair: Pair) -> list[Cause]:
    """The usual causes of a difference; none where there is none, or nothing to compare."""
    if pair.own is None or pair.official is None or pair.code == UNKNOWN or pair.difference == 0:
        return []
    return [cause for cause in CAUSES if cause.applies(pair)]


def used(pairs: Iterable[Pair]) -> list[Cause]:
    """The causes of some pairs, in the order they are told."""
    found = {cause.id for pair in pairs for cause in of(pair)}
    return [cause for cause in CAUSES if cause.id in found]
