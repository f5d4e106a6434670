"""The table of indicators users' scripts read: one row a value, columns and codes fixed by contract.

Many regions are computed in portions, side by side in several processes; the table is the same whoever computes it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Point
from kommunalprofil.errors import UsageError
from kommunalprofil.indicators.compute import declared, every, results_of
from kommunalprofil.indicators.rows import Rows
from kommunalprofil.indicators.series import Series, printed_date
from kommunalprofil.states import State
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import Flag
from kommunalprofil.workers import Workers

if TYPE_CHECKING:
    import pyarrow as pa

GEMEINDE = 8
"""Digits of the key of a Gemeinde."""
PORTION = {False: 600, True: 1_500}
"""So many larger areas (False) or Gemeinden (True) are computed together: more need more memory, not less time."""
HALVES = 100
"""From so many larger areas on one process takes the indicators over one table each, another one the others."""


@dataclass(frozen=True)
class Dates:
    """What `--date` asks for: all days from `first` to `last`; `day` is the one it names, '' for a period.

    `newest` asks for the last of these days at which there is a value: of a year the 31.12. if the year has several.
    """

    first: str
    last: str
    day: str = ""
    newest: bool = False

    def __contains__(self, day: str) -> bool:
        return self.first <= day <= self.last


EVERY = Dates("0000-01-01", "9999-12-31")
LATEST = Dates(EVERY.first, EVERY.last, newest=True)


def _day(text: str, end: bool) -> str:
    """ISO day of a day or a year (its last or first day). Raises ValueError for days that do not exist."""
    full = text if len(text) == 10 else f"{text}-12-31" if end else f"{text}-01-01"
    return date.fromisoformat(full).isoformat()


def date_filter(text: str) -> Dates:
    """What `--date` asks for: a day, a year, a range `2011:2021`, everything (empty), or `latest`.

    Raises UsageError for anything else.
    """
    if text == "latest":
        return LATEST
    if not text:
        return EVERY
    form = r"\d{4}(?:-\d{2}-\d{2})?"
    try:
        if re.fullmatch(form, text, re.ASCII):
            last = _day(text, end=True)
            return Dates(_day(text, end=False), last, last, newest=len(text) == 4)
        if re.fullmatch(f"{form}:{form}", text, re.ASCII):
            first, last = text.split(":")
            found = Dates(_day(first, end=False), _day(last, end=True))
            if found.first <= found.last:
                return found
    except ValueError:
        pass
    raise UsageError(
        f"„{text}“ ist kein Datum. Erlaubt: ein Tag (2018-12-31), Jahr (2018), Zeitraum (2011:2021) oder latest."
    )


class Coverage:
    """For which levels and days there are official tables: what a region without any row at a day means."""

    def __init__(self, store: Store) -> None:
        from kommunalprofil.sources import declared

        tables = declared()
        origins = [o for o in store.origins if o.table in tables and not tables[o.table].oracle]
        self._known = {(tables[o.table].measure, o.level == "gemeinde", day) for o in origins for day in o.dates}

    def reason(self, series: Series, region: str, day: str) -> Flag:
        """`REGION_ABSENT` where tables list the level at that day and know the region only at others."""
        listed = (series.indicator.measure, len(region) == 8, day) in self._known
        return Flag.REGION_ABSENT if listed and region in series.regions else Flag.NOT_PUBLISHED


@dataclass(frozen=True)
class Request:
    """What is asked of the indicators: `regions` with their printed names, split `by` dimensions, at some `dates`.

    `variant` None is the default, a name that variant of each indicator that has it. `territory` is the Gebietsstand
    (ISO) to which all counts are carried over. Regions in `named` get a row with the reason also where no table knows
    them, if `dates` names a day or year.
    """

    indicators: Sequence[str]
    regions: Mapping[str, str]
    by: Sequence[str] = ()
    variant: str | None = None
    dates: Dates = EVERY
    territory: str = ""
    named: frozenset[str] = field(default_factory=frozenset)

    def portions(self) -> list[Request]:
        """The same of fewer regions each, of about equal number, small and large areas apart."""
        found = []
        for small, size in PORTION.items():
            regions = sorted(r for r in self.regions if (len(r) == GEMEINDE) == small)
            number = -(-len(regions) // size)
            cuts = [round(i * len(regions) / number) for i in range(number + 1)] if number else [0]
            found += [replace(self, regions={r: self.regions[r] for r in regions[a:b]}) for a, b in pairwise(cuts)]
        return found

    def halves(self) -> list[Request]:
        """The same, what happened in a year and what there was on a day apart, where that is worth another process."""
        if len(self.regions) < HALVES or all(len(r) == GEMEINDE for r in self.regions):
            return [self]
        known = declared()
        kinds = [[i for i in self.indicators if known[i].period == period] for period in ("year", "stock")]
        return [replace(self, indicators=some) for some in kinds if some]


def tabulate(store: Store, request: Request, processes: int = 1) -> pa.Table:
    """The rows asked for with the columns of the contract: by indicator, numbers unrounded, gaps as missing.

    Texts are dictionaries. Raises KeyError for an unknown indicator, UsageError for a day to which no key leads,
    DataError for a damaged data set, KommunalprofilError if one of the processes is ended.
    """
    import pyarrow as pa

    portions = request.portions()
    rows: dict[str, list[pa.RecordBatch]] = {name: [] for name in request.indicators}
    if processes > 1:
        portions = [half for portion in portions for half in portion.halves()]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Workers(processes, few=2) as pool:
        if len(portions) < 2 or processes < 2:
            found: Iterable[Iterable[pa.RecordBatch]] = (batches(store, portion) for portion in portions)
        else:
            work = [(store.state, portion, Path(folder) / f"{i}.arrows") for i, portion in enumerate(portions)]
            found = map(_read, pool.shared(_write, work))
        for portion, parts in zip(portions, found, strict=True):
            for name, batch in zip(portion.indicators, parts, strict=True):
                rows[name] += [batch] if len(batch) else []
        whole = [batch for name in request.indicators for batch in rows[name]]
        return pa.Table.from_batches(whole, Rows({}).batch().schema)


def _write(piece: tuple[State, Request, Path]) -> Path:
    """The rows of a portion in a file, from which another process takes them without copying."""
    import pyarrow as pa

    state, portion, path = piece
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, Rows({}).batch().schema) as stream:
        for batch in batches(Store(state), portion):
            stream.write_batch(batch)
    return path


def _read(path: Path) -> list[pa.RecordBatch]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as stream:
        return list(stream)


def batches(store: Store, request: Request) -> Iterator[pa.RecordBatch]:
    """The rows of each indicator, all regions at once."""
    results = results_of(store, request.regions, request.territory)
    named = [r for r in request.regions if r in request.named] if request.dates.day else []
    coverage = Coverage(store) if named else None
    rows = Rows(request.regions)
    for name in request.indicators:
        for one, mask in _chosen(every(results, name, request.by, request.variant), request.dates):
            rows.add(one, mask)
            if coverage is not None and (one.selection.age == "T" or "age" in one.indicator.own):
                _add_lacking(rows, one, mask, request.dates, named, coverage)
        yield rows.batch()


def _add_lacking(
    rows: Rows, one: Series, mask: NDArray[np.bool_], dates: Dates, named: Sequence[str], coverage: Coverage
) -> None:
    row = {region: i for i, region in enumerate(one.regions)}
    missing = [x for x in named if x not in row or not mask[row[x]].any()]
    if missing:
        inside = [p.date for p in one.points if p.date in dates]
        day = inside[-1] if inside else dates.day
        printed = printed_date(Point(day, ""), one.indicator.period, one.indicator.variant(one.variant).years)
        rows.lacking(one, missing, printed, [coverage.reason(one, x, day) for x in missing])


def _chosen(series: Iterable[Series], dates: Dates) -> Iterator[tuple[Series, NDArray[np.bool_]]]:
    """The series with the values to show. The age groups of one table belong together: the newest is one date."""

    def whole(s: Series) -> tuple[Any, ...]:
        split = "age" in s.indicator.by - s.indicator.own and s.selection.age != "T"
        return (s.variant, s.selection._replace(age="") if split else s.selection)

    for _, group in groupby(series, key=whole):
        if not dates.newest:
            yield from ((one, one.there & _inside(one, dates)) for one in group)
            continue
        parts = list(group)
        newest = _newest(parts, dates)
        for one in parts:
            day = np.array([newest.get(region, "") for region in one.regions], dtype=object)
            days = np.array([point.date for point in one.points], dtype=object)
            yield one, one.there & (days[None, :] == day[:, None])


def _inside(series: Series, dates: Dates) -> NDArray[np.bool_]:
    return np.array([[point.date in dates for point in series.points]], dtype=bool)


def _newest(parts: Sequence[Series], dates: Dates) -> dict[str, str]:
    """For each region the newest of some dates at which any of the series has a value (else any row)."""
    newest: dict[str, str] = {}
    valued: dict[str, str] = {}
    for one in parts:
        there = one.there & _inside(one, dates)
        for found, mask in ((newest, there), (valued, there & np.isfinite(one.value))):
            for r in np.flatnonzero(mask.any(axis=1)).tolist():
                day = one.points[int(np.flatnonzero(mask[r])[-1])].date
                found[one.regions[r]] = max(day, found.get(one.regions[r], ""))
    return newest | valued
