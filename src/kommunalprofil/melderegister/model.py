"""What a file of the Melderegister counts: people and households by group, told apart by what they are split by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from kommunalprofil.names import in_order

DIMENSIONS = ("sex", "age", "nationality", "household", "district")
TOTAL, UNKNOWN, INSTITUTION = "*", "?", "-"
"""Codes of a group that is not split, of people nobody knows it of, of people in no private household.

Signs, for a district is called by its name, which may be any letter.
"""
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
        return tuple([name for name, code in zip(DIMENSIONS, self[1:], strict=True) if code != TOTAL])


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
        *,
        every_person: bool = False,
    ) -> None:
        self._cells: dict[Unit, Mapping[Group, float]] = {"people": people, "homes": homes}
        self._layers: dict[tuple[Unit, str], dict[tuple[str, ...], list[tuple[Group, float]]]] = {}
        for unit, cells in self._cells.items():
            for group, number in cells.items():
                layers = self._layers.setdefault((unit, group.date), {})
                layers.setdefault(group.layer, []).append((group, number))
        self._tables: dict[tuple[Unit, str, tuple[str, ...]], Table | None] = {}
        self._districts: dict[str, list[str]] = {}
        self.every_person = every_person
        """Whether every row was a person: whom no row tells of, is not there."""
        self.partial: frozenset[tuple[Unit, str, tuple[str, ...]]] = frozenset()
        """Layers (with unit and date) whose age groups leave somebody out: they tell these groups, but no whole."""
        self.ageless: frozenset[str] = frozenset()
        """Stichtage at which the file tells years of birth, from which no age follows."""
        self.notices: tuple[str, ...] = ()
        """What whoever made the file should know, in German sentences."""

    def cells(self, unit: Unit) -> Mapping[Group, float]:
        """Every group that is counted."""
        return self._cells[unit]

    @property
    def dates(self) -> list[str]:
        """The Stichtage, the newest last."""
        return sorted({date for _, date in self._layers})

    @property
    def newest(self) -> str:
        """The Stichtag the document is about."""
        return self.dates[-1]

    def layers(self, unit: Unit, date: str) -> list[tuple[str, ...]]:
        """The layers of a Stichtag, coarse ones first, those by household last: they may leave people out."""
        found = self._layers.get((unit, date), {})
        return sorted(found, key=lambda layer: ("household" in layer, len(layer), layer))

    def table(self, unit: Unit, date: str, dimensions: tuple[str, ...]) -> Table | None:
        """The counts by some dimensions; None if no layer is split by all of them."""
        key = (unit, date, dimensions)
        if key not in self._tables:
            fitting = (layer for layer in self.layers(unit, date) if set(dimensions) <= set(layer))
            whole = (layer for layer in fitting if "age" in dimensions or (unit, date, layer) not in self.partial)
            layer = next(whole, None)
            self._tables[key] = None if layer is None else self.sums(unit, date, layer, dimensions)
        return self._tables[key]

    def sums(self, unit: Unit, date: str, layer: tuple[str, ...], dimensions: tuple[str, ...]) -> Table:
        """The counts of one layer by some of its dimensions."""
        places = [Group._fields.index(name) for name in dimensions]
        sums: dict[tuple[str, ...], float] = {}
        for group, number in self._layers[unit, date][layer]:
            codes = tuple([group[place] for place in places])
            sums[codes] = sums.get(codes, 0.0) + number
        return sums

    def districts(self, date: str) -> list[str]:
        """The districts of a Stichtag in the order of their names, without people of whom none is known."""
        if date not in self._districts:
            every = [layers for (_, day), layers in self._layers.items() if day == date]
            names = {group.district for layers in every for rows in layers.values() for group, _ in rows}
            self._districts[date] = sorted(names - {TOTAL, UNKNOWN}, key=in_order)
        return self._districts[date]
