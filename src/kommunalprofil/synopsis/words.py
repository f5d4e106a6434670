"""Several Kommunen side by side: what stands out in each, how far they lie apart, by which rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import similar
from kommunalprofil.figures.panels import BEYOND
from kommunalprofil.narrative import standing
from kommunalprofil.sentences import LEVELS, people
from kommunalprofil.synopsis import POPULATION
from kommunalprofil.synopsis.figures import with_unit

if TYPE_CHECKING:
    from kommunalprofil.synopsis import Section, Synopsis


def lead(p: Synopsis) -> list[str]:
    """How many places of which level stand here, the largest and the smallest."""
    many = {level: sum(place.region.level == level for place in p.places) for level in ("kreis", "gemeinde")}
    counted = fmt.list_and(_counted(p, level, n) for level, n in many.items() if n)
    said = [f"Hier stehen {counted} nebeneinander, jede Zahl neben der des Landes und der von Deutschland."]
    if len(known := p.ordered(POPULATION)) > 1:
        (small, least), (large, most) = known[0], known[-1]
        said.append(
            f"Am kleinsten ist {small.region.nominative} mit {people(least)}, am größten {large.region.nominative} mit "
            f"{people(most)}."
        )
    return said


ONE = {"kreis": "ein Kreis", "gemeinde": "eine Gemeinde"}


def _counted(p: Synopsis, level: str, many: int) -> str:
    """'ein Kreis', 'drei kreisfreie Städte', 'sechs Kreise oder kreisfreie Städte', 'vier Gemeinden'."""
    cities = sum(place.region.kind in similar.CITY for place in p.places if place.region.level == level)
    if many == 1:
        return "eine kreisfreie Stadt" if cities else ONE[level]
    whole = "kreisfreie Städte" if cities == many else LEVELS[level][0]
    return f"{NUMBERS[many]} {whole}" + " oder kreisfreie Städte" * (0 < cities < many)


NUMBERS = ("kein", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")


def striking(p: Synopsis) -> list[str]:
    """What stands out most in each place among all of its level, of what the document shows; a sentence each."""
    said = []
    for place in p.places:
        found = standing.findings(place, p.standings(place))[:1]
        level = LEVELS[place.region.level][1]
        none = f"Nichts, was sich hier mit allen {level} vergleichen lässt, liegt in deren oberem oder unterem Viertel."
        said.append(f"{place.region.title}: {found[0] if found else none}")
    return said


def section_lead(p: Synopsis, section: Section) -> list[str]:
    """Which of the places has most and which least, for each measure of all people."""
    said = []
    for panel in section.panels:
        known = p.ordered(panel.measures[0][1])
        if len(known) > 1 and not panel.groups:
            ends = [f"{p.name(place)} ({with_unit(value)})" for place, value in (known[-1], known[0])]
            said.append(f"{panel.heading}: am höchsten {ends[0]}, am niedrigsten {ends[1]}.")
    return said


def newer(p: Synopsis, section: Section) -> str:
    """For which places there are newer numbers than those compared; '' if for none."""
    measures = [measure for panel in section.panels for _, measure in panel.measures]
    ahead = list(dict.fromkeys(p.name(place) for measure in measures for place in p.newer(measure)))
    if not ahead:
        return ""
    whom = "alle Orte" if len(ahead) == len(p.places) else fmt.list_and(ahead)
    return (
        f"Verglichen wird an Tagen, an denen möglichst alle Orte Zahlen haben. Zum Teil gibt es für {whom} neuere; sie "
        "stehen in den Kommunalprofilen."
    )


def rules(p: Synopsis) -> list[str]:
    """How places of different size come to stand in one table."""
    said = [
        "Ein Tag für alle: Jede Kennzahl ist für alle Orte vom selben Stichtag (oder denselben Jahren) und, wo es um "
        "Einwohnerzahlen geht, vom selben Zensus fortgeschrieben. Gewählt ist der jüngste Stichtag, an dem die meisten "
        "Orte einen Wert haben.",
        "Kleine Zahlen: Anteile von weniger als 100 Menschen oder Haushalten stehen ohne Nachkommastelle, von weniger "
        "als 20 nur als Anzahl („3 von 17“), Mittelwerte und Veränderungen so weniger gar nicht („/“). In Klammern "
        "steht, was auf weniger als 100 im Nenner oder 20 im Zähler beruht.",
        "Mehrere Jahre zusammen: Geborene, Gestorbene und Wanderungen sind Mittel aus vier Jahren, weil in kleinen "
        "Orten ein einzelnes Jahr vom Zufall geprägt ist.",
    ]
    if p.stand_in:
        said.append(
            "Kreis statt Gemeinde: Was die amtlichen Tabellen für eine Gemeinde nicht nennen, steht als Wert ihres "
            "Kreises da und ist mit „K“ gekennzeichnet. Er sagt nichts über die Gemeinde allein."
        )
    said.append(
        "Ein Maßstab: Alterspyramiden und Kurven haben für alle Orte denselben. Nur ein Ort, dessen Werte mehr als "
        f"{NUMBERS[BEYOND]}mal so weit reichen wie die der anderen, hat einen eigenen, weil deren Bilder sonst flach "
        "wären; das steht in seinem Bild und unter dessen Überschrift."
    )
    said.append(
        "Spanne aller Kreise: vom niedrigsten bis zum höchsten Wert aller Kreise und kreisfreien Städte, die am selben "
        "Tag einen Wert haben."
    )
    said.append(
        "Was auffällt: Genannt ist für jeden Ort von den Zahlen, die hier stehen, die unter allen Orten seiner Ebene "
        "am weitesten von der Mitte entfernte, wenn sie im oberen oder unteren Viertel liegt. Das geht nur, wo der "
        "Vergleich aller Orte denselben Tag hat wie die Tabelle hier."
    )
    return said
