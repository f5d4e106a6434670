"""How one value came about, in facts: the formula, every published number behind it, other ways to count, the office's.

Nothing is computed a second time: the formula of the indicator runs once more over the same cells, which tell what
became of them (indicators/recorded.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import AgeGroup
from kommunalprofil.errors import UsageError
from kommunalprofil.formatting import date, list_and, span
from kommunalprofil.indicators import Indicator, Series, Value
from kommunalprofil.indicators.compute import SPLITS, measures_of
from kommunalprofil.indicators.finish import WRONG_LEVEL
from kommunalprofil.indicators.oracles import compare
from kommunalprofil.indicators.recorded import How, Recorded
from kommunalprofil.indicators.series import Selection
from kommunalprofil.indicators.tabulate import LATEST, Dates
from kommunalprofil.provenance import Origin, covers
from kommunalprofil.regions import Region
from kommunalprofil.sources import declared as declared_tables
from kommunalprofil.trail import Cell, bounds
from kommunalprofil.vocabulary import DIMENSION, FLAG_TEXT, Flag


@dataclass(frozen=True)
class Official:
    """A value an office prints, beside ours of the variant that counts as it does; `cause` says why they differ."""

    table: str
    measure: str
    variant: str
    value: float
    decimals: int
    ours: float | None
    exact: bool
    cause: str


@dataclass(frozen=True)
class Explanation:
    """One value and how it came about; `ways` are the values of all variants, the default first.

    `carriers` are the tables that count what the indicator is about, with their levels; `refusals` those that list the
    region at the date of a gap and why they cannot tell; `flows` those that count what happened in a year; `spread`
    those behind the value that no cell comes from: they tell how people are spread inside age groups.
    """

    indicator: Indicator
    region: Region
    selection: Selection
    value: Value
    how: How
    ways: tuple[Value, ...]
    official: tuple[Official, ...]
    files: Files
    carriers: Mapping[str, str]
    flows: frozenset[str]
    refusals: Mapping[str, str]

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between which values the true one lies where an office changed counts to keep them secret; None elsewhere.

        A count is taken to be off by as much as sums and parts of its table differ (`Table.tolerance`); a zero is true.
        """
        tables = declared_tables()

        def off(cell: Cell) -> float:
            return tables[cell.table].tolerance if cell.flags & Flag.CELL_KEY and cell.value else 0.0

        if self.value.missing or not any(off(cell) for count in self.how.counts for _, cell in count.cells):
            return None
        low, high = bounds(self.how.value, off)
        return (low, high) if low <= high else None

    @property
    def spread(self) -> tuple[str, ...]:
        """The tables that only tell how people are spread inside age groups."""
        read = {cell.table for count in self.how.counts for _, cell in count.cells}
        return tuple(table for table in self.value.sources if read and table not in read)


@dataclass(frozen=True)
class Choice:
    """The values of all members of an indicator that has none of its own without a member."""

    indicator: Indicator
    region: Region
    variant: str
    values: tuple[Value, ...]

    @property
    def dimension(self) -> str:
        """The dimension a member has to be chosen of."""
        return next(iter(sorted(self.indicator.own)))


class Files:
    """The official files behind cells, numbered from 1 in the order in which they are asked for."""

    def __init__(self, origins: Sequence[Origin]) -> None:
        self._origins = origins
        self._known: dict[tuple[str, str, str], tuple[Origin, ...]] = {}
        self.used: list[Origin] = []

    def numbers(self, cell: Cell) -> tuple[int, ...]:
        """The files that hold the table at the date of a cell, the one with the newest Stand, which counts, first."""
        key = (cell.table, *cell.point)
        if key not in self._known:
            self._known[key] = self._find(*key)
            self.used += [origin for origin in self._known[key] if origin not in self.used]
        return tuple(self.used.index(origin) + 1 for origin in self._known[key])

    def _find(self, table: str, day: str, base: str) -> tuple[Origin, ...]:
        for wanted in ((day, base), (day, None), (None, None)):
            found = [origin for origin in self._origins if covers(origin, table, *wanted)]
            if found:
                return tuple(sorted(found, key=lambda o: (o.stand or o.retrieved, o.dates), reverse=True))
        return ()


def selected(indicator: Indicator, chosen: Mapping[str, str]) -> Selection:
    """The selection some members (dimension → code; '' none) make up. Raises UsageError for one that is not offered."""
    selection = Selection()
    for dim, text in chosen.items():
        if text and text.upper() != "T":
            if dim not in indicator.by:
                raise UsageError(f"„{indicator.de}“ gibt es nicht nach {DIMENSION[dim][0]}. {_offered(indicator)}")
            selection = selection._replace(**{dim: _member(indicator, dim, text)})
    return selection


def _member(indicator: Indicator, dim: str, text: str) -> str:
    allowed = {code.lower(): code for code in members(indicator, dim)}
    plain = text.strip().replace("–", "-")
    if plain.lower() in allowed:
        return allowed[plain.lower()]
    if dim == "age" and not allowed:
        try:
            return str(AgeGroup.parse(f"{plain}-{plain}" if plain.isdecimal() else plain))
        except ValueError:
            raise UsageError(f"„{text}“ ist keine Altersgruppe. Erlaubt sind Gruppen wie 18-24, 65+ oder 7.") from None
    known = ", ".join(allowed.values())
    raise UsageError(f"„{text}“ gibt es bei „{indicator.de}“ nicht (--{dim}). Erlaubt sind: {known}.")


def members(indicator: Indicator, dim: str) -> tuple[str, ...]:
    """The codes `--dim` takes for an indicator beside `T`; none if it may be any age group."""
    return tuple(code for code in SPLITS.get(dim) or indicator.members.get(dim, ()) if code != "T")


def _offered(indicator: Indicator) -> str:
    """What an indicator may be split by, as options."""
    told = (f"--{dim} {'|'.join(members(indicator, dim)) or '65+'}" for dim in DIMENSION if dim in indicator.by)
    options = ", ".join(told)
    return f"Möglich: {options}." if options else "Er wird nur insgesamt berechnet."


def explain(
    results: Recorded,
    region: Region,
    indicator: Indicator,
    selection: Selection,
    variant: str,
    dates: Dates,
) -> Explanation | Choice:
    """How the value of a region came about at a day or in a year (the last day with a value), or the newest value.

    Where a member of the indicator's own dimension has to be chosen first, all of them. Raises UsageError for a
    variant or a date that is not there, with those there are.
    """
    if variant and variant not in indicator.variants:
        known = ", ".join(indicator.variants) or "keine"
        raise UsageError(f"Die Variante „{variant}“ gibt es bei „{indicator.de}“ nicht. Vorhanden: {known}.")
    if not (dates.day or dates.newest):
        raise UsageError("Erklärt wird ein Wert; anzugeben ist ein Tag (2015-12-31), ein Jahr (2015) oder latest.")
    open_dims = {dim for dim in indicator.own if getattr(selection, dim) == "T"}
    picked = [selection]
    if open_dims:
        own = {dim for dim in indicator.own if dim not in open_dims}
        picked = [
            one._replace(**{dim: getattr(selection, dim) for dim in (*{"sex", "nationality"}, *own)})
            for one in results.selections(indicator.id, (), variant)
        ]
    series = [results.series(indicator.id, one, variant) for one in picked]
    t = _place(series, region, dates)
    values = tuple(_value(one, region, t, dates) for one in series)
    if open_dims:
        return Choice(indicator, region, variant, values)
    return _explained(results, region, series[0], t, values[0])


def _explained(results: Recorded, region: Region, series: Series, t: int | None, value: Value) -> Explanation:
    indicator, selection = series.indicator, series.selection
    names = ("", *indicator.variants)
    others = [results.series(indicator.id, selection, name) for name in names]
    ways = tuple(replace(_value(one, region, t, LATEST), date=value.date if t is None else one.dates[t])
                 for one in others)  # fmt: skip
    how = How() if t is None else results.how(series, region.ags, t)
    official = () if t is None else tuple(_official(results, indicator, region, selection, series.points[t].date, ways))
    files = Files(results.store.origins)
    for count in how.counts:
        for _, cell in count.cells:
            files.numbers(cell)
    carriers = {
        name: table.level
        for name, table in results.tables.items()
        if name in results.store.tables and measures_of(table) & {*indicator.measures}
    }
    refusals = {} if t is None or not value.missing else results.refusals(series, region.ags, t)
    flows = frozenset(name for name, table in results.tables.items() if table.period != "stock")
    return Explanation(indicator, region, selection, value, how, ways, official, files, carriers, flows, refusals)


def _there(series: Sequence[Series], region: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """At which points any of the series has a row of the region, and at which a value."""
    r = series[0].regions.index(region)
    there = np.logical_or.reduce([one.there[r] for one in series])
    return there, np.logical_or.reduce([one.there[r] & np.isfinite(one.value[r]) for one in series])


def _place(series: Sequence[Series], region: Region, dates: Dates) -> int | None:
    """The point meant, None if no table ever lists the region. Raises UsageError for a date without any row."""
    if region.ags not in series[0].regions:
        return None
    there, valued = _there(series, region.ags)
    if not there.any():
        return None
    inside = np.array([point.date in dates for point in series[0].points], dtype=bool)
    for found in (there & valued & inside, there & inside):
        if found.any():
            return int(np.flatnonzero(found)[-1])
    known = series[0].points
    days = [known[t].date for t in np.flatnonzero(valued if valued.any() else there).tolist()]
    indicator = series[0].indicator
    held = held_dates(days) if indicator.period == "stock" else held_years(days, series[0].years)
    when = date(dates.day) if dates.first == dates.last else dates.day[:4]
    what = f"Für {region.accusative} gibt es „{indicator.de}“ zu {when} nicht."
    raise UsageError(f"{what} Vorhanden: {held}.")


def held_dates(days: Sequence[str]) -> str:
    """Days (ISO, ascending) in short: „31.12. der Jahre 1995–2021; 15.05.2022“."""
    ends = sorted({int(day[:4]) for day in days if day.endswith("-12-31")})
    told = _runs(ends)
    many = "der Jahre" if len(ends) > 1 else "des Jahres"
    others = [date(day) for day in dict.fromkeys(days) if not day.endswith("-12-31")]
    return "; ".join([*([f"31.12. {many} {told}"] if ends else []), *others])


def held_years(days: Sequence[str], pooled: int = 1) -> str:
    """The years of what happens in a year (by their last days): „1995–2000 und 2002“, with those pooled with them."""
    years = sorted({int(day[:4]) for day in days})
    each = "jeweils " if len(years) > 1 else ""
    return _runs(years) + (f" ({each}mit den {pooled - 1} Jahren davor)" if pooled > 1 else "")


def _runs(years: Sequence[int]) -> str:
    runs = [[year for _, year in run] for _, run in groupby(enumerate(years), key=lambda pair: pair[1] - pair[0])]
    return list_and(span(run[0], run[-1]) for run in runs)


def _value(series: Series, region: Region, t: int | None, dates: Dates) -> Value:
    """The value of a region at a point; a gap where no table lists it."""
    if t is not None:
        point = series.points[t]
        whole = replace(series, there=np.ones_like(series.there))
        return next(v for v in whole.row(region.ags) if (v.date, v.base) == (series.dates[t], point.base))
    levels = series.indicator.levels
    return Value(
        region=region.ags,
        date=dates.day if series.indicator.period == "stock" else dates.day[:4],
        indicator=series.indicator.id,
        variant=series.variant,
        **series.selection._asdict(),
        value=None,
        unit=series.unit,
        numerator=None,
        denominator=None,
        flag=f"not_computable:{WRONG_LEVEL}" if levels and region.level not in levels else "not_published",
        sources=(),
        base="",
    )


def _official(
    results: Recorded, indicator: Indicator, region: Region, selection: Selection, day: str, ways: Sequence[Value]
) -> Iterator[Official]:
    """What offices print of the same place, day and members, each beside the variant that counts as it does."""
    ours = {way.variant: way.value for way in ways}
    wanted = (region.ags, day, selection.sex, selection.nationality, selection.age)
    for oracle in indicator.oracle:
        if oracle.household != selection.household:
            continue
        for c in compare(results, indicator, oracle):
            same = (c.region, c.date, c.sex, c.nationality, c.age) == wanted
            if same and c.ours == ours[oracle.variant]:  # of two bases at a day that of our value
                yield Official(
                    oracle.table, oracle.measure, oracle.variant, c.official, c.decimals, c.ours, c.exact, c.cause
                )


def flag_words(flag: str) -> list[str]:
    """The facts an exported flag names, in words; of a gap the reason."""
    words = []
    for name in filter(None, flag.split("|")):
        kind, _, text = name.partition(":")
        words.append(_break(text) if kind == "break" else text or FLAG_TEXT.get(kind, kind))
    return words


def _break(what: str) -> str:
    from kommunalprofil.vocabulary import BASE

    before = "mit dem Wert davor nur eingeschränkt vergleichbar"
    reasons = {
        "territory": "seitdem änderte sich das Gebiet",
        "wanderungsstatistik": "die Wanderungsstatistik rechnet seit 2016 nach einem anderen Verfahren",
        "pflegegrade": "seit 2017 gelten Pflegegrade statt Pflegestufen",
    }
    base = f"neue Grundlage, {BASE[what].de}" if what in BASE else what
    return f"{before}: {reasons.get(what, base)}"
