"""How to work with the plan, in a page: what is in it, how it is filled in, what its numbers are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kommunalprofil import formatting as fmt
from kommunalprofil.plan.wording import EDITION, KEY, KNOWN, LISTS, PLAN, QUESTIONS, STATE, SWOT, TICK

if TYPE_CHECKING:
    from kommunalprofil.plan.facts import Facts


class Block(NamedTuple):
    """A heading and lines below it, each a name and what is to be known of it."""

    heading: str
    lines: tuple[tuple[str, str], ...]


AIM = (
    "Der Werkstattplan hält fest, was {where} getan wird: welche Maßnahme, von wem, bis wann, mit welchem Geld, für "
    "wen, und woran man sieht, ob sie wirkt. Die Zahlen sind eingetragen; das Urteil und die Antworten geben die "
    "Menschen vor Ort."
)
FILLED = (
    (f"Blatt „{PLAN}“",
     "Eine Zeile je Maßnahme. Wo es eine Auswahl gibt, klappt sie auf; eigene Einträge sind erlaubt."),
    ("Beginn und Ende",
     "Ein Tag (01.03.2027), ein Monat (März 2027), ein Quartal (III. Quartal 2027) oder ein Jahr (2027)."),
    ("Indikator",
     "Wer eine Kennzahl der Liste wählt, bekommt Ausgangswert, Einheit, Stichtag und Quelle dazu. Bei einem eigenen "
     "Indikator werden diese vier Zellen von Hand gefüllt; die Formeln darin dürfen überschrieben werden."),
    ("Zielwert",
     "Eine Zahl in der Einheit des Ausgangswerts, keine Veränderung: Sollen aus 12,5\u00a0% einmal 15\u00a0% werden, "
     "ist der Zielwert 15."),
    (f"Blatt „{KNOWN}“",
     "Alle Kennzahlen mit Stichtag und Quelle. „.“ heißt: kein Wert; warum, steht unter „Hinweis“."),
    (f"Blatt „{SWOT}“",
     "Die Kennzahlen nach ihrem Platz unter den vergleichbaren Kommunen, der höchste Platz zuerst. "
     f"Ein {TICK} unter Stärke, Schwäche, Chance oder Risiko ist das Urteil; unten ist Raum für eigene Beobachtungen."),
    (f"Blatt „{QUESTIONS}“",
     "Die Fragen des Kommunalprofils mit Raum für Antworten, darunter Zeilen für eigene Fragen."),
    (f"Blatt „{LISTS}“", "Handlungsfelder und Zielgruppen. Was hier dazukommt, steht danach in der Auswahl."),
    ("Zeilen",
     "Sie dürfen verschoben, sortiert, eingefügt und gelöscht werden; die Überschriften bleiben, wie sie sind."),
    ("Schutz", "Gesperrt sind nur Überschriften und eingetragene Tatsachen, ohne Kennwort."),
)  # fmt: skip
RANKS = "Platz 1 hat der höchste Wert. Ob ein hoher Wert gut oder schlecht ist, sagt die Zahl nicht."


def aim(facts: Facts) -> str:
    """What the plan is for."""
    return AIM.format(where=facts.dative_in)


def compared(facts: Facts) -> str:
    """'Verglichen wird mit den 20 ähnlichsten Landkreisen mit …: Kreis Steinburg; …', names only of some few."""
    names = "; ".join(facts.circle.names.values()) if facts.circle.alike else ""
    return f"Verglichen wird mit den {facts.circle.words}{': ' if names else ''}{names}."


def explained(facts: Facts) -> tuple[Block, ...]:
    """The page, block by block."""
    return (
        Block("Wozu", (("Dieser Plan", aim(facts)),)),
        Block("So wird er ausgefüllt", FILLED),
        Block("Vergleichbare Kommunen", (("Auswahl", compared(facts)), ("Plätze", RANKS))),
        Block(
            "Daten",
            ((KEY, facts.ags), (EDITION, fmt.date(facts.stand)), (STATE, facts.state), ("Lizenz", facts.licence)),
        ),
    )
