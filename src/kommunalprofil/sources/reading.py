"""From a parsed file to observations: members named, signs turned into value and flag, keys let in through the door."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from kommunalprofil import territory
from kommunalprofil import vocabulary as v
from kommunalprofil.ages import ALL, AgeGroup, parse_label
from kommunalprofil.errors import SourceError
from kommunalprofil.observations import DEFAULTS
from kommunalprofil.provenance import DL_DE_BY, Origin, citation
from kommunalprofil.sources import datencsv, declare
from kommunalprofil.sources.declare import Table

if TYPE_CHECKING:
    import pandas as pd

NUMBER = re.compile(r"-?\d+(?:,\d+)?", re.ASCII)
BRACKETS = re.compile(r"\((-?\d+(?:,\d+)?)\)", re.ASCII)
QUALITY_SIGNS = {"": "", "e": "", "p": "provisional", "r": "revised", "s": "estimated"}
SEX_CODES = {"": "_T", "GESM": "M", "GESW": "F"}
DIM_COLUMNS = ("sex", "nationality", "migration", "household", "age_from", "age_to")


@dataclass
class Report:
    """What happened to one file, as the import prints it."""

    file: str
    table: str
    level: str
    dates: tuple[str, ...]
    rows_read: int = 0
    regions: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    checks: list[tuple[str, bool, str]] = field(default_factory=list)
    kept: int = 0
    note: str = ""


@dataclass
class Reading:
    """One official file read: its observations (schema of observations.py), its origins, its report.

    `lines` says in which line of the file a region stands first for a date.
    """

    report: Report
    origins: list[Origin]
    observations: pd.DataFrame | None = None
    regions: pd.DataFrame | None = None
    layers: dict[str, Any] | None = None
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


def base_of(table: Table, day: str, stand: str, layout: str) -> str:
    """The population base of a Fortschreibung value.

    To 2010 the census of 1987 (East: the central register), to 2021 the census of 2011. From 2022 both bases were
    published: a file whose Stand lies before 2025, or the old flat layout, which ended in 2024, holds base 2011.
    """
    if table.base != "fortschreibung":
        return table.base
    if day < "2011-05-09":
        return "volkszaehlung_1987"
    if day < "2022-05-15":
        return "zensus_2011"
    old = stand < "2025" if stand else layout == "alt"
    return "zensus_2011" if old else "zensus_2022"


def from_sheet(table: Table, sheet: datencsv.Sheet, file: str, data: bytes) -> Reading:
    """The reading of a Datencsv. Raises SourceError if its dimensions are not those declared."""
    import numpy as np
    import pandas as pd

    width, height = len(sheet.columns), len(sheet.keys)
    repeat = {"key": sheet.keys, "date": sheet.dates, "line": sheet.lines, **sheet.labels}
    long = pd.DataFrame({name: np.repeat(np.array(texts), width) for name, texts in repeat.items()})
    found = set(sheet.labels)
    for dim in {d for c in sheet.columns for d in c}:
        long[dim] = np.tile(np.array([c.get(dim, "") for c in sheet.columns]), height)
        found.add(dim)
    long["text"] = np.array(sheet.values).ravel()
    long["text"] = long["text"].str.strip()
    found -= {"date", "measure"}
    if found != table.dims:
        expected, got = ", ".join(sorted(table.dims)), ", ".join(sorted(found)) or "keine"
        raise SourceError(file, f"Die Tabelle {table.id} soll die Merkmale {expected} tragen, gefunden: {got}.", 1)
    members = {"sex": datencsv.SEXES, "nationality": datencsv.NATIONALITIES}
    for dim in found & members.keys():
        long[dim] = long[dim].map(members[dim])
    if "age" in found:
        _set_ages(long, file)
    if "measure" in long:
        long["measure"] = long["measure"].map(dict(table.measures))
    year = re.search(r"©[^\n]*?((?:19|20)\d{2})", sheet.notes)
    reading = _finish(table, long, file, sheet.stand, "", sheet.rows_read)
    reading.report.dropped["Kopf- und Fußzeilen"] = sheet.other_lines
    _origins(reading, table, data, sheet.title, sheet.stand, "", year[1] if year else "")
    return reading


def from_flat(table: Table, flat: Any, file: str, data: bytes) -> Reading:
    """The reading of a flat file. Raises SourceError for an attribute code nobody declared."""
    import pandas as pd

    long = pd.DataFrame(
        {"key": flat.keys, "date": flat.dates, "line": flat.lines, "text": flat.values, "q": flat.signs}
    )
    for variable, codes in flat.members.items():
        if variable != "GES":
            raise SourceError(
                file, f"Das Merkmal {variable} ist für die Tabelle {table.id} nicht bekannt.", flat.lines[0]
            )
        mapped = pd.Series(codes).map(SEX_CODES)
        if mapped.isna().any():
            at = int(mapped.isna().to_numpy().argmax())
            raise SourceError(file, f"Unbekannte Ausprägung „{codes[at]}“ des Merkmals {variable}.", flat.lines[at])
        long["sex"] = mapped
    reading = _finish(table, long, file, flat.retrieved, flat.layout, len(long))
    _origins(reading, table, data, table.title, "", flat.retrieved, flat.retrieved[:4])
    return reading


def from_regional(table: Table, regional: Any, file: str, data: bytes) -> Reading:
    """The reading of a Regionaltabelle of the Zensus."""
    import numpy as np
    import pandas as pd

    columns = [table.columns[h] for h in regional.headings]
    kept = [i for i, c in enumerate(columns) if c is not None]
    height = len(regional.keys)
    members: list[dict[str, Any]] = []
    for i in kept:
        member = dict(columns[i] or {})
        member.setdefault("flag", table.flag)
        members.append(member)
    long = pd.DataFrame(
        {
            "key": np.repeat(np.array(regional.keys), len(kept)),
            "line": np.repeat(np.array(regional.lines), len(kept)),
            "date": regional.date,
            "text": np.array(regional.values)[:, kept].ravel(),
        }
    )
    for dim in (*DIM_COLUMNS, "flag"):
        if any(dim in m for m in members):
            long[dim] = np.tile(np.array([m.get(dim, DEFAULTS[dim]) for m in members], dtype=object), height)
    if table.measure == "households":
        for dim in ("sex", "nationality", "migration"):
            long[dim] = v.NOT_APPLICABLE
    reading = _finish(table, long, file, "", "", height)
    repeated = len(columns) - len(kept)
    if repeated:
        reading.report.dropped[territory.REPEATED] = repeated * height
    _origins(reading, table, data, table.title, "", "", "2022")
    return reading


def _set_ages(long: pd.DataFrame, file: str) -> None:
    groups: dict[str, AgeGroup] = {}
    for label in long["age"].unique():
        group = ALL if label in ("Insgesamt", "") else parse_label(label)
        if group is None:
            line = int(long.loc[long["age"] == label, "line"].iloc[0])
            raise SourceError(file, f"„{label}“ ist keine bekannte Altersgruppe.", line)
        groups[label] = group
    long["age_from"] = long["age"].map({k: g.lo for k, g in groups.items()})
    long["age_to"] = long["age"].map({k: g.hi for k, g in groups.items()})


def _finish(table: Table, long: pd.DataFrame, file: str, stand: str, layout: str, rows_read: int) -> Reading:
    """Door, signs, defaults: the long texts become observations."""
    import pandas as pd

    for column, default in {**DEFAULTS, "measure": table.measure}.items():
        if column not in long:
            long[column] = default
    dropped: dict[str, int] = {}
    long = _through_the_door(table, long, file, dropped)
    long = _drop_absent(long, dropped)
    _check_complete(long, file)
    long = _drop_doubled(long, dropped)
    _read_signs(table, long, file)
    first = long.groupby(["region", "date"], sort=False)["line"].min()
    places = zip(first.index.get_level_values(0), first.index.get_level_values(1), strict=True)
    lines = {(str(r), str(d)): int(line) for (r, d), line in zip(places, first, strict=True)}
    long["source"] = table.id
    days = {d: date.fromisoformat(d) for d in long["date"].unique()}
    long["base"] = long["date"].map({d: base_of(table, d, stand, layout) for d in days})
    stands = [territory.gebietsstand(r, days[d]) for r, d in zip(long["region"], long["date"], strict=True)]
    long["gebietsstand"] = stands
    long["date"] = long["date"].map(days)
    long = _same_territory(long)
    dates = tuple(sorted(days))
    if stand and dates[-1] > stand[:10]:
        raise SourceError(file, f"Der Stichtag {dates[-1]} liegt nach dem Stand der Datei ({stand[:10]}).")
    report = Report(file, table.id, table.level, dates, rows_read, long["region"].nunique(), dropped, kept=len(long))
    return Reading(report, [], observations=pd.DataFrame(long), lines=lines)


def _through_the_door(table: Table, long: pd.DataFrame, file: str, dropped: dict[str, int]) -> pd.DataFrame:
    """Keys to regions; rows that stay outside are counted by reason, in lines of the file."""
    pairs = long[["key", "date"]].drop_duplicates()
    region: list[str] = []
    reason: list[str] = []
    for key, day in zip(pairs["key"], pairs["date"], strict=True):
        try:
            name, why = territory.region_of(key, table.level, date.fromisoformat(day))
        except ValueError:
            line = int(long.loc[long["key"] == key, "line"].iloc[0])
            raise SourceError(file, f"„{key}“ ist kein amtlicher Gebietsschlüssel.", line) from None
        region.append(name)
        reason.append(why)
    long = long.merge(pairs.assign(region=region, why=reason), on=["key", "date"], how="left", sort=False)
    for text, lines in long[long["why"] != ""].groupby("why")["line"]:
        dropped[str(text)] = int(lines.nunique())
    return long[long["why"] == ""].drop(columns="why")


def _drop_doubled(long: pd.DataFrame, dropped: dict[str, int]) -> pd.DataFrame:
    """Old Kreise go where the recalculated new ones alone already make up their Land.

    Elsewhere both stay, told apart by Gebietsstand.
    """
    for land in territory.REFORMS:
        own = long["region"].str.startswith(land)
        if not own.any():
            continue
        whole = own & (long["age_from"] == 0) & (long["age_to"] == 200) & long["sex"].isin(["_T", "_Z"])
        for day in long.loc[whole, "date"].unique():
            at = long["date"] == day
            old = (
                own & at & long["region"].map(lambda r, d=day: territory.dissolved_by_reform(r, date.fromisoformat(d)))
            )
            if not old.any():
                continue
            new = long[whole & at & ~old & (long["region"].str.len() == 5)]
            total = long[whole & at & (long["region"] == land)]
            if _sum(new["text"]) == _sum(total["text"]):
                dropped[territory.DOUBLED] = dropped.get(territory.DOUBLED, 0) + int(long.loc[old, "line"].nunique())
                long = long[~old]
                own, whole = own[~old], whole[~old]
    return long


def _sum(texts: pd.Series) -> float:
    """The sum of the numbers among official texts; signs count nothing."""
    return float(sum(float(t.replace(",", ".")) for t in texts if NUMBER.fullmatch(t)))


def _check_complete(long: pd.DataFrame, file: str) -> None:
    """Every region has every cell of the table once at every date."""
    key = ["region", "date", "measure", *DIM_COLUMNS]
    twice = long.duplicated(key)
    if twice.any():
        row = long[twice].iloc[0]
        raise SourceError(file, f"Das Gebiet {row['key']} steht für denselben Stichtag doppelt da.", int(row["line"]))
    size = long.groupby(["region", "date"], sort=False)["line"].agg(["size", "max"])
    short = size[size["size"] < size["size"].max()]
    if len(short):
        (region, day), row = short.index[0], short.iloc[0]
        raise SourceError(
            file,
            f"Für das Gebiet {region} am {day} fehlen {int(size['size'].max() - row['size'])} von"
            f" {int(size['size'].max())} Angaben; die Datei ist unvollständig.",
            int(row["max"]),
        )


def _drop_absent(long: pd.DataFrame, dropped: dict[str, int]) -> pd.DataFrame:
    """A key with nothing but `-` or `.` at a date does not exist at that date: no zeros, no secrets.

    By key, not by region: a Gemeinde that changed its Samtgemeinde stands under two keys, one of them empty.
    """
    empty = long["text"].isin(["-", "–", "."])
    absent = empty.groupby([long["key"], long["date"]], sort=False).transform("all")
    if absent.any():
        dropped[territory.ABSENT] = int(long.loc[absent, ["line", "date"]].drop_duplicates().shape[0])
    return long[~absent].copy()


def _read_signs(table: Table, long: pd.DataFrame, file: str) -> None:
    """Text to value and flag, by the signs the table declares. Raises SourceError with the line for anything else."""
    meaning: dict[str, tuple[float, str]] = {}
    for text in long["text"].unique():
        if NUMBER.fullmatch(text):
            meaning[text] = (float(text.replace(",", ".")), "")
        elif m := BRACKETS.fullmatch(text):
            meaning[text] = (float(m[1].replace(",", ".")), "low_reliability")
        elif text in table.signs:
            sign = table.signs[text]
            meaning[text] = (0.0, "zero") if sign == declare.ZERO else (float("nan"), sign)
        else:
            line = int(long.loc[long["text"] == text, "line"].iloc[0])
            allowed = " ".join(table.signs)
            raise SourceError(file, f"„{text[:40]}“ ist weder Zahl noch bekanntes Zeichen (erlaubt: {allowed}).", line)
    long["value"] = long["text"].map({t: m[0] for t, m in meaning.items()})
    flag = long["text"].map({t: m[1] for t, m in meaning.items()})
    declared = long["flag"].where((flag != "zero") & long["value"].notna(), "normal")
    own = flag.where(flag != "zero", "")
    if "q" in long:
        bad = ~long["q"].isin(list(QUALITY_SIGNS))
        if bad.any():
            row = long[bad].iloc[0]
            raise SourceError(file, f"Unbekanntes Qualitätszeichen „{row['q']}“.", int(row["line"]))
        quality = long["q"].map(QUALITY_SIGNS).where(long["value"].notna(), "")
        own = own.where(quality == "", own + "|" + quality).str.strip("|")
    declared = declared.where(declared != "normal", "")
    joined = (declared + "|" + own).str.strip("|")
    long["flag"] = joined.where(joined != "", "normal")


def _same_territory(long: pd.DataFrame) -> pd.DataFrame:
    """Hamburg and Berlin answer as Land and as Kreis, whichever of the two keys the office printed."""
    import pandas as pd

    extra = []
    for land, kreis in territory.SAME_TERRITORY.items():
        for have, want in ((land, kreis), (kreis, land)):
            rows = long[long["region"] == have]
            have_dates = set(long.loc[long["region"] == want, "date"])
            rows = rows[~rows["date"].isin(have_dates)]
            if len(rows):
                extra.append(rows.assign(region=want))
    return pd.concat([long, *extra], ignore_index=True) if extra else long


def _origins(reading: Reading, table: Table, data: bytes, title: str, stand: str, retrieved: str, year: str) -> None:
    """One origin for each base the file holds."""
    frame = reading.observations
    assert frame is not None
    for base in sorted(frame["base"].unique()):
        days: Sequence[date] = sorted(frame.loc[frame["base"] == base, "date"].unique())
        reading.origins.append(
            Origin(
                table=table.id,
                title=title or table.title,
                producer=table.producer,
                level=table.level,
                dates=tuple(d.isoformat() for d in days),
                gebietsstand="wie am Stichtag",
                base=str(base),
                stand=stand,
                retrieved=retrieved,
                sha256=hashlib.sha256(data).hexdigest(),
                licence=DL_DE_BY,
                citation=citation(table.producer, year or days[-1].year, table.id),
                note=table.reading_note,
            )
        )
