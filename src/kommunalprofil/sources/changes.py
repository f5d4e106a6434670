"""Reader of the official list of territorial changes: which Gemeinden ceased to exist, and who gave what to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.gemeindeverzeichnis import german_date, heading, issued_in, sheets, text_of

DISSOLVED, PART, REKEYED, RENAMED = "1", "2", "3", "4"
"""Kinds of change; one row may be of several."""
UNIT_COLUMN, MARK = "regionaleinheit", "änderungsart"


@dataclass(frozen=True, slots=True)
class Dissolution:
    """A Gemeinde that is gone, or goes by another key: its last name and key, first day without it, its successors."""

    ars: str
    name: str
    since: date
    successors: tuple[str, ...]
    population: int


@dataclass(frozen=True, slots=True)
class Move:
    """Land and people that went from one Gemeinde to another (or, told beside it, stayed), by AGS.

    `since` is the first day on which statistics count so; `area` in km². A change of the key alone has neither area nor
    people. `part` marks what a Gemeinde gave away or kept while it went on.
    """

    old: str
    name: str
    new: str
    area: float
    people: int
    since: date
    part: bool = False


@dataclass
class Changes:
    """One list: dissolutions, moves, first and last day of the period, month of issue, rows read and left out."""

    dissolutions: list[Dissolution]
    moves: list[Move]
    first: date
    until: date
    issued: str
    title: str
    rows_read: int
    dropped: dict[str, int]


def head_row(rows: list[tuple[Any, ...]]) -> int | None:
    """Index of the lower row of headings, None if the sheet is no list of changes."""
    for number, row in enumerate(rows[:15]):
        if UNIT_COLUMN in [heading(c) for c in row] and number + 1 < len(rows):
            return number + 1
    return None


def _columns(row: tuple[Any, ...], file: str, line: int) -> dict[str, int]:
    """Columns by heading; ceding and receiving side carry the same headings, the ceding one stands left."""
    labels = [heading(c) for c in row]
    wanted = {"ars": ("amtlicherregionalschlüsselars", 0), "name": ("name", 0), "kind": (MARK, 0),
              "area": ("flächeqm", 0), "people": ("einwohner", 0), "to_ars": ("amtlicherregionalschlüsselars", 1),
              "since": ("juristisch", 0), "counted": ("statistisch", 0)}  # fmt: skip
    found: dict[str, int] = {}
    for key, (label, nth) in wanted.items():
        places = [n for n, text in enumerate(labels) if text == label]
        if len(places) <= nth:
            raise SourceError(file, f"Der Tabellenkopf nennt keine Spalte „{label}“.", line)
        found[key] = places[nth]
    return found


def read_changes(data: bytes, file: str) -> Changes:
    """Read a list „Gebietsänderungen“ (xlsx).

    Dissolutions are those (1) and changes of the key (3) of Gemeinden; parts that changed hands (2) stand beside them
    among the moves; new names are counted as dropped. A dissolution into several Gemeinden has all of them as
    successors, in order of people received. Raises SourceError with the row for missing columns, a key, a number or
    a date that is none.
    """
    every = list(sheets(data, file))
    table = next(((rows, at) for _, rows in every if (at := head_row(rows)) is not None), None)
    if table is None:
        raise SourceError(file, "Kein Tabellenblatt hat die Spalten der Gebietsänderungen.")
    rows, at = table
    columns = _columns(rows[at], file, at + 1)
    title = next((text_of(c) for c in rows[0] if c), "")
    until = german_date(title.rpartition("-")[2])
    if until is None:
        raise SourceError(file, "Die Überschrift nennt keinen Zeitraum (erwartet „… vom 01.01. - 31.12.2023“).", 1)
    issued = issued_in("\n".join(text_of(c) for _, sheet in every for row in sheet[:60] for c in row if c))
    first = german_date(f"{title.partition('vom')[2].strip()[:6]}{until.year}") or date(until.year, 1, 1)
    changes = Changes([], [], first, until, issued, title, 0, {})
    gone: dict[str, list[tuple[int, str, str, str, date]]] = {}
    for line, row in enumerate(rows[at + 1 :], at + 2):
        _collect(row, columns, changes, gone, file, line)
    for parts in gone.values():
        parts.sort(key=lambda p: (-p[0], p[2]))
        successors = tuple(dict.fromkeys(to[:5] + to[9:] for _, _, to, _, _ in parts))
        _, ars, _, name, since = parts[0]
        changes.dissolutions.append(Dissolution(ars, name, since, successors, sum(p[0] for p in parts)))
    changes.dissolutions.sort(key=lambda d: d.ars)
    return changes


def _collect(
    row: tuple[Any, ...], at: dict[str, int], changes: Changes, gone: dict[str, list[tuple[int, str, str, str, date]]],
    file: str, line: int,
) -> None:  # fmt: skip
    """Sort one row: into `gone` by the old key, or into the dropped ones."""
    cells = {key: text_of(row[n]) if n < len(row) else "" for key, n in at.items()}
    unit = text_of(row[1]) if len(row) > 1 else ""
    if unit not in ("Gemeinde", "Gemeindeverband"):
        return
    changes.rows_read += 1
    kinds = {part.strip() for part in cells["kind"].split(",")}
    old, new = cells["ars"], cells["to_ars"]
    same = old[:5] + old[9:] == new[:5] + new[9:]
    reason = ""
    if unit == "Gemeindeverband":
        reason = "Gemeindeverband"
    elif not kinds & {DISSOLVED, PART, REKEYED}:
        reason = "neuer Name"
    elif same and PART not in kinds:
        reason = "derselbe Gemeindeschlüssel"
    if reason:
        changes.dropped[reason] = changes.dropped.get(reason, 0) + 1
        return
    if not all(len(k) == 12 and k.isascii() and k.isdecimal() for k in (old, new)):
        raise SourceError(file, f"„{old}“ oder „{new}“ ist kein Regionalschlüssel einer Gemeinde.", line)
    since = german_date(cells["since"])
    if since is None or not cells["name"]:
        raise SourceError(file, f"Für {old} fehlt der Name oder das Datum der Wirksamkeit.", line)
    numbers = [cells[what] or "0" for what in ("area", "people")]
    counted = german_date(cells["counted"]) or since
    if not all(n.isascii() and n.isdecimal() for n in numbers):
        raise SourceError(file, f"{cells['name']}: „{' / '.join(numbers)}“ sind nicht Fläche und Einwohner.", line)
    square_metres, people = map(int, numbers)
    ags, to = old[:5] + old[9:], new[:5] + new[9:]
    move = Move(ags, cells["name"], to, square_metres / 1e6, people, counted, PART in kinds)
    if move in changes.moves:
        raise SourceError(file, f"{cells['name']}: dieselbe Änderung steht schon in einer Zeile weiter oben.", line)
    changes.moves.append(move)
    if kinds & {DISSOLVED, REKEYED} and not same:
        gone.setdefault(old, []).append((people, old, new, cells["name"], since))
