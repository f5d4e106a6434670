"""How a number came about: the published cells it rests on and what was done with them, for those who ask.

A trail goes beside the numbers of a quantity through the same arithmetic and tells, for one place among them, the
formula with its numbers. It is worked out when it is asked for; numbers that nobody asks about have an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

from kommunalprofil.ages import AgeGroup

if TYPE_CHECKING:
    from kommunalprofil.cells import Block, Member, Panel, Point


class Cell(NamedTuple):
    """One published number: `value` is NaN where there is none, `flags` (bits of vocabulary.Flag) say why."""

    table: str
    measure: str
    region: str
    point: Point
    member: Member
    group: AgeGroup
    value: float
    flags: int


class Count(NamedTuple):
    """How many there are of a member in an age interval: the sum of some cells, each with its factor (1 or −1)."""

    measure: str
    region: str
    point: Point
    member: Member
    group: AgeGroup
    cells: tuple[tuple[float, Cell], ...]

    @property
    def value(self) -> float:
        """The count, NaN if a cell is missing."""
        return sum(factor * cell.value for factor, cell in self.cells)


@dataclass(frozen=True)
class Sum:
    """Terms, each times its factor; without terms, a number of which nothing is known."""

    terms: tuple[tuple[float, Term], ...] = ()

    @property
    def value(self) -> float:
        """The sum, NaN if a term is missing."""
        return sum(factor * term.value for factor, term in self.terms) if self.terms else nan


@dataclass(frozen=True)
class Ratio:
    """One term divided by another."""

    over: Term
    under: Term

    @property
    def value(self) -> float:
        """The quotient, NaN if a part is missing or zero is divided by."""
        return self.over.value / self.under.value if self.under.value else nan


@dataclass(frozen=True)
class Made:
    """A number calculated from its parts in more steps than a line can show."""

    parts: tuple[Term, ...]
    value: float = nan


Term = Cell | Count | Sum | Ratio | Made
NOTHING = Sum()


def total(*terms: tuple[float, Term]) -> Sum:
    """The sum of terms times their factors, sums inside it opened up; nothing known stays one of its terms."""
    flat: list[tuple[float, Term]] = []
    for factor, term in terms:
        inner = term.terms if isinstance(term, Sum) and term.terms else ((1.0, term),)
        flat += [(factor * own, part) for own, part in inner]
    return Sum(tuple(flat))


def counts(term: Term, factor: float = 1.0) -> Iterator[tuple[float, Count]]:
    """Every count in a term with its factor in the sum that the term is, NaN in anything but a sum."""
    if isinstance(term, Count):
        yield factor, term
    elif isinstance(term, Sum):
        for own, part in term.terms:
            yield from counts(part, factor * own)
    elif isinstance(term, Ratio | Made):
        for part in (term.over, term.under) if isinstance(term, Ratio) else term.parts:
            yield from counts(part, nan)


def merged(term: Term) -> list[tuple[float, Count]]:
    """The counts in a term, each once with the sum of its factors, in the order of their first appearance."""
    found: dict[Count, float] = {}
    for factor, count in counts(term):
        found[count] = found.get(count, 0.0) + factor
    return [(factor, count) for count, factor in found.items()]


def bounds(term: Term, off: Callable[[Cell], float]) -> tuple[float, float]:
    """Between which numbers a term lies if each cell may be `off` by so much; NaN where no formula tells.

    Counts are never below zero. Parts and whole are taken as if they were off independently: the span is the widest.
    """
    if isinstance(term, Cell):
        return max(0.0, term.value - off(term)), term.value + off(term)
    if isinstance(term, Ratio):
        over, under = bounds(term.over, off), bounds(term.under, off)
        found = [a / b for a in over for b in under if b > 0]
        return (min(found), max(found)) if len(found) == 4 else (nan, nan)
    if isinstance(term, Made) or not (parts := term.cells if isinstance(term, Count) else term.terms):
        return nan, nan
    spans = [sorted(factor * end for end in bounds(part, off)) for factor, part in parts]
    return sum(span[0] for span in spans), sum(span[1] for span in spans)


@dataclass(frozen=True)
class Trail:
    """The terms behind an array of numbers: `at` takes the place of one of them. Operators follow the arithmetic."""

    at: Callable[..., Term]

    def _join(self, other: Trail, join: Callable[[Term, Term], Term]) -> Trail:
        if self is NO_TRAIL and other is NO_TRAIL:
            return self
        return Trail(lambda *place: join(self.at(*place), other.at(*place)))

    def __add__(self, other: Trail) -> Trail:
        return self._join(other, lambda a, b: total((1.0, a), (1.0, b)))

    def __sub__(self, other: Trail) -> Trail:
        return self._join(other, lambda a, b: total((1.0, a), (-1.0, b)))

    def __truediv__(self, other: Trail) -> Trail:
        return self._join(other, Ratio)

    def __mul__(self, factor: float) -> Trail:
        return self if self is NO_TRAIL else Trail(lambda *place: total((factor, self.at(*place))))

    def made(self) -> Trail:
        """Of numbers calculated from these in more steps than a formula shows."""
        if self is NO_TRAIL:
            return self

        def at(*place: int) -> Term:
            term = self.at(*place)
            return term if isinstance(term, Made) else Made((term,))

        return Trail(at)

    def otherwise(self, other: Trail, own: Any) -> Trail:
        """Of these numbers where the mask `own` is true, of the others elsewhere."""
        if self is NO_TRAIL and other is NO_TRAIL:
            return self
        return Trail(lambda *place: (self if own[place] else other).at(*place))

    def gathered(self, places: Any, lost: Any, width: int) -> Trail:
        """Of the numbers at other `places` (counted row by row, rows of `width`), of none where they are `lost`."""
        if self is NO_TRAIL:
            return self
        return Trail(lambda *place: NOTHING if lost[place] else self.at(*divmod(int(places[place]), width)))

    def counted(self, panel: Panel, member: Member, lo: int, hi: int, index: Sequence[int]) -> Trail:
        """Of the count of an age interval, where this is the trail of a block and `index` the groups it is made of."""
        if self is NO_TRAIL:
            return self

        def at(r: int, t: int) -> Term:
            cells = total(*((1.0, self.at(r, t, g)) for g in index))
            there = tuple((factor, cell) for factor, cell in cells.terms if isinstance(cell, Cell))
            return Count(panel.measure, panel.regions[r], panel.points[t], member, AgeGroup(lo, hi), there)

        return Trail(at)


NO_TRAIL = Trail(lambda *place: NOTHING)
"""Nothing was kept."""


def weighted(trails: Sequence[Trail], weights: Any = None) -> Trail:
    """Of the sum of numbers each times its weight (last axis of `weights`; None: as they are)."""
    if all(trail is NO_TRAIL for trail in trails):
        return NO_TRAIL
    return Trail(
        lambda *place: total(
            *((1.0 if weights is None else float(weights[place][i]), t.at(*place)) for i, t in enumerate(trails))
        )
    )


def published(panel: Panel, member: Member, block: Block) -> Trail:
    """Of a block as a table prints it; places are region, point, age group."""

    def at(r: int, t: int, g: int) -> Term:
        value, flags = float(block.values[r, t, g]), int(block.flags[r, t, g])
        value = value if value == value else nan  # the same one each time, or no missing cell would equal itself
        return Cell(
            panel.table, panel.measure, panel.regions[r], panel.points[t], member, block.groups[g], value, flags
        )

    return Trail(at)
