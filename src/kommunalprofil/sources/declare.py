"""What the declaration of an official table says: one Table each, in sources/tables.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kommunalprofil.provenance import DL_DE_BY, RDB

ZERO, SECRET, LATER, UNRELIABLE, BLOCKED = "zero", "secret", "later", "unreliable", "blocked"
NOT_PUBLISHED = "not_published"
SIGNS: Mapping[str, str] = {
    "-": ZERO,
    "–": ZERO,
    ".": SECRET,
    "...": LATER,
    "…": LATER,
    "/": UNRELIABLE,
    "x": BLOCKED,
    "X": BLOCKED,
}
"""The offices' legend (catalogue/qualitysigns). A region with nothing but `-` or `.` does not exist at that date."""
HOW = "Bekannte nennt „kommunalprofil data status“; wie man eine eigene beschreibt, steht in docs/eigene-tabelle.md."
"""What to do about a table that nobody has declared."""


@dataclass(frozen=True)
class Table:
    """One official table: what it counts, for which level, along which dimensions, with which signs and tolerance.

    `dims` are the dimensions that must be found in the file, no more and no fewer. `headings` says what a heading
    or row label of this table means, as the codes it adds to a cell's key (`{"Zuzüge über die Kreisgrenzen":
    {"measure": "moves_in"}}`; None: columns and rows that say this are left out and counted); sexes, nationalities,
    ages, days, months and units need no declaration. `day_of_year` is the day a bare year stands for. `opening` is
    the first title line, by which a file is known that was saved without its first line. `period` tells a stock
    from a flow. `why` says, where several tables answer one question, why this one stands at its place in the
    order. `database` is the GENESIS database that serves the table (`regio`, `destatis`, `zensus`), empty for files
    that no interface offers; `open_data` marks tables with a download that needs no login. `flat` is the signature
    by which a flat file, which does not name its table, is recognised: statistic, variables beside the region,
    value variable, region variables. `columns` declares tables whose headings are codes (Zensus). `tolerance` is
    the difference up to which parts may miss their total, `region_tolerance` that of regions; `incomplete` are
    regions at dates whose own regions the office does not list whole, `contradicts` those whose printed parts miss
    their total by an error of the office. `sum_up` marks tables of exact counts that print Kreise only: Länder and
    Germany are then their sums. `oracle` marks official derived values, which are compared with and never computed
    from. `joint` names groups of Kreise that may be published together under the key of one of them, and the region
    they make up ('' for none). `gebietsstand` is the day (ISO) whose boundaries all earlier rows refer to, where
    the office recalculated them; empty: each row refers to the boundaries of its own date. `thousands`: the numbers
    are printed in thousands, and the file must say so.
    """

    id: str
    title: str
    level: str
    dims: frozenset[str]
    producer: str = RDB
    licence: str = DL_DE_BY
    measure: str = "population"
    headings: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    period: str = "stock"
    base: str = "fortschreibung"
    signs: Mapping[str, str] = field(default_factory=lambda: SIGNS)
    tolerance: int = 0
    flat: tuple[str, frozenset[str], str, frozenset[str]] | None = None
    columns: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    flag: str = "normal"
    oracle: bool = False
    joint: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    sum_up: bool = False
    gebietsstand: str = ""
    region_tolerance: int = 0
    incomplete: frozenset[tuple[str, str]] = frozenset()
    contradicts: frozenset[tuple[str, str]] = frozenset()
    reading_note: str = ""
    why: str = ""
    database: str = ""
    open_data: bool = False
    day_of_year: str = "12-31"
    opening: str = ""
    thousands: bool = False
