r"""Reader of Eurostat's TSV files, old (`geo\time`, years descending) and new (`freq,…,geo\TIME_PERIOD`).

Population is that of 1 January, which is the German Stichtag of the day before. Rows of other countries and of NUTS 2
stay outside, counted. The files do not name their data set: dimensions, unit and Germany's own total tell which it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from kommunalprofil import nuts
from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources.areas import NATIONAL
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid
from kommunalprofil.territory import REGION

HEAD = re.compile(rb"((?:[a-z_0-9]+,)*)geo\\time(?:_period)?\t", re.IGNORECASE)
GERMAN = re.compile(r"DE[0-9A-Z]{0,3}")
YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,9})?", re.ASCII)
AGE = re.compile(r"Y(?:_LT(?P<below>\d+)|_GE(?P<above>\d+)|(?P<first>\d+)(?:-(?P<last>\d+))?)", re.ASCII)
SEXES = {"T": "_T", "M": "M", "F": "F"}
LAENDER = frozenset(f"{number:02d}" for number in range(1, 17))
WHOLE = {"geo": "DE", "sex": "T", "age": "TOTAL"}
SIGNATURE = "eurostat"
"""What stands for the statistic in the signature of a declared data set: its dimensions and unit follow."""
PLAUSIBLE = {"population": (50e6, 120e6), "deaths": (0.5e6, 2e6), "official_infant_mortality": (0.1, 30.0)}
"""Between which numbers Germany's total lies, by what a data set counts."""
LETTERS = {"b": "", "d": "", "e": "s", "f": "s", "i": "s", "s": "s", "p": "p", "r": "r", "u": ""}
"""Eurostat's flags in the offices' letters, where `e` means final: estimated, forecast and imputed values are `s`.
Breaks (b) and other definitions (d) say nothing about the value and are counted; uncertain values (u) get brackets."""
GAPS = {"c": ":c", "z": ":z", "u": ":u"}
OTHER = "andere Länder und frühere Gebietsstände"
MAX_ROWS = 500_000
"""More rows than Germany, the Länder and Kreise can have in any data set."""
NO_AGE, NO_BASE = "Alter unbekannt", "Jahr, dessen Fortschreibungsbasis nicht zu erkennen ist"


def recognise(data: bytes) -> bool:
    """Whether the bytes begin like a TSV of Eurostat."""
    return HEAD.match(data[:400].removeprefix(b"\xef\xbb\xbf")) is not None


@dataclass
class Tsv:
    """A file taken apart: dimensions and years of its head; line, codes and cells of each row that comes in."""

    file: str
    dims: list[str]
    years: list[int]
    rows: list[tuple[int, dict[str, str], list[str]]] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    def drop(self, reason: str, number: int = 1) -> None:
        """Count what stays outside."""
        self.dropped[reason] = self.dropped.get(reason, 0) + number


def read(content: Iterable[bytes], file: str, tables: Iterable[Table]) -> tuple[Table, Grid]:
    """The declared table the lines of a file hold, and its grid.

    Raises UnknownTableError if no declared data set has these dimensions and this total for Germany, SourceError with
    the line for a damaged file.
    """
    tsv = _split(iter(content), file)
    table, germany = _table(tsv, tables)
    columns = _columns(tsv, table, germany)
    keep = [i for i, column in enumerate(columns) if column is not None]
    keys: list[tuple[str, str, int, int]] = []
    lines: list[int] = []
    values: list[list[str]] = []
    signs: list[list[str]] = []
    breaks = 0
    for line, codes, cells in tsv.rows:
        key = _key(codes, file, line)
        if key is None:
            tsv.drop(NO_AGE)
            continue
        texts = [cells[i].strip() for i in keep]
        pairs = [(text, "") if text.isdecimal() or text == ":" else _cell(text, file, line) for text in texts]
        breaks += "b" in "".join(texts) and sum("b" in text for text in texts)
        keys.append(key)
        lines.append(line)
        values.append([text for text, _ in pairs])
        signs.append([sign for _, sign in pairs])
    rows: dict[str, Any] = {"key": [k[0] for k in keys]}
    _check_whole(keys, file)
    if "sex" in table.dims:
        rows["sex"] = [k[1] for k in keys]
    if "age" in table.dims:
        rows |= {"age_from": [k[2] for k in keys], "age_to": [k[3] for k in keys]}
    kept = [c for c in columns if c is not None]
    remarks = [f"{breaks} Werte mit Zeitreihenbruch (b)"] if breaks else []
    if merged := _merge_eisenach(keys, kept, values, signs):
        remarks.append(f"Eisenach und Wartburgkreis ab 01.07.2021 zusammengezählt: {merged} Werte")
    return table, Grid(table.id, table.title, rows, list(kept), values, lines, signs, decimal=".", layout=SIGNATURE,
                       other_lines=1, dropped=tsv.dropped, remarks=remarks)  # fmt: skip


def _check_whole(keys: list[tuple[str, str, int, int]], file: str) -> None:
    """Raises SourceError unless all Länder are there and every age for every sex: a file may end at the end of a line.

    Missing Kreise show in the sums.
    """
    if missing := LAENDER - {key for key, *_ in keys}:
        raise SourceError(file, f"Der Datei fehlen Länder: {', '.join(sorted(missing))}.")
    members, sexes, ages = {key[1:] for key in keys}, {key[1] for key in keys}, {key[2:] for key in keys}
    if len(members) < len(sexes) * len(ages):
        found = f"{len(sexes)} Geschlechter, {len(ages)} Altersgruppen"
        raise SourceError(file, f"Nicht zu jedem Geschlecht stehen alle Altersgruppen da ({found}); Zeilen fehlen.")


def _split(content: Iterator[bytes], file: str) -> Tsv:
    """Take a file apart line by line; only rows of Germany, the Länder and Kreise become texts."""
    head = _text(next(content, b"").removeprefix(b"\xef\xbb\xbf"), file, 1).split("\t")
    wrong = next((cell for cell in head[1:] if not YEAR.fullmatch(cell.strip())), None)
    if wrong is not None:
        raise SourceError(file, f"„{wrong.strip()[:20]}“ ist kein Jahr.", 1)
    years = [int(cell) for cell in head[1:]]
    if len(set(years)) < len(years):
        raise SourceError(file, "Der Kopf nennt ein Jahr doppelt.", 1)
    tsv = Tsv(file, head[0].split(",")[:-1], years)
    for number, line in enumerate(content, 2):
        if not line.endswith(b"\n"):
            raise SourceError(file, "Die letzte Zeile ist nicht abgeschlossen; die Datei ist abgeschnitten.", number)
        tab = line.find(b"\t")
        geo = line[line.rfind(b",", 0, tab) + 1 : tab].strip()
        if tab < 0 or not geo[:2].isalpha() or not geo[:2].isupper():
            raise SourceError(file, "Die Zeile nennt kein Gebiet (erwartet einen NUTS-Schlüssel).", number)
        if geo[:2] != b"DE":
            tsv.drop(OTHER)
        else:
            _take(tsv, _text(line, file, number), number)
            if len(tsv.rows) > MAX_ROWS:
                raise SourceError(file, "So viele Zeilen hat Deutschland nicht; die Datei ist beschädigt.", number)
    return tsv


def _text(line: bytes, file: str, number: int) -> str:
    try:
        return line.decode("ascii").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SourceError(file, "Die Zeile enthält fremde Zeichen; die Datei ist beschädigt.", number) from None


def _take(tsv: Tsv, line: str, number: int) -> None:
    """Keep a German row of a level that German tables have."""
    key, *cells = line.split("\t")
    parts = [part.strip() for part in key.split(",")]
    if len(parts) != len(tsv.dims) + 1 or len(cells) != len(tsv.years):
        found, wanted = f"{len(parts)} Merkmale und {len(cells)} Werte", f"{len(tsv.dims) + 1} und {len(tsv.years)}"
        raise SourceError(tsv.file, f"Die Zeile hat {found}, der Kopf nennt {wanted}.", number)
    if not GERMAN.fullmatch(parts[-1]):  # DE_TOT, EEA totals and the like
        tsv.drop(OTHER)
    elif len(parts[-1]) == 4:
        tsv.drop(REGION)
    else:
        tsv.rows.append((number, dict(zip([*tsv.dims, "geo"], parts, strict=True)), cells))


def _table(tsv: Tsv, tables: Iterable[Table]) -> tuple[Table, list[str]]:
    """The declared data set with these dimensions whose totals for Germany are plausible, and those totals."""
    dims = frozenset(tsv.dims) - {"freq", "unit"}
    units = {codes.get("unit", "") for _, codes, _ in tsv.rows}
    bad = next((n for n, codes, _ in tsv.rows if codes.get("freq", "A") != "A"), None)
    if bad is not None:
        raise SourceError(tsv.file, "Die Werte sind keine Jahreswerte (freq ist nicht A).", bad)
    whole = {k: code for k, code in WHOLE.items() if k in dims or k == "geo"}
    germany = next((cells for _, codes, cells in tsv.rows if codes.items() >= whole.items()), None)
    if germany is None:
        raise UnknownTableError(tsv.file, "Die Datei nennt keine Summe für Deutschland (DE); ihr Inhalt ist unklar.", 1)
    totals = [float(text) for text in (cell.split(" ")[0] for cell in germany) if NUMBER.fullmatch(text)]
    for table in tables:
        low, high = PLAUSIBLE.get(table.measure, (0.0, 0.0))
        same = table.flat is not None and table.flat[:3] == (SIGNATURE, dims, *units)
        if same and totals and all(low < total < high for total in totals):
            return table, germany
    found = f"Merkmale {', '.join(sorted(dims)) or 'keine'}, Einheit {', '.join(sorted(units))}"
    raise UnknownTableError(tsv.file, f"Kein deklarierter Datensatz von Eurostat passt zu dieser Datei ({found}).", 1)


def _columns(tsv: Tsv, table: Table, germany: list[str]) -> list[dict[str, str] | None]:
    """What each year stands for; None for a year whose population base the file leaves open.

    From 2022 both bases were published; Germany's total tells them apart.
    """
    columns: list[dict[str, str] | None] = []
    for year, cell in zip(tsv.years, germany, strict=True):
        day = date(year - 1 if table.period == "stock" else year, 12, 31)
        column: dict[str, str] | None = {"date": day.isoformat()}
        if table.base == "fortschreibung" and day > date(2022, 5, 15):
            text = cell.split(" ")[0]
            stated = NATIONAL.get(int(text)) if text.isdecimal() else None
            column = {"date": day.isoformat(), "base": stated[1]} if stated and stated[0] == day else None
            if column is None:
                tsv.drop(NO_BASE)
        columns.append(column)
    return columns


def _key(codes: dict[str, str], file: str, line: int) -> tuple[str, str, int, int] | None:
    """Office key, sex and age of a row; None where the age is unknown. Raises SourceError for unknown codes."""
    key = nuts.keys().get(codes["geo"])
    if key is None:
        reason = f"„{codes['geo']}“ ist kein Land und kein Kreis der NUTS-Fassungen 2016 bis 2024."
        raise SourceError(file, reason, line)
    sex = SEXES.get(codes.get("sex", "T"))
    if sex is None:
        raise SourceError(file, f"„{codes['sex']}“ ist kein Geschlecht (erlaubt: T, M, F).", line)
    age = codes.get("age", "TOTAL")
    if age == "UNK":
        return None
    if age == "TOTAL":
        return key, sex, 0, 200
    match = AGE.fullmatch(age)
    low, high = (0, 0) if match is None else _bounds(match)
    if not low < high <= 200:
        raise SourceError(file, f"„{age}“ ist keine Altersgruppe von Eurostat.", line)
    return key, sex, low, high


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    if match["below"]:
        return 0, int(match["below"])
    if match["above"]:
        return int(match["above"]), 200
    return int(match["first"]), int(match["last"] or match["first"]) + 1


def _cell(cell: str, file: str, line: int) -> tuple[str, str]:
    """Text and quality letters of a cell such as `12 bep`. Raises SourceError for anything but a number or `:`."""
    text, _, flags = cell.partition(" ")
    flags = flags.strip()
    if wrong := next((letter for letter in flags if letter not in LETTERS and letter not in GAPS), None):
        raise SourceError(file, f"Unbekanntes Kennzeichen „{wrong}“ von Eurostat.", line)
    if text == ":":
        return next((GAPS[letter] for letter in flags if letter in GAPS), ":"), ""
    if not NUMBER.fullmatch(text):
        raise SourceError(file, f"„{cell[:40]}“ ist weder Zahl noch „:“.", line)
    letters = "".join(sorted({LETTERS.get(letter, "") for letter in flags}))
    return (f"({text})" if "u" in flags else text), letters


def _merge_eisenach(
    keys: list[tuple[str, str, int, int]], columns: list[dict[str, str]], values: list[list[str]],
    signs: list[list[str]],
) -> int:  # fmt: skip
    """Add Eisenach to the Wartburgkreis at dates at which it is part of it; the number of values made.

    `-`, which stands in no file of Eurostat, then marks Eisenach as a region that is no more.
    """
    part, whole, since = nuts.MERGED
    late = [i for i, column in enumerate(columns) if column["date"] >= since.isoformat()]
    place = {key: i for i, key in enumerate(keys)}
    merged = 0
    for key, row in place.items():
        home = place.get((whole, *key[1:]))
        if key[0] != part or home is None:
            continue
        for i in late:
            both = (values[row][i], values[home][i])
            gap = next((text for text in both if text.startswith(":")), None)
            sure = both[0][0] != "(" and both[1][0] != "("
            total = "" if gap else str(sum(Decimal(text.strip("()")) for text in both))
            values[home][i] = gap or (total if sure else f"({total})")
            signs[home][i] = "".join(sorted({*signs[row][i], *signs[home][i]}))
            values[row][i], signs[row][i] = "-", ""
            merged += 1
    return merged
