"""The columns of a file of the Melderegister: what Kommunen call them, and which nobody needs and none may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kommunalprofil.formatting import list_and
from kommunalprofil.names import fold, squash

NAMES = {
    "date": ("Stichtag", "Datum", "Stichtagsdatum", "Auswertungsstichtag"),
    "sex": ("Geschlecht",),
    "age": ("Alter", "Altersgruppe", "Altersgruppen", "Altersklasse", "Altersjahr", "Lebensalter", "Alter in Jahren"),
    "birth": ("Geburtsjahr", "Jahrgang", "Geburtsjahrgang"),
    "nationality": ("Staatsangehörigkeit", "Nationalität", "Staatsbürgerschaft", "Deutsch/Ausländisch"),
    "household": ("Haushaltstyp", "Haushaltstypen", "Typ des Haushalts", "Haushaltsform"),
    "district": ("Ortsteil", "Stadtteil", "Bezirk", "Stadtbezirk", "Ortschaft", "Gemeindeteil", "Quartier",
                 "Ortsbezirk", "Statistischer Bezirk", "Ortsteilname", "Stadtteilname", "Bezirksname"),
    "people": ("Anzahl", "Personen", "Einwohner", "Anzahl Personen", "Anzahl Einwohner", "Einwohnerzahl", "Bevölkerung",
               "Zahl der Personen", "Menschen", "Einwohnerinnen und Einwohner", "Einwohner/innen"),
    "homes": ("Haushalte", "Anzahl Haushalte", "Zahl der Haushalte"),
}  # fmt: skip
"""What a column may be called, by what it holds; case, umlauts and separators do not matter."""
WORDS = {
    "date": "Stichtag",
    "sex": "Geschlecht",
    "age": "Alter",
    "birth": "Geburtsjahr",
    "nationality": "Staatsangehörigkeit",
    "household": "Haushaltstyp",
    "district": "Ortsteil",
    "people": "Anzahl",
    "homes": "Haushalte",
}
PERSONAL = ("vorname", "nachname", "familienname", "geburtsname", "rufname", "geburtsdatum", "gebdatum", "geburtstag",
            "gebdat", "strasse", "hausnummer", "hausnr", "anschrift", "adresse", "email", "telefon", "steuerid",
            "identifikationsnummer", "ausweis", "ordnungsmerkmal")  # fmt: skip
"""Parts of the names of columns that tell who somebody is."""
EXACTLY = ("name", "namen", "str", "hnr", "geb", "geboren", "geborenam", "mail", "tel", "idnr", "person")
"""Whole names of such columns."""
_ROLE = {squash(fold(name)): role for role, names in NAMES.items() for name in names}


def role(name: str) -> str:
    """What a column of this name holds; '' if that is not known."""
    return _ROLE.get(squash(fold(name)), "")


def personal(name: str) -> bool:
    """Whether a column of this name tells who somebody is."""
    key = squash(fold(name))
    return key in EXACTLY or any(part in key for part in PERSONAL)


@dataclass(frozen=True, slots=True)
class Head:
    """The head line: the place of every column by what it holds, all names as they stand, those that are not read."""

    line: int
    names: tuple[str, ...]
    places: dict[str, int]
    ignored: tuple[str, ...]

    def name(self, role: str) -> str:
        """What the file calls a column."""
        return self.names[self.places[role]]

    @property
    def counted(self) -> bool:
        """Whether every row is a group with its count; else every row is a person."""
        return "people" in self.places or "homes" in self.places


def refused(names: Sequence[str]) -> str:
    """Why the file may not be read at all; '' if it may."""
    if found := [f"„{name}“" for name in names if personal(name)]:
        columns = f"Die Spalte{'n' * (len(found) > 1)} {list_and(found)}"
        verb = "enthalten" if len(found) > 1 else "enthält"
        return (
            f"{columns} {verb} dem Namen nach persönliche Angaben. Aus Gründen des Datenschutzes wird die Datei nicht "
            "gelesen: Gebraucht werden weder Namen noch Anschriften noch Geburtstage. Ohne diese Spalten noch einmal "
            "ausgeben; vom Geburtstag genügt das Jahr (Spalte „Geburtsjahr“), ein Ortsteil steht in der Spalte "
            "„Ortsteil“."
        )
    return ""


COUNTS = ("gesamt", "summe", "anzahl", "einwohner", "personen", "bevoelkerung", "haushalte", "maennlich", "weiblich",
          "maenner", "frauen", "deutsche", "auslaender")  # fmt: skip
"""Parts of the names of columns that hold numbers of people, folded."""


def unreadable(head: Head) -> str:
    """Why a file of this form would be misread: a table across, second homes among the people; '' if it would not."""
    keys = {name: squash(fold(name)) for name in head.ignored}
    across = [f"„{name}“" for name, key in keys.items() if any(part in key for part in COUNTS)]
    if across and not head.counted:
        return (
            f"Die Spalte{'n' * (len(across) > 1)} {list_and(across)} {'sehen' if len(across) > 1 else 'sieht'} nach "
            "Anzahlen aus. Gebraucht wird eine Zeile je Gruppe mit ihrer Zahl in der Spalte „Anzahl“, nicht eine "
            "Spalte je Gruppe."
        )
    if homes := [f"„{name}“" for name, key in keys.items() if "wohnung" in key or key in ("hwnw", "status")]:
        return (
            f"Die Spalte {list_and(homes)} unterscheidet wohl Haupt- und Nebenwohnungen. Amtlich zählt nur, wer hier "
            "mit Hauptwohnung gemeldet ist: Nur diese Menschen ausgeben und die Spalte weglassen."
        )
    return ""


def head(names: Sequence[str], line: int) -> tuple[Head, list[str]]:
    """The head line and what is wrong with it, in sentences."""
    known: dict[str, int] = {}
    wrong: list[str] = []
    for place, name in enumerate(names):
        if not (what := role(name)):
            continue
        if what in known:
            wrong.append(
                f"Die Spalten „{names[known[what]]}“ und „{name}“ bedeuten beide „{WORDS[what]}“. Eine weglassen."
            )
        known.setdefault(what, place)
    if "age" in known:
        known.pop("birth", None)
    ignored = tuple(name for place, name in enumerate(names) if name and place not in known.values())
    return Head(line, tuple(names), known, ignored), wrong
