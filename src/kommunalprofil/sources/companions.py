"""Files known to hold no official table of their own: companions of shapefiles, and keys reworked by others."""

from __future__ import annotations

import re

_SHAPE = b"\x00\x00\x27\x0a"
_DBF_FIELD = 32
_DAY = re.compile(rb"\s*\d{2}\.\d{2}\.\d{4}\s*")
_CODINGS = re.compile(rb"\s*(UTF-?8|ISO-?8859-?\d+|ANSI ?\d+|LATIN-?1|\d{3,5})\s*", re.IGNORECASE)
_PROJECTIONS = (b"PROJCS[", b"GEOGCS[", b"PROJCRS[", b"GEOGCRS[")
_LISTS = {
    "ATTRIBUT": "Die Datei erklärt die Spalten und Schlüssel der Umrisse; sie enthält keine Werte.",
    "RGS": "Die Datei nennt Ortsnamen in Regional- und Minderheitensprachen; sie werden nicht gebraucht.",
}
_REWORKED = {
    b"idx,id_t_nuts3_lk,id_nuts3,": "04_KreiseVorjahr nennt zu jedem Kreis den amtlichen NUTS-3-Schlüssel",
    b"idx,id_spatial,id_region_type,id_region,": "die Haushalte stehen in den Tabellen des Zensus",
}
"""First bytes of tables of the DemandRegio project → where the official numbers stand."""


def dbf_columns(data: bytes) -> list[str]:
    """The names of the columns of a dBase file; empty for anything else."""
    if data[:1] != b"\x03" or len(data) < 65:
        return []
    size = int.from_bytes(data[8:10], "little")
    if size > len(data) or (size - 1) % _DBF_FIELD:
        return []
    fields = [data[at : at + 11].partition(b"\x00")[0] for at in range(_DBF_FIELD, size - 1, _DBF_FIELD)]
    return [f.decode("ascii") for f in fields] if all(f and f.isascii() for f in fields) else []


def is_index(data: bytes) -> bool:
    """Whether this is the index (.shx) of a shapefile, which begins like the shapefile itself.

    Its first entry is an offset (50), the shapefile's first entry the number of the record (1).
    """
    return data[:4] == _SHAPE and int.from_bytes(data[100:104], "big") == 50


def reason(data: bytes) -> str:
    """Why a file that is known to hold no official table is passed over; '' for any other file."""
    head = data[:400].removeprefix(b"\xef\xbb\xbf")
    columns = dbf_columns(data)
    if is_index(data):
        return "Die Datei ist der Index von Umrissen; gelesen wird die gleichnamige Datei .shp."
    if "OBJID" in columns or columns == ["ARS"]:
        return "Die Datei enthält die Merkmale von Umrissen; gelesen wird die gleichnamige Datei .shp."
    if columns:
        return next((text for name, text in _LISTS.items() if name in columns), "")
    if len(data) < 100 and (_DAY.fullmatch(data) or _CODINGS.fullmatch(data)):
        return "Die Datei nennt Stand oder Zeichensatz von Umrissen; gelesen wird sie mit der Datei .shp."
    if head.lstrip().startswith(_PROJECTIONS):
        return "Die Datei nennt das Koordinatensystem von Umrissen; gelesen wird sie mit der Datei .shp."
    if official := next((text for start, text in _REWORKED.items() if head.startswith(start)), ""):
        return f"Die Datei ist eine Bearbeitung des Projekts DemandRegio, keine amtliche Statistik; {official}."
    return ""
