"""The cells of a table's grids as arrays of numbers: which region and date, which member, value, flag, line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kommunalprofil import territory
from kommunalprofil import vocabulary as v
from kommunalprofil.errors import SourceError
from kommunalprofil.observations import CATEGORIES, DEFAULTS
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Coded, Grid
from kommunalprofil.sources.signs import Cells

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEMBER = ("measure", "base", "sex", "nationality", "migration", "household", "age_from", "age_to")
"""What tells two cells of one region and date apart; a base of None is found by the date."""
MOST_KEYS = 1 << 17
"""How many keys are remembered from file to file."""
CELLS = ("place", "member", "value", "bits", "empty", "line")
DIM_OF = {name: name for name in MEMBER[2:6]} | {"age_from": "age", "age_to": "age"}
MOST_CELLS = 30_000_000
"""Values of one file at most, at about 100 bytes of memory each; all Gemeinden by sex and age have a million a year."""


def coded(column: Any) -> Coded:
    """A list of codes as Coded, with those texts only that occur; None becomes −1."""
    import numpy as np
    import pandas as pd

    if isinstance(column, Coded):
        used = np.bincount(column.codes + 1, minlength=len(column.texts) + 1)[1:] > 0
        if used.all():
            return column
        new = np.append(np.cumsum(used) - 1, -1)
        return Coded(new[column.codes], [t for t, u in zip(column.texts, used, strict=True) if u])
    values = np.empty(len(column), dtype=object)
    values[:] = column
    codes, texts = pd.factorize(values)
    return Coded(codes, list(texts))


def distinct(codes: NDArray[Any], size: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The codes (below `size`) that occur, the place of the first of each, and each one's place among them."""
    import numpy as np

    if size > 4 * len(codes) + 100_000:
        return np.unique(codes, return_index=True, return_inverse=True)
    first = np.full(size, -1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # the last to be written is the first to occur
    used = np.flatnonzero(first >= 0)
    place = np.cumsum(first >= 0) - 1
    return used, first[used], place[codes]


class Places:
    """The keys and dates met so far, each pair with the region it names or the reason why it stays outside."""

    def __init__(self, level: str, file: str) -> None:
        self.level, self.file = level, file
        self.keys: list[str] = []
        self.regions: list[str] = []
        self.days: list[str] = []
        self.reasons: list[str] = []
        self._starts: dict[tuple[str, ...], dict[str, int]] = {}

    def blocks(self, keys: Sequence[str], days: tuple[str, ...], lines: Sequence[int]) -> list[int]:
        """For each key the number of the first of its pairs with all days, which are numbered one after the other.

        New pairs are let through the door. Raises SourceError with the line for what is no key.
        """
        starts, known = self._starts.setdefault(days, {}), _known(self.level)
        if len(known) > MOST_KEYS:
            known.clear()
        size, place = len(days), len(self.keys)
        new: list[tuple[str, str]] = []
        for key, line in zip(keys, lines, strict=True):
            if key in starts:
                continue
            starts[key] = place
            place += size
            if key in territory.WAS_KREIS:  # all others mean the same region at any day
                new += [self._through(key, day, line) for day in days]
                continue
            found = known.get(key)
            if found is None:
                found = known[key] = self._through(key, days[0], line)
            if size == 1:
                new.append(found)
            else:
                new += [found] * size
        added = list(starts)[-(len(new) // size) :] if new else []
        self.keys += added if size == 1 else [key for key in added for _ in days]
        self.days += days * len(added)
        self.regions += [region for region, _ in new]
        self.reasons += [reason for _, reason in new]
        return [starts[key] for key in keys]

    def _through(self, key: str, day: str, line: int) -> tuple[str, str]:
        try:
            return territory.region_of(key, self.level, date.fromisoformat(day))
        except ValueError:
            reason = f"„{key[:40]}“ ist kein amtlicher Gebietsschlüssel (oder seine führende Null fehlt)."
            raise SourceError(self.file, reason, line) from None


@lru_cache
def _known(level: str) -> dict[str, tuple[str, str]]:
    """What keys mean in tables of a level: files name the same few ten thousand again and again."""
    return {}


@dataclass
class Gathered:
    """All cells of a file that came through the door, as arrays of one length, and what their numbers stand for.

    `read` counts the cells of the file, `left` those left out by reason, `repeated` those that stand here twice.
    """

    places: Places
    members: list[tuple[Any, ...]]
    place: NDArray[np.int32]
    member: NDArray[np.int32]
    value: NDArray[np.float64]
    bits: NDArray[np.uint16]
    empty: NDArray[np.bool_]
    line: NDArray[np.int32]
    found: set[str]
    rows: int
    dropped: dict[str, int]
    read: int
    left: dict[str, int]
    repeated: int = 0

    def keep(self, mask: NDArray[np.bool_], reason: str) -> None:
        """Leave out every cell where the mask is false, for a reason."""
        if out := int((~mask).sum()):
            self.left[reason] = self.left.get(reason, 0) + out
            self.take(mask)

    def repeat(self, rows: NDArray[Any]) -> None:
        """Put the cells in `rows` behind all others once more: they count for another region too."""
        import numpy as np

        self.repeated += len(rows)
        self.take(np.concatenate([np.arange(len(self.place)), rows]))

    def release(self) -> None:
        """Free what only the checks needed; in a long file that is a third of the memory."""
        self.place, self.line, self.empty = self.place[:0], self.line[:0], self.empty[:0]

    def take(self, rows: NDArray[Any]) -> None:
        """Keep the cells that `rows` picks, by place or by truth."""
        for name in CELLS:
            setattr(self, name, getattr(self, name)[rows])


class Gatherer:
    """Takes grids of one file, one after the other, and puts their cells into arrays."""

    def __init__(self, table: Table, file: str) -> None:
        self.table, self.file = table, file
        self.places = Places(table.level, file)
        self._members: dict[tuple[Any, ...], int] = {}
        self._marks: list[int] = []
        self._parts: dict[str, list[NDArray[Any]]] = {name: [] for name in CELLS}
        self._found: set[str] = set()
        self._dropped: dict[str, int] = {}
        self._left: dict[str, int] = {}
        self._rows = self._cells = 0
        na = v.NOT_APPLICABLE if table.measure == "households" else None
        self._default = {**DEFAULTS, "measure": table.measure, "base": None, "flag": table.flag}
        self._default |= dict.fromkeys(("sex", "nationality", "migration"), na) if na else {}

    def add(self, grid: Grid) -> None:
        """Take in one grid.

        Raises SourceError with the line for a text that is no cell, a key that is none, more cells than bearable.
        """
        import numpy as np

        kept = [i for i, c in enumerate(grid.columns) if c is not None]
        height, width = len(grid.lines), len(kept)
        self._cells += height * width
        if self._cells > MOST_CELLS:
            reason = f"Die Datei hat mehr als {MOST_CELLS // 10**6} Millionen Werte. In Teilen abrufen, etwa nach"
            raise SourceError(self.file, f"{reason} Jahren.")
        lines = np.asarray(grid.lines, dtype=np.int32)
        self._rows += 1 + int(np.count_nonzero(np.diff(lines))) if height else 0  # a line may give several rows
        if repeated := len(grid.columns) - width:
            self._count({territory.REPEATED: repeated * height})
        self._count(grid.dropped)
        values = _select(grid.values, len(grid.columns), kept)
        signs = _select(grid.signs, len(grid.columns), kept) if grid.signs is not None else None
        cells = Cells(values, signs, self.table, grid.decimal)
        if grid.scale != 1.0:
            cells.value = np.round(cells.value * grid.scale, 6)
        cells.check(self.table, self.file, lambda place: int(lines[place // width]))
        place = self._place(grid, kept, lines)
        member = self._member(grid, kept, lines)
        shape = (height, width)
        outside = np.array([bool(r) for r in self.places.reasons], dtype=bool)
        line = np.broadcast_to(lines[:, None], shape).ravel()
        place = np.broadcast_to(place, shape).ravel()
        member = np.broadcast_to(member, shape).ravel()
        # what the table says of all its numbers; a true zero and a gap speak for themselves
        bits = np.where(cells.alone, cells.bits, cells.bits | np.array(self._marks, dtype=np.uint16)[member])
        part = (place, member, cells.value, bits, cells.empty, line)
        if outside.any() and (left := outside[place]).any():
            self._count_outside(place[left], line[left])
            part = tuple(a[~left] for a in part)
        for name, array in zip(CELLS, part, strict=True):
            self._parts[name].append(array)

    def _count(self, dropped: dict[str, int]) -> None:
        for reason, number in dropped.items():
            self._dropped[reason] = self._dropped.get(reason, 0) + number

    def _count_outside(self, place: NDArray[Any], line: NDArray[Any]) -> None:
        import numpy as np

        reasons = sorted(set(self.places.reasons) - {""})
        code = np.array([reasons.index(r) if r else -1 for r in self.places.reasons])
        for number, reason in enumerate(reasons):
            mine = code[place] == number
            if mine.any():
                self._count({reason: len(np.unique(line[mine]))})
                self._left[reason] = self._left.get(reason, 0) + int(mine.sum())

    def _place(self, grid: Grid, kept: list[int], lines: NDArray[np.int32]) -> NDArray[np.int32]:
        """The number of each cell's key and date, as an array that broadcasts to rows × columns."""
        import numpy as np

        keys = coded(grid.rows["key"])
        of_columns = [(grid.columns[i] or {}).get("date") for i in kept]
        in_rows = "date" in grid.rows
        if in_rows is any(of_columns) or (not in_rows and not all(of_columns)):
            raise SourceError(self.file, "Kein Stichtag gefunden: weder im Kopf noch in einer Spalte.", 1)
        days = coded(grid.rows["date"] if in_rows else of_columns)
        every = tuple(days.texts)
        _, first, _ = distinct(keys.codes, len(keys.texts))
        starts = self.places.blocks(keys.texts, every, lines[first].tolist())
        of_row = np.array(starts, dtype=np.int32)[keys.codes][:, None]
        found: NDArray[np.int32] = of_row + (days.codes[:, None] if in_rows else days.codes[None, :])
        return found.astype(np.int32)

    def _member(self, grid: Grid, kept: list[int], lines: NDArray[np.int32]) -> NDArray[np.int32]:
        """The number of each cell's member (its codes but region and date), broadcastable to rows × columns."""
        import numpy as np

        names = [d for d in (*MEMBER, "flag") if d in grid.rows]
        columns = [grid.columns[i] or {} for i in kept]
        self._found |= {d for c in columns for d in c} | set(names)
        combined, size = np.zeros(len(lines), dtype=np.int64), 1
        parts = [coded(grid.rows[d]) for d in names]
        for part in parts:
            combined = combined * (len(part.texts) + 1) + part.codes + 1
            size *= len(part.texts) + 1
        used, first, where = distinct(combined, size)
        rows = [{d: p.texts[p.codes[f]] for d, p in zip(names, parts, strict=True) if p.codes[f] >= 0} for f in first]
        numbers = np.empty((len(used), len(columns)), dtype=np.int32)
        for r, row in enumerate(rows):
            for c, column in enumerate(columns):
                if twice := row.keys() & column.keys():
                    reason = f"Das Merkmal „{min(twice)}“ steht in der Zeile und im Spaltenkopf."
                    raise SourceError(self.file, reason, int(lines[first[r]]))
                numbers[r, c] = self._number({**self._default, **row, **column}, int(lines[first[r]]))
        found: NDArray[np.int32] = numbers[where]
        return found

    def _number(self, codes: dict[str, Any], line: int) -> int:
        member = (*(codes[d] for d in MEMBER), codes["flag"])
        there = self._members.get(member)
        if there is None:
            for name in MEMBER[:6]:
                if codes[name] not in CATEGORIES[name] and not (name == "base" and codes[name] is None):
                    allowed = ", ".join(CATEGORIES[name])
                    reason = f"„{codes[name]}“ ist kein Schlüssel des Merkmals „{name}“ (erlaubt: {allowed})."
                    raise SourceError(self.file, reason, line)
            there = self._members[member] = len(self._members)
            self._marks.append(v.flag_bits(member[-1]))
        return there

    def finish(self) -> Gathered:
        """Everything taken in. Raises SourceError if other dimensions than declared were found."""
        import numpy as np

        found = {DIM_OF[d] for d in self._found if d in DIM_OF}
        if found != self.table.dims:
            expected, got = ", ".join(sorted(self.table.dims)), ", ".join(sorted(found)) or "keine"
            reason = f"Die Tabelle {self.table.id} soll die Merkmale {expected} tragen, gefunden: {got}."
            raise SourceError(self.file, reason, 1)
        identity: dict[tuple[Any, ...], int] = {}
        same = np.array([identity.setdefault(m[:-1], len(identity)) for m in self._members], dtype=np.int32)
        arrays = {name: np.concatenate(self._parts.pop(name)) for name in CELLS}  # a part is freed once it is joined
        arrays["member"] = same[arrays["member"]]
        counts = {"rows": self._rows, "dropped": self._dropped, "read": self._cells, "left": self._left}
        return Gathered(self.places, list(identity), found=found, **counts, **arrays)  # type: ignore[arg-type]


def _select(texts: Sequence[Sequence[str]] | Coded, width: int, kept: list[int]) -> Coded:
    """The cells of the kept columns, row after row."""
    import numpy as np

    if isinstance(texts, Coded):
        codes = texts.codes
        found = Coded(codes if len(kept) == width else codes.reshape(-1, width)[:, kept].ravel(), texts.texts)
    else:
        cells = np.array(texts, dtype=object).reshape(-1, width)
        found = coded(cells[:, kept].ravel() if len(kept) < width else cells.ravel())
    if len(found) and found.codes.min() < 0:  # a cell that was left empty
        return Coded(np.where(found.codes < 0, len(found.texts), found.codes), [*found.texts, ""])
    return found
