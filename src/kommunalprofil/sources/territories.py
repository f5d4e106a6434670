"""The BBSR's keys and types of areas, the publication of the Kreise and the names of NUTS 3 as sources."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kommunalprofil import vocabulary as v
from kommunalprofil.errors import SourceError
from kommunalprofil.observations import COLUMNS, DEFAULTS
from kommunalprofil.provenance import BKG, DESTATIS, DL_DE_BY, Origin, citation
from kommunalprofil.sources import bbsr, companions, facts, kreise
from kommunalprofil.sources.reading import Reading, Report
from kommunalprofil.territory import SAME_TERRITORY

if TYPE_CHECKING:
    import pandas as pd

KREIS_KEY, GEMEINDE_KEY, REFERENCE = "BBSR-Kreisschlüssel", "BBSR-Gemeindeschlüssel", "BBSR-Referenz"
KREISE, NUTS = "GV-Kreise", "NUTS3-Namen"
BBSR = "Bundesinstitut für Bau-, Stadt- und Raumforschung (BBSR)"
FREE = "Nutzung mit Quellenangabe"
TITLES = {
    KREIS_KEY: "Umsteigeschlüssel für konsistente Zeitreihen: Kreise",
    GEMEINDE_KEY: "Umsteigeschlüssel für konsistente Zeitreihen: Gemeinden",
    REFERENCE: "Raumbezüge und Raumtypen: Kreise, Gemeindeverbände und Gemeinden",
    KREISE: "Kreisfreie Städte und Landkreise nach Fläche, Bevölkerung und Bevölkerungsdichte",
    NUTS: "NUTS-Gebiete: Namen der Kreise (NUTS 3)",
}
NUTS_COLUMNS = {"NUTS_LEVEL", "NUTS_CODE", "NUTS_NAME"}


def kind_of(words: str) -> str:
    """Which of the workbooks the texts are from, '' for another one."""
    if "proportionaler" in words and "Umsteige" in words:
        return KREIS_KEY
    if "siedlungsstruktureller Kreistyp" in words and "Stadt-/Gemeindetyp" in words:
        return REFERENCE
    return KREISE if kreise.TITLE in words and "NUTS3" in words else ""


def recognise_names(data: bytes) -> bool:
    """Whether this is a dBase table of NUTS areas."""
    return set(companions.dbf_columns(data)) >= NUTS_COLUMNS


def read_workbook(kind: str, data: bytes, file: str) -> Reading:
    """Read a workbook of that kind. Raises SourceError with sheet and row."""
    return {KREIS_KEY: _keys, REFERENCE: _reference, KREISE: _kreise}[kind](data, file)


def _origin(table: str, level: str, days: Iterable[str], data: bytes, **more: Any) -> Origin:
    dates = tuple(sorted(set(days)))
    said: dict[str, Any] = {"producer": BBSR, "base": "none", "stand": "", "licence": FREE}
    said |= {"gebietsstand": dates[-1], "citation": f"© BBSR Bonn, {dates[-1][:4]}, {TITLES[table]}"} | more
    return Origin(table=table, title=TITLES[table], level=level, dates=dates, retrieved="",
                  sha256=hashlib.sha256(data).hexdigest(), **said)  # fmt: skip


def _keys(data: bytes, file: str) -> Reading:
    """Umsteigeschlüssel as facts of a crosswalk; there is nothing to count."""
    keys, remarks = bbsr.read_keys(data, file)
    levels = sorted({key.level for key in keys})
    if len(levels) != 1:
        raise SourceError(file, "Die Arbeitsmappe mischt Umsteigeschlüssel der Kreise und der Gemeinden.")
    level = levels[0]
    table = KREIS_KEY if level == "kreis" else GEMEINDE_KEY
    starts, ends = ([day.isoformat() for day in days] for days in zip(*((k.old_day, k.new_day) for k in keys),
                                                                      strict=True))  # fmt: skip
    pieces = [p for key in keys for p in key.pieces]
    report = Report(file, table, level, tuple(sorted({*starts, *ends})), len(pieces), len({p.old for p in pieces}))
    report.kept, report.note = len(pieces), "; ".join(remarks)
    report.checks = [
        (f"Schlüssel vom {k.old_day:%d.%m.%Y} zum {k.new_day:%d.%m.%Y}", True,
         f"{len({p.old for p in k.pieces})} Gebiete → {len({p.new for p in k.pieces})}, Anteile ergeben je 1")
        for k in keys
    ]  # fmt: skip
    origin = _origin(table, level, [*starts, *ends], data)
    return Reading(report, [origin], crosswalk=facts.of_keys(keys, table))


def _reference(data: bytes, file: str) -> Reading:
    """Types of Kreise and Gemeinden for the register, and the list of the Gemeinden of that day."""
    import pandas as pd

    found = bbsr.read_reference(data, file)
    day = found.day.isoformat()
    rows = [("types", day, ags, *types, "") for ags, types in found.kreise.items()]
    rows += [("types", day, ags, "", "", kind) for ags, kind in found.gemeinden.items()]
    regions = pd.DataFrame(rows, columns=["part", "gebietsstand", "ags", "kreistyp", "raumtyp", "gemeindetyp"])
    listed = ((p.old, found.above[p.old], p.name, p.area, round(p.people)) for p in found.listed)
    report = Report(file, REFERENCE, "gemeinde", (day,), found.rows_read, len(rows), kept=len(rows))
    steps = facts.of_list(found.day, listed, REFERENCE)
    return Reading(report, [_origin(REFERENCE, "gemeinde", [day], data)], regions=regions, crosswalk=steps)


def _kreise(data: bytes, file: str) -> Reading:
    """People and area of Kreise, Länder and Germany, and the NUTS 3 code of every Kreis."""
    import pandas as pd

    from kommunalprofil.sources.areas import NATIONAL

    found = kreise.read_kreise(data, file)
    lines = {line.key: line for line in found.lines}
    lines |= {land: lines[own] for land, own in SAME_TERRITORY.items() if own in lines and land not in lines}
    total = lines["DE"].total
    base = next((base for n, (day, base) in NATIONAL.items() if (n, day) == (total, found.day)), "")
    if not base:
        reason = f"Die Bevölkerung Deutschlands ({total}) ist am {found.day:%d.%m.%Y} keine amtlich bekannte Summe."
        raise SourceError(file, reason, lines["DE"].line)
    frame = _observations(lines, found.day, base)
    report = Report(file, KREISE, "kreis", (found.day.isoformat(),), found.rows_read, len(lines), dict(found.dropped))
    report.kept = len(frame)
    people = f"{total:,} Personen".replace(",", ".")
    report.checks = [("Kreise = Länder = Deutschland", True, people)]
    own = [line for line in found.lines if line.nuts]
    nuts = [("nuts", found.day.isoformat(), k.key, k.nuts, "") for k in own]
    regions = pd.DataFrame(nuts, columns=["part", "gebietsstand", "ags", "nuts3", "nuts3_name"])
    origin = _origin(KREISE, "kreis", [found.day.isoformat()], data, producer=DESTATIS, base=base, stand=found.issued,
                     licence=DL_DE_BY, citation=citation(DESTATIS, found.issued[:4] or found.day.year,
                                                         f"Gemeindeverzeichnis ({KREISE})"))  # fmt: skip
    return Reading(report, [origin], observations=frame, regions=regions)


def _observations(lines: dict[str, kreise.Line], day: date, base: str) -> pd.DataFrame:
    import pandas as pd

    common = {**DEFAULTS, "gebietsstand": day, "date": day, "source": KREISE}
    no_people = dict.fromkeys(("sex", "nationality", "migration", "household"), v.NOT_APPLICABLE)
    rows: list[dict[str, Any]] = []
    for region, line in lines.items():
        for sex, value in (("_T", line.total), ("M", line.male), ("F", line.total - line.male)):
            rows.append({**common, "region": region, "base": base, "measure": "population", "sex": sex,
                         "value": float(value)})  # fmt: skip
        rows.append({**common, **no_people, "region": region, "base": "none", "measure": "area",
                     "value": line.area_ha / 100})  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read_names(data: bytes, path: Path) -> Reading:
    """The names of NUTS 3 areas, for the register. Raises SourceError for a cut file, a code or name that is none."""
    import pandas as pd

    file = path.name
    names: dict[str, str] = {}
    rows = list(_records(data, file))
    for number, row in enumerate(rows, 1):
        code, name = row["NUTS_CODE"], row["NUTS_NAME"]
        if row["NUTS_LEVEL"] != "3":
            continue
        if not kreise.NUTS3.fullmatch(code) or not name or names.setdefault(code, name) != name:
            raise SourceError(file, f"„{code}“ ist kein NUTS-3-Schlüssel mit einem Namen.", number)
    if not names:
        raise SourceError(file, "Die Datei nennt keine NUTS-3-Gebiete.")
    told = [("nuts", "", "", code, name) for code, name in sorted(names.items())]
    regions = pd.DataFrame(told, columns=["part", "gebietsstand", "ags", "nuts3", "nuts3_name"])
    written = f"{1900 + data[1]}-{data[2]:02d}-{data[3]:02d}"
    dropped = {"weitere Fläche desselben Gebiets": len(rows) - len(names)} if len(rows) > len(names) else {}
    report = Report(file, NUTS, "kreis", (), len(rows), len(names), dropped, kept=len(names))
    origin = _origin(NUTS, "kreis", [written], data, producer=BKG, stand=written, licence=DL_DE_BY, gebietsstand="",
                     citation=f"© {BKG} ({written[:4]}), {DL_DE_BY}, NUTS250")  # fmt: skip
    return Reading(report, [origin], regions=regions)


def _records(data: bytes, file: str) -> Iterable[dict[str, str]]:
    """The rows of a dBase file (UTF-8). Raises SourceError if fewer rows are there than its head says."""
    columns = companions.dbf_columns(data)
    number, head, width = (int.from_bytes(data[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    sizes = [data[32 + 32 * n + 16] for n in range(len(columns))]
    if sum(sizes) + 1 != width or len(data) < head + number * width:
        raise SourceError(file, "Die dBase-Datei ist abgeschnitten oder beschädigt. Neu herunterladen.")
    for at in range(head, head + number * width, width):
        if b"\x00" in data[at : at + width]:
            raise SourceError(file, "Die dBase-Datei enthält Nullbytes und ist beschädigt. Neu herunterladen.")
        place, row = at + 1, {}
        for name, size in zip(columns, sizes, strict=True):
            try:
                row[name] = data[place : place + size].decode("utf-8").strip()
            except UnicodeDecodeError:
                raise SourceError(file, "Die dBase-Datei ist nicht in UTF-8 geschrieben.") from None
            place += size
        yield row
