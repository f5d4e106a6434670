"""One question to all tables of a measure: the first table that carries what is needed answers; gaps keep reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Flags, Member, Panel, Point, Values, base_order
from kommunalprofil.errors import NotOfferedError, TilingError
from kommunalprofil.indicators.traced import NOTHING, Codes, Ledger, Traced
from kommunalprofil.trail import NO_TRAIL, Trail
from kommunalprofil.vocabulary import Flag

if TYPE_CHECKING:
    from kommunalprofil.indicators.declare import Parts

Question = Callable[[Panel], "Parts"]
"""What is asked of each table. Raises NotOfferedError or TilingError where a table cannot tell."""
Grid = tuple[slice | NDArray[np.intp], slice | NDArray[np.intp]]
_UNSAID = np.uint16(Flag.REGION_ABSENT | Flag.NOT_PUBLISHED)
_WEAK = np.uint16(Flag.REGION_ABSENT | Flag.NOT_PUBLISHED | Flag.NOT_COMPUTABLE)
"""Reasons of a gap that give way to what a later table has to say."""


@dataclass
class Answer:
    """What all tables together say, regions × points of the measure; `territory` numbers the boundaries of a value.

    `trail` tells how the values came about, if somebody wants to know.
    """

    value: Values
    numerator: Values
    denominator: Values
    flags: Flags
    source: Codes
    reason: Codes
    territory: NDArray[np.int16]
    trail: Trail = NO_TRAIL

    def traced(self, ledger: Ledger) -> Traced:
        """The values as a quantity."""
        return Traced(self.value, self.flags, self.source, self.reason, ledger, trail=self.trail)


@dataclass
class Tables:
    """All panels of one measure in the order in which they are asked, on one grid of regions and points."""

    panels: list[Panel]
    carrying: dict[Member, list[int]] = field(default_factory=dict, init=False, repr=False)
    regions: list[str] = field(init=False)
    points: list[Point] = field(init=False)

    def __post_init__(self) -> None:
        self.regions = sorted({region for panel in self.panels for region in panel.regions})
        points = {point for panel in self.panels for point in panel.points}
        self.points = sorted(points, key=lambda p: (p.date, base_order([p.base])[0]))

    @cached_property
    def row(self) -> Mapping[str, int]:
        """The row of each region."""
        return {region: i for i, region in enumerate(self.regions)}

    @cached_property
    def column(self) -> Mapping[Point, int]:
        """The column of each point."""
        return {point: i for i, point in enumerate(self.points)}

    @cached_property
    def places(self) -> list[Grid]:
        """For each panel its rows and columns among all regions and points."""
        rows = [_close([self.row[r] for r in panel.regions]) for panel in self.panels]
        columns = [_close([self.column[p] for p in panel.points]) for panel in self.panels]
        return [
            (r[:, None], c) if isinstance(r, np.ndarray) and isinstance(c, np.ndarray) else (r, c)
            for r, c in zip(rows, columns, strict=True)
        ]

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """Where any table lists a region."""
        there = np.zeros((len(self.regions), len(self.points)), dtype=bool)
        for panel, places in zip(self.panels, self.places, strict=True):
            there[places] |= panel.present
        return there

    def carriers(self, member: Member) -> list[int]:
        """The places of the panels that carry a member."""
        if member not in self.carrying:
            self.carrying[member] = [i for i, panel in enumerate(self.panels) if panel.carries(member)]
        return self.carrying[member]

    def whole(self, panel: int, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask of one panel on the grid of all."""
        whole = np.zeros_like(self.there)
        whole[self.places[panel]] = mask
        return whole


def _close(numbers: list[int]) -> slice | NDArray[np.intp]:
    """Numbers as a slice if each is the next one: what a slice takes of an array is no copy."""
    first = numbers[0] if numbers else 0
    whole = slice(first, first + len(numbers))
    return whole if numbers == list(range(whole.start, whole.stop)) else np.array(numbers, dtype=np.intp)


def ask(
    tables: Tables,
    question: Question,
    ledger: Ledger,
    only: Sequence[NDArray[np.bool_]] | None = None,
    order: Sequence[int] | None = None,
) -> Answer:
    """Put a question to the tables of a measure, in their order or another one.

    `only` restricts them to some of their cells: a mask of its regions and points for each panel.
    """
    answer = _nothing(tables)
    refusals: list[tuple[int, NDArray[np.bool_], str]] = []
    for i in range(len(tables.panels)) if order is None else order:
        panel, places = tables.panels[i], tables.places[i]
        mine = panel.present if only is None else only[i]
        unanswered = np.isnan(answer.value[places]) & mine
        if not unanswered.any():
            continue
        try:
            parts = question(panel)
        except NotOfferedError:
            continue
        except TilingError as error:
            refusals.append((i, mine, str(error)))
            continue
        _take(answer, panel, places, parts, unanswered, ledger)
    for i, mine, text in refusals:
        _refuse(answer, tables.places[i], mine, ledger.reason(text))
    answer.flags[tables.there & (answer.flags == Flag.REGION_ABSENT)] = Flag.NOT_PUBLISHED
    return answer


def _nothing(tables: Tables) -> Answer:
    shape = tables.there.shape
    nan = np.full(shape, np.nan)
    return Answer(
        nan,
        nan.copy(),
        nan.copy(),
        np.full(shape, np.uint16(Flag.REGION_ABSENT)),
        np.zeros(shape, dtype=np.int32),
        np.zeros(shape, dtype=np.int32),
        np.zeros(shape, dtype=np.int16),
    )


def _take(
    answer: Answer, panel: Panel, places: Grid, parts: Parts, unanswered: NDArray[np.bool_], ledger: Ledger
) -> None:
    """Take over the values of one table, and its gaps where nothing better is known."""
    found = parts.value
    taken = unanswered & (np.isfinite(found.value) | ((answer.flags[places] & ~_WEAK) == 0))

    def put(array: NDArray[Any], numbers: Any, where: NDArray[np.bool_] = taken) -> None:
        part = array[places]
        np.copyto(part, numbers, where=where)
        if part.base is not array:
            array[places] = part

    put(answer.value, found.value)
    put(answer.flags, found.flags)
    for array, quantity in ((answer.numerator, parts.numerator), (answer.denominator, parts.denominator)):
        if quantity is not None:
            put(array, quantity.value)
    source: Any = np.int32(ledger.table(panel.table))
    put(answer.source, source if parts.source is None else ledger.join(np.full(taken.shape, source), parts.source))
    unable = (found.flags & np.uint16(Flag.NOT_COMPUTABLE)) != 0
    put(answer.reason, np.int32(NOTHING))
    if unable.any():
        put(answer.reason, np.int32(ledger.reason(parts.reason)), taken & unable)
    for text, mask in panel.reasons.items():
        put(answer.reason, np.int32(ledger.reason(text)), taken & mask)
    if panel.territory is not None:
        put(answer.territory, panel.territory)


def _refuse(answer: Answer, places: Grid, mine: NDArray[np.bool_], reason: int) -> None:
    """Say why a table cannot tell, where no other table says anything."""
    flags = answer.flags[places]
    silent = mine & np.isnan(answer.value[places]) & ((flags & ~_UNSAID) == 0)
    if silent.any():
        answer.flags[places] = np.where(silent, np.uint16(Flag.NOT_COMPUTABLE), flags)
        answer.reason[places] = np.where(silent, np.int32(reason), answer.reason[places])
