"""Kreise whose numbers are published only together: none of them gets a number that is not its own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kommunalprofil import territory
from kommunalprofil import vocabulary as v
from kommunalprofil.errors import SourceError
from kommunalprofil.sources.declare import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kommunalprofil.sources.gather import Gathered

TOGETHER = "Angaben mehrerer Kreise, nur zusammen ausgewiesen"


def withhold(table: Table, cells: Gathered) -> None:
    """Where one Kreis of a declared group carries the numbers of all and the others carry none, none is published.

    The numbers then go to the region the group makes up, if it is one, and are counted as dropped otherwise. Such
    tables print no Länder, so nothing but their number tells whether all Kreise are there: SourceError if not.
    """
    import numpy as np

    if not table.joint:
        return
    places: dict[tuple[str, str], list[int]] = {}
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
    _check_number(cells)


def _check_number(cells: Gathered) -> None:
    import numpy as np

    there = {cells.places.regions[p] + cells.places.days[p] for p in np.unique(cells.place[~cells.empty]).tolist()}
    for day in sorted(set(cells.places.days)):
        kreise = sum(len(pair) == 15 and pair.endswith(day) for pair in there)
        wanted = territory.number_of_kreise(date.fromisoformat(day))
        if wanted is not None and kreise != wanted:
            reason = f"Die Tabelle nennt Zahlen für {kreise} Kreise am {day}, es gab {wanted}; Zeilen fehlen."
            raise SourceError(cells.places.file, reason)


def _copy(
    cells: Gathered, rows: NDArray[Any], every: NDArray[Any], key: str, day: str
) -> NDArray[Any]:  # fmt: skip
    """Add the cells in `rows` once more, for another region; `every`, as long as all cells are now."""
    import numpy as np

    size, found = len(cells.place), np.flatnonzero(rows)
    cells.repeat(found)
    cells.place[size:] = len(cells.places.keys)
    for column, what in (("keys", key), ("regions", key), ("days", day), ("reasons", "")):
        getattr(cells.places, column).append(what)
    return np.concatenate([every, np.zeros(len(found), dtype=bool)])
