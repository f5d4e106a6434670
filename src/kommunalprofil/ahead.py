"""What a second process makes of a document while the first one writes it: series it will need, lines of data files.

Where it is late or fails, the first process makes the same itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kommunalprofil.indicators.compute import Made

if TYPE_CHECKING:
    from kommunalprofil.export import Block
    from kommunalprofil.indicators import Results
    from kommunalprofil.indicators.compute import Key
    from kommunalprofil.regions import Region, Register

FIGURES = ("pyramid", "life_expectancy", "moves_by_age", "foreign_share_by_age")
"""Figures whose series take longest, in the order of a document: more of them, and the lines would come too late."""


class Batch(NamedTuple):
    """A piece of it: series, and lines of data files by region and series."""

    made: Made
    lines: Mapping[str, Mapping[Key, Block]] = {}


class Ahead:
    """What comes from the second process; `take` gives the batches that are there, told to wait all that will be."""

    def __init__(self, take: Callable[[bool], Sequence[Batch]] = lambda _: ()) -> None:
        self._take = take
        self._made: list[Made] = []
        self._lines: dict[str, Mapping[Key, Block]] = {}

    def series(self) -> list[Made]:
        """The series that have come since this was asked last; waits for nothing."""
        self._receive(wait=False)
        made, self._made = self._made, []
        return made

    def lines(self, region: str) -> Mapping[Key, Block]:
        """The lines of a region, as soon as they are there."""
        self._receive(wait=True)
        return self._lines.get(region, {})

    def _receive(self, *, wait: bool) -> None:
        for batch in self._take(wait):
            self._made.append(batch.made)
            self._lines.update(batch.lines)


def work(data: Path, register: Register, places: Sequence[Region]) -> Iterator[Batch]:
    """Series that the document of the first of some places will ask for, then the lines of all of them.

    The lines are those of every declared indicator for the places and what surrounds them. Raises KommunalprofilError.
    """
    from kommunalprofil import figures
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.export import declared_lines
    from kommunalprofil.profile import Profile, Together

    together = Together(data, register, places)
    about = [Evidence(Profile(place.ags, data, register, together)) for place in places]
    drawings, sent = figures.collected(), (0, 0)
    for name in FIGURES:
        with suppress(Exception):  # the first process will meet it and say what is wrong
            drawings[name](about[0])
        yield Batch(_since(together.results, sent))
        sent = (len(together.results.kept.every_base), len(together.results.kept.by_age))
    done: set[str] = set()
    for evidence in about:
        for ags in {evidence.region.ags, *(parent.ags for parent in evidence.parents)} - done:
            done.add(ags)
            yield Batch(Made({}, {}), {ags: declared_lines(evidence, ags)})


def _since(results: Results, sent: tuple[int, int]) -> Made:
    """The series that were made since so many were sent."""
    kept = results.kept
    return Made(dict(islice(kept.every_base.items(), sent[0], None)), dict(islice(kept.by_age.items(), sent[1], None)))
