"""Regions at dates: each has every cell of its table once, old Kreise beside recalculated ones are found out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any

from kommunalprofil import territory
from kommunalprofil import vocabulary as v
from kommunalprofil.errors import SourceError
from kommunalprofil.sources.gather import MEMBER, Gathered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NEVER = 2**31 - 1
KREIS = 5
"""Digits of the keys whose areas have a first or last day."""


class Lines(Mapping[tuple[str, str], int]):
    """Where in a file a region stands first for a date; put together when it is first asked for."""

    def __init__(self, regions: list[str], days: list[str], lowest: NDArray[np.int32]) -> None:
        self._regions, self._days, self._lowest = regions, days, lowest

    @cached_property
    def _lines(self) -> dict[tuple[str, str], int]:
        there = self._lowest < NEVER
        pairs = zip(compress(self._regions, there), compress(self._days, there), strict=True)
        return dict(zip(pairs, self._lowest[there].tolist(), strict=True))

    def __getitem__(self, key: tuple[str, str]) -> int:
        return self._lines[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def dates(self) -> tuple[str, ...]:
        """The dates there are, in order."""
        return tuple(sorted(set(compress(self._days, self._lowest < NEVER))))


class Spots:
    """The regions at dates that a file holds; `spot` is each cell's place in `regions` and `days`."""

    def __init__(self, cells: Gathered) -> None:
        import numpy as np

        pairs = list(zip(cells.places.regions, cells.places.days, strict=True))
        index = {pair: i for i, pair in enumerate(dict.fromkeys(pairs))}
        self.regions = [region for region, _ in index]
        self.days = [day for _, day in index]
        self.spot: NDArray[np.int32] = cells.place
        if len(index) < len(pairs):  # several keys name one region
            self.spot = np.array([index[pair] for pair in pairs], dtype=np.int32)[cells.place]

    def check_complete(self, cells: Gathered, file: str) -> None:
        """Raises SourceError unless every region has every cell of the table once at every date."""
        import numpy as np
        import pandas as pd

        both = self.spot.astype(np.int64) * len(cells.members) + cells.member
        if _any_twice(both, len(self.regions) * len(cells.members)):
            at = int(np.flatnonzero(pd.Series(both).duplicated().to_numpy())[0])
            key = cells.places.keys[int(cells.place[at])]
            reason = f"Das Gebiet {key} steht für denselben Stichtag doppelt da."
            raise SourceError(file, reason, int(cells.line[at]))
        del both
        sizes = np.bincount(self.spot, minlength=len(self.regions))
        full = int(sizes.max())
        short = np.flatnonzero((sizes > 0) & (sizes < full))
        if len(short):
            first = int(short[0])
            raise SourceError(
                file,
                f"Für das Gebiet {self.regions[first]} am {self.days[first]} fehlen {full - int(sizes[first])} von"
                f" {full} Angaben; die Datei ist unvollständig.",
                int(cells.line[self.spot == first].max()),
            )
        self._check_same(cells, file)

    def _check_same(self, cells: Gathered, file: str) -> None:
        """Raises SourceError where regions of one date have as many cells, but not the same ones."""
        import numpy as np

        days, size = sorted(set(self.days)), len(cells.members)
        place = {d: i for i, d in enumerate(days)}
        day = np.array([place[d] for d in self.days])
        regions = np.bincount(day[np.unique(self.spot)], minlength=len(days))
        cell = day[self.spot] * size + cells.member
        counts = np.bincount(cell, minlength=len(days) * size)
        odd = np.flatnonzero((counts > 0) & (counts < np.repeat(regions, size)))
        if len(odd):
            at = int(np.flatnonzero(np.isin(cell, odd[counts[odd] == counts[odd].min()]))[0])
            where = f"Das Gebiet {self.regions[self.spot[at]]} am {self.days[self.spot[at]]}"
            reason = f"{where} hat eine Angabe, die andere Gebiete nicht haben; die Zeile ist beschädigt."
            raise SourceError(file, reason, int(cells.line[at]))

    def drop_doubled(self, cells: Gathered) -> None:
        """Old Kreise go where the recalculated new ones alone already make up their Land.

        Elsewhere both stay, told apart by Gebietsstand.
        """
        import numpy as np

        if min(self.days) >= max(day for day, _ in territory.REFORMS.values()).isoformat():
            return
        reformed = np.array([r[:2] in territory.REFORMS for r in self.regions], dtype=bool)
        whole = np.array([_is_whole(m) for m in cells.members], dtype=bool)
        rows = reformed[self.spot] & whole[cells.member]
        if not rows.any():
            return
        there = zip(self.spot[rows].tolist(), cells.member[rows].tolist(), cells.value[rows].tolist(), strict=True)
        values = {(spot, member): 0.0 if value != value else value for spot, member, value in there}
        by_day: dict[tuple[str, str], list[int]] = {}
        for spot in sorted({s for s, _ in values}):
            by_day.setdefault((self.regions[spot][:2], self.days[spot]), []).append(spot)
        gone = np.zeros(len(self.regions), dtype=bool)
        members = sorted({m for _, m in values})
        for (land, day), spots in by_day.items():
            old = [s for s in spots if territory.dissolved_by_reform(self.regions[s], date.fromisoformat(day))]
            new = [s for s in spots if len(self.regions[s]) == 5 and s not in old]
            total = [s for s in spots if self.regions[s] == land]
            if old and all(_same(_sum(values, new, m), _sum(values, total, m)) for m in members):
                gone[old] = True
        self._drop(cells, gone, territory.DOUBLED)

    def drop_gone(self, cells: Gathered, boundaries: str = "") -> None:
        """Kreise that had ended by a date but still carry numbers, or that had not begun: no areas of that date.

        Rows before the day `boundaries` (ISO) were recalculated to the areas of that day.
        """
        import numpy as np

        kreise = [s for s, region in enumerate(self.regions) if len(region) == KREIS]
        limited = [s for s in kreise if territory.lived(self.regions[s]) != (None, None)]
        why = {
            s: territory.out_of_time(self.regions[s], date.fromisoformat(max(self.days[s], boundaries)))
            for s in limited
        }
        for reason in sorted(set(why.values()) - {""}):
            gone = np.zeros(len(self.regions), dtype=bool)
            gone[[s for s, text in why.items() if text == reason]] = True
            self._drop(cells, gone, reason)

    def _drop(self, cells: Gathered, gone: NDArray[np.bool_], reason: str) -> None:
        import numpy as np

        left = gone[self.spot]
        if left.any():
            cells.dropped[reason] = len(np.unique(cells.line[left].astype(np.int64) << 32 | self.spot[left]))
            self.spot = self.spot[~left]
            cells.keep(~left, reason)

    def lines(self, cells: Gathered) -> Lines:
        """(region, date) → the line of the file in which it stands first."""
        import numpy as np

        lowest = np.full(len(self.regions), NEVER, dtype=np.int32)
        np.minimum.at(lowest, self.spot, cells.line)
        return Lines(self.regions.copy(), self.days.copy(), lowest)

    def same_territory(self, cells: Gathered) -> None:
        """Hamburg and Berlin answer as Land and as Kreis, whichever of the two keys the office printed."""
        import numpy as np

        other = {a: b for pair in territory.SAME_TERRITORY.items() for a, b in (pair, pair[::-1])}
        used = np.zeros(len(self.regions), dtype=bool)
        used[self.spot] = True
        mine = [s for s, region in enumerate(self.regions) if region in other and used[s]]
        there = {(self.regions[s], self.days[s]) for s in mine}
        extra = np.full(len(self.regions), -1, dtype=np.int32)
        for s in mine:
            want, day = other[self.regions[s]], self.days[s]
            if (want, day) not in there:
                extra[s] = len(self.regions)
                self.regions.append(want)
                self.days.append(day)
        if (extra >= 0).any():
            rows = np.flatnonzero(extra[self.spot] >= 0)
            self.spot = np.concatenate([self.spot, extra[self.spot[rows]]])
            cells.repeat(rows)


def _any_twice(numbers: NDArray[np.int64], size: int) -> bool:
    """Whether a number below `size` occurs more than once."""
    import numpy as np
    import pandas as pd

    if size > 50 * len(numbers):
        return bool(pd.Series(numbers).duplicated().any())
    seen = np.zeros(size, dtype=bool)
    seen[numbers] = True
    return int(np.count_nonzero(seen)) < len(numbers)


def _is_whole(member: tuple[Any, ...]) -> bool:
    """Whether the member counts everybody, so that regions add up: all sexes, ages, nationalities together."""
    codes = dict(zip(MEMBER, member, strict=True))
    whole = {v.TOTAL, v.NOT_APPLICABLE}
    ages = (codes["age_from"], codes["age_to"]) == (0, 200)
    return ages and all(codes[d] in whole for d in ("sex", "nationality", "migration", "household"))


def _same(one: float, other: float) -> bool:
    """Equal to the last person; areas, which are rounded to hundredths, nearly."""
    return one == other or (not one.is_integer() and math.isclose(one, other, rel_tol=1e-5))


def _sum(values: dict[tuple[int, int], float], spots: list[int], member: int) -> float:
    return sum((values.get((s, member), 0.0) for s in spots), 0.0)
