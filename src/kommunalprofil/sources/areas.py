"""The Gemeindeverzeichnis as a source: GV-Auszug and GV100AD give people, area and the register; lists of changes."""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kommunalprofil import vocabulary as v
from kommunalprofil.errors import NotATableError, SourceError
from kommunalprofil.observations import COLUMNS, DEFAULTS
from kommunalprofil.provenance import DESTATIS, DL_DE_BY, Origin, citation
from kommunalprofil.sources import archives, companions, facts, register, territories
from kommunalprofil.sources.changes import Changes, read_changes
from kommunalprofil.sources.gemeindeverzeichnis import (
    ASSOCIATION,
    GEMEINDE,
    KREIS,
    LAND,
    Directory,
    Entry,
    count_dropped,
    is_gv100ad,
    read_auszug,
    read_gv100ad,
)
from kommunalprofil.sources.reading import Reading, Report

if TYPE_CHECKING:
    import pandas as pd

AUSZUG, QUARTER, GV100AD, CHANGES = "GV-Auszug", "GV-Auszug-Quartal", "GV100AD", "Gebietsänderungen"
_RECALCULATED = "Angaben des Vorjahres, auf die Grenzen des Quartals umgerechnet: sie stehen in der Jahresausgabe"
"""A quarterly Auszug tells which Gemeinden there are; its people, beside those of the year, would count some twice."""
TITLES = {
    QUARTER: "Gemeindeverzeichnis, Quartalsausgabe: Gemeinden nach Fläche und Bevölkerung des Vorjahres",
    AUSZUG: "Gemeindeverzeichnis: Alle politisch selbständigen Gemeinden nach Fläche und Bevölkerung",
    GV100AD: "Gemeindeverzeichnis GV100AD: administrative Gebietseinheiten",
    CHANGES: "Gemeindeverzeichnis: Gebietsänderungen",
}
NATIONAL = {
    81_802_257: (date(2009, 12, 31), "volkszaehlung_1987"),
    82_792_351: (date(2017, 12, 31), "zensus_2011"),
    83_019_213: (date(2018, 12, 31), "zensus_2011"),
    83_166_711: (date(2019, 12, 31), "zensus_2011"),
    83_155_031: (date(2020, 12, 31), "zensus_2011"),
    83_237_124: (date(2021, 12, 31), "zensus_2011"),
    84_358_845: (date(2022, 12, 31), "zensus_2011"),
    84_669_326: (date(2023, 12, 31), "zensus_2011"),
    83_456_045: (date(2023, 12, 31), "zensus_2022"),
    83_577_140: (date(2024, 12, 31), "zensus_2022"),
}
"""Official population of Germany (12411-0001): GV100AD does not say of which day its population is, its sum does."""

_SHARED_STRINGS = "xl/sharedStrings.xml"
_PEEK = 20_000_000


def claims(path: Path) -> bool:
    """Whether a file is one of those `read` reads or refuses by name, told before anybody else looks at it."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head[:2] == b"PK":
        return recognise(path.read_bytes())
    return territories.recognise_names(head) or bool(companions.reason(head))


def recognise(data: bytes) -> bool:
    """Whether the bytes are a list, publication or key of the Gemeindeverzeichnis, the BBSR or of NUTS 3.

    Also a file known to hold no table beside them, which `read` then refuses with the reason.
    """
    if data[:2] != b"PK":
        known = is_gv100ad(_decoded(data[:1000])) or territories.recognise_names(data)
        return known or bool(companions.reason(data))
    text = _words(data)
    if text is None:  # a workbook whose directory is cut off gets its error in `read`
        return b"xl/workbook.xml" in data or b"xl/worksheets" in data
    directory = "Gemeindename" in text and "Text-kenn-zeichen" in text
    return directory or _lists_changes(text) or bool(territories.kind_of(text))


def _lists_changes(text: str) -> bool:
    return "Regionaleinheit" in text and "Gebietsänderungen" in text


def _words(data: bytes) -> str | None:
    """The texts of a workbook (headings stand anywhere among them), empty for another zip, None for a broken one."""
    try:
        with archives.opened(data, "") as archive:
            inside = archive.namelist()
            if "xl/workbook.xml" not in inside:
                return ""
            shared = _SHARED_STRINGS in inside
            parts = [n for n in inside if n == _SHARED_STRINGS or (not shared and n.startswith("xl/worksheets/sheet"))]
            texts = [archive.open(n).read(_PEEK).decode("utf-8", "replace") for n in parts]
            return html.unescape("".join(texts))
    except SourceError:
        return None


def _decoded(data: bytes) -> str:
    """Text of a fixed-width file: UTF-8 since 2021, before that cp850 or Latin-1, told apart by their umlauts."""
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4 and len(data) == 1000:  # a peek may end inside a letter
            return data[: error.start].decode("utf-8")
    dos, ansi = (sum(map(data.count, letters)) for letters in (b"\x84\x94\x81\xe1\x8e\x99\x9a", b"\xe4\xf6\xfc\xdf"))
    return data.decode("cp850" if dos > ansi else "latin-1")


def read(path: Path) -> Reading:
    """Read one file of the Gemeindeverzeichnis.

    `regions` of the reading is a part of the register, to be put together by register.merge. Raises SourceError with
    the line or row for a damaged file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(path.name, f"Die Datei ist nicht lesbar ({error.strerror}).") from None
    if data[:2] != b"PK":
        return _plain(data, path)
    words = _words(data) or ""
    if _lists_changes(words):
        return _from_changes(read_changes(data, path.name), path.name, data)
    if kind := territories.kind_of(words):
        return territories.read_workbook(kind, data, path.name)
    directory = read_auszug(data, path.name)
    quarterly = directory.stichtag != directory.gebietsstand
    return _from_directory(directory, QUARTER if quarterly else AUSZUG, path.name, data)


def _plain(data: bytes, path: Path) -> Reading:
    """A file that is no workbook: GV100AD or names of NUTS 3; a known companion is refused."""
    if reason := companions.reason(data):
        raise NotATableError(path.name, reason)
    if territories.recognise_names(data):
        return territories.read_names(data, path)
    text = _decoded(data)
    if not is_gv100ad(text):
        raise SourceError(path.name, "Die erste Zeile ist kein Satz von GV100AD.", 1)
    return _from_directory(read_gv100ad(text, path.name), GV100AD, path.name, data)


def _from_directory(directory: Directory, table: str, file: str, data: bytes) -> Reading:
    """Observations, register part, origin and report of a directory."""
    _drop_repeated(directory, file)
    gemeinden = [e for e in directory.entries if e.record == GEMEINDE]
    if not gemeinden:
        raise SourceError(file, "Das Verzeichnis führt keine Gemeinden (Satzart 60).")
    total = sum(e.population or 0 for e in gemeinden)
    stichtag, base = directory.stichtag, directory.base
    if stichtag is None:
        stichtag, base = NATIONAL.get(total, (None, ""))
        directory.area_date = stichtag  # GV100AD: area and people are of the same day (Hinweise zum GV100AD)
    elif not base:
        base = _usual_base(stichtag, directory.issued)
    report = Report(file, table, "gemeinde", (), directory.rows_read, len(gemeinden), dict(directory.dropped))
    if stichtag is None:
        report.note = "Stichtag der Bevölkerung unbekannt: weder nennt ihn die Datei noch verrät ihn die Summe"
    _check_sums(report, gemeinden, directory, stichtag, base, total)
    frame = _observations(directory, gemeinden, table, stichtag, base)
    report.dates = tuple(sorted({d.isoformat() for d in frame["date"]}))
    report.kept = len(frame)
    for record, what in _OTHER_RECORDS.items():
        if number := sum(e.record == record for e in directory.entries):
            report.dropped[what] = number
    origin = _origin(table, directory, stichtag, base, data)
    if table == GV100AD:
        return Reading(report, [origin], observations=frame, regions=_seats_part(directory))
    listed = ((e.ags, e.ars[:9], e.name, (e.area_ha or 0) / 100, e.population or 0) for e in gemeinden)
    steps = facts.of_list(directory.gebietsstand, listed, table)
    regions = _auszug_part(directory, stichtag)
    if table == QUARTER:
        report.dropped[_RECALCULATED], report.kept = len(frame), len(regions)
        return Reading(report, [replace(origin, base="none")], regions=regions, crosswalk=steps)
    return Reading(report, [origin], observations=frame, regions=regions, crosswalk=steps)


_OTHER_RECORDS = {"20": "Regierungsbezirk oder Statistische Region", "30": "Region", ASSOCIATION: "Gemeindeverband"}


def _drop_repeated(directory: Directory, file: str) -> None:
    """Uninhabited areas that share a key stand once for each part but with the values of all: one row stays."""
    kept: dict[str, Entry] = {}
    for entry in directory.entries:
        if entry.record != GEMEINDE or entry.kind != register.UNINHABITED:
            continue
        first = kept.setdefault(entry.ags, entry)
        if first is not entry and (first.name, first.area_ha) != (entry.name, entry.area_ha):
            reason = f"Das Gebiet {entry.ags} steht mit anderen Werten schon in Zeile {first.line}."
            raise SourceError(file, reason, entry.line)
        if first is not entry:
            count_dropped(directory, "wiederholtes gemeindefreies Gebiet")
    directory.entries = [e for e in directory.entries if kept.get(e.ags, e) is e or e.record != GEMEINDE]


def _usual_base(stichtag: date, issued: str) -> str:
    """The base of a directory that does not state it: it changed with the issues after the census results came out.

    The annual directory of 31.12.2023 is the last one on base 2011 (its sum is 84,669,326); those of 31.12.2011 and
    2012 were first issued on base 1987.
    """
    if stichtag < date(2011, 5, 9) or (issued and issued < "2013-06"):
        return "volkszaehlung_1987"
    return "zensus_2011" if stichtag <= date(2023, 12, 31) else "zensus_2022"


def _check_sums(
    report: Report, gemeinden: list[Entry], directory: Directory, stichtag: date | None, base: str, total: int
) -> None:
    """What a reader can check against the file itself and against the published sum."""
    kreise = {e.ags for e in directory.entries if e.record == KREIS}
    orphans = sum(e.ags[:5] not in kreise for e in gemeinden if e.kind != register.UNINHABITED)
    text = f"{orphans} ohne Kreis" if orphans else "stimmt"
    report.checks.append(("Jede Gemeinde hat ihren Kreis", not orphans, text))
    laender = sum(e.record == LAND for e in directory.entries)
    report.checks.append(("16 Länder", laender == 16, f"{laender} Länder, {len(kreise)} Kreise"))
    area = Decimal(sum(e.area_ha or 0 for e in gemeinden)) / 100
    text = f"{total:,} Personen und {area:,.0f} km²".replace(",", ".")
    report.checks.append(("Summe Deutschland", NATIONAL.get(total) == (stichtag, base), text))


def _observations(
    directory: Directory, gemeinden: list[Entry], table: str, stichtag: date | None, base: str
) -> pd.DataFrame:
    """People by sex of every inhabited Gemeinde, and the area of Gemeinden, Kreise, Länder and Germany (exact sums)."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    common = {**DEFAULTS, "gebietsstand": directory.gebietsstand, "source": table}
    areas: Counter[str] = Counter()
    for entry in gemeinden:
        for region in (entry.ags, entry.ags[:5], entry.ags[:2], register.GERMANY):
            areas[region] += entry.area_ha or 0
        if stichtag is None or entry.kind == register.UNINHABITED:
            continue
        people, men = entry.population or 0, entry.male or 0
        for sex, value in (("_T", people), ("M", men), ("F", people - men)):
            rows.append({**common, "region": entry.ags, "date": stichtag, "base": base, "measure": "population",
                         "sex": sex, "value": float(value)})  # fmt: skip
    no_people = dict.fromkeys(("sex", "nationality", "migration", "household"), v.NOT_APPLICABLE)
    kreise = {e.ags for e in directory.entries if e.record == KREIS}
    for region, hectares in areas.items() if directory.area_date else ():
        if len(region) == 5 and region not in kreise:
            continue  # the condominium with Luxembourg and coastal waters belong to a Land, to no Kreis
        rows.append({**common, **no_people, "region": region, "date": directory.area_date,
                     "base": "none", "measure": "area", "value": hectares / 100})  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _auszug_part(directory: Directory, stichtag: date | None) -> pd.DataFrame:
    """Raw register rows: Länder, Kreise and Gemeinden as listed."""
    import pandas as pd

    listed = [e for e in directory.entries if e.record == ASSOCIATION]
    associations = {e.ars: register.association_name(e.kind, e.name) for e in listed}
    common = {"part": "auszug", "population_date": stichtag.isoformat() if stichtag else "", "seat": "", "valid_to": "",
              "gebietsstand": directory.gebietsstand.isoformat(), "successors": ""}  # fmt: skip
    rows = [
        {**common, "ags": e.ags, "ars": e.ars, "official": e.name, "code": e.kind, "lon": e.lon, "lat": e.lat,
         "area_km2": (e.area_ha or 0) / 100, "population": e.population or 0,
         "association": associations.get(e.ars[:9], "") if e.record == GEMEINDE else ""}
        for e in directory.entries if e.record in (LAND, KREIS, GEMEINDE)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["part", *register.RAW])


def _seats_part(directory: Directory) -> pd.DataFrame:
    """Seats of government of Länder and Kreise, which only GV100AD tells."""
    import pandas as pd

    rows = [("seats", directory.gebietsstand.isoformat(), e.ags, re.sub(r"(?<=\w)\(", " (", e.seat.partition(",")[0]))
            for e in directory.entries if e.record in (LAND, KREIS)]  # fmt: skip
    return pd.DataFrame(rows, columns=["part", "gebietsstand", "ags", "seat"])


def _from_changes(changes: Changes, file: str, data: bytes) -> Reading:
    """Dissolved Gemeinden as register rows; there is nothing to count."""
    import pandas as pd

    rows = [
        {"part": "changes", "ags": d.ars[:5] + d.ars[9:], "ars": d.ars, "official": d.name, "association": "",
         "seat": "", "code": "63" if ", St" in d.name else "64", "area_km2": None, "population": d.population,
         "population_date": "", "gebietsstand": changes.until.isoformat(), "lon": None, "lat": None,
         "valid_to": (d.since - timedelta(days=1)).isoformat(), "successors": "|".join(d.successors)}
        for d in changes.dissolutions if d.population
    ]  # fmt: skip
    dropped = dict(changes.dropped)
    if empty := len(changes.dissolutions) - len(rows):
        dropped["unbewohnt oder nur neuer Schlüssel"] = empty
    report = Report(file, CHANGES, "gemeinde", (changes.until.isoformat(),), changes.rows_read, len(rows), dropped)
    report.kept = len(rows)
    regions = pd.DataFrame(rows, columns=["part", *register.RAW]) if rows else None
    origin = Origin(CHANGES, changes.title or TITLES[CHANGES], DESTATIS, "gemeinde", (changes.until.isoformat(),),
                    changes.until.isoformat(), "none", changes.issued, "", hashlib.sha256(data).hexdigest(), DL_DE_BY,
                    citation(DESTATIS, changes.issued[:4] or changes.until.year, CHANGES))  # fmt: skip
    return Reading(report, [origin], regions=regions, crosswalk=facts.of_changes(changes, CHANGES))


def _origin(table: str, directory: Directory, stichtag: date | None, base: str, data: bytes) -> Origin:
    """Where a directory comes from; GV100AD names no month of issue."""
    day = stichtag or directory.gebietsstand
    year = directory.issued[:4] or str(directory.gebietsstand.year)
    guessed = table == GV100AD and stichtag is not None
    note = "Stichtag der Bevölkerung aus der Summe für Deutschland erschlossen" if guessed else ""
    return Origin(
        table=table,
        title=TITLES[table],
        producer=DESTATIS,
        level="gemeinde",
        dates=tuple(sorted({day.isoformat(), (directory.area_date or day).isoformat()})),
        gebietsstand=directory.gebietsstand.isoformat(),
        base=base or "none",
        stand=directory.issued,
        retrieved="",
        sha256=hashlib.sha256(data).hexdigest(),
        licence=DL_DE_BY,
        citation=citation(DESTATIS, year, f"Gemeindeverzeichnis ({table})"),
        note=note,
    )
