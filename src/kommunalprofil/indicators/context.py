"""What a formula over several tables may ask for: counts at the same date and boundaries, on one population base."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import ALL, AgeGroup
from kommunalprofil.cells import Number, Point, base_order
from kommunalprofil.indicators.answers import Answer
from kommunalprofil.indicators.declare import Indicator
from kommunalprofil.indicators.series import Selection
from kommunalprofil.indicators.traced import NOTHING, Traced
from kommunalprofil.territory import region_level
from kommunalprofil.vocabulary import COUNTED, GAP, LEVEL, MEASURE, NATIONALITY, SEX, Flag

if TYPE_CHECKING:
    from kommunalprofil.indicators.compute import Results

T = TypeVar("T")
MOVED = "das Gebiet war ein anderes"
FAR = 1_000_000
"""Days by which a value on other boundaries is further away than any on the same."""
GEMEINDE = "gemeinde"
_ABSENT = np.uint16(Flag.REGION_ABSENT | Flag.NOT_PUBLISHED)
_SAID = np.uint16(GAP & ~_ABSENT)
Intervals = tuple[tuple[int, int], ...]
Places = tuple[NDArray[np.intp], NDArray[np.bool_]]
WHOLE: Intervals = ((ALL.lo, ALL.hi),)


@dataclass(frozen=True)
class Axis:
    """The regions and points of a derived indicator: those of its own count, each date on every base there is then."""

    regions: list[str]
    points: list[Point]
    there: NDArray[np.bool_]
    territory: NDArray[np.int16]
    rows: dict[str, NDArray[np.intp]] = field(default_factory=dict, repr=False)
    places: dict[tuple[Any, ...], Places] = field(default_factory=dict, repr=False)
    """Rows and cells of other measures, once looked up."""

    parts: dict[bytes, Axis] = field(default_factory=dict, repr=False)

    def part(self, mask: NDArray[np.bool_]) -> tuple[Axis, NDArray[np.bool_]]:
        """The axis of the regions and points some cells of it are in, and the mask of these cells there."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        key = rows.tobytes() + b"|" + columns.tobytes()
        cells = np.ix_(rows, columns)
        if key not in self.parts:
            self.parts[key] = Axis(
                [self.regions[r] for r in rows.tolist()],
                [self.points[t] for t in columns.tolist()],
                self.there[cells],
                self.territory[cells],
            )
        return self.parts[key], mask[cells]

    @cached_property
    def gemeinden(self) -> NDArray[np.bool_]:
        """Which rows are Gemeinden."""
        return np.array([level(region) == GEMEINDE for region in self.regions], dtype=bool)


def level(region: str) -> str:
    """The level of a region, which a sketch of the data set names by its level."""
    return region if region in LEVEL else region_level(region)


def axis_of(results: Results, declaration: Indicator) -> Axis:
    """The axis of a declared indicator."""
    measures = declaration.measures
    regions: set[str] = set()
    for measure in measures:
        regions |= {r for r in results.regions(measure) if _counts(declaration, measure, r)}
    dates = {point.date for measure in measures for point in results.points(measure)}
    points = {point for measure in measures for point in results.points(measure)}
    if declaration.against:
        points = {p for p in results.points(declaration.against) if p.date in dates and p.base not in COUNTED}
        points |= {Point(date, "none") for date in dates - {p.date for p in points}}
    axis = Axis(
        sorted(regions),
        sorted(points, key=lambda p: (p.date, base_order([p.base])[0])),
        np.zeros((len(regions), len(points)), dtype=bool),
        np.zeros((len(regions), len(points)), dtype=np.int16),
    )
    for measure in measures:
        tables = results.tables_of(measure)
        axis.there[:] |= placed(results, declaration, axis, measure, tables.there)
        mine = placed(results, declaration, axis, measure, np.ones_like(tables.there))
        if mine.any():
            places, _ = _places(axis, results, measure)
            axis.territory[mine] = results.whole(measure).territory.ravel()[places[mine]]
    return axis


def placed(
    results: Results, declaration: Indicator, axis: Axis, measure: str, mask: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Cells of a measure as cells of the axis, where it is this measure that counts."""
    if not mask.size:
        return np.zeros_like(axis.there)
    places, lost = _places(axis, results, measure)
    found: NDArray[np.bool_] = mask.ravel()[places] & ~lost
    if declaration.gemeinde:
        found &= (axis.gemeinden == (measure == declaration.gemeinde))[:, None]
    return found


def _counts(declaration: Indicator, measure: str, region: str) -> bool:
    """Whether it is this count that an indicator is about for a region."""
    return not declaration.gemeinde or (measure == declaration.gemeinde) == (level(region) == GEMEINDE)


def _rows(axis: Axis, results: Results, measure: str) -> NDArray[np.intp]:
    """The row of a measure for each region of the axis, −1 where it has none."""
    if measure not in axis.rows:
        row = results.tables_of(measure).row
        axis.rows[measure] = np.array([row.get(region, -1) for region in axis.regions], dtype=np.intp)
    return axis.rows[measure]


def _columns(
    axis: Axis, results: Results, measure: str, back: int = 0, any_base: bool = False, day: str = ""
) -> NDArray[np.intp]:
    """For each point the column of a measure so many years before (or on a `day`), −1 where there is none.

    It is on the same base or on none; `any_base` takes for earlier years also the newest of other bases.
    """
    column = results.tables_of(measure).column
    found = []
    for date, base in axis.points:
        wanted = day or f"{int(date[:4]) - back}{date[4:]}"
        at = column.get(Point(wanted, base), column.get(Point(wanted, "none"), -1))
        if at < 0 and any_base and back:
            at = max((i for p, i in column.items() if p.date == wanted and p.base not in COUNTED), default=-1)
        found.append(at)
    return np.array(found, dtype=np.intp)


def _places(axis: Axis, results: Results, measure: str, back: int = 0, any_base: bool = False, day: str = "") -> Places:
    """For each cell of the axis the cell of a measure, and where there is none."""
    key = (measure, back, any_base, day)
    if key not in axis.places:
        rows, columns = _rows(axis, results, measure), _columns(axis, results, measure, back, any_base, day)
        axis.places[key] = _cells(rows, columns, len(results.points(measure)))
    return axis.places[key]


def _cells(rows: NDArray[np.intp], columns: NDArray[np.intp], width: int) -> Places:
    lost = (rows < 0)[:, None] | (columns < 0)[None, :]
    places = np.where(lost, 0, np.add.outer(rows * width, columns))
    return places, lost


class Context:
    """The counts a derived formula is made of, for one selection; every number knows its tables."""

    def __init__(
        self, results: Results, declaration: Indicator, selection: Selection, axis: Axis | None = None
    ) -> None:
        self.results, self.declaration, self.selection = results, declaration, selection
        self.ledger = results.ledger
        self.axis = axis or results.axis(declaration)
        self.age = ALL if selection.age == "T" else AgeGroup.parse(selection.age)

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """What several ways to an indicator of these regions and dates need, made for the first of them."""
        made = self.results.made
        whole = (id(self.axis), self.selection, *key)
        if whole not in made:
            made[whole] = make()
        return cast(T, made[whole])

    def count(
        self,
        measure: str,
        intervals: Intervals = WHOLE,
        back: int = 0,
        *,
        gemeinde: str = "",
        any_base: bool = False,
        day: str = "",
        **members: str,
    ) -> Traced:
        """Persons (or cases) whose age lies in the intervals, `back` years before each point, on its base.

        `gemeinde` is the measure for Gemeinden, `day` a fixed date instead, `members` differ from the selection. What
        is missing beside the indicator's own count is a gap that says so; so is a count on other boundaries.
        """
        selection = self.selection._replace(age="T", **members)
        found = self._at(measure, selection, intervals, (back, any_base, day))
        if gemeinde:
            other = self._at(gemeinde, selection, intervals, (back, any_base, day))
            found = _choose(np.broadcast_to(self.axis.gemeinden[:, None], found.value.shape), other, found)
        return found

    def _at(self, measure: str, selection: Selection, intervals: Intervals, when: tuple[int, bool, str]) -> Traced:
        answer = self.results.counted(measure, selection, intervals)
        if not answer.value.size:
            return self._empty().gap(np.ones_like(self.axis.there), self._missing(measure, selection, when))
        found, territory = self._gather(answer, _places(self.axis, self.results, measure, *when))
        back, _, day = when
        if back or day or measure not in self.declaration.measures:
            absent = ((found.flags & _ABSENT) != 0) & ((found.flags & _SAID) == 0)
            found = found.gap(absent, self._missing(measure, selection, when))
        moved = (territory != self.axis.territory) & np.isfinite(found.value)
        if not (back or day):
            moved &= (territory >= 0) & (self.axis.territory >= 0)
        return found.gap(moved, MOVED) if moved.any() else found

    def _missing(self, measure: str, selection: Selection, when: tuple[int, bool, str]) -> str:
        """Why there is no value, with the sex or nationality that the formula, not the selection, asks for."""
        back, _, day = when
        asked = ((SEX, selection.sex, self.selection.sex), (NATIONALITY, selection.nationality,
                                                            self.selection.nationality))  # fmt: skip
        words = [codes[code].de for codes, code, own in asked if code not in ("T", own)]
        return _missing(measure, back, day) + (f" ({', '.join(words)})" if words and not (back or day) else "")

    def _gather(self, answer: Answer, where: Places) -> tuple[Traced, NDArray[np.int16]]:
        """The cells of an answer on the axis of the indicator, and the boundaries they are for."""
        places, lost = where

        def at(array: NDArray[Number], none: Any) -> NDArray[Number]:
            numbers = array.take(places, mode="clip")  # all are inside: spares numpy to look first
            np.copyto(numbers, none, where=lost)
            return numbers

        value, flags = at(answer.value, np.nan), at(answer.flags, np.uint16(Flag.NOT_PUBLISHED))
        source, reason = at(answer.source, np.int32(NOTHING)), at(answer.reason, np.int32(NOTHING))
        territory = answer.territory.take(places, mode="clip")
        trail = answer.trail.gathered(places, lost, answer.value.shape[1])
        return Traced(value, flags, source, reason, self.ledger, trail=trail), territory

    def _empty(self) -> Traced:
        shape = self.axis.there.shape
        return Traced(
            np.full(shape, np.nan),
            np.full(shape, np.uint16(Flag.NOT_PUBLISHED)),
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.int32),
            self.ledger,
        )

    def pooled(self, term: Callable[[Context, int], Traced], years: int) -> Traced:
        """The mean of a count over the years up to each point; a gap unless every one of them is there."""
        total = term(self, 0)
        for back in range(1, years):
            total = total + term(self, back)
        return total * (1 / years) if years > 1 else total

    def mixed(self, measure: str, years: int) -> NDArray[np.bool_]:
        """At which points the years reach back over a change of the population base."""
        points = self.results.tables_of(measure).points
        bases = [_columns(self.axis, self.results, measure, back, True) for back in range(years)]
        return np.array(
            [len({points[b[t]].base for b in bases if b[t] >= 0}) > 1 for t in range(len(self.axis.points))]
        )

    def nearest(self, measure: str) -> Traced:
        """A measure at the date nearest to each point (the later one of two equally near).

        Of values on several boundaries those on the same as the axis come first.
        """
        tables = self.results.tables_of(measure)
        own = _days(self.axis.points)
        found, distance = self._empty(), np.full(self.axis.there.shape, np.inf)
        answer = self.results.whole(measure)
        rows = _rows(self.axis, self.results, measure)
        for t, day in enumerate(_days(tables.points)):
            columns = np.full(len(own), t, dtype=np.intp)
            there, territory = self._gather(answer, _cells(rows, columns, len(tables.points)))
            away = np.abs(own - day)[None, :] + FAR * (territory != self.axis.territory)
            better = np.isfinite(there.value) & (away <= distance)
            found, distance = _choose(better, there, found), np.where(better, away, distance)
        return found


def _missing(measure: str, back: int, day: str) -> str:
    """Why there is no value: a count is missing, at the same date, so many years before or on a day."""
    if day:
        return f"kein Wert vom {day[8:]}.{day[5:7]}.{day[:4]} auf derselben Basis"
    if back:
        when = "des Vorjahres" if back == 1 else f"von vor {back} Jahren"
        stock = measure in ("population", "average_population")
        return f"kein Wert {when}" + (" auf derselben Basis" if stock else f" ({MEASURE[measure].de})")
    return f"keine Angabe: {MEASURE[measure].de}"


def _days(points: list[Point]) -> NDArray[np.int64]:
    return np.array([p.date for p in points], dtype="datetime64[D]").astype(np.int64)


def _choose(where: NDArray[np.bool_], first: Traced, second: Traced) -> Traced:
    return Traced(
        np.where(where, first.value, second.value),
        np.where(where, first.flags, second.flags),
        np.where(where, first.source, second.source),
        np.where(where, first.reason, second.reason),
        first.ledger,
        trail=first.trail.otherwise(second.trail, where),
    )
