"""What lies beside official tables and is none: the reason why such a file is passed over, in words for its owner."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from kommunalprofil.errors import NotATableError, SourceError, UnknownTableError

PEEK = 4096
CHECKSUMS = re.compile(rb"(?:[0-9a-f]{64}  [^\n]+\n)+")
SEPARATOR = re.compile(rb"[;\t][^;\t\r\n]+[;\t]")
MARKDOWN = re.compile(rb"\s*# [^\n]+\n.*?^(?:## |\|[ :-]*--)", re.DOTALL | re.MULTILINE)
"""A heading first, then another one or a table of columns between strokes."""
OFFICIAL = re.compile(r'"?(?:(?:GENESIS-)?Tabelle: |(?i:statisti[ck]s?_code)\b|Berichtszeitpunkt\b)')
"""How tables begin whose columns the offices part by semicolons."""
OTHER_SEPARATORS = {"\t": "Tabulatoren", ",": "Kommas"}
OFFERED = "Gelesen werden CSV, XLSX, TSV und JSON der Ämter."


def _is_dbase(head: bytes) -> bool:
    """A dBase table tells the length of its head: 32 bytes for itself and for each column, and one at the end."""
    return len(head) > 64 and head[0] == 3 and int.from_bytes(head[8:10], "little") % 32 == 1


def _is_prose(head: bytes) -> bool:
    """Text in which no line has two separators."""
    return b"\x00" not in head and not SEPARATOR.search(head) and head.count(b" ") > head.count(b"\n") > 2


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.lstrip()[:40].lower().startswith(marks)


Kinds = tuple[tuple[Callable[[bytes], bool], str], ...]
BINARY: Kinds = (
    (_starts(b"%pdf"), f"Das ist ein PDF-Dokument, keine Tabelle. {OFFERED}"),
    (_starts(b"\x89png", b"\xff\xd8\xff", b"gif8"), f"Das ist ein Bild, keine Tabelle. {OFFERED}"),
    (_is_dbase, "Das ist eine dBase-Tabelle mit Schlüsseln oder Merkmalen zu Umrissen; gelesen wird die Datei .shp."),
    (_starts(b"par1"), "Das ist eine Parquet-Datei, keine Tabelle der Ämter. Einen Datenbestand nennt --data."),
)
"""Test of the first bytes → what the file is; told before a content is read, which may hold anything."""
TEXT: Kinds = (
    (_starts(b"<!doctype html", b"<html"), "Das ist eine Internetseite statt einer Tabelle, etwa die Fehlerseite einer"
     " Datenbank. Die Tabelle neu herunterladen."),
    (_starts(b"<?xml"), f"Das ist eine XML-Datei, keine Tabelle der Ämter. {OFFERED}"),
    (lambda head: CHECKSUMS.match(head) is not None, "Das ist eine Liste von Prüfsummen, keine Tabelle."),
    (lambda head: b"\nK;DQ" in head, "Das ist ein Datenquader (cubefile) der GENESIS-Schnittstelle. Gelesen werden"
     " Tabellen: als Flat-CSV (ffcsv) abrufen."),
    (lambda head: MARKDOWN.match(head) is not None, "Das ist eine Beschreibung (Markdown), keine Tabelle."),
    (_starts(b"# "), "Das ist eine Beschreibung (Markdown), keine Tabelle."),
    (_is_prose, "Das ist ein Text, keine Tabelle."),
)  # fmt: skip
"""The same for texts; told last, when no reader has recognised its own."""


def refuse(data: bytes, kinds: Kinds, file: str) -> None:
    """Raises NotATableError, with the reason, for bytes that begin like something that is no table."""
    head = data[:PEEK].removeprefix(b"\xef\xbb\xbf")
    if reason := next((text for test, text in kinds if test(head)), ""):
        raise NotATableError(file, reason)


def refuse_separator(text: str, file: str) -> None:
    """Raises SourceError for an official table that some program saved with other separators.

    A comma may as well be that of a number: nobody can tell the columns.
    """
    if not OFFICIAL.match(text) or ";" in text:
        return
    for mark, name in OTHER_SEPARATORS.items():
        widths = Counter(n for line in text.split("\n") if (n := line.count(mark)) > 1)
        if any(lines > 1 for lines in widths.values()):
            reason = f"Die Spalten sind durch {name} getrennt, in amtlichen Dateien durch Semikolons."
            raise SourceError(file, f"{reason} Neu herunterladen oder mit Semikolons speichern.", 1)


def refuse_json(found: Mapping[str, Any], file: str) -> None:
    """Raises NotATableError, with the reason, for a JSON object that is no data download."""
    status = found.get("Status")
    if isinstance(found.get("table"), dict) and "variables" in found:
        code = found["table"].get("code", "")
        reason = f"Das ist die Beschreibung der Tabelle {code} (structure) ohne Zahlen; diese stehen in …_data.json."
    elif "method" in found and ("uri" in found or "url" in found):
        reason = "Das ist die Notiz zu einer Anfrage, keine Tabelle."
    elif isinstance(status, dict):
        text = " ".join(str(status.get("Content", "")).split())[:120]
        reason = f"Das ist eine Antwort der GENESIS-Schnittstelle ohne Zahlen (Code {status.get('Code')}: {text})."
    elif isinstance(status, str):
        reason = "Das ist die Antwort einer GENESIS-Schnittstelle auf eine Anmeldung, keine Tabelle."
    else:
        reason = "Das ist eine JSON-Datei, die keine Tabelle der Ämter ist."
    raise NotATableError(file, reason)


def refuse_workbook(names: list[str], texts: str, file: str) -> None:
    """Raises NotATableError for a workbook known to hold no numbers, UnknownTableError for any other."""
    if "INKAR" in texts:
        raise NotATableError(file, "Das ist die Übersicht der Indikatoren von INKAR: Beschreibungen, keine Zahlen.")
    listed = ", ".join(f"„{name[:40]}“" for name in names[:4])
    raise UnknownTableError(file, f"Keine bekannte amtliche Arbeitsmappe; ihre Blätter heißen {listed}.")
