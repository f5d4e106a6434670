"""What official files say of areas and their successors, as rows: keys of the BBSR, lists of Gemeinden, changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kommunalprofil.sources.bbsr import Key
from kommunalprofil.sources.changes import Changes

if TYPE_CHECKING:
    import pandas as pd

KEY, LISTED, MOVED, PARTED = "key", "listed", "moved", "parted"
"""A piece of an Umsteigeschlüssel; a Gemeinde in a list; a piece of a Gemeinde that ends, and of one that goes on."""
COLUMNS = ("kind", "from_region", "from_date", "to_region", "to_gebietsstand", "weight_area", "weight_population",
           "name", "area", "people", "source", "since", "above")  # fmt: skip
"""`area` in km² and `people` are those of the piece; `since` is the first day after a change (ISO, '' elsewhere);
`above` is the key of the association (9 digits of the ARS), '' where it is not told."""


def frame(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows in the order of COLUMNS."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(COLUMNS))


def of_keys(keys: Iterable[Key], source: str) -> pd.DataFrame:
    """The pieces of Umsteigeschlüssel."""
    return frame(
        (KEY, p.old, key.old_day.isoformat(), p.new, key.new_day.isoformat(), p.weight_area, p.weight_population,
         p.name, p.area, p.people, source, "", "")
        for key in keys for p in key.pieces
    )  # fmt: skip


def of_list(day: date, gemeinden: Iterable[tuple[str, str, str, float, int]], source: str) -> pd.DataFrame:
    """A list of all Gemeinden of a day: AGS, association, official name, area in km², people."""
    text = day.isoformat()
    return frame(
        (LISTED, ags, text, ags, text, 1.0, 1.0, name, area, people, source, "", above)
        for ags, above, name, area, people in gemeinden
    )


def of_changes(changes: Changes, source: str) -> pd.DataFrame | None:
    """The moves of a list of Gebietsänderungen, from the day before its period to its last day; None without any."""
    first, until = (changes.first - timedelta(days=1)).isoformat(), changes.until.isoformat()
    rows = [
        (PARTED if m.part else MOVED, m.old, first, m.new, until, 0.0, 0.0, m.name, m.area, m.people, source,
         m.since.isoformat(), "")
        for m in changes.moves
    ]  # fmt: skip
    return frame(rows) if rows else None


def of_register(regions: pd.DataFrame) -> pd.DataFrame:
    """The Gemeinden of a register as the list of its day: what a newer list can be compared with."""
    now = regions[(regions["ags"].str.len() == 8) & (regions["valid_to"] == "")]
    columns = (now[name] for name in ("ags", "ars", "official", "area_km2", "population"))
    rows = ((ags, ars[:9], name, area, people) for ags, ars, name, area, people in zip(*columns, strict=True))
    return of_list(date.fromisoformat(regions["gebietsstand"].iloc[0]), rows, "Gebietsverzeichnis")
