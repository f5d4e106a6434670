"""Where a place stands among all places of its level: the newest comparable value of every measure, one row a place.

The file is part of the data set, computed by the import from the tables it has just written, so that a profile need
not compute hundreds of places to tell the rank of one.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Point
from kommunalprofil.commit import Content
from kommunalprofil.errors import DamageError, DataError, damage
from kommunalprofil.formatting import counted_or
from kommunalprofil.indicators.series import Selection, printed_date
from kommunalprofil.states import COMPARISON, HINT, REGIONS, State
from kommunalprofil.vocabulary import HOUSEHOLD, Flag

if TYPE_CHECKING:
    import pyarrow as pa

    from kommunalprofil.indicators.series import Series
    from kommunalprofil.regions import Region, Register
    from kommunalprofil.workers import Workers

LEVELS = ("land", "kreis", "gemeinde")
TYPE = {"kreis": "kreistyp", "gemeinde": "gemeindetyp"}
"""The attribute of the register that says which places of a level are of one type (BBSR)."""
TOGETHER = 1_500
"""So many places are computed together."""
MOST = 0.9
"""A date counts as published for all if it has values for so large a part of the places that ever had one."""
LEAST = 5
"""Among fewer places nobody has a rank."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator, its variant and the members of dimensions it is taken for; how people call it, what it is about."""

    label: str
    theme: str
    indicator: str
    variant: str = ""
    members: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, label: str, theme: str, indicator: str, variant: str = "", **members: str) -> Measure:
        """`Measure.of("Menschen ab 80", "age", "age_share", age="80+")`."""
        return cls(label, theme, indicator, variant, tuple(sorted(members.items())))

    @property
    def id(self) -> str:
        """The name of its column: `age_share:age=80+`."""
        return ":".join(filter(None, (self.indicator, self.variant, *("=".join(pair) for pair in self.members))))

    @property
    def series(self) -> tuple[str, Selection, str]:
        """What Results.series is asked for."""
        return self.indicator, Selection(**dict(self.members)), self.variant

    @property
    def unit(self) -> str:
        """The unit of its values."""
        from kommunalprofil.indicators.compute import declared

        return declared()[self.indicator].variant(self.variant).unit

    @property
    def least(self) -> float:
        """The least value there can be: only growth and balances of moves go below zero."""
        return -math.inf if self.grows or self.theme == "moves" else 0.0

    @property
    def most(self) -> float:
        """The largest value there can be: that of a share."""
        return 100.0 if self.unit == "%" and not self.grows else math.inf

    @property
    def grouped(self) -> bool:
        """Whether it is of one group of people: women, men, German or foreign nationals."""
        return any(dimension in ("sex", "nationality") for dimension, _ in self.members)

    @property
    def grows(self) -> bool:
        """Whether it is the growth of a number of people: a percentage that is no share."""
        return self.indicator.startswith("population_change")

    def labelled(self, unit: str) -> str:
        """The label, with the unit behind it unless people are counted: 'Altenquotient (je 100)'."""
        return f"{self.label} ({unit})" if counted_or(unit) else self.label


MEASURES = (
    Measure.of("Bevölkerung", "size", "population"),
    Measure.of("Bevölkerungsentwicklung in 5 Jahren", "growth", "population_change_5y"),
    Measure.of("Bevölkerungsdichte", "size", "population_density"),
    Measure.of("Frauen je 100 Männer", "sexes", "women_per_100_men"),
    Measure.of("Durchschnittsalter", "age", "mean_age"),
    Measure.of("Jugendquotient", "youth", "youth_ratio"),
    Measure.of("Altenquotient", "age", "old_age_ratio"),
    Measure.of("Anteil der unter 18-Jährigen", "youth", "age_share", age="0-17"),
    Measure.of("Anteil der Menschen ab 65", "age", "age_share", age="65+"),
    Measure.of("Anteil der Menschen ab 80", "age", "age_share", age="80+"),
    Measure.of("Geborene, Mittel aus 4 Jahren", "births", "birth_rate", "four_year_mean"),
    Measure.of("Gestorbene, Mittel aus 4 Jahren", "deaths", "death_rate", "four_year_mean"),
    Measure.of("Wanderungssaldo", "moves", "net_migration_rate"),
    Measure.of("Wanderung der 18- bis 24-Jährigen", "moves", "education_migration"),
    Measure.of("Wanderung von Familien", "moves", "family_migration"),
    Measure.of("Wanderung ab 65", "moves", "old_age_migration"),
    Measure.of("Anteil der Ausländerinnen und Ausländer", "background", "foreign_share"),
    Measure.of("Menschen mit Einwanderungsgeschichte", "background", "immigration_history_share", migration="with"),
    Measure.of(HOUSEHOLD["one_person"].de, "households", "household_share", household="one_person"),
    Measure.of("Haushalte mit Kindern", "households", "families_share"),
    Measure.of("Alleinerziehende an den Haushalten mit Kindern", "lone parents", "lone_parent_family_share"),
)
"""What places are compared by."""


class Piece(NamedTuple):
    """Some places of one level, to be computed together."""

    state: State
    regions: tuple[str, ...]


Found = list[dict[Point, Numbers]]
"""For each measure and each point that has any value the values of some places."""


def _computed(piece: Piece) -> Found:
    """What all measures come to for the places of a piece; a value of few people is none."""
    from kommunalprofil.indicators.compute import Results
    from kommunalprofil.store import Store

    results = Results(Store(piece.state), piece.regions)
    found: Found = []
    for measure in MEASURES:
        found.append(by_point(results.series(*measure.series), piece.regions))
        results.forget()
    return found


def by_point(series: Series, regions: Sequence[str]) -> dict[Point, Numbers]:
    """The values of a series for each of some regions, at every point that has any; of few people it is none."""
    row = {region: r for r, region in enumerate(regions)}
    rows = [row[region] for region in series.regions]
    few = (series.flags & np.uint16(Flag.LOW_RELIABILITY)) != 0
    values = np.where(series.there & ~few, series.value, np.nan)
    found: dict[Point, Numbers] = {}
    for t in np.flatnonzero(np.isfinite(values).any(axis=0)).tolist():
        whole = np.full(len(regions), np.nan)
        whole[rows] = values[:, t]
        found[series.points[t]] = whole
    return found


def files(state: State, workers: Workers) -> dict[str, Content]:
    """The comparison of a state as a file to be; none if the state has no register or no value to compare."""
    from kommunalprofil.regions import Register

    if REGIONS not in state.entries:
        return {}
    table = build(state, places(Register.load(state)), workers)
    return {} if table is None else {COMPARISON: Content(to_parquet(table), len(table))}


def build(state: State, levels: Mapping[str, Sequence[str]], workers: Workers) -> pa.Table | None:
    """The table of all places (`levels`: their keys by level), a column for each measure; None without any value.

    Its metadata `points` name date and base of each column for each level. The same state gives the same table.
    """
    import pyarrow as pa

    pieces = [Piece(state, part) for regions in levels.values() for part in _parts(regions)]
    done = iter(list(workers.each(_computed, pieces, lambda piece: len(piece.regions))))
    columns: list[list[Numbers]] = [[] for _ in MEASURES]
    points: dict[str, dict[str, tuple[str, str]]] = {}
    for level, regions in levels.items():
        parts = [(len(part), next(done)) for part in _parts(regions)]
        points[level] = {}
        for m, measure in enumerate(MEASURES):
            newest = _newest(found[m] for _, found in parts)
            columns[m] += [found[m].get(newest, np.full(size, np.nan)) if newest else np.full(size, np.nan)
                           for size, found in parts]  # fmt: skip
            if newest:
                points[level][measure.id] = (printed(measure, newest), newest.base)
    whole = [np.concatenate(parts) if parts else np.zeros(0) for parts in columns]
    if not any(np.isfinite(column).any() for column in whole):
        return None
    keys = pa.array([region for regions in levels.values() for region in sorted(regions)], pa.string())
    numbers = [pa.array(column, from_pandas=True) for column in whole]
    schema = pa.schema([("region", pa.string()), *((measure.id, pa.float64()) for measure in MEASURES)])
    return pa.table([keys, *numbers], schema.with_metadata({"points": json.dumps(points)}))


def printed(measure: Measure, point: Point) -> str:
    """The date of a point as the values of the measure print it."""
    from kommunalprofil.indicators.compute import declared

    indicator = declared()[measure.indicator]
    return printed_date(point, indicator.period, indicator.variant(measure.variant).years)


def _parts(regions: Sequence[str]) -> list[tuple[str, ...]]:
    keys = sorted(regions)
    return [tuple(keys[i : i + TOGETHER]) for i in range(0, len(keys), TOGETHER)]


def _newest(parts: Iterable[dict[Point, Numbers]]) -> Point | None:
    """The newest point at which nearly all places have a value that ever have one together."""
    count: dict[Point, int] = {}
    for part in parts:
        for point, values in part.items():
            count[point] = count.get(point, 0) + int(np.isfinite(values).sum())
    enough = [point for point, number in count.items() if number >= MOST * max(count.values())]
    return max(enough, default=None)


def to_parquet(table: pa.Table) -> bytes:
    """The table as a file, a row group for each level; the same table gives the same bytes."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    width = pc.utf8_length(table["region"])
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, compression="zstd", compression_level=12, write_page_checksum=True,
                          use_dictionary=False, column_encoding={m.id: "BYTE_STREAM_SPLIT" for m in MEASURES},
                          write_statistics=False) as writer:  # fmt: skip
        for digits in (2, 5, 8):
            rows = table.filter(pc.equal(width, pa.scalar(digits, pa.int32())))
            writer.write_table(rows, row_group_size=max(len(rows), 1))
    return sink.getvalue()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a value stands among those of `count` places at a date: ends, quartiles, median; how many lie below it.

    Rank 1 is the highest value; places of equal value share it.
    """

    date: str
    value: float
    low: float
    lower: float
    median: float
    upper: float
    high: float
    below: int
    above: int
    count: int

    @property
    def rank(self) -> int:
        """1 for the highest value."""
        return self.above + 1

    @property
    def others(self) -> int:
        """How many other places there are."""
        return self.count - 1

    @property
    def extreme(self) -> float:
        """How far from the middle: 0 in the middle, 1 at an end."""
        return abs(self.below - self.above) / self.others

    @property
    def outer(self) -> bool:
        """Whether it lies above or below the middle half."""
        return not self.lower <= self.value <= self.upper


class Comparison:
    """All places of one level. Raises DataError for a damaged file."""

    def __init__(self, table: pa.Table, level: str, register: Register) -> None:
        self._table, self._level, self._register = table, level, register
        points = json.loads((table.schema.metadata or {}).get(b"points", b"{}"))
        self._points: dict[str, tuple[str, str]] = points.get(level, {})
        self._values: dict[Measure, dict[str, float]] = {}
        self._peers: dict[str, frozenset[str]] = {}
        self._spread: dict[tuple[Measure, frozenset[str] | None], tuple[Numbers, list[float]]] = {}

    @classmethod
    def load(cls, state: State, level: str, register: Register) -> Comparison | None:
        """The places of a level; None if the data set has no comparison or the level has none."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if COMPARISON not in state.entries or level not in LEVELS:
            return None
        path = state.path(COMPARISON)
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                if file.schema_arrow.names != ["region", *(measure.id for measure in MEASURES)]:
                    raise DamageError("andere Spalten")
                return cls(file.read_row_group(LEVELS.index(level), use_threads=False), level, register)
        except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path.name} ist beschädigt{damage(error)}. {HINT}") from error

    @cached_property
    def regions(self) -> list[str]:
        """The keys of all places, in the order of `numbers`."""
        regions: list[str] = self._table["region"].to_pylist()
        return regions

    def numbers(self, measure: Measure) -> Numbers:
        """The value of every place, NaN for a gap."""
        import pyarrow as pa

        column = self._table[measure.id]
        found, start = np.full(len(column), np.nan), 0
        for part in column.chunks if column.type == pa.float64() else ():  # without any value it may be of no type
            # From the buffers: `to_numpy` and filling gaps would load pandas, or all that Arrow can compute.
            valid, numbers = part.buffers()
            at = slice(part.offset, part.offset + len(part))
            mine = np.frombuffer(numbers, np.float64)[at]
            if valid is not None:
                there = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")[at]
                mine = np.where(there > 0, mine, np.nan)
            found[start : start + len(part)] = mine
            start += len(part)
        return found

    def values(self, measure: Measure) -> dict[str, float]:
        """The value of each place that has one."""
        if measure not in self._values:
            numbers = zip(self.regions, self.numbers(measure).tolist(), strict=True)
            self._values[measure] = {region: number for region, number in numbers if number == number}
        return self._values[measure]

    def date(self, measure: Measure) -> str:
        """The day (year, years) all values of a measure are of, as the export prints it; '' if there are none."""
        return self._points[measure.id][0] if measure.id in self._points else ""

    def type_of(self, region: Region) -> str:
        """What the BBSR calls places like this one; '' if nothing."""
        return str(getattr(region, TYPE[self._level])) if self._level in TYPE else ""

    def peers(self, region: Region) -> frozenset[str]:
        """The places of the same type, this one included; none if it has no type."""
        own = self.type_of(region)
        if own and own not in self._peers:
            types = dict(zip(self._register.column("ags"), self._register.column(TYPE[self._level]), strict=True))
            self._peers[own] = frozenset(ags for ags in self.regions if types.get(ags) == own)
        return self._peers.get(own, frozenset())

    def percentile(self, measure: Measure, value: float) -> float:
        """How many percent of the places have a lower value; those of equal value count half."""
        numbers = np.array(list(self.values(measure).values()))
        return float((numbers < value).sum() + (numbers == value).sum() / 2) / len(numbers) * 100

    def standing(self, region: Region, measure: Measure, among: frozenset[str] | None = None) -> Standing | None:
        """Where a place stands among all places of its level, or `among` some; None without a value or few others."""
        own = self.values(measure).get(region.ags)
        numbers, quartiles = self._spread_of(measure, among)
        if own is None or not quartiles:
            return None
        below, above = int(np.searchsorted(numbers, own)), len(numbers) - int(np.searchsorted(numbers, own, "right"))
        low, lower, median, upper, high = quartiles
        return Standing(self.date(measure), own, low, lower, median, upper, high, below, above, len(numbers))

    def _spread_of(self, measure: Measure, among: frozenset[str] | None) -> tuple[Numbers, list[float]]:
        """The values of all places or of some in order, with ends and quartiles (none of few); found once."""
        if (measure, among) not in self._spread:
            kept = [v for place, v in self.values(measure).items() if among is None or place in among]
            numbers = np.sort(np.array(kept, dtype=np.float64))
            quartiles = np.quantile(numbers, (0, 0.25, 0.5, 0.75, 1)).tolist() if len(numbers) >= LEAST else []
            self._spread[measure, among] = numbers, quartiles
        return self._spread[measure, among]


def absent(state: State) -> DataError:
    """What to raise where a data set has no comparison."""
    what = f"Im Datenbestand „{state.where}“ fehlt der Vergleich der Orte"
    return DataError(f"{what}. „kommunalprofil data import“ rechnet ihn.")


def places(register: Register) -> dict[str, list[str]]:
    """The keys of all places that are compared, by level."""
    return {level: [region.ags for region in register.search(level=level)] for level in LEVELS}
