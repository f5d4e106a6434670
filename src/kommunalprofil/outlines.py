"""The outlines of the data set: GeoParquet files in EPSG:25832 (metres), simplified together at import."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from kommunalprofil.errors import DataError, damage
from kommunalprofil.states import OUTLINES, State

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """Regions of one level: keys and their outlines, in the same order."""

    ags: Array
    shapes: Array

    def only(self, chosen: Array) -> Layer:
        """The regions where `chosen` is true."""
        return Layer(self.ags[chosen], self.shapes[chosen])

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        west, south, east, north = shapely.total_bounds(self.shapes)
        return float(west), float(south), float(east), float(north)


def layer(state: State, name: str) -> Layer:
    """The outlines of 'laender', 'kreise' or 'gemeinden'. Raises DataError if the file is missing or damaged."""
    return _read(state.path(f"{OUTLINES}/{name}"), "")


def gemeinden_of(state: State, kreis: str) -> Layer:
    """The Gemeinden of one Kreis. Raises DataError if the file is missing or damaged."""
    return _read(state.path(f"{OUTLINES}/gemeinden"), kreis)


def neighbours(state: State, place: str) -> list[str]:
    """The keys of the areas of its level that share a border with a place; none if there is no outline of it.

    Raises DataError if a file is missing or damaged.
    """
    name = {2: "laender", 5: "kreise", 8: "gemeinden"}[len(place)]
    whole = layer(state, name)
    mine = whole.shapes[whole.ags == place]
    if not len(mine):
        return []
    near = whole.only(shapely.intersects(whole.shapes, shapely.box(*shapely.total_bounds(mine))))
    shared = shapely.length(shapely.intersection(near.shapes, mine[0])) > 0  # a corner is no border
    return sorted(str(ags) for ags in near.ags[shared] if ags != place)


@lru_cache(maxsize=64)
def _read(path: Path, kreis: str) -> Layer:
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:  # read_table would import pandas
            table = file.read(columns=["ags", "kreis", "geometry"], use_threads=False)
        chosen = np.array([not kreis or k == kreis for k in table["kreis"].to_pylist()])
        ags = np.array(table["ags"].to_pylist(), dtype=object)
        outlines = np.array(table["geometry"].to_pylist(), dtype=object)
        return Layer(ags[chosen], shapely.from_wkb(outlines[chosen]))
    except (OSError, ValueError, KeyError, shapely.errors.GEOSException) as error:
        raise DataError(f"Die Umrisse in „{path}“ sind nicht lesbar{damage(error)}.") from error
