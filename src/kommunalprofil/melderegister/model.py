"""What a file of the Melderegister counts: people and households by group, told apart by what they are split by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

DIMENSIONS = ("sex", "age", "nationality", "household", "district")
TOTAL, UNKNOWN, INSTITUTION = "T", "U", "Z"
"""Codes of a group that is not split, of people nobody knows it of, of people in no private household."""
Unit = Literal["people", "homes"]


class Group(NamedTuple):
    """Who is counted: a Stichtag (ISO) and a code for each dimension; ages as `18-24` or `65+`, districts by name."""

    date: str
    sex: str = TOTAL
    age: str = TOTAL
    nationality: str = TOTAL
    household: str = TOTAL
    district: str = TOTAL

    @property
    def layer(self) -> tuple[str, ...]:
        """The dimensions it is split by."""
        return tuple(name for name in DIMENSIONS if getattr(self, name) != TOTAL)


Table = Mapping[tuple[str, ...], float]
"""Counts by the codes of some dimensions; NaN where the file does not tell one."""


class Counts:
    """The checked contents of a file.

    Rows split by different dimensions are layers: each is a whole, none is added to another, and a question is answered
    from the coarsest layer that can answer it.
    """

    def __init__(
        self,
        people: Mapping[Group, float],
        homes: Mapping[Group, float],
        notices: Iterable[str] = (),
        *,
        every_person: bool = False,
    ) -> None:
        self._cells: dict[Unit, Mapping[Group, float]] = {"people": people, "homes": homes}
        self._tables: dict[tuple[Unit, str, tuple[str, ...]], Table | None] = {}
        self.every_person = every_person
        """Whether every row was a person: whom no row tells of, is not there."""
        self.notices = tuple(notices)
        """What whoever made the file should know, in German sentences."""

    def cells(self, unit: Unit) -> Mapping[Group, float]:
        """Every group that is counted."""
        return self._cells[unit]

    @property
    def dates(self) -> list[str]:
        """The Stichtage, the newest last."""
        return sorted({group.date for cells in self._cells.values() for group in cells})

    @property
    def newest(self) -> str:
        """The Stichtag the document is about."""
        return self.dates[-1]

    def layers(self, unit: Unit, date: str) -> list[tuple[str, ...]]:
        """The layers of a Stichtag, coarse ones first, those by household last: they may leave people out."""
        found = {group.layer for group in self._cells[unit] if group.date == date}
        return sorted(found, key=lambda layer: ("household" in layer, len(layer), layer))

    def table(self, unit: Unit, date: str, dimensions: tuple[str, ...]) -> Table | None:
        """The counts by some dimensions; None if no layer is split by all of them."""
        key = (unit, date, dimensions)
        if key not in self._tables:
            fitting = (layer for layer in self.layers(unit, date) if set(dimensions) <= set(layer))
            layer = next(fitting, None)
            self._tables[key] = None if layer is None else self.sums(unit, date, layer, dimensions)
        return self._tables[key]

    def sums(self, unit: Unit, date: str, layer: tuple[str, ...], dimensions: tuple[str, ...]) -> Table:
        """The counts of one layer by some of its dimensions."""
        sums: dict[tuple[str, ...], float] = {}
        for group, number in self._cells[unit].items():
            if group.date == date and group.layer == layer:
                codes = tuple(getattr(group, name) for name in dimensions)
                sums[codes] = sums.get(codes, 0.0) + number
        return sums

    def districts(self, date: str) -> list[str]:
        """The districts of a Stichtag by name, without people of whom none is known."""
        names = {group.district for cells in self._cells.values() for group in cells if group.date == date}
        return sorted(names - {TOTAL, UNKNOWN}, key=lambda name: (name.casefold(), name))
