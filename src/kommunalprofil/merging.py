"""Putting readings together: one frame a table, where two files hold the same key the one with the newer Stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kommunalprofil import provenance, store
from kommunalprofil.cells import base_order
from kommunalprofil.commit import Content
from kommunalprofil.observations import row_keys, typed, validate
from kommunalprofil.sources.reading import Reading
from kommunalprofil.states import OBSERVATIONS, ORIGINS, OUTLINES, REGIONS
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL

if TYPE_CHECKING:
    import pandas as pd


def merge(readings: list[Reading], old: store.Store | None) -> dict[str, Content]:
    """The files that change: tables merged with what is there, origins, register, outlines; by their name in a state.

    The order of the readings makes no difference. Raises DataError if the old data set is damaged.
    """
    origins = {(o.table, o.sha256, o.base): o for o in (old.origins if old else [])}
    for reading in readings:
        origins |= {(o.table, o.sha256, o.base): o for o in reading.origins}
    files: dict[str, Content] = {}
    by_table: dict[str, list[Reading]] = {}
    for reading in readings:
        if reading.observations is not None:
            for table, part in reading.observations.groupby("source", observed=True):
                by_table.setdefault(str(table), []).append(replace(reading, observations=part))
        for name, data in (reading.layers or {}).items():
            files[f"{OUTLINES}/{name}"] = Content(data, _rows(data))
    frames: list[pd.DataFrame] = []
    for table, parts in sorted(by_table.items()):
        frame = _newest(table, parts, old)
        frames.append(frame)
        files[f"{OBSERVATIONS}/{table}"] = Content(store.to_parquet(frame), len(frame))
    regions = _register([r.regions for r in readings if r.regions is not None], old)
    if regions is not None:
        frames += [old.observations(t).to_pandas() for t in old.tables if t not in by_table] if old else []
        files[REGIONS] = Content(_parquet(_with_population(regions, frames)), len(regions))
    files[ORIGINS] = Content(provenance.dump(origins.values()), len(origins))
    return files


def _rows(data: bytes) -> int:
    import io

    import pyarrow.parquet as pq

    return int(pq.read_metadata(io.BytesIO(data)).num_rows)


def _newest(table: str, parts: list[Reading], old: store.Store | None) -> pd.DataFrame:
    """All rows of a table; where two files hold the same key, the one with the newer Stand."""
    import pandas as pd

    frames: list[tuple[str, int, pd.DataFrame]] = []
    if old is not None and table in old.tables:
        there = typed(old.observations(table).to_pandas(), f"Tabelle {table}")
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
    if len(frames) > 1:
        keys = row_keys(merged)
        order = np.argsort(keys, kind="stable")
        last = np.append(keys[order[1:]] != keys[order[:-1]], True)
        merged = merged.take(order[last])
    return validate(merged, f"Tabelle {table}")


def _register(parts: list[pd.DataFrame], old: store.Store | None) -> pd.DataFrame | None:
    """The register of areas, put together from the parts and what is there already; None if there is neither."""
    import pyarrow.parquet as pq

    from kommunalprofil.sources import register

    there = None
    if old is not None and REGIONS in old.state.entries:
        there = pq.read_table(old.state.path(REGIONS)).to_pandas()
    return register.merge(parts, there) if parts else there


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


def _parquet(regions: pd.DataFrame) -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    table = pa.Table.from_pandas(regions, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, sink, compression="zstd", compression_level=12, write_page_checksum=True)
    return sink.getvalue()
