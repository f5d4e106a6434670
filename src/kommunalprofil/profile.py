"""Everything known of one Kommune, at hand for figures, chapters and exports: values, series, comparisons, origins."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kommunalprofil import successions
from kommunalprofil.ahead import Ahead
from kommunalprofil.comparison import Comparison
from kommunalprofil.errors import DataError
from kommunalprofil.indicators import Indicator, Results, Selection, oracles
from kommunalprofil.indicators.series import Cell, Series, Value
from kommunalprofil.indicators.territory import Continued
from kommunalprofil.provenance import Origin, covers
from kommunalprofil.regions import Region, Register
from kommunalprofil.similar import Alike, Space
from kommunalprofil.states import CROSSWALK, State
from kommunalprofil.store import Store
from kommunalprofil.territory import FORMER_KREISE
from kommunalprofil.vocabulary import COUNTED

if TYPE_CHECKING:
    from kommunalprofil.export import Block
    from kommunalprofil.indicators.compute import Key

__all__ = ["Profile", "Value"]

T = TypeVar("T")
SHOWN = 5
"""So many places like it a profile shows."""


class Together:
    """What some places and all that surrounds them are told from: tables are read and series computed once for all.

    `ahead` gives what another process makes of them.
    """

    def __init__(
        self,
        data_dir: Path | State,
        register: Register,
        places: Sequence[Region],
        ahead: Ahead | None = None,
    ) -> None:
        self.ahead = ahead or Ahead()
        self.store, self.register = Store(data_dir), register
        keys = sorted({key for place in places for key in (place.ags, *place.parents)})
        known = CROSSWALK in self.store.state.entries
        self.territory = Continued(self.store, register.gebietsstand, keys) if known else None
        self.results = Results(self.store, keys, territory=self.territory)
        self.results.elsewhere = self.ahead.series
        self._places = frozenset(place.ags for place in places)
        self._around = {key for place in places for key in place.parents}
        self._made: dict[tuple[str, Hashable], Any] = {}
        self._origins: dict[tuple[str, str | None, str | None], Origin] = {}
        self._comparisons: dict[str, Comparison | None] = {}
        self._spaces: dict[str, Space | None] = {}

    def comparison(self, level: str) -> Comparison | None:
        """All places of a level, read once; None if they are not compared. Raises DataError."""
        if level not in self._comparisons:
            self._comparisons[level] = Comparison.load(self.store.state, level, self.register)
        return self._comparisons[level]

    def space(self, level: str) -> Space | None:
        """All places of a level, ready for distances, made once; None if they are not compared. Raises DataError."""
        if level not in self._spaces:
            comparison = self.comparison(level)
            self._spaces[level] = None if comparison is None else Space.of(comparison, self.register)
        return self._spaces[level]

    def once(self, region: str, what: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for a region; `what` tells it from other things made of that region.

        For what surrounds several places it is made once and kept.
        """
        if region not in self._around:
            return make()
        if (region, what) not in self._made:
            self._made[region, what] = make()
        kept: T = self._made[region, what]
        return kept

    def rows(self, series: Series, region: str) -> list[Value]:
        """The values of a region in a series of `results`."""
        return self.once(region, id(series), lambda: list(series.row(region)))

    @cached_property
    def compared(self) -> list[oracles.Comparison]:
        """Official values of the places beside ours, of tables nothing is computed from. Raises DataError."""
        used, indicators = self.results.tables, self.results.indicators.values()
        pairs = ((indicator, oracle) for indicator in indicators for oracle in indicator.oracle)
        pairs = ((indicator, oracle) for indicator, oracle in pairs if oracle.table not in used)
        found = (oracles.comparison(self.results, *pair, self._places) for pair in pairs)
        return [one for one in found if one is not None]

    def origin(self, table: str, date: str | None, base: str | None) -> Origin:
        """As Profile.origin; each is looked up once."""
        key = (table, date, base)
        if key not in self._origins:
            self._origins[key] = self._origin(*key)
        return self._origins[key]

    def _origin(self, table: str, date: str | None, base: str | None) -> Origin:
        found = [o for o in self.store.origins if covers(o, table, date, base)]
        if found:
            return max(found, key=lambda o: (o.stand or o.retrieved, o.dates))
        others = [o for o in self.store.origins if covers(o, table, None, None) and o.dates]
        if not others:
            raise DataError(f"Zur Tabelle {table} fehlt der Herkunftsnachweis.")
        wanted = datetime.date.fromisoformat(date[:10]) if date and len(date) >= 10 else datetime.date.max
        return min(others, key=lambda o: min(abs((datetime.date.fromisoformat(d) - wanted).days) for d in o.dates))


class Profile:
    """One Kommune and what surrounds it: its Kreis (for a Gemeinde), its Land, Germany.

    `register` spares reading the register of areas again, `together` computing what several places share. Raises
    UnknownRegionError or AmbiguousRegionError for the place, DataError for the data set.
    """

    def __init__(
        self, place: str, data_dir: Path | State, register: Register | None = None, together: Together | None = None
    ) -> None:
        self.register = Register.load(data_dir) if register is None else register
        self.region: Region = self.register.find(place)
        self.parents: tuple[Region, ...] = tuple(self.register.get(ags) for ags in self.region.parents)
        self._shared = Together(data_dir, self.register, [self.region]) if together is None else together
        self.store, self.territory = self._shared.store, self._shared.territory
        self.results = self._shared.results
        self._row_cache: dict[tuple[str, str, str, Selection], list[Value]] = {}

    def sums(self) -> list[str]:
        """What older numbers of people of the place were added up from; nothing where they are its own."""
        self.results.tables_of("population")  # in reading them the territory learns what it is made of
        series = self.results.series("population")
        made_of = self.territory.continuity.made_of.get(self.region.ags, {}) if self.territory else {}
        if not made_of or self.region.ags not in series.regions:
            return []
        row = series.regions.index(self.region.ags)
        today = {p.date: series.territory[row, t] == 0 for t, p in enumerate(series.points) if series.there[row, t]}
        alone = (self.region.ags,)
        makeup = {date: made_of.get(date, alone) if same else alone for date, same in today.items()}
        return successions.told(self.region, makeup, self._name_of)

    def _name_of(self, key: str) -> str:
        """The official name of an area that may be gone; '' if nothing tells it."""
        if key in self.register:
            return self.register.get(key).official
        names = self.territory.continuity.crosswalk.names if self.territory else {}
        return FORMER_KREISE.get(key) or names.get(key, "")

    def unsure(self, region: str) -> bool:
        """Whether of some values of the region nobody knows the boundaries, only that they changed about then.

        Without a crosswalk that is so for every place.
        """
        if self.territory is None:
            return True
        series = self.results.series("population")
        return region in series.regions and bool((series.territory[series.regions.index(region)] < 0).any())

    def _parent(self, level: str) -> Region | None:
        return next((r for r in self.parents if r.level == level), None)

    @property
    def kreis(self) -> Region | None:
        """The Kreis of a Gemeinde, None for anything larger."""
        return self._parent("kreis")

    @property
    def land(self) -> Region | None:
        """The Land of a Kreis or Gemeinde, None for a Land or Germany."""
        return self._parent("land")

    @property
    def bund(self) -> Region:
        """Germany."""
        return self._parent("bund") or self.region

    def neighbours(self) -> list[Region]:
        """The areas of its level that share a border with it; none for Germany. Raises DataError for the outlines."""
        from kommunalprofil import outlines  # loads shapely, which only documents need

        keys = outlines.neighbours(self.store.state, self.region.ags) if self.region.level != "bund" else []
        return [self.register.get(self.register.canonical(key)) for key in keys if key in self.register]

    @property
    def comparison(self) -> Comparison | None:
        """All places of its level; None for Germany and for a data set without a comparison."""
        return self._shared.comparison(self.region.level)

    @cached_property
    def alike(self) -> Alike | None:
        """The few places of its size class most like it; None where `comparison` is None. Raises DataError."""
        space = self._shared.space(self.region.level)
        return None if space is None else space.alike(self.region.ags, SHOWN)

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """The declared indicators by id."""
        return self.results.indicators

    def _rows(self, indicator: str, region: str | None, variant: str, selection: Selection) -> list[Value]:
        place = region or self.region.ags
        key = (indicator, place, variant, selection)
        if key not in self._row_cache:
            self._row_cache[key] = self._shared.rows(self.results.series(indicator, selection, variant), place)
        return self._row_cache[key]

    def series(self, indicator: str, *, region: str | None = None, variant: str = "", **members: str) -> list[Value]:
        """All values and gaps of one indicator, from old to new; the flag of the first value after a break names it.

        `members` are `sex`, `nationality`, `age`, `migration`, `household`. Raises KeyError for an unknown indicator.
        """
        return list(self._rows(indicator, region, variant, Selection(**members)))

    def cells(self, indicator: str, region: str, variant: str, selection: Selection) -> Iterator[Cell]:
        """What differs between the values of a region in a series; no gaps."""
        return self.results.series(indicator, selection, variant).cells(region, gaps=False)

    def ahead(self, region: str) -> Mapping[Key, Block]:
        """The lines of data files that another process has made of a region, by series."""
        return self._shared.ahead.lines(region)

    def once(self, region: str, what: Hashable, make: Callable[[], T]) -> T:
        """As Together.once: of what surrounds places that are told of together a thing is made once."""
        return self._shared.once(region, what, make)

    def get(
        self, indicator: str, *, region: str | None = None, date: str | None = None, variant: str = "", **members: str
    ) -> Value:
        """One value: at `date` (ISO day or year), else the newest there is; a gap comes back as a missing value.

        At a date published on two population bases, another region answers on the base of the place's own value: two
        bases are never compared.
        """
        rows = self._rows(indicator, region, variant, Selection(**members))
        asked = rows if date is None else [v for v in rows if v.date == date or v.date[:4] == date]
        if asked:
            value = next((v for v in reversed(asked) if not v.missing), asked[-1])
            other = region not in (None, self.region.ags) and value.base not in COUNTED
            return self._on_own_base(value) if other and date is not None else value
        place = region or self.region.ags
        selection = Selection(**members)
        unit = self.indicators[indicator].unit
        return Value(
            region=place,
            date=date or "",
            indicator=indicator,
            variant=variant,
            sex=selection.sex,
            age=selection.age,
            nationality=selection.nationality,
            migration=selection.migration,
            household=selection.household,
            value=None,
            unit=unit,
            numerator=None,
            denominator=None,
            flag="not_published",
            sources=(),
            base="",
        )

    def every(self, indicator: str, *, region: str | None = None, variant: str = "", **members: str) -> list[Value]:
        """All values and gaps, as `series`, but at a date published on two population bases those of both."""
        series = self.results.on_every_base(indicator, Selection(**members), variant)
        return list(series.row(region or self.region.ags))

    def _on_own_base(self, value: Value) -> Value:
        """The value of another region on the base the place itself stands on at that date, where there is one."""
        members = Selection(value.sex, value.nationality, value.age, value.migration, value.household)
        own = [v.base for v in self._rows(value.indicator, None, value.variant, members) if v.date == value.date]
        if not own or value.base in own:
            return value
        series = self.results.on_every_base(value.indicator, members, value.variant)
        same = [v for v in series.row(value.region) if v.date == value.date and v.base in own and not v.missing]
        return same[-1] if same else value

    def checked(self) -> list[oracles.Compared]:
        """Every value that an office prints and we have too, of tables nothing is computed from.

        Raises DataError for a damaged data set.
        """
        cells = (cell for one in self._shared.compared for cell in one.cells(one.regions == self.region.ags))
        return [cell for cell in cells if cell.ours is not None]

    def split(
        self,
        indicator: str,
        dim: str,
        *,
        region: str | None = None,
        date: str | None = None,
        variant: str = "",
        **members: str,
    ) -> list[Value]:
        """One value for each member of a dimension at one date (the newest that has any); gaps included, totals not.

        For `age` the members are the groups of the one table that answers at that date: they never overlap.
        """
        place = region or self.region.ags
        selection = Selection(**members)
        declaration = self.indicators[indicator]
        if dim == "age" and "age" not in declaration.own:
            return self._split_age(indicator, place, date, variant, selection)
        codes = declaration.members.get(dim) or {"sex": ("M", "F"), "nationality": ("DE", "AUS")}[dim]
        rows = [self._rows(indicator, place, variant, selection._replace(**{dim: code})) for code in codes]
        dates = [
            v.date for row in rows for v in row if not v.missing and (date is None or date in (v.date, v.date[:4]))
        ]
        newest = max(dates, default="")
        return [v for row in rows for v in row if v.date == newest] if dates else []

    def _split_age(
        self, indicator: str, place: str, date: str | None, variant: str, selection: Selection
    ) -> list[Value]:
        groups = self.results.by_age(indicator, selection, variant)
        told = [one for series in groups for one in series.told(place)]
        partial = {day for day, valued in told if not valued}  # ages without a secret or absent one are no whole
        dates = {day for day, _ in told if date is None or date in (day, day[:4])} - partial
        newest = max(dates, default="")
        return [v for series in groups for v in series.row(place, newest)] if dates else []

    def dates(self, indicator: str, *, region: str | None = None, variant: str = "", **members: str) -> list[str]:
        """The dates that have a value, from old to new."""
        return [v.date for v in self.series(indicator, region=region, variant=variant, **members) if not v.missing]

    def compare(
        self, indicator: str, *, date: str | None = None, variant: str = "", **members: str
    ) -> list[tuple[Region, Value]]:
        """The place and everything around it, all at `date` (default: the place's newest date with a value)."""
        own = self.get(indicator, date=date, variant=variant, **members)
        around = [
            (r, self.get(indicator, region=r.ags, date=own.date, variant=variant, **members)) for r in self.parents
        ]
        return [(self.region, own), *around]

    def origin(self, table: str, date: str | None = None, base: str | None = None) -> Origin:
        """Where a table's values at a date come from; the newest Stand of it. Raises DataError for an unknown table.

        A table that holds no such date answers with what it holds nearest to it: areas stand in for other days.
        """
        return self._shared.origin(table, date, base)
