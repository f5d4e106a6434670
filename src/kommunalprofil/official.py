"""The chapter that sets our values beside those the offices print: how many are the same, which are not and why."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Table

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.indicators.oracles import Compared

TOTALS = ("T", "T", "T")


def _series(cells: Iterable[Compared]) -> list[list[Compared]]:
    key = lambda cell: (cell.indicator, cell.table)  # noqa: E731
    return [list(group) for _, group in groupby(sorted(cells, key=key), key=key)]


def table(p: Evidence) -> Table:
    """One row for each official series: its newest value for all people, ours, and how many values are the same."""
    rows, tables = [], []
    for cells in _series(p.checked):
        whole = [c for c in cells if (c.sex, c.nationality, c.age) == TOTALS] or cells
        newest = max(whole, key=lambda c: c.date)
        same = sum(c.exact for c in cells)
        rows.append((
            f"{p.indicators[newest.indicator].de}{_part(newest)}", newest.table, fmt.date(newest.date),
            fmt.number(newest.official, newest.decimals), fmt.number(newest.ours, newest.decimals),
            f"{fmt.number(same)} von {fmt.number(len(cells))}",
        ))  # fmt: skip
        tables.append(newest.table)
    p.cite(tables)
    head = (Column("Kennzahl", align="left"), Column("Tabelle", align="left"), Column("Neuester Wert vom"),
            Column("amtlich"), Column("berechnet"), Column("gleich"))  # fmt: skip
    return Table("Amtliche und berechnete Kennzahlen", head, tuple(rows), tuple(dict.fromkeys(tables)))


def _part(cell: Compared) -> str:
    return f" ({cell.age.replace('-', fmt.DASH)} Jahre)" if cell.age != "T" else ""


def sentences(p: Evidence) -> list[str]:
    """How many of the printed values are met to the last digit."""
    cells = p.checked
    if not cells:
        return []
    same, of = sum(c.exact for c in cells), f"{fmt.number(len(cells))} amtlich veröffentlichten Kennzahlen"
    begin = f"Von {of} {p.region.dative_in}"
    if len(cells) == 1:
        begin = f"Die eine amtlich veröffentlichte Kennzahl {p.region.dative_in}"
        many = "stimmt" if same else "stimmt nicht"
    else:
        some = {0: "stimmt keine", 1: "stimmt eine", len(cells): "stimmen alle"}
        many = some.get(same, f"stimmen {fmt.number(same)}")
    return [f"{begin} {many} mit den hier berechneten bis zur letzten gedruckten Stelle überein."]


def causes(p: Evidence) -> list[str]:
    """Why the others differ, each cause once."""
    found = dict.fromkeys((c.indicator, c.cause) for c in p.checked if not c.exact and c.cause)
    return [f"{p.indicators[indicator].de}: {cause.rstrip('.')}." for indicator, cause in found]
