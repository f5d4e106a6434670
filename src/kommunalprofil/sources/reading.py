"""From grids to observations: signs turned into value and flag, keys let in through the door, origins noted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING, Any

from kommunalprofil import territory
from kommunalprofil.errors import SourceError
from kommunalprofil.observations import CATEGORIES, COLUMNS, closed_type
from kommunalprofil.provenance import Origin, citation
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.gather import MEMBER, Gathered, Gatherer
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.joint import withhold
from kommunalprofil.sources.signs import flag_codes
from kommunalprofil.sources.spots import Spots

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

KREIS = 5
"""Digits of the keys whose Gebietsstand may differ from their date: only Kreise were recalculated."""
FUTURE = frozenset({"population_projected"})
"""Measures whose dates lie ahead of the day the file was made."""
YEAR_IN_NAME = re.compile(r"(?<![\d-])(?:19|20)\d{2}(?![\d-])", re.ASCII)
"""A year in a file's name that is no part of a longer number or of a date."""


@dataclass
class Report:
    """What happened to one file, as the import prints it.

    Of its `cells` those in `left` were left out, by reason; `repeated` ones count for two regions; `kept` values came
    of it (formats without a grid have no cells).
    """

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
    cells: int = 0
    left: dict[str, int] = field(default_factory=dict)
    repeated: int = 0


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
    crosswalk: pd.DataFrame | None = None
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)


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


def from_grid(table: Table, grid: Grid, file: str, data: bytes) -> Reading:
    """The reading of a file that is one grid; see from_grids."""
    return from_grids(table, [grid], file, hashlib.sha256(data).hexdigest())


def from_grids(table: Table, grids: Iterable[Grid], file: str, sha256: str) -> Reading:
    """The reading of a file taken apart into one grid or, where it is long, several that follow one another.

    Raises SourceError with the line: other dimensions than declared, a text that is no cell, a key that is none, a
    region twice or in part, a Stichtag after the Stand.
    """
    import numpy as np

    gatherer = Gatherer(table, file)
    head: Grid | None = None
    for grid in grids:
        gatherer.add(grid)
        head = _joined(head, grid)
    if head is None:
        raise SourceError(file, "Die Datei hat einen Kopf, aber keine Zeilen.", 1)
    cells = gatherer.finish()
    withhold(table, cells)
    _drop_absent(cells)
    if not len(cells.line):
        raise SourceError(file, f"Kein Gebiet dieser Datei gehört in die Tabelle {table.id}; nichts ist zu lesen.", 1)
    spots = Spots(cells)
    spots.check_complete(cells, file)
    spots.drop_gone(cells, table.gebietsstand)
    spots.drop_doubled(cells)
    lines = spots.lines(cells)
    dates = lines.dates
    stand = head.stand or head.retrieved
    if stand and dates[-1] > stand[:10] and table.measure not in FUTURE:
        raise SourceError(file, f"Der Stichtag {dates[-1]} liegt nach dem Stand der Datei ({stand[:10]}).")
    spots.same_territory(cells)
    cells.release()
    frame = _frame(table, cells, spots, head)
    if head.other_lines:
        cells.dropped["Kopf- und Fußzeilen"] = head.other_lines
    regions = len(set(compress(spots.regions, np.bincount(spots.spot, minlength=len(spots.regions)) > 0)))
    report = Report(file, table.id, table.level, dates, cells.rows, regions, cells.dropped, kept=len(frame))
    report.cells, report.left, report.repeated = cells.read, cells.left, cells.repeated
    report.note = "; ".join([*head.remarks, *_other_year(file, dates)])
    return Reading(report, _origins(table, head, frame, spots, sha256), observations=frame, lines=lines)


def _other_year(file: str, dates: Sequence[str]) -> list[str]:
    """A remark if the file is named after a year it does not hold: what counts is the heading."""
    named, held = set(YEAR_IN_NAME.findall(file)), {day[:4] for day in dates}
    if not named or named & held:
        return []
    years = min(held) if len(held) == 1 else f"{min(held)} bis {max(held)}"
    return [f"Dateiname nennt {', '.join(sorted(named))}, der Kopf {years}"]


def _joined(head: Grid | None, grid: Grid) -> Grid:
    """What is said of a file as a whole; what follows may complete it."""
    if head is None:
        return replace(grid, values=[], signs=None, rows={}, lines=[])
    head.stand, head.notes = grid.stand or head.stand, grid.notes or head.notes
    head.other_lines += grid.other_lines
    head.remarks += [r for r in grid.remarks if r not in head.remarks]
    return head


def _drop_absent(cells: Gathered) -> None:
    """A key with nothing but `-` or `.` at a date does not exist at that date: no zeros, no secrets.

    By key, not by region: a Gemeinde that changed its Samtgemeinde stands under two keys, one of them empty.
    """
    import numpy as np

    there = np.zeros(len(cells.places.keys), dtype=bool)
    there[cells.place[~cells.empty]] = True
    mask = there[cells.place]
    if not mask.all():
        spots = cells.place[~mask].astype(np.int64) << 32 | cells.line[~mask]
        cells.dropped[territory.ABSENT] = len(np.unique(spots))
        cells.keep(mask, territory.ABSENT)


def _frame(table: Table, cells: Gathered, spots: Spots, head: Grid) -> pd.DataFrame:
    """The cells as observations (types as in observations.py)."""
    import numpy as np
    import pandas as pd

    of_day = {d: date.fromisoformat(d) for d in dict.fromkeys(spots.days)}
    days = [of_day[d] for d in spots.days]
    stands = days.copy()
    for s in [s for s, region in enumerate(spots.regions) if len(region) == KREIS]:
        stands[s] = territory.gebietsstand(spots.regions[s], days[s])
    if table.gebietsstand:
        stands = [max(d, date.fromisoformat(table.gebietsstand)) for d in stands]
    nothing = np.zeros(len(spots.spot), dtype=np.int8)
    columns: dict[str, Any] = {
        "region": pd.array(spots.regions, dtype="str").take(spots.spot),
        "gebietsstand": _dates(stands, spots.spot),
        "date": _dates(days, spots.spot),
        "period": _closed("period", [table.period], nothing),
        "value": cells.value,
        "flag": pd.Categorical.from_codes(flag_codes(cells.bits), dtype=closed_type("flag"), validate=False),
        "source": pd.Categorical.from_codes(nothing, pd.Index([table.id]), validate=False),
    }
    for i, name in enumerate(MEMBER):
        codes = [m[i] for m in cells.members]
        if name.startswith("age"):
            columns[name] = np.array(codes, dtype=np.int16)[cells.member]
        elif name == "base" and None in codes:
            bases = {d: base_of(table, d, head.stand or head.retrieved, head.layout) for d in of_day}
            columns[name] = _closed(name, [bases[d] for d in spots.days], spots.spot)
        else:
            columns[name] = _closed(name, codes, cells.member)
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def _dates(days: Sequence[date], where: NDArray[Any]) -> Any:
    """Days by each cell's place among them."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    kind: Any = pd.ArrowDtype(pa.date32())
    number = {day: i for i, day in enumerate(dict.fromkeys(days))}
    codes = np.array([number[day] for day in days], dtype=np.int32)
    return pd.array(list(number), dtype=kind).take(codes[where])


def _closed(column: str, codes: Sequence[str], where: NDArray[Any]) -> Any:
    """The codes of a closed list, by each cell's place among them."""
    import numpy as np
    import pandas as pd

    place = _places(column)
    size = np.int8 if len(place) < 128 else np.int16
    found = np.array([place[c] for c in codes], dtype=size)[where]
    return pd.Categorical.from_codes(found, dtype=closed_type(column), validate=False)


@cache
def _places(column: str) -> dict[str, int]:
    return {code: i for i, code in enumerate(CATEGORIES[column])}


def _dates_of_bases(frame: pd.DataFrame, spots: Spots) -> list[tuple[str, tuple[str, ...]]]:
    """The bases a file holds, each with its dates."""
    import numpy as np

    days = {day: i for i, day in enumerate(sorted(set(spots.days)))}
    day = np.fromiter((days[d] for d in spots.days), dtype=np.int32, count=len(spots.days))
    there = np.zeros((len(CATEGORIES["base"]), len(days)), dtype=bool)
    there[frame["base"].cat.codes.to_numpy(), day[spots.spot]] = True
    names = list(days)
    return [
        (base, tuple(names[i] for i in np.flatnonzero(row)))
        for base, row in zip(CATEGORIES["base"], there, strict=True)
        if row.any()
    ]


def _origins(table: Table, head: Grid, frame: pd.DataFrame, spots: Spots, sha256: str) -> list[Origin]:
    """One origin for each base the file holds."""
    year = re.search(r"©[^\n]*?((?:19|20)\d{2})", head.notes)
    origins = []
    for base, dates in _dates_of_bases(frame, spots):
        origins.append(
            Origin(
                table=table.id,
                title=head.title or table.title,
                producer=table.producer,
                level=table.level,
                dates=dates,
                gebietsstand="wie am Stichtag",
                base=base,
                stand=head.stand,
                retrieved=head.retrieved,
                sha256=sha256,
                licence=table.licence,
                citation=citation(table.producer, year[1] if year else _year(table, head, dates), table.id),
                note=table.reading_note,
            )
        )
    return origins


def _year(table: Table, head: Grid, dates: Sequence[str]) -> str:
    """The year of the licence where the file does not print it: of its retrieval or Stand, else of its last date."""
    return (head.retrieved or head.stand or (dates[0] if table.measure in FUTURE else dates[-1]))[:4]
