"""Readers of the BBSR's workbooks: keys that carry old Kreise and Gemeinden over to newer ones, and types of areas."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.gemeindeverzeichnis import german_date, heading, sheets

UNITS = {"kreise": ("kreis", 5), "gemeinden": ("gemeinde", 8)}
IN_UNITS = re.compile(r"in (1000|100)\s*$")
ROUNDING = 0.002
"""By how much the weights of an area may miss one: the keys print four digits."""
_WEIGHT = re.compile(r"[01](?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an area (or all of it) that goes to one area of the later Gebietsstand."""

    line: int
    old: str
    name: str
    new: str
    weight_area: float
    weight_population: float
    area: float
    people: float


@dataclass
class Key:
    """One sheet: from the last day of a year to a later one, for all Kreise or all Gemeinden."""

    sheet: str
    level: str
    old_day: date
    new_day: date
    pieces: list[Piece] = field(default_factory=list)


def read_keys(data: bytes, file: str) -> tuple[list[Key], list[str]]:
    """Every Umsteigeschlüssel of a workbook, and remarks on it.

    The headings of some sheets name an older Gebietsstand than they lead to: sheets of one level that lead to the
    same areas lead to the newest day any of them names. Raises SourceError with the row for missing headings, keys
    or weights that are none, weights that do not add up to one, or a piece that stands twice.
    """
    keys = [_sheet(name, rows, file) for name, rows in sheets(data, file) if any(rows)]
    remarks: list[str] = []
    for level in sorted({key.level for key in keys}):
        mine = [key for key in keys if key.level == level]
        newest = max(key.new_day for key in mine)
        targets = {p.new for key in mine if key.new_day == newest for p in key.pieces}
        stale = [k for k in mine if k.new_day < newest and {p.new for p in k.pieces} == targets]
        for key in stale:
            key.new_day = newest
        if stale:
            named = ", ".join(key.sheet for key in stale)
            remarks.append(
                f"Blätter {named}: der Kopf nennt einen älteren Gebietsstand, die Gebiete sind die vom"
                f" {newest:%d.%m.%Y}"
            )
    return keys, remarks


def _sheet(name: str, rows: list[tuple[str, ...]], file: str) -> Key:
    head = rows[0]
    columns, level, days, scale = _columns(head, name, file)
    width = UNITS[level][1]
    key = Key(name, UNITS[level][0], *days)
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        cells = {what: row[at].strip() if at < len(row) else "" for what, at in columns.items()}
        piece = _piece(cells, width, scale, f"{file}, Blatt {name}", line)
        if (piece.old, piece.new) in seen:
            raise SourceError(file, f"Blatt {name}: {piece.old} → {piece.new} steht doppelt da.", line)
        seen.add((piece.old, piece.new))
        key.pieces.append(piece)
    _normalise(key, file)
    return key


def _columns(head: tuple[str, ...], name: str, file: str) -> tuple[dict[str, int], str, tuple[date, date], float]:
    """Places of the columns, `kreise` or `gemeinden`, the two days, and how many people a unit of people stands for."""
    labels = [heading(c) for c in head]
    level = next((unit for unit in UNITS if labels and labels[0] == unit), "")
    ends = [n for n, label in enumerate(labels) if label == level] if level else []
    days = [german_date(head[n]) for n in ends]
    starts: dict[str, str | tuple[str, ...]] = {
        "area": "flächeam",
        "people": "bevölkerungam",
        "weight_area": "flächenproportional",
        "weight_population": "bevölkerungsproportional",
        "name": ("kreisname", "gemeindename"),
    }
    found = {what: [n for n, label in enumerate(labels) if label.startswith(start)] for what, start in starts.items()}
    if len(ends) != 2 or not all(days) or not all(found.values()):
        reason = f"Blatt {name}: Der Kopf nennt nicht Gebiete zweier Stichtage, ihre Umsteigeschlüssel, Fläche und"
        raise SourceError(file, f"{reason} Bevölkerung.", 1)
    old, new = (day for day in days if day is not None)
    if not old < new:
        raise SourceError(file, f"Blatt {name}: Der Schlüssel führt vom {old} zum {new}, nicht vorwärts.", 1)
    columns = {what: places[0] for what, places in found.items()} | {"old": ends[0], "new": ends[1]}
    unit = IN_UNITS.search(head[columns["people"]].strip())
    return columns, level, (old, new), float(unit[1]) if unit else 1.0


def area_key(text: str, width: int) -> str:
    """The AGS behind a number that lost its leading zero; '' if it is none. Kreise carry three zeros at the end."""
    if not (text.isascii() and text.isdecimal() and 7 <= len(text) <= 8):
        return ""
    full = text.zfill(8)
    return full if width == 8 else full[:5] if full.endswith("000") else ""


def _piece(cells: dict[str, str], width: int, scale: float, where: str, line: int) -> Piece:
    old, new = area_key(cells["old"], width), area_key(cells["new"], width)
    if not old or not new:
        raise SourceError(where, f"„{cells['old']}“ oder „{cells['new']}“ ist kein Gebietsschlüssel.", line)
    weights = [cells["weight_area"], cells["weight_population"]]
    numbers = [cells["area"], cells["people"]]
    if not all(_WEIGHT.fullmatch(w) and float(w) <= 1 for w in weights):
        raise SourceError(where, f"{old}: „{' / '.join(weights)}“ sind keine Umsteigeschlüssel (0 bis 1).", line)
    if not all(_NUMBER.fullmatch(n) for n in numbers):
        raise SourceError(where, f"{old}: „{' / '.join(numbers)}“ sind nicht Fläche und Bevölkerung.", line)
    area, people = float(numbers[0]), float(numbers[1]) * scale
    return Piece(line, old, cells["name"], new, float(weights[0]), float(weights[1]), area, people)


def _normalise(key: Key, file: str) -> None:
    """Weights that add up to exactly one; where nobody lives, people go by area. Raises SourceError."""
    by_old: dict[str, list[Piece]] = {}
    for piece in key.pieces:
        by_old.setdefault(piece.old, []).append(piece)
    fixed: list[Piece] = []
    for old, pieces in by_old.items():
        area = sum(p.weight_area for p in pieces)
        people = sum(p.weight_population for p in pieces)
        inhabited = any(p.people for p in pieces)
        if abs(area - 1) > ROUNDING or (inhabited and abs(people - 1) > ROUNDING):
            reason = f"Blatt {key.sheet}: Die Umsteigeschlüssel von {old} ergeben zusammen nicht 1."
            raise SourceError(file, reason, pieces[0].line)
        for p in pieces:
            by_area = p.weight_area / area
            by_people = p.weight_population / people if inhabited else by_area
            fixed.append(replace(p, weight_area=by_area, weight_population=by_people))
    if not fixed:
        raise SourceError(file, f"Blatt {key.sheet} ist leer.", 1)
    key.pieces = fixed


@dataclass
class Reference:
    """Types of areas: Kreis → (type, kind of space), Gemeinde → type of its town or association; all Gemeinden.

    `above` is the key of each Gemeinde's association, as the first nine digits of its ARS.
    """

    day: date
    kreise: dict[str, tuple[str, str]]
    gemeinden: dict[str, str]
    listed: list[Piece]
    above: dict[str, str]
    rows_read: int = 0


def read_reference(data: bytes, file: str) -> Reference:
    """Read the BBSR's Referenz of Kreise, Gemeindeverbände and Gemeinden.

    Raises SourceError for missing sheets or columns, keys or numbers that are none.
    """
    every = list(sheets(data, file))
    tables = {code: one for code in ("krs", "gvb", "gem") if (one := _table(every, file, code))}
    if len(tables) < 3:
        raise SourceError(file, "Der Referenz fehlt das Blatt der Kreise, der Gemeindeverbände oder der Gemeinden.")
    (day, kreise), (_, associations), (_, gemeinden) = tables["krs"], tables["gvb"], tables["gem"]
    types = {_key_of(row, "gvb", 8, file): row["sgtyp+1"] for row in associations}
    found = Reference(day, {}, {}, [], {}, len(kreise) + len(associations) + len(gemeinden))
    for row in kreise:
        found.kreise[_key_of(row, "krs", 5, file)] = (row["ktyp4+1"], row["slraum+1"])
    for row in gemeinden:
        ags, above = _key_of(row, "gem", 8, file), area_key(row["gemeindeverbandstand"], 8)
        if above not in types:
            raise SourceError(file, f"Der Gemeindeverband „{above}“ von {ags} steht nicht in der Referenz.")
        if ags in found.gemeinden:
            raise SourceError(file, f"Die Gemeinde {ags} steht doppelt in der Referenz.")
        found.gemeinden[ags] = types[above]
        found.above[ags] = row["regionalschlüssel"].zfill(12)[:9]
        numbers = (row["flächeinkm"], row["bevölkerung"] or "0")
        if not all(_NUMBER.fullmatch(n) for n in numbers):
            raise SourceError(file, f"{ags}: „{' / '.join(numbers)}“ sind nicht Fläche und Bevölkerung.")
        listed = Piece(0, ags, row["gemeindename"], ags, 1, 1, float(numbers[0]), float(numbers[1]))
        found.listed.append(listed)
    return found


def _key_of(row: dict[str, str], code: str, width: int, file: str) -> str:
    key = area_key(row[code], width)
    if not key:
        raise SourceError(file, f"„{row[code]}“ ist kein Gebietsschlüssel.")
    return key


_NEEDED = {
    "krs": ("krs", "ktyp4", "ktyp4+1", "slraum", "slraum+1"),
    "gvb": ("gvb", "sgtyp", "sgtyp+1"),
    "gem": ("gem", "regionalschlüssel", "gemeindename", "gemeindeverbandstand", "flächeinkm", "bevölkerung"),
}


def _table(
    every: list[tuple[str, list[tuple[str, ...]]]], file: str, code: str
) -> tuple[date, list[dict[str, str]]] | None:
    """Day and rows of the sheet whose first column carries the code and two digits of a year (`krs15`).

    Columns go by the reduced text of the lowest heading (`ktyp4`, the unlabelled one right of it `ktyp4+1`).
    """
    for _, rows in every:
        for at, row in enumerate(rows[:6]):
            if not (row and re.fullmatch(rf"{code}\d\d", row[0].strip())):
                continue
            if early := next((n for n, r in enumerate(rows[:at], 1) if r and area_key(r[0].strip(), 8)), 0):
                raise SourceError(file, f"Über dem Kopf des Blatts „{code}…“ steht eine Datenzeile.", early)
            day = german_date(" ".join(c for above in rows[:at] for c in above))
            names: dict[str, int] = {}
            for n, cell in enumerate(row):
                text = cell.strip()
                label = text if re.fullmatch(r"[a-z]+\d", text) else heading(text)
                if label:
                    names.setdefault(label, n)
                    names.setdefault(f"{label}+1", n + 1)
            if day is None or not set(_NEEDED[code]) <= names.keys():
                raise SourceError(file, f"Der Kopf des Blatts „{code}…“ ist unvollständig.", at + 1)
            wanted = {name: names[name] for name in _NEEDED[code]}
            lines = [r for r in rows[at + 1 :] if any(r)]
            return day, [{k: r[n].strip() if n < len(r) else "" for k, n in wanted.items()} for r in lines]
    return None
