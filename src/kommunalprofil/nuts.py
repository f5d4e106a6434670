"""Keys of the EU (NUTS): which Land or Kreis each one means, in every edition since NUTS 2016.

The list is compiled by tools/codelists.py. A key belongs to one Kreis for ever: when the boundaries of a Kreis change,
it gets a new one.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

MERGED = ("16056", "16063", date(2021, 7, 1))
"""Eisenach went into the Wartburgkreis on this day; Eurostat kept it apart (DEG0N, DEG0P) up to NUTS 2021."""
LIST = Path(__file__).with_name("nuts.csv")


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    lines = LIST.read_text(encoding="utf-8").splitlines()[1:]
    return tuple((nuts, ags, name) for nuts, ags, name in (line.split(";") for line in lines))


@cache
def keys() -> dict[str, str]:
    """NUTS key → office key: `DE` → `DG`, NUTS 1 → Land, NUTS 3 → Kreis. NUTS 2 is no level of German tables."""
    return {nuts: ags for nuts, ags, _ in _rows()}


@cache
def names() -> dict[str, str]:
    """Name of a Kreis as Eurostat writes it → its office key."""
    return {name: ags for nuts, ags, name in _rows() if len(nuts) == 5}
