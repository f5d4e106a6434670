"""`data import`: official files in, processed data set out – every file reported, the set replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kommunalprofil import checks, provenance, sources, store, territory
from kommunalprofil.cells import base_order
from kommunalprofil.errors import KommunalprofilError, SourceError
from kommunalprofil.formatting import date as printed
from kommunalprofil.formatting import number
from kommunalprofil.observations import KEY, validate
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.reading import Reading, Report
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL, flag_bits, flag_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Outcome:
    """What an import did: a report for each file read, an error for each one refused."""

    reports: list[Report] = field(default_factory=list)
    refused: list[KommunalprofilError] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    written: int = 0


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files to read: folders are walked in order of name; no companions of shapefiles, no request notes."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
            shapes = {p.with_suffix("") for p in below if p.suffix.lower() == ".shp"}
            found += [p for p in below if not _is_companion(p, shapes)]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _is_companion(path: Path, shapes: set[Path]) -> bool:
    if path.name.endswith(".request.json"):
        return True
    return path.suffix.lower() in sources.COMPANIONS and path.with_suffix("") in shapes


def run(
    paths: Sequence[Path], folder: Path, progress: Callable[[Report | KommunalprofilError], None] | None = None
) -> Outcome:
    """Read the files and merge them into the data set in `folder`.

    A file that cannot be read is refused with its reason; the others are still imported. Rows of the same key come
    from the file with the newer Stand. Raises DataError if the existing set is damaged; then nothing is written.
    """
    outcome = Outcome()
    readings: list[Reading] = []
    for path in files_of(paths):
        try:
            if not path.exists():
                raise SourceError(path.name, f"Es gibt keine Datei „{path}“.")
            reading = sources.read(path)
            table = sources.declared().get(reading.report.table)
            if table is not None:
                checks.check(reading, table)
                _sum_up(reading, table)
        except KommunalprofilError as error:
            outcome.refused.append(error)
            if progress:
                progress(error)
            continue
        readings.append(reading)
        outcome.reports.append(reading.report)
        if progress:
            progress(reading.report)
    if readings:
        files = _merge(readings, folder, outcome)
        outcome.written = sum(map(len, files.values()))
        store.write_atomic(files)
    return outcome


def _sum_up(reading: Reading, table: Table) -> None:
    """Land and Germany as sums of their Kreise, where a table of exact counts prints every Kreis but no Land."""
    import pandas as pd

    frame = reading.observations
    if frame is None or not table.sum_up:
        return
    parts = [frame]
    summed: list[str] = []
    rest = [c for c in KEY if c not in ("region", "gebietsstand")]
    key: Any
    for key, at in frame.groupby(["date", "base"], sort=True):
        day = key[0]
        kreise = at[at["region"].str.len() == 5]
        if "DE" in set(at["region"]) or kreise["region"].nunique() != territory.number_of_kreise(day):
            continue
        there = set(at["region"])
        for parent in (kreise["region"].str[:2], "DE"):
            sums = _sums(kreise.assign(region=parent), ["region", *rest])
            parts.append(sums[~sums["region"].isin(there)].assign(gebietsstand=day))
        whole = sums[(sums["age_from"] == 0) & (sums["age_to"] == 200) & (sums["sex"] == TOTAL)]["value"].sum()
        people = f", {number(whole)} Personen" if whole else ""
        summed.append(f"{printed(day.isoformat())} {number(kreise['region'].nunique())} Kreise{people}")
    if not summed:
        return
    reading.observations = pd.concat(parts, ignore_index=True)
    reading.report.note = f"Länder und Deutschland als Summe der Kreise gebildet: {'; '.join(summed)}"
    note = "Länder und Deutschland als Summe der Kreise gebildet"
    reading.origins = [replace(o, note="; ".join(filter(None, [o.note, note]))) for o in reading.origins]


def _sums(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Counts added up by the columns of `by`, with the facts about their parts; none where a part is missing."""
    bits = frame["flag"].map({f: flag_bits(f) for f in frame["flag"].unique()})
    groups = frame.assign(bits=bits, missing=frame["value"].isna()).groupby(by, as_index=False, observed=True)
    sums = groups.agg(value=("value", "sum"), bits=("bits", np.bitwise_or.reduce), missing=("missing", "any"))
    sums["flag"] = ["|".join(flag_names(int(b))) or "normal" for b in sums["bits"]]
    return sums[~sums["missing"]].drop(columns=["bits", "missing"])


def _merge(readings: list[Reading], folder: Path, outcome: Outcome) -> dict[Path, bytes]:
    """The files to write: tables merged with what is there, origins, register, outlines."""
    old = store.Store(folder) if (folder / store.ORIGINS).is_file() else None
    origins = {(o.table, o.sha256, o.base): o for o in (old.origins if old else [])}
    for reading in readings:
        origins |= {(o.table, o.sha256, o.base): o for o in reading.origins}
    files: dict[Path, bytes] = {}
    by_table: dict[str, list[Reading]] = {}
    for reading in readings:
        if reading.observations is not None:
            for table, part in reading.observations.groupby("source", observed=True):
                by_table.setdefault(str(table), []).append(replace(reading, observations=part))
        for name, data in (reading.layers or {}).items():
            files[folder / store.OUTLINES / f"{name}.parquet"] = data
    frames: list[pd.DataFrame] = []
    for table, parts in sorted(by_table.items()):
        frame = _newest(table, parts, old, list(origins.values()))
        frames.append(frame)
        outcome.tables[table] = len(frame)
        files[folder / store.OBSERVATIONS / f"{table}.parquet"] = store.to_parquet(frame)
    regions = _register([r.regions for r in readings if r.regions is not None], folder / store.REGIONS)
    if regions is not None:
        frames += [old.observations(t).to_pandas() for t in old.tables if t not in by_table] if old else []
        files[folder / store.REGIONS] = _register_bytes(_with_population(regions, frames))
    files[folder / store.ORIGINS] = provenance.dump(origins.values())
    return files


def _newest(
    table: str, parts: list[Reading], old: store.Store | None, origins: list[provenance.Origin]
) -> pd.DataFrame:
    """All rows of a table; where two files hold the same key, the one with the newer Stand."""
    import pandas as pd

    frames: list[tuple[str, int, pd.DataFrame]] = []
    if old is not None and table in old.tables:
        there = old.observations(table).to_pandas()
        text = [c for c in there.columns if isinstance(there[c].dtype, pd.CategoricalDtype)]
        there = there.astype(dict.fromkeys(text, object))
        stands: dict[tuple[str, str], str] = {}
        for origin in (o for o in old.origins if o.table == table):
            for day in origin.dates:
                stand = origin.stand or origin.retrieved
                stands[day, origin.base] = max(stand, stands.get((day, origin.base), ""))
        key: Any
        for key, part in there.groupby(["date", "base"]):
            frames.append((stands.get((key[0].isoformat(), key[1]), ""), 0, part))
    for place, reading in enumerate(parts, start=1):
        stand = max((o.stand or o.retrieved for o in reading.origins if o.table == table), default="")
        assert reading.observations is not None
        frames.append((stand, place, reading.observations))
    frames.sort(key=lambda f: f[:2])
    merged = pd.concat([f for _, _, f in frames], ignore_index=True)
    merged = merged.drop_duplicates(list(KEY), keep="last")
    return validate(merged, f"Tabelle {table}")


def _register(parts: list[pd.DataFrame], path: Path) -> pd.DataFrame | None:
    """The register of areas, put together from the parts and what is there already; None if there is neither."""
    import pyarrow.parquet as pq

    from kommunalprofil.sources import register

    old = pq.read_table(path).to_pandas() if path.is_file() else None
    return register.merge(parts, old) if parts else old


def _with_population(regions: pd.DataFrame, frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The register with the newest official population any table holds: at one date, the one on the newer base."""
    import pandas as pd

    parts = []
    for frame in frames:
        whole = (frame["measure"] == "population") & (frame["sex"] == TOTAL) & (frame["nationality"] == TOTAL)
        whole &= (frame["migration"] == TOTAL) & (frame["age_from"] == 0) & (frame["age_to"] == 200)
        whole &= (frame["household"] == NOT_APPLICABLE) & frame["value"].notna()
        parts.append(frame.loc[whole, ["region", "date", "base", "value"]].astype({"region": str, "base": str}))
    if not parts:
        return regions
    people = pd.concat(parts)
    people["rank"] = base_order(list(people["base"]))
    people = (
        people.sort_values(["date", "rank"], kind="stable").drop_duplicates("region", keep="last").set_index("region")
    )
    known = regions["ags"].isin(people.index) & (regions["valid_to"] == "")
    keys = regions.loc[known, "ags"]
    regions.loc[known, "population"] = people.loc[keys, "value"].astype(int).to_numpy()
    regions.loc[known, "population_date"] = [d.isoformat() for d in people.loc[keys, "date"]]
    return regions


def _register_bytes(regions: pd.DataFrame) -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    table = pa.Table.from_pandas(regions, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, sink, compression="zstd", compression_level=12, write_page_checksum=True)
    return sink.getvalue()
