"""What a document is made of: tables, figures and named gaps – values already worded, nothing heavy to import."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "right"]
SPOTS = re.compile(r'<g class="spots"[^>]*/>\n?')
"""Elements of a drawing that hold the values a page says of its marks; nothing is drawn by them."""
Width = Literal["full", "wide", "half", "third"]
"""Of a figure: the whole width of the text, two thirds of it with the table at its side, half; a third for panels."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; the unit is printed in the header below the label, never in the cells."""

    label: str
    unit: str = ""
    align: Align = "right"


@dataclass(frozen=True, slots=True)
class Table:
    """A finished table: every cell is a German string, the first cell of a row is its header.

    `sources` are table ids (see provenance), `credit` the source in words where it is none of them, `total_rows` the
    indexes of rows to set in bold.
    Raises ValueError if a row has more or fewer cells than there are columns, or a total row does not exist.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...] = ()
    note: str = ""
    total_rows: tuple[int, ...] = ()
    credit: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.caption!r}: row {number} has {len(row)} cells, not {len(self.columns)}")
        if any(not 0 <= row < len(self.rows) for row in self.total_rows):
            raise ValueError(f"table {self.caption!r}: total_rows {self.total_rows} outside {len(self.rows)} rows")


@dataclass(frozen=True, slots=True)
class Figure:
    """A finished figure with its words: the SVG carries neither title nor source, the document prints them.

    `title` says the finding (or the plain measure), `subtitle` measure, unit, place and date; `alt` is the text for
    people who cannot see it; `table` holds the drawn values; `sources` are table ids, `credit` is the source in
    words where it is none of them.
    """

    id: str
    title: str
    subtitle: str
    svg: str
    alt: str
    table: Table
    sources: tuple[str, ...] = ()
    note: str = ""
    width: Width = "full"
    credit: str = ""

    @property
    def printed(self) -> str:
        """The SVG as it goes on paper: without the spots at which a page shows values."""
        return SPOTS.sub("", self.svg)


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands where a figure cannot be drawn: one German sentence that says what is missing and why."""

    id: str
    text: str
