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

    for group, whole in table.joint.items():
        for day in sorted(set(cells.places.days)):
            there = [p for key in group if (p := cells.places.index.get((key, day))) is not None]
            filled = [p for p in there if not cells.empty[cells.place == p].all()]
            if len(filled) != 1 or len(there) < len(group):
                continue
            rows = np.flatnonzero(cells.place == filled[0])
            if whole:
                _copy(cells, rows, whole, day)
            else:
                lines = len(np.unique(cells.line[rows]))
                cells.dropped[TOGETHER] = cells.dropped.get(TOGETHER, 0) + lines
            mask = np.isin(cells.place, there)
            cells.value[mask], cells.bits[mask] = np.nan, int(v.Flag.NOT_PUBLISHED)
            cells.empty[mask] = False


def _copy(cells: Gathered, rows: NDArray[Any], key: str, day: str) -> None:
    """Add the cells in `rows` once more, for another region."""
    import numpy as np

    place = cells.places.place(key, day, int(cells.line[rows[0]]))
    size = len(cells.place)
    cells.take(np.concatenate([np.arange(size), rows]))
    cells.place[size:] = place
