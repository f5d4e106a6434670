"""The crosswalk: where every Kreis and Gemeinde of an earlier day lies today, step by step, from official keys.

One table of steps is part of the data set, written by the import (sources/steps.py), one row group a Land. A step leads
from a Gebietsstand to a later one. Shares of people convert counts; an area that went to one other as a whole is exact,
one that was divided is an estimate. Where nothing official says where an area went, a row says so and the path ends.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kommunalprofil.errors import DataError, UsageError
from kommunalprofil.states import CROSSWALK, HINT, State

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

SAME, RENAMED, MERGED, SPLIT, UNPROVED = "same", "renamed", "merged", "split", "unproved"
COLUMNS = ("from_region", "from_date", "to_region", "to_gebietsstand", "weight_area", "weight_population", "kind",
           "source", "name")  # fmt: skip
"""`from_date` and `to_gebietsstand` are the days (ISO) between which the step lies. An unproved one leads nowhere; its
`weight_area` is by what the area changed, 0 where the key is gone. `name` is that of an area that does not just go
on."""
KREIS, GEMEINDE = 5, 8
"""Levels, by the length of their keys. Länder and Germany have one territory at all times."""


class Share(NamedTuple):
    """Where a part of an area goes: the key, its share of the area and of the people."""

    to: str
    area: float
    people: float


Route = tuple[Share, ...]
"""The parts of an area at a later Gebietsstand; empty where it is not known."""


@dataclass
class Step:
    """All areas of one level from one Gebietsstand to the next; `routes` holds those that do not just go on.

    `changed` says by what the area of an unproved one changed.
    """

    start: str
    end: str
    keys: set[str]
    ends: set[str]
    routes: dict[str, Route] = field(default_factory=dict)
    changed: dict[str, float] = field(default_factory=dict)

    def route(self, key: str) -> Route:
        """Where an area of the start goes; nowhere if that is unproved."""
        return self.routes.get(key, (Share(key, 1.0, 1.0),))


@dataclass
class Way:
    """From a Gebietsstand to the wanted one: the keys there are, and the routes of those that do not just go on.

    `doubtful` are areas at the end that something else may have gone into than what is known to.
    """

    keys: set[str]
    routes: dict[str, Route]
    doubtful: set[str] = field(default_factory=set)

    def route(self, key: str) -> Route:
        """Where an area lies; an area that goes on leads to itself, an unknown or lost one nowhere."""
        if key in self.routes:
            return self.routes[key]
        return (Share(key, 1.0, 1.0),) if key in self.keys else ()

    @cached_property
    def _into(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """For each area at the end that did not just go on, those it got people from, and those it got land from."""
        people: dict[str, list[str]] = {}
        land: dict[str, list[str]] = {}
        for key, route in self.routes.items():
            for share in route:
                for found, weight in ((people, share.people), (land, share.area)):
                    if weight:
                        found.setdefault(share.to, []).append(key)
        return people, land

    def sources(self, region: str, by_area: bool = False) -> list[str]:
        """The areas at the start that people (or land) of one at the end come from."""
        known = self._into[by_area].get(region, [])
        return [*known, region] if region in self.keys and region not in self.routes else known

    def parts(self, region: str) -> tuple[str, ...]:
        """The areas at the start that make up one at the end as wholes, sorted.

        Empty if it took parts of some, or if nobody knows what else it took.
        """
        found = [] if region in self.doubtful else self.sources(region)
        whole = all(sum(share.people > 0 for share in self.route(key)) == 1 for key in found)
        return tuple(sorted(found)) if whole else ()


def to_parquet(steps: pd.DataFrame) -> bytes:
    """The steps as Parquet, a row group for each Land they start in; the same steps give the same bytes.

    The file's metadata say which Länder there are and from which others areas came into each.
    """
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    start, end = steps["from_region"].str[:2], steps["to_region"].str[:2]
    lands = sorted(set(start))
    crossing = sorted(set(zip(end, start, strict=True)) - {("", s) for s in lands})
    feeds: dict[str, list[str]] = {}
    for into, out in crossing:
        if into != out:
            feeds.setdefault(into, []).append(out)
    text = pa.dictionary(pa.int32(), pa.string())
    kinds = [pa.float64() if c.startswith("weight_") else text for c in COLUMNS]
    fields = pa.schema(list(zip(COLUMNS, kinds, strict=True)))
    told = fields.with_metadata({"lands": json.dumps(lands), "feeds": json.dumps(feeds)})
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, told, compression="zstd", compression_level=12, write_page_checksum=True) as writer:
        for land in lands:
            part = pa.Table.from_pandas(steps.loc[start == land, list(COLUMNS)], schema=fields, preserve_index=False)
            writer.write_table(part.replace_schema_metadata(None).cast(told), row_group_size=len(part))
    return sink.getvalue()


def parse(data: bytes) -> Crosswalk:
    """The crosswalk in the bytes of a file."""
    import io

    import pyarrow.parquet as pq

    return Crosswalk(pq.read_table(io.BytesIO(data), use_threads=False))


def read(where: Path | State, lands: Iterable[str] | None = None) -> pa.Table | None:
    """The steps of a data set, of all Länder or of those given and whatever areas came to them from.

    None if it has none. Raises DataError if the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    state = State.of(where)
    if CROSSWALK not in state.entries:
        return None
    path = state.path(CROSSWALK)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if file.schema_arrow.names != list(COLUMNS):
                raise ValueError("andere Spalten")
            if lands is None:
                return file.read(use_threads=False)
            there = json.loads(file.schema_arrow.metadata[b"lands"])
            feeds = json.loads(file.schema_arrow.metadata[b"feeds"])
            wanted = dict.fromkeys(lands)
            wanted |= {out: None for land in tuple(wanted) for out in feeds.get(land, ())}
            return file.read_row_groups([there.index(x) for x in wanted if x in there], use_threads=False)
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} ist beschädigt oder nicht lesbar. {HINT}") from error


class Crosswalk:
    """All steps of some Länder, joined to ways when they are asked for.

    `names` are the last ones of areas that are gone or have changed.
    """

    def __init__(self, steps: pa.Table | None) -> None:
        self.steps: dict[int, dict[str, Step]] = {KREIS: {}, GEMEINDE: {}}
        self.names: dict[str, str] = {}
        if steps is not None and len(steps):
            self._take(steps.unify_dictionaries().combine_chunks())
        self._ways: dict[tuple[int, str, str], Way | None] = {}

    def _take(self, table: pa.Table) -> None:
        """Sort the rows by level and day; only those of areas that do not just go on are looked at one by one."""
        codes, texts = {}, {}
        for name in (*COLUMNS[:4], "kind", "name"):
            column = table.column(name).chunk(0)
            codes[name], texts[name] = np.from_dlpack(column.indices), column.dictionary.to_pylist()
        area, people = (np.from_dlpack(table.column(name).chunk(0)) for name in COLUMNS[4:6])
        width = np.array([len(key) for key in texts["from_region"]])[codes["from_region"]]
        names, ends = texts["from_region"], texts["to_region"]
        kinds = np.array(texts["kind"])[codes["kind"]]
        plain = (kinds == SAME) & (area == 1)
        for level, mine in self.steps.items():
            for day, start in enumerate(texts["from_date"]):
                rows = np.flatnonzero((width == level) & (codes["from_date"] == day))
                if not len(rows):
                    continue
                led = rows[kinds[rows] != UNPROVED]
                end = texts["to_gebietsstand"][codes["to_gebietsstand"][rows[0]]]
                keys = {names[i] for i in set(codes["from_region"][rows].tolist())}
                mine[start] = Step(start, end, keys, {ends[i] for i in set(codes["to_region"][led].tolist())})
                for row in rows[~plain[rows]].tolist():
                    key, share = names[codes["from_region"][row]], ends[codes["to_region"][row]]
                    step = mine[start]
                    self.names[key] = texts["name"][codes["name"][row]]
                    if kinds[row] == UNPROVED:
                        step.routes[key], step.changed[key] = (), float(area[row])
                    else:
                        led_to = Share(share, float(area[row]), float(people[row]))
                        step.routes[key] = (*step.routes.get(key, ()), led_to)

    @classmethod
    def load(cls, where: Path | State, lands: Iterable[str] | None = None) -> Crosswalk:
        """The crosswalk of a data set, of all Länder or some; empty if it has none. Raises DataError for damage."""
        return cls(read(where, lands))

    def __bool__(self) -> bool:
        return any(self.steps.values())

    def days(self, level: int) -> list[str]:
        """Every Gebietsstand of a level that some step starts at or leads to, from old to new."""
        steps = self.steps[level].values()
        return sorted({step.start for step in steps} | {step.end for step in steps})

    def targets(self) -> list[str]:
        """The days to which both Kreise and Gemeinden can be carried over."""
        ends = [{step.end for step in self.steps[level].values()} for level in (KREIS, GEMEINDE)]
        return sorted(ends[0] & ends[1])

    def check_target(self, day: str) -> None:
        """Raises UsageError naming the days there are if no step leads to `day`."""
        if day not in self.targets():
            known = f"Möglich: {', '.join(self.targets())}." if self.targets() else "Der Datenbestand hat keine."
            raise UsageError(f"Auf den Gebietsstand {day} führen keine Umsteigeschlüssel. {known}")

    def existing(self, regions: set[str], day: str) -> set[str]:
        """Those of the regions that there are at a Gebietsstand; Länder and Germany are always there."""
        keys = self.keys(KREIS, day) | self.keys(GEMEINDE, day)
        return {region for region in regions if len(region) not in self.steps or region in keys}

    def keys(self, level: int, day: str) -> set[str]:
        """The keys there were at a Gebietsstand of `days`."""
        step = self.steps[level].get(day)
        if step is not None:
            return step.keys
        return next((s.ends for s in self.steps[level].values() if s.end == day), set())

    def way(self, level: int, start: str, end: str) -> Way | None:
        """From one Gebietsstand of `days` to another; None if no steps lead there.

        Backward only what no step in between touched goes on.
        """
        key = (level, start, end)
        if key not in self._ways:
            self._ways[key] = self._join(*key) if start <= end else self._back(level, start, end)
        return self._ways[key]

    def _join(self, level: int, start: str, end: str) -> Way | None:
        way = Way(self.keys(level, start), {})
        while start != end:
            step = self.steps[level].get(start)
            if step is None or not start < step.end <= end:
                return None
            led_on = {share.to for key in way.doubtful & step.keys for share in step.route(key)}
            way = Way(way.keys, _joined(way, step), (self.keys(level, step.end) - step.ends) | led_on)
            start = step.end
        return way

    def _back(self, level: int, start: str, end: str) -> Way | None:
        forth = self.way(level, end, start)
        if forth is None:
            return None
        moved = forth.routes.keys() | {share.to for route in forth.routes.values() for share in route}
        return Way(self.keys(level, start), {key: () for key in self.keys(level, start) if key in moved})

    def around(self, level: int, day: str) -> tuple[str, str]:
        """The last Gebietsstand up to a day and the first from it on, '' where there is none."""
        days = self.days(level)
        at = bisect_left(days, day)
        if at < len(days) and days[at] == day:
            return day, day
        return (days[at - 1] if at else ""), (days[at] if at < len(days) else "")


def _joined(way: Way, step: Step) -> dict[str, Route]:
    """The routes of a way, led on by one step."""
    routes: dict[str, Route] = {}
    for key in way.keys:
        before = way.routes.get(key)
        if before is None:
            if key in step.routes or key not in step.keys:
                routes[key] = step.routes.get(key, ())
            continue
        routes[key] = _led_on(before, step)
    return routes


def _led_on(route: Route, step: Step) -> Route:
    """One route led on by a step; nowhere if any part of it, however small, gets lost."""
    sums: dict[str, list[float]] = {}
    for share in route:
        if share.to not in step.keys:
            return ()
        onward = step.route(share.to)
        if not onward and (share.people or share.area):
            return ()
        for part in onward:
            total = sums.setdefault(part.to, [0.0, 0.0])
            total[0] += share.area * part.area
            total[1] += share.people * part.people
    return tuple(Share(to, area, people) for to, (area, people) in sorted(sums.items()))


def as_frame(table: pa.Table | None) -> Any:
    """The steps as pandas, texts as texts, for an import that adds to them; None if there are none."""
    if table is None:
        return None
    frame = table.to_pandas()
    return frame.astype({name: object for name in COLUMNS if not name.startswith("weight_")})


def lives(steps: Mapping[str, Step]) -> dict[str, tuple[str, str]]:
    """First and last Gebietsstand at which each key of a level is known; '' for the last if it is known at the end."""
    days = sorted({step.start for step in steps.values()} | {step.end for step in steps.values()})
    spans: dict[str, tuple[str, str]] = {}
    for day in days:
        step = steps.get(day)
        keys = step.keys if step else {key for s in steps.values() if s.end == day for key in s.ends}
        for key in keys:
            spans[key] = (spans.get(key, (day, day))[0], day)
    return {key: (first, "" if last == days[-1] else last) for key, (first, last) in spans.items()}
