"""Sums of a table, within its tolerance: parts equal their totals, regions add up; for files and for `data check`.

Only counts add up; official derived values are compared elsewhere (indicators/oracles.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import OPEN, AgeGroup, partition
from kommunalprofil.errors import SourceError, TilingError
from kommunalprofil.formatting import date, number
from kommunalprofil.observations import row_keys
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.reading import Reading
from kommunalprofil.territory import SAME_TERRITORY
from kommunalprofil.vocabulary import MEASURE, NOT_APPLICABLE, TOTAL

if TYPE_CHECKING:
    import pandas as pd

DIMS = ("sex", "nationality", "migration", "household", "age_from", "age_to")
REST = ("region", "gebietsstand", "date", "base", "measure")
NO_MANS_LAND = 10.0
"""km² that belong to a Land and to none of its Kreise: a condominium with Luxemburg (6.2), and rounding."""
SMALL = 1e-6
"""Differences below are those of binary fractions, not of the office."""
PORTION = 500_000
"""Rows that are added up at once."""


@dataclass(frozen=True)
class Parts:
    """Members of a dimension that make up another one; `codes` may end with `*` for all codes that begin so."""

    dim: str
    whole: str
    codes: tuple[str, ...]
    name: str


PARTS = (
    Parts("sex", TOTAL, ("M", "F"), "männlich + weiblich = insgesamt"),
    Parts("nationality", TOTAL, ("DE", "AUS"), "Deutsche + Ausländer = insgesamt"),
    Parts("migration", TOTAL, ("without", "with", "one_sided"), "Einwanderungsgeschichte: Teile = insgesamt"),
    Parts("migration", "with", ("immigrated", "descendant"), "Eingewanderte + Nachkommen = mit Geschichte"),
    Parts("household", TOTAL, ("size_*",), "Haushaltsgrößen = insgesamt"),
    Parts(
        "household",
        TOTAL,
        ("one_person", "couple_without_child", "couple_with_child", "lone_parent", "shared"),
        "Haushaltstypen = insgesamt",
    ),
    Parts("household", TOTAL, ("seniors_only", "seniors_and_younger", "no_seniors"), "mit und ohne Ältere = insgesamt"),
    Parts("household", NOT_APPLICABLE, ("status_*",), "Familienstände = insgesamt"),
)
AGES = "Altersgruppen = insgesamt"


@dataclass(frozen=True)
class Sum:
    """How one sum came out over a table: cells compared, cells off at all, cells off by more than the bound.

    `known` of those beyond are declared by the table (`incomplete`); the largest difference is told with its place.
    """

    name: str
    compared: int
    off: int
    beyond: int
    known: int
    bound: float
    whole: float = 0.0
    parts: float = 0.0
    region: str = ""
    day: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is off by more than it may."""
        return self.beyond <= self.known

    def joined(self, other: Sum) -> Sum:
        """Both together: counts added, of the largest differences the one that counts more."""
        worse = max(self, other, key=lambda s: (not s.ok, abs(s.whole - s.parts)))
        counts = {n: getattr(self, n) + getattr(other, n) for n in ("compared", "off", "beyond", "known")}
        return replace(worse, **counts)

    @property
    def text(self) -> str:
        """The outcome in German."""
        if not self.off:
            return "stimmt"
        decimals = 0 if float(self.whole).is_integer() and float(self.parts).is_integer() else 2
        numbers = f"{number(self.parts, decimals)} statt {number(self.whole, decimals)}"
        allowed = f"erlaubt {number(self.bound)}" + (", bekannte Lücken der Tabelle" if self.known else "")
        where = f"{self.region} am {date(self.day)}"
        return f"Abweichungen: {number(self.off)}, die größte bei {where}: {numbers} ({allowed})"


class Coded:
    """The counts of a typed frame with every key column as whole numbers, made once for all sums."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame[frame["measure"].isin([m.id for m in MEASURE.values() if m.kind == "count"])]
        self.value: NDArray[np.float64] = self.frame["value"].to_numpy()
        columns = (*REST, *DIMS)
        self.code = {c: row_keys(self.frame, (c,)) for c in columns}
        self.size = {c: int(code.max()) + 1 if len(code) else 1 for c, code in self.code.items()}

    def keys(self, columns: Iterable[str], region: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """One number a row, equal where the columns are; `region` stands in for the region's own number."""
        key = np.zeros(len(self.value), dtype=np.int64)
        for column in columns:
            code = region if column == "region" and region is not None else self.code[column]
            key = key * self.size[column] + code
        return key

    def place(self, row: int) -> tuple[str, str]:
        """Region and date of a row, for people."""
        return str(self.frame["region"].iloc[row]), str(self.frame["date"].iloc[row])

    def everybody(self) -> NDArray[np.bool_]:
        """The rows that count all persons or households of a region."""
        whole: NDArray[np.bool_] = ((self.frame["age_from"] == 0) & (self.frame["age_to"] == 200)).to_numpy()
        for dim in DIMS[:4]:
            whole = whole & self.frame[dim].isin([TOTAL, NOT_APPLICABLE]).to_numpy()
        return whole


def sums(frame: pd.DataFrame, table: Table) -> Iterator[Sum]:
    """All sums of a typed frame of one table. Raises TilingError where age groups do not make up all ages.

    No sum crosses a date: a long frame is added up a few dates at a time, which bounds the memory it takes.
    """
    found: dict[str, Sum] = {}
    for portion in _portions(frame) if not table.oracle else ():
        for one in _sums(portion, table):
            found[one.name] = one.joined(found[one.name]) if one.name in found else one
    yield from found.values()


def _portions(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The frame in parts of whole dates, of about PORTION rows each."""
    if len(frame) <= PORTION:
        yield frame
        return
    day = row_keys(frame, ("date",))
    portion = (np.cumsum(np.bincount(day)) // PORTION)[day]
    for number_ in np.unique(portion):
        yield frame[portion == number_]


def _sums(frame: pd.DataFrame, table: Table) -> Iterator[Sum]:
    rows = Coded(frame)
    if not len(rows.value):
        return
    for parts in PARTS:
        yield from _parts(rows, table, parts)
    if "age" in table.dims:
        yield from _ages(rows, table)
    yield from _regions(rows, table)


def check(reading: Reading, table: Table) -> None:
    """Check the sums of a reading and write the outcome into its report.

    Raises SourceError when parts miss their total, or regions the region around them, by more than the table's
    tolerance: such a file is damaged. What the office itself lists incompletely is declared, and only reported.
    """
    frame = reading.observations
    if frame is None:
        return
    try:
        for one in sums(frame, table):
            if not one.ok:
                line = reading.lines.get((one.region, one.day))
                raise SourceError(reading.report.file, f"{one.name} stimmt nicht: {one.text}. {DAMAGED}", line)
            reading.report.checks.append((one.name, not one.off, one.text))
    except TilingError as error:
        raise SourceError(reading.report.file, f"Altersgruppen sind unvollständig: {error}.") from None


DAMAGED = "Der Datei fehlen Gebiete oder Zahlen, oder sie ist beschädigt."


def _codes(parts: Parts, there: set[str]) -> tuple[str, ...]:
    found: list[str] = []
    for code in parts.codes:
        found += sorted(c for c in there if c.startswith(code[:-1])) if code.endswith("*") else [code]
    return tuple(found)


def _parts(rows: Coded, table: Table, parts: Parts) -> Iterator[Sum]:
    column = rows.frame[parts.dim]
    codes = _codes(parts, set(column.unique()))
    is_whole, is_part = (column == parts.whole).to_numpy(), column.isin(codes).to_numpy()
    if len(codes) > 1 and is_whole.any() and is_part.any():
        keys = rows.keys((*REST, *(d for d in DIMS if d != parts.dim)))
        needed = np.full(len(keys), len(codes))
        yield from _compared(rows, keys, (is_whole, is_part, needed), parts.name, table.tolerance, table.contradicts)


def _ages(rows: Coded, table: Table) -> Iterator[Sum]:
    """The finest age groups of each measure that make up all ages."""
    code = rows.frame["age_from"].to_numpy().astype(np.int64) * 256 + rows.frame["age_to"].to_numpy()
    is_part, needed = np.zeros(len(code), dtype=bool), np.zeros(len(code), dtype=np.int64)
    for measure in np.unique(rows.code["measure"]):
        mine = rows.code["measure"] == measure
        groups = [AgeGroup(int(c) // 256, int(c) % 256) for c in np.unique(code[mine])]
        if all(g.is_total for g in groups):
            continue
        used = [groups[i] for i in partition(groups)]
        is_part |= mine & np.isin(code, [g.lo * 256 + g.hi for g in used])
        needed[mine] = len(used)
    keys = rows.keys((*REST, *DIMS[:4]))
    whole = code == OPEN  # 0 × 256 + 200
    yield from _compared(rows, keys, (whole, is_part, needed), AGES, table.tolerance, table.contradicts)


def _compared(
    rows: Coded,
    keys: NDArray[np.int64],
    chosen: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]],
    name: str,
    bound: float,
    incomplete: frozenset[tuple[str, str]],
) -> Iterator[Sum]:
    """Wholes against the sums of their parts, where as many parts as a whole needs (0: any number) have a value."""
    is_whole, is_part, needed = chosen
    wholes = np.flatnonzero(is_whole & np.isfinite(rows.value))
    groups, place = np.unique(keys[is_part], return_inverse=True)
    if not len(groups) or not len(wholes):
        return
    total = np.bincount(place, weights=rows.value[is_part], minlength=len(groups))
    count = np.bincount(place, minlength=len(groups))
    at = np.minimum(np.searchsorted(groups, keys[wholes]), len(groups) - 1)
    enough = (count[at] == needed[wholes]) | (needed[wholes] == 0)
    fits = (groups[at] == keys[wholes]) & np.isfinite(total[at]) & enough
    if fits.any():
        yield _outcome(rows, wholes[fits], total[at[fits]], name, bound, incomplete)


def _outcome(
    rows: Coded,
    wholes: NDArray[np.int64],
    parts: NDArray[np.float64],
    name: str,
    bound: float,
    incomplete: frozenset[tuple[str, str]],
) -> Sum:
    whole = rows.value[wholes]
    difference = np.abs(whole - parts)
    bounds = np.full(len(wholes), float(bound))
    area = (rows.frame["measure"] == "area").to_numpy()[wholes]
    bounds[area] = np.maximum(bounds[area], NO_MANS_LAND)
    off, beyond = difference > SMALL, difference > bounds + SMALL
    known = np.zeros(len(wholes), dtype=bool)
    for i in np.flatnonzero(beyond) if incomplete else ():
        known[i] = rows.place(int(wholes[i])) in incomplete
    worst = int(np.argmax(np.where(beyond & ~known, difference + 1e12, difference)))
    region, day = rows.place(int(wholes[worst])) if off.any() else ("", "")
    counts = (len(wholes), int(off.sum()), int(beyond.sum()), int(known.sum()))
    return Sum(name, *counts, float(bounds[worst]), float(whole[worst]), float(parts[worst]), region, day)


STEPS = (("Länder = Deutschland", 2, 0, 16), ("Kreise = Länder", 5, 2, 0), ("Gemeinden = Kreise", 8, 5, 0))
"""Name, digits of the parts, digits of the whole, how many parts there must be (0: as many as there are)."""


def _regions(rows: Coded, table: Table) -> Iterator[Sum]:
    """Σ Gemeinden = Kreis, Σ Kreise = Land, Σ Länder = Germany; of tables without noise for every single member."""
    names = sorted(rows.frame["region"].unique())
    number = {name: i for i, name in enumerate(names)}
    size = np.array([0 if n == "DE" else len(n) for n in names])[rows.code["region"]]
    counted = rows.frame["household"].isin([TOTAL, NOT_APPLICABLE]).to_numpy()
    counted = counted & rows.everybody() if table.tolerance else counted
    for name, child, parent, needed in STEPS:
        above = np.array([number.get("DE" if parent == 0 else n[:parent], -1) for n in names])
        upper = np.where(size == parent, rows.code["region"], above[rows.code["region"]])
        is_part = counted & (size == child) & (upper >= 0)
        wholes = counted & (size == parent)
        if all(n in SAME_TERRITORY for n in rows.frame["region"][wholes].unique()):  # its own Kreis: nothing to add up
            continue
        if child == 5:
            is_part = _one_territory(rows, wholes, is_part)
        keys = rows.keys(("region", "date", "base", "measure", *DIMS), np.maximum(upper, 0))
        chosen = (wholes, is_part, np.full(len(keys), needed))
        yield from _compared(rows, keys, chosen, name, table.region_tolerance, table.incomplete)


def _one_territory(rows: Coded, laender: NDArray[np.bool_], kreise: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The Kreise of one territory: before a reform some tables list those as reported, recalculated ones, or both.

    Of a Land, date and measure those count that come nearest to the Land: as reported, recalculated, or all.
    """
    recalculated = kreise & (rows.frame["gebietsstand"] != rows.frame["date"]).to_numpy()
    if not recalculated.any():
        return kreise
    land = row_keys(rows.frame.assign(region=rows.frame["region"].str[:2]), ("region",))
    spots = (land * rows.size["date"] + rows.code["date"]) * rows.size["measure"] + rows.code["measure"]
    known, spot = np.unique(spots, return_inverse=True)
    counted = rows.everybody() & np.isfinite(rows.value)

    def total(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        chosen = mask & counted
        return np.bincount(spot[chosen], weights=rows.value[chosen], minlength=len(known)).astype(np.float64)

    there, old, new = total(laender), total(kreise & ~recalculated), total(recalculated)
    best = np.argmin(np.abs([there - old - new, there - old, there - new]), axis=0)[spot]
    used: NDArray[np.bool_] = kreise & (best != np.where(recalculated, 1, 2))
    return used
