"""What changed between two states: which numbers moved, by how much, because of which table and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import base_order
from kommunalprofil.observations import KEY, row_keys, typed
from kommunalprofil.provenance import Origin
from kommunalprofil.regions import Register
from kommunalprofil.states import OBSERVATIONS, REGIONS
from kommunalprofil.store import Store
from kommunalprofil.territory import FORMER_KREISE
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL

if TYPE_CHECKING:
    import pandas as pd

REVISED, NEW_DATE, NEW_BASE, ADDED, GONE, GONE_DATE, FILLED, WITHDRAWN, FLAGGED = (
    "revised", "new_date", "new_base", "added", "gone", "gone_date", "filled", "withdrawn", "flag",
)  # fmt: skip
MOVED = frozenset({REVISED, FILLED, WITHDRAWN})
"""Kinds of which every single number can be told: it was there before, as a value or as a gap."""
LARGEST = 5
"""Moves told of each group of changed numbers."""
SAME = tuple(c for c in KEY if c != "source")
WITHOUT_BASE = tuple(c for c in SAME if c not in ("base", "gebietsstand"))
MEMBER = ("sex", "nationality", "migration", "household")


@dataclass(frozen=True)
class Move:
    """One number that moved: where, of which members, from what to what (None: no value)."""

    region: str
    name: str
    members: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Group:
    """The changed rows of one table, date, base and measure, of one kind.

    `before` and `after` are sums over the table's lowest level of the changed rows that stand for all persons (or
    households) there; None where none does. `stands` are the old and the new Stand of the files behind them. `moves`
    are all numbers of the group, where they were asked for.
    """

    table: str
    date: str
    base: str
    measure: str
    kind: str
    rows: int
    regions: int
    before: float | None = None
    after: float | None = None
    largest: tuple[Move, ...] = ()
    stands: tuple[str, str] = ("", "")
    old_base: str = ""
    moves: tuple[Move, ...] = ()


@dataclass
class Changes:
    """All groups of changed rows, table by table, and the regions they are about."""

    groups: list[Group] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)

    @property
    def measures(self) -> set[str]:
        """What is counted by the changed rows."""
        return {group.measure for group in self.groups}


def compare(old: Store, new: Store, wanted: Sequence[str] = (), every: bool = False) -> Changes:
    """What changed in all tables, or the `wanted` ones; those whose file is the same in both states are not read.

    `every` asks for each number that moved, not only for the largest moves. Raises DataError if a state is damaged.
    """
    known = names(old, new)
    changes = Changes()
    for table in sorted({*old.state.tables, *new.state.tables}):
        files = [s.state.entries.get(f"{OBSERVATIONS}/{table}") for s in (old, new)]
        if files[0] == files[1] or (wanted and table not in wanted):
            continue
        one = _Comparison(table, old, new, known, every)
        changes.groups += one.groups()
        changes.regions |= one.touched
    return changes


def names(*stores: Store) -> dict[str, str]:
    """The name of every region any of the registers knows, by key."""
    found = dict(FORMER_KREISE)
    for store in stores:
        if REGIONS in store.state.entries:
            register = Register.load(store.state)
            found |= dict(zip(register.column("ags"), register.column("name"), strict=True))
    return found


def _stands(origins: Sequence[Origin], table: str) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for origin in (o for o in origins if o.table == table):
        for day in origin.dates:
            stand = origin.stand or origin.retrieved
            found[day, origin.base] = max(stand, found.get((day, origin.base), ""))
    return found


class _Comparison:
    """One table in both states: all rows in one frame, those of the old state first."""

    def __init__(self, table: str, old: Store, new: Store, names: dict[str, str], every: bool) -> None:
        import pandas as pd

        self.table, self.names, self.every = table, names, every
        frames = [typed(s.observations(table).to_pandas(), table) for s in (old, new) if table in s.state.tables]
        self.before = len(frames[0]) if table in old.state.tables else 0
        self.rows: pd.DataFrame = pd.concat(frames, ignore_index=True)
        self.value = self.rows["value"].to_numpy()
        self.stands = (_stands(old.origins, table), _stands(new.origins, table))
        self.keys = row_keys(self.rows, SAME)
        self.touched: set[str] = set()
        self._code: dict[str, NDArray[np.int64]] = {}
        self.point = row_keys(self.rows, ("date", "base", "measure"))

    def groups(self) -> Iterator[Group]:
        """Changed, new and vanished rows, in this order."""
        old, new = self.keys[: self.before], self.keys[self.before :]
        _, i, j = np.intersect1d(old, new, assume_unique=True, return_indices=True)
        yield from self._changed(i, j + self.before)
        fresh = np.setdiff1d(np.arange(len(new)), j) + self.before
        gone = np.setdiff1d(np.arange(len(old)), i)
        yield from self._appeared(fresh)
        yield from self._vanished(gone)

    def _changed(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> Iterator[Group]:
        was, now = self.value[i], self.value[j]
        flags = self.rows["flag"].cat.codes.to_numpy()
        gap_was, gap_now = np.isnan(was), np.isnan(now)
        both = ~gap_was & ~gap_now
        kinds = {
            REVISED: both & (was != now),
            FILLED: gap_was & ~gap_now,
            WITHDRAWN: ~gap_was & gap_now,
            FLAGGED: (flags[i] != flags[j]) & ((both & (was == now)) | (gap_was & gap_now)),
        }
        for kind, mask in kinds.items():
            yield from self._told(kind, i[mask], j[mask])

    def _appeared(self, rows: NDArray[np.int64]) -> Iterator[Group]:
        """New rows: of a new date, on another base than the one known of that date, or beside known ones."""
        dates = self._codes("date")
        known_dates = np.unique(dates[: self.before])
        known_points = np.unique(self.point[: self.before])
        new_date = ~np.isin(dates[rows], known_dates)
        new_base = ~new_date & ~np.isin(self.point[rows], known_points)
        yield from self._told(NEW_DATE, None, rows[new_date])
        matched = self._on_older_base(rows[new_base])
        yield from self._told(NEW_BASE, matched, rows[new_base])
        yield from self._told(ADDED, None, rows[~new_date & ~new_base])

    def _vanished(self, rows: NDArray[np.int64]) -> Iterator[Group]:
        whole = ~np.isin(self._codes("date")[rows], np.unique(self._codes("date")[self.before :]))
        yield from self._told(GONE_DATE, rows[whole], None)
        yield from self._told(GONE, rows[~whole], None)

    def _codes(self, column: str) -> NDArray[np.int64]:
        if column not in self._code:
            self._code[column] = row_keys(self.rows, (column,))
        return self._code[column]

    def _on_older_base(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The old row of the same key on the newest base the old state has, −1 where there is none."""
        if not len(rows):
            return rows
        key = row_keys(self.rows, WITHOUT_BASE)
        ranks = np.array(base_order(list(self.rows["base"].cat.categories)))[self.rows["base"].cat.codes.to_numpy()]
        order = np.lexsort((ranks[: self.before], key[: self.before]))
        at = np.searchsorted(key[order], key[rows], side="right") - 1
        found = order[np.maximum(at, 0)] if len(order) else np.full(len(rows), -1)
        return np.where((at >= 0) & (key[found] == key[rows]), found, -1)

    def _told(self, kind: str, i: NDArray[np.int64] | None, j: NDArray[np.int64] | None) -> Iterator[Group]:
        """Rows of one kind as groups; `i` are places of old rows (−1: none), `j` of new ones, pair by pair."""
        at = j if j is not None else i
        if at is None or not len(at):
            return
        self.touched |= set(self.rows["region"].iloc[at].unique())
        order = np.argsort(self.point[at], kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(self.point[at][order])) + 1):
            yield self._group(kind, None if i is None else i[part], None if j is None else j[part])

    def _group(self, kind: str, i: NDArray[np.int64] | None, j: NDArray[np.int64] | None) -> Group:
        at = j if j is not None else i
        assert at is not None
        first = self.rows.iloc[int(at[0])]
        day, base = first["date"].isoformat(), str(first["base"])
        was = self._values(i, len(at))
        now = self._values(j, len(at))
        everybody = self._everybody(at)
        sums = [_total(v[everybody]) for v in (was, now)]
        mask = everybody if everybody.any() else np.full(len(at), True)
        old_base = ""
        if kind == NEW_BASE and i is not None and (i >= 0).any():
            old_base = str(self.rows["base"].iloc[int(i[i >= 0][0])])
        return Group(
            table=self.table,
            date=day,
            base=base,
            measure=str(first["measure"]),
            kind=kind,
            rows=len(at),
            regions=len(np.unique(self._codes("region")[at])),
            before=sums[0],
            after=sums[1],
            largest=self._largest(at[mask], was[mask], now[mask]),
            stands=(self.stands[0].get((day, old_base or base), ""), self.stands[1].get((day, base), "")),
            old_base=old_base,
            moves=self._moves(at, was, now) if self.every and kind in MOVED else (),
        )

    def _values(self, places: NDArray[np.int64] | None, size: int) -> NDArray[np.float64]:
        if places is None:
            return np.full(size, np.nan)
        return np.where(places >= 0, self.value[places], np.nan)

    def _everybody(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which rows stand for all persons (or households) of a region of the lowest level that has such rows."""
        rows = self.rows.iloc[at]
        size = rows["region"].str.len().where(rows["region"] != "DE", 0).to_numpy(dtype=np.int64)
        whole: NDArray[np.bool_] = ((rows["age_from"] == 0) & (rows["age_to"] == 200)).to_numpy()
        for dim in MEMBER:
            whole = whole & rows[dim].isin([TOTAL, NOT_APPLICABLE]).to_numpy()
        return whole & (size == size[whole].max()) if whole.any() else whole

    def _largest(self, at: NDArray[np.int64], was: NDArray[np.float64], now: NDArray[np.float64]) -> tuple[Move, ...]:
        moved = np.abs(now - was)
        moved[~(moved > 0)] = -1
        best = np.argsort(-moved, kind="stable")[:LARGEST]
        best = best[moved[best] > 0]
        return self._moves(at[best], was[best], now[best])

    def _moves(self, at: NDArray[np.int64], was: NDArray[np.float64], now: NDArray[np.float64]) -> tuple[Move, ...]:
        columns = self.rows[["region", *MEMBER, "age_from", "age_to"]].iloc[at]
        found = []
        for (region, *codes, lo, hi), old, new in zip(columns.itertuples(index=False), was, now, strict=True):
            members = [str(code) for code in codes if code not in (TOTAL, NOT_APPLICABLE)]
            if (lo, hi) != (0, 200):
                members.append(f"{lo}–{hi}")
            key = str(region)
            found.append(Move(key, self.names.get(key, ""), " ".join(members), _plain(old), _plain(new)))
        return tuple(found)


def _total(values: NDArray[np.float64]) -> float | None:
    return None if np.isnan(values).all() else float(np.nansum(values))


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
