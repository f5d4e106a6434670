"""`data import`: official files in, processed data set out – every file reported, the set replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kommunalprofil import checks, provenance, sources, store
from kommunalprofil.errors import DataError, KommunalprofilError, SourceError
from kommunalprofil.observations import KEY, validate
from kommunalprofil.sources.reading import Reading, Report
from kommunalprofil.sources.tables import Table

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
    """The files to read: folders are walked in order of name; companions of shapefiles and request notes are left out."""
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


def run(paths: Sequence[Path], folder: Path, progress: Callable[[Report | KommunalprofilError], None] | None = None) -> Outcome:
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
                _sum_up(reading, table)
                checks.check(reading, table)
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
    """Land and Germany as sums of their Kreise, for tables that print Kreise only and whose counts add up exactly."""
    import pandas as pd

    frame = reading.observations
    if frame is None or not table.sum_up:
        return
    kreise = frame[frame["region"].str.len() == 5]
    parts = [frame[frame["region"].str.len() >= 5]]
    rest = [c for c in KEY if c not in ("region", "gebietsstand")]
    for digits in (2, 0):
        key = kreise["region"].str[:2] if digits else kreise["region"].map(lambda _: "DE")
        sums = kreise.assign(region=key).groupby(["region", *rest], as_index=False, observed=True)["value"].sum()
        parts.append(sums.assign(flag="normal", gebietsstand=sums["date"]))
    reading.observations = pd.concat(parts, ignore_index=True)
    reading.report.note = "Länder und Deutschland als Summe der Kreise gebildet"
    reading.origins = [
        replace(o, note="; ".join(filter(None, [o.note, reading.report.note]))) for o in reading.origins
    ]


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
        if reading.regions is not None:
            files[folder / store.REGIONS] = _register(reading.regions)
        for name, data in (reading.layers or {}).items():
            files[folder / store.OUTLINES / f"{name}.parquet"] = data
    for table, parts in sorted(by_table.items()):
        frame = _newest(table, parts, old, list(origins.values()))
        outcome.tables[table] = len(frame)
        files[folder / store.OBSERVATIONS / f"{table}.parquet"] = store.to_parquet(frame)
    files[folder / store.ORIGINS] = provenance.dump(origins.values())
    return files


def _newest(table: str, parts: list[Reading], old: store.Store | None, origins: list[provenance.Origin]) -> pd.DataFrame:
    """All rows of a table; where two files hold the same key, the one with the newer Stand."""
    import pandas as pd

    frames: list[tuple[str, int, pd.DataFrame]] = []
    if old is not None and table in old.tables:
        there = old.observations(table).to_pandas()
        text = [c for c in there.columns if isinstance(there[c].dtype, pd.CategoricalDtype)]
        there = there.astype(dict.fromkeys(text, object))
        stands = {d: o.stand or o.retrieved for o in old.origins if o.table == table for d in o.dates}
        for day, part in there.groupby("date"):
            frames.append((stands.get(day.isoformat(), ""), 0, part))
    for number, reading in enumerate(parts, start=1):
        stand = max((o.stand or o.retrieved for o in reading.origins if o.table == table), default="")
        assert reading.observations is not None
        frames.append((stand, number, reading.observations))
    frames.sort(key=lambda f: f[:2])
    merged = pd.concat([f for _, _, f in frames], ignore_index=True)
    merged = merged.drop_duplicates(list(KEY), keep="last")
    return validate(merged, f"Tabelle {table}")


def _register(regions: pd.DataFrame) -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    if regions["ags"].duplicated().any():
        raise DataError("Das Gebietsverzeichnis führt einen Schlüssel doppelt.")
    sink = io.BytesIO()
    table = pa.Table.from_pandas(regions, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, sink, compression="zstd", compression_level=12)
    return sink.getvalue()
