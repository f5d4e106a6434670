"""Which places are most alike: distances between the places of a level over measures of the comparison.

A measure is scaled by median and MAD of all places of the level (population and density as logarithms) and cut off far
from the middle. The distance of two places is the root of the weighted mean of the squared differences over the
measures both have: themes weigh the same, and the measures of a theme share its weight. Only places of the own size
class are told. The types of the BBSR have no part in it; docs/vergleichbare-kommunen.md tells what they say of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.comparison import LEVELS, MEASURES, Measure
from kommunalprofil.errors import UsageError
from kommunalprofil.formatting import number
from kommunalprofil.names import printable

if TYPE_CHECKING:
    from kommunalprofil.comparison import Comparison, Numbers
    from kommunalprofil.regions import Register

FAR = 4.0
"""So many scaled units from the middle a value is cut off: about four standard deviations of a normal distribution."""
NORMAL = 1.4826
"""The MAD of a normal distribution times this is its standard deviation (Rousseeuw, Croux 1993)."""
COMMON = 0.6
"""So large a part of the weight two places must have in common to be compared."""
FEWEST = 25
"""A size class of fewer places is widened by its neighbours."""
DIGITS = 9
"""Distances are rounded so before they are ranked: the order must not hang on the last bit of a processor."""
ROWS = 256
"""Places whose distances are computed together."""
SPARE = 6
"""So many more places than asked for are looked at closely."""
ROUGH = 1e-4
"""The squares of quick distances may be off by so much."""


@dataclass(frozen=True, slots=True)
class Theme:
    """What some measures are about; `usual` ids are taken unless others are asked for, `more` only then."""

    name: str
    short: str
    usual: tuple[str, ...]
    more: tuple[str, ...] = ()


THEMES = (
    Theme("Größe", "Größe", ("population",)),
    Theme("Dichte", "Dichte", ("population_density",)),
    Theme(
        "Alter",
        "Alter",
        ("mean_age", "age_share:age=0-17", "age_share:age=65+", "age_share:age=80+"),
        ("youth_ratio", "old_age_ratio"),
    ),
    Theme("Geburten", "Geb.", ("birth_rate:four_year_mean",)),
    Theme(
        "Wanderung",
        "Wand.",
        ("education_migration", "family_migration", "old_age_migration"),
        ("net_migration_rate",),  # of a single year, often an odd one
    ),
    Theme("Zuwanderung", "Zuw.", ("foreign_share", "immigration_history_share:migration=with")),
    Theme(
        "Lebensformen",
        "Leb.",
        ("household_share:household=one_person", "families_share", "lone_parent_family_share"),
    ),
    Theme("Entwicklung", "Entw.", ("population_change_5y",)),
    Theme("Sterbefälle", "Tod", (), ("death_rate:four_year_mean",)),
    Theme("Frauen und Männer", "F/M", (), ("women_per_100_men",)),
)
"""What places are alike in; each theme weighs the same. Every measure of the comparison is in one of them."""
LOGARITHMIC = ("population", "population_density")
"""Measures of which the ratio counts, not the difference."""
BY_ID = {measure.id: measure for measure in MEASURES}
THEME = {name: theme for theme in THEMES for name in (*theme.usual, *theme.more)}
"""The theme of a measure by its id."""
USUAL = tuple(BY_ID[name] for theme in THEMES for name in theme.usual)
"""The measures places are compared in unless others are asked for."""


def chosen(text: str) -> tuple[Measure, ...]:
    """The measures people name, by commas: a whole id or an indicator, which means all its measures; '' the usual ones.

    In the order they are declared in. Raises UsageError for an unknown name.
    """
    wanted = [name for part in text.split(",") if (name := part.strip())]
    allowed = {measure.indicator for measure in MEASURES}
    for name in wanted:
        if name not in BY_ID and name not in allowed:
            rest = ", ".join(sorted(allowed | set(BY_ID)))
            raise UsageError(f"In „{printable(name)}“ werden Orte nicht verglichen. Erlaubt sind: {rest}.")
    return tuple(m for m in MEASURES if m.id in wanted or m.indicator in wanted) if wanted else USUAL


CLASSES = {
    "kreis": (100_000, 200_000, 500_000),
    "gemeinde": (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000),
}
"""Numbers of people at which a size class ends: borders of the size classes of the Statistisches Bundesamt
(Gemeindeverzeichnis), from 5.000 on those of the BBSR's Stadt- und Gemeindetyp, too."""
CITY = ("Kreisfreie Stadt", "Stadtkreis")
"""Kinds of a Kreis that is a city of its own; such are never compared with Landkreise."""


@dataclass(frozen=True, slots=True)
class SizeClass:
    """Places of a level with `low` up to less than `high` people (None: no end); `city` only of Kreise.

    `places` are their keys in order, `widened` tells that a smaller class had too few.
    """

    level: str
    low: int
    high: int | None
    city: bool | None
    widened: bool
    places: tuple[str, ...] = field(compare=False)  # follow from the rest

    @property
    def what(self) -> str:
        """Which places these are, in the plural and the dative: 'Landkreisen', 'kreisfreien Städten'."""
        if self.city is not None:
            return "kreisfreien Städten" if self.city else "Landkreisen"
        return {"land": "Ländern", "gemeinde": "Gemeinden"}.get(self.level, "Kreisen")

    @property
    def bounds(self) -> str:
        """'mit 20.000 bis unter 50.000 Menschen'; '' where size does not matter."""
        if self.high is None:
            return f"mit mindestens {number(self.low)} Menschen" if self.low else ""
        return f"mit {number(self.low)} bis unter {number(self.high)} Menschen" if self.low else (
            f"mit weniger als {number(self.high)} Menschen"
        )  # fmt: skip

    @property
    def words(self) -> str:
        """In the dative: 'Landkreisen mit 100.000 bis unter 200.000 Menschen'."""
        return f"{self.what} {self.bounds}".strip()


class Part(NamedTuple):
    """What one measure says of two places: both values, and its part in the squared distance (0 to 1)."""

    measure: Measure
    own: float
    other: float
    share: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A place like another: how far it is, which part of the weight both have in common, and what adds to it."""

    ags: str
    distance: float
    common: float
    parts: tuple[Part, ...]

    @property
    def themes(self) -> dict[Theme, float]:
        """The part of each theme both have values of."""
        found: dict[Theme, float] = {}
        for part in self.parts:
            theme = THEME[part.measure.id]
            found[theme] = found.get(theme, 0.0) + part.share
        return found

    @property
    def apart(self) -> list[Part]:
        """The measures from the one that adds most on."""
        return sorted(self.parts, key=lambda part: -part.share)


class Alike(NamedTuple):
    """The places most like one, from near to far.

    `others` is how many of its size class have enough in common with it, `left_out` how many have not; `measures` are
    those compared, `missing` those of them the place itself has no value of.
    """

    ags: str
    size: SizeClass
    neighbours: tuple[Neighbour, ...]
    others: int
    left_out: int
    measures: tuple[Measure, ...]
    missing: tuple[Measure, ...]


def scaled(values: Numbers, logarithm: bool = False) -> Numbers:
    """Values in units of their robust spread around the median, cut off at ±FAR; gaps (NaN) stay gaps.

    Without a MAD (half the values are equal) the spread is the standard deviation; equal values are all 0.
    """
    if logarithm:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(values > 0, np.log(values), np.nan)
    known = values[np.isfinite(values)]
    if not len(known):
        return np.full(len(values), np.nan)
    middle = float(np.median(known))
    spread = float(np.median(np.abs(known - middle))) * NORMAL or float(np.std(known))
    return np.clip((values - middle) / (spread or 1.0), -FAR, FAR)


class Space:
    """The places of one level, scaled and weighted, ready for distances.

    `values` has a row for each of `regions` (keys) and a column for each of `measures`, NaN for a gap; measures without
    any value do not count. `classes` gives each place its size class.
    """

    def __init__(
        self, regions: Sequence[str], values: Numbers, measures: Sequence[Measure], classes: Mapping[str, SizeClass]
    ) -> None:
        kept = [m for m in range(len(measures)) if np.isfinite(values[:, m]).any()]
        order = np.argsort(np.array(regions, dtype=object), kind="stable")  # by key, whatever order they come in
        self.regions = tuple(regions[i] for i in order)
        self.measures = tuple(measures[m] for m in kept)
        self.values = np.ascontiguousarray(values[order][:, kept])
        self.classes = classes
        self.row = {ags: r for r, ags in enumerate(self.regions)}
        members = [THEME[measure.id] for measure in self.measures]
        self.weights = np.array([1 / members.count(theme) for theme in members])
        columns = [scaled(self.values[:, m], measure.id in LOGARITHMIC) for m, measure in enumerate(self.measures)]
        whole = np.column_stack(columns) if columns else np.zeros((len(regions), 0))
        self._there = np.isfinite(whole).astype(np.float64)
        self._scaled = np.where(self._there > 0, whole, 0.0) * np.sqrt(self.weights)
        self._rows: dict[SizeClass, NDArray[np.intp]] = {}

    @classmethod
    def of(cls, comparison: Comparison, register: Register, measures: Sequence[Measure] = USUAL) -> Space:
        """The places of a comparison."""
        values = np.column_stack([comparison.numbers(measure) for measure in measures])
        return cls(comparison.regions, values, measures, size_classes(comparison.regions, register))

    @cached_property
    def _whole(self) -> float:
        return float(self.weights.sum())

    def _inside(self, size: SizeClass) -> NDArray[np.intp]:
        """The rows of a size class."""
        if size not in self._rows:
            rows = sorted(self.row[ags] for ags in size.places if ags in self.row)
            self._rows[size] = np.array(rows, dtype=np.intp)
        return self._rows[size]

    def distances(self, rows: NDArray[np.intp], others: NDArray[np.intp]) -> Numbers:
        """Distances between places by their rows; infinite where two have too little in common."""
        every = self._pairs(np.repeat(rows, len(others)), np.tile(others, len(rows)))
        return every.reshape(len(rows), len(others))

    def _pairs(self, one: NDArray[np.intp], other: NDArray[np.intp]) -> Numbers:
        """The distance of each pair of rows."""
        there = self._there[one] * self._there[other]
        squares = ((self._scaled[one] - self._scaled[other]) ** 2 * there).sum(axis=1)
        common = there @ self.weights
        enough = (common > 0) & (common >= COMMON * self._whole - 1e-9)
        found = np.sqrt(squares / np.where(enough, common, 1.0))
        found[~enough] = np.inf
        return np.asarray(np.round(found, DIGITS), dtype=np.float64)

    def alike(self, ags: str, count: int) -> Alike | None:
        """The places of its size class nearest to a place, itself left out; equally near ones by key.

        Fewer than `count` if the class has fewer with enough in common; None for a place that is not compared.
        """
        if ags not in self.row:
            return None
        row, size = self.row[ags], self.classes[ags]
        others = self._inside(size)
        near, distances = self._all_near(row, others)
        found = [self._neighbour(row, int(o), float(d)) for o, d in zip(near[:count], distances, strict=False)]
        gaps = tuple(measure for measure, known in zip(self.measures, self._there[row], strict=True) if not known)
        return Alike(ags, size, tuple(found), len(near), len(others) - 1 - len(near), self.measures, gaps)

    def _neighbour(self, row: int, other: int, distance: float) -> Neighbour:
        there = (self._there[row] > 0) & (self._there[other] > 0)
        squares = (self._scaled[row] - self._scaled[other]) ** 2 * there
        shares = squares / (squares.sum() or 1.0)
        parts = tuple(
            Part(self.measures[m], float(self.values[row, m]), float(self.values[other, m]), float(shares[m]))
            for m in np.flatnonzero(there).tolist()
        )
        return Neighbour(self.regions[other], distance, float(self.weights @ there) / self._whole, parts)

    def all_nearest(self, count: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every place with the keys of its nearest ones, class by class; as `alike`, without what adds to it.

        Products of matrices say which are near, some more than asked for; only their distances are then computed.
        """
        groups: dict[SizeClass, list[int]] = {}
        for ags, row in self.row.items():
            groups.setdefault(self.classes[ags], []).append(row)
        for size, members in groups.items():
            others = self._inside(size)
            far = self._scaled[others].T, self._there[others].T
            right = np.vstack([far[1], far[0] ** 2, -2 * far[0]]).astype(np.float32)
            for start in range(0, len(members), ROWS):
                rows = np.array(members[start : start + ROWS], dtype=np.intp)
                rough = self._rough(rows, right)
                for row, nearest in zip(rows.tolist(), self._refined(rows, others, rough, count), strict=True):
                    yield self.regions[row], tuple(self.regions[other] for other in nearest)

    def _rough(self, rows: NDArray[np.intp], right: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distances of some places to those of `right`, quickly and not to the last digits."""
        own, there = self._scaled[rows], self._there[rows]
        rough = np.hstack([own**2, there, own]).astype(np.float32) @ right
        common = (there * self.weights).astype(np.float32) @ right[: len(self.measures)]
        few = common < COMMON * self._whole - ROUGH
        np.maximum(common, ROUGH, out=common)
        rough /= common
        rough[few] = np.inf
        return rough

    def _refined(
        self, rows: NDArray[np.intp], others: NDArray[np.intp], rough: NDArray[np.float32], count: int
    ) -> Iterator[list[int]]:
        """The rows of the nearest of the others, for each of some places."""
        spare = min(count + SPARE, len(others))
        found = np.sort(np.argpartition(rough, spare - 1, axis=1)[:, :spare], axis=1)
        exact = self._pairs(np.repeat(rows, spare), others[found.ravel()]).reshape(found.shape)
        exact[rows[:, None] == others[found]] = np.inf
        order = np.argsort(exact, axis=1, kind="stable")[:, :count]
        distances = np.take_along_axis(exact, order, axis=1)
        chosen = others[np.take_along_axis(found, order, axis=1)]
        border = np.take_along_axis(rough, found, axis=1).max(axis=1)
        sure = (distances[:, -1] ** 2 < border - ROUGH) | (spare == len(others))
        for r, row in enumerate(rows.tolist()):
            if sure[r]:
                yield chosen[r, np.isfinite(distances[r])].tolist()
            else:  # those passed over may be as near
                yield self._all_near(row, others)[0][:count].tolist()

    def _all_near(self, row: int, others: NDArray[np.intp]) -> tuple[NDArray[np.intp], Numbers]:
        """The rows of all others with enough in common, from near to far, and how far they are."""
        distances = self.distances(np.array([row]), others)[0]
        distances[others == row] = np.inf
        order = np.argsort(distances, kind="stable")
        order = order[np.isfinite(distances[order])]
        return others[order], distances[order]


def size_classes(regions: Iterable[str], register: Register) -> dict[str, SizeClass]:
    """The size class of each of some places of one level, by the population of the register."""
    keys = sorted(regions)
    level = LEVELS[(2, 5, 8).index(len(keys[0]))] if keys else ""
    limits = CLASSES.get(level, ())
    column = dict(zip(register.column("ags"), zip(register.column("population"), register.column("kind"), strict=True),
                      strict=True))  # fmt: skip
    groups: dict[tuple[bool | None, int], list[str]] = {}
    for ags in keys:
        people, kind = column[ags]
        city = kind in CITY if level == "kreis" else None
        groups.setdefault((city, bisect_right(limits, people or 0)), []).append(ags)
    found: dict[str, SizeClass] = {}
    ends = [0, *limits, None]
    for city, own in groups:
        first, last = _widened(len(limits) + 1, own, [len(groups.get((city, c), ())) for c in range(len(limits) + 1)])
        places = tuple(sorted(ags for c in range(first, last + 1) for ags in groups.get((city, c), ())))
        size = SizeClass(level, ends[first] or 0, ends[last + 1], city, first != last, places)
        found |= dict.fromkeys(groups[city, own], size)
    return found


def _widened(number_of: int, own: int, counts: Sequence[int]) -> tuple[int, int]:
    """First and last class to take so that there are enough places: one more on either side until there are."""
    first = last = own
    while sum(counts[first : last + 1]) < FEWEST and (first > 0 or last < number_of - 1):
        first, last = max(first - 1, 0), min(last + 1, number_of - 1)
    return first, last
