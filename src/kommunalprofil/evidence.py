"""A profile that remembers what it was asked: sources, definitions and exports follow from the values really shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value
    from kommunalprofil.provenance import Origin
    from kommunalprofil.regions import Region


class Evidence:
    """Answers like the profile inside it and keeps every value it gave away, in the order of asking.

    Figures and chapters get this instead of the profile; everything it does not know it passes on.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._seen: dict[Any, Value] = {}
        self._origins: dict[tuple[str, str | None, str | None], Origin] = {}
        self.cited: dict[str, None] = {}
        self._asked: dict[tuple[str, tuple[tuple[str, str], ...]], None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._profile, name)

    def _keep(self, values: Iterable[Value]) -> list[Value]:
        kept = list(values)
        for v in kept:
            dims = (v.variant, v.sex, v.age, v.nationality, v.migration, v.household)
            self._seen.setdefault((v.region, v.date, v.base, v.indicator, dims), v)
        return kept

    def _ask(self, indicator: str, dims: dict[str, Any]) -> None:
        members = tuple(sorted((name, text) for name, text in dims.items() if name not in ("region", "date")))
        self._asked[indicator, members] = None

    def get(self, indicator: str, **dims: Any) -> Value:
        """One value, as Profile.get."""
        self._ask(indicator, dims)
        return self._keep([self._profile.get(indicator, **dims)])[0]

    def whole(self, indicator: str, **dims: Any) -> list[Value]:
        """A series as Profile.series gives it, without remembering it: for the data files, which show more."""
        return self._profile.series(indicator, **dims)

    def series(self, indicator: str, **dims: Any) -> list[Value]:
        """Values ascending by date, as Profile.series."""
        self._ask(indicator, dims)
        return self._keep(self._profile.series(indicator, **dims))

    def split(self, indicator: str, dim: str, **dims: Any) -> list[Value]:
        """Every member of one dimension, as Profile.split."""
        return self._keep(self._profile.split(indicator, dim, **dims))

    def compare(self, indicator: str, **dims: Any) -> list[tuple[Region, Value]]:
        """The place, its Kreis, Land and Bund, as Profile.compare."""
        self._ask(indicator, dims)
        pairs = self._profile.compare(indicator, **dims)
        self._keep(value for _, value in pairs)
        return pairs

    def origin(self, table: str, date: str | None = None, base: str | None = None) -> Origin:
        """Where a table's values come from, as Profile.origin; each is looked up once."""
        key = (table, date, base)
        if key not in self._origins:
            self._origins[key] = self._profile.origin(table, date, base)
        return self._origins[key]

    def cite(self, tables: Iterable[str]) -> None:
        """Remember sources that carry no values, like the outlines of a map."""
        self.cited |= dict.fromkeys(tables)

    @property
    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """Indicator and members of every series a value was taken from, in the order of asking."""
        return [(indicator, dict(members)) for indicator, members in self._asked]

    @property
    def shown(self) -> list[Value]:
        """Every value given away so far, gaps included."""
        return list(self._seen.values())

    @property
    def shown_indicators(self) -> list[str]:
        """Ids of the indicators with at least one value, in the order they were first asked for."""
        return list(dict.fromkeys(v.indicator for v in self.shown if not v.missing))

    @property
    def sources(self) -> list[str]:
        """Table ids behind the values, sorted."""
        return sorted({table for v in self.shown if not v.missing for table in v.sources})
