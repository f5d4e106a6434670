"""Then and now in words: what changed, how others changed, what chance may have done, what cannot be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.review.figures import NOT_COMPARED, changed
from kommunalprofil.review.pairs import year_or_day
from kommunalprofil.sentences import LEVELS, located, shown

if TYPE_CHECKING:
    from kommunalprofil.review import Review, Row
    from kommunalprofil.review.pairs import Change
    from kommunalprofil.synopsis import Section

MOST = 5
"""Findings of the first page."""
NOTABLE = 1.5
"""So many times the usual distance of the places most like it a change must lie away from theirs to be told."""


def lead(p: Review) -> list[str]:
    """How many key figures there are, how many can be compared, with whom."""
    known = [row for row in p.rows if row.own.told]
    verb = "lässt" if len(known) <= 1 else "lassen"
    groups = any(row.own.measure.grouped for row in known)
    also = ", auch getrennt nach Frauen und Männern oder nach deutscher und ausländischer Staatsangehörigkeit"
    number = fmt.number(len(known)) if known else "keine"
    said = [
        f"Zwischen {p.years.then} und {p.years.now} {verb} sich {p.region.dative_in} "
        f"{number} von {fmt.number(len(p.rows))} Kennzahlen vergleichen{also * groups}."
    ]
    beside = sum(row.alike is not None for row in known)
    if beside:
        whom = LEVELS[p.region.level][1]
        these = "allen" if beside == len(known) else f"{fmt.number(beside)} davon"
        said.append(f"Bei {these} steht daneben, was in ähnlichen {whom} geschah.")
    counted = sum(row.own.told for row in p.households)
    if counted:
        figures = "eine Kennzahl" if counted == 1 else f"{fmt.number(counted)} Kennzahlen"
        said.append(f"Dazu {'kommt' if counted == 1 else 'kommen'} {figures} zu Haushalten im Zensus 2011 und 2022.")
    return said


def moved(change: Change) -> str:
    """'von 38,2 auf 42,1 gestiegen (+3,9)', 'mit 43,5 Jahren gleich geblieben'."""
    if change.then is None or change.now is None or change.value is None or change.decimals is None:
        return ""
    first, last = shown(change.then, unit=False), shown(change.now, unit=False)
    unit = f"{fmt.NBSP}Jahre" if change.unit == "Jahre" else ""
    if change.still:
        return f"mit {last}{unit + 'n' if unit else ''} gleich geblieben"
    points = f"{fmt.NBSP}Prozentpunkte" if change.unit == "Prozentpunkte" else ""
    none = not fmt.change(change.value, change.decimals).strip("±0,")
    verb = "fast gleich geblieben" if none else "gestiegen" if change.value > 0 else "gesunken"
    return f"von {first} auf {last}{unit} {verb} ({changed(change)}{points})"


def when(p: Review, change: Change) -> str:
    """' (2015 bis 2019)' where the values are of other times than those asked for; '' elsewhere."""
    if change.then is None or change.now is None:
        return ""
    ends = [year_or_day(v.date) for v in (change.then, change.now)]
    same = ends == [str(p.years.then), str(p.years.now)]
    return "" if same else f" ({fmt.date(ends[0])} bis {fmt.date(ends[1])})"


def sentence(p: Review, row: Row) -> str:
    """'Altenquotient: von 38,2 auf 42,1 gestiegen (+3,9); Schleswig-Holstein +2,6, Deutschland +2,0, …'."""
    others = [(r.title, changed(row.around[r.level])) for r in p.around if r.level in row.around]
    if row.alike is not None:
        percent = "%" if row.own.counted else ""
        others.append(("ähnliche Orte im Mittel", fmt.with_unit(fmt.change(row.alike, row.own.decimals or 0), percent)))
    beside = ", ".join(f"{name} {text}" for name, text in others if text not in (".", NOT_COMPARED))
    chance = " Bei so kleinen Zahlen kann das Zufall sein." if row.own.interval and row.own.interval.has_zero else ""
    return f"{row.own.measure.label}{when(p, row.own)}: {moved(row.own)}" + (f"; {beside}." if beside else ".") + chance


def striking(p: Review) -> list[str]:
    """The changes that differ most from those of the places most like it, by how these differ among each other."""
    found = [row for row in p.rows if row.own.told and row.apart is not None and row.spread]
    found = [row for row in found if not (row.own.interval and row.own.interval.has_zero)]
    far = sorted(found, key=lambda row: -abs(row.apart or 0) / (row.spread or 1))
    return [sentence(p, row) for row in far if abs(row.apart or 0) > NOTABLE * (row.spread or 1)][:MOST]


def nothing_strikes(p: Review) -> str:
    """Why no finding is told."""
    if not any(row.apart is not None for row in p.rows):
        return "Für ähnliche Orte gibt es zu wenige vergleichbare Zahlen; was abweicht, lässt sich nicht sagen."
    return "Keine Kennzahl hat sich deutlich anders verändert als in den ähnlichen Orten."


def section_lead(p: Review, section: Section) -> list[str]:
    """What changed, a sentence each for all people together."""
    return [sentence(p, row) for row in p.of(section) if row.own.told and not row.own.measure.grouped]


def neighbours(p: Review) -> list[str]:
    """Who the places most like it are."""
    if not p.neighbours:
        return []
    places = [p.register.get(ags) for ags in p.neighbours]
    names = (located(place.title, [p.register.get(ags) for ags in place.parents]) for place in places)
    level = LEVELS[p.region.level][0]
    return [f"Ähnliche {level} sind hier {fmt.list_and(names)}.",
            "Wie sie gefunden werden, steht im Kommunalprofil im Kapitel „Im Vergleich“; ihr Wert ist der mittlere "
            "(Median) aller, die an denselben Tagen vergleichbare Zahlen haben."]  # fmt: skip


def not_compared(p: Review) -> list[str]:
    """Which key figures have no change, by reason."""
    reasons: dict[str, list[str]] = {}
    for row in (*p.rows, *p.households):
        own, years = row.own, p.span(row.own.measure)
        if own.why:
            reasons.setdefault(f"Nicht verglichen, weil {own.why}", []).append(own.measure.label)
        elif own.then is None or own.now is None:
            year = years.then if own.then is None else years.now
            reasons.setdefault(f"Ohne Wert um {year}", []).append(own.measure.label)
        elif own.decimals is None:
            reasons.setdefault("Zu wenige Menschen für einen Anteil", []).append(own.measure.label)
    return [f"{why}: {'; '.join(labels)}." for why, labels in reasons.items()]


def rules(p: Review) -> list[str]:
    """How to read the changes."""
    said = [
        "Verglichen werden nur Zahlen auf derselben Grundlage: Wer Zahlen vor und nach dem Zensus 2022 voneinander "
        "abzieht, misst zum Teil die neue Zählung. Das gilt ebenso für geänderte Gebiete und neue Definitionen. Zwei "
        "Zählungen selbst, etwa der Haushalte im Zensus 2011 und 2022, lassen sich nebeneinander stellen.",
        f"Gesucht ist der Wert, der {p.years.then} und {p.years.now} am nächsten liegt, höchstens zwei Jahre daneben.",
    ]
    said.append(
        "Veränderungen sind aus ungerundeten Werten gerechnet; die gedruckten Werte voneinander abgezogen können eine "
        "andere letzte Stelle ergeben."
    )
    if any(row.own.interval for row in p.rows):
        said.append(
            "Beruht ein Anteil oder eine Häufigkeit auf weniger als 100 Fällen, steht bei der Veränderung ein Bereich: "
            "So weit können zwei Jahre schon durch Zufall auseinanderliegen (95 von 100 Mal; Wilson und Byar, nach "
            "Newcombe zusammengesetzt)."
        )
    if p.before is not p.place:
        said.append("Die früheren Werte stammen aus einem eingefrorenen, älteren Stand des Datenbestands.")
    said.append(
        "Eine Veränderung sagt nicht, woran sie liegt. Ob eine Maßnahme wirkt, müssen die Menschen vor Ort klären."
    )
    return said
