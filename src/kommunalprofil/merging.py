"""Putting readings together: tables, origins, register, crosswalk and outlines of the state they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kommunalprofil import accounts, crosswalk, invariants, provenance, store
from kommunalprofil.cells import base_order
from kommunalprofil.commit import Content
from kommunalprofil.crosswalk import Crosswalk
from kommunalprofil.folding import Folded, Pile, fold, people
from kommunalprofil.intake import account_of
from kommunalprofil.invariants import Line
from kommunalprofil.sources import facts, geometry, register, steps
from kommunalprofil.sources.reading import Reading
from kommunalprofil.states import ACCOUNTS, CROSSWALK, OBSERVATIONS, ORIGINS, OUTLINES, REGIONS
from kommunalprofil.workers import Workers

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Merged:
    """The files that change, by their name in a state, the checks of the tables among them, what these count."""

    files: dict[str, Content]
    lines: list[Line]
    measures: set[str]


def merge(readings: list[Reading], old: store.Store | None, workers: Workers) -> Merged:
    """What the readings change: tables merged with what is there, origins, register, crosswalk, outlines.

    The readings lose their observations, which fill the memory. Their order makes no difference. Raises DataError if
    the old data set is damaged.
    """
    files = _notes(readings, old) | _outlines(readings, old)
    origins = provenance.parse(files[ORIGINS].data)
    folding = workers.each(fold, _piles(readings, old, origins), lambda pile: pile.rows)
    listed = _listed(old)
    walk = _steps([r.crosswalk for r in readings if r.crosswalk is not None], listed, old)
    if walk is not None:
        files[CROSSWALK] = walk
    carried = crosswalk.parse(walk.data) if walk else Crosswalk.load(old.state) if old else None
    told = [r.regions for r in readings if r.regions is not None]
    regions = register.merge(told, listed, carried) if told else listed
    folded = list(folding)
    files |= {f"{OBSERVATIONS}/{one.table}": Content(one.data, one.rows) for one in folded}
    if regions is not None:
        counted = [one.people for one in folded]
        untouched = set(old.tables) - {one.table for one in folded} if old else set()
        counted += [people(old.observations(t).to_pandas()) for t in sorted(untouched)] if old else []
        regions = _with_population(regions, counted)
        files[REGIONS] = Content(_parquet(regions), len(regions))
    lives = invariants.lives(regions)
    lines = [line for one in folded for line in (*one.lines, *_places(one, lives))]
    return Merged(files, lines, {measure for one in folded for measure in one.measures})


def _notes(readings: list[Reading], old: store.Store | None) -> dict[str, Content]:
    """Origins and accounts of all files, those of the old state and those just read."""
    origins = {(o.table, o.sha256, o.base): o for o in (old.origins if old else [])}
    told = {(a.sha256, a.table): a for a in (old.accounts if old else [])}
    for reading in readings:
        origins |= {(o.table, o.sha256, o.base): o for o in reading.origins}
        if (account := account_of(reading)) is not None:
            told[account.sha256, account.table] = account
    return {
        ORIGINS: Content(provenance.dump(origins.values()), len(origins)),
        ACCOUNTS: Content(accounts.dump(told.values()), len(told)),
    }


def _outlines(readings: list[Reading], old: store.Store | None) -> dict[str, Content]:
    layers: dict[str, list[bytes]] = {}
    for reading in readings:
        for name, data in (reading.layers or {}).items():
            layers.setdefault(f"{OUTLINES}/{name}", []).append(data)
    files = {}
    for name, candidates in layers.items():
        there = [old.state.read(name)] if old and name in old.state.entries else []
        data = geometry.newest([*there, *candidates])
        files[name] = Content(data, _rows(data))
    return files


def _piles(readings: list[Reading], old: store.Store | None, origins: list[provenance.Origin]) -> list[Pile]:
    """What the readings and the old state hold of each table, in order of the tables."""
    parts: dict[str, list[tuple[str, pd.DataFrame]]] = {}
    for reading in readings:
        frame, reading.observations = reading.observations, None
        if frame is None:
            continue
        single = [(frame["source"].iloc[0], frame)] if frame["source"].nunique() == 1 else []
        for table, part in single or frame.groupby("source", observed=True):
            stand = max((o.stand or o.retrieved for o in reading.origins if o.table == table), default="")
            parts.setdefault(str(table), []).append((stand, part))
    return [
        Pile(table, found, [o for o in origins if o.table == table], old.state if old and table in old.tables else None)
        for table, found in sorted(parts.items())
    ]


def _places(one: Folded, lives: invariants.Lives) -> list[Line]:
    return [invariants.places(one.table, one.spots, lives)] if invariants.has_places(one.table) else []


def _rows(data: bytes) -> int:
    import io

    import pyarrow.parquet as pq

    return int(pq.read_metadata(io.BytesIO(data)).num_rows)


def _listed(old: store.Store | None) -> pd.DataFrame | None:
    """The register there is; None if there is none."""
    import pyarrow.parquet as pq

    there = old is not None and REGIONS in old.state.entries
    return pq.read_table(old.state.path(REGIONS)).to_pandas() if old is not None and there else None


def _steps(found: list[pd.DataFrame], listed: pd.DataFrame | None, old: store.Store | None) -> Content | None:
    """The crosswalk with new facts; None if there are none. The register there is counts as a list of its day."""
    if not found:
        return None
    parts = [*found, facts.of_register(listed)] if listed is not None else found
    known = crosswalk.as_frame(crosswalk.read(old.state)) if old else None
    frame = steps.build(parts, known)
    return Content(crosswalk.to_parquet(frame), len(frame)) if len(frame) else None


def _with_population(regions: pd.DataFrame, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The register with the newest official population any table holds: at one date, the one on the newer base."""
    import pandas as pd

    if not parts:
        return regions
    people = pd.concat(parts)
    people["rank"] = base_order(list(people["base"]))
    people = people.sort_values(["date", "rank", "gebietsstand"], kind="stable")
    people = people.drop_duplicates("region", keep="last").set_index("region")
    known = regions["ags"].isin(people.index) & (regions["valid_to"] == "")
    # of its own day the list stands, whose boundaries may be younger; but for a value on the newest base
    newest = people.loc[regions.loc[known, "ags"]]
    told = newest["date"].map(str).to_numpy()
    own = regions.loc[known, "population_date"].to_numpy()
    known[known] = (told > own) | ((told == own) & (newest["base"] == "zensus_2022").to_numpy())
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
