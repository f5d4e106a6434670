"""The bytes of a file as rows of text: encoding, separator, head line – and how often each row stands in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from kommunalprofil import formatting as fmt
from kommunalprofil.file_kinds import NO_TEXT, kind
from kommunalprofil.melderegister import columns
from kommunalprofil.melderegister.columns import Head
from kommunalprofil.melderegister.faults import Fault, RegisterError

MOST_ROWS, MOST_DIFFERENT = 5_000_000, 1_000_000
"""Rows of a file, and rows that differ."""
SEARCHED = 10
"""So many rows may stand above the head line or be it."""
_MISREAD = re.compile(r"Ã[¤¶¼„–œŸ\x84\x96\x9c\x9f]")
"""What becomes of ä, ö, ü and ß that were UTF-8 and were read in the encoding of Windows."""
_OLD = re.compile(rb"[A-Za-z][\x81\x84\x8a\x94\x9f][a-z]|geh\x9arig")
"""ä, ö, ü within words as DOS or the old Mac saved them; byte 9A in one word only, for š stands in Sorbian names."""
WIDEST = 60
"""Columns; a file with more is another one."""
LONGEST = 20_000
"""Characters of a line; the head line is looked for in as many."""


@dataclass(slots=True)
class Row:
    """Cells of the columns that are read, how often they stand in the file, in which line first and last."""

    cells: tuple[str, ...]
    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The head line, the roles of the cells of a row, the rows that differ."""

    head: Head
    roles: tuple[str, ...]
    rows: list[Row]


def text_of(data: bytes, file: str) -> str:
    """The text, in whichever encoding Kommunen save it. Raises RegisterError for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's „Unicode Text“
        return _lines_of(data.decode("utf-16", errors="replace"), file)
    if data[1:2] == b"\0" != data[:1]:  # the same without its mark
        return _lines_of(data.decode("utf-16-le", errors="replace"), file)
    if found := kind(data) or (NO_TEXT if b"\0" in data else ""):
        raise RegisterError(
            file,
            [
                f"Das ist {found}. Gelesen wird CSV mit einer Zeile je Gruppe oder Mensch: eine Tabelle in Excel oder "
                "LibreOffice öffnen, „Speichern unter“ und „CSV UTF-8“ wählen."
            ],
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if found_old := _OLD.search(data):
            line = len(data[: found_old.end()].splitlines())
            reason = (
                "Die Umlaute stehen in einem alten Zeichensatz (DOS oder Mac). Gelesen werden UTF-8, UTF-16 und der "
                "Zeichensatz von Windows: die Datei als „CSV UTF-8“ noch einmal ausgeben."
            )
            raise RegisterError(file, [Fault(line, reason)]) from None
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = data.decode("iso8859-15")
    return _lines_of(text, file)


def _lines_of(text: str, file: str) -> str:
    """The text with one kind of line break. Raises RegisterError where UTF-8 was taken for another encoding."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _MISREAD.search(text):
        line = text.count("\n", 0, found.start()) + 1
        reason = f"„{found[0]}“ ist ein falsch umgewandelter Umlaut. Die Datei als „CSV UTF-8“ noch einmal ausgeben."
        raise RegisterError(file, [Fault(line, reason)])
    return text


def rows_of(text: str, file: str) -> Rows:
    """Head line and rows. Raises RegisterError."""
    separator, head = _head(text, file)
    if reason := columns.refused(head.names) or columns.unreadable(head):
        raise RegisterError(file, [reason])
    roles = tuple(head.places)
    places = [head.places[role] for role in roles]
    width = len(head.names)
    found: dict[tuple[str, ...], Row] = {}
    faults: list[Fault] = []
    for count, (line, cells) in enumerate(_lines(text, separator, head.line, file)):
        if count >= MOST_ROWS:
            raise RegisterError(file, [f"Die Datei hat mehr als {MOST_ROWS // 1_000_000} Millionen Zeilen."])
        if len(cells) != width:
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if len(cells) != width:
                fields = "ein Feld" if len(cells) == 1 else f"{len(cells)} Felder"
                reason = f"Die Zeile hat {fields}, die Kopfzeile {width}."
                faults.append(Fault(line, reason))
                continue
        key = tuple([cells[place] for place in places])
        if (row := found.get(key)) is not None:
            row.number += 1
            row.last = line
            continue
        found[key] = Row(key, 1, line, line)
        if len(found) > MOST_DIFFERENT:
            raise RegisterError(
                file, ["Die Datei hat mehr als eine Million verschiedene Zeilen. Zusammengezählt liefern."]
            )
    if faults:
        raise RegisterError(file, faults)
    if not found:
        raise RegisterError(file, ["Unter der Kopfzeile steht keine Zeile."])
    return Rows(head, roles, list(found.values()))


def _reader(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for cells in reader:
        yield reader.line_num, cells


def _lines(text: str, separator: str, after: int, file: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of every row below the head line that is not empty."""
    last = after
    try:
        for line, cells in _reader(text, separator):
            last = line
            if line > after and any(map(str.strip, cells)):
                yield line, cells
    except csv.Error:
        quote = "Ab hier ist die Datei nicht zu lesen. Vermutlich fehlt ein schließendes Anführungszeichen."
        raise RegisterError(file, [Fault(last + 1, _too_long(text, last + 1) or quote)]) from None


def _too_long(text: str, line: int) -> str:
    """What is wrong with a line longer than any of a table; '' if it is not."""
    found = next(islice(io.StringIO(text), line - 1, None), "")
    if len(found) <= LONGEST:
        return ""
    return (
        f"Die Zeile hat {fmt.number(len(found))} Zeichen, erlaubt sind {fmt.number(LONGEST)}. Vermutlich fehlen die "
        "Zeilenumbrüche, oder die Datei ist keine Tabelle: als CSV noch einmal ausgeben."
    )


def _head(text: str, file: str) -> tuple[str, Head]:
    """The separator and the head line: the first row with most names that are known."""
    best: tuple[int, str, int, list[str]] = (0, ";", 0, [])
    start = text[:LONGEST]
    for separator in (";", "\t", ","):
        try:
            for line, cells in islice(_reader(start, separator), SEARCHED):
                names = [" ".join(cell.split()) for cell in cells]
                known = sum(bool(columns.role(name) or columns.personal(name)) for name in names)
                if known > best[0]:
                    best = (known, separator, line, names)
        except csv.Error:
            continue
    known, separator, line, names = best
    if reason := _too_long(text, line or 1):
        raise RegisterError(file, [Fault(line or 1, reason)])
    if not known:
        raise RegisterError(file, [_no_head(text)])
    while len(names) > 1 and not names[-1]:
        names.pop()
    if len(names) > WIDEST:
        raise RegisterError(file, [f"Die Kopfzeile nennt {len(names)} Spalten, erlaubt sind {WIDEST}."])
    head, wrong = columns.head(names, line)
    if wrong:
        raise RegisterError(file, [Fault(line, one) for one in wrong])
    return separator, head


def _no_head(text: str) -> str:
    first = text.strip().partition("\n")[0][:100]
    allowed = ", ".join(columns.WORDS.values())
    if not first:
        return "Die Datei ist leer."
    return (
        f"Keine Kopfzeile gefunden. Die Datei beginnt mit „{first}“; gebraucht werden Spalten wie {allowed}, getrennt "
        "durch Semikolon, Komma oder Tabulator."
    )
