"""daten.xlsx: the values each chapter shows, one sheet a chapter, in German, for people who calculate with them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil import references, sentences
from kommunalprofil.export import plain
from kommunalprofil.spreadsheet import Cell, Number, Sheet, sheet_names, xlsx
from kommunalprofil.vocabulary import BASE, DIMENSION, FLAG_TEXT, printed_labels

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence, Joint
    from kommunalprofil.outline import Outline
    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region

HEADER = (
    "Indikator", "Variante", "Gebiet", "Schlüssel (AGS)", "Stichtag oder Jahr", "Geschlecht", "Alter",
    "Staatsangehörigkeit", "Einwanderungsgeschichte", "Haushalt", "Wert", "Einheit", "Zähler", "Nenner", "Grundlage",
    "Hinweis", "Quelle", "Kennung",
)  # fmt: skip
_CODES = attrgetter(*DIMENSION)
FEW = "Nenner unter 20: nur Anzahlen"
_BREAKS = {
    "volkszaehlung_1987": "Volkszählung 1987",
    "zensus_2011": "Zensus 2011",
    "zensus_2022": "Zensus 2022",
    "territory": "Gebietsänderung",
    "pflegegrade": "Pflegegrade statt Pflegestufen",
}
LEGEND = (
    ("Wert", "So genau, wie die Zelle ihn hält; angezeigt mit den Stellen, die auch das Profil druckt."),
    ("Zähler, Nenner", "Woraus der Wert berechnet ist, wo er ein Verhältnis ist."),
    ("leere Zelle", "Es gibt keinen Wert oder er gehört nicht dazu; bei „Wert“ steht der Grund unter „Hinweis“."),
    ("insgesamt", "Nach diesem Merkmal ist nicht unterteilt."),
    ("Bruch: …", "Der Wert ist mit dem davor nicht vergleichbar, aus dem genannten Grund."),
    (FEW, "Anteile und Mittelwerte so weniger Menschen oder Haushalte sagen nichts."),
    ("Kennung", "So heißt der Indikator in daten.csv und profil.json."),
)
"""What stands in the sheets of the chapters."""
BREAK = ("break:…", "mit dem Wert davor nicht vergleichbar")


def remark(value: Value) -> str:
    """What has to be known of a value, in words: why there is none, how sure it is, what lies before it."""
    if value.missing:
        return value.reason
    few = [FEW] if sentences.few(value) else []
    return "; ".join([*few, *_facts(value.flag)])


@cache
def _facts(flags: str) -> list[str]:
    words = []
    for flag in filter(None, flags.split("|")):
        name, _, cause = flag.partition(":")
        words.append(f"Bruch: {_BREAKS.get(cause, cause)}" if name == "break" else FLAG_TEXT.get(name, name))
    return words


@cache
def when(date: str) -> Cell:
    """A day as a day, a year as a number, several years as '2012–2015'."""
    if re.fullmatch(r"\d{4}", date):
        return Number(int(date), grouped=False)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        return datetime.date.fromisoformat(date)
    return fmt.date(date) if date else ""


@cache
def _labels(codes: tuple[str, ...]) -> list[str]:
    """What the members of a value are called, in the order of DIMENSION."""
    return [_label(name, code) for name, code in zip(DIMENSION, codes, strict=True)]


def _label(dimension: str, code: str) -> str:
    return fmt.age(code) if dimension == "age" else printed_labels(dimension).get(code, code)


def number(value: float | None, decimals: int | None = None) -> Cell:
    """A number with so many decimals shown; without a word about it those it has, one at most."""
    tidy = plain(value)
    return None if tidy is None else Number(tidy, int(not float(tidy).is_integer()) if decimals is None else decimals)


class _Rows:
    """Turns values into rows; labels, names and source notes are made once each."""

    def __init__(self, evidence: Evidence | Joint) -> None:
        self.evidence = evidence
        known = (r for place in evidence.places for r in (place.region, *place.parents))
        self.regions: dict[str, Region] = {r.ags: r for r in known}
        self.notes: dict[tuple[str, ...], str] = {}

    def _region(self, ags: str) -> Region:
        if ags not in self.regions:
            self.regions[ags] = self.evidence.register.get(ags)
        return self.regions[ags]

    def _source(self, tables: tuple[str, ...]) -> str:
        if tables not in self.notes:
            self.notes[tables] = references.source_note(self.evidence, tables)
        return self.notes[tables]

    def row(self, value: Value) -> list[Cell]:
        """The cells of one value, in the order of HEADER; of what surrounds several places they are made once."""
        cells: list[Cell] = self.evidence.once(value.region, value, lambda: self._row(value))
        return cells

    def _row(self, value: Value) -> list[Cell]:
        declared, decimals = self.evidence.indicators[value.indicator], sentences.places(value)
        few = decimals is None and not value.missing
        return [
            declared.de,
            declared.variant(value.variant).definition if value.variant else "",
            self._region(value.region).title,
            value.region,
            when(value.date),
            *_labels(_CODES(value)),
            None if few else number(value.value, decimals),
            value.unit,
            None if few and value.unit == "Jahre" else number(value.numerator),  # the years of few people are no count
            number(value.denominator),
            BASE[value.base].de if value.base in BASE and value.base != "none" else "",
            remark(value),
            "" if value.missing else self._source(value.sources),
            value.indicator,
        ]

    def ordered(self, values: Sequence[Value]) -> list[Value]:
        """One series after the other: indicators as the chapter asks for them, the place first, then by date."""
        indicators = list(dict.fromkeys(v.indicator for v in values))
        places = list(dict.fromkeys([*self.regions, *sorted(v.region for v in values)]))
        rank = {name: number for number, name in enumerate([*indicators, *places])}

        def order(v: Value) -> tuple[Any, ...]:
            dims = [(code != "T", code) for code in (v.sex, v.nationality, v.migration, v.household)]
            lowest = -1 if v.age == "T" else fmt.age_bounds(v.age)[0]
            return (rank[v.indicator], v.variant, rank[v.region], lowest, v.age, *dims, v.date, v.base)

        return sorted(values, key=order)


def _source_sheet(evidence: Evidence | Joint) -> Sheet:
    """Every official file behind the document, with all that its licence wants named."""
    header = ("Tabelle", "Titel", "Stelle", "Stichtage", "Gebietsstand", "Grundlage", "Stand der Datei", "Lizenz",
              "Quellenvermerk", "Adresse", "SHA-256")  # fmt: skip
    rows = [
        (o.table, o.title, o.producer, ", ".join(map(fmt.date, sorted(o.dates))), fmt.stand(o.gebietsstand),
         BASE[o.base].de if o.base in BASE and o.base != "none" else "", fmt.stand(o.stand or o.retrieved), o.licence,
         o.citation, o.url, o.sha256)
        for group in references.used_origins(evidence).values()
        for o in group
    ]  # fmt: skip
    return Sheet("Quellen", [header, *rows])


def _contents(evidence: Evidence | Joint, title: str, sheets: Sequence[Sheet], about: Iterable[str]) -> Sheet:
    """The first sheet: the places, the state of the data, the licence, what is where, and what the words mean."""
    stand = fmt.date(references.newest_stand(evidence))
    regions = [place.region for place in evidence.places]
    names = sheet_names(("Inhalt", *(sheet.name for sheet in sheets)))[1:]
    blocks: list[list[tuple[str, ...]]] = [
        [
            (title,),
            ("Datenstand", stand),
            ("Ort" if len(regions) == 1 else "Orte", "; ".join(f"{r.title} (AGS {r.ags})" for r in regions)),
            ("Lizenz", references.licence_note(evidence)),
            ("Quellen", "Jede amtliche Tabelle steht mit ihrem Quellenvermerk im Blatt „Quellen“."),
        ],
        [("Blatt", "Inhalt"), *zip(names, about, strict=True)],
        [("In den Blättern", "Bedeutung"), *LEGEND],
        [("Kennzeichen in daten.csv und profil.json", "Bedeutung"), *FLAG_TEXT.items(), BREAK],
        [("Zeichen in den Tabellen des Profils", "Bedeutung"), *references.signs()],
    ]
    starts = accumulate((len(block) for block in blocks[:-1]), initial=0)
    return Sheet("Inhalt", [row for block in blocks for row in block], tuple(starts))


def workbook(
    evidence: Evidence | Joint, outline: Outline, document: str = "", first: Sequence[tuple[Sheet, str]] = ()
) -> bytes:
    """The workbook of a finished document (its title; of a profile it is known); the same one gives the same bytes.

    `first` are sheets of its own, each with a line about it.
    """
    rows = _Rows(evidence)
    shown = [(heading.text, evidence.shown_in(part)) for part, heading in outline.parts.items()]
    chapters = [(title, rows.ordered(values)) for title, values in shown if values]
    sheets = [sheet for sheet, _ in first]
    sheets += [Sheet(title, [HEADER, *map(rows.row, values)]) for title, values in chapters]
    about = [told for _, told in first]
    about += [f"{fmt.number(len(values))} Zeilen: Werte des Kapitels, Lücken mit Grund" for _, values in chapters]
    sheets += [
        Sheet("Begriffe", [("Begriff", "Definition"), *references.definitions(evidence)]),
        _source_sheet(evidence),
    ]
    about += ["was die Indikatoren messen und wie sie berechnet sind", "jede amtliche Datei hinter den Werten"]
    title = f"{document or f'Kommunalprofil {evidence.places[0].region.title}'}: Daten"
    return xlsx(title, references.newest_stand(evidence), [_contents(evidence, title, sheets, about), *sheets])
