"""On which boundaries results are: as reported, all carried over to one Gebietsstand, or each place followed back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Protocol

from kommunalprofil.cells import Panel
from kommunalprofil.continuity import TOWN, Continuity, follow
from kommunalprofil.conversion import GROUP, convert
from kommunalprofil.crosswalk import GEMEINDE, Crosswalk
from kommunalprofil.indicators.borders import Changes, changes, numbers
from kommunalprofil.store import Store, land_of
from kommunalprofil.territory import out_of_time
from kommunalprofil.vocabulary import MEASURE

Regions = Sequence[str] | None
"""The regions asked for; None means all."""


def _lands(regions: Regions) -> tuple[str, ...] | None:
    return None if regions is None else tuple(sorted({land_of(region) for region in regions}))


class Territory(Protocol):
    """What stands between the tables and the results: which rows are needed, and what becomes of them."""

    def keys(self, wanted: Regions) -> frozenset[str] | None:
        """The regions whose rows are needed."""

    def carry(self, panel: Panel, wanted: Regions) -> Panel:
        """The panel on the wanted boundaries."""


class AsReported:
    """Every value on the boundaries of its table; with a `store`, numbered where the borders of an area moved."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._changes: dict[Regions, Changes] = {}

    def _moved(self, wanted: Regions) -> Changes:
        """The areas whose borders moved, of the Länder of the regions asked for."""
        key = None if wanted is None else tuple(wanted)
        if self._store is None or (wanted is not None and not any(len(region) in GROUP for region in wanted)):
            return {}
        if key not in self._changes:
            levels = [level for level in GROUP if wanted is None or any(len(region) == level for region in wanted)]
            self._changes[key] = changes(Crosswalk.load(self._store.state, _lands(wanted)), levels)
        return self._changes[key]

    def keys(self, wanted: Regions) -> frozenset[str] | None:
        """The regions themselves."""
        return None if wanted is None else frozenset(wanted)

    def carry(self, panel: Panel, wanted: Regions) -> Panel:
        """The panel as it is, but for Kreise of a later day to which the office recalculated a whole date.

        The Kreise there were then stand in other tables; both together would count people twice.
        """
        present = panel.present
        for t in panel.stands:
            day = date.fromisoformat(panel.points[t].date)
            early = [r for r, region in enumerate(panel.regions) if present[r, t] and out_of_time(region, day)]
            if early:
                present = present.copy()
                present[early, t] = False
        moved = self._moved(wanted)
        territory = numbers(moved, panel.regions, panel.points) if moved else None
        return replace(panel, present=present, territory=territory)


class Recalculated:
    """Every count carried over to one Gebietsstand, estimated where areas were divided; gaps where no key leads.

    Raises UsageError for a day to which no key leads.
    """

    def __init__(self, store: Store, day: str) -> None:
        self._store, self._day = store, day
        self._known: dict[tuple[str, ...] | None, Crosswalk] = {}
        Crosswalk.load(store.state, ["01"]).check_target(day)

    def _crosswalk(self, wanted: Regions) -> Crosswalk:
        lands = _lands(wanted)
        if lands not in self._known:
            self._known[lands] = Crosswalk.load(self._store.state, lands)
        return self._known[lands]

    def keys(self, wanted: Regions) -> frozenset[str] | None:
        """All of their level: which of them a table lists tells of which Gebietsstand they are."""
        if wanted is None:
            return None
        levels = {len(region) for region in wanted}
        steps = [step for level, steps in self._crosswalk(wanted).steps.items() if level in levels
                 for step in steps.values()]  # fmt: skip
        return frozenset(wanted).union(*(step.keys | step.ends for step in steps))

    def carry(self, panel: Panel, wanted: Regions) -> Panel:
        """The panel carried over; of means and ratios only Länder and Germany, whose boundaries stay."""
        if MEASURE[panel.measure].kind == "count":
            panel = convert(panel, self._crosswalk(wanted), self._day)
        else:
            panel = panel.part(frozenset(region for region in panel.regions if len(region) not in GROUP))
        return panel if wanted is None else panel.part(frozenset(wanted))


class Continued:
    """Each of some places followed back in time, see continuity.py; the day is that of the register."""

    def __init__(self, store: Store, day: str, places: Iterable[str]) -> None:
        self._store, self._day = store, day
        self._places = sorted(set(places))

    @cached_property
    def continuity(self) -> Continuity:
        """How the places go back in time."""
        lands = {land_of(region) for region in self._places if len(region) in GROUP}
        return Continuity(Crosswalk.load(self._store.state, sorted(lands)), self._day)

    def keys(self, wanted: Regions) -> frozenset[str] | None:
        """Everything the regions were made of, a Gemeinde that was a Kreis of its own also by the key of that."""
        regions = self._places if wanted is None else wanted
        found = frozenset().union(*(self.continuity.ancestors(region) for region in regions))
        return found | {key.removesuffix(TOWN) for key in found if len(key) == GEMEINDE and key.endswith(TOWN)}

    def carry(self, panel: Panel, wanted: Regions) -> Panel:
        """The regions followed back."""
        return follow(panel, self.continuity, self._places if wanted is None else wanted)
