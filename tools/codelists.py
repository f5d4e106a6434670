"""Code list of NUTS: which Land or Kreis a Eurostat key means, and how Eurostat writes its name.

    python tools/codelists.py ../shared

reads official files below SHARED/data and writes src/kommunalprofil/nuts.csv:

- keys of NUTS 2016 to 2021 with their Kreis: 04_KreiseVorjahr_2018.xlsx and 04_KreiseVorjahr_2021.xlsx (Destatis)
- keys of NUTS 2024, and those of the Länder: VG5000, 31.12.2023 (BKG)
- names: the Eurostat table PROJ_19RP3, which lists the Kreise in the order of their keys without naming these. That
  the order is the same is proved twice: by the names of BKG_250_NUTS3.dbf, and by the population at 31.12.2018.

It stops where two of the files contradict each other.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path
from typing import Any

import pyogrio

from kommunalprofil.sources.xlsx import Book

TARGET = Path(__file__).resolve().parent.parent / "src" / "kommunalprofil" / "nuts.csv"
SPELLED_OTHERWISE = 9
"""Names that BKG abbreviates (`Mühldorf a. Inn`) and Eurostat spells out."""


def kreise(path: Path) -> dict[str, tuple[str, int]]:
    """NUTS 3 key → (AGS, population) of a list of Kreise by Destatis."""
    book = Book(path.read_bytes(), path.name)
    rows = [row for _, row in book.sheet(book.names[1]).rows]
    return {row[3]: (row[0], int(row[5])) for row in rows if re.fullmatch(r"\d{5}", row[0]) and len(row) > 5}


def vg5000(path: Path) -> dict[str, tuple[str, str]]:
    """NUTS key → (AGS, name) of a layer of VG5000, without the rows for waters."""
    return {nuts: (ags, name) for ags, name, kind, nuts in columns(path, "AGS", "GEN", "GF", "NUTS") if kind == 9}


def columns(path: Path, *names: str) -> list[tuple[Any, ...]]:
    """The rows of a layer, reduced to the named columns."""
    about, _, _, fields = pyogrio.raw.read(path, columns=names, read_geometry=False, encoding="UTF-8")
    by_name = dict(zip(about["fields"], fields, strict=True))
    return list(zip(*(by_name[name] for name in names), strict=True))


def eurostat_names(path: Path) -> list[tuple[str, int]]:
    """Name and population of every Kreis as PROJ_19RP3 lists them."""
    rows = Book(path.read_bytes(), path.name).sheet("Sheet 1").rows
    return [(row[0], int(row[1])) for _, row in rows if len(row) > 100 and row[0] != "AGE (Labels)"]


def bkg_names(path: Path) -> dict[str, str]:
    """NUTS 3 key → name as BKG writes it."""
    return dict(columns(path, "NUTS_CODE", "NUTS_NAME"))


def main(shared: Path) -> int:
    """Write the list; the number of rows."""
    register, geometry = shared / "data" / "gemeindeverzeichnis", shared / "data" / "geometry" / "vg5000_12-31_2023"
    old, new = kreise(register / "04_KreiseVorjahr_2018.xlsx"), kreise(register / "04_KreiseVorjahr_2021.xlsx")
    newest, laender = vg5000(geometry / "VG5000_KRS.shp"), vg5000(geometry / "VG5000_LAN.shp")
    keys: dict[str, str] = {}
    for source in (old, new, newest):
        for nuts, (ags, _) in source.items():
            assert keys.setdefault(nuts, ags) == ags, nuts
    bkg = bkg_names(register / "BKG_250_NUTS3.dbf")
    listed = eurostat_names(next((shared / "data" / "projection").glob("PROJ_19RP3*.xlsx")))
    in_order = sorted(old)
    assert sorted(bkg) == in_order
    assert [people for _, people in listed] == [old[nuts][1] for nuts in in_order]
    names = {old[nuts][0]: name for nuts, (name, _) in zip(in_order, listed, strict=True)}
    assert sum(bkg[n] != name for n, (name, _) in zip(in_order, listed, strict=True)) == SPELLED_OTHERWISE
    assert len(set(names.values())) == len(names)
    rows = [("DE", "DG", "Germany")]
    rows += [(nuts, ags, name) for nuts, (ags, name) in laender.items() if nuts]
    rows += [(nuts, ags, names[ags]) for nuts, ags in keys.items()]
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows([("nuts", "ags", "name"), *sorted(rows)])
    TARGET.write_text(out.getvalue(), encoding="utf-8")
    return len(rows)


if __name__ == "__main__":
    print(f"{main(Path(sys.argv[1]))} rows in {TARGET}")
