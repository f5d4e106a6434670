"""What the plan is made of: the fields of a measure, what may be chosen in them, the names of the sheets.

The fields are those of the Werkzeugkoffer of the Demografiewerkstatt Kommunen, its chapters the fields of action.
"""

from __future__ import annotations

from dataclasses import dataclass

PLAN, KNOWN, SWOT, QUESTIONS, LISTS = "Plan", "Indikatoren", "SWOT", "Offene Fragen", "Listen"
"""The sheets that are read back or pointed to by formulas."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a measure: the key it is read by, what people see, its width in characters, what belongs in it."""

    key: str
    label: str
    width: float
    hint: str = ""


NUMBER = "Nr."
FIELDS = (
    Field("area", "Handlungsfeld", 16, "aus der Liste oder ein eigenes"),
    Field("title", "Maßnahme", 28, "was getan werden soll, in einem Satz"),
    Field("responsible", "Verantwortlich", 16, "eine Person mit ihrer Stelle"),
    Field("begin", "Beginn", 11, "ein Tag, ein Monat oder ein Jahr, zum Beispiel 01.03.2027 oder März 2027"),
    Field("end", "Ende", 11, "ein Tag, ein Monat oder ein Jahr, zum Beispiel 31.12.2028 oder Ende 2028"),
    Field("budget", "Budget (Euro)", 11, "die ganze Summe, zum Beispiel 50.000"),
    Field("group", "Zielgruppe", 17, "aus der Liste oder eine eigene"),
    Field("strategy", "Bezug zur Gesamtstrategie", 22, "welchem Ziel die Maßnahme dient"),
    Field("indicator", "Indikator", 22, "woran man sieht, ob die Maßnahme wirkt; aus der Liste oder ein eigener"),
    Field("value", "Ausgangswert", 14, "steht bei einem Indikator der Liste von selbst da"),
    Field("unit", "Einheit", 9, "steht bei einem Indikator der Liste von selbst da"),
    Field("day", "Stichtag", 11, "steht bei einem Indikator der Liste von selbst da"),
    Field("source", "Quelle", 24, "steht bei einem Indikator der Liste von selbst da"),
    Field("target", "Zielwert", 10, "eine Zahl in der Einheit des Ausgangswerts, zum Beispiel 12,5"),
    Field("remark", "Bemerkung", 22),
)
"""The columns of the sheet `Plan` in their order, after the running number."""
FOLLOWING = ("value", "unit", "day", "source")
"""Fields a formula fills when the indicator is one of the list."""

AREAS = (
    "Demografische Entwicklung",
    "Bildung",
    "Arbeit und Wirtschaft",
    "Wohnen",
    "Engagement und Partizipation",
    "Gesundheit, Pflege, Inklusion",
    "Nahversorgung",
    "Kultur, Begegnung, Freizeit",
    "Verkehr",
    "Migration und Integration",
)
GROUPS = (
    "Alle Menschen vor Ort",
    "Frauen",
    "Männer",
    "Kinder und Jugendliche",
    "Junge Erwachsene",
    "Menschen im Erwerbsalter",
    "Ältere Menschen",
    "Hochbetagte",
    "Familien",
    "Alleinerziehende",
    "Alleinlebende",
    "Menschen mit Einwanderungsgeschichte",
    "Menschen ohne Einwanderungsgeschichte",
    "Zugezogene",
    "Menschen mit Behinderung",
    "Menschen mit Pflegebedarf und ihre Angehörigen",
    "Ehrenamtliche und Vereine",
)
"""Own entries stay allowed beside both."""

FACTS = ("Kennung", "Kennzahl", "Wert", "Einheit", "Stichtag", "Land", "Deutschland",
         "Median vergleichbarer Kommunen", "Grundlage", "Hinweis", "Quelle")  # fmt: skip
"""The header of the sheet `Indikatoren`."""
PLACE, KEY, EDITION, STATE = "Ort", "Schlüssel (AGS)", "Datenstand", "Kennung des Datenstands"
"""What stands above it: the place and the edition of the data."""
JUDGEMENTS = ("Stärke", "Schwäche", "Chance", "Risiko")
TICK = "x"
