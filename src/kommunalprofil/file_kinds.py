"""What a file is that people gave for another: told by its first bytes, so that a message can call it by its name."""

from __future__ import annotations

WORKBOOK, WORD = "eine Excel-Arbeitsmappe (XLSX)", "ein Word-Dokument (DOCX)"
OLD = "eine Datei im alten Format von Excel oder Word (XLS, DOC) oder mit einem Kennwort gesperrt"
TABLES = (OLD, "eine LibreOffice-Tabelle (ODS)", "eine Excel-Arbeitsmappe (XLSB)")
"""Kinds a spreadsheet program opens and saves as a workbook."""
NO_TEXT = "keine Textdatei"
_STARTS = (
    (b"%PDF", "ein PDF-Dokument"),
    (b"\x89PNG", "ein Bild"),
    (b"\xff\xd8\xff", "ein Bild"),
    (b"GIF8", "ein Bild"),
    (b"{\\rtf", "ein Textdokument (RTF)"),
    (b"\x1f\x8b", "ein gepacktes Archiv (GZIP)"),
    (b"\xd0\xcf\x11\xe0", OLD),
)
_PACKED = (
    (b"opendocument.spreadsheet", TABLES[1]),
    (b"opendocument.text", "ein LibreOffice-Textdokument (ODT)"),
    (b"word/", WORD),
    (b"xl/workbook.bin", TABLES[2]),
    (b"xl/wor", WORKBOOK),
    (b"Index/", "eine Datei von Numbers oder Pages"),
)
"""Names of parts of packed files: they stand in the archive as they are."""
_LOOKED = 4096
_SPACE = b"\t\n\f\r\x1a\x0b"


def kind(data: bytes) -> str:
    """'ein PDF-Dokument', 'eine LibreOffice-Tabelle (ODS)', 'keine Textdatei'; '' for what may be a plain text."""
    if data.startswith(b"PK"):
        return next((name for mark, name in _PACKED if mark in data), "ein Zip-Archiv")
    head = data[:_LOOKED]
    if found := next((name for mark, name in _STARTS if head.startswith(mark)), ""):
        return found
    if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "eine Internetseite (HTML)"
    if head.lstrip().startswith(b"<?xml"):
        return "eine XML-Datei"
    return NO_TEXT if any(byte < 32 and byte not in _SPACE for byte in head) else ""
