"""Kreise whose numbers are published only together: none of them gets a number that is not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kommunalprofil import vocabulary as v
from kommunalprofil.sources.declare import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kommunalprofil.sources.gather import Gathered

TOGETHER = "Angaben mehrerer Kreise, nur zusammen ausgewiesen"


def withhold(table: Table, cells: Gathered) -> None:
    """Where one Kreis of a declared group carries the numbers of all and the others carry none, none is published.

    The numbers then go to the region the group makes up, if it is one, and are counted as dropped otherwise.
    """
    import numpy as np

    places: dict[tuple[str, str], list[int]] = {}
    if table.joint:
        for number, pair in enumerate(zip(cells.places.regions, cells.places.days, strict=True)):
            places.setdefault(pair, []).append(number)
    for group, whole in table.joint.items():
        for day in sorted(set(cells.places.days)):
            there = [np.isin(cells.place, places.get((region, day), [])) for region in group]
            filled = [rows for rows in there if not cells.empty[rows].all()]
            if len(filled) != 1 or not all(rows.any() for rows in there):
                continue
            every = np.any(there, axis=0)
            if whole:
                every = _copy(cells, filled[0], every, whole, day)
            else:
                lines = len(np.unique(cells.line[filled[0]]))
                cells.dropped[TOGETHER] = cells.dropped.get(TOGETHER, 0) + lines
            cells.value[every], cells.bits[every] = np.nan, int(v.Flag.NOT_PUBLISHED)
            cells.empty[every] = False


def _copy(
    cells: Gathered, rows: NDArray[Any], every: NDArray[Any], key: str, day: str
) -> NDArray[Any]:  # fmt: skip
    """Add the cells in `rows` once more, for another region; `every`, as long as all cells are now."""
    import numpy as np

    size, found = len(cells.place), np.flatnonzero(rows)
    place = cells.places.place(key, day, int(cells.line[found[0]]))
    cells.take(np.concatenate([np.arange(size), found]))
    cells.place[size:] = place
    return np.concatenate([every, np.zeros(len(found), dtype=bool)])
