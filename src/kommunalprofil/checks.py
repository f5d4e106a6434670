"""Invariants of a table, checked at the door: parts equal their totals, regions add up, each within its tolerance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kommunalprofil.ages import AgeGroup, partition
from kommunalprofil.errors import SourceError, TilingError
from kommunalprofil.formatting import change, date
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.reading import Reading
from kommunalprofil.territory import SAME_TERRITORY

if TYPE_CHECKING:
    import pandas as pd

PARTS = {"sex": ("M", "F"), "nationality": ("DE", "AUS")}
NAMES = {"sex": "männlich + weiblich", "nationality": "Deutsche + Ausländer", "age": "Altersgruppen"}
DIMS = ["sex", "nationality", "migration", "household", "age_from", "age_to"]
COUNTS = frozenset({"population", "households"})


def check(reading: Reading, table: Table) -> None:
    """Check the sums of a reading and write the outcome into its report.

    Raises SourceError when parts miss their total, or regions the region around them, by more than the table's
    tolerance: such a file is damaged. What the office itself lists incompletely is declared, and only reported.
    """
    frame = reading.observations
    if frame is None or table.oracle:
        return
    frame = frame[frame["measure"].isin(COUNTS) & frame["value"].notna()]
    for dim, parts in PARTS.items():
        if dim in table.dims:
            _parts(reading, table, frame, dim, parts)
    if "age" in table.dims:
        _ages(reading, table, frame)
    _regions(reading, table, frame)


def _verdict(reading: Reading, table: Table, name: str, total: pd.Series, parts: pd.Series) -> None:
    difference = (total - parts).dropna()
    if difference.empty:
        return
    worst: Any = difference.abs().idxmax()
    size = abs(float(difference[worst]))
    if size > table.tolerance:
        labels = dict(zip(total.index.names, worst if isinstance(worst, tuple) else (worst,), strict=True))
        where = ", ".join(f"{labels[k]}" for k in ("region", "date") if k in labels)
        raise SourceError(
            reading.report.file,
            f"{name} ergibt nicht insgesamt bei {where}: {parts[worst]:.0f} statt {total[worst]:.0f}"
            f" (erlaubte Abweichung {table.tolerance}). Die Datei ist beschädigt.",
            reading.lines.get((str(labels.get("region")), str(labels.get("date")))),
        )
    text = "stimmt" if size == 0 else f"größte Abweichung {size:.0f}, erlaubt {table.tolerance}"
    reading.report.checks.append((f"{name} = insgesamt", True, text))


def _parts(reading: Reading, table: Table, frame: pd.DataFrame, dim: str, parts: tuple[str, ...]) -> None:
    rest = ["region", "date", "base", "measure", *[d for d in DIMS if d != dim]]
    wide = frame.set_index([*rest, dim])["value"].unstack(dim)
    if {"_T", *parts} <= set(wide.columns):
        _verdict(reading, table, NAMES[dim], wide["_T"], wide[list(parts)].sum(axis=1, min_count=len(parts)))


def _ages(reading: Reading, table: Table, frame: pd.DataFrame) -> None:
    groups = [AgeGroup(int(lo), int(hi)) for lo, hi in frame[["age_from", "age_to"]].drop_duplicates().to_numpy()]
    try:
        parts = [groups[i] for i in partition(groups)]
    except TilingError as error:
        raise SourceError(reading.report.file, f"Altersgruppen sind unvollständig: {error}.") from None
    rest = ["region", "date", "base", "measure", *DIMS[:4]]
    total = frame[(frame["age_from"] == 0) & (frame["age_to"] == 200)].set_index(rest)["value"]
    in_parts = frame["age_from"].isin([g.lo for g in parts]) & ~((frame["age_from"] == 0) & (frame["age_to"] == 200))
    sums = frame[in_parts].groupby(rest, sort=False)["value"].agg(["sum", "count"])
    full = sums.loc[sums["count"] == len(parts), "sum"]
    common = total.index.intersection(full.index)
    if len(common):
        _verdict(reading, table, NAMES["age"], total[common], full[common])


def _regions(reading: Reading, table: Table, frame: pd.DataFrame) -> None:
    """Σ Gemeinden = Kreis, Σ Kreise = Land, Σ Länder = Germany, for the total of each date."""
    whole = (frame["age_from"] == 0) & (frame["age_to"] == 200) & (frame["nationality"].isin(["_T", "_Z"]))
    whole &= (
        frame["migration"].isin(["_T", "_Z"]) & frame["household"].isin(["_T", "_Z"]) & frame["sex"].isin(["_T", "_Z"])
    )
    total = frame[whole]
    size = total["region"].str.len().where(total["region"] != "DE", 0)
    steps = [("Länder = Deutschland", 2, 0, None), ("Kreise = Länder", 5, 2, 2), ("Gemeinden = Kreise", 8, 5, 5)]
    for name, child, parent, digits in steps:
        parts, wholes = total[size == child], total[size == parent]
        if child == 8:
            wholes = wholes[wholes["region"].isin(set(parts["region"].str[:5]))]
        if wholes["region"].isin(SAME_TERRITORY).all():  # a city state is its own Kreis: nothing to add up
            continue
        if parts.empty or wholes.empty or (child == 2 and parts["region"].nunique() < 16):
            continue
        if child == 5:
            parts = _one_territory(parts, wholes)
        key = parts["region"].str[:digits] if digits else parts["region"].map(lambda _: "DE")
        sums = parts.groupby([key.rename("region"), "date", "base"])["value"].sum()
        there = wholes.set_index(["region", "date", "base"])["value"]
        difference = (there - sums.reindex(there.index)).fillna(0)
        off = difference[difference != 0]
        if off.empty:
            reading.report.checks.append((name, True, "stimmt"))
            continue
        worst: Any = off.abs().idxmax()
        text = f"Abweichungen: {len(off)}, die größte {change(off[worst])} bei {worst[0]} am {date(str(worst[1]))}"
        known = [(key[0], str(key[1])) in table.incomplete for key in off.index]
        if (off.abs()[[not k for k in known]] > table.region_tolerance).any():
            raise SourceError(
                reading.report.file, f"{name} stimmt nicht: {text}. Der Datei fehlen Gebiete oder Zahlen."
            )
        reading.report.checks.append((name, False, text))


def _one_territory(kreise: pd.DataFrame, laender: pd.DataFrame) -> pd.DataFrame:
    """Without Kreise recalculated to later boundaries, where the Kreise as reported already make up their Land."""
    as_reported = kreise[kreise["gebietsstand"] == kreise["date"]]
    sums = as_reported.groupby([as_reported["region"].str[:2], "date"])["value"].sum()
    there = laender.set_index(["region", "date"])["value"]
    complete = {k for k, value in there.items() if sums.get(k) == value}
    keep = [
        stand == day or (region[:2], day) not in complete
        for region, day, stand in zip(kreise["region"], kreise["date"], kreise["gebietsstand"], strict=True)
    ]
    return kreise[keep]
