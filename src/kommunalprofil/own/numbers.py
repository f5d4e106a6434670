"""The CSV file behind an own figure: German or English numbers, told apart by the separator, never guessed."""

from __future__ import annotations

import csv
import io
import re

from kommunalprofil.own.model import ChartKind, Numbers
from kommunalprofil.own.reading import Folder, OwnError, clean, utf8

MOST_DECIMALS = 3
MOST_ROWS = {"linien": 150, "saeulen": 60, "balken": 20}
MOST_COLUMNS = {"linien": 5, "saeulen": 1, "balken": 1}
"""Of numbers, by kind of chart: what can be read in one figure."""
LONGEST_LABEL = 60
_LARGEST = 1e12
_GERMAN = re.compile(r"[+\-−]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?")
_ENGLISH = re.compile(r"[+\-−]?\d+(?:\.(\d+))?")
_YEAR = re.compile(r"1[89]\d\d|20\d\d")


def numbers(folder: Folder, file: str, kind: ChartKind) -> Numbers:
    """Read and check the file of a figure. Raises OwnError with the line."""
    data = folder.read(file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:  # how spreadsheets save a CSV file under Windows
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = utf8(data, file)
    text = clean(text, file)
    head = text.partition("\n")[0]
    separator = next((sign for sign in (";", "\t", ",") if sign in head), ";")
    rows = _rows(text, separator, file)
    if not rows:
        raise OwnError(file, "Die Datei ist leer.")
    (_, names), *body = rows
    _check_size(names, body, kind, file)
    parsed: list[tuple[str, tuple[float | None, ...]]] = []
    decimals = 0
    for line, (label, *cells) in body:
        found = [_number(cell, separator, file, line) for cell in cells]
        decimals = max([decimals, *(places for _, places in found)])
        parsed.append((label, tuple(value for value, _ in found)))
    for i, name in enumerate(names[1:]):
        if all(values[i] is None for _, values in parsed):
            raise OwnError(file, f"In der Spalte „{name}“ steht keine Zahl.")
    result = Numbers(names[0], tuple(names[1:]), tuple(parsed), decimals)
    if kind != "balken":
        _check_years(result, [line for line, _ in body], file)
    return result


def _rows(text: str, separator: str, file: str) -> list[tuple[int, list[str]]]:
    """Line and cells of every row that is not empty. Raises OwnError."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                found.append((reader.line_num, cells))
    except csv.Error:
        raise OwnError(
            file, "Die Zeile ist nicht zu lesen. Vermutlich fehlt ein Anführungszeichen.", reader.line_num
        ) from None
    return found


def _check_size(names: list[str], body: list[tuple[int, list[str]]], kind: ChartKind, file: str) -> None:
    most = MOST_COLUMNS[kind]
    if not 2 <= len(names) <= most + 1:
        allowed = "eine Spalte" if most == 1 else f"1 bis {most} Spalten"
        raise OwnError(
            file,
            f"Die Kopfzeile nennt {len(names)} Spalten; für „{kind}“ folgen auf die erste {allowed} mit Zahlen.",
            1,
        )
    if not all(names) or len(set(names)) < len(names):
        raise OwnError(file, "In der Kopfzeile ist ein Feld leer oder doppelt.", 1)
    if not 1 <= len(body) <= MOST_ROWS[kind]:
        raise OwnError(file, f"Die Datei hat {len(body)} Zeilen mit Zahlen, erlaubt sind 1 bis {MOST_ROWS[kind]}.")
    for line, row in body:
        if len(row) != len(names):
            raise OwnError(file, f"Die Zeile hat {len(row)} Felder, die Kopfzeile {len(names)}.", line)
        if not row[0]:
            raise OwnError(file, "Das erste Feld der Zeile ist leer.", line)
    for label in (*names, *(row[0] for _, row in body)):
        if len(label) > LONGEST_LABEL:
            raise OwnError(file, f"„{label}“ ist zu lang, erlaubt sind {LONGEST_LABEL} Zeichen.")


def _number(cell: str, separator: str, file: str, line: int) -> tuple[float | None, int]:
    """A value and its decimals; an empty cell or '.' is a missing value, '–' is zero."""
    if cell in ("", "."):
        return None, 0
    if cell in ("–", "-"):
        return 0.0, 0
    pattern, example = (_ENGLISH, "1234.5") if separator == "," else (_GERMAN, "1.234,5")
    found = pattern.fullmatch(cell)
    if not found:
        allowed = f"eine Zahl wie {example}, ein Punkt für „unbekannt“ oder ein Strich für „genau null“"
        raise OwnError(file, f"„{cell}“ ist keine Zahl. Erlaubt ist {allowed}.", line)
    digits = cell.replace("−", "-")
    value = float(digits if separator == "," else digits.replace(".", "").replace(",", "."))
    places = len(found[1] or "")
    if abs(value) > _LARGEST or places > MOST_DECIMALS:
        raise OwnError(file, f"„{cell}“ ist zu groß oder hat mehr als {MOST_DECIMALS} Nachkommastellen.", line)
    return value, places


def _check_years(found: Numbers, lines: list[int], file: str) -> None:
    before = 0
    for line, (label, _) in zip(lines, found.rows, strict=True):
        if not _YEAR.fullmatch(label):
            raise OwnError(file, f"„{label}“ ist kein Jahr; Linien und Säulen stehen über Jahren wie 2024.", line)
        if int(label) <= before:
            raise OwnError(file, f"Auf das Jahr {before} folgt {label}; die Jahre müssen aufsteigen.", line)
        before = int(label)
