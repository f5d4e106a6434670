"""The view a formula sees: counts of many regions and dates at once, summed over parts, never a total with its part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import AgeGroup, partition, tile
from kommunalprofil.errors import NotOfferedError, TilingError
from kommunalprofil.trail import NO_TRAIL, Trail, weighted
from kommunalprofil.vocabulary import BASE, GAP, NOT_APPLICABLE, TOTAL, Flag, flag_bits

if TYPE_CHECKING:
    import pyarrow as pa

Values = NDArray[np.float64]
Flags = NDArray[np.uint16]
Number = TypeVar("Number", bound=np.generic)
BASES = 256
"""More than there are population bases: a day and a base make one number."""
COMPLEMENTS = {"sex": ("M", "F"), "nationality": ("DE", "AUS")}


class Point(NamedTuple):
    """A place on the time axis: ISO date and population base, for one date may stand on two bases."""

    date: str
    base: str


class Member(NamedTuple):
    """One combination of codes of the dimensions beside age."""

    sex: str = TOTAL
    nationality: str = TOTAL
    migration: str = TOTAL
    household: str = NOT_APPLICABLE


def changed(numbers: NDArray[Number], where: NDArray[np.bool_], to: Any) -> NDArray[Number]:
    """A copy with another number in some places."""
    copy = numbers.copy()
    np.copyto(copy, to, where=where)
    return copy


def marked(flags: Flags, flag: Flag, where: NDArray[np.bool_]) -> Flags:
    """A copy with one more flag in some places."""
    copy = flags.copy()
    np.bitwise_or(copy, np.uint16(flag), out=copy, where=where)
    return copy


@dataclass(frozen=True)
class Quantity:
    """Numbers of many regions (rows) and points (columns) with the facts about each: flags travel through arithmetic.

    A missing part makes the result missing, with the reason of the part. `trail` tells how each number came about, if
    somebody wants to know.
    """

    value: Values
    flags: Flags
    trail: Trail = field(default=NO_TRAIL, kw_only=True, repr=False)

    @staticmethod
    def _with(value: Values, flags: Flags, trail: Trail) -> Quantity:
        """New numbers, taken away where the flags give a reason for a gap."""
        np.copyto(value, np.nan, where=(flags & GAP.value) != 0)
        return Quantity(value, flags, trail=trail)

    def __add__(self, other: Quantity) -> Quantity:
        return self._with(self.value + other.value, self.flags | other.flags, self.trail + other.trail)

    def __sub__(self, other: Quantity) -> Quantity:
        return self._with(self.value - other.value, self.flags | other.flags, self.trail - other.trail)

    def __mul__(self, factor: float) -> Quantity:
        return Quantity(self.value * factor, self.flags, trail=self.trail * factor)

    def __truediv__(self, other: Quantity) -> Quantity:
        flags = self.flags | other.flags
        zero = (other.value == 0) & ((flags & GAP.value) == 0)
        if zero.any():
            flags = marked(flags, Flag.ZERO_DENOMINATOR, zero)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._with(self.value / other.value, flags, self.trail / other.trail)

    def marked(self, flag: Flag) -> Quantity:
        """The same numbers with one more fact about all that are there."""
        there = (self.flags & GAP.value) == 0
        return replace(self, flags=marked(self.flags, flag, there))


FINEST = (0, 0)
"""Where the finest groups are kept among intervals: no interval is empty."""
Tilings = dict[tuple[int, int], list[int] | tuple[type[TilingError], str]]
_groups: dict[bytes, tuple[list[AgeGroup], Tilings]] = {}
"""Age groups that tables have, by their codes: a few dozen, and how intervals are made up of them is found once."""


@dataclass
class Block:
    """All age groups of one member: `values`, `flags` and the places of `trail` are regions × points × groups."""

    groups: list[AgeGroup]
    values: Values
    flags: Flags
    tilings: Tilings = field(default_factory=dict, repr=False)
    """How intervals are made up of the groups; all blocks with the same groups share it."""
    trail: Trail = field(default=NO_TRAIL, repr=False)

    def covering(self, lo: int, hi: int) -> list[int]:
        """Indices of the groups that make up [lo, hi): the published group itself where there is one, else its parts.

        Parts of a perturbed count do not add up to it. Raises TilingError.
        """
        return self._once((lo, hi), lambda: self._tiling(AgeGroup(lo, hi)))

    def finest(self) -> list[int]:
        """Indices of the finest groups that cover all ages exactly once. Raises TilingError."""
        return self._once(FINEST, lambda: partition(self.groups))

    def _once(self, key: tuple[int, int], find: Callable[[], list[int]]) -> list[int]:
        if key not in self.tilings:
            try:
                self.tilings[key] = find()
            except TilingError as error:  # not kept itself: it would keep all that was at hand when it was raised
                self.tilings[key] = (type(error), str(error))
        found = self.tilings[key]
        if isinstance(found, tuple):
            kind, text = found
            raise kind(text)
        return found

    def _tiling(self, group: AgeGroup) -> list[int]:
        if group in self.groups:
            return [self.groups.index(group)]
        return self.finest() if group.is_total else tile(self.groups, group.lo, group.hi)


@dataclass
class Panel:
    """All counts of one measure in one table: the regions, the points, a block for each member.

    `stands` is the Gebietsstand of points whose rows were all recalculated to another one than that of their date.
    On a wanted Gebietsstand, `reasons` says where and why a value cannot be had, and `territory` numbers the boundaries
    each value is for, 0 being the wanted ones (regions × points; None: nobody asked). `composed` remembers members that
    the table does not print.
    """

    table: str
    measure: str
    regions: list[str]
    points: list[Point]
    blocks: dict[Member, Block]
    present: NDArray[np.bool_] = field(repr=False)
    stands: dict[int, str] = field(default_factory=dict, repr=False)
    reasons: dict[str, NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    territory: NDArray[np.int16] | None = field(default=None, repr=False)
    composed: dict[Member, Block | None] = field(default_factory=dict, init=False, repr=False)

    def part(self, regions: frozenset[str]) -> Panel:
        """The panel of some of its regions, at the points at which any of them is there."""
        rows = np.array([r for r, region in enumerate(self.regions) if region in regions], dtype=np.intp)
        if len(rows) == len(self.regions):
            return self
        columns = np.flatnonzero(self.present[rows].any(axis=0))
        cells = np.ix_(rows, columns)
        return Panel(
            self.table,
            self.measure,
            [self.regions[r] for r in rows.tolist()],
            [self.points[t] for t in columns.tolist()],
            {m: Block(b.groups, b.values[cells], b.flags[cells], b.tilings) for m, b in self.blocks.items()},
            self.present[cells],
            {t: self.stands[old] for t, old in enumerate(columns.tolist()) if old in self.stands},
            {text: mask[cells] for text, mask in self.reasons.items()},
            None if self.territory is None else self.territory[cells],
        )

    def stand(self, t: int) -> str:
        """The day (ISO) of whose boundaries the rows of a point are."""
        return self.stands.get(t, self.points[t].date)

    def cells(self, member: Member) -> Cells:
        """The cells of one member; one the table does not print is the sum or difference of those that make it up.

        A total is the sum of its two parts, a part the total without the other one, but not of perturbed counts. Raises
        NotOfferedError when the table does not carry the member.
        """
        return Cells(self, member, self._block(member))

    def carries(self, member: Member) -> bool:
        """Whether the table prints the member, or what makes it up."""
        if member not in self.composed:
            self.composed[member] = self._made(member, tuple(COMPLEMENTS))
        return self.composed[member] is not None

    def _block(self, member: Member) -> Block:
        found = self.composed[member] if self.carries(member) else None
        if found is None:
            raise NotOfferedError("diese Gliederung führt die Tabelle nicht")
        return found

    def _made(self, member: Member, dims: tuple[str, ...]) -> Block | None:
        """The block of a member as printed, else out of two printed ones, else out of what differs in several `dims`.

        Only of what is printed: what a table can tell must not depend on what it was asked before.
        """
        if member in self.blocks:
            return self.blocks[member]
        near: list[tuple[str, tuple[str, ...]]] = [(dim, ()) for dim in dims]
        far = [(dim, tuple(d for d in dims if d != dim)) for dim in dims if len(dims) > 1]
        return next(filter(None, (self._composed(member, dim, rest) for dim, rest in [*near, *far])), None)

    def _composed(self, member: Member, dim: str, rest: tuple[str, ...]) -> Block | None:
        """The block of a member out of the two others of a dimension, which may differ from printed ones in the rest.

        None if one of them is not there.
        """
        codes, code = COMPLEMENTS[dim], getattr(member, dim)
        others = codes if code == TOTAL else (TOTAL, *(c for c in codes if c != code)) if code in codes else ()
        parts = [self._made(member._replace(**{dim: other}), rest) for other in others]
        if len(parts) != 2 or parts[0] is None or parts[1] is None or parts[0].groups != parts[1].groups:
            return None
        first, second = (Quantity(part.values, part.flags, trail=part.trail) for part in (parts[0], parts[1]))
        if code == TOTAL:
            whole = first + second
        elif ((first.flags | second.flags) & np.uint16(Flag.CELL_KEY)).any():
            return None
        else:
            whole = first - second
        return Block(parts[0].groups, whole.value, whole.flags, parts[0].tilings, whole.trail)


@dataclass(frozen=True)
class Cells:
    """Counts of one member in one panel."""

    panel: Panel
    member: Member
    block: Block

    def count(self, lo: int = 0, hi: int = 200) -> Quantity:
        """Persons (or households) with lo ≤ age < hi. Raises TilingError if the groups do not add up to that."""
        index, values, flags = self.block.covering(lo, hi), self.block.values, self.block.flags
        trail = self.block.trail.counted(self.panel, self.member, lo, hi, index)
        first = index[0]
        if len(index) == 1:
            return Quantity(values[:, :, first], flags[:, :, first], trail=trail)
        in_order = list(index) == list(range(first, first + len(index)))
        which = slice(first, first + len(index)) if in_order else list(index)  # a slice is no copy
        marks = np.bitwise_or.reduce(flags[:, :, which], axis=2)
        return Quantity(values[:, :, which].sum(axis=2), marks, trail=trail)

    def group(self, group: AgeGroup) -> Quantity:
        """The counts of one age interval."""
        return self.count(group.lo, group.hi)

    def of(self, **codes: str) -> Cells:
        """The cells of another member, told by the codes that differ. Raises NotOfferedError if there is none."""
        return self.panel.cells(self.member._replace(**codes))

    def profile(self) -> Profile:
        """The counts of the finest age groups that cover all ages. Raises TilingError if none do."""
        index = self.block.finest()
        flags = np.bitwise_or.reduce(self.block.flags[:, :, index], axis=2)
        groups = [self.block.groups[i] for i in index]
        pairs = zip(groups, index, strict=True)
        trails = [self.block.trail.counted(self.panel, self.member, group.lo, group.hi, [i]) for group, i in pairs]
        return Profile(groups, self.block.values[:, :, index], flags, trails)


class Profile(NamedTuple):
    """Age groups that cover all ages, their counts (regions × points × groups), flags of the whole, trails of each."""

    groups: list[AgeGroup]
    values: Values
    flags: Flags
    trails: list[Trail]

    def people(self) -> Quantity:
        """All of them together."""
        return Quantity(self.values.sum(axis=2), self.flags, trail=weighted(self.trails))

    def times(self, weights: Values) -> Quantity:
        """The sum of the groups, each times its weight (regions × points × groups)."""
        return Quantity((self.values * weights).sum(axis=2), self.flags, trail=weighted(self.trails, weights))


def _dense(array: pa.Array) -> NDArray[np.generic]:
    """The numbers of an Arrow array without gaps. By DLPack: `to_numpy` would load pandas, half a second."""
    return np.from_dlpack(array)


def _values(array: pa.Array, flags: Flags) -> Values:
    """The values of an Arrow array; where the flag is a reason there is none, and the buffer holds anything."""
    numbers = np.frombuffer(array.buffers()[1], dtype=np.float64)[array.offset : array.offset + len(array)]
    return np.where(flags & GAP.value, np.nan, numbers)


def _codes(table: pa.Table, column: str) -> tuple[NDArray[np.int64], list[str]]:
    array = table.column(column).combine_chunks()
    return _dense(array.indices).astype(np.int64), array.dictionary.to_pylist()


def panels(table: pa.Table, source: str, wanted: frozenset[str] | None = None) -> list[Panel]:
    """The observations of one table as dense panels, one for each measure; only of the `wanted` regions if given."""
    table = table.unify_dictionaries()
    region, regions = _codes(table, "region")
    keep: slice | NDArray[np.intp] = slice(None)
    if wanted is not None and not wanted.issuperset(regions):
        keep = np.flatnonzero(np.array([name in wanted for name in regions], dtype=bool)[region])
    region = region[keep]

    def coded(column: str) -> tuple[NDArray[np.int64], list[str]]:
        ids, names = _codes(table, column)
        return ids[keep], names

    def numbers(column: str) -> NDArray[np.int64]:
        return _dense(table.column(column).combine_chunks())[keep].astype(np.int64)

    measure, measures = coded("measure")
    bases, base_names = coded("base")
    days = _dense(table.column("date").combine_chunks().view("int32"))[keep].astype(np.int64)
    borders = _dense(table.column("gebietsstand").combine_chunks().view("int32"))[keep].astype(np.int64)
    ages = numbers("age_from") * 256 + numbers("age_to")
    dims = [coded(d) for d in ("sex", "nationality", "migration", "household")]
    member = np.zeros(len(days), dtype=np.int64)
    for ids, names in dims:
        if len(names) > 1:
            member = member * (len(names) + 1) + ids
    flag, flag_names = _codes(table, "flag")
    bits = np.array([flag_bits(f) for f in flag_names] or [0], dtype=np.uint16)[flag]
    values, flags = _values(table.column("value").combine_chunks(), bits)[keep], bits[keep]
    found = []
    for m, name in enumerate(measures):
        rows: slice | NDArray[np.intp] = np.flatnonzero(measure == m) if len(measures) > 1 else slice(None)
        mine, my_ages, my_values, my_flags = member[rows], ages[rows], values[rows], flags[rows]
        if not len(mine):
            continue
        points, t = _points(days[rows], bases[rows], base_names)
        used, r = distinct(region[rows])
        names = [regions[i] for i in used]
        order = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        r = rank[r]
        present = np.zeros((len(names), len(points)), dtype=bool)
        present[r, t] = True
        blocks: dict[Member, Block] = {}
        for at in _alike(mine):
            key = Member(*(codes[ids[rows][at[0]]] for ids, codes in dims))
            blocks[key] = _block(my_ages[at], r[at], t[at], my_values[at], my_flags[at], present)
        stands = _stands(points, t, borders[rows])
        found.append(Panel(source, name, sorted(names), points, blocks, present, stands))
    return found


def distinct(numbers: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct numbers in order, and the place of each among them; all lie close together, so nothing is sorted."""
    low = int(numbers.min())
    above = numbers.astype(np.int64) - low
    seen = np.zeros(int(above.max()) + 1, dtype=bool)
    seen[above] = True
    there = np.flatnonzero(seen)
    places = np.empty(len(seen), dtype=np.int64)
    places[there] = np.arange(len(there))
    return there + low, places[above]


def _alike(numbers: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """The places of each distinct number, in the order of the numbers."""
    _, places = distinct(numbers)
    order = np.argsort(places.astype(np.uint16), kind="stable")
    return np.split(order, np.cumsum(np.bincount(places))[:-1])


def _stands(points: Sequence[Point], t: NDArray[np.int64], borders: NDArray[np.int64]) -> dict[int, str]:
    """The Gebietsstand of those points whose rows have all the same one, which is not their date."""
    low, high = np.full(len(points), np.iinfo(np.int64).max), np.full(len(points), np.iinfo(np.int64).min)
    np.minimum.at(low, t, borders)
    np.maximum.at(high, t, borders)
    same = {i: str(np.datetime64(int(low[i]), "D")) for i in np.flatnonzero(low == high).tolist()}
    return {i: day for i, day in same.items() if day != points[i].date}


def _points(
    days: NDArray[np.int64], bases: NDArray[np.int64], names: list[str]
) -> tuple[list[Point], NDArray[np.int64]]:
    order = list(base_order(names))
    known, day = distinct(days)
    ids, t = distinct(day * BASES + np.array(order, dtype=np.int64)[bases])
    by_order = dict(zip(order, names, strict=True))
    found = [divmod(i, BASES) for i in ids.tolist()]
    return [Point(str(np.datetime64(int(known[i]), "D")), by_order[base]) for i, base in found], t


def base_order(names: Sequence[str]) -> list[int]:
    """Rank of population bases at one date, from the oldest to the newest."""
    ranks = {
        name: i for i, name in enumerate(("none", "register", *[b for b in BASE if b not in ("none", "register")]))
    }
    return [ranks[name] for name in names]


def _block(
    ages: NDArray[np.int64],
    r: NDArray[np.int64],
    t: NDArray[np.int64],
    values: Values,
    flags: Flags,
    present: NDArray[np.bool_],
) -> Block:
    codes, g = distinct(ages)
    size = (len(codes), *present.shape)
    dense = np.full(size, np.nan)
    marks = np.full(size, np.uint16(Flag.NOT_PUBLISHED))
    marks[:, ~present] = np.uint16(Flag.REGION_ABSENT)
    dense[g, r, t] = values
    marks[g, r, t] = flags
    key = codes.tobytes()
    if key not in _groups:
        found = [AgeGroup(*divmod(code, 256)) for code in codes.tolist()]
        _groups[key] = found, {(group.lo, group.hi): [i] for i, group in enumerate(found)}
    # whoever asks for one group finds all its numbers side by side in memory
    dense, marks = np.moveaxis(dense, 0, 2), np.moveaxis(marks, 0, 2)
    groups, tilings = _groups[key]
    return Block(groups, dense, marks, tilings)
