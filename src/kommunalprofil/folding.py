"""All readings of one table folded into one file: where two hold the same key, the one with the newer Stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from kommunalprofil import invariants, store
from kommunalprofil.observations import row_keys, typed, validate
from kommunalprofil.provenance import Origin
from kommunalprofil.states import State
from kommunalprofil.vocabulary import NOT_APPLICABLE, TOTAL

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Pile:
    """What there is of one table: the rows of each file with its Stand, the state with older ones, the origins."""

    table: str
    parts: list[tuple[str, pd.DataFrame]]
    origins: Sequence[Origin]
    old: State | None = None

    @property
    def rows(self) -> int:
        """How many rows the files bring."""
        return sum(len(frame) for _, frame in self.parts)


@dataclass
class Folded:
    """One table as it will be: its file, the checks of its rows, what others need to know of them.

    `spots` are the regions with the days of their boundaries; `people` the official population of each region.
    """

    table: str
    data: bytes
    rows: int
    lines: list[invariants.Line]
    spots: list[tuple[str, date]]
    people: pd.DataFrame
    measures: set[str]


def fold(pile: Pile) -> Folded:
    """The table of a pile. Raises DataError if the old data set is damaged or the rows break the schema."""
    frame = validate(_newest(pile), f"Tabelle {pile.table}")
    lines = list(invariants.table_lines(pile.table, frame, pile.origins, summed=_checked_already(pile)))
    data, measures = store.to_parquet(frame), set(frame["measure"].unique())
    return Folded(pile.table, data, len(frame), lines, invariants.spots(frame), people(frame), measures)


def _checked_already(pile: Pile) -> bool:
    """Whether the sums of these very rows were checked when their one file was read."""
    return len(pile.parts) == 1 and pile.old is None


def _newest(pile: Pile) -> pd.DataFrame:
    import pandas as pd

    frames = [(stand, 0, frame) for stand, frame in _there(pile)]
    frames += [(stand, place, frame) for place, (stand, frame) in enumerate(pile.parts, start=1)]
    frames.sort(key=lambda f: f[:2])
    merged = pd.concat([frame for *_, frame in frames], ignore_index=True)
    if len(frames) > 1:
        keys = row_keys(merged)
        order = np.argsort(keys, kind="stable")
        last = np.append(keys[order[1:]] != keys[order[:-1]], True)
        merged = merged.take(order[last])
    return merged


def _there(pile: Pile) -> list[tuple[str, pd.DataFrame]]:
    """The rows of the old state by date and base, each with its Stand."""
    if pile.old is None:
        return []
    old = store.Store(pile.old)
    if pile.table not in old.tables:
        return []
    there = typed(old.observations(pile.table).to_pandas(), f"Tabelle {pile.table}")
    stands: dict[tuple[str, str], str] = {}
    for origin in (o for o in old.origins if o.table == pile.table):
        for day in origin.dates:
            stand = origin.stand or origin.retrieved
            stands[day, origin.base] = max(stand, stands.get((day, origin.base), ""))
    groups: Any = there.groupby(["date", "base"], observed=True)
    return [(stands.get((day.isoformat(), base), ""), part) for (day, base), part in groups]


def people(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that count the whole population of a region: region, date, base, boundaries, value."""
    whole = (frame["measure"] == "population") & (frame["sex"] == TOTAL) & (frame["nationality"] == TOTAL)
    whole &= (frame["migration"] == TOTAL) & (frame["age_from"] == 0) & (frame["age_to"] == 200)
    whole &= (frame["household"] == NOT_APPLICABLE) & frame["value"].notna()
    wanted = frame.loc[whole, ["region", "date", "base", "gebietsstand", "value"]]
    return wanted.astype({"region": str, "base": str})
