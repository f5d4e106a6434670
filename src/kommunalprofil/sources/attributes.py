"""What files tell of places beside their names: NUTS 3, the BBSR's types of areas, since when they are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kommunalprofil import territory
from kommunalprofil.crosswalk import lives

if TYPE_CHECKING:
    import pandas as pd

    from kommunalprofil.crosswalk import Crosswalk

TYPES = ("kreistyp", "raumtyp", "gemeindetyp")
NUTS = ("nuts3", "nuts3_name")


def attach(
    rows: list[dict[str, Any]],
    types: Iterable[pd.DataFrame],
    nuts: Iterable[pd.DataFrame],
    old: pd.DataFrame | None,
    crosswalk: Crosswalk | None,
) -> None:
    """Add the columns TYPES, NUTS and `valid_from` to the rows of a register; '' where nothing is told."""
    known = {} if old is None else {row["ags"]: row for row in old.to_dict("records")}
    told = _nuts(nuts)
    kinds = _types(types, rows[0]["gebietsstand"], crosswalk)
    spans: dict[str, str] = {}
    for steps in crosswalk.steps.values() if crosswalk else ():
        first = min(steps, default="")
        spans |= {key: since for key, (since, _) in lives(steps).items() if since > first}
    names = {code: name for _, (code, name) in told.items() if name}
    for row in rows:
        before = known.get(row["ags"], {})
        found = {column: before.get(column) or "" for column in (*TYPES, *NUTS)}
        found |= {column: text for column, text in kinds.get(row["ags"], {}).items() if text}
        code, name = told.get(row["ags"], ("", ""))
        found["nuts3"] = code or found["nuts3"]
        found["nuts3_name"] = name or names.get(found["nuts3"], "") or found["nuts3_name"]
        began, _ = territory.lived(row["ags"])
        row |= found | {"valid_from": began.isoformat() if began else spans.get(row["ags"], "")}


def _nuts(parts: Iterable[pd.DataFrame]) -> dict[str, tuple[str, str]]:
    """Kreis → code and name of NUTS 3, from lists of Kreise (the newest wins) and from names of codes."""
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    for part in sorted(parts, key=lambda frame: str(frame["gebietsstand"].iloc[0])):
        for ags, code, name in zip(part["ags"], part["nuts3"], part["nuts3_name"], strict=True):
            if ags:
                codes[ags] = code
            if name:
                names[code] = name
    found = {ags: (code, names.get(code, "")) for ags, code in codes.items()}
    return found | {f"nuts:{code}": (code, name) for code, name in names.items()}


def _types(parts: Iterable[pd.DataFrame], to: str, crosswalk: Crosswalk | None) -> dict[str, dict[str, str]]:
    """Place → its types: those told of its key, else those its parts agree on, carried over by the crosswalk."""
    found: dict[str, dict[str, str]] = {}
    for part in sorted(parts, key=lambda frame: str(frame["gebietsstand"].iloc[0])):
        day = str(part["gebietsstand"].iloc[0])
        said = {row["ags"]: {c: row[c] for c in TYPES} for row in part.to_dict("records")}
        for level in crosswalk.steps if crosswalk else ():
            way = crosswalk.way(level, day, to) if crosswalk else None
            for ags in {share.to for key in way.keys for share in way.route(key)} if way else ():
                sources = [said[key] for key in way.sources(ags) if key in said] if way else []
                agreed = {c: {s[c] for s in sources} for c in TYPES}
                found[ags] = {c: texts.pop() if len(texts) == 1 else "" for c, texts in agreed.items()}
        found |= said
    return found
