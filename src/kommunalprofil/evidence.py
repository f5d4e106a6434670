"""A profile that remembers what it was asked: sources, definitions and exports follow from the values really shown."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kommunalprofil import boundaries
from kommunalprofil.comparison import MEASURES

if TYPE_CHECKING:
    from kommunalprofil.comparison import Measure, Standing
    from kommunalprofil.indicators import Indicator
    from kommunalprofil.indicators.oracles import Compared
    from kommunalprofil.profile import Profile, Value
    from kommunalprofil.provenance import Origin
    from kommunalprofil.regions import Region, Register
    from kommunalprofil.store import Store


SAME = 1e-9
"""Relative difference of two computations of one value."""


def identity(v: Value) -> tuple[str, ...]:
    """What tells a value from any other of the data set."""
    return (v.region, v.date, v.base, v.indicator, v.variant, v.sex, v.age, v.nationality, v.migration, v.household)


class Evidence:
    """Answers like the profile inside it and keeps every value it gave away, in the order of asking.

    Figures and chapters get this instead of the profile; everything it does not know it passes on.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.region, self.parents, self.once = profile.region, profile.parents, profile.once  # asked for often
        self._seen: dict[Any, Value] = {}
        self.used: dict[tuple[str, str, str], None] = {}
        """Table, date and base of every number given away."""
        self.part = ""
        """What is being written just now: values asked for belong to it."""
        self._parts: dict[str, dict[Any, None]] = {}
        self.cited: dict[str, None] = {}
        self.origins: dict[tuple[int, int], dict[str, list[Origin]]] = {}
        """What references.used_origins has found, by the numbers of `used` and `cited` it found it for."""
        self.others: dict[tuple[Measure, tuple[str, ...]], dict[str, float]] = {}
        self._stands: dict[tuple[Measure, bool], tuple[Standing | None, Value | None]] = {}
        self._asked: dict[tuple[str, tuple[tuple[str, str], ...]], None] = {}
        self._guessed: dict[str, list[boundaries.Reform]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._profile, name)

    @property
    def places(self) -> list[Evidence]:
        """The places a document tells of: this one."""
        return [self]

    def _keep(self, values: Iterable[Value]) -> list[Value]:
        kept = list(values)
        part = self._parts.setdefault(self.part, {})
        for v in kept:
            key = identity(v)
            if key not in self._seen:
                self._seen[key] = v
                if not v.missing:
                    self.used.update({(table, v.date, v.base): None for table in v.sources})
            part[key] = None
        return kept

    def _ask(self, indicator: str, dims: dict[str, Any]) -> None:
        members = tuple(sorted((name, text) for name, text in dims.items() if name not in ("region", "date")))
        self._asked[indicator, members] = None

    def get(self, indicator: str, **dims: Any) -> Value:
        """One value, as Profile.get."""
        self._ask(indicator, dims)
        return self._keep([self._profile.get(indicator, **dims)])[0]

    def take(self, value: Value) -> Value:
        """Keep a value that came another way, as if it had been asked for."""
        return self._keep([value])[0]

    def whole(self, indicator: str, **dims: Any) -> list[Value]:
        """A series with changes of borders flagged, without remembering it: for the data files, which show more."""
        reforms = self.guessed(dims.get("region"))
        return boundaries.crossed(self._profile.series(indicator, **dims), reforms)

    def reforms(self, region: str | None = None) -> list[boundaries.Reform]:
        """Where the borders of a region (default: the place) moved."""
        place = region or self._profile.region.ags
        told = boundaries.known(self._profile.series("population", region=place))
        return sorted({*told, *self.guessed(place)}, key=lambda reform: reform.after)

    def guessed(self, region: str | None) -> list[boundaries.Reform]:
        """Where the borders of a region moved of which no key tells."""
        place = region or self._profile.region.ags
        if place not in self._guessed:
            unsure = self._profile.unsure(place)
            series = (self._profile.series(name, region=place) for name in ("population", "population_density"))
            self._guessed[place] = boundaries.find(*series) if unsure else []
        return self._guessed[place]

    def series(self, indicator: str, **dims: Any) -> list[Value]:
        """Values ascending by date, as Profile.series, the first one after a change of borders flagged as a break."""
        self._ask(indicator, dims)
        return self._keep(self.whole(indicator, **dims))

    def split(self, indicator: str, dim: str, **dims: Any) -> list[Value]:
        """Every member of one dimension, as Profile.split."""
        return self._keep(self._profile.split(indicator, dim, **dims))

    def compare(self, indicator: str, **dims: Any) -> list[tuple[Region, Value]]:
        """The place, its Kreis, Land and Bund, as Profile.compare; not the Land that is the place itself."""
        self._ask(indicator, dims)
        kept = {region.ags for region in (self._profile.region, *self.around)}
        pairs = [pair for pair in self._profile.compare(indicator, **dims) if pair[0].ags in kept]
        self._keep(value for _, value in pairs)
        return pairs

    def measured(self, measure: Measure, date: str | None, region: str | None = None) -> Value:
        """The value of a measure at a date (None: the newest), of the place or another region."""
        return self.get(measure.indicator, region=region, date=date, variant=measure.variant, **dict(measure.members))

    def known(self, measure: Measure, region: str | None = None) -> list[Value]:
        """The values there are of a measure, on every base of a date, moves of borders flagged; none is remembered."""
        members = dict(measure.members)
        rows = self._profile.every(measure.indicator, region=region, variant=measure.variant, **members)
        return [v for v in boundaries.crossed(rows, self.guessed(region)) if not v.missing]

    def ranked(self, measures: Iterable[Measure] = MEASURES) -> list[tuple[Measure, Standing]]:
        """Those of the measures in which the place has a standing among all places of its level."""
        return [(measure, one) for measure in measures if (one := self.standing(measure)) is not None]

    def standing(self, measure: Measure, *, typed: bool = False) -> Standing | None:
        """Where the place stands among all places of its level (`typed`: of its type); None without such a value."""
        key = (measure, typed)
        if key not in self._stands:
            self._stands[key] = self._found_to_stand(measure, typed)
        found, own = self._stands[key]
        if own is not None:
            self.take(own)
        return found

    @property
    def standings(self) -> dict[tuple[Measure, bool], Standing]:
        """Every standing given away so far, by its measure and whether it is one among places of its type."""
        return {key: found for key, (found, _) in self._stands.items() if found is not None}

    def _found_to_stand(self, measure: Measure, typed: bool) -> tuple[Standing | None, Value | None]:
        """The standing and the value of the place it was compared with."""
        comparison = self._profile.comparison
        if comparison is None:
            return None, None
        among = comparison.peers(self._profile.region) if typed else None
        found = comparison.standing(self._profile.region, measure, among)
        if found is None:
            return None, None
        own = self.measured(measure, found.date)
        if own.value is None or abs(own.value - found.value) > SAME * max(1.0, abs(found.value)):
            return None, own  # the profile tells of another area or base than the comparison
        return found, own

    @cached_property
    def checked(self) -> list[Compared]:
        """Every value an office prints of the place, beside ours, as Profile.checked."""
        return self._profile.checked()

    def elsewhere(self, measure: Measure, regions: Iterable[str]) -> dict[str, float]:
        """The values of other places of its level that the comparison of the data set holds."""
        known = self._profile.comparison.values(measure) if self._profile.comparison else {}
        asked = tuple(regions)
        self.others[measure, asked] = {region: known[region] for region in asked if region in known}
        return self.others[measure, asked]

    def cite(self, tables: Iterable[str]) -> None:
        """Remember sources that carry no values, like the outlines of a map."""
        self.cited |= dict.fromkeys(tables)

    @property
    def around(self) -> list[Region]:
        """What surrounds the place, from near to far, without the Land that is the place itself (Hamburg, Berlin)."""
        return [region for region in self._profile.parents if not boundaries.coincide(self._profile.region, region)]

    @property
    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """Indicator and members of every series a value was taken from, in the order of asking."""
        return [(indicator, dict(members)) for indicator, members in self._asked]

    @property
    def shown(self) -> list[Value]:
        """Every value given away so far, gaps included."""
        return list(self._seen.values())

    def shown_in(self, part: str) -> list[Value]:
        """Every value given away while this part was written, gaps included, in the order of asking."""
        return [self._seen[key] for key in self._parts.get(part, ())]

    @property
    def shown_indicators(self) -> list[str]:
        """Ids of the indicators with at least one value, in the order they were first asked for."""
        return list(dict.fromkeys(v.indicator for v in self.shown if not v.missing))

    @property
    def sources(self) -> list[str]:
        """Table ids behind the values, sorted."""
        return sorted({table for table, _, _ in self.used})


class Joint:
    """Several places told of in one document: each keeps what was asked of it, sources and terms are those of all."""

    def __init__(self, places: Iterable[Evidence]) -> None:
        self.places = list(places)
        first = self.places[0]
        self.register: Register = first.register
        self.indicators: dict[str, Indicator] = first.indicators
        self.store: Store = first.store
        self.origin = first.origin
        self.cite = first.cite
        self.origins: dict[tuple[int, int], dict[str, list[Origin]]] = {}
        self.once: Callable[[str, Hashable, Callable[[], Any]], Any] = first.once

    @property
    def part(self) -> str:
        """What is being written just now, as Evidence.part."""
        return self.places[0].part

    @part.setter
    def part(self, name: str) -> None:
        for place in self.places:
            place.part = name

    @property
    def used(self) -> dict[tuple[str, str, str], None]:
        """Table, date and base of every number given away."""
        return {key: None for place in self.places for key in place.used}

    @property
    def cited(self) -> dict[str, None]:
        """Sources that carry no values."""
        return {table: None for place in self.places for table in place.cited}

    def shown_in(self, part: str) -> list[Value]:
        """Every value given away while this part was written, each once."""
        values = (v for place in self.places for v in place.shown_in(part))
        return list({identity(v): v for v in values}.values())

    @property
    def shown_indicators(self) -> list[str]:
        """Ids of the indicators with at least one value."""
        return list(dict.fromkeys(name for place in self.places for name in place.shown_indicators))
